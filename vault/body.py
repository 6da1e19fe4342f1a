"""The body of an age file: 64 KiB chunks, each authenticated with its place and whether it is the last (STREAM).

It must never give out a byte of a chunk that did not authenticate, nor end without having seen the last chunk.
"""

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from vault.derivation import derive_key
from vault.errors import CannotOpenError
from vault.streams import ByteReader, Writable

CHUNK_BYTES: Final = 64 * 1024
TAG_BYTES: Final = 16
NONCE_BYTES: Final = 16


def write_body(file_key: bytes, source: ByteReader, target: Writable) -> None:
    """Encrypt a source to its end under a file key: a random nonce, then the chunks."""
    _write_body(file_key, source, target, os.urandom(NONCE_BYTES))


def _write_body(file_key: bytes, source: ByteReader, target: Writable, nonce: bytes) -> None:
    """The same with a nonce that is given: apart only so that the vectors can be made again."""
    target.write(nonce)
    cipher = ChaCha20Poly1305(derive_key(file_key, b"payload", salt=nonce))
    number, chunk, is_last = 0, source.read_block(CHUNK_BYTES), False
    while not is_last:
        following = source.read_block(CHUNK_BYTES) if len(chunk) == CHUNK_BYTES else b""
        is_last = not following
        target.write(cipher.encrypt(chunk_nonce(number, is_last=is_last), chunk, None))
        number, chunk = number + 1, following


class BodyWriter:
    """Encrypts a body as its bytes arrive: a random nonce at once, then ``write`` in any portions, then ``finish``."""

    def __init__(self, file_key: bytes, target: Writable) -> None:
        nonce = os.urandom(NONCE_BYTES)
        target.write(nonce)
        self._target = target
        self._cipher = ChaCha20Poly1305(derive_key(file_key, b"payload", salt=nonce))
        self._pending = bytearray()
        self._number = 0

    def write(self, data: bytes, /) -> None:
        """Take the next bytes."""
        self._pending += data
        # One byte at least stays behind: the last chunk is marked as the last and must not be empty.
        sealed = []
        start = 0
        while len(self._pending) - start > CHUNK_BYTES:
            chunk = bytes(memoryview(self._pending)[start : start + CHUNK_BYTES])
            sealed.append(self._cipher.encrypt(chunk_nonce(self._number, is_last=False), chunk, None))
            self._number += 1
            start += CHUNK_BYTES
        if sealed:
            del self._pending[:start]
            self._target.write(b"".join(sealed))

    def finish(self) -> None:
        """Write the last chunk."""
        self._target.write(self._cipher.encrypt(chunk_nonce(self._number, is_last=True), bytes(self._pending), None))
        self._pending.clear()


def read_body(file_key: bytes, source: ByteReader, target: Writable) -> None:
    """Decrypt the chunks of a source to its end; each is written when it has authenticated.

    Raises:
        CannotOpenError: a chunk was changed, moved, added or taken away. What was written before is authentic, but
            not the whole: the caller drops it.
    """
    nonce = source.read_block(NONCE_BYTES)
    if len(nonce) != NONCE_BYTES:
        raise CannotOpenError
    cipher = ChaCha20Poly1305(derive_key(file_key, b"payload", salt=nonce))
    size = CHUNK_BYTES + TAG_BYTES
    number, chunk, is_last = 0, source.read_block(size), False
    while not is_last:
        following = source.read_block(size) if len(chunk) == size else b""
        is_last = not following
        # Only an empty file has an empty chunk; elsewhere it would be a second writing of the same content.
        if number and len(chunk) <= TAG_BYTES:
            raise CannotOpenError
        try:
            plain = cipher.decrypt(chunk_nonce(number, is_last=is_last), chunk, None)
        except InvalidTag:
            raise CannotOpenError from None
        target.write(plain)
        number, chunk = number + 1, following


def chunk_nonce(number: int, *, is_last: bool) -> bytes:
    """The nonce of a chunk: its number in 11 bytes, and 1 for the last chunk."""
    return number.to_bytes(11, "big") + (b"\1" if is_last else b"\0")
