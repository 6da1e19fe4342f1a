"""Coming back with a receipt code: whether a report was received and how it stands, never the story.

The code comes in the body of a post and is in no address, log or cookie.
"""

from datetime import date
from threading import BoundedSemaphore

from flask import Blueprint, abort, render_template, request
from wtforms import StringField

from intake.forms import clean_text
from intake.reader import get_config
from intake.views.front import check_language
from models.cases import get_standing
from models.engine import read
from models.receipts import get_receipt
from vault.errors import InvalidCodeError
from vault.receipts import derive_receipt, parse_code
from web.csrf import N_, BoxForm
from web.database import get_engine
from web.languages import gettext

blueprint = Blueprint("inbox", __name__)

BAD_CODE = N_("A code has 25 digits. Please look at it again.")
UNKNOWN_CODE = N_("There is nothing under this code. Please look at every digit again.")
STANDINGS = {
    "undecided": N_("We have it. Our people read reports in order, urgent ones first."),
    "accepted": N_("A lawyer is working on it."),
    "referred": N_("We passed you on to someone who can help."),
    "declined": N_("We cannot take it. That does not mean that it was right what happened to you."),
    "advised": N_("We gave advice. We do not go on with it."),
    "recorded": N_("We have put it on record."),
}
# 8 MiB a derivation: thousands of wrong codes at once must not take the memory of those who are writing.
_DERIVATIONS = BoundedSemaphore(8)


class InboxForm(BoxForm):
    """One field: the code."""

    code = StringField()


@blueprint.get("/<lang>/inbox")
def show(lang: str) -> str:
    """Ask for the code."""
    check_language(lang)
    return _render(InboxForm())


@blueprint.post("/<lang>/inbox")
def take(lang: str) -> tuple[str, int] | str:
    """Show how the report under this code stands; 400 for what is no code, 404 where there is nothing."""
    check_language(lang)
    form = InboxForm(request.form)
    try:
        code = parse_code(clean_text(form.code.data or ""))
    except InvalidCodeError:
        form.code.errors = [gettext(BAD_CODE)]
        return _render(form), 400
    if not _DERIVATIONS.acquire(blocking=False):
        abort(429)
    try:
        receipt = derive_receipt(code, salt=get_config().receipt_salt)
    finally:
        _DERIVATIONS.release()
    with read(get_engine()) as connection:
        row = get_receipt(connection, receipt.lookup_id)
        case = get_standing(connection, row.case_id) if row else None
    if case is None:
        form.code.errors = [gettext(UNKNOWN_CODE)]
        return _render(form), 404
    return _render(form, case)


def _render(form: InboxForm, case: tuple[date, str] | None = None) -> str:
    form.code.label.text = gettext(N_("Your code"))
    form.code.description = gettext(N_("25 digits. Spaces do not matter."))
    return render_template(
        "intake/inbox.html",
        form=form,
        received_on=case[0] if case else None,
        standing=STANDINGS[case[1]] if case else "",
    )
