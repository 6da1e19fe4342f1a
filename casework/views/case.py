"""The page of one case, and what is recorded from it. Every showing of it is recorded: see decision 9."""

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from casework import case_forms as forms
from casework.access import read_access
from casework.agency_choosing import choose_agency
from casework.agreement_views import NONE_OF_THEM, make_agency_form, view_agreement
from casework.assignments import CannotOpenCaseError, assign_case, list_colleagues
from casework.assignments import list_names as list_staff_names
from casework.case_parts import list_parts, list_shown
from casework.caseworker import Caseworker
from casework.conflicts import decide_conflict
from casework.conversation_forms import ButtonForm, HoldForm, ReplyForm, make_reply_form
from casework.conversations import view_conversation
from casework.deadlines import DEADLINES, sign_deadlines
from casework.dispositions import DECLINE_CODES, OUTCOMES, decide_disposition, list_decline_codes, list_outcomes
from casework.history import describe_entry, list_history
from casework.holds import change_hold
from casework.marks import Mark, change_mark
from casework.notes import add_note
from casework.notices import list_own_notices
from casework.opening import (
    CaseNotFoundError,
    CaseWithdrawnError,
    ConflictState,
    OpenedCase,
    open_case,
    record_opening,
)
from casework.permissions import Permission, require
from casework.queue import NOBODY
from casework.recording import CaseChangedError, StoryShutError
from casework.replies import ReceiptGoneError, list_readers, send_reply
from casework.row_vouching import list_row_faults
from casework.translations import add_translation
from casework.views.caseworker import get_caseworker
from casework.words import (
    CONFLICT,
    CONSENT,
    FILE_FACT,
    FILE_KIND,
    GOAL,
    MARK,
    ROLE,
    STATUS,
    URGENCY,
    describe_age,
    describe_days_since,
    join_words,
    read_date,
    write_moment,
    write_size,
)
from models.cases import Status
from web.csrf import N_, BoxForm
from web.languages import gettext as _

Answer = Response | tuple[str, int]
Save = Callable[[Caseworker, OpenedCase, Any], object]
blueprint = Blueprint("case", __name__)

# Whatever else stands in an address never reaches the database.
REFERENCE = re.compile(r"[0-9A-Za-z-]{1,16}")

CHECK_FIRST = N_("Record a conflict decision first. What you wrote is not stored.")
SHUT = N_("The conflict check does not allow this.")
NOBODY_READS = N_("No code leads to this case any more, so nobody can read a reply.")
CHANGED = N_("Somebody else changed this case at the same moment. Look at it again, then send this once more.")
CANNOT_OPEN = N_("This person cannot open this case, so it is not assigned. Whoever may give access can change that.")
_WORDS = {
    "conflict": CONFLICT,
    "consent": CONSENT,
    "fact": FILE_FACT,
    "file": FILE_KIND,
    "goal": GOAL,
    "mark": MARK,
    "role": ROLE,
    "status": STATUS,
    "urgency": URGENCY,
}


def find_case(caseworker: Caseworker, reference: str) -> OpenedCase:
    """Open a case for this person, or answer 404."""
    if not REFERENCE.fullmatch(reference):
        abort(404)
    try:
        return open_case(caseworker, reference.upper())
    except CaseNotFoundError:
        abort(404)
    except CaseWithdrawnError as closed:
        abort(make_response(render_template("casework/withdrawn.html", closed=closed, form=HoldForm()), 410))


@blueprint.get("/cases/<reference>")
@require(Permission.CASE_OPEN)
def show_case(reference: str) -> Answer:
    """Show a case: names first, and the story once the conflict check allows it."""
    caseworker = get_caseworker()
    case = find_case(caseworker, reference)
    return _render(caseworker, case, _make_forms(caseworker, case))


@blueprint.post("/cases/<reference>/conflict")
@require(Permission.CONFLICT_DECIDE)
def send_conflict(reference: str) -> Answer:
    """Record a conflict decision."""

    def save(caseworker: Caseworker, case: OpenedCase, form: forms.ConflictForm) -> None:
        decide_conflict(caseworker, case, ConflictState(form.conflict_decision.code), form.conflict_reason.data or "")

    return _save(reference, "conflict", save)


@blueprint.post("/cases/<reference>/disposition")
@require(Permission.DISPOSITION_RECORD)
def send_disposition(reference: str) -> Answer:
    """Record what becomes of the case."""

    def save(caseworker: Caseworker, case: OpenedCase, form: forms.DispositionForm) -> None:
        outcome = Status(form.outcome.code)
        code = form.decline_code.code if outcome is Status.DECLINED else ""
        decide_disposition(caseworker, case, outcome, form.disposition_reason.data or "", decline_code=code)

    return _save(reference, "disposition", save)


@blueprint.post("/cases/<reference>/notes")
@require(Permission.NOTE_WRITE)
def send_note(reference: str) -> Answer:
    """Add a note."""
    return _save(reference, "notes", lambda caseworker, case, form: add_note(caseworker, case, form.note.data))


@blueprint.post("/cases/<reference>/translation")
@require(Permission.TRANSLATION_WRITE)
def send_translation(reference: str) -> Answer:
    """Add a working translation."""
    return _save(
        reference,
        "translation",
        lambda caseworker, case, form: add_translation(caseworker, case, form.translation_text.data),
    )


@blueprint.post("/cases/<reference>/dates")
@require(Permission.DEADLINE_SIGN)
def send_dates(reference: str) -> Answer:
    """Record the dates that an attorney signs for."""

    def save(caseworker: Caseworker, case: OpenedCase, form: forms.DeadlinesForm) -> None:
        typed = {name: form[f"{name}_on"].data for name in DEADLINES}
        dates = {name: date.fromisoformat(text) for name, text in typed.items() if text}
        sign_deadlines(caseworker, case, dates, form.deadlines_basis.data or "")

    return _save(reference, "dates", save)


@blueprint.post("/cases/<reference>/marks")
@require(Permission.MARK_SET)
def send_mark(reference: str) -> Answer:
    """Set a mark or take it away."""

    def save(caseworker: Caseworker, case: OpenedCase, form: forms.MarkForm) -> None:
        change, mark = form.mark_change.code.split("-")
        change_mark(caseworker, case, Mark(mark), form.mark_reason.data or "", is_set=change == "set")

    return _save(reference, "marks", save)


@blueprint.post("/cases/<reference>/assignment")
@require(Permission.CASE_ASSIGN)
def send_assignment(reference: str) -> Answer:
    """Give the case to a person, or to nobody."""

    def save(caseworker: Caseworker, case: OpenedCase, form: forms.AssignmentForm) -> None:
        chosen = form.assignee.code
        staff_id = None if chosen == NOBODY else chosen
        assign_case(caseworker, case, staff_id, list_colleagues(caseworker)[chosen] if staff_id else "")

    return _save(reference, "assignment", save)


@blueprint.post("/cases/<reference>/reply")
@require(Permission.REPLY_WRITE)
def send_reply_form(reference: str) -> Answer:
    """Write to the reporter; or, with the other button, put a prepared reply into the box and send nothing."""
    if request.form.get("go") == "insert":
        caseworker = get_caseworker()
        case = find_case(caseworker, reference)
        made = _make_forms(caseworker, case, sent="reply")
        form = made.get("reply")
        if isinstance(form, ReplyForm):
            form.insert_prepared()
            return _render(caseworker, case, made, faulty=form if form.errors else None)

    def save(caseworker: Caseworker, case: OpenedCase, form: ReplyForm) -> None:
        send_reply(
            caseworker,
            case,
            receipt_id=form.reply_to.code,
            text=form.reply_text.data or "",
            language=form.reply_language.code,
            is_question=bool(form.reply_is_question.data),
        )

    return _save(reference, "reply", save)


@blueprint.post("/cases/<reference>/hold")
@require(Permission.HOLD_SET)
def send_hold(reference: str) -> Answer:
    """Put a legal hold on the case, or lift it: the other one of what stands now."""

    def save(caseworker: Caseworker, case: OpenedCase, form: HoldForm) -> None:
        change_hold(caseworker, case, form.hold_reason.data or "", is_held=not case.row.is_held)

    return _save(reference, "hold", save)


@blueprint.post("/cases/<reference>/agency")
@require(Permission.AGENCY_PICK)
def send_agency(reference: str) -> Answer:
    """Say which agency of the directory the case is about."""

    def save(caseworker: Caseworker, case: OpenedCase, form: forms.AgencyForm) -> None:
        chosen = form.agency_picked.code.removeprefix(NONE_OF_THEM)
        agency_id = form.named.id if form.named else chosen
        name = form.named.name if form.named else dict(form.agency_picked.choices).get(chosen, "")
        choose_agency(caseworker, case, agency_id, name)

    return _save(reference, "agency", save)


def _save(reference: str, name: str, save: Save) -> Answer:
    """Check a form, do what it asks for, and go back to its part of the page; or show the page with what is wrong."""
    caseworker = get_caseworker()
    case = find_case(caseworker, reference)
    made = _make_forms(caseworker, case, sent=name)
    form = made.get(name)
    if form is None:
        refusal = CHECK_FIRST if case.conflict is ConflictState.UNCHECKED else SHUT
        return _render(caseworker, case, made, status=409, refusal=refusal)
    if not form.validate():
        return _render(caseworker, case, made, status=400, faulty=form)
    try:
        save(caseworker, case, form)
    except CaseChangedError:
        form.form_errors.append(_(CHANGED))
        return _render(caseworker, find_case(caseworker, reference), made, status=409, faulty=form)
    except CannotOpenCaseError:
        form.form_errors.append(_(CANNOT_OPEN))
        return _render(caseworker, case, made, status=409, faulty=form)
    except ReceiptGoneError:
        form.form_errors.append(_(NOBODY_READS))
        return _render(caseworker, case, made, status=409, faulty=form)
    except StoryShutError:
        form.form_errors.append(_(SHUT))
        return _render(caseworker, case, made, status=409, faulty=form)
    return redirect(url_for("case.show_case", reference=case.reference) + f"#{name}", code=303)


def _make_forms(caseworker: Caseworker, case: OpenedCase, sent: str = "") -> dict[str, BoxForm]:
    """Make the forms that this person may use on this case now; `sent` names the one that came with the request."""
    may = caseworker.session.may

    def given(name: str) -> Any:  # noqa: ANN401  # WTForms takes any multidict
        return request.form if name == sent else None

    made: dict[str, BoxForm] = {}
    if may(Permission.CONFLICT_DECIDE):
        made["conflict"] = forms.ConflictForm(given("conflict"))
    if case.conflict is ConflictState.UNCHECKED:
        return made
    if may(Permission.DISPOSITION_RECORD):
        outcomes = list_outcomes(caseworker, case)
        disposition = forms.DispositionForm(given("disposition"))
        disposition.outcome.choices = [(status.value, words) for status, words in outcomes.items()]
        disposition.may_decline = Status.DECLINED in outcomes
        disposition.decline_code.choices = list(list_decline_codes(caseworker).items())
        if outcomes:
            made["disposition"] = disposition
    if may(Permission.NOTE_WRITE):
        made["notes"] = forms.NoteForm(given("notes"))
    if may(Permission.CASE_ASSIGN):
        assignment = forms.AssignmentForm(given("assignment"), data={"assignee": case.row.assignee_id or NOBODY})
        assignment.assignee.choices = [(NOBODY, "Nobody"), *list_colleagues(caseworker).items()]
        made["assignment"] = assignment
    _add_standing_forms(made, caseworker, case, given)
    if case.may_read_story:
        _add_story_forms(made, caseworker, case, given)
    return made


def _add_standing_forms(
    made: dict[str, BoxForm], caseworker: Caseworker, case: OpenedCase, given: Callable[[str], Any]
) -> None:
    if caseworker.session.may(Permission.MARK_SET):
        marks = forms.MarkForm(given("marks"))
        marks.mark_change.choices = _list_mark_changes(case)
        made["marks"] = marks
    if caseworker.session.may(Permission.HOLD_SET):
        made["hold"] = HoldForm(given("hold"))


def _add_story_forms(
    made: dict[str, BoxForm], caseworker: Caseworker, case: OpenedCase, given: Callable[[str], Any]
) -> None:
    if caseworker.session.may(Permission.TRANSLATION_WRITE):
        newest = case.find_newest("translation")
        data = {"translation_text": newest.text("text") if newest else ""}
        made["translation"] = forms.TranslationForm(given("translation"), data=data)
    if caseworker.session.may(Permission.DEADLINE_SIGN):
        signed = case.find_newest("deadlines")
        data = {f"{name}_on": signed.text(name) for name in DEADLINES} if signed else {}
        basis = signed.text("basis") if signed else ""
        made["dates"] = forms.DeadlinesForm(given("dates"), data={**data, "deadlines_basis": basis})
    if caseworker.session.may(Permission.AGENCY_PICK):
        made["agency"] = make_agency_form(given("agency"), caseworker.engine, case)
    readers = list_readers(caseworker, case)
    if readers and caseworker.session.may(Permission.REPLY_WRITE):
        made["reply"] = make_reply_form(given("reply"), case, readers, view_conversation(caseworker, case))


def _list_mark_changes(case: OpenedCase) -> list[tuple[str, str]]:
    return [
        (f"unset-{mark.value}", f"Take away “{MARK[mark.value]}”")
        if mark.value in case.marks
        else (f"set-{mark.value}", f"Mark as “{MARK[mark.value]}”")
        for mark in Mark
    ]


def _render(
    caseworker: Caseworker,
    case: OpenedCase,
    made: dict[str, BoxForm],
    *,
    status: int = 200,
    refusal: str = "",
    faulty: BoxForm | None = None,
) -> Answer:
    """Record that this person sees the case, and make its page."""
    record_opening(caseworker, case)
    turns = view_conversation(caseworker, case)
    names = list_staff_names(caseworker)
    content = render_template(
        "casework/case.html",
        agreement=view_agreement(caseworker.engine, case) if case.may_read_story else None,
        case=case,
        shown=list_shown(case, turns),
        is_checked=case.conflict is not ConflictState.UNCHECKED,
        forms=made,
        faulty=faulty,
        refusal=refusal,
        parts=list_parts(case, turns),
        button_form=ButtonForm(),
        dates=case.dates,
        days_since=describe_days_since(case.dates.earliest, case.dates.latest, caseworker.today),
        age=describe_age(case.row.received_on, caseworker.today),
        names=names,
        access=read_access(case),
        notices=list_own_notices(caseworker, case.id),
        history=list_history(case.ledger.entries, names, caseworker.config.time_zone),
        row_faults=list_row_faults(case),
        missing=[describe_entry(entry.kind) for entry in case.missing],
        decline_codes=DECLINE_CODES,
        outcomes={outcome.value: words for outcome, words in OUTCOMES.items()},
        deadlines=DEADLINES,
        words=_WORDS,
        join_words=join_words,
        read_date=read_date,
        write_size=write_size,
        moment=partial(write_moment, time_zone=caseworker.config.time_zone),
    )
    return content, status
