"""Ending one's own sessions in other browsers."""

from flask import Blueprint, abort, g, redirect, request
from werkzeug.wrappers import Response

from casework.forms import LeaveForm
from casework.own_sessions import end_other_sessions, end_own_session
from casework.permissions import Permission, require
from casework.views.caseworker import get_caseworker

blueprint = Blueprint("account_sessions", __name__)


@blueprint.post("/account/sessions/end")
@require(Permission.ACCOUNT_USE)
def send_end() -> Response:
    """End one session; one that is not there, or is somebody else's, is as good as ended."""
    if not LeaveForm(request.form).validate():
        abort(403)
    end_own_session(get_caseworker(), request.form.get("session", ""))
    return redirect("/account?done=session-ended", code=303)


@blueprint.post("/account/sessions/end-others")
@require(Permission.ACCOUNT_USE)
def send_end_others() -> Response:
    """End every session but the one of this browser."""
    if not LeaveForm(request.form).validate():
        abort(403)
    end_other_sessions(get_caseworker(), g.desk.key)
    return redirect("/account?done=sessions-ended", code=303)
