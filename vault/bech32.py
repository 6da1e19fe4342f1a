"""Bech32 (BIP 173) without its limit on length: the text form in which age writes keys.

It knows nothing of keys. It must never be called in a request for a public key: 1,216 bytes take milliseconds.
"""

from collections.abc import Iterable
from typing import Final

_ALPHABET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES: Final = {letter: value for value, letter in enumerate(_ALPHABET)}
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_LENGTH: Final = 6


def encode(prefix: str, data: bytes) -> str:
    """Write bytes as lower-case Bech32 text with a prefix and a checksum of six characters (BIP 173)."""
    values = _to_fives(data)
    remainder = _checksum([*_expand(prefix), *values, *([0] * _CHECKSUM_LENGTH)]) ^ 1
    check = ((remainder >> 5 * (_CHECKSUM_LENGTH - 1 - place)) & 31 for place in range(_CHECKSUM_LENGTH))
    return prefix + "1" + "".join(_ALPHABET[value] for value in (*values, *check))


def decode(prefix: str, text: str) -> bytes:
    """Read Bech32 text, all in one case, that has this prefix.

    Raises:
        ValueError: mixed case, another prefix, a foreign character, a wrong checksum, or bits left over. The message
            never holds the text, which may be a secret key.
    """
    # Some letters beyond ASCII have an ASCII letter as their lower case, such as the Kelvin sign.
    if not text.isascii() or text not in {text.lower(), text.upper()}:
        raise ValueError("mixed case or not ASCII")
    found, _, rest = text.lower().rpartition("1")
    if found != prefix or len(rest) < _CHECKSUM_LENGTH or not _VALUES.keys() >= set(rest):
        raise ValueError("not such a key")
    values = [_VALUES[letter] for letter in rest]
    if _checksum([*_expand(prefix), *values]) != 1:
        raise ValueError("wrong checksum")
    return _to_bytes(values[:-_CHECKSUM_LENGTH])


def _expand(prefix: str) -> list[int]:
    return [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]


def _checksum(values: Iterable[int]) -> int:
    remainder = 1
    for value in values:
        top = remainder >> 25
        remainder = (remainder & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate(_GENERATOR):
            if top >> bit & 1:
                remainder ^= term
    return remainder


def _to_fives(data: bytes) -> list[int]:
    count = -(-len(data) * 8 // 5)
    number = int.from_bytes(data, "big") << (count * 5 - len(data) * 8)
    return [(number >> 5 * place) & 31 for place in range(count - 1, -1, -1)]


def _to_bytes(values: list[int]) -> bytes:
    length, spare = divmod(len(values) * 5, 8)
    number = 0
    for value in values:
        number = number << 5 | value
    # Only zeros may be left over, and fewer than five: otherwise one key would have several texts.
    if spare >= 5 or number & ((1 << spare) - 1):  # noqa: PLR2004 - five bits a character
        raise ValueError("bits left over")
    return (number >> spare).to_bytes(length, "big")
