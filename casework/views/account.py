"""One's own account: passkeys, the app, recovery codes. What is shown and changed here is always the reader's own."""

import segno
from flask import Blueprint, abort, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response

from casework.account_forms import NOT_ADDED, PRESS_AGAIN, AppForm, PasskeyForm
from casework.errors import FactorsChangedError, InvalidPasskeyError, LastFactorError, WrongCodeError
from casework.forms import LeaveForm
from casework.gate import get_config
from casework.own_factors import (
    NewApp,
    add_passkey,
    begin_app,
    confirm_app,
    make_own_creation_options,
    read_new_app,
    remove_app,
    remove_passkey,
    renew_recovery_codes,
)
from casework.permissions import Permission, require
from casework.sessions import get_session
from casework.totp import make_enrolment_uri, write_secret
from casework.views.account_page import render_account
from casework.views.caseworker import get_caseworker
from web.csrf import N_
from web.languages import gettext as _

Answer = Response | tuple[str, int]
blueprint = Blueprint("account", __name__)

LAST_ONE = N_("This is your last way to sign in besides recovery codes. Add another one first.")
CHANGED = N_("Your account was changed elsewhere at the same moment. Nothing was changed here. Please try again.")
WRONG_CODE = N_("This is not the code that the app shows now. Wait for a new one, and try again.")
TOO_OLD = N_("This page is too old to go on with. Here is a new code for your app.")


@blueprint.get("/account")
@require(Permission.ACCOUNT_USE)
def show_account() -> Answer:
    """Show one's own account."""
    return render_account(done=request.args.get("done", ""))


@blueprint.get("/account/passkeys/options")
@require(Permission.ACCOUNT_USE, fresh=True)
def show_creation_options() -> Response:
    """Give the page's script what the device is asked for; a fresh challenge each time, and nothing is stored."""
    try:
        return jsonify(make_own_creation_options(get_caseworker()))
    except InvalidPasskeyError:
        abort(404)
    except FactorsChangedError:
        abort(409)


@blueprint.post("/account/passkeys")
@require(Permission.ACCOUNT_USE, fresh=True)
def send_passkey() -> Answer:
    """Add a passkey."""
    form = PasskeyForm(request.form)
    text = form.credential.data or ""
    is_whole = form.validate()
    form.forget_answer()
    if not is_whole:
        return render_account(400, form=form, passkey_form=form)
    if not text:
        return render_account(400, form=form, passkey_form=form, message=_(PRESS_AGAIN))
    try:
        add_passkey(get_caseworker(), text, (form.passkey_name.data or "").strip())
    except InvalidPasskeyError:
        return render_account(400, form=form, passkey_form=form, message=_(NOT_ADDED))
    except FactorsChangedError:
        return render_account(409, form=form, passkey_form=form, message=_(CHANGED))
    return redirect("/account?done=passkey-added", code=303)


@blueprint.post("/account/passkeys/<passkey_id>/remove")
@require(Permission.ACCOUNT_USE, fresh=True)
def send_passkey_removal(passkey_id: str) -> Answer:
    """Remove a passkey, unless it is the last way to sign in."""
    form = LeaveForm(request.form)
    if not form.validate():
        return render_account(400, form=form)
    try:
        remove_passkey(get_caseworker(), passkey_id)
    except LastFactorError:
        return render_account(409, message=_(LAST_ONE))
    except FactorsChangedError:
        return render_account(409, message=_(CHANGED))
    return redirect("/account?done=passkey-removed", code=303)


@blueprint.get("/account/app")
@require(Permission.ACCOUNT_USE, fresh=True)
def show_app() -> Answer:
    """Show a secret for an app, as a picture and as letters; it counts when its first code has come back."""
    return _render_app(begin_app(get_caseworker()), AppForm())


@blueprint.post("/account/app")
@require(Permission.ACCOUNT_USE, fresh=True)
def send_app() -> Answer:
    """Take the first code of an app, and from then on its codes."""
    form = AppForm(request.form)
    caseworker = get_caseworker()
    try:
        app = read_new_app(caseworker, form.sealed.data or "")
    except FactorsChangedError:
        return _render_app(begin_app(caseworker), AppForm(), 400, _(TOO_OLD))
    if not form.validate():
        return _render_app(app, form, 400)
    try:
        confirm_app(caseworker, app, form.code.data or "")
    except WrongCodeError:
        return _render_app(app, form, 400, _(WRONG_CODE))
    except FactorsChangedError:
        return render_account(409, message=_(CHANGED))
    return redirect("/account?done=app-added", code=303)


@blueprint.post("/account/app/remove")
@require(Permission.ACCOUNT_USE, fresh=True)
def send_app_removal() -> Answer:
    """Switch the app off, unless it is the last way to sign in."""
    form = LeaveForm(request.form)
    if not form.validate():
        return render_account(400, form=form)
    try:
        remove_app(get_caseworker())
    except LastFactorError:
        return render_account(409, message=_(LAST_ONE))
    except FactorsChangedError:
        return render_account(409, message=_(CHANGED))
    return redirect("/account?done=app-removed", code=303)


@blueprint.post("/account/recovery-codes")
@require(Permission.ACCOUNT_USE, fresh=True)
def send_recovery_codes() -> Answer:
    """Make ten recovery codes and show them, this once."""
    form = LeaveForm(request.form)
    if not form.validate():
        return render_account(400, form=form)
    try:
        codes = renew_recovery_codes(get_caseworker())
    except FactorsChangedError:
        return render_account(409, message=_(CHANGED))
    return render_template("casework/recovery_codes.html", codes=codes), 200


def draw_app(secret: bytes, *, email: str) -> dict[str, str]:
    """Draw an app's secret for a page: the picture that apps scan, and the letters for those that are typed into."""
    uri = make_enrolment_uri(secret, email=email, office_name=get_config().office_name)
    picture = segno.make_qr(uri, error="m").svg_inline(scale=5, border=4, light="#fff", omitsize=False)
    letters = write_secret(secret)
    return {"picture": picture, "letters": " ".join(letters[start : start + 4] for start in range(0, len(letters), 4))}


def _render_app(app: NewApp, form: AppForm, status: int = 200, message: str = "") -> Answer:
    form.code.data = ""
    if message:
        form.form_errors.append(message)
    drawn = draw_app(app.secret, email=get_session().email)
    return render_template("casework/account_app.html", form=form, sealed=app.sealed, drawn=drawn), status
