"""The page where a case is made ready for copies: passages are marked, files found fit, each copy looked at."""

from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from casework.case_files import CannotExportError, build_case_file
from casework.caseworker import Caseworker
from casework.opening import OpenedCase, record_opening
from casework.passage_marks import NoSuchMarkError, mark_exhibit, mark_passage, remove_mark
from casework.permissions import Permission, require
from casework.recording import CaseChangedError
from casework.redaction_forms import FitExhibitForm, MarkPassageForm, RemoveMarkForm
from casework.redaction_page import view_redaction
from casework.views.case import CHANGED, find_case
from casework.views.caseworker import get_caseworker
from casework.words import write_moment
from web.csrf import N_, BoxForm
from web.languages import gettext as _

Answer = Response | tuple[str, int]
blueprint = Blueprint("redaction", __name__)

GONE = N_("This mark is not there any more. Look at the list again.")


@blueprint.get("/cases/<reference>/redaction")
@require(Permission.CASE_EXPORT)
def show_redaction(reference: str) -> Answer:
    """Show marks, suggestions, and the story as each copy has it."""
    caseworker = get_caseworker()
    return _render(caseworker, find_case(caseworker, reference))


@blueprint.post("/cases/<reference>/redaction")
@require(Permission.CASE_EXPORT)
def send_mark(reference: str) -> Answer:
    """Mark a passage; or, with a suggestion's button, put it into the box and record nothing."""
    caseworker = get_caseworker()
    case = find_case(caseworker, reference)
    if request.form.get("go") == "fill":
        form = MarkPassageForm(data={"passage": request.form.get("passage", "")})
        return _render(caseworker, case, passage=form)
    form = MarkPassageForm(request.form)
    if not form.validate():
        return _render(caseworker, case, passage=form, faulty=form, status=400)
    try:
        mark_passage(caseworker, case, form.make_mark())
    except CaseChangedError:
        form.form_errors.append(_(CHANGED))
        return _render(caseworker, find_case(caseworker, reference), passage=form, faulty=form, status=409)
    except CannotExportError:
        return _render(caseworker, case, passage=form)
    return _go_back(case, "marks")


@blueprint.post("/cases/<reference>/redaction/files")
@require(Permission.CASE_EXPORT)
def send_fit(reference: str) -> Answer:
    """Record for which copies a file is fit."""
    caseworker = get_caseworker()
    case = find_case(caseworker, reference)
    form = _make_file_form(caseworker, case, is_sent=True)
    if form is None:
        return _render(caseworker, case)
    if not form.validate():
        return _render(caseworker, case, files=form, faulty=form, status=400)
    try:
        mark_exhibit(caseworker, case, form.fit_file.code, sorted(form.fit_copies.variants))
    except CaseChangedError:
        form.form_errors.append(_(CHANGED))
        return _render(caseworker, find_case(caseworker, reference), files=form, faulty=form, status=409)
    except CannotExportError:
        return _render(caseworker, case)
    return _go_back(case, "files")


@blueprint.post("/cases/<reference>/redaction/remove")
@require(Permission.CASE_EXPORT)
def send_removal(reference: str) -> Answer:
    """Take a mark away."""
    caseworker = get_caseworker()
    case = find_case(caseworker, reference)
    form = RemoveMarkForm(request.form)
    if not form.validate():
        return _render(caseworker, case, faulty=form, status=400)
    try:
        remove_mark(caseworker, case, form.mark_id.data or "")
    except (NoSuchMarkError, CaseChangedError) as refusal:
        form.form_errors.append(_(GONE if isinstance(refusal, NoSuchMarkError) else CHANGED))
        return _render(caseworker, find_case(caseworker, reference), faulty=form, status=409)
    except CannotExportError:
        return _render(caseworker, case)
    return _go_back(case, "marks")


def _go_back(case: OpenedCase, part: str) -> Response:
    return redirect(url_for("redaction.show_redaction", reference=case.reference) + f"#{part}", code=303)


def _make_file_form(caseworker: Caseworker, case: OpenedCase, *, is_sent: bool = False) -> FitExhibitForm | None:
    """Make the form about files; None where there is none, or the case may not go on paper."""
    try:
        exhibits = build_case_file(caseworker, case).exhibits
    except CannotExportError:
        return None
    form = FitExhibitForm(request.form if is_sent else None)
    form.fit_file.choices = [(each.id, f"{number}. {each.name}") for number, each in enumerate(exhibits, start=1)]
    return form if exhibits else None


def _render(
    caseworker: Caseworker,
    case: OpenedCase,
    *,
    passage: MarkPassageForm | None = None,
    files: FitExhibitForm | None = None,
    faulty: BoxForm | None = None,
    status: int = 200,
) -> tuple[str, int]:
    """Record that this person sees the case, and make the page; or say why there is none."""
    record_opening(caseworker, case)
    try:
        shown = view_redaction(caseworker, case)
    except CannotExportError as refusal:
        page = render_template("casework/redaction.html", case=case, shown=None, refusal=refusal.words, faulty=None)
        return page, 409
    page = render_template(
        "casework/redaction.html",
        case=case,
        shown=shown,
        refusal="",
        faulty=faulty,
        passage_form=passage or MarkPassageForm(),
        file_form=files or _make_file_form(caseworker, case),
        remove_form=RemoveMarkForm(),
        moment=partial(write_moment, time_zone=caseworker.config.time_zone),
    )
    return page, status
