"""Documents of several cases at once: choosing, how far it is, cancelling, and handing over what was made."""

from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from casework.caseworker import Caseworker
from casework.conversation_forms import ButtonForm
from casework.export_runs import MOST_CASES, RunNotFoundError, RunRefusedError, start_run, stop_run
from casework.permissions import Permission, require
from casework.queue import list_references
from casework.run_forms import RunForm, describe_order
from casework.run_listing import RunView, list_own_runs, view_run
from casework.run_results import iterate_result, iterate_zip, record_taking
from casework.views.cases import read_queue_filter, read_queue_form
from casework.views.caseworker import get_caseworker, write_ids
from casework.views.files import STALE, answer_failures
from casework.words import describe_seconds, write_moment, write_size
from web.csrf import N_
from web.errors import ErrorPage
from web.files import get_store
from web.languages import gettext as _

Answer = BaseResponse | tuple[str, int]
blueprint = Blueprint("exports", __name__)
blueprint.url_value_preprocessor(write_ids)

_LOOK_SECONDS = 5
_NONE_CHOSEN = N_("Choose at least one case in the list first.")
_TOO_MANY = N_("The list shows more than {most} cases, and {most} at once are the most. Narrow it down first.")


@blueprint.get("/exports")
@require(Permission.CASE_EXPORT)
def list_exports() -> Answer:
    """List what this person asked for."""
    caseworker = get_caseworker()
    return render_template("casework/exports.html", runs=list_own_runs(caseworker), **_list_words(caseworker)), 200


@blueprint.get("/exports/new")
@require(Permission.CASE_EXPORT)
def show_new() -> Answer:
    """Ask which document to make of the chosen cases."""
    caseworker = get_caseworker()
    if request.args.get("all"):
        wanted = read_queue_filter(read_queue_form(caseworker))
        references = list_references(caseworker, wanted, MOST_CASES)
    else:
        references = request.args.getlist("case")
    form = RunForm(data={"references": " ".join(references)})
    if len(form.list_references()) > MOST_CASES:
        return _render_new(form, 400, _(_TOO_MANY).format(most=MOST_CASES))
    if not form.list_references():
        return _render_new(form, 400, _(_NONE_CHOSEN))
    return _render_new(form, 200)


@blueprint.post("/exports")
@require(Permission.CASE_EXPORT, fresh=True)
def send_new() -> Answer:
    """Ask for it, and show how far it is."""
    form = RunForm(request.form)
    if not form.validate():
        return _render_new(form, 400)
    caseworker = get_caseworker()
    try:
        run_id = start_run(caseworker, form.list_references(), form.make_order())
    except RunRefusedError as refusal:
        return _render_new(form, 409, refusal.words)
    return redirect(url_for("exports.show_run", run_id=run_id, looks=count_looks(caseworker)), code=303)


@blueprint.get("/exports/<uuid:run_id>")
@require(Permission.CASE_EXPORT)
def show_run(run_id: str) -> Answer:
    """Show how far a run is; with `looks` the page comes again by itself, so many times at most."""
    caseworker = get_caseworker()
    run = _find(caseworker, run_id)
    looks = _read_looks(caseworker) if run.is_moving else 0
    text = render_template(
        "casework/export_run.html",
        run=run,
        looks=looks,
        most_looks=count_looks(caseworker),
        look_seconds=_LOOK_SECONDS,
        button_form=ButtonForm(),
        describe_seconds=describe_seconds,
        **_list_words(caseworker),
    )
    # A header and no element of the page: whoever is read to can stop it, and a page without it says so.
    address = url_for("exports.show_run", run_id=run_id, looks=looks - 1)
    response = make_response(text)
    if looks:
        response.headers["Refresh"] = f"{_LOOK_SECONDS}; url={address}"
    return response


@blueprint.post("/exports/<uuid:run_id>/cancel")
@require(Permission.CASE_EXPORT)
def send_cancel(run_id: str) -> Answer:
    """Cancel a run."""
    if not ButtonForm(request.form).validate():
        return render_template("shared/error.html", page=STALE), 400
    try:
        stop_run(get_caseworker(), run_id)
    except RunNotFoundError:
        abort(404)
    return redirect(url_for("exports.show_run", run_id=run_id), code=303)


@blueprint.get("/exports/<uuid:run_id>/all")
@require(Permission.CASE_EXPORT, fresh=True)
@answer_failures
def send_all(run_id: str) -> Answer:
    """Hand over all that was made, as a ZIP."""
    caseworker = get_caseworker()
    run = _find(caseworker, run_id)
    if not run.list_cases("done"):
        abort(404)
    portions = _begin(iterate_zip(caseworker, get_store(), run))
    record_taking(caseworker, run)
    name = f"documents-{run.created_at.astimezone(caseworker.config.time_zone):%Y-%m-%d-%H%M}.zip"
    return _hand_over(Response(portions, mimetype="application/zip"), name)


@blueprint.get("/exports/<uuid:run_id>/files/<uuid:case_id>")
@require(Permission.CASE_EXPORT, fresh=True)
@answer_failures
def send_one(run_id: str, case_id: str) -> Answer:
    """Hand over what was made of one case."""
    caseworker = get_caseworker()
    run = _find(caseworker, run_id)
    case = next((each for each in run.list_cases("done") if each.case_id == case_id), None)
    if case is None:
        abort(404)
    portions = _begin(iterate_result(caseworker, get_store(), run, case))
    record_taking(caseworker, run, case)
    response = Response(portions, mimetype=case.media_type)
    response.content_length = case.length
    return _hand_over(response, case.file_name)


def _find(caseworker: Caseworker, run_id: str | UUID) -> RunView:
    try:
        return view_run(caseworker, f"{run_id}")
    except RunNotFoundError:
        abort(404)


def _begin(portions: Iterator[bytes]) -> Iterator[bytes]:
    """Read the first portion already, so that what cannot be opened is answered with a page that says so."""
    return chain([next(portions, b"")], portions)


def _hand_over(response: Response, name: str) -> Response:
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def count_looks(caseworker: Caseworker) -> int:
    """How often a page may come again by itself: a desk that nobody sits at must still be locked."""
    return caseworker.config.idle_minutes * 60 // _LOOK_SECONDS


def _read_looks(caseworker: Caseworker) -> int:
    text = request.args.get("looks", "")
    is_number = text.isascii() and text.isdecimal() and len(text) <= 6  # noqa: PLR2004  # no endless numbers
    return min(int(text), count_looks(caseworker)) if is_number else 0


def _list_words(caseworker: Caseworker) -> dict[str, Any]:
    return {
        "describe_order": describe_order,
        "moment": partial(write_moment, time_zone=caseworker.config.time_zone, is_to_the_minute=True),
        "write_size": write_size,
    }


def _render_new(form: RunForm, status: int, refusal: str = "") -> tuple[str, int]:
    references = form.list_references()
    page = ErrorPage(N_("This cannot be made"), refusal) if refusal else None
    return render_template("casework/export_new.html", form=form, references=references, refusal=page), status
