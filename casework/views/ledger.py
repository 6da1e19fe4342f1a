"""The ledger: what came in and what staff did, whether the chains hold, and what of it leaves the house."""

import re
from functools import partial
from urllib.parse import urlencode

import segno
from flask import Blueprint, Response, abort, render_template, request
from werkzeug.datastructures import CombinedMultiDict

from casework.case_forms import list_wrong_fields
from casework.gate import get_config
from casework.head_mail import find_last_mailed, find_mail_fault
from casework.last_check import LastCheck, find_last_check
from casework.ledger_checking import LedgerCheck, check_ledger, take_heads
from casework.ledger_exporting import export_chain
from casework.ledger_forms import NO_SUCH_CASE, LedgerFilterForm, VerifyForm
from casework.ledger_heads import read_current_heads
from casework.ledger_listing import (
    HARM_NAMES,
    SITES,
    LedgerPage,
    LedgerWishes,
    UnknownCaseError,
    list_kinds,
    list_ledger_page,
    list_people,
)
from casework.ledger_writing import find_verify_keys
from casework.permissions import Permission, require
from casework.sessions import get_session
from casework.words import write_moment
from models.engine import read
from web import clock
from web.database import get_engine
from web.languages import gettext as _

Answer = tuple[str, int]

_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,6}")
_FILTERS = ("person", "kind", "case", "from_on", "to_on")

blueprint = Blueprint("ledger", __name__)


@blueprint.get("/ledger")
@require(Permission.LEDGER_READ)
def show_ledger() -> Answer:
    """Show a page of one chain's entries, newest first; wrong filters are named and left out."""
    return _render(VerifyForm())


@blueprint.post("/ledger/verify")
@require(Permission.LEDGER_READ)
def send_verify() -> Answer:
    """Walk both chains, compare them with what was given, and say what does not hold."""
    form = VerifyForm(CombinedMultiDict([request.files, request.form]))
    if not form.validate():
        return _render(form)
    check = check_ledger(
        get_engine(),
        get_config(),
        get_session().staff_id,
        form.read_heads(),
        compares_stored=bool(form.compares_stored.data),
    )
    return _render(VerifyForm(), check)


@blueprint.get("/ledger/head")
@require(Permission.LEDGER_READ)
def show_head() -> str:
    """Show the heads of both chains, to be printed and kept outside, and the keys that an outsider verifies with."""
    config = get_config()
    with read(get_engine()) as connection:
        heads = read_current_heads(connection, clock.today(config.time_zone))
    picture = segno.make_qr(heads.text, error="m").svg_inline(scale=4, border=4, light="#fff", omitsize=False)
    keys = {SITES[site]: key.hex() for site, key in find_verify_keys(config).items()}
    return render_template("casework/ledger_head.html", heads=heads, qr=picture, keys=keys)


@blueprint.get("/ledger/head.txt")
@require(Permission.LEDGER_READ)
def download_head() -> Response:
    """Give the heads as the file that `ledger verify --head` takes."""
    heads = take_heads(get_engine(), get_config(), get_session().staff_id)
    return _give(Response(heads.text, mimetype="text/plain"), f"ledger-heads-{heads.on}.txt")


@blueprint.get("/ledger/export")
@require(Permission.LEDGER_READ, fresh=True)
def download_chain() -> Response:
    """Give one site's whole chain as JSON lines, with signatures."""
    site = _find_site()
    lines = export_chain(get_engine(), get_config(), site, get_session().staff_id)
    today = clock.today(get_config().time_zone)
    return _give(Response(lines, mimetype="application/jsonl"), f"ledger-{site}-{today}.jsonl")


def _give(response: Response, name: str) -> Response:
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _find_site() -> str:
    site = request.args.get("site", "casework")
    if site not in SITES:
        abort(404)
    return site


def _render(verify: VerifyForm, check: LedgerCheck | None = None) -> Answer:
    number = request.args.get("page", "1")
    if not _PAGE_NUMBER.fullmatch(number):
        abort(404)
    people, kinds = list_people(get_engine()), list_kinds()
    form = LedgerFilterForm(request.args if request.method == "GET" else None)
    form.person.choices, form.kind.choices = list(people.items()), list(kinds.items())
    is_valid = form.validate()
    page = _find_page(form, int(number))
    content = render_template(
        "casework/ledger.html",
        ledger=page,
        form=form,
        verify=verify,
        check=check,
        sites=SITES,
        harms=HARM_NAMES,
        link=_link,
        mail=_describe_mail(),
        last=_find_last(),
        moment=partial(write_moment, time_zone=get_config().time_zone),
    )
    return content, 200 if is_valid and not form.errors and not verify.errors else 400


def _find_page(form: LedgerFilterForm, number: int) -> LedgerPage:
    wrong = list_wrong_fields(form)
    # A span that ends before it begins is no span.
    days = {name: None if "to_on" in wrong or name in wrong else form.find_day(name) for name in ("from_on", "to_on")}
    words = {name: "" if name in wrong else form[name].data or "" for name in ("person", "kind", "case")}
    wishes = LedgerWishes(
        _find_site(), words["person"], words["kind"], words["case"], from_on=days["from_on"], to_on=days["to_on"]
    )
    try:
        page = list_ledger_page(get_engine(), get_config(), wishes, number)
    except UnknownCaseError:
        form.case.errors = [_(NO_SUCH_CASE)]
        page = list_ledger_page(get_engine(), get_config(), LedgerWishes(wishes.site), 1)
    if page is None:
        abort(404)
    return page


def _describe_mail() -> dict[str, object]:
    """What is known of the daily mail: to whom, since when, and what is wrong with it."""
    config = get_config()
    with read(get_engine()) as connection:
        last = find_last_mailed(connection, config) if config.head_mail_to else None
        return {"to": config.head_mail_to, "last": last, "fault": find_mail_fault(connection, config)}


def _find_last() -> LastCheck | None:
    with read(get_engine()) as connection:
        return find_last_check(connection, get_config())


def _link(site: str, number: int = 1) -> str:
    """Where a page of a chain is, with the filters of this one."""
    kept = {name: request.args[name] for name in _FILTERS if request.args.get(name)}
    return f"/ledger?{urlencode({'site': site, **kept, 'page': number})}"
