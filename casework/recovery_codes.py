"""One-time recovery codes: for the day when the phone or the security key is lost.

Shown once and kept only as hashes, inside a document that is sealed to their owner. A code must never be stored or
logged as it is typed.
"""

import hashlib
import secrets
from typing import Final

from vault.derivation import DOMAIN

CODES: Final = 10
#: Letters and digits that are not taken for each other in any common writing; 12 of these 28 are 57 bits.
ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456"

_LETTERS: Final = 12
_GROUP: Final = 4


def make_codes() -> tuple[str, ...]:
    """Make ten codes, each three groups of four with dashes."""
    return tuple(_group("".join(secrets.choice(ALPHABET) for _ in range(_LETTERS))) for _ in range(CODES))


def read_recovery_code(text: str) -> str:
    """Read a code as people type it, in any case and with any spaces or dashes; not a code gives an empty text."""
    letters = "".join(letter for letter in text.lower() if not letter.isspace() and letter not in "-\u2010\u2011\u2013")
    is_code = len(letters) == _LETTERS and all(letter in ALPHABET for letter in letters)
    return _group(letters) if is_code else ""


def hash_code(code: str, *, staff_id: str) -> str:
    """Hash a code as `make_codes` writes it, for one person: 64 hexadecimal digits."""
    return hashlib.sha256(f"{DOMAIN}/recovery-code/v1\n{staff_id}\n{code}".encode()).hexdigest()


def _group(letters: str) -> str:
    return "-".join(letters[start : start + _GROUP] for start in range(0, _LETTERS, _GROUP))
