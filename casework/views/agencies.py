"""The directory of agencies: the list, one agency, and what is changed of it by hand."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from casework import agency_forms as forms
from casework.agency_forms import TYPE_WORDS, write_when
from casework.agency_pages import AgencyView, find_namesake, view_agencies, view_agency
from casework.agreement_words import (
    EVENT_KIND,
    MODEL,
    POWERS,
    answer_status,
    describe_agreement,
    describe_status,
    join_models,
    write_day,
)
from casework.caseworker import Caseworker
from casework.directory_editing import (
    ListedError,
    NotInDirectoryError,
    SameAgencyError,
    add_agency,
    correct_agency,
    merge_agencies,
    record_agreement,
    record_event,
    remove_agreement,
    remove_event,
)
from casework.permissions import Permission, require
from casework.shipped_facts import load_shipped_facts
from casework.views.agency_sure import ask_once_more, describe_merge, is_sure
from casework.views.caseworker import get_caseworker, write_ids
from models.agencies import AgencySearch
from models.agreements import Agreement
from models.counties import name_state
from web.csrf import N_, BoxForm
from web.languages import gettext as _

Answer = Response | tuple[str, int]
blueprint = Blueprint("agencies", __name__)
blueprint.url_value_preprocessor(write_ids)

_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
LISTED = N_("This stands on one of ICE's lists, so it is not removed. Write when it ended instead.")
NOT_THE_SAME = N_("An agency can be merged with another one of its state only.")
ADD_AGENCY = N_("Add an agency")
CORRECT_AGENCY = N_("Correct the agency")
ADD_AGREEMENT = N_("Add an agreement")
CORRECT_AGREEMENT = N_("Correct an agreement")
ADD_EVENT = N_("Add to the timeline")
MERGE = N_("Merge with another agency")
REMOVE_AGREEMENT = N_("Remove an agreement")
REMOVE_EVENT = N_("Remove from the timeline")
DONE = {
    "merged": N_("It is merged. The other one has its names, agreements and timeline now."),
    "removed": N_("It is removed."),
}
_WORDS = {
    "event": EVENT_KIND,
    "model": MODEL,
    "powers": POWERS,
    "type": TYPE_WORDS,
}


@blueprint.get("/agencies")
@require(Permission.AGENCY_READ)
def list_agencies() -> Answer:
    """Show a page of the directory, narrowed by words and state."""
    return _render_list(forms.ButtonForm())


@blueprint.post("/agencies/facts")
@require(Permission.AGENCY_EDIT)
def send_facts() -> Answer:
    """Put the facts that ship with the program into the directory."""
    form = forms.ButtonForm(request.form)
    if not form.validate():
        return _render_list(form)
    caseworker = get_caseworker()
    loaded = load_shipped_facts(caseworker.engine, caseworker.config, actor=caseworker.staff_id)
    return redirect(f"/agencies?loaded={loaded.total}", code=303)


@blueprint.get("/agencies/new")
@require(Permission.AGENCY_EDIT)
def show_new() -> Answer:
    """Show the form of a new agency."""
    form = forms.AgencyForm(data={"cited_on": get_caseworker().today.isoformat(), "is_listed": True})
    return _render_form(None, form, ADD_AGENCY)


@blueprint.post("/agencies/new")
@require(Permission.AGENCY_EDIT)
def send_new() -> Answer:
    """Add an agency."""
    form = forms.AgencyForm(request.form)
    _tell_today(form)
    if not form.validate() or _has_namesake(form):
        return _render_form(None, form, ADD_AGENCY)
    return redirect(f"/agencies/{add_agency(get_caseworker(), form.list_columns())}", code=303)


@blueprint.get("/agencies/<uuid:agency_id>")
@require(Permission.AGENCY_READ)
def show_agency(agency_id: str) -> Answer:
    """Show all that is known of an agency; the id of one that was merged leads to the one that remains."""
    view = _find_view(agency_id)
    if view.row.id != agency_id:
        done = request.args.get("done", "")
        return redirect(f"/agencies/{view.row.id}{f'?done={done}' if done in DONE else ''}", code=303)
    return _render(view, forms.ButtonForm())


@blueprint.get("/agencies/<uuid:agency_id>/edit")
@require(Permission.AGENCY_EDIT)
def show_edit(agency_id: str) -> Answer:
    """Show what the directory says of an agency itself, to correct it."""
    view = _find_own(agency_id)
    names = ("name", "aliases", "type", "state", "county", "city", "ori", "claims_office", "officials", "source")
    facts = {name: getattr(view.row, name) for name in (*names, "is_listed")}
    form = forms.AgencyForm(data={**facts, "cited_on": _write_day_cited(view.row.cited_on)})
    return _render_form(view, form, CORRECT_AGENCY)


@blueprint.post("/agencies/<uuid:agency_id>/edit")
@require(Permission.AGENCY_EDIT)
def send_edit(agency_id: str) -> Answer:
    """Correct what the directory says of an agency itself."""
    view = _find_own(agency_id)
    form = forms.AgencyForm(request.form)
    form.known_county = (view.row.county, view.row.county_fips)
    _tell_today(form)
    if form.validate() and _has_namesake(form, view):
        return _render_form(view, form, CORRECT_AGENCY)
    return _save(view, form, CORRECT_AGENCY, lambda who: correct_agency(who, agency_id, form.list_columns()))


@blueprint.get("/agencies/<uuid:agency_id>/agreements/new")
@require(Permission.AGENCY_EDIT)
def show_new_agreement(agency_id: str) -> Answer:
    """Show the form for what a source says of an agreement."""
    return _render_form(
        _find_own(agency_id), forms.AgreementForm(data={"cited_on": _write_day_cited(None)}), ADD_AGREEMENT
    )


@blueprint.post("/agencies/<uuid:agency_id>/agreements/new")
@require(Permission.AGENCY_EDIT)
def send_new_agreement(agency_id: str) -> Answer:
    """Add what a source says of an agreement."""
    form = forms.AgreementForm(request.form)
    return _save(
        _find_own(agency_id), form, ADD_AGREEMENT, lambda who: record_agreement(who, agency_id, form.list_columns())
    )


@blueprint.get("/agencies/<uuid:agency_id>/agreements/<uuid:agreement_id>")
@require(Permission.AGENCY_EDIT)
def show_agreement(agency_id: str, agreement_id: str) -> Answer:
    """Show one source's word on an agreement, to correct it."""
    view = _find_own(agency_id)
    agreement = _find_agreement(view, agreement_id)
    names = ("moa_url", "addendum_url", "source", "source_url")
    data = {name: getattr(agreement, name) for name in names}
    data |= {
        "support_type": agreement.support_type.value,
        "signed": write_when(agreement.signed_on, agreement.signed_precision),
        "ended": write_when(agreement.ended_on, agreement.ended_precision),
        "cited_on": _write_day_cited(agreement.cited_on),
    }
    return _render_form(view, forms.AgreementForm(data=data), CORRECT_AGREEMENT)


@blueprint.post("/agencies/<uuid:agency_id>/agreements/<uuid:agreement_id>")
@require(Permission.AGENCY_EDIT)
def send_agreement(agency_id: str, agreement_id: str) -> Answer:
    """Correct one source's word on an agreement."""
    view = _find_own(agency_id)
    _find_agreement(view, agreement_id)
    form = forms.AgreementForm(request.form)
    return _save(
        view,
        form,
        CORRECT_AGREEMENT,
        lambda who: record_agreement(who, agency_id, form.list_columns(), agreement_id),
    )


@blueprint.post("/agencies/<uuid:agency_id>/agreements/<uuid:agreement_id>/remove")
@require(Permission.AGENCY_EDIT)
def send_remove_agreement(agency_id: str, agreement_id: str) -> Answer:
    """Take out an agreement that was added by mistake, after asking once more."""
    view = _find_own(agency_id)
    row = _find_agreement(view, agreement_id)
    line = " ".join([f"{MODEL[row.support_type]}.", *describe_agreement(row), row.source])
    lines = [] if row.first_seen_on else [line]  # what a list has is refused anyway: nothing to ask
    return _press(view, REMOVE_AGREEMENT, lines, lambda who: remove_agreement(who, agency_id, agreement_id))


@blueprint.get("/agencies/<uuid:agency_id>/events/new")
@require(Permission.AGENCY_EDIT)
def show_new_event(agency_id: str) -> Answer:
    """Show the form for something that happened."""
    return _render_form(_find_own(agency_id), forms.EventForm(data={"cited_on": _write_day_cited(None)}), ADD_EVENT)


@blueprint.post("/agencies/<uuid:agency_id>/events/new")
@require(Permission.AGENCY_EDIT)
def send_new_event(agency_id: str) -> Answer:
    """Add to an agency's timeline."""
    form = forms.EventForm(request.form)
    return _save(_find_own(agency_id), form, ADD_EVENT, lambda who: record_event(who, agency_id, form.list_columns()))


@blueprint.post("/agencies/<uuid:agency_id>/events/<uuid:event_id>/remove")
@require(Permission.AGENCY_EDIT)
def send_remove_event(agency_id: str, event_id: str) -> Answer:
    """Take out of the timeline what was added by mistake, after asking once more."""
    view = _find_own(agency_id)
    row = next((event for event in view.events if event.id == event_id), None) or abort(404)
    line = f"{write_day(row.happened_on, row.precision)}: {EVENT_KIND.get(row.kind, row.kind)}. {row.what} {row.source}"
    return _press(view, REMOVE_EVENT, [line], lambda who: remove_event(who, agency_id, event_id))


@blueprint.get("/agencies/<uuid:agency_id>/merge")
@require(Permission.AGENCY_EDIT)
def show_merge(agency_id: str) -> Answer:
    """Ask which agency this one is the same as."""
    view = _find_own(agency_id)
    return _render_form(view, _make_merge_form(view), MERGE)


@blueprint.post("/agencies/<uuid:agency_id>/merge")
@require(Permission.AGENCY_EDIT)
def send_merge(agency_id: str) -> Answer:
    """Say that this agency is the same as another, which remains, after showing what that does."""
    view = _find_own(agency_id)
    form = _make_merge_form(view)
    if not is_sure() and form.validate():
        remaining = next(row for row in view.others if row.id == form.remaining.code)
        return ask_once_more(view, form, MERGE, describe_merge(view, remaining.name), remaining.id)
    return _save(view, form, MERGE, lambda who: merge_agencies(who, agency_id, form.remaining.code))


def _has_namesake(form: forms.AgencyForm, view: AgencyView | None = None) -> bool:
    """Whether another agency of the state is called so, and nobody ticked that this is another one; says so then."""
    if form.is_another.data or (view and view.row.name == form.name.data):
        return False
    known = find_namesake(get_caseworker(), form.name.data or "", form.state.code, view.row.id if view else "")
    if known is not None:
        form.refuse_namesake(known.name, known.county)
    return known is not None


def _find_view(agency_id: str) -> AgencyView:
    view = view_agency(get_caseworker(), agency_id)
    if view is None:
        abort(404)
    return view


def _find_own(agency_id: str) -> AgencyView:
    """Find an agency that was not merged into another, or answer 404."""
    view = _find_view(agency_id)
    if view.row.id != agency_id:
        abort(404)
    return view


def _find_agreement(view: AgencyView, agreement_id: str) -> Agreement:
    found = next((agreement for agreement in view.agreements if agreement.id == agreement_id), None)
    return found or abort(404)


def _make_merge_form(view: AgencyView) -> forms.MergeForm:
    form = forms.MergeForm(request.form)
    form.remaining.choices = [(row.id, f"{row.name} ({row.county})" if row.county else row.name) for row in view.others]
    return form


def _write_day_cited(cited_on: date | None) -> str:
    return (cited_on or get_caseworker().today).isoformat()


def _tell_today(form: BoxForm) -> None:
    if isinstance(form, forms.DatedForm):
        form.today = get_caseworker().today


def _save(view: AgencyView, form: BoxForm, title: str, deed: Callable[[Caseworker], None]) -> Answer:
    """Check the form that was posted, do the deed, and show the agency; or show what is wrong."""
    _tell_today(form)
    if form.validate():
        try:
            deed(get_caseworker())
        except NotInDirectoryError:
            abort(404)
        except SameAgencyError:
            form.form_errors.append(_(NOT_THE_SAME))
    if form.errors:
        return _render_form(view, form, title)
    done = "?done=merged" if title == MERGE else ""
    return redirect(f"/agencies/{view.row.id}{done}", code=303)


def _press(view: AgencyView, title: str, lines: Sequence[str], deed: Callable[[Caseworker], None]) -> Answer:
    """Do what a button of an agency's page says; where there is something to show, ask once more before."""
    form = forms.ButtonForm(request.form)
    if form.validate():
        if lines and not is_sure():
            return ask_once_more(view, form, title, lines)
        try:
            deed(get_caseworker())
        except NotInDirectoryError:
            abort(404)
        except ListedError:
            form.form_errors.append(_(LISTED))
    return _render(view, form) if form.errors else redirect(f"/agencies/{view.row.id}?done=removed", code=303)


def _render(view: AgencyView, button: forms.ButtonForm) -> Answer:
    content = render_template(
        "casework/agency.html",
        view=view,
        button=button,
        done=_(DONE[done]) if (done := request.args.get("done", "")) in DONE else "",
        words=_WORDS,
        answer=answer_status(view.status),
        describe_agreement=describe_agreement,
        sentences=describe_status(view.status),
        name_state=name_state,
        write_day=write_day,
    )
    return content, 400 if button.errors else 200


def _render_form(view: AgencyView | None, form: BoxForm, title: str) -> Answer:
    if isinstance(form, forms.AgencyForm) and not (form.is_another.data or form.name.errors):
        del form.is_another  # asked only where the name is known already
    content = render_template("casework/agency_form.html", view=view, form=form, title=_(title))
    return content, 400 if form.errors else 200


def _render_list(button: forms.ButtonForm) -> Answer:
    form = forms.AgencySearchForm(request.args)
    is_valid = form.validate()
    search = AgencySearch(form.words.data or "", form.state.code) if is_valid else AgencySearch()
    text = request.args.get("page", "1")
    page = view_agencies(get_caseworker(), search, int(text)) if _PAGE_NUMBER.fullmatch(text) else None
    if page is None:
        abort(404)
    kept = {name: request.args[name] for name in ("words", "state") if request.args.get(name)}
    loaded = request.args.get("loaded", "")
    content = render_template(
        "casework/agencies.html",
        form=form,
        button=button,
        page=page,
        link=lambda number: f"/agencies?{urlencode({**kept, 'page': number})}",
        loaded=loaded if loaded.isascii() and loaded.isdecimal() and len(loaded) < 6 else "",  # noqa: PLR2004  # a count
        words=_WORDS,
        answer_status=answer_status,
        join_models=join_models,
        name_state=name_state,
        write_day=write_day,
    )
    return content, 200 if is_valid and not button.errors else 400
