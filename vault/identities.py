"""Identities: private keys, which can only open.

An identity must never show itself: not in ``repr``, not in an error, not in a log.
"""

import hashlib
import secrets
from typing import Final, Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey

from vault import bech32, hybrid
from vault.errors import CannotOpenError
from vault.header import Stanza, decode_base64
from vault.recipients import Recipient


class Unwrapper(Protocol):
    """What can open: one identity, or a keyring of several."""

    def unwrap_file_key(self, stanza: Stanza) -> bytes | None:
        """Unwrap the key of one file, or give None when the stanza is for somebody else."""


class Identity:
    """Someone who can open what was sealed to :attr:`recipient`. Wholly given by a seed of 32 bytes."""

    __slots__ = ("_key", "_public", "seed")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != hybrid.SEED_BYTES:
            raise CannotOpenError
        expanded = hashlib.shake_256(seed).digest(hybrid.MLKEM_SEED_BYTES + 32)
        mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[: hybrid.MLKEM_SEED_BYTES])
        x25519 = X25519PrivateKey.from_private_bytes(expanded[hybrid.MLKEM_SEED_BYTES :])
        self._key = MLKEM768X25519PrivateKey(mlkem, x25519)
        self._public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
        self.seed: Final = bytes(seed)

    @classmethod
    def generate(cls) -> Self:
        """Make a new identity from the system's randomness."""
        return cls(secrets.token_bytes(hybrid.SEED_BYTES))

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """Take an identity from its 32 bytes.

        Raises:
            CannotOpenError: another length.
        """
        return cls(seed)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Take an identity from age's text form, ``AGE-SECRET-KEY-PQ-1...``.

        Raises:
            CannotOpenError: not such a text.
        """
        try:
            seed = bech32.decode(hybrid.IDENTITY_PREFIX, text)
        except ValueError:
            raise CannotOpenError from None
        return cls(seed)

    def to_text(self) -> str:
        """Age's text form, ``AGE-SECRET-KEY-PQ-1...``: whoever reads it opens everything that this identity opens."""
        return bech32.encode(hybrid.IDENTITY_PREFIX, self.seed).upper()

    @property
    def recipient(self) -> Recipient:
        """The public half, to seal to."""
        return Recipient.from_bytes(self._public)

    def unwrap_file_key(self, stanza: Stanza) -> bytes | None:
        """Unwrap a file key, or give None when the stanza is for somebody else.

        Raises:
            CannotOpenError: not a well-formed ``mlkem768x25519`` stanza.
        """
        if stanza.kind != hybrid.STANZA_KIND or len(stanza.arguments) != 1:
            raise CannotOpenError
        encapsulated = decode_base64(stanza.arguments[0].encode("ascii"))
        if len(encapsulated) != hybrid.ENCAPSULATED_BYTES or len(stanza.body) != hybrid.WRAPPED_BYTES:
            raise CannotOpenError
        try:
            return hybrid.SUITE.decrypt(encapsulated + stanza.body, self._key, info=hybrid.INFO)
        except (InvalidTag, ValueError):
            return None

    def __repr__(self) -> str:
        return "<Identity, hidden>"
