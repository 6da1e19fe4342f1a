"""Letters as drafts: to the reporter, to the other side to keep evidence, and for public records.

It must never decide for counsel: what only an attorney can say is a blank, and every page says that it is a draft.
A letter that leaves for the other side holds day, place and agency as reported, and nobody's name and no story.
"""

import enum
from collections.abc import Mapping
from types import MappingProxyType

from exports.case_file import CaseFile
from exports.coarse_dates import MonthOfDay
from exports.documents.assembling import draw_document
from exports.environment import format_day
from exports.productions import Drawing, Numbering, Production


class LetterKind(enum.StrEnum):
    """Which letter."""

    REPORTER = "reporter"
    PRESERVATION = "preservation"
    RECORDS = "records"


TITLES: Mapping[LetterKind, str] = MappingProxyType(
    {
        LetterKind.REPORTER: "Letter to the reporter",
        LetterKind.PRESERVATION: "Demand to preserve evidence",
        LetterKind.RECORDS: "Request for public records",
    }
)
_SPANISH = "es"
_SPANISH_MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)


def render_letter(production: Production, kind: LetterKind | str, *, numbering: Numbering | None = None) -> Drawing:
    """One letter as a draft: a tagged PDF on US Letter; the same case gives the same bytes.

    The letter to the reporter is in Spanish where the report is, otherwise in English.

    Raises:
        ValueError: There is no such letter.
    """
    case, kind = production.case_file, LetterKind(kind)
    is_spanish = kind is LetterKind.REPORTER and case.language.code == _SPANISH
    return draw_document(
        "letter",
        production,
        numbering,
        title=TITLES[kind],
        foot="Draft letter",
        letter=f"exports/_letter_{kind.value}{'_es' if is_spanish else ''}.html",
        language=_SPANISH if is_spanish else "en",
        is_day=not isinstance(case.received_on, MonthOfDay),
        received_in_words=_write_spanish_day(case) if is_spanish else format_day(case.received_on),
    )


def _write_spanish_day(case: CaseFile) -> str:
    day = case.received_on
    if isinstance(day, MonthOfDay):
        return f"{_SPANISH_MONTHS[day.month - 1]} de {day.year}"
    return f"{day.day} de {_SPANISH_MONTHS[day.month - 1]} de {day.year}"
