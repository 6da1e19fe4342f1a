"""The button that puts a notice away."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from casework.conversation_forms import ButtonForm
from casework.notices import dismiss_notice
from casework.permissions import Permission, require
from casework.views.caseworker import get_caseworker
from casework.views.files import STALE

blueprint = Blueprint("notices", __name__)


@blueprint.post("/notices/<notice_id>/dismiss")
@require(Permission.CASE_LIST)
def send_dismissal(notice_id: str) -> Response | tuple[str, int]:
    """Forget a notice that was read, and go back to the queue."""
    if not ButtonForm(request.form).validate():
        return render_template("shared/error.html", page=STALE), 400
    if not dismiss_notice(get_caseworker(), notice_id):
        abort(404)
    return redirect(url_for("cases.list_cases"), code=303)
