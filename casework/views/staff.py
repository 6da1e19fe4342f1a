"""The people of the office: who has an account, how it stands, and with which key."""

from flask import Blueprint, render_template

from casework.gate import get_config
from casework.permissions import Permission, require
from casework.staff_listing import State, list_people
from web.database import get_engine

blueprint = Blueprint("staff", __name__)


@blueprint.get("/staff")
@require(Permission.STAFF_LIST)
def list_staff() -> str:
    """List all accounts, with the fingerprints to compare by voice and what can be done about each."""
    return render_template("casework/staff.html", people=list_people(get_engine(), get_config()), State=State)
