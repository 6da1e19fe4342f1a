"""Who may open a case: shown to who can open it, changed by who may give or restrict it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from casework import access_forms as forms
from casework.access import AccessRefusedError
from casework.access_changes import (
    grant_case,
    hand_over,
    lift_wall,
    open_to_office,
    renew_keys,
    restrict_case,
    take_away,
    wall_person,
)
from casework.access_listing import CHANGES, AccessListing, list_access, record_access_view
from casework.accounts import Granter, open_granter
from casework.caseworker import Caseworker
from casework.errors import MayNotGrantError
from casework.opening import OpenedCase
from casework.permissions import Permission, require
from casework.recording import CaseChangedError
from casework.views.case import CHANGED, find_case
from casework.views.caseworker import get_caseworker
from casework.words import read_date, write_moment
from models.cases import get_case, get_case_key
from models.engine import read
from web.csrf import N_, BoxForm
from web.languages import gettext as _

Answer = Response | tuple[str, int]
Save = Callable[[Caseworker, OpenedCase, Any], None]
blueprint = Blueprint("access", __name__)

NO_SIGNING_KEY = N_("Your account does not hold the office signing key yet. Somebody who does must give you access.")
NOT_NOW = N_("This cannot be done to this case as it stands now.")


@blueprint.get("/cases/<reference>/access")
@require(Permission.CASE_OPEN)
def show_access(reference: str) -> Answer:
    """Show who may open a case, who is walled off, and what an emergency would need."""
    caseworker = get_caseworker()
    case = find_case(caseworker, reference)
    listing = list_access(caseworker, case)
    return _render(caseworker, case, listing, _make_forms(caseworker, listing))


@blueprint.post("/cases/<reference>/access/restrict")
@require(Permission.CASE_RESTRICT, fresh=True)
def send_restriction(reference: str) -> Answer:
    """Restrict the case to named people."""

    def save(caseworker: Caseworker, case: OpenedCase, form: forms.RestrictForm) -> None:
        granter, people = _open_granter(caseworker), form.restrict_people.data
        restrict_case(caseworker, granter, case, people, form.restrict_reason.data or "")

    return _save(reference, "restrict", save)


@blueprint.post("/cases/<reference>/access/open")
@require(Permission.CASE_RESTRICT, fresh=True)
def send_opening(reference: str) -> Answer:
    """Open the case to the office again."""

    def save(caseworker: Caseworker, case: OpenedCase, form: forms.OpenForm) -> None:
        open_to_office(caseworker, _open_granter(caseworker), case, form.open_reason.data or "")

    return _save(reference, "open", save)


@blueprint.post("/cases/<reference>/access/wall")
@require(Permission.CASE_RESTRICT, fresh=True)
def send_wall(reference: str) -> Answer:
    """Wall a person off."""

    def save(caseworker: Caseworker, case: OpenedCase, form: forms.WallForm) -> None:
        granter = _open_granter(caseworker)
        wall_person(caseworker, granter, case, form.wall_person.code, form.wall_reason.data or "")

    return _save(reference, "wall", save)


@blueprint.post("/cases/<reference>/access/lift")
@require(Permission.CASE_RESTRICT, fresh=True)
def send_lift(reference: str) -> Answer:
    """Lift a wall."""

    def save(caseworker: Caseworker, case: OpenedCase, form: forms.LiftForm) -> None:
        lift_wall(caseworker, case, form.lift_person.code, form.lift_reason.data or "")

    return _save(reference, "lift", save)


@blueprint.post("/cases/<reference>/access/take")
@require(Permission.CASE_RESTRICT, fresh=True)
def send_taking(reference: str) -> Answer:
    """Take the case away from a person."""

    def save(caseworker: Caseworker, case: OpenedCase, form: forms.TakeForm) -> None:
        take_away(caseworker, _open_granter(caseworker), case, form.take_person.code, form.take_reason.data or "")

    return _save(reference, "take", save)


@blueprint.post("/cases/<reference>/access/renew")
@require(Permission.CASE_RESTRICT, fresh=True)
def send_renewal(reference: str) -> Answer:
    """Make new keys for whoever may open the case today."""

    def save(caseworker: Caseworker, case: OpenedCase, form: forms.RenewForm) -> None:
        renew_keys(caseworker, _open_granter(caseworker), case, form.renew_reason.data or "")

    return _save(reference, "renew", save)


@blueprint.post("/cases/<reference>/access/grant")
@require(Permission.CASE_GRANT, fresh=True)
def send_grant(reference: str) -> Answer:
    """Give the case to one more person."""

    def save(caseworker: Caseworker, case: OpenedCase, form: forms.GrantForm) -> None:
        grant_case(caseworker, case, form.grant_person.code, form.grant_reason.data or "")

    return _save(reference, "grant", save)


@blueprint.post("/cases/<reference>/access/hand-over")
@require(Permission.CASE_GRANT, fresh=True)
def send_hand_over(reference: str) -> Answer:
    """Hand the case over to another person."""

    def save(caseworker: Caseworker, case: OpenedCase, form: forms.HandOverForm) -> None:
        gives_up = form.hand_over_own.code == form.GIVE_UP
        has_right = caseworker.session.may(Permission.CASE_RESTRICT)
        granter = _open_granter(caseworker) if gives_up and has_right else None
        hand_over(caseworker, granter, case, form.hand_over_person.code, is_own_given_up=gives_up)

    return _save(reference, "hand-over", save)


def _open_granter(caseworker: Caseworker) -> Granter:
    return open_granter(caseworker.engine, caseworker.session)


def _save(reference: str, name: str, save: Save) -> Answer:
    """Check a form, do what it asks for, and go back to the page, or to the queue where one holds the case no more."""
    caseworker = get_caseworker()
    case = find_case(caseworker, reference)
    listing = list_access(caseworker, case)
    made = _make_forms(caseworker, listing, sent=name)
    form = made.get(name)
    if form is None:
        return _render(caseworker, case, listing, made, status=409, refusal=NOT_NOW)
    if not form.validate():
        return _render(caseworker, case, listing, made, status=400, faulty=form)
    try:
        save(caseworker, case, form)
    except AccessRefusedError as refusal:
        form.form_errors.append(_(refusal.words))
    except MayNotGrantError:
        form.form_errors.append(_(NO_SIGNING_KEY))
    except CaseChangedError:
        form.form_errors.append(_(CHANGED))
        case = find_case(caseworker, reference)
        listing = list_access(caseworker, case)
    if form.form_errors:
        return _render(caseworker, case, listing, made, status=409, faulty=form)
    if not _still_holds(caseworker, case.reference):
        return redirect(url_for("cases.list_cases", done="given-up"), code=303)
    return redirect(url_for("access.show_access", reference=case.reference), code=303)


def _still_holds(caseworker: Caseworker, reference: str) -> bool:
    with read(caseworker.engine) as connection:
        row = get_case(connection, reference)
        return row is not None and get_case_key(connection, row.id, caseworker.session.holder_ids) is not None


def _make_forms(caseworker: Caseworker, listing: AccessListing, sent: str = "") -> dict[str, BoxForm]:
    """Make the forms that this person may use on this case now; `sent` names the one that came with the request."""
    access, own_id = listing.access, caseworker.staff_id
    wanted: dict[str, type[BoxForm]] = {}
    if caseworker.session.may(Permission.CASE_GRANT):
        wanted["hand-over"] = forms.HandOverForm
        if access.is_restricted:
            wanted["grant"] = forms.GrantForm
    if caseworker.session.may(Permission.CASE_RESTRICT):
        wanted |= {"restrict": forms.RestrictForm, "wall": forms.WallForm, "renew": forms.RenewForm}
        if access.walls:
            wanted["lift"] = forms.LiftForm
        elif access.is_restricted:
            wanted["open"] = forms.OpenForm
        if access.is_restricted:
            wanted["take"] = forms.TakeForm
    made: dict[str, BoxForm] = {}
    for name, kind in wanted.items():
        data = {"restrict_people": [*(access.people if access.is_restricted else (own_id,))]}
        made[name] = kind(request.form if name == sent else None, data=data)
        forms.offer_people(made[name], listing, own_id)
    return made


def _render(
    caseworker: Caseworker,
    case: OpenedCase,
    listing: AccessListing,
    made: dict[str, BoxForm],
    *,
    status: int = 200,
    refusal: str = "",
    faulty: BoxForm | None = None,
) -> Answer:
    """Record that this person sees who may open the case, and make the page."""
    record_access_view(caseworker, case)
    content = render_template(
        "casework/access.html",
        case=case,
        listing=listing,
        access=listing.access,
        forms=made,
        faulty=faulty,
        refusal=refusal,
        changes=CHANGES,
        read_date=read_date,
        moment=partial(write_moment, time_zone=caseworker.config.time_zone),
    )
    return content, status
