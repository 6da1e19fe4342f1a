"""Files of any size: sealed while they arrive, opened at any offset.

A file is an age file like everything else, filled with zeros to a Padme length; its true length and digest are sealed
beside it. Nothing here holds more than two chunks of it, and nothing here writes to disk.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from vault import hybrid
from vault.body import CHUNK_BYTES, NONCE_BYTES, TAG_BYTES, BodyWriter, chunk_nonce
from vault.contexts import Context
from vault.derivation import derive_key
from vault.errors import CannotOpenError
from vault.identities import Unwrapper
from vault.opening import open_header
from vault.padding import padme_length
from vault.recipients import Recipient
from vault.sealing import write_sealed_header
from vault.streams import ByteReader, Writable

_STORED_CHUNK: Final = CHUNK_BYTES + TAG_BYTES


@dataclass(frozen=True)
class FileFacts:
    """What is true of a file's content: its length in bytes and its SHA-256 in hex, before padding."""

    length: int
    sha256: str


class FileSealer:
    """Seals a file as it arrives: ``write`` its bytes in any portions, then ``finish``."""

    def __init__(self, target: Writable, *, recipients: Sequence[Recipient], context: Context) -> None:
        """Write the header. Raises CannotSealError as :func:`vault.sealing.seal`."""
        file_key = os.urandom(hybrid.FILE_KEY_BYTES)
        target.write(write_sealed_header(file_key, recipients, context))
        self._body = BodyWriter(file_key, target)
        self._digest = hashlib.sha256()
        self.length = 0

    def write(self, data: bytes, /) -> int:
        """Take the next bytes of the file."""
        self.length += len(data)
        self._digest.update(data)
        self._body.write(data)
        return len(data)

    def finish(self) -> FileFacts:
        """Fill up to the Padme length, write the last chunk, and tell what the file was."""
        missing = padme_length(self.length) - self.length
        while missing:
            portion = min(missing, CHUNK_BYTES)
            self._body.write(bytes(portion))
            missing -= portion
        self._body.finish()
        return FileFacts(self.length, self._digest.hexdigest())


class SeekableSource(Protocol):
    """A stored file that can be read from any place."""

    def read(self, size: int, /) -> bytes:
        """Give at most ``size`` bytes from here."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place; tells where that is from the start."""


class FileOpener:
    """Opens a sealed file at any offset. ``length`` is the padded length, in bytes."""

    def __init__(self, source: SeekableSource, *, identity: Unwrapper, context: Context) -> None:
        """Read the header. Raises CannotOpenError as :func:`vault.opening.open_sealed`."""
        counted = _CountingReader(source)
        reader = ByteReader(counted)
        file_key = open_header(reader, identity=identity, context=context)
        nonce = reader.read_block(NONCE_BYTES)
        if len(nonce) != NONCE_BYTES:
            raise CannotOpenError
        self._source = source
        self._cipher = ChaCha20Poly1305(derive_key(file_key, b"payload", salt=nonce))
        self._start = counted.count - reader.ahead
        stored = source.seek(0, os.SEEK_END) - self._start
        self._chunks = -(-stored // _STORED_CHUNK)
        self.length = stored - self._chunks * TAG_BYTES
        # Only an empty file has an empty chunk, as in vault/body.py.
        if not self._chunks or (self._chunks > 1 and self.length <= (self._chunks - 1) * CHUNK_BYTES):
            raise CannotOpenError
        # The end first: a file cut at a chunk's edge is noticed before a byte of it is given out.
        self._read_chunk(self._chunks - 1)

    def iterate(self, start: int, end: int) -> Iterator[bytes]:
        """Give the bytes from ``start`` up to and without ``end``, in portions of at most 64 KiB.

        Raises:
            CannotOpenError: a chunk was changed or moved. What was given before is authentic.
        """
        end = min(end, self.length)
        while start < end:
            number, offset = divmod(start, CHUNK_BYTES)
            portion = self._read_chunk(number)[offset : offset + end - start]
            yield portion
            start += len(portion)

    def _read_chunk(self, number: int) -> bytes:
        self._source.seek(self._start + number * _STORED_CHUNK)
        stored = b""
        while len(stored) < _STORED_CHUNK and (more := self._source.read(_STORED_CHUNK - len(stored))):
            stored += more
        try:
            return self._cipher.decrypt(chunk_nonce(number, is_last=number == self._chunks - 1), stored, None)
        except InvalidTag:
            raise CannotOpenError from None


class _CountingReader:
    """Passes a source on and counts what was read, so that the place of the first chunk is known."""

    def __init__(self, source: SeekableSource) -> None:
        self._source = source
        self.count = 0

    def read(self, size: int, /) -> bytes:
        data = self._source.read(size)
        self.count += len(data)
        return data
