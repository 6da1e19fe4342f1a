"""What becomes of an exhibit on paper: its pages as pictures with their words, or why it has none.

It must never hold a byte of the original file: only what was drawn anew from it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ExhibitPage:
    """One page as a JPEG of ``width`` by ``height`` pixels, and the words on it for whoever cannot see the picture."""

    image: bytes
    width: int
    height: int
    text: str = ""


@dataclass(frozen=True)
class DrawnExhibit:
    """An exhibit, or one volume of its pages.

    ``pages`` are those from page ``first_page`` (counted from 1) of ``page_count`` in all. ``failure`` is one English
    sentence for the slip sheet of an exhibit without pages. ``facts`` are pairs of words to print, such as
    ("Length", "0:01:30"). ``left_out`` pages at the end of the exhibit are not drawn, and the slip sheet says so.
    """

    exhibit_id: str
    pages: tuple[ExhibitPage, ...] = ()
    failure: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    first_page: int = 1
    page_count: int = 0
    left_out: int = 0
