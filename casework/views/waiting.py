"""For somebody who has joined and holds no key yet: their fingerprint, and who can compare it."""

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from casework.gate import get_config
from casework.permissions import Permission, require
from casework.sessions import get_session
from casework.staff_listing import list_granters
from web.database import get_engine

blueprint = Blueprint("waiting", __name__)


@blueprint.get("/waiting")
@require(Permission.SESSION_USE)
def show_waiting() -> str | Response:
    """Show the fingerprint to read aloud; whoever has their key goes on."""
    session = get_session()
    if not session.waits_for_key:
        return redirect("/", code=303)
    granters = list_granters(get_engine(), get_config())
    return render_template(
        "casework/waiting.html", fingerprint=session.identity.recipient.fingerprint, granters=granters
    )
