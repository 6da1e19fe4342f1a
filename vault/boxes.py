"""Boxes: small records on the server whose key exists only in one browser's cookie.

The database alone opens nothing, the cookie alone opens nothing. A box key must never be stored, logged or shown.
"""

import base64
import binascii
import re
import secrets
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from vault.derivation import DOMAIN, derive_key
from vault.errors import CannotOpenError, CannotSealError
from vault.padding import padded_length

KEY_BYTES: Final = 32

_VERSION: Final = b"\x01"
_SALT_BYTES: Final = 32
_LENGTH_BYTES: Final = 4
_SMALLEST_BYTES: Final = 1024
# The key of each record is used once, so its nonce may always be zero.
_NONCE: Final = bytes(12)
_CONTEXT = re.compile(r"[!-~]{1,200}")


class BoxKey:
    """The key of one browser's boxes. Everything else about a box is derived from it, one way only."""

    __slots__ = ("_raw",)

    def __init__(self, raw: bytes) -> None:
        if len(raw) != KEY_BYTES:
            raise CannotOpenError
        self._raw: Final = bytes(raw)

    @classmethod
    def generate(cls) -> Self:
        """Make a new key from the system's randomness."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @classmethod
    def from_cookie(cls, text: str) -> Self:
        """Take a key from a cookie's value, in its one canonical writing.

        Raises:
            CannotOpenError: not such a value.
        """
        try:
            key = cls(base64.b64decode(f"{text}=", altchars=b"-_", validate=True))
        except (binascii.Error, ValueError):
            raise CannotOpenError from None
        if key.to_cookie() != text:
            raise CannotOpenError
        return key

    def to_cookie(self) -> str:
        """The value for the cookie: base64url, 43 characters."""
        return base64.urlsafe_b64encode(self._raw).rstrip(b"=").decode("ascii")

    @property
    def lookup_id(self) -> str:
        """Where the record lies: 64 hexadecimal digits that tell nothing of the key."""
        return self._derive("lookup-id").hex()

    def csrf_token(self) -> str:
        """A token for forms (64 hexadecimal digits): an HMAC of the key, so that only this browser's pages have it."""
        return self._derive("csrf-token").hex()

    def _derive(self, purpose: str, *, salt: bytes = b"") -> bytes:
        return derive_key(self._raw, f"{DOMAIN}/box/v1/{purpose}".encode(), salt=salt)

    def __repr__(self) -> str:
        return "<BoxKey, hidden>"


def close_box(value: bytes, *, key: BoxKey, context: str) -> bytes:
    """Close a value in a record, padded to 1 KiB, 2 KiB, 4 KiB and so on, bound to a context (what kind of box).

    Raises:
        CannotSealError: the context is not 1 to 200 printable ASCII characters without spaces.
    """
    if not _CONTEXT.fullmatch(context):
        raise CannotSealError("The context of a box is 1 to 200 printable ASCII characters.")
    salt = secrets.token_bytes(_SALT_BYTES)
    framed = len(value).to_bytes(_LENGTH_BYTES, "big") + value
    padded = framed.ljust(padded_length(len(framed), smallest=_SMALLEST_BYTES), b"\0")
    cipher = ChaCha20Poly1305(key._derive("record", salt=salt))  # noqa: SLF001 - one file, one idea
    return _VERSION + salt + cipher.encrypt(_NONCE, padded, _bind(context))


def open_box(record: bytes, *, key: BoxKey, context: str) -> bytes:
    """Open a record that :func:`close_box` made.

    Raises:
        CannotOpenError: another key, another context, changed, or malformed.
    """
    salt, sealed = record[1 : 1 + _SALT_BYTES], record[1 + _SALT_BYTES :]
    if record[:1] != _VERSION or not _CONTEXT.fullmatch(context):
        raise CannotOpenError
    cipher = ChaCha20Poly1305(key._derive("record", salt=salt))  # noqa: SLF001 - one file, one idea
    try:
        padded = cipher.decrypt(_NONCE, sealed, _bind(context))
    except InvalidTag:
        raise CannotOpenError from None
    length = int.from_bytes(padded[:_LENGTH_BYTES], "big")
    return padded[_LENGTH_BYTES : _LENGTH_BYTES + length]


def _bind(context: str) -> bytes:
    return f"{DOMAIN}/box/v1\n{context}".encode("ascii")
