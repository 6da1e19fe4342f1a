"""GET /patterns: how many reports came, and how they stand."""

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from casework.patterns import view_patterns
from casework.permissions import Permission, require
from casework.views.caseworker import get_caseworker

blueprint = Blueprint("patterns", __name__)


@blueprint.get("/patterns")
@require(Permission.COUNTS_READ)
def show_patterns() -> Response | str:
    """Show the counts that this person may see. Who waits for their key can count nothing, and is told so."""
    caseworker = get_caseworker()
    if caseworker.session.waits_for_key:
        return redirect("/waiting", code=303)
    return render_template("casework/patterns.html", patterns=view_patterns(caseworker))
