"""Recovery on paper: making shares, which are shown once, and checking that they open."""

import segno
from flask import Blueprint, render_template, request

from casework.accounts import open_granter
from casework.gate import get_config
from casework.key_forms import ShareSetForm, list_share_fields, make_check_form
from casework.permissions import Permission, require
from casework.recovering import DrillResult, drill
from casework.recovery import SharesChangedError, ShareSet, SharesReplacedError, make_share_set
from casework.sessions import get_session
from casework.views.caseworker import get_caseworker
from models.engine import read
from models.recovery_keys import get_recovery_key
from vault.errors import CannotOpenError
from vault.shares import FEWEST
from vault.signing import fingerprint_key
from web.csrf import N_, BoxForm
from web.database import get_engine
from web.languages import format_date
from web.languages import gettext as _

Answer = tuple[str, int]
blueprint = Blueprint("recovery", __name__)

CHANGED = N_("Shares were made since you opened this page. Those can no longer be shown. Make new ones, or leave it.")
OPENS_NOTHING = N_("These shares do not open this office: they are of different sets, or too few are different.")


@blueprint.get("/recovery")
@require(Permission.RECOVERY_MAKE, fresh=True)
def show_recovery() -> Answer:
    """Show how recovery stands, and how to make shares."""
    return _render(None, 200)


@blueprint.post("/recovery")
@require(Permission.RECOVERY_MAKE, fresh=True)
def send_recovery() -> Answer:
    """Make shares and show them, this once: they are in this answer and nowhere else."""
    form = ShareSetForm(request.form)
    if not form.validate():
        return _render(form, 400)
    caseworker = get_caseworker()
    try:
        made = make_share_set(
            caseworker,
            open_granter(get_engine(), get_session()),
            threshold=int((form.threshold.data or "").strip()),
            count=int((form.count.data or "").strip()),
            replaces=form.known.data or None,
        )
    except SharesChangedError:
        return _render(None, 409, error=_(CHANGED))
    return _render_shares(made), 200


@blueprint.get("/recovery/check")
@require(Permission.RECOVERY_CHECK)
def show_check() -> Answer:
    """Ask for as many shares as are needed."""
    return _render_check(make_check_form(_count_needed()), 200)


@blueprint.post("/recovery/check")
@require(Permission.RECOVERY_CHECK)
def send_check() -> Answer:
    """Prove that the shares open the office; nothing is stored and nothing is changed."""
    form = make_check_form(_count_needed(), request.form)
    if not form.validate():
        return _render_check(form, 400)
    try:
        result = drill(get_engine(), get_config(), [field.data or "" for field in list_share_fields(form)])
    except SharesReplacedError as fault:
        words = _(N_("Other shares took the place of these on {day}.")).format(day=format_date(fault.on))
        form.form_errors.append(words)
        return _render_check(form, 400)
    except CannotOpenError:
        form.form_errors.append(_(OPENS_NOTHING))
        return _render_check(form, 400)
    # Nothing of what was typed goes back into a page that has served its end.
    return _render_check(make_check_form(_count_needed()), 200, result)


def _count_needed() -> int:
    with read(get_engine()) as connection:
        row = get_recovery_key(connection)
    return row.threshold if row else FEWEST


def _render(form: ShareSetForm | None, status: int, *, error: str = "") -> Answer:
    with read(get_engine()) as connection:
        row = get_recovery_key(connection)
    # A page that was refused names today's set: whoever reads it and presses again has seen that it exists.
    known = row.id if row else ""
    if form is None:
        form = ShareSetForm(data={"threshold": "2", "count": "3", "known": known})
    else:
        form.known.data = known
    if error:
        form.form_errors.append(error)
    return render_template("casework/recovery.html", form=form, row=row), status


def _render_shares(made: ShareSet) -> str:
    shares = [{"words": share.split(), "picture": _draw(share)} for share in made.shares]
    return render_template(
        "casework/recovery_shares.html",
        made=made,
        shares=shares,
        signing_fingerprint=fingerprint_key(get_config().office_verify_key),
    )


def _draw(share: str) -> str:
    """Draw the words as a QR code. In capitals, which take fewer squares."""
    return segno.make_qr(share.upper(), error="m").svg_inline(scale=3, border=4, light="#fff", omitsize=False)


def _render_check(form: BoxForm, status: int, result: DrillResult | None = None) -> Answer:
    with read(get_engine()) as connection:
        row = get_recovery_key(connection)
    return render_template(
        "casework/recovery_check.html", form=form, shares=list_share_fields(form), row=row, result=result
    ), status
