"""Fingerprints and codes as people read them aloud and type them: sixteen or twelve letters and digits, in groups.

It must never find two different ones alike: only how they are written may differ.
"""

import hmac

# Base32 (RFC 4648) has no 0, 1 and 8, so whoever typed one of them meant a letter.
_MEANT = str.maketrans("018", "OIB")
GROUP = 4


def read_letters(text: str) -> str:
    """Read what somebody typed: case, spaces and dashes do not count."""
    return "".join(letter for letter in text.upper() if letter.isalnum()).translate(_MEANT)


def write_groups(letters: str) -> str:
    """Write letters in groups of four, with dashes."""
    return "-".join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))


def is_same(typed: str, fingerprint: str) -> bool:
    """Whether what somebody typed is the fingerprint, whole."""
    return hmac.compare_digest(read_letters(typed).encode(), read_letters(fingerprint).encode())
