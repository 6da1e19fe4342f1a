"""Receipt codes: 25 digits on paper, from which a reporter's lookup id and identity are derived.

The code of an unfinished report looks the same and is stretched the same way: whoever types one need not know which
kind it is, and one derivation answers for both.

A code must never be stored, logged, put in an address, or repeated in an error.
"""

import secrets
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from vault.boxes import BoxKey
from vault.derivation import DOMAIN, derive_key
from vault.errors import CannotSealError, InvalidCodeError
from vault.identities import Identity

CODE_DIGITS: Final = 25
GROUP_DIGITS: Final = 5
#: Fixed for good: a code on paper cannot be told that the cost has changed (docs/decisions/0002-receipt-code.md).
MEMORY_KIB: Final = 8 * 1024
SMALLEST_SALT_BYTES: Final = 16

_LONGEST_TEXT: Final = 200
_MINUS_SIGN: Final = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Receipt:
    """What a code gives: the id to look it up by (32 bytes), and the identity that opens the office's replies."""

    lookup_id: bytes = field(repr=False)
    identity: Identity = field(repr=False)


@dataclass(frozen=True)
class CodeKeys:
    """All that a code may stand for: the receipt of a report, or the key of the box where a draft waits."""

    receipt: Receipt = field(repr=False)
    draft_key: BoxKey = field(repr=False)


def new_code() -> str:
    """Make a code: 25 digits, each equally likely (83 bits)."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def format_code(code: str) -> str:
    """Write a code in five groups of five, as it is shown."""
    return " ".join(code[start : start + GROUP_DIGITS] for start in range(0, len(code), GROUP_DIGITS))


def parse_code(text: str) -> str:
    """Read a code as people type it: digits of any script, with spaces, dashes and invisible marks between them.

    Raises:
        InvalidCodeError: anything else in it, or not 25 digits.
    """
    if len(text) > _LONGEST_TEXT:
        raise InvalidCodeError
    digits = "".join(_read_digit(letter) for letter in text)
    if len(digits) != CODE_DIGITS:
        raise InvalidCodeError
    return digits


def derive_receipt(code: str, *, salt: bytes) -> Receipt:
    """Derive what a receipt's code stands for. Raises as :func:`derive_code`."""
    return derive_code(code, salt=salt).receipt


def derive_code(code: str, *, salt: bytes) -> CodeKeys:
    """Derive what a code stands for, with the installation's salt: Argon2id (RFC 9106), then HKDF. About 5 ms.

    Raises:
        InvalidCodeError: ``code`` is not 25 ASCII digits; :func:`parse_code` makes them.
        CannotSealError: the salt has fewer than 16 bytes.
    """
    if len(code) != CODE_DIGITS or not (code.isascii() and code.isdigit()):
        raise InvalidCodeError
    if len(salt) < SMALLEST_SALT_BYTES:
        raise CannotSealError("The salt of the installation has at least 16 bytes.")
    stretched = Argon2id(salt=salt, length=32, iterations=1, lanes=1, memory_cost=MEMORY_KIB).derive(code.encode())

    def derive(purpose: str) -> bytes:
        return derive_key(stretched, f"{DOMAIN}/{purpose}".encode())

    return CodeKeys(
        Receipt(derive("receipt/v1/lookup-id"), Identity.from_seed(derive("receipt/v1/identity-seed"))),
        BoxKey(derive("draft-code/v1/box-key")),
    )


def _read_digit(letter: str) -> str:
    value = unicodedata.decimal(letter, None)
    if value is not None:
        return str(value)
    # Format characters (Cf) are what right-to-left keyboards and copying put between digits unseen.
    if letter.isspace() or letter == _MINUS_SIGN or unicodedata.category(letter) in {"Pd", "Cf"}:
        return ""
    raise InvalidCodeError
