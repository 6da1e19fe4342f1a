"""The pages of the office's key and of recovery, read without script, and in a browser."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import select, update
from werkzeug.serving import make_server

from casework.app import create_app
from casework.permissions import Role
from casework.rotating import rotate_office_key
from casework.sessions import put_session
from models import tables
from models.engine import write
from models.office_keys import get_office_key
from tests.axe import check_with_axe
from tests.casework.conftest import SignInAs
from tests.casework.desks import open_supervisor, sit_down
from tests.casework.filing import Filing
from tests.casework.keyholders import Keyholders
from tests.casework.signing import sign_document
from tests.casework.staff_office import StaffOffice
from tests.casework.test_pages_in_browser import SIZES, ServedSite
from tests.exports.signed import make_key, make_small_pdf, sign
from tests.page_client import Page
from tests.serving import find_free_port
from vault.identities import Identity
from vault.keyslots import CHEAPEST
from vault.shares import check
from vault.signing import fingerprint_key


def read_shares(page: Page) -> list[str]:
    """The words of each share on the page that shows them once."""
    lists = [each for each in page.find_all("ol") if each.get("class") == "words"]
    return [" ".join("".join(item.itertext()) for item in each) for each in lists]


@pytest.mark.parametrize("role", [Role.INTAKE, Role.ATTORNEY, Role.SUPERVISING_ATTORNEY])
def test_legal_staff_see_the_office_key(sign_in_as: SignInAs, staff_office: StaffOffice, role: Role) -> None:
    """Fingerprint, since when and who holds it stand on the page; only supervising attorneys may make a new one."""
    reader = sign_in_as(role)
    page = reader.get("/office-key")
    assert staff_office.ceremony.office_fingerprint in page.words
    assert fingerprint_key(staff_office.ceremony.casework.office_verify_key) in page.words
    assert "attorney person" in page.words
    assert "administrator person" not in page.words
    assert ("Make a new key" in page.words) == (role is Role.SUPERVISING_ATTORNEY)
    assert staff_office.ceremony.office_fingerprint in reader.get("/cases").words


def test_the_administrator_sees_the_fingerprint_on_the_staff_page(
    sign_in_as: SignInAs, staff_office: StaffOffice
) -> None:
    """Whoever looks after accounts can compare the office's fingerprint too."""
    assert staff_office.ceremony.office_fingerprint in sign_in_as(Role.ADMINISTRATOR).get("/staff").words


def test_a_new_key_is_made_on_the_page(sign_in_as: SignInAs, staff_office: StaffOffice, filing: Filing) -> None:
    """With a reason a new key is made; colleagues who are signed in go on, with the old cases and the new."""
    supervisor, attorney = sign_in_as(Role.SUPERVISING_ATTORNEY), sign_in_as(Role.ATTORNEY)
    before = filing.file()
    page = supervisor.get("/office-key")
    refused = supervisor.submit(page, {}, action="/office-key")
    assert refused.status == 400
    assert refused.list_errors() == ["Say why a new key is made"]
    made = supervisor.submit(refused, {"reason": "left"}, action="/office-key")
    assert "A new office key is made" in made.words
    assert staff_office.ceremony.office_fingerprint not in made.words
    assert "Keys before it" in made.words
    newer = Filing(filing.engine, staff_office.ceremony.intake)
    after = newer.file()
    newer.intake_engine.dispose()
    for reader in (supervisor, attorney):
        for case in (before, after):
            assert reader.get(f"/cases/{case.reference}").status == 200
        queue = reader.get("/cases").words
        assert "Cannot be opened" not in queue
        assert after.reference in queue


def test_a_stale_page_makes_no_key(sign_in_as: SignInAs, staff_office: StaffOffice) -> None:
    """When somebody else made a key, or who holds it changed, since the page was opened, it is shown again first."""
    supervisor = sign_in_as(Role.SUPERVISING_ATTORNEY)
    page = supervisor.get("/office-key")
    engine = supervisor.client.application.extensions["engine"]
    with write(engine) as connection:
        attorney = staff_office.accounts[Role.ATTORNEY].staff_id
        connection.execute(update(tables.staff).where(tables.staff.c.id == attorney).values(is_active=False))
    refused = supervisor.submit(page, {"reason": "lost"}, action="/office-key")
    assert refused.status == 409
    assert "has changed since you opened this page" in refused.list_errors()[0]
    assert "Would not get a new one" in refused.words
    again = supervisor.submit(refused, {"reason": "lost"}, action="/office-key")
    assert "A new office key is made" in again.words


def test_a_database_that_was_put_back_is_noticed(sign_in_as: SignInAs, staff_office: StaffOffice) -> None:
    """Whoever holds a newer key than the database says is told that it is an older state."""
    supervisor = sign_in_as(Role.SUPERVISING_ATTORNEY)
    engine = supervisor.client.application.extensions["engine"]
    made = rotate_office_key(engine, staff_office.ceremony.casework, open_supervisor(engine, staff_office))
    assert "You hold a newer key" not in supervisor.get("/office-key").words
    with write(engine) as connection:
        older = tables.office_keys.c.id != made.office_key_id
        connection.execute(update(tables.office_keys).where(older).values(retired_on=None))
        connection.execute(
            update(tables.office_keys).where(~older).values(retired_on=date(2026, 1, 1), predecessor_id=None)
        )
    assert "You hold a newer key" in supervisor.get("/office-key").words


def test_a_strangers_office_key_is_named_on_every_dashboard(sign_in_as: SignInAs) -> None:
    """When the stored office key is not the office's, queue and staff page say so, and the key's page is closed."""
    supervisor = sign_in_as(Role.SUPERVISING_ATTORNEY)
    with write(supervisor.client.application.extensions["engine"]) as connection:
        connection.execute(update(tables.office_keys).values(recipient=Identity.generate().recipient.raw))
    for path in ("/cases", "/staff"):
        assert "is not the office's" in supervisor.get(path).words
    assert supervisor.get("/office-key").status == 503


def test_shares_are_shown_once_and_open(sign_in_as: SignInAs, staff_office: StaffOffice) -> None:
    """Three shares with words, picture and facts; sending the same page again makes no second set; they check out."""
    supervisor = sign_in_as(Role.SUPERVISING_ATTORNEY)
    page = supervisor.get("/recovery")
    assert "There are no shares yet" in page.words
    shown = supervisor.submit(page, {"threshold": "2", "count": "3"}, action="/recovery")
    shares = read_shares(shown)
    assert [check(share).number for share in shares] == [1, 2, 3]
    assert len(re.findall(r"<svg", shown.text)) == 3
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.words.count("Any 2 of the 3 shares") == 3
    assert shown.words.count(fingerprint_key(staff_office.ceremony.casework.office_verify_key)) == 3
    again = supervisor.submit(page, {"threshold": "2", "count": "3"}, action="/recovery")
    assert again.status == 409
    assert read_shares(again) == []
    for share in shares:
        assert share.split()[4] not in re.sub(r"<[^>]*>", "", supervisor.get("/recovery").text).split()
    asked = supervisor.get("/recovery/check")
    proved = supervisor.submit(asked, {"share_1": shares[2], "share_2": shares[0]}, action="/recovery/check")
    assert "The shares open this office" in proved.words
    assert shares[0] not in proved.text


def test_misspelt_shares_are_named_and_kept(sign_in_as: SignInAs) -> None:
    """A wrong word is named by its place, and everything typed stays; mixed or replaced shares open nothing."""
    supervisor = sign_in_as(Role.SUPERVISING_ATTORNEY)
    shares = []
    for _ in range(2):
        shown = supervisor.submit(supervisor.get("/recovery"), {"threshold": "2", "count": "2"}, action="/recovery")
        shares.append(read_shares(shown))
    (old, _old), (first, second) = shares
    words = second.split()
    words[16] = "zzzz"
    asked = supervisor.get("/recovery/check")
    refused = supervisor.submit(asked, {"share_1": first, "share_2": " ".join(words)}, action="/recovery/check")
    assert refused.status == 400
    assert refused.list_errors() == ["Word 17 is not a word of any share. Look at it again."]
    assert first in refused.text
    assert "zzzz" in refused.text
    mixed = supervisor.submit(asked, {"share_1": first, "share_2": old}, action="/recovery/check")
    assert mixed.status == 400
    assert "do not open this office" in mixed.list_errors()[0]
    retired = supervisor.submit(asked, {"share_1": shares[0][0], "share_2": shares[0][1]}, action="/recovery/check")
    assert "took the place of these" in retired.list_errors()[0]


@pytest.mark.parametrize(
    ("threshold", "count", "message"),
    [
        ("1", "3", "Enter a number from 2 to 16"),
        ("2", "17", "Enter a number from 2 to 16"),
        ("x", "3", "Enter a number from 2 to 16"),
        ("", "3", "Enter a number from 2 to 16"),
        ("\u0663", "3", "Enter a number from 2 to 16"),
        ("4", "3", "Make at least as many shares as are needed to open"),
    ],
)
def test_impossible_numbers_are_named(sign_in_as: SignInAs, threshold: str, count: str, message: str) -> None:
    """A number that no set can have is named at its field, what was typed stays, and no shares are made."""
    supervisor = sign_in_as(Role.SUPERVISING_ATTORNEY)
    refused = supervisor.submit(
        supervisor.get("/recovery"), {"threshold": threshold, "count": count}, action="/recovery"
    )
    assert refused.status == 400
    assert refused.list_errors() == [message]
    assert read_shares(refused) == []
    with write(supervisor.client.application.extensions["engine"]) as connection:
        assert connection.execute(select(tables.recovery_keys)).all() == []
        assert get_office_key(connection) is not None


@pytest.fixture
def served(staff_site: Flask, staff_office: StaffOffice) -> Iterator[ServedSite]:
    """The staff site on a port of its own, with the supervising attorney signed in."""
    port = find_free_port()
    address = f"http://localhost:{port}"
    supervisor = sit_down(staff_site.extensions["engine"], staff_office, Role.SUPERVISING_ATTORNEY)
    app = create_app(replace(supervisor.config, origin=address), cost=CHEAPEST)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with write(supervisor.engine) as connection:
        key = put_session(connection, supervisor.session, supervisor.config)
    try:
        yield ServedSite(address, key.to_cookie())
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
        app.extensions["engine"].dispose()


@pytest.mark.parametrize("size", SIZES, ids=["phone", "desk"])
def test_pages_are_accessible_fit_and_print(browser: Browser, served: ServedSite, size: tuple[int, int]) -> None:
    """Key, recovery, shares and check pass axe and do not overflow; each share prints on a sheet of its own."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, bypass_csp=True)
    context.add_cookies([{"name": "desk", "value": served.cookie, "url": served.address}])
    try:
        page = context.new_page()
        for path in ("/office-key", "/recovery/check", "/recovery"):
            page.goto(served.address + path)
            check_with_axe(page, size[0])
        page.click("form[action='/recovery'] button")
        assert page.locator(".share").count() == 3
        check_with_axe(page, size[0])
        if size == SIZES[1]:
            sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(format="Letter"))
            assert len(sheets) == 3
        page.goto(served.address + "/recovery/check")
        page.click("form[action='/recovery/check'] button")
        assert page.title().startswith("Error: ")
        check_with_axe(page, size[0])
    finally:
        context.close()


@pytest.mark.parametrize("size", SIZES, ids=["phone", "desk"])
def test_pages_about_documents_are_accessible_and_fit(
    browser: Browser, served: ServedSite, keyholders: Keyholders, size: tuple[int, int], tmp_path: Path
) -> None:
    """Key, bringing one with its errors, and each verdict on a PDF pass axe and do not overflow."""
    signed = sign_document(keyholders.sit_down(Role.ATTORNEY), make_small_pdf())
    foreign = sign(make_small_pdf(), make_key("An office of a very long name that somebody made up"))
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, bypass_csp=True)
    context.add_cookies([{"name": "desk", "value": served.cookie, "url": served.address}])
    try:
        page = context.new_page()
        page.goto(served.address + "/document-key")
        page.click("form[action='/document-key'] button")
        check_with_axe(page, size[0])
        page.goto(served.address + "/document-key/own")
        page.click("form[action='/document-key/own'] button")
        assert page.title().startswith("Error: ")
        check_with_axe(page, size[0])
        for verdict, content in (("ours", signed), ("not ours", foreign), ("Do not rely", signed + b"x")):
            (tmp_path / "file.pdf").write_bytes(content)
            page.goto(served.address + "/verify")
            page.set_input_files("#document", tmp_path / "file.pdf")
            page.click("form[action='/verify'] button")
            assert verdict in page.inner_text("#verdict")
            check_with_axe(page, size[0])
    finally:
        context.close()
