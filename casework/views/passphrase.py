"""Changing one's own passphrase: the present one, six new words, and the new ones typed back from paper."""

from collections.abc import Callable

from flask import Blueprint, current_app, g, redirect, render_template, request
from werkzeug.wrappers import Response

from casework.confirming import DELAYED, DELAYED_ONE
from casework.errors import SignInBusyError, SignInDelayedError, SignInRefusedError, StaffChangedError
from casework.gate import get_config, set_desk
from casework.passphrase_changes import change_passphrase
from casework.passphrases import is_same_passphrase, make_passphrase
from casework.permissions import Permission, require
from casework.sessions import get_session
from casework.signing_in import SignInDesk
from casework.sources import find_source
from casework.staff_forms import GoOnForm, PresentPassphraseForm, ProofForm
from casework.steps import forget_steps, keep_steps, read_steps
from web.csrf import N_, BoxForm
from web.database import get_engine
from web.languages import gettext as _

Answer = Response | tuple[str, int] | tuple[str, int, dict[str, str]]
blueprint = Blueprint("passphrase", __name__)

_PURPOSE = "passphrase"
_PAGE = "/account/passphrase"
_TOLD, _ASKED = "told", "asked"
_PAGE_OF_STAGE = {_TOLD: f"{_PAGE}/new", _ASKED: f"{_PAGE}/proof"}

WRONG = N_("This is not your passphrase. Nothing was changed.")
WRONG_WORDS = N_("These are not the six words. Look at your paper, or make new ones.")
BUSY = N_("Others are signing in at this moment. Please try again in a few seconds.")
CHANGED = N_("Your keys were changed by somebody else at this moment. Nothing was changed here. Please try again.")


@blueprint.get("/account/passphrase")
@require(Permission.ACCOUNT_USE, fresh=True)
def show_passphrase() -> Answer:
    """Ask for the present passphrase."""
    return _render("passphrase", PresentPassphraseForm(), 200)


@blueprint.post("/account/passphrase")
@require(Permission.ACCOUNT_USE, fresh=True)
def send_passphrase() -> Answer:
    """Check the present passphrase, and make a new one."""
    form = PresentPassphraseForm(request.form)
    if not form.validate():
        return _refuse(form, 400)
    desk: SignInDesk = current_app.extensions["sign_in_desk"]
    typed, source = form.present_passphrase.data or "", find_source(get_config())
    try:
        desk.check_passphrase(get_session().staff_id, typed, source=source, key=g.desk.key)
    except SignInRefusedError:
        form.present_passphrase.errors = [_(WRONG)]
        return _refuse(form, 401)
    except SignInDelayedError as delay:
        seconds = delay.seconds
        form.form_errors.append(_(DELAYED_ONE) if seconds == 1 else _(DELAYED).format(seconds=seconds))
        return (*_refuse(form, 429), {"Retry-After": str(seconds)})
    except SignInBusyError:
        form.form_errors.append(_(BUSY))
        return (*_refuse(form, 429), {"Retry-After": "2"})
    _keep(make_passphrase(), _TOLD)
    return redirect(_PAGE_OF_STAGE[_TOLD], code=303)


@blueprint.get("/account/passphrase/new")
@require(Permission.ACCOUNT_USE, fresh=True)
def show_new() -> Answer:
    """Show the new passphrase, until somebody says that it is on paper."""
    return _show(_TOLD, lambda passphrase: _render("passphrase_new", GoOnForm(), 200, words=passphrase.split()))


@blueprint.post("/account/passphrase/new")
@require(Permission.ACCOUNT_USE, fresh=True)
def send_new() -> Answer:
    """Go on: the new passphrase is shown no more."""
    form = GoOnForm(request.form)

    def send(passphrase: str) -> Answer:
        if not form.validate():
            return _render("passphrase_new", form, 400, words=passphrase.split())
        _keep(passphrase, _ASKED)
        return redirect(_PAGE_OF_STAGE[_ASKED], code=303)

    return _show(_TOLD, send)


@blueprint.get("/account/passphrase/proof")
@require(Permission.ACCOUNT_USE, fresh=True)
def show_proof() -> Answer:
    """Ask for the new passphrase, before the old one stops working."""
    return _show(_ASKED, lambda _passphrase: _render("passphrase_proof", ProofForm(), 200))


@blueprint.post("/account/passphrase/proof")
@require(Permission.ACCOUNT_USE, fresh=True)
def send_proof() -> Answer:
    """Take the new passphrase as it was typed back, and change it; or make another one."""
    return _show(_ASKED, _send_proof)


def _send_proof(passphrase: str) -> Answer:
    form = ProofForm(request.form)
    if request.form.get("go") == "another" and GoOnForm(request.form).validate():
        _keep(make_passphrase(), _TOLD)
        return redirect(_PAGE_OF_STAGE[_TOLD], code=303)
    if form.validate() and not is_same_passphrase(form.new_passphrase.data or "", passphrase):
        form.new_passphrase.errors = [_(WRONG_WORDS)]
    if form.errors:
        return _render("passphrase_proof", form, 400)
    old_key = g.desk.key
    cost = current_app.extensions["keyslot_cost"]
    try:
        desk = change_passphrase(get_engine(), get_config(), get_session(), passphrase, cost=cost)
    except StaffChangedError:
        form.form_errors.append(_(CHANGED))
        return _render("passphrase_proof", form, 409)
    forget_steps(get_engine(), old_key, _PURPOSE)
    set_desk(desk)
    return redirect("/account?done=passphrase-changed", code=303)


def _show(stage: str, render: Callable[[str], Answer]) -> Answer:
    """Answer for one step, or lead to the one that somebody is at."""
    kept = read_steps(get_engine(), g.desk.key, _PURPOSE)
    if kept is None:
        return redirect(_PAGE, code=303)
    if kept["stage"] != stage:
        return redirect(_PAGE_OF_STAGE[kept["stage"]], code=303)
    return render(kept["passphrase"])


def _keep(passphrase: str, stage: str) -> None:
    keep_steps(get_engine(), g.desk.key, _PURPOSE, {"passphrase": passphrase, "stage": stage})


def _refuse(form: PresentPassphraseForm, status: int) -> tuple[str, int]:
    form.present_passphrase.data = ""
    return _render("passphrase", form, status)


def _render(page: str, form: BoxForm, status: int, **values: object) -> tuple[str, int]:
    return render_template(f"casework/{page}.html", form=form, **values), status
