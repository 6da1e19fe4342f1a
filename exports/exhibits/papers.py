"""PDFs, page by page: each becomes a picture and the words on it.

It must never run in a process that holds keys: PDFium reads what strangers sent. Runs in `exports/exhibits/child.py`.
"""

import math
from collections.abc import Collection, Iterator, Sequence
from typing import Any, BinaryIO, Final

import pypdfium2
from PIL import Image, ImageDraw, ImageFont

from exports.exhibits.drawn import ExhibitPage
from exports.exhibits.failures import FailedError, Failure
from exports.exhibits.photos import write_jpeg

_POINTS: Final = 72
_DOTS, _FEW_PAGES = 150, 100
_DOTS_OF_MANY: Final = 100  # a paper of some hundred pages stays readable, and its pictures half as large
_LONGEST_SIDE: Final = 2200
_QUALITY: Final = 80
_FINE: Final = 1_000_000
_WRONG_PASSWORD: Final = 4  # FPDF_ERR_PASSWORD of PDFium's fpdfview.h


def open_paper(file: BinaryIO) -> Any:  # noqa: ANN401  # pypdfium2 has no types
    """Open a PDF.

    Raises:
        FailedError: it is locked, broken, or has no page.
    """
    try:
        paper = pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        raise FailedError(Failure.LOCKED if error.err_code == _WRONG_PASSWORD else Failure.BROKEN) from None
    if not len(paper):
        raise FailedError(Failure.BROKEN)
    # What somebody typed into a form belongs to the page.
    paper.init_forms()
    return paper


def draw_paper(
    paper: Any,  # noqa: ANN401  # the same
    first_page: int,
    most_pages: int,
    left_blank: Collection[int] = (),
    words: Sequence[str] = (),
) -> Iterator[tuple[int, ExhibitPage]]:
    """Draw pages in order, each with its number, from one on.

    A page that cannot be drawn, and each that is to be ``left_blank``, is a page that says so. ``words`` are those of
    each page of the whole paper, where they are known; otherwise they are read from it.
    """
    dots = _DOTS if len(paper) <= _FEW_PAGES else _DOTS_OF_MANY
    for number in range(first_page, min(first_page + most_pages, len(paper) + 1)):
        try:
            yield (
                number,
                draw_blank(number)
                if number in left_blank
                else _draw_page(paper[number - 1], dots, words[number - 1 : number]),
            )
        except (pypdfium2.PdfiumError, ValueError, OSError, MemoryError):
            yield number, draw_blank(number)


def _draw_page(page: Any, dots: int, words: Sequence[str]) -> ExhibitPage:  # noqa: ANN401  # the same
    try:
        # A page may be as large as it likes: the picture is not.
        scale = min(dots / _POINTS, _LONGEST_SIDE / max(*page.get_size(), 1))
        # A hair less, because PDFium takes 1650.0000000000002 pixels for 1651.
        scale = math.floor(scale * _FINE) / _FINE
        image = page.render(scale=scale, may_draw_forms=True).to_pil()
        return ExhibitPage(
            write_jpeg(image, _QUALITY), image.width, image.height, words[0] if words else _read_words(page)
        )
    finally:
        page.close()


def _read_words(page: Any) -> str:  # noqa: ANN401  # the same
    try:
        layer = page.get_textpage()
        try:
            return str(layer.get_text_bounded())
        finally:
            layer.close()
    except (pypdfium2.PdfiumError, ValueError, UnicodeError, MemoryError):
        return ""


def draw_blank(number: int) -> ExhibitPage:
    """A page in the place of one that could not be drawn."""
    words = f"Page {number} of this file could not be shown."
    image = Image.new("L", (850, 1100), "white")
    ImageDraw.Draw(image).text((80, 520), words, fill="black", font=ImageFont.load_default(28))
    return ExhibitPage(write_jpeg(image), image.width, image.height, words)
