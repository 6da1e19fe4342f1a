"""The office's key: its fingerprint, who holds it, and making a new one."""

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from casework.accounts import open_granter
from casework.gate import get_config
from casework.key_forms import RotateForm
from casework.office_key_page import describe_office_key
from casework.permissions import Permission, require
from casework.rotating import KeyChangedError, rotate_office_key
from casework.sessions import get_session
from web.csrf import N_
from web.database import get_engine
from web.languages import gettext as _

Answer = Response | tuple[str, int]
blueprint = Blueprint("office_key", __name__)

CHANGED = N_("The key, or who holds it, has changed since you opened this page. Look at it again before you go on.")


@blueprint.get("/office-key")
@require(Permission.KEY_READ)
def show_office_key() -> Answer:
    """Show the key, and to those who may make a new one how."""
    return _render(RotateForm(), 200)


@blueprint.post("/office-key")
@require(Permission.KEY_ROTATE, fresh=True)
def send_office_key() -> Answer:
    """Make a new office key for the people that the page showed."""
    form = RotateForm(request.form)
    if not form.validate():
        return _render(form, 400)
    session, config = get_session(), get_config()
    if form.known.data != describe_office_key(get_engine(), config, session).known:
        form.form_errors.append(_(CHANGED))
        return _render(form, 409)
    try:
        rotate_office_key(get_engine(), config, open_granter(get_engine(), session), reason=form.reason.code)
    except KeyChangedError:
        form.form_errors.append(_(CHANGED))
        return _render(form, 409)
    return redirect("/office-key?made=yes", code=303)


def _render(form: RotateForm, status: int) -> tuple[str, int]:
    page = describe_office_key(get_engine(), get_config(), get_session())
    return render_template(
        "casework/office_key.html", form=form, page=page, is_made=request.args.get("made") == "yes"
    ), status
