"""Inviting somebody, and what can be done about an invitation: a new link, or taking it back."""

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from casework.accounts import NewPerson
from casework.errors import AccountExistsError, InvitationOverError
from casework.gate import get_config
from casework.invitations import HOURS, Invited, invite, renew_invitation, take_back_invitation
from casework.permissions import Permission, Role, require
from casework.role_names import ROLE_NAMES
from casework.sessions import get_session
from casework.staff_forms import GoOnForm, InviteForm
from casework.staff_listing import State, find_person
from web.csrf import N_
from web.database import get_engine
from web.languages import gettext as _

Answer = Response | tuple[str, int]
blueprint = Blueprint("invite", __name__)

EXISTS = N_("This e-mail address has an account or an invitation already. You find it on the page Staff.")


@blueprint.get("/staff/invite")
@require(Permission.STAFF_INVITE)
def show_invite() -> Answer:
    """Ask whom to invite, in which role."""
    return render_template("casework/invite.html", form=InviteForm()), 200


@blueprint.post("/staff/invite")
@require(Permission.STAFF_INVITE)
def send_invite() -> Answer:
    """Invite somebody, and show link and code this once."""
    form = InviteForm(request.form)
    if not form.validate():
        return render_template("casework/invite.html", form=form), 400
    person = NewPerson(form.name.data or "", form.email.data or "", Role(form.role.code))
    try:
        invited = invite(get_engine(), get_config(), person, invited_by=get_session().staff_id)
    except AccountExistsError:
        form.email.errors = [_(EXISTS)]
        return render_template("casework/invite.html", form=form), 409
    return render_invited(invited)


@blueprint.get("/staff/<staff_id>/invitation")
@require(Permission.STAFF_INVITE)
def show_invitation(staff_id: str) -> Answer:
    """Show how an invitation stands, with what can be done about it."""
    return _render_invitation(staff_id, GoOnForm(), 200)


@blueprint.post("/staff/<staff_id>/invitation")
@require(Permission.STAFF_INVITE)
def send_invitation(staff_id: str) -> Answer:
    """Make a new link and code, or take the invitation back."""
    form = GoOnForm(request.form)
    if not form.validate():
        return _render_invitation(staff_id, form, 400)
    actor = get_session().staff_id
    try:
        if request.form.get("go") == "renew":
            return render_invited(renew_invitation(get_engine(), get_config(), staff_id, invited_by=actor))
        if request.form.get("go") == "take_back":
            take_back_invitation(get_engine(), get_config(), staff_id, taken_back_by=actor)
            return redirect("/staff?done=taken-back", code=303)
    except InvitationOverError:
        return redirect("/staff", code=303)
    return redirect("/staff", code=303)


def render_invited(invited: Invited) -> tuple[str, int]:
    """Show link and code, this once."""
    link = f"{get_config().origin}{invited.path}"
    text = render_template(
        "casework/invited.html", invited=invited, link=link, role=ROLE_NAMES[invited.person.role], hours=HOURS
    )
    return text, 201


def _render_invitation(staff_id: str, form: GoOnForm, status: int) -> Answer:
    person = find_person(get_engine(), get_config(), staff_id)
    if person is None:
        abort(404)
    if person.state not in {State.INVITED, State.INVITATION_OVER}:
        return redirect("/staff", code=303)
    return render_template("casework/invitation.html", form=form, person=person), status
