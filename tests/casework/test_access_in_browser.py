"""“Who may open this case” and the emergency in a real browser: accessible, and never wider than the screen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from casework.access_changes import restrict_case, wall_person
from casework.app import create_app
from casework.caseworker import Caseworker
from casework.emergencies import approve_request, ask_for_case, list_emergency_requests
from casework.opening import open_case
from casework.permissions import Role
from casework.sessions import put_session
from models.engine import write
from tests.axe import check_with_axe
from tests.casework.accessing import ATTORNEY, SUPERVISOR
from tests.casework.filing import FiledCase, Filing
from tests.casework.keyholders import Keyholders
from tests.serving import find_free_port
from vault.keyslots import CHEAPEST

SIZES = ((360, 740), (1280, 800))
SECOND, LONG = "Second Supervisor", "Maximiliana-Guadalupe Inventadaconunapellidolarguisimo"


@contextmanager
def serve(keyholders: Keyholders) -> Iterator[str]:
    """The staff site over HTTP; gives its address."""
    port = find_free_port()
    address = f"http://localhost:{port}"
    app = create_app(replace(keyholders.config, origin=address), cost=CHEAPEST)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield address
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
        app.extensions["engine"].dispose()


@pytest.fixture
def address(keyholders: Keyholders) -> Iterator[str]:
    """The staff site over HTTP."""
    with serve(keyholders) as address:
        yield address


@contextmanager
def open_browser(browser: Browser, address: str, caseworker: Caseworker, size: tuple[int, int]) -> Iterator[Page]:
    """A browser of this size, signed in as somebody."""
    with write(caseworker.engine) as connection:
        key = put_session(connection, caseworker.session, caseworker.config)
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, bypass_csp=True)
    context.add_cookies([{"name": "desk", "value": key.to_cookie(), "url": address}])
    try:
        yield context.new_page()
    finally:
        context.close()


def check(page: Page, width: int) -> None:
    """Check the page with every part of it open."""
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    check_with_axe(page, width)


def prepare(keyholders: Keyholders, filing: Filing) -> tuple[FiledCase, FiledCase]:
    """A case with walls and long names, and one that the attorney alone holds and that somebody asks for."""
    keyholders.join(SECOND, Role.SUPERVISING_ATTORNEY)
    keyholders.join(LONG, Role.ATTORNEY)
    walled, asked = filing.file(), filing.file()
    first = keyholders.sit_down(SUPERVISOR)
    granter = keyholders.open_granter()
    opened = open_case(first, walled.reference)
    wall_person(first, granter, opened, keyholders.find_id(LONG), "Acted for the deputy" + "verylongword" * 20)
    restrict_case(first, granter, open_case(first, asked.reference), [keyholders.find_id(ATTORNEY)], "A cousin")
    ask_for_case(first, asked.reference, "The attorney is ill, and a deadline ends today at five.")
    return walled, asked


@pytest.mark.parametrize("size", SIZES, ids=["phone", "desk"])
def test_pages_are_accessible_and_fit(
    browser: Browser, address: str, keyholders: Keyholders, filing: Filing, size: tuple[int, int]
) -> None:
    """Every state of both pages passes axe (WCAG 2.2 AA) and fits: open, walled, errors, asked, opened, notices."""
    walled, asked = prepare(keyholders, filing)
    plain = filing.file()
    second = keyholders.sit_down(SECOND)
    width = size[0]
    with open_browser(browser, address, second, size) as page:
        for case in (plain, walled):
            page.goto(f"{address}/cases/{case.reference}/access")
            check(page, width)
        page.click("form[action$='/access/restrict'] button")
        assert page.title().startswith("Error: ")
        check(page, width)
        page.goto(f"{address}/cases")
        check(page, width)
        page.goto(f"{address}/emergency")
        check(page, width)
        page.click("main .plain a")
        check(page, width)
        page.click("form[action$='/approve'] button")
        assert page.title().startswith("Error: ")
        check(page, width)
    request_id = list_emergency_requests(second)[0].id
    approve_request(second, keyholders.open_granter(SECOND), request_id, "Called her")
    with open_browser(browser, address, keyholders.sit_down(ATTORNEY), size) as page:
        for path in ("/cases", f"/cases/{asked.reference}"):
            page.goto(address + path)
            check(page, width)
