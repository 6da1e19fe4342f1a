"""Making the case summary of a case: plain values in, a PDF out, its digest in the ledger.

Only what the ledger vouches for goes on paper, and nothing before the conflict check lets the story be read.
"""

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from casework.agreement_views import AgreementView, view_agreement
from casework.answers import find_story_language
from casework.assignments import list_names
from casework.caseworker import Caseworker
from casework.conversations import Turn, list_contact_changes, view_conversation
from casework.deadlines import DEADLINES
from casework.dispositions import DECLINE_CODES, OUTCOMES
from casework.errors import CaseworkError
from casework.files import FileEntry, list_files
from casework.history import list_history
from casework.ledger_writing import append_event
from casework.opening import OpenedCase, WorkItem
from casework.words import CONFLICT, FILE_KIND, MARK, ROLE, TYPED_BY, find_language, read_date
from exports import case_file as paper
from models.engine import write
from models.ledger import Event
from models.questionnaire.pages import PAGES
from models.report import Report, find_privilege_class, get_question_words, get_value_words

_PARTIES = {
    "name_to_use": "Reporter, name to use",
    "affected_names": "Person it happened to",
    "held_name": "Person who is held",
    "other_people": "Others who were there",
    "officer_names": "Officers",
    "has_lawyer": "Lawyer already",
}
# Pages that have a place of their own in the summary, or are no facts.
_PLACED_PAGES = frozenset({"where", "when", "what_happened", "contact", "check"})
_PLACED_QUESTIONS = frozenset({"agency", "encounter_type", "how_it_ended", "reach", "held_phone", *_PARTIES})
_CONTACT = (
    *("reach", "whom_to_contact", "contact_ways", "contact_details", "contact_times"),
    *("held_phone", "voicemail", "say_who_calls", "safe_word"),
)
_RIGHT_TO_LEFT = frozenset({"R", "AL"})  # Unicode's classes of letters that run right to left
_WHEN = ("when", "when_day", "when_month", "when_season", "when_year")


class CannotExportError(CaseworkError):
    """The case may not go on paper now; `words` says why, for staff."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words


@dataclass(frozen=True)
class ExportedSummary:
    """A finished PDF and its file name, which names nobody."""

    content: bytes = field(repr=False)
    file_name: str


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


def export_summary(caseworker: Caseworker, case: OpenedCase, variant: paper.Variant) -> ExportedSummary:
    """Make the PDF case summary and record its digest and which copy it is.

    Raises:
        CannotExportError: as `check_exportable`.
    """
    # WeasyPrint takes a second to load: who only reads the queue need not wait for it.
    from exports.documents.summary import render_case_summary, suggest_file_name  # noqa: PLC0415
    from exports.redaction.redacting import redact  # noqa: PLC0415

    case_file = build_case_file(caseworker, case)
    content = render_case_summary(redact(case_file, variant)).content
    event = Event(
        "case:exported", case.id, hashlib.sha256(content).hexdigest(), caseworker.staff_id, item=variant.value
    )
    with write(caseworker.engine) as connection:
        append_event(connection, event, caseworker.config)
    return ExportedSummary(content, suggest_file_name(case_file, variant))


def build_case_file(caseworker: Caseworker, case: OpenedCase) -> paper.CaseFile:
    """Put an opened case into the plain values that a summary is made of.

    Raises:
        CannotExportError: as `check_exportable`.
    """
    report = check_exportable(case)
    role = report.values.get("reporter_role", "")
    agreement = view_agreement(caseworker.engine, case)
    dates = case.dates
    return paper.CaseFile(
        reference=case.reference,
        office_name=caseworker.config.office_name,
        received_on=case.row.received_on,
        language=find_story_language(report),
        typed_by=TYPED_BY.get(str(role), "a person who did not say who they are"),
        reporter_role=ROLE.get(str(role), "Not told"),
        privilege_class=paper.PrivilegeClass(find_privilege_class(report.values).value),
        digests=paper.Digests(sealed_report=case.report_digest, opened_report=case.opened_digest),
        story=_make_answer(report, "what_happened"),
        translation=_make_translation(caseworker, case),
        parties=tuple(
            paper.Party(label, _make_answer(report, question))
            for question, label in _PARTIES.items()
            if question != "held_name" or report.values.get("held_name")
        ),
        incident=paper.Incident(
            earliest_on=dates.earliest,
            latest_on=dates.latest,
            words=_make_when(report),
            time_of_day=_make_answer(report, "time_of_day"),
            place_kind=_make_answer(report, "place_kind"),
            county=_make_answer(report, "county"),
            state=_make_answer(report, "state"),
        ),
        stop=paper.Stop(
            agency=_make_answer(report, "agency"),
            how_it_began=_make_answer(report, "encounter_type"),
            how_it_ended=_make_answer(report, "how_it_ended"),
        ),
        sections=_make_sections(report),
        exhibits=tuple(_make_exhibit(entry) for entry in list_files(case) if entry.is_vouched),
        contact=tuple(_make_fact(report, question) for question in _CONTACT),
        contact_changes=_make_contact_changes(caseworker, case, report),
        deadlines=_make_deadlines(caseworker, case),
        agreement=_make_agreement(agreement),
        office=_make_office_record(caseworker, case, agreement.checks),
        is_demo=caseworker.config.is_demo,
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
    )


def _make_answer(report: Report, question: str) -> paper.Answer:
    answer = report.find_answer(question)
    if answer is None:
        return paper.NOT_ASKED
    state = paper.AnswerState(answer.state)
    if state is not paper.AnswerState.ANSWERED:
        return paper.Answer(state=state)
    words = get_value_words(question, answer.value)
    return paper.Answer(words, state, _find_text_language(report, words) if words == answer.value else None)


def _find_text_language(report: Report, text: str) -> paper.Language | None:
    """The language of a typed text; None for Latin letters, such as a name, in a language that runs right to left."""
    language = find_story_language(report)
    runs_back = any(unicodedata.bidirectional(sign) in _RIGHT_TO_LEFT for sign in text)
    return language if runs_back or language.direction == "ltr" else None


def _make_when(report: Report) -> paper.Answer:
    """The words about the day: what was chosen, and its parts."""
    answer = _make_answer(report, "when")
    if answer.state is not paper.AnswerState.ANSWERED:
        return answer
    values = report.values
    words = [get_value_words(question, values[question]) for question in _WHEN if values.get(question)]
    return paper.Answer(": ".join([words[0], " ".join(words[1:])]) if words[1:] else words[0])


def _make_fact(report: Report, question: str) -> paper.Fact:
    return paper.Fact(get_question_words(question), _make_answer(report, question))


def _make_contact_changes(caseworker: Caseworker, case: OpenedCase, report: Report) -> tuple[paper.ContactChange, ...]:
    """The wishes that came later, newest first; those that the ledger does not vouch for stay off paper."""

    def make_fact(turn: Turn, question: str, answer: str) -> paper.Fact:
        is_typed = answer in turn.item.values["contact"].values()
        return paper.Fact(
            question, paper.Answer(answer, language=_find_text_language(report, answer) if is_typed else None)
        )

    return tuple(
        paper.ContactChange(
            changed_on=_in_office_time(caseworker, turn.item.at).date(),
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
        paper.FactSection(heading, tuple(_make_fact(report, question) for question in questions))
        for heading, questions in pages.items()
        if questions
    )


def _in_office_time(caseworker: Caseworker, moment: datetime) -> datetime:
    return moment.astimezone(caseworker.config.time_zone)


def _make_translation(caseworker: Caseworker, case: OpenedCase) -> paper.WorkingTranslation | None:
    item = case.find_newest("translation")
    if item is None:
        return None
    return paper.WorkingTranslation(
        text=item.text("text"),
        translated_by=item.by_name,
        translated_at=_in_office_time(caseworker, item.at),
        language=find_language(item.text("language")),
    )


def _make_deadlines(caseworker: Caseworker, case: OpenedCase) -> tuple[paper.Deadline, ...]:
    item = case.find_newest("deadlines")
    if item is None:
        return ()
    dates: dict[str, date | None] = {label: read_date(item.text(name)) for name, label in DEADLINES.items()}
    return tuple(
        paper.Deadline(kind=label, due_on=day, signed_by=item.by_name, signed_at=_in_office_time(caseworker, item.at))
        for label, day in dates.items()
        if day is not None
    )


def _make_office_record(caseworker: Caseworker, case: OpenedCase, checks: tuple[str, ...]) -> paper.OfficeRecord:
    def list_items(kind: str) -> list[WorkItem]:
        return [item for item in reversed(case.list_items(kind)) if item.is_vouched and item.has_opened]

    def decide(item: WorkItem, what: str) -> paper.Decision:
        return paper.Decision(
            what=what,
            decided_by=item.by_name,
            decided_at=_in_office_time(caseworker, item.at),
            reason=item.text("reason"),
        )

    return paper.OfficeRecord(
        conflict_checks=tuple(
            decide(item, CONFLICT.get(item.text("decision"), "")) for item in list_items("conflict_check")
        ),
        dispositions=tuple(decide(item, _describe_disposition(item)) for item in list_items("disposition")),
        marks=tuple(
            decide(item, f"{MARK.get(item.text('mark'), '')}, {'set' if item.values.get('is_set') else 'taken away'}")
            for item in list_items("mark")
        ),
        assignments=tuple(
            decide(item, f"Given to {item.text('to_name') or 'nobody'}") for item in list_items("assignment")
        ),
        notes=tuple(
            paper.Note(text=item.text("text"), written_by=item.by_name, written_at=_in_office_time(caseworker, item.at))
            for item in list_items("note")
        ),
        history=_make_history(caseworker, case, list_names(caseworker)),
        agreement_checks=checks,
    )


def _describe_disposition(item: WorkItem) -> str:
    words = {outcome.value: text for outcome, text in OUTCOMES.items()}.get(item.text("outcome"), "")
    code = DECLINE_CODES.get(item.text("decline_code"), "")
    return f"{words}: {code}" if code else words


def _make_history(caseworker: Caseworker, case: OpenedCase, names: Mapping[str, str]) -> tuple[paper.HistoryEntry, ...]:
    entries = []
    for line in list_history(case.ledger.entries, names, caseworker.config.time_zone):
        moment = _in_office_time(caseworker, line.when) if isinstance(line.when, datetime) else None
        day = moment.date() if moment else line.when
        what = f"{line.what} ({line.times} times)" if line.times > 1 else line.what
        entries.append(paper.HistoryEntry(what=what, happened_on=day, happened_at=moment, who=line.who))
    return tuple(entries)
