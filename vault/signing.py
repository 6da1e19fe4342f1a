"""Signatures (Ed25519, RFC 8032): whose key this is, and who wrote that entry.

Every signature says what it is for, so that one made for one purpose never serves another. A signing key must never
show itself.
"""

import re
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vault.contexts import RECIPIENT_KINDS, Context
from vault.derivation import DOMAIN
from vault.errors import CannotOpenError, CannotSealError, UntrustedKeyError
from vault.recipients import Recipient, write_fingerprint

KEY_BYTES: Final = 32

_PURPOSE = re.compile(r"[a-z0-9_-]{1,64}")


class SigningKey:
    """A private key that signs. What it signs is checked with :attr:`verify_key`."""

    __slots__ = ("_key",)

    def __init__(self, raw: bytes) -> None:
        if len(raw) != KEY_BYTES:
            raise CannotOpenError
        self._key = Ed25519PrivateKey.from_private_bytes(raw)

    @classmethod
    def generate(cls) -> Self:
        """Make a new key from the system's randomness."""
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Take a key from its 32 bytes.

        Raises:
            CannotOpenError: another length.
        """
        return cls(raw)

    def to_bytes(self) -> bytes:
        """The 32 bytes of the key, to be sealed or put in a secret file."""
        return self._key.private_bytes_raw()

    @property
    def verify_key(self) -> bytes:
        """The public half, 32 bytes, to be pinned by whoever checks."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes, *, purpose: str) -> bytes:
        """Sign a message for one purpose, such as ``ledger``: 64 bytes.

        Raises:
            CannotSealError: the purpose is not 1 to 64 of ``a-z 0-9 _ -``.
        """
        if not _PURPOSE.fullmatch(purpose):
            raise CannotSealError("A purpose is 1 to 64 characters of a-z, 0-9, _ and -.")
        return self._key.sign(_bind_message(message, purpose))

    def __repr__(self) -> str:
        return "<SigningKey, hidden>"


class VerifyKey:
    """A public half that was read once, for whoever checks many signatures."""

    __slots__ = ("_key",)

    def __init__(self, raw: bytes) -> None:
        """Take a key from its 32 bytes. Raises UntrustedKeyError: it is none."""
        try:
            self._key = Ed25519PublicKey.from_public_bytes(raw)
        except ValueError:
            raise UntrustedKeyError from None

    def verify(self, message: bytes, signature: bytes, *, purpose: str) -> None:
        """Check a signature made by :meth:`SigningKey.sign`.

        Raises:
            UntrustedKeyError: another key, message or purpose, or malformed.
        """
        if not _PURPOSE.fullmatch(purpose):
            raise UntrustedKeyError
        try:
            self._key.verify(signature, _bind_message(message, purpose))
        except InvalidSignature:
            raise UntrustedKeyError from None


def fingerprint_key(verify_key: bytes) -> str:
    """80 bits of a hash of the public half of a signing key, to print and compare: ``ABCD-EFGH-IJKL-MNOP``."""
    return write_fingerprint("signing-key-fingerprint", verify_key)


def verify_signature(message: bytes, signature: bytes, *, purpose: str, verify_key: bytes) -> None:
    """Check a signature made by :meth:`SigningKey.sign`.

    Raises:
        UntrustedKeyError: another key, message or purpose, or malformed.
    """
    VerifyKey(verify_key).verify(message, signature, purpose=purpose)


def sign_recipient(raw: bytes, *, context: Context, key: SigningKey) -> bytes:
    """Sign a recipient's 1,216 bytes for the place that it is the key of: 64 bytes.

    Raises:
        CannotSealError: not a recipient, or not a context of one.
    """
    if context.kind not in RECIPIENT_KINDS:
        raise CannotSealError("This kind of context is for sealed things, not for keys.")
    recipient = Recipient.from_bytes(raw)
    return key._key.sign(_bind_recipient(recipient.raw, context))  # noqa: SLF001 - one file, one idea


def verify_recipient(raw: bytes, signature: bytes, *, context: Context, verify_key: bytes) -> Recipient:
    """Check that a recipient is the one that was signed for this place, and give it, ready to seal to.

    Raises:
        UntrustedKeyError: it is not.
    """
    if context.kind not in RECIPIENT_KINDS:
        raise UntrustedKeyError
    _verify(_bind_recipient(raw, context), signature, verify_key)
    try:
        return Recipient.from_bytes(raw)
    except CannotSealError:
        raise UntrustedKeyError from None


def _verify(message: bytes, signature: bytes, verify_key: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(verify_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise UntrustedKeyError from None


def _bind_message(message: bytes, purpose: str) -> bytes:
    return f"{DOMAIN}/signed-message/v1\n{purpose}\n".encode("ascii") + message


def _bind_recipient(raw: bytes, context: Context) -> bytes:
    return f"{DOMAIN}/signed-recipient/v1\n{' '.join(context.fields)}\n".encode("ascii") + raw
