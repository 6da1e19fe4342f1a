"""The people of the office: who has an account, in which role, and with which key."""

from flask import Blueprint, render_template

from casework.gate import get_config
from casework.permissions import Permission, require
from casework.staff_listing import list_people
from web.database import get_engine

blueprint = Blueprint("staff", __name__)


@blueprint.get("/staff")
@require(Permission.STAFF_LIST)
def list_staff() -> str:
    """List all accounts, with the fingerprints to compare by voice."""
    return render_template("casework/staff.html", people=list_people(get_engine(), get_config()))
