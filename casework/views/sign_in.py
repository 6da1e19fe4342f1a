"""Signing in and out, locking and unlocking."""

import json
from collections.abc import Callable

from flask import Blueprint, abort, current_app, g, redirect, render_template, request
from werkzeug.wrappers import Response

from casework.errors import CopiedPasskeyError, SignInBusyError, SignInDelayedError, SignInRefusedError
from casework.forms import COPIED_PASSKEY, LeaveForm, SecretsForm, SignInForm, UnlockForm
from casework.gate import get_config, set_desk
from casework.paths import find_own_page
from casework.permissions import Permission, require
from casework.sessions import Desk, end_session, get_session, lock_session
from casework.signing_in import SignInDesk
from casework.sources import find_source
from web.csrf import N_
from web.database import get_engine
from web.languages import gettext as _

Answer = Response | tuple[str, int] | tuple[str, int, dict[str, str]]
blueprint = Blueprint("sign_in", __name__)

REFUSED = N_("That did not match. Check your e-mail and your passphrase, and try again with a new code or a passkey.")
BUSY = N_("Others are signing in at this moment. Please try again in a few seconds.")
NOT_UNLOCKED = N_("That did not match. Check your passphrase, and try again with a new code or a passkey.")
DELAYED_ONE = N_("Too many tries. Please wait 1 second, then try again.")
DELAYED = N_("Too many tries. Please wait {seconds} seconds, then try again.")


@blueprint.get("/")
@require(Permission.SESSION_USE)
def go_home() -> Response:
    """Lead to the first page that this person has something on."""
    session = get_session()
    if session.waits_for_key:
        return redirect("/waiting", code=303)
    pages = ((Permission.CASE_LIST, "/cases"), (Permission.STAFF_LIST, "/staff"), (Permission.COUNTS_READ, "/patterns"))
    return redirect(next(path for permission, path in pages if session.may(permission)), code=303)


@blueprint.get("/sign-in")
def show_sign_in() -> Answer:
    """Ask who it is; somebody signed in goes on at once."""
    if g.staff_session is not None:
        return redirect(find_own_page(request.args.get("next")) or "/", code=303)
    form = SignInForm(data={"next": find_own_page(request.args.get("next"))})
    return _render(form, "sign_in", 200)


@blueprint.post("/sign-in")
def send_sign_in() -> Answer:
    """Sign somebody in."""
    form = SignInForm(request.form)
    return _try_secrets(
        form,
        "sign_in",
        lambda: _get_sign_in_desk().sign_in(
            form.email.data or "",
            form.passphrase.data or "",
            form.code.data or "",
            assertion=form.assertion.data or "",
            source=find_source(get_config()),
            old_key=g.desk.key,
        ),
    )


@blueprint.get("/unlock")
def show_unlock() -> Answer:
    """Ask whoever locked the desk for their passphrase and code."""
    if g.staff_session is not None:
        return redirect(find_own_page(request.args.get("next")) or "/", code=303)
    if g.desk.locked is None:
        return redirect("/sign-in", code=303)
    path = find_own_page(request.args.get("next")) or find_own_page(g.desk.locked.path)
    return _render(UnlockForm(data={"next": path}), "unlock", 200)


@blueprint.post("/unlock")
def send_unlock() -> Answer:
    """Open the session again, for the person who locked it and nobody else."""
    locked = g.desk.locked
    if locked is None:
        return redirect("/sign-in", code=303)
    form = UnlockForm(request.form)
    return _try_secrets(
        form,
        "unlock",
        lambda: _get_sign_in_desk().unlock(
            locked.staff_id,
            form.passphrase.data or "",
            form.code.data or "",
            assertion=form.assertion.data or "",
            source=find_source(get_config()),
            old_key=g.desk.key,
        ),
    )


@blueprint.post("/lock")
@require(Permission.SESSION_USE)
def lock() -> Response:
    """Lock the desk and keep the page that it was on."""
    if not LeaveForm(request.form).validate():
        abort(403)
    path = find_own_page(request.form.get("page"))
    set_desk(lock_session(get_engine(), g.desk.key, get_session(), get_config(), path=path))
    return redirect("/unlock", code=303)


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End the session, open or locked; without one there is nothing to end."""
    who = g.desk.session or g.desk.locked
    if who is not None:
        if not LeaveForm(request.form).validate():
            abort(403)
        end_session(get_engine(), g.desk.key, who.staff_id, get_config())
        set_desk(Desk())
    return redirect("/sign-in", code=303)


def _try_secrets(form: SecretsForm, page: str, open_desk: Callable[[], Desk]) -> Answer:
    if not form.validate():
        return _render(form, page, 400)
    try:
        desk = open_desk()
    except CopiedPasskeyError:
        return _render(form, page, 401, _(COPIED_PASSKEY))
    except SignInRefusedError:
        return _render(form, page, 401, _(NOT_UNLOCKED if page == "unlock" else REFUSED))
    except SignInDelayedError as delay:
        words = _(DELAYED_ONE) if delay.seconds == 1 else _(DELAYED).format(seconds=delay.seconds)
        return _render(form, page, 429, words, wait=delay.seconds)
    except SignInBusyError:
        return _render(form, page, 429, _(BUSY), wait=2)
    set_desk(desk)
    kept = _read_kept(form.kept.data)
    if kept is not None:
        path, fields = kept
        return render_template("casework/go_on.html", path=path, kept_fields=fields), 200
    return redirect(find_own_page(form.next.data) or "/", code=303)


def _render(form: SecretsForm, page: str, status: int, message: str = "", *, wait: int = 0) -> Answer:
    form.forget_secrets()
    if message:
        form.form_errors.append(message)
    text = render_template(f"casework/{page}.html", form=form, locked=g.desk.locked, late=None)
    return text, status, {"Retry-After": str(wait)} if wait else {}


def _read_kept(text: str | None) -> tuple[str, list[tuple[str, str]]] | None:
    """Read what a form carried when its session had ended: where it was going, and its fields."""
    try:
        kept = json.loads(text or "")
        path = find_own_page(kept["path"], method="POST")
        fields = [(str(name), str(value)) for name, value in kept["fields"]]
    except (ValueError, KeyError, TypeError):
        return None
    return (path, fields) if path else None


def _get_sign_in_desk() -> SignInDesk:
    desk: SignInDesk = current_app.extensions["sign_in_desk"]
    return desk
