"""No form of the staff site is taken with a token that is not its box's, whatever else is right with it."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import func, select
from werkzeug.exceptions import HTTPException

from casework.caseworker import Caseworker
from casework.conflicts import decide_conflict
from casework.opening import ConflictState, open_case
from casework.permissions import Role
from casework.shipped_facts import load_shipped_facts
from models.engine import read
from models.tables import ledger_entries, sealed_items
from tests.casework.conftest import SignInAs
from tests.casework.filing import Filing
from tests.page_client import Page, PageClient, read_fields

TOKEN = "csrf_token"
# What a post is answered with that nothing was done for.
REFUSED = {400, 403, 404, 409, 413}
READING = {"case:opened", "ledger:viewed", "queue:viewed", "counts:viewed", "session:refused"}
# The way out is open to whoever has the cookie; and what a form that was sent with GET shows, it only shows.
ENDING = re.compile(r"/(sign-out|lock)$")


def find_rule(site: Flask, path: str, method: str) -> str:
    """The rule of an address, so that two cases count as one page."""
    try:
        rule, _values = site.url_map.bind("localhost").match(path, method, return_rule=True)
    except HTTPException:
        return ""
    return str(rule.rule)


def crawl(site: Flask, reader: PageClient) -> list[Page]:
    """One page of each kind that can be reached from the first one by links."""
    waiting, known, pages = ["/cases", "/account"], {"/cases", "/account"}, []
    while waiting:
        page = reader.get(waiting.pop(0), check=False)
        if "text/html" not in page.headers.get("Content-Type", ""):
            continue
        pages.append(page)
        for link in page.find_all("a"):
            path = (link.get("href") or "").partition("#")[0].partition("?")[0]
            rule = find_rule(site, path, "GET") if path.startswith("/") else ""
            if rule and rule not in known:
                known.add(rule)
                waiting.append(path)
    return pages


def count_deeds(caseworker: Caseworker) -> tuple[int, int]:
    """How many things were recorded that are more than looking."""
    with read(caseworker.engine) as connection:
        entries = select(func.count()).select_from(ledger_entries).where(ledger_entries.c.kind.not_in(READING))
        items = select(func.count()).select_from(sealed_items)
        return connection.execute(entries).scalar_one(), connection.execute(items).scalar_one()


def test_every_form_refuses_a_token_that_is_not_its_own(
    staff_site: Flask, sign_in_as: SignInAs, filing: Filing, caseworker: Caseworker
) -> None:
    """Each form of each kind of page, sent as it stands but with another token, is refused, and nothing is done."""
    load_shipped_facts(caseworker.engine, caseworker.config)
    case = filing.file()
    decide_conflict(caseworker, open_case(caseworker, case.reference), ConflictState.CLEAR, "Not known to us")
    reader = sign_in_as(Role.SUPERVISING_ATTORNEY)
    tried: set[str] = set()
    for page in crawl(staff_site, reader):
        for form in page.find_all("form"):
            action = form.get("action", "") or page.path
            rule = find_rule(staff_site, action.partition("?")[0], "POST")
            if form.get("method", "get").lower() != "post" or rule in tried or ENDING.search(action):
                continue
            fields = dict(read_fields(form))
            assert fields.get(TOKEN), f"a form to {action} has no token"
            tried.add(rule)
            before = count_deeds(caseworker)
            answer = reader.client.post(
                action, data={**fields, TOKEN: "0" * len(fields[TOKEN])}, headers={"Origin": reader.origin}
            )
            assert answer.status_code in REFUSED, f"{action} answered {answer.status_code}"
            assert count_deeds(caseworker) == before, action
    assert len(tried) > 25, sorted(tried)
