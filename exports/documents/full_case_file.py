"""The full case file: everything that a copy of a case holds, part by part, each with its own marking.

It must never leave a part out without saying so: the last part lists what is empty and what the product does not keep.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from exports.case_file import CaseFile
from exports.documents.assembling import draw_document
from exports.legends import Part
from exports.productions import Drawing, Numbering, Production

NOT_KEPT = (
    "Court filings and dockets",
    "retainers and engagement letters",
    "medical and employment records that nobody handed in",
    "letters and calls outside of the product",
    "interviews with witnesses",
    "a privilege log",
)
_COVER_LEGEND = "CONFIDENTIAL — EACH PART IS MARKED FOR ITSELF"


@dataclass(frozen=True)
class Chapter:
    """One part of the case file: the stem of its template, its title, the part that its marking follows.

    ``stands_alone`` keeps it on pages of its own whatever stands before it.
    """

    key: str
    title: str
    part: Part
    is_present: Callable[[CaseFile], bool] = lambda _case: True
    stands_alone: bool = False

    @property
    def template(self) -> str:
        """The template's full name."""
        return f"exports/_{self.key}.html"


CHAPTERS = (
    Chapter("overview", "Summary", Part.FACTS, stands_alone=True),
    Chapter("deadlines", "Deadlines", Part.COUNSEL, lambda case: bool(case.deadlines)),
    Chapter("contact", "Contact rules", Part.COUNSEL, lambda case: bool(case.contact or case.contact_changes)),
    Chapter("consents", "Consent record", Part.FACTS, lambda case: bool(case.consents)),
    Chapter("chronology", "Chronology", Part.ACCOUNT, lambda case: bool(case.chronology)),
    Chapter("account", "The account", Part.ACCOUNT),
    Chapter("facts", "Facts as reported", Part.FACTS),
    Chapter("agency", "Officers and agency", Part.FACTS),
    Chapter("witnesses", "Witnesses", Part.FACTS, lambda case: bool(case.witnesses)),
    Chapter("exhibits", "Exhibits", Part.EVIDENCE, lambda case: bool(case.exhibits)),
    Chapter("custody", "Custody log", Part.EVIDENCE, lambda case: bool(case.custody)),
    Chapter("manifest", "Hash manifest", Part.EVIDENCE),
    Chapter("certificate", "Draft certificate, Fed. R. Evid. 902(13) and (14)", Part.EVIDENCE, stands_alone=True),
    Chapter("office", "The office’s own record", Part.OFFICE, lambda case: case.office is not None),
    Chapter("omissions", "What was left out", Part.FACTS),
)


def render_full_case_file(production: Production, *, numbering: Numbering | None = None) -> Drawing:
    """The full case file as a tagged PDF on US Letter; the same case gives the same bytes."""
    case = production.case_file
    chapters = [chapter for chapter in CHAPTERS if chapter.is_present(case)]
    return draw_document(
        "full_case_file",
        production,
        numbering,
        cover_legend=_COVER_LEGEND,
        chapters=[
            (chapter, _starts_page(before, chapter)) for before, chapter in pairwise((None, *chapters)) if chapter
        ],
        absent=[chapter.title for chapter in CHAPTERS if not chapter.is_present(case)],
        not_kept=NOT_KEPT,
    )


def _starts_page(before: Chapter | None, chapter: Chapter) -> bool:
    """Whoever reads one page must see the marking of all that is on it: only chapters marked alike share a page."""
    return before is None or before.part is not chapter.part or before.stands_alone or chapter.stands_alone
