"""How a child asks its parent for bytes of a file over a pipe, and how the parent answers, piece by piece.

It must never trust what a child says: a reader that was taken over may ask for anything, and gets a ValueError.
"""

import io
import struct
from collections.abc import Iterator
from typing import IO, Any, BinaryIO, Final, Protocol

FRAME: Final = struct.Struct(">cQI")  # what it is: b"R"ead, b"D"one or a kind of the program's own; offset; size
LENGTH: Final = struct.Struct(">I")
READ_BYTES: Final = 1024 * 1024


class ByteSource(Protocol):
    """A file that can be read from any place."""

    def iterate(self, start: int, end: int, /) -> Iterator[bytes]:
        """The bytes from start to before end, in pieces."""


class RemoteFile(io.RawIOBase):
    """The file, in the child, whose bytes only the parent can open: each read asks it."""

    def __init__(self, asks: BinaryIO, answers: BinaryIO, length: int) -> None:
        self._asks, self._answers, self._length = asks, answers, length
        self._place = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be read from any place."""
        return True

    def tell(self) -> int:
        """Where it is read next."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._length}[whence]
        self._place = max(start + offset, 0)
        return self._place

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401  # whatever has the buffer protocol
        """Fill a buffer as far as one answer goes."""
        size = min(len(buffer), READ_BYTES, max(self._length - self._place, 0))
        if not size:
            return 0
        self._asks.write(FRAME.pack(b"R", self._place, size))
        self._asks.flush()
        (given,) = LENGTH.unpack(self._answers.read(LENGTH.size))
        data = self._answers.read(given)
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)


def answer_reads(source: ByteSource, length: int, to_child: IO[bytes], from_child: IO[bytes]) -> tuple[bytes, int, int]:
    """In the parent: give the child what it asks for until it says something else, and return that frame.

    Raises:
        EOFError: the child is gone.
        ValueError: it asked for too much at once.
        OSError: the pipe broke.
    """
    while True:
        kind, offset, size = FRAME.unpack(read_exactly(from_child, FRAME.size))
        if kind != b"R":
            return kind, offset, size
        if size > READ_BYTES:
            raise ValueError
        data = b"".join(source.iterate(offset, min(offset + size, length)))
        to_child.write(LENGTH.pack(len(data)) + data)
        to_child.flush()


def read_exactly(source: IO[bytes], size: int) -> bytes:
    """Read so many bytes.

    Raises:
        EOFError: the other side ended before.
    """
    data = source.read(size)
    if len(data) != size:
        raise EOFError
    return data
