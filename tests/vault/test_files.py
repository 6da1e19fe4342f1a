"""Files: sealed in any portions, opened at any offset, whole or not at all."""

from __future__ import annotations

import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.body import CHUNK_BYTES, chunk_nonce
from vault.contexts import Context
from vault.errors import CannotOpenError
from vault.files import FileFacts, FileOpener, FileSealer
from vault.identities import Identity
from vault.opening import open_sealed
from vault.padding import padme_length

IDENTITY = Identity.generate()
CONTEXT = Context("file", ("case", "item"))
LENGTHS = [0, 1, 8191, 8192, 8193, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES + 7]


def seal_file(content: bytes, portion: int = 10_000) -> tuple[bytes, FileFacts]:
    """Seal a file that arrives in portions."""
    target = io.BytesIO()
    sealer = FileSealer(target, recipients=[IDENTITY.recipient], context=CONTEXT)
    for start in range(0, len(content), portion):
        assert sealer.write(content[start : start + portion]) == len(content[start : start + portion])
    facts = sealer.finish()
    return target.getvalue(), facts


def open_file(sealed: bytes) -> FileOpener:
    """Open a sealed file for reading."""
    return FileOpener(io.BytesIO(sealed), identity=IDENTITY, context=CONTEXT)


@pytest.mark.parametrize("length", LENGTHS)
def test_file_opens_whole_also_as_an_ordinary_age_file(length: int) -> None:
    """Content, zeros up to the Padme length, true length and digest: the same for the stream and for plain opening."""
    content = bytes(range(256)) * (length // 256 + 1)
    content = content[:length]
    sealed, facts = seal_file(content)
    assert facts == FileFacts(length, hashlib.sha256(content).hexdigest())
    padded = content.ljust(padme_length(length), b"\0")
    assert open_sealed(sealed, identity=IDENTITY, context=CONTEXT) == padded
    opener = open_file(sealed)
    assert opener.length == len(padded)
    assert b"".join(opener.iterate(0, length)) == content


@given(st.integers(0, 200_000), st.integers(0, 200_000), st.integers(1_000, 150_000))
def test_any_range_is_read(start: int, size: int, portion: int) -> None:
    """Any range of a file is what stands there, however the file arrived."""
    content = b"".join(number.to_bytes(4, "big") for number in range(50_000))
    sealed, _facts = seal_file(content, portion)
    assert (
        b"".join(open_file(sealed).iterate(start, start + size))
        == content.ljust(padme_length(len(content)), b"\0")[start : start + size]
    )


@pytest.mark.parametrize("cut", [1, 100, CHUNK_BYTES, CHUNK_BYTES + 16, 2 * (CHUNK_BYTES + 16), 3 * (CHUNK_BYTES + 16)])
def test_cut_file_does_not_open(cut: int) -> None:
    """A file that lacks its end, at a chunk's edge or within, is refused before a byte is given out."""
    sealed, _facts = seal_file(bytes(3 * CHUNK_BYTES))
    with pytest.raises(CannotOpenError):
        open_file(sealed[:-cut])


def test_empty_last_chunk_is_refused() -> None:
    """A second writing of the same content, with an empty chunk behind a full one, does not open."""
    target = io.BytesIO()
    sealer = FileSealer(target, recipients=[IDENTITY.recipient], context=CONTEXT)
    cipher, number = sealer._body._cipher, 0
    target.write(cipher.encrypt(chunk_nonce(number, is_last=False), bytes(CHUNK_BYTES), None))
    target.write(cipher.encrypt(chunk_nonce(number + 1, is_last=True), b"", None))
    with pytest.raises(CannotOpenError):
        open_file(target.getvalue())


def test_file_cut_after_its_header_does_not_open() -> None:
    """A header alone, or with half a nonce, is no file."""
    sealed, _facts = seal_file(b"x")
    start = sealed.index(b"\n--- ") + 1
    end = sealed.index(b"\n", start) + 1
    for length in (end, end + 8, end + 16, end + 20):
        with pytest.raises(CannotOpenError):
            open_file(sealed[:length])


def test_changed_chunk_is_noticed_where_it_stands() -> None:
    """What is before a changed chunk reads, and the chunk itself does not."""
    sealed, _facts = seal_file(bytes(3 * CHUNK_BYTES))
    middle = len(sealed) - 3 * (CHUNK_BYTES // 2)
    opener = open_file(sealed[:middle] + bytes([sealed[middle] ^ 1]) + sealed[middle + 1 :])
    assert b"".join(opener.iterate(0, CHUNK_BYTES)) == bytes(CHUNK_BYTES)
    with pytest.raises(CannotOpenError):
        b"".join(opener.iterate(0, 3 * CHUNK_BYTES))


def test_file_of_another_place_does_not_open() -> None:
    """A file put under another item of the case is refused."""
    sealed, _facts = seal_file(b"content")
    with pytest.raises(CannotOpenError):
        FileOpener(io.BytesIO(sealed), identity=IDENTITY, context=Context("file", ("case", "other")))


def test_source_that_gives_little_at_a_time_is_read_to_its_end() -> None:
    """A store that answers with fewer bytes than asked for is asked again, and one that lost bytes meanwhile fails."""

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 1_000))

    content = bytes(range(256)) * 1_000
    sealed, _facts = seal_file(content)
    source = Slow(sealed)
    opener = FileOpener(source, identity=IDENTITY, context=CONTEXT)
    assert b"".join(opener.iterate(0, len(content))) == content
    source.truncate(len(sealed) - 200_000)
    with pytest.raises(CannotOpenError):
        b"".join(opener.iterate(0, len(content)))
