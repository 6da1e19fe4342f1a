"""The directory's pages in a real browser: nothing for axe to find, and nothing wider than the screen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from casework.agency_import import apply_list, take_list
from casework.app import create_app
from casework.caseworker import Caseworker
from casework.permissions import Role
from casework.sessions import put_session
from casework.shipped_facts import load_shipped_facts
from models.agencies import list_agencies
from models.engine import read, write
from tests.axe import check_with_axe
from tests.casework.ice_workbook import TRAPS, Entry, make_workbook
from tests.casework.staff_office import StaffOffice
from tests.serving import find_free_port
from vault.keyslots import CHEAPEST

pytestmark = pytest.mark.browser
SIZES = ((360, 740), (1280, 800))


@pytest.fixture
def served(caseworker: Caseworker, staff_office: StaffOffice) -> Iterator[tuple[str, str]]:
    """The staff site on a port of its own with the shipped facts, and the cookie of a supervising attorney."""
    port = find_free_port()
    address = f"http://localhost:{port}"
    app: Flask = create_app(replace(caseworker.config, origin=address), cost=CHEAPEST)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    load_shipped_facts(caseworker.engine, caseworker.config)
    account = staff_office.accounts[Role.SUPERVISING_ATTORNEY]
    session = replace(caseworker.session, staff_id=account.staff_id, role=Role.SUPERVISING_ATTORNEY)
    with write(caseworker.engine) as connection:
        key = put_session(connection, session, caseworker.config)
    try:
        yield address, key.to_cookie()
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
        app.extensions["engine"].dispose()


@pytest.fixture(params=SIZES, ids=["phone", "desk"])
def page(request: pytest.FixtureRequest, browser: Browser, served: tuple[str, str]) -> Iterator[Page]:
    """A page of that browser, signed in, as wide as a phone and as a desk."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, bypass_csp=True, base_url=served[0])
    context.add_cookies([{"name": "desk", "value": served[1], "url": served[0]}])
    try:
        yield context.new_page()
    finally:
        context.close()


def look(page: Page, path: str) -> None:
    """Open a page and let axe look at it."""
    response = page.goto(path)
    assert response is not None
    assert response.status in {200, 400}, path
    size = page.viewport_size
    assert size is not None
    check_with_axe(page, size["width"])


def test_directory_is_accessible_and_fits(page: Page, caseworker: Caseworker) -> None:
    """List, agency, its forms and their errors pass axe (WCAG 2.2 AA) and do not overflow."""
    with read(caseworker.engine) as connection:
        dakota = next(row.id for row in list_agencies(connection) if row.name.startswith("Dakota"))
    for path in ("/agencies", "/agencies?words=nowhere&state=XX", f"/agencies/{dakota}", "/agencies/new"):
        look(page, path)
    look(page, f"/agencies/{dakota}/agreements/new")
    page.click("main form button")
    assert page.title().startswith("Error: ")
    size = page.viewport_size
    assert size is not None
    check_with_axe(page, size["width"])
    look(page, f"/agencies/{dakota}/merge")
    page.select_option("#remaining", index=1)
    page.click("main form button")
    assert "Nothing is done yet" in page.inner_text("main")
    check_with_axe(page, size["width"])


def test_lists_are_accessible_and_fit(page: Page, caseworker: Caseworker) -> None:
    """History, a list that waits with a long address in it, and one that was applied pass axe and do not overflow."""
    applied = take_list(caseworker, make_workbook(TRAPS), "list 2026-06-15.xlsx")
    apply_list(caseworker, applied)
    long = Entry(
        "TEXAS", "Averylongnameofanagencywithoutanyspaceinit" * 3, "Nowhere", moa=f"https://www.ice.gov/{'x' * 300}"
    )
    edited = [TRAPS[0].change(county="Baldwin County"), *TRAPS[2:], long]
    waiting = take_list(caseworker, make_workbook(edited), "list 2026-07-15.xlsx")
    for path in ("/agencies/imports", f"/agencies/imports/{waiting}", f"/agencies/imports/{applied}"):
        look(page, path)
