"""What a case looks like on paper: frozen dataclasses of plain values, already opened and already in words.

They must never hold a database row, a key, a file handle or an address to fetch: whatever is to be printed is in them.
What the product does not keep yet has its place here all the same; while it is empty, a document leaves its part out.
"""

import dataclasses
import enum
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


class Variant(enum.StrEnum):
    """Who a document is made for: the facts copy may leave the office, the office copy may not.

    What each of them holds: `exports/redaction/policies.py`.
    """

    FACTS = "facts"
    OFFICE = "office"
    COURT = "court"
    CO_COUNSEL = "co_counsel"
    AGENCY = "agency"
    PRESS = "press"
    REPORTER = "reporter"


class PrivilegeClass(enum.StrEnum):
    """Why the person wrote to the office, on which the marking of each part depends."""

    LEGAL_ADVICE_SOUGHT = "legal_advice_sought"
    RECORD_ONLY = "record_only"
    TIP = "tip"


class AnswerState(enum.StrEnum):
    """How a question was met, so that a blank never reads as "no"."""

    ANSWERED = "answered"
    NOT_SURE = "not_sure"
    PREFER_NOT_TO_SAY = "prefer_not_to_say"
    SKIPPED = "skipped"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class Language:
    """A written language: its BCP 47 code, its name in English, and the way it runs."""

    code: str
    name: str
    direction: Literal["ltr", "rtl"] = "ltr"


ENGLISH = Language("en", "English")


@dataclass(frozen=True)
class Answer:
    """What was said, and how the question was met.

    ``language`` is None for words of the office's own vocabulary, and set for what a person typed in their language.
    """

    text: str = ""
    state: AnswerState = AnswerState.ANSWERED
    language: Language | None = None


NOT_ASKED = Answer(state=AnswerState.NOT_ASKED)


@dataclass(frozen=True)
class Fact:
    """One question of the form and its answer."""

    question: str
    answer: Answer


@dataclass(frozen=True)
class FactSection:
    """Questions that belong together, under one title."""

    title: str
    facts: tuple[Fact, ...]


class PartyKind(enum.StrEnum):
    """Who an answer names, on which it depends whether a copy may name them; a person where nobody said otherwise."""

    PERSON = "person"
    CHILD = "child"
    BYSTANDER = "bystander"
    PUBLIC = "public"  # officers and agencies, and answers that name nobody


@dataclass(frozen=True)
class Party:
    """Somebody or something named in the report: "Affected person", "Officer 2", "Agency"."""

    label: str
    answer: Answer
    kind: PartyKind = PartyKind.PERSON


@dataclass(frozen=True, kw_only=True)
class Incident:
    """When and where it happened.

    ``earliest_on`` and ``latest_on`` are the first and the last day that the words allow; ``words`` are the words used,
    such as "summer, two years ago".
    """

    earliest_on: date | None = None
    latest_on: date | None = None
    words: Answer = NOT_ASKED
    time_of_day: Answer = NOT_ASKED
    place_kind: Answer = NOT_ASKED
    county: Answer = NOT_ASKED
    state: Answer = NOT_ASKED


@dataclass(frozen=True, kw_only=True)
class Stop:
    """The police part of an incident: which agency, how it began, how it ended."""

    agency: Answer = NOT_ASKED
    how_it_began: Answer = NOT_ASKED
    how_it_ended: Answer = NOT_ASKED


@dataclass(frozen=True, kw_only=True)
class WorkingTranslation:
    """A translation typed by the office beside the original. It is never certified, and the page says so."""

    text: str
    translated_by: str
    translated_at: datetime
    language: Language = ENGLISH


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """A date that an attorney typed and signed for. The product computes none of them."""

    kind: str
    due_on: date
    signed_by: str
    signed_at: datetime


@dataclass(frozen=True, kw_only=True)
class AgreementSource:
    """What one source says of one 287(g) agreement, and the addresses of the papers, to be typed off."""

    model: str
    words: str
    source: str
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AgreementOnDay:
    """Whether the agency had a 287(g) agreement on the days of the incident: public facts, as the office has them.

    ``how_found`` says how the agency was found in the office's directory; ``powers`` what such an agreement lets
    officers do.
    """

    agency: str
    how_found: str
    days: str
    answer: str
    sentences: tuple[str, ...] = ()
    powers: tuple[str, ...] = ()
    sources: tuple[AgreementSource, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Digests:
    """SHA-256 in hexadecimal of the report as it was stored, sealed, and of the text that opening it gave."""

    sealed_report: str
    opened_report: str


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """A file that was handed in: what it is, its length in bytes, and its SHA-256 in hexadecimal on the day it came."""

    name: str
    kind: str
    length: int
    sha256: str
    received_on: date | None = None
    id: str = ""
    media_type: str = ""
    is_story: bool = False
    language: Language | None = None


@dataclass(frozen=True, kw_only=True)
class ChronologyEntry:
    """One line of the chronology: what happened when, on whose word, and where it stands.

    ``when`` are the words used, with the days that they allow; ``conflicts_with`` names what says otherwise.
    """

    what: Answer
    when: str
    earliest_on: date | None = None
    latest_on: date | None = None
    source: str
    said_by: str = ""
    page_reference: str = ""
    conflicts_with: str = ""


@dataclass(frozen=True, kw_only=True)
class CustodyEntry:
    """One thing that was done with a file since it came, as the ledger has it. ``digest`` is SHA-256 in hexadecimal."""

    exhibit_id: str
    what: str
    happened_on: date
    happened_at: datetime | None = None
    who: str = ""
    digest: str = ""


@dataclass(frozen=True, kw_only=True)
class ContactChange:
    """How to reach the person as somebody with a code said later. ``whose_code`` says which code, not who held it."""

    changed_on: date
    whose_code: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Something the office decided: a conflict check, a disposition, a mark, an assignment."""

    what: str
    decided_by: str
    decided_at: datetime
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Note:
    """A note of the office's own."""

    text: str
    written_by: str
    written_at: datetime


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """One line of a case's history. What the public site recorded has a day and no time."""

    what: str
    happened_on: date
    happened_at: datetime | None = None
    who: str = ""


@dataclass(frozen=True, kw_only=True)
class OfficeRecord:
    """What the office thought and did. It is in the office copy alone."""

    conflict_checks: tuple[Decision, ...] = ()
    screening: tuple[Fact, ...] = ()
    dispositions: tuple[Decision, ...] = ()
    marks: tuple[Decision, ...] = ()
    assignments: tuple[Decision, ...] = ()
    notes: tuple[Note, ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    chronology: tuple[ChronologyEntry, ...] = ()
    agreement_checks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """A whole case, opened, in plain words. Moments are aware and stand in the office's own time zone.

    ``contact`` is what the report said; ``contact_changes`` came later and are newest first.

    ``typed_by`` completes the sentence "typed by ..." ("a family member"); ``reporter_role`` stands alone
    ("Family member").
    """

    reference: str
    office_name: str
    received_on: date
    language: Language
    typed_by: str
    reporter_role: str
    privilege_class: PrivilegeClass
    digests: Digests
    story: Answer
    translation: WorkingTranslation | None = None
    parties: tuple[Party, ...] = ()
    incident: Incident = dataclasses.field(default_factory=Incident)
    stop: Stop = dataclasses.field(default_factory=Stop)
    sections: tuple[FactSection, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    consents: tuple[Fact, ...] = ()
    chronology: tuple[ChronologyEntry, ...] = ()
    witnesses: tuple[Party, ...] = ()
    custody: tuple[CustodyEntry, ...] = ()
    contact: tuple[Fact, ...] = ()
    contact_changes: tuple[ContactChange, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    agreement: AgreementOnDay | None = None
    office: OfficeRecord | None = None
    is_demo: bool = False

    def without_office_record(self) -> "CaseFile":
        """The same case without anything that the office thought or did, for the facts copy."""
        return dataclasses.replace(self, office=None)
