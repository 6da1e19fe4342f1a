"""One-time codes from an app (TOTP, RFC 6238): six digits, 30 seconds, HMAC-SHA1, because every app knows these."""

import base64
import hmac
import secrets
import unicodedata
from datetime import datetime
from urllib.parse import quote

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

DIGITS = 6
STEP_SECONDS = 30
_SECRET_BYTES = 20  # RFC 4226, section 4
# One step to each side: a slow typist, and a phone whose clock is a little wrong (RFC 6238, section 5.2).
_WINDOW = (0, -1, 1)


def make_secret() -> bytes:
    """Make a secret of 160 bits."""
    return secrets.token_bytes(_SECRET_BYTES)


def write_secret(secret: bytes) -> str:
    """Write a secret as apps take it when it is typed (base32, no padding)."""
    return base64.b32encode(secret).decode("ascii").rstrip("=")


def make_enrolment_uri(secret: bytes, *, email: str, office_name: str) -> str:
    """Make the address that an app reads from a QR code (the "otpauth" form that all apps share)."""
    issuer = quote(office_name, safe="")
    return f"otpauth://totp/{issuer}:{quote(email, safe='')}?secret={write_secret(secret)}&issuer={issuer}"


def read_code(text: str) -> str:
    """Read a code as people type it, with spaces and in digits of any script; not a code gives an empty text."""
    digits = [unicodedata.decimal(letter, None) for letter in text if not letter.isspace() and letter != "-"]
    if len(digits) != DIGITS or None in digits:
        return ""
    return "".join(str(digit) for digit in digits)


def find_step(secret: bytes, code: str, at: datetime) -> int | None:
    """Return the 30-second step that a code belongs to, looking one to each side of `at`, or None."""
    current = int(at.timestamp()) // STEP_SECONDS
    maker = HOTP(secret, DIGITS, SHA1())  # noqa: S303  # RFC 6238's HMAC-SHA1, which apps speak; no collision matters
    found = None
    for step in (current + shift for shift in _WINDOW):
        if hmac.compare_digest(maker.generate(step), code.encode()):
            found = step
    return found
