"""What is asked of a child that draws documents, and what it answers, as bytes on a pipe.

The parent pickles what it asks: the values are ours, the pipe is ours, and the child holds nothing worth taking. It
must never unpickle anything itself: a child has laid out what strangers wrote, so its answer is plain bytes.
"""

import logging
import pickle  # noqa: TID251  # see above: nobody but our own parent writes to this pipe
import re
import struct
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Final

from exports.children.pipes import read_exactly
from exports.productions import Drawing, Production

log = logging.getLogger("testimonio")

READY, DRAWN, FAILED, NO_MEMORY = b"R", b"D", b"E", b"M"
_ANSWER: Final = struct.Struct(">cIQ")  # how it went; pages; bytes of the PDF that follow
_FRAMES: Final = 3
_MOST_PLACE_BYTES: Final = 240
# All that is believed of where a child failed: a name of a type, names of files, numbers of lines.
_PLACE: Final = re.compile(rb"\w+ at \w+\.py:\d+(?: < \w+\.py:\d+)*")
_MOST_BYTES: Final = 512 * 1024 * 1024

Request = tuple[str, Production, Mapping[str, object]]


def write_request(target: IO[bytes], request: Request) -> None:
    """In the parent: a document's name, its production and its options. Pictures pass through without being copied.

    Raises:
        OSError: the child is gone.
    """
    pickle.dump(request, target, protocol=pickle.HIGHEST_PROTOCOL)
    target.flush()


def read_request(source: IO[bytes]) -> Request:
    """In the child: what is to be drawn next.

    Raises:
        EOFError: the parent wants nothing more.
    """
    asked: Request = pickle.load(source)  # noqa: S301  # from our own parent, over its own pipe
    return asked


def write_answer(target: IO[bytes], how: bytes, drawing: Drawing | None = None) -> None:
    """In the child: how it went, and what was drawn."""
    content = drawing.content if drawing else b""
    target.write(_ANSWER.pack(how, drawing.pages if drawing else 0, len(content)))
    target.write(content)
    target.flush()


def write_failure(target: IO[bytes], error: BaseException) -> None:
    """In the child: the type of an error and the place of it, and never its message, which may quote a case."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames[-_FRAMES:]))
    said = f"{type(error).__name__} at {places}".encode("ascii", "replace")[:_MOST_PLACE_BYTES]
    target.write(_ANSWER.pack(FAILED, 0, len(said)) + said)
    target.flush()


def read_answer(source: IO[bytes]) -> tuple[bytes, Drawing | None]:
    """In the parent: how it went, and what was drawn. Where a child failed is written to the log.

    Raises:
        EOFError, ValueError: the child is gone, or says something else than it should.
    """
    how, pages, size = _ANSWER.unpack(read_exactly(source, _ANSWER.size))
    if how not in {READY, DRAWN, FAILED, NO_MEMORY} or size > _MOST_BYTES:
        raise ValueError
    if how != DRAWN and size > _MOST_PLACE_BYTES:
        raise ValueError
    content = read_exactly(source, size)
    if how == FAILED and _PLACE.fullmatch(content):
        log.error("A document was not drawn: %s", content.decode("ascii"))
    if how != DRAWN:
        return how, None
    if not content.startswith(b"%PDF-") or not pages:
        raise ValueError
    return how, Drawing(content, pages)
