"""The child that draws one exhibit, or some pages of it, or makes a clean copy of a photo.

Run as a program of its own by `exports/children/starting.py`: it holds no key, no setting and no open file, and limits
itself before it reads a byte. It must never write a file, nor say anything but what `exports/exhibits/claims.py` knows.
"""

import io
import sys
from collections.abc import Iterator
from typing import BinaryIO, Final

from exports.children.limits import MEGABYTE, limit_itself
from exports.children.pipes import FRAME, RemoteFile
from exports.exhibits.claims import COPY, pack_failure, pack_head, pack_page
from exports.exhibits.drawn import ExhibitPage
from exports.exhibits.failures import FailedError, Failure

_MEMORY: Final = 1536 * MEGABYTE
_FILES: Final = 64  # fonts are opened while a text is set
_BUFFER: Final = 64 * 1024


def draw(
    file: BinaryIO, kind: str, media_type: str, first_page: int, most_pages: int, left_blank: set[int]
) -> Iterator[bytes]:
    """Draw pages of an exhibit; gives packed messages.

    Raises:
        FailedError: it cannot be drawn.
        Exception: a reader met what it did not expect; that is its own matter, and the file counts as broken.
    """
    if kind == "photo":
        from exports.exhibits.photos import draw_photo  # noqa: PLC0415  # each child loads one reader

        image, (width, height), (wide, high) = draw_photo(file)
        yield pack_head(1, {"size": f"{wide} x {high} pixels"})
        yield pack_page(1, ExhibitPage(image, width, height))
    elif kind in {"audio", "video"}:
        from exports.exhibits.recordings import read_recording  # noqa: PLC0415  # the same

        yield pack_head(0, read_recording(file))
    else:
        from exports.exhibits.papers import draw_paper, open_paper  # noqa: PLC0415  # the same

        facts: dict[str, str] = {}
        words: tuple[str, ...] = ()
        if kind != "pdf":
            content, words = _set(file, kind, media_type)
            file = io.BytesIO(content)
            if kind == "document":
                facts["shown"] = "words and pictures in simple order; comments and layout are not shown"
        paper = open_paper(file)
        yield pack_head(len(paper), facts | {"pages": f"{len(paper)}"})
        for number, page in draw_paper(paper, first_page, most_pages, left_blank, words):
            yield pack_page(number, page)


def _set(file: BinaryIO, kind: str, media_type: str) -> tuple[bytes, tuple[str, ...]]:
    from exports.exhibits.writings import set_document, set_text  # noqa: PLC0415  # the same

    return set_document(file, media_type) if kind == "document" else set_text(file)


def copy(file: BinaryIO) -> Iterator[bytes]:
    """Make a photo anew in its full size; gives one packed message."""
    from exports.exhibits.photos import copy_photo  # noqa: PLC0415  # the same

    content, media_type = copy_photo(file)
    yield FRAME.pack(COPY, int(media_type == "image/png"), len(content)) + content


def load(kind: str) -> None:
    """Load what will be needed, while files may still be opened and memory taken."""
    if kind in {"photo", "document"}:
        from exports.exhibits.photos import register_formats  # noqa: PLC0415  # the same

        register_formats()
    if kind in {"document", "text"}:
        import exports.exhibits.writings  # noqa: F401, PLC0415  # the same


def main() -> None:
    """Do what the arguments say, with the file that the parent has, and tell it."""
    task, kind, media_type, length, cpu_seconds, first_page, most_pages, *left_blank = sys.argv[1:]
    says, answers = sys.stdout.buffer, sys.stdin.buffer
    load(kind)
    limit_itself(memory=_MEMORY, cpu_seconds=int(cpu_seconds), files=_FILES)
    file = io.BufferedReader(RemoteFile(says, answers, int(length)), _BUFFER)
    try:
        messages = (
            copy(file)
            if task == "copy"
            else draw(file, kind, media_type, int(first_page), int(most_pages), {int(each) for each in left_blank})
        )
        for message in messages:
            says.write(message)
            says.flush()
    except FailedError as error:
        says.write(pack_failure(error.failure))
    except Exception:  # noqa: BLE001  # readers fail in every way there is, and none of them may be told
        says.write(pack_failure(Failure.BROKEN))
    says.write(FRAME.pack(b"D", 0, 0))
    says.flush()


if __name__ == "__main__":
    main()
