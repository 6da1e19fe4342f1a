"""Signing in, unlocking, being asked again and one's own sessions in a real browser: accessible, and not too wide."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from casework.app import create_app
from casework.permissions import Role
from casework.refusals import RefusalLog
from casework.sessions import lock_session, put_session
from models.engine import write
from tests.axe import check_with_axe
from tests.casework.desks import sit_down
from tests.casework.staff_office import StaffOffice
from tests.serving import find_free_port
from vault.boxes import BoxKey
from vault.keyslots import CHEAPEST

SIZES = ((360, 740), (1280, 800))
STORY = "A note of more than forty letters that somebody had typed."
# A post as a page that was left open sends it, without its token.
POST = """fields => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = "/cases/R-0000-0000/export";
    for (const [name, value] of Object.entries(fields)) {
        const input = document.createElement("input");
        [input.type, input.name, input.value] = ["hidden", name, value];
        form.append(input);
    }
    document.body.append(form);
    form.submit();
}"""


@dataclass(frozen=True)
class ServedDesks:
    """The staff site over HTTP, and the keys of an attorney's sessions: fresh, of twenty minutes ago, locked."""

    address: str
    fresh: BoxKey
    stale: BoxKey
    locked: BoxKey


@pytest.fixture
def desks(staff_office: StaffOffice) -> Iterator[ServedDesks]:
    """The staff site on a port of its own, with somebody signed in at three browsers, and refused once."""
    port = find_free_port()
    address = f"http://localhost:{port}"
    app: Flask = create_app(replace(staff_office.ceremony.casework, origin=address), cost=CHEAPEST)
    engine, config = app.extensions["engine"], app.extensions["site_config"]
    session = sit_down(engine, staff_office, Role.ATTORNEY).session
    with write(engine) as connection:
        stale = put_session(connection, replace(session, signed_in_at=session.signed_in_at - 1200), config)
        fresh, third = (put_session(connection, session, config) for _browser in range(2))
    locked = lock_session(engine, third, session, config, path="/cases").key
    assert locked is not None
    RefusalLog(engine, config).note(session.staff_id)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield ServedDesks(address, fresh, stale, locked)
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
        engine.dispose()


def check_page(page: Page, heading: str, width: int) -> None:
    """The page has this heading, axe finds nothing, and it fits."""
    assert page.inner_text("h1") == heading
    check_with_axe(page, width)


@pytest.mark.parametrize("size", SIZES, ids=["phone", "desk"])
def test_pages_are_accessible_and_fit(browser: Browser, desks: ServedDesks, size: tuple[int, int]) -> None:
    """Sign-in with its errors, the locked desk, the question before an export and the account pass axe and fit."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, bypass_csp=True)
    try:
        page = context.new_page()
        page.goto(f"{desks.address}/sign-in")
        page.click("main button")
        assert page.title().startswith("Error: ")
        check_page(page, "Sign in", size[0])
        for key, path, heading in (
            (desks.locked, "/cases", "Locked"),
            (desks.fresh, "/account", "Your account"),
            (desks.stale, "/cases/R-0000-0000/export", "Show that it is you"),
        ):
            context.add_cookies([{"name": "desk", "value": key.to_cookie(), "url": desks.address}])
            page.goto(desks.address + path)
            check_page(page, heading, size[0])
        page.evaluate(POST, {"note": STORY, "passphrase": "one two three four five six"})
        page.wait_for_selector("blockquote")
        assert STORY in page.inner_text("main")
        check_page(page, "Show that it is you", size[0])
    finally:
        context.close()


def test_browser_signs_another_one_out(browser: Browser, desks: ServedDesks) -> None:
    """One press on the account page signs another browser out; that one finds the sign-in page at its next click."""
    here, there = browser.new_context(), browser.new_context()
    try:
        here.add_cookies([{"name": "desk", "value": desks.fresh.to_cookie(), "url": desks.address}])
        there.add_cookies([{"name": "desk", "value": desks.stale.to_cookie(), "url": desks.address}])
        page, other = here.new_page(), there.new_page()
        other.goto(f"{desks.address}/cases")
        page.goto(f"{desks.address}/account")
        assert page.locator("form[action='/account/sessions/end']").count() == 2
        page.click("text=Sign out all but this one")
        page.wait_for_selector("text=Every other browser is signed out.")
        assert page.locator("form[action='/account/sessions/end']").count() == 0
        other.click("text=Cases")
        other.wait_for_selector("h1:has-text('Sign in')")
    finally:
        here.close()
        there.close()
