"""The page that asks for the second factor again before a page that needs it fresh."""

from flask import Blueprint, redirect, request

from casework.confirming import Answer, ConfirmPage, render_confirm, try_factor
from casework.forms import ConfirmForm
from casework.gate import get_config
from casework.paths import find_own_page
from casework.permissions import Permission, require
from casework.sessions import get_session

blueprint = Blueprint("confirm", __name__)


@blueprint.get("/confirm")
@require(Permission.SESSION_USE)
def show_confirm() -> Answer:
    """Ask for the second factor; somebody who has just shown it goes on at once."""
    path = find_own_page(request.args.get("next"))
    if get_session().is_fresh(get_config()):
        return redirect(path or "/", code=303)
    return render_confirm(ConfirmForm(), ConfirmPage("/confirm", next=path), 200)


@blueprint.post("/confirm")
@require(Permission.SESSION_USE)
def send_confirm() -> Answer:
    """Check the second factor, and go on to the page that was asked for."""
    path = find_own_page(request.form.get("next"))
    answer = try_factor(ConfirmForm(request.form), ConfirmPage("/confirm", next=path))
    return answer or redirect(path or "/", code=303)
