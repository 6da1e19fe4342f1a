"""Changing a colleague's name or role, letting them join anew, and closing their account."""

from collections.abc import Iterable

from flask import Blueprint, abort, current_app, redirect, render_template, request
from werkzeug.wrappers import Response

from casework.errors import MayNotGoError, StaffChangedError
from casework.gate import get_config
from casework.leaving import (
    LAST_GRANTER,
    LAST_HOLDER,
    LAST_OF_CASES,
    ONESELF,
    change_person,
    close_account,
    reset_account,
)
from casework.new_keys import list_shut_out, make_new_keys
from casework.permissions import Permission, Role, require
from casework.sessions import get_session
from casework.staff_forms import ChangeForm, CloseForm, GoOnForm
from casework.staff_listing import Person, State, find_person
from casework.views.caseworker import get_caseworker
from casework.views.invite import render_invited
from web.csrf import N_, BoxForm
from web.database import get_engine
from web.languages import gettext as _
from web.languages import ngettext

Answer = Response | tuple[str, int]
blueprint = Blueprint("staff_changes", __name__)

CHANGED = N_("Somebody else changed this account at the same moment. Nothing was done. Please look at it again.")
_REFUSALS = {
    ONESELF: N_("This is your own account. A colleague must do this, so that it cannot happen by mistake."),
    LAST_HOLDER: N_(
        "Nobody else who can sign in holds the office's key. Without this person nobody could open the reports. Give "
        "another colleague the key first."
    ),
    LAST_GRANTER: N_(
        "Nobody else can give access to others. Without this person no new colleague could ever get a key. Give "
        "another supervising attorney their key first."
    ),
}


@blueprint.get("/staff/<staff_id>/change")
@require(Permission.STAFF_CHANGE, fresh=True)
def show_change(staff_id: str) -> Answer:
    """Show name and role, to be changed."""
    person = _find(staff_id, State.ACTIVE, State.WAITING)
    return _render("staff_change", person, ChangeForm(data={"name": person.name, "role": person.role_code}), 200)


@blueprint.post("/staff/<staff_id>/change")
@require(Permission.STAFF_CHANGE, fresh=True)
def send_change(staff_id: str) -> Answer:
    """Change name and role."""
    person, form = _find(staff_id, State.ACTIVE, State.WAITING), ChangeForm(request.form)
    if not form.validate():
        return _render("staff_change", person, form, 400)
    try:
        change_person(
            get_engine(),
            get_config(),
            staff_id,
            form.name.data or "",
            Role(form.role.code),
            actor=get_session().staff_id,
        )
    except (MayNotGoError, StaffChangedError) as refusal:
        return _refuse("staff_change", person, form, refusal)
    return redirect("/staff?done=changed", code=303)


@blueprint.get("/staff/<staff_id>/reset")
@require(Permission.ACCESS_RESET, fresh=True)
def show_reset(staff_id: str) -> Answer:
    """Say what letting somebody join anew does, and ask."""
    return _render("staff_reset", _find(staff_id, State.ACTIVE, State.WAITING, State.LEFT), GoOnForm(), 200)


@blueprint.post("/staff/<staff_id>/reset")
@require(Permission.ACCESS_RESET, fresh=True)
def send_reset(staff_id: str) -> Answer:
    """Take everything from the account, and show a new link and code this once."""
    person, form = _find(staff_id, State.ACTIVE, State.WAITING, State.LEFT), GoOnForm(request.form)
    if not form.validate():
        return _render("staff_reset", person, form, 400)
    cost = current_app.extensions["keyslot_cost"]
    try:
        invited = reset_account(get_engine(), get_config(), staff_id, actor=get_session().staff_id, cost=cost)
    except (MayNotGoError, StaffChangedError) as refusal:
        return _refuse("staff_reset", person, form, refusal)
    return render_invited(invited)


@blueprint.get("/staff/<staff_id>/leave")
@require(Permission.STAFF_CLOSE, fresh=True)
def show_leave(staff_id: str) -> Answer:
    """Say what closing the account does, and ask."""
    form = CloseForm(data={"new_keys": get_session().may(Permission.KEY_GRANT)})
    return _render("staff_leave", _find(staff_id, State.ACTIVE, State.WAITING), form, 200)


@blueprint.post("/staff/<staff_id>/leave")
@require(Permission.STAFF_CLOSE, fresh=True)
def send_leave(staff_id: str) -> Answer:
    """Close the account, and make new keys where that is wished and this person can."""
    person, form = _find(staff_id, State.ACTIVE, State.WAITING), CloseForm(request.form)
    if not form.validate():
        return _render("staff_leave", person, form, 400)
    cost = current_app.extensions["keyslot_cost"]
    session = get_session()
    try:
        departure = close_account(get_engine(), get_config(), staff_id, actor=session.staff_id, cost=cost)
    except (MayNotGoError, StaffChangedError) as refusal:
        return _refuse("staff_leave", person, form, refusal)
    done = "left"
    if form.new_keys.data and session.may(Permission.KEY_GRANT):
        shut_out = list_shut_out(get_engine(), get_config(), staff_id) if departure.held_office_key else {}
        make_new_keys(get_caseworker(), departure)
        if _has_lost_key(shut_out):
            done = "left-others"
    return redirect(f"/staff?done={done}", code=303)


def _has_lost_key(staff_ids: Iterable[str]) -> bool:
    people = [find_person(get_engine(), get_config(), staff_id) for staff_id in staff_ids]
    return any(person is not None and not person.holds_office_key for person in people)


def _find(staff_id: str, *states: State) -> Person:
    person = find_person(get_engine(), get_config(), staff_id)
    if person is None or person.state not in states:
        abort(404)
    return person


def _refuse(page: str, person: Person, form: BoxForm, refusal: MayNotGoError | StaffChangedError) -> Answer:
    if isinstance(refusal, StaffChangedError):
        form.form_errors.append(_(CHANGED))
    elif refusal.reason == LAST_OF_CASES:
        form.form_errors.append(_describe_cases(refusal.count))
    else:
        form.form_errors.append(_(_REFUSALS[refusal.reason]))
    return _render(page, person, form, 409)


def _describe_cases(count: int) -> str:
    """Say how many cases would be shut for ever; which, only their holder may know."""
    return ngettext(
        "Nobody else holds {number} restricted case. Let this person hand it over first. If they cannot, two "
        "supervising attorneys can open it on the page Emergency.",
        "Nobody else holds {number} restricted cases. Let this person hand them over first. If they cannot, two "
        "supervising attorneys can open them on the page Emergency.",
        count,
    )


def _render(page: str, person: Person, form: BoxForm, status: int) -> tuple[str, int]:
    is_leaving = page == "staff_leave" and person.holds_office_key
    shut_out = list_shut_out(get_engine(), get_config(), person.staff_id) if is_leaving else {}
    content = render_template(
        f"casework/{page}.html", person=person, form=form, State=State, shut_out=sorted(shut_out.values())
    )
    return content, status
