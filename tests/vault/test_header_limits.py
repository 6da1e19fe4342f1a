"""Headers: what is too long is refused, and soon, so that nobody can fill a server's memory with one."""

import io
import itertools

import pytest

from vault.errors import CannotOpenError
from vault.header import MAX_STANZAS, Stanza, read_header, write_covered, write_header
from vault.streams import ByteReader

FIRST = b"age-encryption.org/v1\n"


class CountingSource:
    """A source without end that counts what was taken from it; it gives up after 4 MiB."""

    def __init__(self, begin: bytes, again: bytes) -> None:
        self.rest = itertools.chain([begin], itertools.repeat(again * (8192 // len(again))))
        self.taken = 0

    def read(self, _size: int, /) -> bytes:
        """Give the next portion."""
        portion = next(self.rest)
        self.taken += len(portion)
        return portion if self.taken < 4 << 20 else b""


@pytest.mark.parametrize(
    ("begin", "again"),
    [
        (b"", b"a"),
        (FIRST + b"-> ", b"a"),
        (FIRST + b"-> a\n", b"A" * 64 + b"\n"),
        (FIRST, b"-> a\n\n"),
        (FIRST, b"-> " + b"a" * 2000 + b"\n\n"),
        (FIRST, (b"-> a\n" + (b"A" * 64 + b"\n") * 120 + b"\n")),
    ],
    ids=["first line", "argument", "body", "stanzas", "stanzas with long arguments", "stanzas with long bodies"],
)
def test_an_endless_header_is_given_up_soon(begin: bytes, again: bytes) -> None:
    """A header that does not end is refused before 400 KiB of it were read."""
    source = CountingSource(begin, again)
    with pytest.raises(CannotOpenError):
        read_header(ByteReader(source))
    assert source.taken < 400 * 1024


def test_stanzas_are_counted() -> None:
    """The context and 128 recipients are read, and one stanza more is refused."""
    for count in (MAX_STANZAS, MAX_STANZAS + 1):
        written = write_header(write_covered([Stanza("a", (), b"")] * count), bytes(32))
        if count == MAX_STANZAS:
            assert len(read_header(ByteReader(io.BytesIO(written))).stanzas) == count == 129
        else:
            with pytest.raises(CannotOpenError):
                read_header(ByteReader(io.BytesIO(written)))


@pytest.mark.parametrize("length", [0, 1, 47, 48, 49, 96, 1000])
def test_stanzas_come_back(length: int) -> None:
    """A body of any length reads as it was written, in lines of 64 with a short last one."""
    stanza = Stanza("some-kind", ("one", "two"), bytes(range(250)) * 4)
    stanza = Stanza(stanza.kind, stanza.arguments, stanza.body[:length])
    covered = write_covered([stanza, stanza])
    header = read_header(ByteReader(io.BytesIO(write_header(covered, bytes(32)) + b"payload")))
    assert header.stanzas == (stanza, stanza)
    assert header.covered == covered
    assert max(len(line) for line in covered.split(b"\n")[2:-1]) <= 64


@pytest.mark.parametrize("portion", [1, 64, 1000])
def test_lines_are_limited_to_the_byte(portion: int) -> None:
    """A line of the limit's length is read, and one byte more is refused, however the bytes arrive."""

    class Portions(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(portion, 8192 if size is None else size))

    assert ByteReader(Portions(b"a" * 64 + b"\nrest")).read_line(64) == b"a" * 64
    with pytest.raises(CannotOpenError):
        ByteReader(Portions(b"a" * 65 + b"\nrest")).read_line(64)
