"""The queue, a case and its export in a real browser: nothing for axe to find, and nothing wider than the screen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from casework.app import create_app
from casework.caseworker import Caseworker
from casework.conflicts import decide_conflict
from casework.notes import add_note
from casework.opening import ConflictState, open_case
from casework.sessions import put_session
from casework.translations import add_translation
from models.engine import write
from tests.axe import check_with_axe
from tests.casework.filing import Filing
from tests.serving import find_free_port
from vault.keyslots import CHEAPEST

SIZES = ((360, 740), (1280, 800))


@dataclass(frozen=True)
class ServedSite:
    """The staff site over HTTP, and the cookie of somebody who is signed in."""

    address: str
    cookie: str


@pytest.fixture
def served_site(caseworker: Caseworker) -> Iterator[ServedSite]:
    """The staff site on a port of its own, with an attorney signed in."""
    port = find_free_port()
    address = f"http://localhost:{port}"
    app: Flask = create_app(replace(caseworker.config, origin=address), cost=CHEAPEST)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with write(caseworker.engine) as connection:
        key = put_session(connection, caseworker.session, caseworker.config)
    try:
        yield ServedSite(address, key.to_cookie())
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
        app.extensions["engine"].dispose()


@pytest.mark.parametrize("size", SIZES, ids=["phone", "desk"])
def test_pages_are_accessible_and_fit(
    browser: Browser, served_site: ServedSite, caseworker: Caseworker, filing: Filing, size: tuple[int, int]
) -> None:
    """Queue, case before and after the check, its errors and the export pass axe (WCAG 2.2 AA) and do not overflow."""
    held = {"urgent": ["held_now"], "held_name": "Luis Inventado", "reporter_role": "family"}
    shut = filing.file(agency="Sheriffofaverylongcountynamewithoutanyspaceinit", **held)  # type: ignore[arg-type]  # str is a Value
    case = filing.file(language="ar", story_language="ar", what_happened="أوقفوني «license» ثم ضحك.\n\nثم ذهبوا.")
    decide_conflict(caseworker, open_case(caseworker, case.reference), ConflictState.CLEAR, "Not known to us")
    add_note(caseworker, open_case(caseworker, case.reference), "word" * 100)
    add_translation(caseworker, open_case(caseworker, case.reference), "They stopped me.\n\nThen they left.")
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, bypass_csp=True)
    context.add_cookies([{"name": "desk", "value": served_site.cookie, "url": served_site.address}])
    try:
        page = context.new_page()
        for path in (
            *("/cases?status=lost", "/cases", f"/cases/{shut.reference}", f"/cases/{case.reference}/export"),
            *(f"/exports/table?case={case.reference}", "/exports/table"),
        ):
            page.goto(served_site.address + path)
            check_with_axe(page, size[0])
        page.goto(f"{served_site.address}/cases/{case.reference}")
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        check_with_axe(page, size[0])
        page.click("form[action$='/dates'] button")
        assert page.title().startswith("Error: ")
        check_with_axe(page, size[0])
    finally:
        context.close()
