"""GET /patterns: how many reports came, and how they stand."""

from flask import Blueprint, render_template

from casework.patterns import view_patterns
from casework.permissions import Permission, require
from casework.views.caseworker import get_caseworker

blueprint = Blueprint("patterns", __name__)


@blueprint.get("/patterns")
@require(Permission.COUNTS_READ)
def show_patterns() -> str:
    """Show the counts that this person may see."""
    return render_template("casework/patterns.html", patterns=view_patterns(get_caseworker()))
