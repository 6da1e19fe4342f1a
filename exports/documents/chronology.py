"""The chronology of a case alone: one table of what happened when, on whose word.

It must never mix what the office decided with what was reported: that is a table of its own, in the office copy alone.
"""

from collections.abc import Iterator

from exports.case_file import Answer, ChronologyEntry, OfficeRecord
from exports.documents.assembling import draw_document
from exports.productions import Drawing, Numbering, Production


def render_chronology(production: Production, *, numbering: Numbering | None = None) -> Drawing:
    """The chronology as a tagged PDF on US Letter; the same case gives the same bytes."""
    office = production.case_file.office
    return draw_document(
        "chronology",
        production,
        numbering,
        office_chronology=() if office is None else tuple(sorted(_list_office(office), key=_find_day)),
    )


def _list_office(office: OfficeRecord) -> Iterator[ChronologyEntry]:
    yield from office.chronology
    for decisions in (office.conflict_checks, office.dispositions, office.marks, office.assignments):
        for decision in decisions:
            day = decision.decided_at.date()
            yield ChronologyEntry(
                what=Answer(f"{decision.what}. {decision.reason}" if decision.reason else decision.what),
                when="",
                earliest_on=day,
                latest_on=day,
                source="The office’s record",
                said_by=decision.decided_by,
            )


def _find_day(entry: ChronologyEntry) -> str:
    return entry.earliest_on.isoformat() if entry.earliest_on else ""
