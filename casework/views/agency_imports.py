"""ICE's list: uploaded, looked at, applied or dropped; and the history of the lists that were."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from casework.agency_forms import ButtonForm, ListDetailsForm, ListUploadForm
from casework.agency_import import (
    ImportClosedError,
    ImportNotFoundError,
    ImportView,
    NotPublishedError,
    OlderListError,
    apply_list,
    decide_details,
    drop_list,
    take_list,
    view_import,
)
from casework.agreement_words import MODEL
from casework.assignments import list_names
from casework.ice_list import ListedRow, UnreadableListError
from casework.list_comparing import ChangeKind, name_choice
from casework.list_upload import read_upload
from casework.permissions import Permission, require
from casework.views.caseworker import get_caseworker, write_ids
from models.counties import list_counties, name_state
from models.engine import read
from models.list_imports import ImportStanding, list_all_imports, read_plain
from web.body_limit import takes_files
from web.csrf import N_
from web.languages import gettext as _

Answer = Response | tuple[str, int]
blueprint = Blueprint("agency_imports", __name__)
blueprint.url_value_preprocessor(write_ids)

_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,4}")
PAGE_CHANGES = 100
CHOOSE_FILE = N_("Choose the file with ICE's list")
OLDER = N_("A newer list was applied already. This one would undo what that one changed, so it cannot be applied.")
CLOSED = N_("Somebody applied or dropped this list in the meantime.")
SAY_WHEN = N_("Write first on which day ICE published this list.")
NOT_YET = N_("This day is still to come.")
STANDING = {
    ImportStanding.WAITING: N_("Waits for a decision"),
    ImportStanding.APPLIED: N_("Applied"),
    ImportStanding.DROPPED: N_("Dropped"),
    ImportStanding.SHIPPED: N_("Ships with the program"),
}
KIND = {
    ChangeKind.NEW: N_("New on the list"),
    ChangeKind.GONE: N_("Gone from the list"),
    ChangeKind.EDITED: N_("Edited"),
}
FIELD = {
    "signed_on": N_("Signed"),
    "county": N_("County"),
    "type": N_("Kind of agency"),
    "moa_url": N_("Agreement's text"),
    "addendum_url": N_("Addendum"),
}


@blueprint.get("/agencies/imports")
@require(Permission.AGENCY_READ)
def list_imports() -> Answer:
    """Show the lists that were read, and the form for another."""
    return _render_history(ListUploadForm())


@blueprint.post("/agencies/imports")
@takes_files
@require(Permission.AGENCY_EDIT)
def send_list() -> Answer:
    """Read a list and show what it would change; nothing changes yet."""
    upload = read_upload("list")
    form = ListUploadForm(upload.form)
    form.validate()
    errors = list(form.list.errors)
    if upload.content is None:
        errors.append(_(CHOOSE_FILE))
    if not form.errors and not errors:
        assert upload.content is not None
        try:
            import_id = take_list(get_caseworker(), upload.content, upload.file_name)
        except UnreadableListError as fault:
            errors.append(_(fault.message).format(names=fault.names))
        else:
            return redirect(f"/agencies/imports/{import_id}", code=303)
    form.list.errors = errors
    return _render_history(form)


@blueprint.get("/agencies/imports/<uuid:import_id>")
@require(Permission.AGENCY_READ)
def show_import(import_id: str) -> Answer:
    """Show what a list would change, or did."""
    return _render(_find(import_id), None)


@blueprint.post("/agencies/imports/<uuid:import_id>/details")
@require(Permission.AGENCY_EDIT)
def send_details(import_id: str) -> Answer:
    """Say when the list was published and which counties its cells mean, and compare again."""
    view = _find(import_id)
    form = ListDetailsForm(request.form)
    published_on = date.fromisoformat(form.published_on.data or "") if form.validate() else None
    if published_on and published_on > get_caseworker().today:
        form.published_on.errors = [_(NOT_YET)]
    if form.errors or published_on is None:
        return _render(view, form)
    unread = _list_unread(view)
    choices = {name: request.form.get(f"county-{number}", "") for number, (name, _row) in enumerate(unread)}
    try:
        decide_details(get_caseworker(), import_id, published_on, {**view.choices, **choices})
    except ImportClosedError:
        form.form_errors.append(_(CLOSED))
        return _render(_find(import_id), form)
    return redirect(f"/agencies/imports/{import_id}", code=303)


@blueprint.post("/agencies/imports/<uuid:import_id>/apply")
@require(Permission.AGENCY_EDIT)
def send_apply(import_id: str) -> Answer:
    """Change the directory as the list says."""
    return _decide(import_id, is_applied=True)


@blueprint.post("/agencies/imports/<uuid:import_id>/drop")
@require(Permission.AGENCY_EDIT)
def send_drop(import_id: str) -> Answer:
    """Forget the list; the directory stays as it is."""
    return _decide(import_id, is_applied=False)


def _decide(import_id: str, *, is_applied: bool) -> Answer:
    _find(import_id)
    form = ButtonForm(request.form)
    if form.validate():
        try:
            if is_applied:
                apply_list(get_caseworker(), import_id)
            else:
                drop_list(get_caseworker(), import_id)
        except ImportClosedError:
            form.form_errors.append(_(CLOSED))
        except OlderListError:
            form.form_errors.append(_(OLDER))
        except NotPublishedError:
            form.form_errors.append(_(SAY_WHEN))
    if form.errors:
        return _render(_find(import_id), form)
    return redirect(f"/agencies/imports/{import_id}", code=303)


def _find(import_id: str) -> ImportView:
    try:
        return view_import(get_caseworker(), import_id)
    except ImportNotFoundError:
        abort(404)


def _list_unread(view: ImportView) -> list[tuple[str, ListedRow]]:
    """One row for each cell that no county fits, with its key among the choices."""
    return list({name_choice(row): row for row in view.read.rows if row.county and not row.county_fips}.items())


def _list_changes(view: ImportView) -> dict[ChangeKind, Sequence[Any]]:
    """The changes by kind: of a list that waits as it would be now, of an applied one as it was."""
    if view.comparison is not None:
        return {kind: view.comparison.list_kind(kind) for kind in ChangeKind}
    return {kind: [change for change in view.changes if change["kind"] == kind.value] for kind in ChangeKind}


def _render(view: ImportView, wrong: Any) -> Answer:  # noqa: ANN401  # either of the page's forms
    shown = request.args.get("kind", "")
    text = request.args.get("page", "1")
    if (shown and shown not in set(ChangeKind)) or not _PAGE_NUMBER.fullmatch(text):
        abort(404)
    is_details = isinstance(wrong, ListDetailsForm)
    published_on = view.published_on.isoformat() if view.published_on else ""
    content = render_template(
        "casework/agency_import.html",
        view=view,
        changes=_list_changes(view),
        unread=[(name, row, list_counties(row.state)) for name, row in _list_unread(view)],
        details=wrong if is_details else ListDetailsForm(data={"published_on": published_on}),
        button=ButtonForm(),
        wrong=wrong,
        shown=shown,
        number=int(text),
        page_changes=PAGE_CHANGES,
        standing=STANDING,
        kinds=KIND,
        field_words=FIELD,
        models=MODEL,
        name_state=name_state,
    )
    return content, 400 if wrong is not None and wrong.errors else 200


def _render_history(form: ListUploadForm) -> Answer:
    caseworker = get_caseworker()
    with read(caseworker.engine) as connection:
        rows = [(row, read_plain(row.counts)) for row in list_all_imports(connection)]
    is_wrong = bool(form.errors or form.list.errors)
    content = render_template(
        "casework/agency_imports.html",
        form=form,
        is_wrong=is_wrong,
        rows=rows,
        names=list_names(caseworker),
        standing=STANDING,
    )
    return content, 400 if is_wrong else 200
