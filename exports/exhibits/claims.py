"""What passes from the child that draws an exhibit to its parent, and what the parent believes of it.

It must never let anything through but bounded pictures, short printable lines and reasons from our own list: a reader
that was taken over may say whatever it likes.
"""

import json
import struct
from collections.abc import Mapping
from typing import IO, Any, Final

from exports.children.pipes import FRAME, read_exactly
from exports.exhibits.drawn import ExhibitPage
from exports.exhibits.failures import Failure
from exports.printable import strip_controls

HEAD, PAGE, FAILED, COPY = b"H", b"P", b"F", b"C"
_MEASURES: Final = struct.Struct(">III")  # width, height, bytes of words
_MOST_WORD_BYTES: Final = 64 * 1024
_MOST_PAGE_BYTES: Final = 12 * 1024 * 1024
_MOST_CHARACTERS: Final = 20_000
_LONGEST_SIDE: Final = 4000
_LONGEST_FACT: Final = 100
MOST_PAGES: Final = 100_000
NAMES: Final[Mapping[str, str]] = {
    "pages": "Pages",
    "size": "Size of the photo",
    "shown": "Shown here",
    "length": "Length",
    "format": "Format",
    "picture": "Size of the picture",
}


def pack_head(page_count: int, facts: Mapping[str, str]) -> bytes:
    """In the child: how many pages there are, and facts for the slip sheet by the names of ``NAMES``."""
    said = json.dumps(facts).encode()
    return FRAME.pack(HEAD, page_count, len(said)) + said


def pack_page(number: int, page: ExhibitPage) -> bytes:
    """In the child: one page."""
    words = _clean_words(page.text).encode()
    said = _MEASURES.pack(page.width, page.height, len(words)) + words + page.image
    return FRAME.pack(PAGE, number, len(said)) + said


def pack_failure(failure: Failure) -> bytes:
    """In the child: why there is nothing."""
    said = failure.value.encode()
    return FRAME.pack(FAILED, 0, len(said)) + said


def read_head(from_child: IO[bytes], page_count: int, size: int) -> tuple[tuple[str, str], ...]:
    """The facts that the child tells, each under the name that is printed.

    Raises:
        ValueError, EOFError: that is no such thing.
    """
    if size > _MOST_WORD_BYTES or not 0 <= page_count <= MOST_PAGES:
        raise ValueError
    said = json.loads(read_exactly(from_child, size))
    if not isinstance(said, dict):
        raise ValueError  # noqa: TRY004  # a claim of a wrong form, like the others
    return tuple((NAMES[name], line) for name, text in said.items() if name in NAMES and (line := _clean_line(text)))


def read_page(from_child: IO[bytes], size: int) -> ExhibitPage:
    """A page that the child drew.

    Raises:
        ValueError, EOFError: that is no such thing.
    """
    if not _MEASURES.size <= size <= _MOST_PAGE_BYTES:
        raise ValueError
    said = read_exactly(from_child, size)
    width, height, words = _MEASURES.unpack_from(said)
    start = _MEASURES.size + words
    if words > _MOST_CHARACTERS * 4 or start > size:
        raise ValueError
    text, image = said[_MEASURES.size : start].decode("utf-8"), said[start:]
    if read_jpeg_size(image) != (width, height) or max(width, height) > _LONGEST_SIDE:
        raise ValueError
    return ExhibitPage(image, width, height, _clean_words(text))


def read_failure(from_child: IO[bytes], size: int) -> Failure:
    """The reason that the child gives.

    Raises:
        ValueError, EOFError: that is no such thing.
    """
    if size > _MOST_WORD_BYTES:
        raise ValueError
    return Failure(read_exactly(from_child, size).decode("ascii"))


def read_jpeg_size(image: bytes) -> tuple[int, int]:
    """Width and height of a JPEG after its own frame header (ITU-T T.81, B.2.2), without decoding it.

    Raises:
        ValueError: it is no JPEG, or holds more than what a picture needs, such as a description or a profile.
    """
    if not image.startswith(b"\xff\xd8\xff"):
        raise ValueError
    place = 2
    while place + 9 <= len(image) and image[place] == 0xFF:  # noqa: PLR2004
        marker, length = image[place + 1], int.from_bytes(image[place + 2 : place + 4], "big")
        if marker in {0xC0, 0xC1, 0xC2}:
            height, width = struct.unpack_from(">HH", image, place + 5)
            if not width or not height:
                raise ValueError
            return width, height
        # JFIF, quantisation, Huffman tables, restart interval: our own pictures have nothing else.
        if marker not in {0xE0, 0xDB, 0xC4, 0xDD} or length < 2:  # noqa: PLR2004
            raise ValueError
        place += 2 + length
    raise ValueError


def _clean_line(text: Any) -> str:  # noqa: ANN401  # whatever a child put there
    signs = (sign if sign.isprintable() else " " for sign in str(text)[: _LONGEST_FACT * 4])
    return " ".join("".join(signs).split())[:_LONGEST_FACT]


def _clean_words(text: str) -> str:
    """Words without control signs and lone surrogates, with plain line ends, of bounded length."""
    return strip_controls(text[: _MOST_CHARACTERS * 2])[:_MOST_CHARACTERS].strip()
