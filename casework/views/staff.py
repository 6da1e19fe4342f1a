"""The people of the office: who has an account, how it stands, and with which key."""

from flask import Blueprint, render_template, request

from casework.gate import get_config
from casework.new_keys import find_due
from casework.permissions import Permission, require
from casework.sessions import get_session
from casework.staff_listing import State, list_people
from web.csrf import N_
from web.database import get_engine
from web.languages import gettext as _

blueprint = Blueprint("staff", __name__)

#: What the page says after something was done, by the word in its address.
DONE = {
    "changed": N_("The account is changed. If it has a new role, somebody may have to give it its key again."),
    "left": N_("The account is closed, and its sessions have ended."),
    "left-others": N_(
        "The account is closed, its sessions have ended, and new keys are made. Colleagues whose own key was not "
        "compared did not get the new key: below it says of them that they wait for a key. Compare their fingerprint "
        "and give it to them."
    ),
    "granted": N_("The key is given."),
    "taken-back": N_("The invitation is taken back."),
}


@blueprint.get("/staff")
@require(Permission.STAFF_LIST)
def list_staff() -> str:
    """List all accounts, with the fingerprints to compare by voice and what can be done about each."""
    session = get_session()
    done = request.args.get("done", "")
    return render_template(
        "casework/staff.html",
        people=list_people(get_engine(), get_config()),
        due=find_due(get_engine(), session) if session.may(Permission.KEY_GRANT) else None,
        done=_(DONE[done]) if done in DONE else "",
        State=State,
    )
