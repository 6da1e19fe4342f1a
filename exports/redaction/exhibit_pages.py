"""Which pages of drawn exhibits a copy may hold.

No rule can search a picture: in copies that redact, an exhibit is in when somebody found it fit for that copy, and a
page on which removed words can be read is out all the same.
"""

import dataclasses
import io
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from exports.exhibits.drawn import DrawnExhibit, ExhibitPage
from exports.productions import Production
from exports.redaction.matching import Haystack, Needle, make_needle

NOT_FIT = "The content of this file is left out of this copy: nobody in the office has found it fit for it."
PAGE_WITHHELD = "[page left out: words on it are removed from this copy]"
_WIDTH, _HEIGHT, _SIZE = 850, 1100, 26


def withhold_pages(production: Production, drawn: tuple[DrawnExhibit, ...]) -> tuple[DrawnExhibit, ...]:
    """The drawn exhibits without the content that the copy may not hold: whole files, pages, and facts about them."""
    needles = [needle for text in production.removed if (needle := make_needle(text)) is not None]
    return tuple(
        DrawnExhibit(exhibit.exhibit_id, failure=NOT_FIT)
        if exhibit.exhibit_id in production.withheld_exhibits
        else _withhold(exhibit, needles)
        for exhibit in drawn
    )


def _withhold(exhibit: DrawnExhibit, needles: list[Needle]) -> DrawnExhibit:
    def is_clean(text: str) -> bool:
        haystack = Haystack(text)
        return not any(haystack.has(needle) for needle in needles)

    if not needles:
        return exhibit
    return dataclasses.replace(
        exhibit,
        pages=tuple(page if is_clean(page.text) else _draw_withheld_page() for page in exhibit.pages),
        facts=tuple(pair for pair in exhibit.facts if is_clean(" ".join(pair))),
    )


@cache
def _draw_withheld_page() -> ExhibitPage:
    """A white page that says that a page was left out, the same each time."""
    image = Image.new("L", (_WIDTH, _HEIGHT), "white")
    ImageDraw.Draw(image).text(
        (_WIDTH // 2, _HEIGHT // 2), PAGE_WITHHELD, fill="black", font=ImageFont.load_default(_SIZE), anchor="mm"
    )
    content = io.BytesIO()
    image.save(content, "JPEG", quality=80)
    return ExhibitPage(content.getvalue(), _WIDTH, _HEIGHT, PAGE_WITHHELD)
