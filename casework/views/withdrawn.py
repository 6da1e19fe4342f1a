"""What can still be done with a case that its reporter took back: a legal hold stops its destruction."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from casework.conversation_forms import HoldForm
from casework.holds import hold_withdrawn_case
from casework.opening import CaseNotFoundError, CaseWithdrawnError, open_case
from casework.permissions import Permission, require
from casework.recording import CaseChangedError
from casework.views.case import REFERENCE
from casework.views.caseworker import get_caseworker

blueprint = Blueprint("withdrawn", __name__)


@blueprint.post("/cases/<reference>/withdrawal/hold")
@require(Permission.HOLD_SET)
def send_hold(reference: str) -> Response | tuple[str, int]:
    """Put a legal hold on a case that was taken back, and go to its page."""
    caseworker = get_caseworker()
    if not REFERENCE.fullmatch(reference):
        abort(404)
    form = HoldForm(request.form)
    is_valid = form.validate()
    try:
        if is_valid:
            hold_withdrawn_case(caseworker, reference.upper(), form.hold_reason.data or "")
        else:
            open_case(caseworker, reference.upper())
    except CaseWithdrawnError as closed:
        return render_template("casework/withdrawn.html", closed=closed, form=form), 400
    except (CaseNotFoundError, CaseChangedError):
        pass  # called back, held or destroyed meanwhile: the case's own page says which
    return redirect(url_for("case.show_case", reference=reference.upper()), code=303)
