"""Sealing to somebody outside: a lawyer's age recipient, or a passphrase that was told by another way.

These are plain age v1 files (https://age-encryption.org/v1) without a context: they are not ours to open, and nothing
of ours ever reads one. So there is no way to open here, and there must never be one. Nothing here holds more than two
chunks, and nothing writes to disk.
"""

import os
import threading
from typing import Final, Protocol, Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from vault import bech32, hybrid
from vault.body import BodyWriter
from vault.derivation import derive_key
from vault.envelope import compute_mac
from vault.errors import CannotSealError
from vault.header import Stanza, encode_base64, write_covered, write_header
from vault.recipients import Recipient
from vault.streams import Writable

#: What age itself takes: 2^18 rounds, 256 MiB and about a second for each guess.
SCRYPT_WORK_FACTOR: Final = 18
#: Only for tests.
CHEAPEST_WORK_FACTOR: Final = 1

_X25519_KIND: Final = "X25519"
_X25519_INFO: Final = b"age-encryption.org/v1/X25519"
_X25519_PREFIX: Final = "age"
_SCRYPT_KIND: Final = "scrypt"
_SCRYPT_LABEL: Final = b"age-encryption.org/v1/scrypt"
_SCRYPT_SALT_BYTES: Final = 16
_SCRYPT_BLOCK: Final = 8
_KEY_BYTES: Final = 32
# A wrapping key is used once, so its nonce may be zero: age's specification says so.
_NONCE: Final = bytes(12)
# Stretching takes 256 MiB: two at once could take a small server down.
_TURN: Final = threading.Lock()


class Lock(Protocol):
    """What can wrap the key of one file for somebody."""

    def wrap_file_key(self, file_key: bytes, /) -> Stanza:
        """Wrap the key of one file."""


class ClassicRecipient:
    """Somebody's older age recipient, ``age1...``: X25519 alone, which a quantum computer would break."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes) -> None:
        if len(raw) != _KEY_BYTES:
            raise CannotSealError("A classic recipient is 32 bytes.")
        self.raw: Final = bytes(raw)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Take a recipient from age's text form, ``age1...`` (62 characters).

        Raises:
            CannotSealError: not such a text.
        """
        try:
            raw = bech32.decode(_X25519_PREFIX, text)
        except ValueError:
            raise CannotSealError("This text is not a recipient.") from None
        return cls(raw)

    def wrap_file_key(self, file_key: bytes, /) -> Stanza:
        """Wrap the key of one file, as the specification's section on the X25519 recipient type has it.

        Raises:
            CannotSealError: the key is of low order, so that anybody could unwrap.
        """
        return self._wrap(file_key, X25519PrivateKey.generate())

    def _wrap(self, file_key: bytes, ephemeral: X25519PrivateKey) -> Stanza:
        share = ephemeral.public_key().public_bytes_raw()
        try:
            agreed = ephemeral.exchange(X25519PublicKey.from_public_bytes(self.raw))
        except ValueError:
            raise CannotSealError("This recipient's key is not safe.") from None
        key = derive_key(agreed, _X25519_INFO, salt=share + self.raw)
        wrapped = ChaCha20Poly1305(key).encrypt(_NONCE, file_key, None)
        return Stanza(_X25519_KIND, (encode_base64(share).decode("ascii"),), wrapped)


class Passphrase:
    """Words that open a file. Whoever holds the file can guess without limit, so they are made, not chosen."""

    __slots__ = ("_words", "_work_factor")

    def __init__(self, words: str, *, work_factor: int = SCRYPT_WORK_FACTOR) -> None:
        """Take the words as they will be typed, to the letter.

        Raises:
            CannotSealError: there are none, or they cannot be written as UTF-8.
        """
        try:
            self._words: Final = words.encode("utf-8")
        except UnicodeEncodeError:
            raise CannotSealError("These words cannot be a passphrase.") from None
        if not words.strip():
            raise CannotSealError("A passphrase needs words.")
        self._work_factor: Final = work_factor

    def wrap_file_key(self, file_key: bytes, /) -> Stanza:
        """Wrap the key of one file, as the specification's section on the scrypt recipient type has it (RFC 7914)."""
        salt = os.urandom(_SCRYPT_SALT_BYTES)
        kdf = Scrypt(salt=_SCRYPT_LABEL + salt, length=_KEY_BYTES, n=1 << self._work_factor, r=_SCRYPT_BLOCK, p=1)
        with _TURN:
            key = kdf.derive(self._words)
        wrapped = ChaCha20Poly1305(key).encrypt(_NONCE, file_key, None)
        arguments = (encode_base64(salt).decode("ascii"), str(self._work_factor))
        return Stanza(_SCRYPT_KIND, arguments, wrapped)

    def __repr__(self) -> str:
        return "<Passphrase, hidden>"


def read_outside_recipient(text: str) -> Recipient | ClassicRecipient:
    """Take somebody's recipient as age writes it: ``age1pq1...``, or the older ``age1...``; spaces around it go.

    Raises:
        CannotSealError: it is neither, or somebody's secret key, which must not be sent around.
    """
    text = text.strip()
    if text.lower().startswith(f"{hybrid.RECIPIENT_PREFIX}1"):
        return Recipient.from_text(text)
    return ClassicRecipient.from_text(text)


class OutsideSealer:
    """Seals what is written to it, in any portions, to one person outside: ``write``, then ``finish``.

    One person, because age keeps post-quantum, classic and passphrase stanzas apart: the weakest would decide.
    """

    def __init__(self, target: Writable, lock: Lock) -> None:
        """Write the header.

        Raises:
            CannotSealError: the recipient's key is not safe; then nothing was written.
        """
        file_key = os.urandom(hybrid.FILE_KEY_BYTES)
        covered = write_covered([lock.wrap_file_key(file_key)])
        target.write(write_header(covered, compute_mac(file_key, covered)))
        self._body = BodyWriter(file_key, target)

    def write(self, data: bytes, /) -> int:
        """Take the next bytes."""
        self._body.write(data)
        return len(data)

    def finish(self) -> None:
        """Write the last chunk: a file without it does not open."""
        self._body.finish()
