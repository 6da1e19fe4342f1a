"""Joining with a link and a code: passphrase, second factor, and the fingerprint to read aloud.

Forms are made after the browser's box was found: their tokens come from its key.
"""

from collections.abc import Callable

import segno
from flask import Blueprint, abort, current_app, g, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response

from casework.account_forms import NOT_ADDED, PRESS_AGAIN, PasskeyForm
from casework.confirming import DELAYED, DELAYED_ONE
from casework.errors import InvalidPasskeyError, InvitationOverError
from casework.gate import get_config, set_desk
from casework.invitations import find_invitation
from casework.joining import (
    ASKED,
    DONE,
    PROVEN,
    TOLD,
    Joining,
    ask_passphrase,
    begin_joining,
    find_joining,
    finish_joining,
    finish_joining_with_passkey,
    make_another_passphrase,
    prove_passphrase,
)
from casework.passkeys import make_creation_options
from casework.permissions import LEGAL_ROLES
from casework.role_names import ROLE_NAMES
from casework.sessions import Desk
from casework.sources import find_source
from casework.staff_forms import FactorForm, GoOnForm, JoinForm, ProofForm
from casework.staff_listing import list_granters
from casework.throttle import Throttle
from casework.totp import make_enrolment_uri, write_secret
from web.cookies import get_box_cookie
from web.csrf import N_, BoxForm
from web.database import get_engine
from web.languages import gettext as _

Answer = Response | tuple[str, int] | tuple[str, int, dict[str, str]]
blueprint = Blueprint("join", __name__)

WRONG_CODE = N_("That is not the code of this link. Ask whoever invited you, and type it once more.")
WRONG_WORDS = N_("These are not the six words. Look at your paper, or make new ones.")
WRONG_DIGITS = N_("These are not the digits that the app shows now. Wait for new ones, and try again.")
_PAGE_OF_STAGE = {TOLD: "/passphrase", ASKED: "/proof", PROVEN: "/factor", DONE: "/joined"}


@blueprint.get("/join/<invitation_id>")
def show_join(invitation_id: str) -> Answer:
    """Ask for the code; whoever has begun already goes on where they were."""
    joining = _find_joining(invitation_id)
    if joining is not None:
        return _go_on(joining)
    if g.staff_session is not None:
        return render_template("casework/join_signed_in.html"), 409
    try:
        find_invitation(get_engine(), invitation_id)
    except InvitationOverError:
        return _render_over()
    return _render("join", JoinForm(), 200, invitation_id=invitation_id)


@blueprint.post("/join/<invitation_id>")
def send_join(invitation_id: str) -> Answer:
    """Begin with the code."""
    if g.staff_session is not None:
        return render_template("casework/join_signed_in.html"), 409
    form = JoinForm(request.form)
    throttle: Throttle = current_app.extensions["join_throttle"]
    source = find_source(get_config())
    try:
        find_invitation(get_engine(), invitation_id)
    except InvitationOverError:
        return _render_over()
    if not form.validate():
        return _render("join", form, 400, invitation_id=invitation_id)
    wait = throttle.find_wait(invitation_id, source)
    if wait:
        form.form_errors.append(_(DELAYED_ONE) if wait == 1 else _(DELAYED).format(seconds=wait))
        return (*_render("join", form, 429, invitation_id=invitation_id), {"Retry-After": str(wait)})
    try:
        key = begin_joining(get_engine(), invitation_id, form.invitation_code.data or "")
    except InvitationOverError:
        throttle.count_refusal(invitation_id, source)
        form.invitation_code.errors = [_(WRONG_CODE)]
        return _render("join", form, 401, invitation_id=invitation_id)
    throttle.forget(invitation_id, source)
    set_desk(Desk(key))
    return redirect(f"/join/{invitation_id}/passphrase", code=303)


@blueprint.get("/join/<invitation_id>/passphrase")
def show_passphrase(invitation_id: str) -> Answer:
    """Show the new passphrase, until somebody says that it is on paper."""
    return _show(invitation_id, TOLD, lambda joining: _render_passphrase(GoOnForm(), 200, joining))


@blueprint.post("/join/<invitation_id>/passphrase")
def send_passphrase(invitation_id: str) -> Answer:
    """Go on: the passphrase is shown no more."""

    def send(joining: Joining) -> Answer:
        form = GoOnForm(request.form)
        if not form.validate():
            return _render_passphrase(form, 400, joining)
        ask_passphrase(get_engine(), g.desk.key, joining)
        return redirect(f"/join/{invitation_id}/proof", code=303)

    return _show(invitation_id, TOLD, send)


@blueprint.get("/join/<invitation_id>/proof")
def show_proof(invitation_id: str) -> Answer:
    """Ask for the passphrase, so that nobody finds out at the next sign-in that the paper is wrong."""
    return _show(invitation_id, ASKED, lambda joining: _render("join_proof", ProofForm(), 200, joining=joining))


@blueprint.post("/join/<invitation_id>/proof")
def send_proof(invitation_id: str) -> Answer:
    """Take the passphrase as it was typed back from paper, or make another one."""

    def send(joining: Joining) -> Answer:
        form = ProofForm(request.form)
        if request.form.get("go") == "another" and GoOnForm(request.form).validate():
            make_another_passphrase(get_engine(), g.desk.key, joining)
            return redirect(f"/join/{invitation_id}/passphrase", code=303)
        if form.validate() and not prove_passphrase(get_engine(), g.desk.key, joining, form.new_passphrase.data or ""):
            form.new_passphrase.errors = [_(WRONG_WORDS)]
        if form.errors:
            return _render("join_proof", form, 400, joining=joining)
        return redirect(f"/join/{invitation_id}/factor", code=303)

    return _show(invitation_id, ASKED, send)


@blueprint.get("/join/<invitation_id>/factor")
def show_factor(invitation_id: str) -> Answer:
    """Show the secret for the app, as a picture and as text, and ask for the first code."""
    return _show(invitation_id, PROVEN, lambda joining: _render_factor(FactorForm(), 200, joining))


@blueprint.post("/join/<invitation_id>/factor")
def send_factor(invitation_id: str) -> Answer:
    """Check the first code, and make the account."""

    def send(joining: Joining) -> Answer:
        form = FactorForm(request.form)
        if not form.validate():
            return _render_factor(form, 400, joining)
        cost = current_app.extensions["keyslot_cost"]
        code = form.code.data or ""
        if not finish_joining(get_engine(), get_config(), g.desk.key, joining, code, cost=cost):
            form.code.errors = [_(WRONG_DIGITS)]
            return _render_factor(form, 400, joining)
        return redirect(f"/join/{invitation_id}/joined", code=303)

    try:
        return _show(invitation_id, PROVEN, send)
    except InvitationOverError:
        return _render_over()


@blueprint.get("/join/<invitation_id>/passkey/options")
def show_passkey_options(invitation_id: str) -> Answer:
    """Give the page's script what the device is asked for, to whoever has come as far as their second factor."""
    joining = _find_joining(invitation_id)
    if joining is None or joining.stage != PROVEN:
        abort(404)
    try:
        options = make_creation_options(get_config(), staff_id=joining.staff_id, email=joining.email, name=joining.name)
    except InvalidPasskeyError:
        abort(404)
    return jsonify(options)


@blueprint.post("/join/<invitation_id>/passkey")
def send_passkey(invitation_id: str) -> Answer:
    """Take what the device answered, and make the account."""

    def send(joining: Joining) -> Answer:
        form = PasskeyForm(request.form)
        text, is_whole = form.credential.data or "", form.validate()
        form.forget_answer()
        if is_whole:
            name, cost = (form.passkey_name.data or "").strip(), current_app.extensions["keyslot_cost"]
            try:
                finish_joining_with_passkey(get_engine(), get_config(), g.desk.key, joining, text, name, cost=cost)
            except InvalidPasskeyError:
                form.form_errors.append(_(NOT_ADDED if text else PRESS_AGAIN))
            else:
                return redirect(f"/join/{invitation_id}/joined", code=303)
        return _render_factor(FactorForm(), 400, joining, form)

    try:
        return _show(invitation_id, PROVEN, send)
    except InvitationOverError:
        return _render_over()


@blueprint.get("/join/<invitation_id>/joined")
def show_joined(invitation_id: str) -> Answer:
    """Show the fingerprint to read aloud, and who may compare it."""

    def render(joining: Joining) -> Answer:
        text = render_template(
            "casework/joined.html",
            fingerprint=joining.fingerprint,
            needs_key=joining.role in LEGAL_ROLES,
            granters=list_granters(get_engine(), get_config()),
        )
        return text, 200

    return _show(invitation_id, DONE, render)


def _find_joining(invitation_id: str) -> Joining | None:
    """Find how far this browser has come; its cookie is kept then."""
    key = get_box_cookie(current_app).read()
    joining = find_joining(get_engine(), key, invitation_id)
    if joining is not None:
        set_desk(Desk(key))
    return joining


def _show(invitation_id: str, stage: str, render: Callable[[Joining], Answer]) -> Answer:
    """Answer for one step, or lead to the one that somebody is at."""
    joining = _find_joining(invitation_id)
    if joining is None:
        return redirect(f"/join/{invitation_id}", code=303)
    return render(joining) if joining.stage == stage else _go_on(joining)


def _go_on(joining: Joining) -> Answer:
    return redirect(f"/join/{joining.invitation_id}{_PAGE_OF_STAGE[joining.stage]}", code=303)


def _render_passphrase(form: GoOnForm, status: int, joining: Joining) -> Answer:
    words = joining.passphrase.split()
    return _render("join_passphrase", form, status, joining=joining, words=words, role_names=ROLE_NAMES)


def _render_factor(form: FactorForm, status: int, joining: Joining, passkey_form: PasskeyForm | None = None) -> Answer:
    form.code.data = ""
    secret = bytes.fromhex(joining.totp_secret)
    uri = make_enrolment_uri(secret, email=joining.email, office_name=get_config().office_name)
    picture = segno.make(uri, error="m").svg_inline(scale=4, border=4, light="#fff", omitsize=False)
    values = {"joining": joining, "picture": picture, "secret": write_secret(secret)}
    return _render("join_factor", form, status, passkey_form=passkey_form or PasskeyForm(), **values)


def _render(page: str, form: BoxForm, status: int, **values: object) -> tuple[str, int]:
    return render_template(f"casework/{page}.html", form=form, **values), status


def _render_over() -> tuple[str, int]:
    return render_template("casework/join_over.html"), 404
