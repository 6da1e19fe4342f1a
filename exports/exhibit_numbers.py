"""Which pages and numbers each exhibit takes in a finished exhibit set, read back from the file itself.

It must never be asked of a PDF that somebody sent: it reads ours, before or after it is signed.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass

import pikepdf

from exports.productions import Numbering, Production

# The names of what can stand after the last exhibit.
_AFTER_EXHIBITS = ("left-out", "missing-characters")


@dataclass(frozen=True)
class ExhibitNumbers:
    """The first and the last number of one exhibit, slip sheet and all; without numbers, the pages of the document."""

    exhibit_id: str
    first: str
    last: str


def list_exhibit_numbers(
    production: Production, content: bytes, numbering: Numbering | None
) -> tuple[ExhibitNumbers, ...]:
    """List the exhibits of one volume in order. ``numbering`` is the one that the volume was drawn with."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        count = len(pdf.pages)
        named = pikepdf.NameTree(pdf.Root.Names.Dests)
        places = {str(name): pdf.pages.index(pikepdf.Page(place[0])) + 1 for name, place in named.items()}
    starts = [
        (exhibit.id, places[f"exhibit-{number}"])
        for number, exhibit in enumerate(production.case_file.exhibits, start=1)
        if f"exhibit-{number}" in places
    ]
    if not starts:
        return ()  # a case without files: the set is its index alone
    after_all = min(places.get(name, count + 1) for name in _AFTER_EXHIBITS)
    ends = [first - 1 for _id, first in (*starts[1:], ("", after_all))]

    def tell(page: int) -> str:
        return numbering.format_number(numbering.first + page - 1) if numbering else str(page)

    return tuple(
        ExhibitNumbers(exhibit_id, tell(first), tell(last))
        for (exhibit_id, first), last in zip(starts, ends, strict=True)
    )


def join_volumes(volumes: Iterable[ExhibitNumbers]) -> dict[str, ExhibitNumbers]:
    """The numbers of each exhibit over all volumes, which come in order: from its first page to its last."""
    joined: dict[str, ExhibitNumbers] = {}
    for each in volumes:
        known = joined.get(each.exhibit_id, each)
        joined[each.exhibit_id] = ExhibitNumbers(each.exhibit_id, known.first, each.last)
    return joined
