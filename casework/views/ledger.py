"""The ledger: what came in and what staff did, and whether the chains hold."""

import re

from flask import Blueprint, abort, render_template, request

from casework.gate import get_config
from casework.ledger_commands import verify_chains
from casework.ledger_listing import HARM_NAMES, SITES, list_ledger_page
from casework.permissions import Permission, require
from web.database import get_engine

_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,6}")

blueprint = Blueprint("ledger", __name__)


@blueprint.get("/ledger")
@require(Permission.LEDGER_READ)
def show_ledger() -> str:
    """Show a page of one site's entries, newest first; with `check`, walk both chains to their beginning as well."""
    site = request.args.get("site", "casework")
    number = request.args.get("page", "1")
    if site not in SITES or not _PAGE_NUMBER.fullmatch(number):
        abort(404)
    page = list_ledger_page(get_engine(), get_config(), site, int(number))
    if page is None:
        abort(404)
    reports = verify_chains(get_engine(), get_config(), {}) if "check" in request.args else []
    return render_template("casework/ledger.html", ledger=page, sites=SITES, reports=reports, harms=HARM_NAMES)
