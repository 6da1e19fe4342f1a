"""Opening a restricted case in an emergency: asking for it, and answering what a colleague asks."""

from functools import partial

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from casework.access import AccessRefusedError
from casework.access_forms import ApproveForm, AskForm
from casework.accounts import open_granter
from casework.caseworker import Caseworker
from casework.conversation_forms import ButtonForm
from casework.emergencies import (
    EmergencyRequest,
    approve_request,
    ask_for_case,
    list_emergency_requests,
    refuse_request,
)
from casework.errors import MayNotGrantError
from casework.permissions import Permission, require
from casework.recording import CaseChangedError
from casework.views.access import NO_SIGNING_KEY
from casework.views.case import CHANGED
from casework.views.caseworker import get_caseworker
from casework.words import write_moment
from web.csrf import N_
from web.languages import gettext as _

Answer = Response | tuple[str, int]
blueprint = Blueprint("emergency", __name__)

#: What the page says after something was done, by the word in its address.
DONE = {
    "asked": N_("You have asked. Another supervising attorney must agree now."),
    "approved": N_("You have agreed. The case is open for who asked."),
    "refused": N_("The request is refused."),
    "taken-back": N_("Your request is taken back."),
}


@blueprint.get("/emergency")
@require(Permission.EMERGENCY_OPEN)
def show_emergency() -> Answer:
    """Show what is asked, and the form to ask."""
    return _render(get_caseworker(), AskForm(), 200)


def _check_asking() -> Answer | None:
    form = AskForm(request.form)
    return None if form.validate() else _render(get_caseworker(), form, 400)


def _check_approval() -> Answer | None:
    caseworker, form = get_caseworker(), ApproveForm(request.form)
    asked = _find(caseworker, str((request.view_args or {})["request_id"]))
    return None if form.validate() else _render_request(caseworker, asked, form, 400)


@blueprint.post("/emergency")
@require(Permission.EMERGENCY_OPEN, fresh=True, first=_check_asking)
def send_emergency() -> Answer:
    """Ask for a restricted case."""
    caseworker = get_caseworker()
    form = AskForm(request.form)
    if not form.validate():
        return _render(caseworker, form, 400)
    try:
        ask_for_case(caseworker, form.ask_reference.data or "", form.ask_reason.data or "")
    except AccessRefusedError as refusal:
        form.ask_reference.errors = [_(refusal.words)]
        return _render(caseworker, form, 409)
    return redirect(url_for("emergency.show_emergency", done="asked"), code=303)


@blueprint.get("/emergency/<request_id>")
@require(Permission.EMERGENCY_OPEN)
def show_request(request_id: str) -> Answer:
    """Show what one colleague asks, with the form to agree."""
    caseworker = get_caseworker()
    return _render_request(caseworker, _find(caseworker, request_id), ApproveForm(), 200)


@blueprint.post("/emergency/<request_id>/approve")
@require(Permission.EMERGENCY_OPEN, fresh=True, first=_check_approval)
def send_approval(request_id: str) -> Answer:
    """Agree: the case opens for who asked."""
    caseworker = get_caseworker()
    asked = _find(caseworker, request_id)
    form = ApproveForm(request.form)
    if not form.validate():
        return _render_request(caseworker, asked, form, 400)
    try:
        granter = open_granter(caseworker.engine, caseworker.session)
        approve_request(caseworker, granter, request_id, form.approve_reason.data or "")
    except AccessRefusedError as refusal:
        form.form_errors.append(_(refusal.words))
    except MayNotGrantError:
        form.form_errors.append(_(NO_SIGNING_KEY))
    except CaseChangedError:
        form.form_errors.append(_(CHANGED))
    if form.form_errors:
        return _render_request(caseworker, asked, form, 409)
    return redirect(url_for("emergency.show_emergency", done="approved"), code=303)


@blueprint.post("/emergency/<request_id>/refuse")
@require(Permission.EMERGENCY_OPEN, fresh=True)
def send_refusal(request_id: str) -> Answer:
    """Refuse, or take back what one asked oneself."""
    caseworker = get_caseworker()
    asked = _find(caseworker, request_id)
    form = ApproveForm(request.form)
    if not ButtonForm(request.form).validate():
        form.validate()
        return _render_request(caseworker, asked, form, 400)
    try:
        refuse_request(caseworker, request_id)
    except AccessRefusedError:
        abort(404)  # somebody was faster
    return redirect(url_for("emergency.show_emergency", done="taken-back" if asked.is_own else "refused"), code=303)


def _find(caseworker: Caseworker, request_id: str) -> EmergencyRequest:
    found = next((each for each in list_emergency_requests(caseworker) if each.id == request_id), None)
    if found is None:
        abort(404)
    return found


def _render(caseworker: Caseworker, form: AskForm, status: int) -> Answer:
    content = render_template(
        "casework/emergency.html",
        form=form,
        done=_(DONE[done]) if (done := request.args.get("done", "")) in DONE else "",
        requests=list_emergency_requests(caseworker),
        moment=partial(write_moment, time_zone=caseworker.config.time_zone),
    )
    return content, status


def _render_request(caseworker: Caseworker, asked: EmergencyRequest, form: ApproveForm, status: int) -> Answer:
    content = render_template(
        "casework/emergency_request.html",
        form=form,
        asked=asked,
        button_form=ButtonForm(),
        moment=partial(write_moment, time_zone=caseworker.config.time_zone),
    )
    return content, status
