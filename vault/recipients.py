"""Recipients: public keys, which can only seal.

A recipient must never hold, derive or ask for anything that opens.
"""

import base64
import hashlib
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PublicKey

from vault import bech32, hybrid
from vault.derivation import DOMAIN
from vault.errors import CannotSealError
from vault.header import Stanza, encode_base64

_FINGERPRINT_BYTES: Final = 10
_GROUP: Final = 4


class Recipient:
    """Someone who can be sealed to. Made by :meth:`from_bytes` or :meth:`from_text`; equal when the keys are."""

    __slots__ = ("_key", "raw")

    def __init__(self, raw: bytes) -> None:
        if len(raw) != hybrid.PUBLIC_BYTES:
            raise CannotSealError("A recipient is 1216 bytes.")
        try:
            self._key = MLKEM768X25519PublicKey(
                MLKEM768PublicKey.from_public_bytes(raw[: hybrid.MLKEM_PUBLIC_BYTES]),
                X25519PublicKey.from_public_bytes(raw[hybrid.MLKEM_PUBLIC_BYTES :]),
            )
        except ValueError:
            raise CannotSealError("These bytes are not a recipient.") from None
        self.raw: Final = bytes(raw)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Take a recipient from its 1,216 bytes (ML-KEM-768, then X25519).

        Raises:
            CannotSealError: another length, or not a key.
        """
        return cls(raw)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Take a recipient from age's text form, ``age1pq1...``. Slow: for configuration, not for requests.

        Raises:
            CannotSealError: not such a text.
        """
        try:
            raw = bech32.decode(hybrid.RECIPIENT_PREFIX, text)
        except ValueError:
            raise CannotSealError("This text is not a recipient.") from None
        return cls(raw)

    def to_text(self) -> str:
        """Age's text form, ``age1pq1...`` (1,959 characters). Slow: for paper and configuration."""
        return bech32.encode(hybrid.RECIPIENT_PREFIX, self.raw)

    @property
    def fingerprint(self) -> str:
        """80 bits of a hash, to read aloud and compare: ``ABCD-EFGH-IJKL-MNOP``."""
        return write_fingerprint("fingerprint", self.raw)

    def wrap_file_key(self, file_key: bytes) -> Stanza:
        """Wrap the key of one file in a stanza that only this recipient's identity can unwrap.

        Raises:
            CannotSealError: the key is of low order, so that anybody could unwrap.
        """
        try:
            sealed = hybrid.SUITE.encrypt(file_key, self._key, info=hybrid.INFO)
        except ValueError:
            raise CannotSealError("This recipient's key is not safe.") from None
        encapsulated = encode_base64(sealed[: hybrid.ENCAPSULATED_BYTES]).decode("ascii")
        return Stanza(hybrid.STANZA_KIND, (encapsulated,), sealed[hybrid.ENCAPSULATED_BYTES :])

    def __repr__(self) -> str:
        return f"<Recipient {self.fingerprint}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recipient) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash(self.raw)


def write_fingerprint(kind: str, raw: bytes) -> str:
    """Write 80 bits of a public key's hash in four groups of four letters and digits; each kind has its own."""
    digest = hashlib.sha256(f"{DOMAIN}/{kind}/v1\n".encode() + raw).digest()
    text = base64.b32encode(digest[:_FINGERPRINT_BYTES]).decode("ascii")
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))
