"""The exhibits of a case as numbered pages: an index, and before each exhibit a slip sheet that says what it is.

It must never hold an original, nor an exhibit that the copy does not list: only pages drawn anew, as pictures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from exports.case_file import Exhibit
from exports.documents.assembling import draw_document
from exports.exhibits.drawn import DrawnExhibit, ExhibitPage
from exports.printable import strip_controls
from exports.productions import Drawing, Numbering, Production

_WITHHELD = "What is in this file is left out of this copy."


@dataclass(frozen=True)
class _Sheet:
    """One page of an exhibit as the template needs it: where its picture is found, what it is called and says."""

    address: str
    number: int
    words: str


@dataclass(frozen=True)
class _Entry:
    number: int
    exhibit: Exhibit
    drawn: DrawnExhibit
    sheets: tuple[_Sheet, ...]

    @property
    def key(self) -> str:
        return f"exhibit-{self.number}"


def render_exhibit_set(
    production: Production,
    drawn: Sequence[DrawnExhibit],
    numbering: Numbering | None = None,
    *,
    volume: tuple[int, int] = (1, 1),
) -> Drawing:
    """One volume of the exhibits as a tagged PDF on US Letter: index, slip sheets, pages; the same bytes each time.

    ``drawn`` are the exhibits of this volume, with the pages of this volume; ``volume`` is its number and how many
    there are. What the production's copy does not list is not drawn; what it withholds has a slip sheet alone.
    """
    numbers = {exhibit.id: number for number, exhibit in enumerate(production.case_file.exhibits, start=1)}
    exhibits = {exhibit.id: exhibit for exhibit in production.case_file.exhibits}
    pictures: dict[str, bytes] = {}
    entries = []
    for each in drawn:
        if each.exhibit_id not in exhibits:
            continue
        if each.exhibit_id in production.withheld_exhibits:
            shown = DrawnExhibit(each.exhibit_id, failure=_WITHHELD)
        else:
            shown = each
        sheets = tuple(_list_sheets(shown, pictures))
        entries.append(_Entry(numbers[each.exhibit_id], exhibits[each.exhibit_id], shown, sheets))
    return draw_document(
        "exhibit_set", production, numbering, pictures=pictures, entries=entries, volume=volume[0], volumes=volume[1]
    )


def _list_sheets(drawn: DrawnExhibit, pictures: dict[str, bytes]) -> Iterator[_Sheet]:
    for place, page in enumerate(drawn.pages):
        address = f"page:{len(pictures) + 1}"
        pictures[address] = page.image
        yield _Sheet(address, drawn.first_page + place, _read_words(page))


def _read_words(page: ExhibitPage) -> str:
    """The words on a page on one line, for whoever cannot see it."""
    return " ".join(strip_controls(page.text).split())
