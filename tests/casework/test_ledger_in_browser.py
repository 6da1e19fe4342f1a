"""The ledger's pages in a real browser, on a phone and at a desk: nothing for axe to find, nothing wider than it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from casework.app import create_app
from casework.permissions import Role
from casework.sessions import StaffSession, put_session
from models.engine import write
from tests.axe import check_with_axe
from tests.casework.filing import Filing
from tests.casework.staff_office import StaffOffice
from tests.serving import find_free_port
from vault.identities import Identity
from vault.keyslots import CHEAPEST
from web.clock import now

SIZES = ((360, 740), (1280, 800))


@pytest.fixture(params=SIZES, ids=["phone", "desk"])
def page(request: pytest.FixtureRequest, browser: Browser, staff_office: StaffOffice, filing: Filing) -> Iterator[Page]:
    """A browser of this size at which the supervising attorney sits, on the ledger's page."""
    port = find_free_port()
    address = f"http://localhost:{port}"
    config = replace(staff_office.ceremony.casework, origin=address)
    app = create_app(config, cost=CHEAPEST)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    account = staff_office.accounts[Role.SUPERVISING_ATTORNEY]
    session = StaffSession(
        staff_id=account.staff_id,
        name=account.person.name,
        email=account.person.email,
        role=Role.SUPERVISING_ATTORNEY,
        identity=Identity.generate(),
        office_identities=staff_office.ceremony.granter.office_identities,
        signed_in_at=int(now().timestamp()),
    )
    with write(filing.engine) as connection:
        key = put_session(connection, session, config)
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, bypass_csp=True, accept_downloads=True)
    context.add_cookies([{"name": "desk", "value": key.to_cookie(), "url": address}])
    try:
        page = context.new_page()
        page.goto(f"{address}/ledger")
        yield page
    finally:
        context.close()
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
        app.extensions["engine"].dispose()


def find_width(page: Page) -> int:
    """How wide the screen is."""
    size = page.viewport_size
    assert size is not None
    return size["width"]


def test_ledger_pages_are_accessible_and_fit(page: Page) -> None:
    """The list, an error, a finding and the page of heads pass axe (WCAG 2.2 AA) and do not overflow."""
    width = find_width(page)
    check_with_axe(page, width)
    page.click("summary")
    page.fill("#kept_heads", "casework 5 " + "word" * 30)
    page.click("text=Verify both chains")
    assert page.title().startswith("Error: ")
    assert page.is_visible("#kept_heads"), "the field with the fault is folded away"
    check_with_axe(page, width)
    page.fill("#kept_heads", f"casework 3 {'ab' * 32}")
    page.check("#compares_stored")
    page.click("text=Verify both chains")
    assert "Older ledger put back" in page.inner_text("main")
    check_with_axe(page, width)
    page.click("text=Heads to print or to keep")
    check_with_axe(page, width)


def test_heads_taken_in_a_browser_are_chosen_as_the_file(page: Page, tmp_path: Path) -> None:
    """What the page gives as a file is what the other page takes as one; only lines and picture are printed."""
    page.click("text=Heads to print or to keep")
    with page.expect_download() as download:
        page.click("text=Take them as a file")
    kept = tmp_path / "heads.txt"
    download.value.save_as(kept)
    assert [line.split()[0] for line in kept.read_text(encoding="ascii").splitlines()] == ["casework", "intake"]
    page.emulate_media(media="print")
    assert page.is_visible(".heads")
    assert page.is_visible(".qr")
    assert not page.is_visible("text=How to keep them")
    page.emulate_media(media="screen")
    page.click("text=Back to the ledger")
    page.click("summary")
    page.set_input_files("#heads_file", kept)
    page.click("text=Verify both chains")
    words = page.inner_text("main")
    assert words.count("holds.") == 2
    assert "Compared with 2 heads kept outside." in words
