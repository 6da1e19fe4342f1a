"""Every document, drawn from one production, numbered or not."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial

from PIL import Image

from exports.documents.chronology import render_chronology
from exports.documents.exhibit_set import render_exhibit_set
from exports.documents.full_case_file import render_full_case_file
from exports.documents.letters import LetterKind, render_letter
from exports.documents.summary import render_case_summary
from exports.exhibits.drawn import DrawnExhibit, ExhibitPage
from exports.productions import Drawing, Numbering, Production

Draw = Callable[..., Drawing]


def make_page(width: int, height: int, text: str = "") -> ExhibitPage:
    """A page of an exhibit: a picture of one color."""
    target = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(target, "JPEG")
    return ExhibitPage(target.getvalue(), width, height, text)


DRAWN = (
    DrawnExhibit("e1", failure="A video has no pages.", facts=(("Length", "0:01:30"),)),
    DrawnExhibit(
        "e2",
        (make_page(1200, 1600, 'Citatorio "7" & <b>\x00 \U0001f46e'), make_page(1600, 900), make_page(60, 4000)),
        page_count=5,
        left_out=2,
    ),
)


def draw_exhibits(production: Production, *, numbering: Numbering | None = None) -> Drawing:
    """The exhibits of the test case: one without pages, one with a tall, a wide and a very narrow one."""
    return render_exhibit_set(production, DRAWN, numbering)


DOCUMENTS: dict[str, Draw] = {
    "summary": render_case_summary,
    "full": render_full_case_file,
    "chronology": render_chronology,
    "exhibits": draw_exhibits,
    **{f"letter-{kind.value}": partial(render_letter, kind=kind) for kind in LetterKind},
}
