"""What is done about one colleague: giving them their key."""

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from casework.errors import FingerprintError, MayNotGrantError, StaffChangedError
from casework.gate import get_config
from casework.granting import Grantee, find_grantee, grant_key
from casework.permissions import GRANTING_ROLES, Permission, require
from casework.role_names import ROLE_NAMES
from casework.sessions import get_session
from casework.staff_forms import GrantForm
from web.csrf import N_
from web.database import get_engine
from web.languages import gettext as _

Answer = Response | tuple[str, int]
blueprint = Blueprint("colleague", __name__)

MISMATCH = N_(
    "This is NOT the fingerprint of the key that is stored under this name. Nothing was given. Let them read it "
    "once more. If it still differs, somebody may have put a key of their own in its place: do not go on, and tell "
    "whoever looks after the server."
)
MAY_NOT = N_("Your own account does not hold the key that signs. A colleague who may give access must do this.")
CHANGED = N_("Somebody else changed this account, or the office's key, at this moment. Please look at it again.")


@blueprint.get("/staff/<staff_id>/key")
@require(Permission.KEY_GRANT, fresh=True)
def show_key(staff_id: str) -> Answer:
    """Ask for the fingerprint that the colleague reads aloud."""
    return _render(_find(staff_id), GrantForm(), 200)


@blueprint.post("/staff/<staff_id>/key")
@require(Permission.KEY_GRANT, fresh=True)
def send_key(staff_id: str) -> Answer:
    """Compare what was typed with the stored key; give the office's key when it is the same."""
    grantee, form = _find(staff_id), GrantForm(request.form)
    if not form.validate():
        return _render(grantee, form, 400)
    try:
        grant_key(get_engine(), get_config(), get_session(), staff_id, form.fingerprint.data or "")
    except FingerprintError:
        form.fingerprint.errors = [_(MISMATCH)]
        return _render(grantee, form, 409)
    except MayNotGrantError:
        form.form_errors.append(_(MAY_NOT))
        return _render(grantee, form, 403)
    except StaffChangedError:
        form.form_errors.append(_(CHANGED))
        return _render(_find(staff_id), form, 409)
    return redirect("/staff?done=granted", code=303)


def _find(staff_id: str) -> Grantee:
    grantee = find_grantee(get_engine(), get_config(), staff_id)
    if grantee is None:
        abort(404)
    return grantee


def _render(grantee: Grantee, form: GrantForm, status: int) -> tuple[str, int]:
    text = render_template(
        "casework/key.html",
        grantee=grantee,
        form=form,
        role=ROLE_NAMES[grantee.role],
        gets_signing_key=grantee.role in GRANTING_ROLES,
    )
    return text, status
