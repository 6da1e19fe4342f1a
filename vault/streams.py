"""What the vault reads from and writes to: anything with ``read(size)`` or ``write(bytes)``.

It must never hold more of a stream than it was asked for, and never writes to disk.
"""

from typing import Final, Protocol

from vault.errors import CannotOpenError

_AHEAD: Final = 8 * 1024


class Readable(Protocol):
    """A source of bytes. ``read`` may give fewer than asked (an upload does); only ``b""`` means the end."""

    def read(self, size: int, /) -> bytes | None:
        """Give at most ``size`` bytes, and at least one before the end."""


class Writable(Protocol):
    """A target for bytes, which takes all that it is given."""

    def write(self, data: bytes, /) -> object:
        """Take these bytes, all of them."""


class ByteReader:
    """Reads lines first and then blocks from a source that may give its bytes in any portions."""

    __slots__ = ("_ahead", "_source")

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._ahead = b""

    @property
    def ahead(self) -> int:
        """How many bytes were taken from the source and not given out yet."""
        return len(self._ahead)

    def read_line(self, limit: int) -> bytes:
        """Read up to the next newline, and give the line without it.

        Raises:
            CannotOpenError: the line has more than ``limit`` bytes, or the source ends before the newline.
        """
        while (end := self._ahead.find(b"\n", 0, limit + 1)) < 0:
            more = (self._source.read(_AHEAD) or b"") if len(self._ahead) <= limit else b""
            if not more:
                raise CannotOpenError
            self._ahead += more
        line, self._ahead = self._ahead[:end], self._ahead[end + 1 :]
        return line

    def read_block(self, size: int) -> bytes:
        """Read exactly ``size`` bytes, or what is left when that is fewer."""
        block, self._ahead = self._ahead[:size], self._ahead[size:]
        while len(block) < size and (more := self._source.read(size - len(block))):
            block += more
        return block
