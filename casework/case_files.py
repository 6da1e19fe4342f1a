"""An opened case as the plain values that documents are made of.

Only what the ledger vouches for goes on paper, and nothing before the conflict check lets the story be read.
"""

from datetime import date

from casework.agreement_views import AgreementView, view_agreement
from casework.answers import find_story_language
from casework.assignments import list_names
from casework.caseworker import Caseworker
from casework.chronologies import make_chronology
from casework.conversations import Turn, list_contact_changes, view_conversation
from casework.custody_records import make_custody
from casework.deadlines import DEADLINES
from casework.errors import CaseworkError
from casework.files import FileEntry, list_files
from casework.office_records import make_office_record
from casework.opening import OpenedCase
from casework.paper_answers import find_text_language, make_answer, make_fact, make_when
from casework.words import CONFLICT, FILE_KIND, ROLE, TYPED_BY, find_language, read_date
from exports import case_file as paper
from exports.environment import format_day
from models.questionnaire.pages import PAGES
from models.report import Report, find_privilege_class

_PARTIES = {
    "name_to_use": "Reporter, name to use",
    "affected_names": "Person it happened to",
    "held_name": "Person who is held",
    "other_people": "Others who were there",
    "officer_names": "Officers",
    "has_lawyer": "Lawyer already",
}
_PARTY_KINDS = {
    "other_people": paper.PartyKind.BYSTANDER,
    "officer_names": paper.PartyKind.PUBLIC,
    "has_lawyer": paper.PartyKind.PUBLIC,  # one of our own answers
}
_CHILD_AGES = frozenset({"under_13", "13_to_17"})
# Pages that have a place of their own in the summary, or are no facts.
_PLACED_PAGES = frozenset({"where", "when", "what_happened", "contact", "check"})
_PLACED_QUESTIONS = frozenset({"agency", "encounter_type", "how_it_ended", "reach", "held_phone", *_PARTIES})
_CONTACT = (
    *("reach", "whom_to_contact", "contact_ways", "contact_details", "contact_times"),
    *("held_phone", "voicemail", "say_who_calls", "safe_word"),
)
# Whether and how the person it happened to agreed to the report.
_CONSENTS = ("for_someone", "read_back")
_WITNESSES = {"other_people": "Others who were there", "witnesses": "Who else saw it, and how they can be found"}


class CannotExportError(CaseworkError):
    """The case may not go on paper now; `words` says why, for staff."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words


def check_exportable(case: OpenedCase) -> Report:
    """Return the report of a case that may go on paper.

    Raises:
        CannotExportError: names were not checked, or what is stored is not what came in.
    """
    if not case.conflict:
        raise CannotExportError("Record a conflict decision first. A summary holds the story.")
    if not case.may_read_story:
        raise CannotExportError(f"The check of names says “{CONFLICT[case.conflict]}”: the story stays shut.")
    if case.report is None:
        raise CannotExportError("The report cannot be opened.")
    if not case.is_report_vouched:
        raise CannotExportError("The stored report is not the one that the ledger recorded. It does not go on paper.")
    return case.report


def build_case_file(caseworker: Caseworker, case: OpenedCase) -> paper.CaseFile:
    """Put an opened case into the plain values that a summary is made of.

    Raises:
        CannotExportError: as `check_exportable`.
    """
    report = check_exportable(case)
    role = report.values.get("reporter_role", "")
    agreement = view_agreement(caseworker.engine, case)
    files = tuple(entry for entry in list_files(case) if entry.is_vouched)
    return paper.CaseFile(
        reference=case.reference,
        office_name=caseworker.config.office_name,
        received_on=case.row.received_on,
        language=find_story_language(report),
        typed_by=TYPED_BY.get(str(role), "a person who did not say who they are"),
        reporter_role=ROLE.get(str(role), "Not told"),
        privilege_class=paper.PrivilegeClass(find_privilege_class(report.values).value),
        digests=paper.Digests(sealed_report=case.report_digest, opened_report=case.opened_digest),
        story=make_answer(report, "what_happened"),
        translation=_make_translation(caseworker, case),
        parties=tuple(
            paper.Party(label, make_answer(report, question), _find_party_kind(report, question))
            for question, label in _PARTIES.items()
            if question != "held_name" or report.values.get("held_name")
        ),
        incident=_make_incident(case, report),
        stop=paper.Stop(
            agency=make_answer(report, "agency"),
            how_it_began=make_answer(report, "encounter_type"),
            how_it_ended=make_answer(report, "how_it_ended"),
        ),
        sections=_make_sections(report),
        exhibits=tuple(_make_exhibit(entry) for entry in files),
        consents=_make_consents(caseworker, case, report),
        chronology=make_chronology(caseworker, case, report, files),
        witnesses=tuple(
            paper.Party(label, make_answer(report, question), _find_party_kind(report, question))
            for question, label in _WITNESSES.items()
            if report.values.get(question)
        ),
        custody=make_custody(caseworker, case, files, list_names(caseworker)),
        contact=tuple(make_fact(report, question) for question in _CONTACT),
        contact_changes=_make_contact_changes(caseworker, case, report),
        deadlines=_make_deadlines(caseworker, case),
        agreement=_make_agreement(agreement),
        office=make_office_record(caseworker, case, agreement.checks),
        is_demo=caseworker.config.is_demo,
    )


def _find_party_kind(report: Report, question: str) -> paper.PartyKind:
    """Who an answer names. The person it happened to is a child where their age was told so."""
    names_affected = question in {"affected_names", "held_name"} or (
        question == "name_to_use" and report.values.get("reporter_role") == "affected"
    )
    if names_affected and report.values.get("age_band") in _CHILD_AGES:
        return paper.PartyKind.CHILD
    return _PARTY_KINDS.get(question, paper.PartyKind.PERSON)


def _make_incident(case: OpenedCase, report: Report) -> paper.Incident:
    dates = case.dates
    return paper.Incident(
        earliest_on=dates.earliest,
        latest_on=dates.latest,
        words=make_when(report),
        time_of_day=make_answer(report, "time_of_day"),
        place_kind=make_answer(report, "place_kind"),
        county=make_answer(report, "county"),
        state=make_answer(report, "state"),
    )


def _make_consents(caseworker: Caseworker, case: OpenedCase, report: Report) -> tuple[paper.Fact, ...]:
    """Who agreed to what: the answers, whether it may be counted, and confirmations with the person's own code."""
    answers = [make_fact(report, question) for question in _CONSENTS]
    confirmed_on = [
        format_day(turn.item.at.astimezone(caseworker.config.time_zone).date())
        for turn in view_conversation(caseworker, case)
        if turn.item.is_vouched and not turn.is_ours and turn.item.text("kind") == "confirmation"
    ]
    return (
        *(fact for fact in answers if fact.answer.state is not paper.AnswerState.NOT_ASKED),
        *(paper.Fact("Confirmed by the person with their own code", paper.Answer(day)) for day in confirmed_on),
        paper.Fact("May be counted in statistics", paper.Answer("Yes" if report.consent_statistics else "No")),
    )


def _make_agreement(view: AgreementView) -> paper.AgreementOnDay:
    return paper.AgreementOnDay(
        agency=view.agency_name or view.told or "Not told",
        how_found=view.found,
        days=view.days,
        answer=view.answer,
        sentences=view.sentences,
        powers=tuple(f"{model}: {power}." for model, power in view.powers),
        sources=tuple(
            paper.AgreementSource(
                model=source.model,
                words=" ".join(source.lines),
                source=source.source,
                addresses=tuple(url for _name, url, _host in source.documents),
            )
            for source in view.sources
        ),
    )


def _make_exhibit(entry: FileEntry) -> paper.Exhibit:
    file = entry.file
    kind = FILE_KIND.get(file.kind, file.kind)
    if file.is_story:
        kind += ", spoken account" + (", " if not file.language else " in ") + find_language(file.language).name
    return paper.Exhibit(
        name=file.name,
        kind=kind,
        length=file.length,
        sha256=file.sha256,
        received_on=read_date(file.added_on),
        id=file.id,
        media_type=file.media_type,
        is_story=file.is_story,
        language=find_language(file.language) if file.language else None,
    )


def _make_contact_changes(caseworker: Caseworker, case: OpenedCase, report: Report) -> tuple[paper.ContactChange, ...]:
    """The wishes that came later, newest first; those that the ledger does not vouch for stay off paper."""

    def make_fact(turn: Turn, question: str, answer: str) -> paper.Fact:
        is_typed = answer in turn.item.values["contact"].values()
        return paper.Fact(
            question, paper.Answer(answer, language=find_text_language(report, answer) if is_typed else None)
        )

    return tuple(
        paper.ContactChange(
            changed_on=turn.item.at.astimezone(caseworker.config.time_zone).date(),
            whose_code=turn.who,
            facts=tuple(make_fact(turn, question, answer) for question, answer in turn.contact),
        )
        for turn in list_contact_changes(view_conversation(caseworker, case))
        if turn.item.is_vouched
    )


def _make_sections(report: Report) -> tuple[paper.FactSection, ...]:
    pages = {
        page.heading: [question.id for question in page.questions if question.id not in _PLACED_QUESTIONS]
        for page in PAGES
        if page.stem not in _PLACED_PAGES
    }
    return tuple(
        paper.FactSection(heading, tuple(make_fact(report, question) for question in questions))
        for heading, questions in pages.items()
        if questions
    )


def _make_translation(caseworker: Caseworker, case: OpenedCase) -> paper.WorkingTranslation | None:
    item = case.find_newest("translation")
    if item is None:
        return None
    return paper.WorkingTranslation(
        text=item.text("text"),
        translated_by=item.by_name,
        translated_at=item.at.astimezone(caseworker.config.time_zone),
        language=find_language(item.text("language")),
    )


def _make_deadlines(caseworker: Caseworker, case: OpenedCase) -> tuple[paper.Deadline, ...]:
    item = case.find_newest("deadlines")
    if item is None:
        return ()
    dates: dict[str, date | None] = {label: read_date(item.text(name)) for name, label in DEADLINES.items()}
    return tuple(
        paper.Deadline(
            kind=label, due_on=day, signed_by=item.by_name, signed_at=item.at.astimezone(caseworker.config.time_zone)
        )
        for label, day in dates.items()
        if day is not None
    )
