"""The gate: nobody gets past it without a session and the permission that a page asks for.

A page that does not say which permission it needs is shut to everybody, so that forgetting is safe.
"""

import json
from urllib.parse import quote

from flask import Flask, Response, current_app, g, redirect, render_template, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.wrappers import Response as BaseResponse

from casework.caseworker import Caseworker
from casework.confirming import confirm_or_ask
from casework.export_runs import resume_runs
from casework.forms import LeaveForm, SignInForm, UnlockForm
from casework.kept_fields import read_kept_fields
from casework.paths import find_page_above
from casework.permissions import (
    PUBLIC_ENDPOINTS,
    Permission,
    find_first_check,
    find_required_permission,
    needs_fresh_factor,
)
from casework.sessions import Desk, find_desk
from vault.errors import UntrustedKeyError
from web.config import CaseworkConfig
from web.cookies import get_box_cookie
from web.csrf import N_
from web.database import get_engine
from web.errors import ErrorPage, log_failure, render_error

Answer = BaseResponse | tuple[str, int] | tuple[str, int, dict[str, str]]

_UNPROTECTED = frozenset({"static", "healthz"})
NOT_FOR_YOU = ErrorPage(
    N_("Not for your account"),
    N_("Your role in the office does not include this page. Whoever looks after accounts can tell you more."),
)


UNTRUSTED_KEY = ErrorPage(
    N_("A stored key is not its owner's"),
    N_(
        "Somebody may have put another public key into the database. Nothing was sealed to it, and what you sent was "
        "not saved. Go back to keep your words, do not go on, and tell whoever looks after the server."
    ),
)


def get_config() -> CaseworkConfig:
    """Return the configuration of the site that is answering."""
    config: CaseworkConfig = current_app.extensions["site_config"]
    return config


def set_desk(desk: Desk) -> None:
    """Make a desk the one of this request; its key goes to the browser when it is a new one."""
    g.desk = desk
    g.box_key = desk.key
    g.staff_session = desk.session


def install_gate(app: Flask) -> None:
    """Put the gate in front of every page of the site."""
    app.before_request(_keep_gate)
    app.after_request(_give_cookie)
    app.context_processor(_show_desk)
    app.register_error_handler(MethodNotAllowed, _lead_to_page)


def _keep_gate() -> Answer | None:
    if request.endpoint is None or request.endpoint in _UNPROTECTED:
        return None  # an unknown address gets its 404, which tells nothing
    key = get_box_cookie(current_app).read()
    set_desk(find_desk(get_engine(), key, get_config()) if key else Desk())
    if request.endpoint in PUBLIC_ENDPOINTS:
        return None
    if g.staff_session is None:
        return _ask_who()
    view = current_app.view_functions[request.endpoint]
    permission = find_required_permission(view)
    if permission is None or not g.staff_session.may(permission):
        return render_template("shared/error.html", page=NOT_FOR_YOU), 403
    _go_on_with_runs()
    if needs_fresh_factor(view) and not g.staff_session.is_fresh(get_config()):
        check = find_first_check(view)
        unfit: Answer | None = check() if check is not None else None
        return unfit if unfit is not None else confirm_or_ask()
    return None


def _go_on_with_runs() -> None:
    """Give what is left of this person's runs of documents to a worker that is up, if the one that had it died.

    Somebody's swapped key must not shut every page: then nothing is sealed, the alarm is rung, and the run waits.
    """
    if not g.staff_session.may(Permission.CASE_EXPORT):
        return
    try:
        resume_runs(Caseworker(get_engine(), get_config(), g.staff_session))
    except UntrustedKeyError as error:
        log_failure(error)
        current_app.extensions["key_alarm"].ring()


def _lead_to_page(error: MethodNotAllowed) -> Answer:
    """Lead whoever opens the address of a form, as after a refusal that they come back to, to the page it is on."""
    del error
    if request.method in {"GET", "HEAD"}:
        return redirect(find_page_above(request.path), code=303)
    return render_error(405)


def _give_cookie(response: Response) -> Response:
    desk: Desk | None = g.get("desk")
    if desk is None:
        return response
    cookie = get_box_cookie(current_app)
    sent = cookie.read()
    if desk.key is None and cookie.name in request.cookies:
        cookie.delete(response)
    elif desk.key is not None and (sent is None or sent.to_cookie() != desk.key.to_cookie()):
        cookie.write(response, desk.key)
    return response


def _show_desk() -> dict[str, object]:
    return {"staff_session": g.get("staff_session"), "leave_form": LeaveForm(), "Permission": Permission}


def _ask_who() -> Answer:
    """Ask to sign in or to unlock, and then go on where it was; what a form carried is kept in the page."""
    locked = g.desk.locked
    if request.method in {"GET", "HEAD"}:
        path = request.full_path.removesuffix("?")
        to = "unlock" if locked else "sign-in"
        return redirect(f"/{to}?next={quote(path)}" if path != "/" else f"/{to}", code=303)
    kept = read_kept_fields()
    if kept.fields:
        data = {"kept": json.dumps({"path": request.path, "fields": kept.fields})}
    else:
        data = {"next": find_page_above(request.path)}
    form = UnlockForm(data=data) if locked else SignInForm(data=data)
    page = "casework/unlock.html" if locked else "casework/sign_in.html"
    return render_template(page, form=form, locked=locked, late=kept), 401
