"""The second factor is asked for again before what cannot be taken back, and nothing that was typed is lost by it."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask, request

from casework.permissions import Permission, Role, require
from models.engine import read
from models.ledger import list_newest_entries
from tests.casework.conftest import MoveClock, SignInAs
from tests.casework.filing import Filing
from tests.casework.staff_office import StaffOffice
from tests.page_client import Page, PageClient, read_fields
from web import clock
from web.body_limit import takes_files

ASKS = "Show that it is you"
REFUSED = "That did not match. Try again with a new code or a passkey."
ELEVEN = timedelta(minutes=11)
TYPED = 'One line\r\nand "two" <b> ⟦é⟧, longer than forty letters'


def make_code(office: StaffOffice, role: Role) -> str:
    """The code that somebody's phone shows at the moment that the site's clock shows."""
    return pyotp.TOTP(office.accounts[role].totp_secret).at(clock.now())


def confirm(reader: PageClient, page: Page, code: str) -> Page:
    """Type a code into the page that asks, and send it."""
    form = page.find_all("form")[-1]
    fields = [(name, value) for name, value in read_fields(form) if name != "confirm_code"]
    return reader.post(form.get("action", ""), [*fields, ("confirm_code", code)])


@pytest.fixture
def reached(staff_site: Flask) -> list[Any]:
    """What came through to `/echo`, an address that wants a fresh factor, and `/echo-files`, which reads files."""
    seen: list[Any] = []

    @require(Permission.SESSION_USE, fresh=True)
    def show() -> str:
        seen.append((request.method, request.form.getlist("note")))
        return (
            '<!doctype html><html lang="en" dir="ltr"><head><title>Reached</title></head>'
            "<body><main><h1>Reached</h1></main></body></html>"
        )

    @takes_files
    @require(Permission.SESSION_USE, fresh=True)
    def read_body() -> str:
        seen.append(request.stream.read())
        return "read"

    staff_site.add_url_rule("/echo", "echo", show, methods=["GET", "POST"])
    staff_site.add_url_rule("/echo-files", "echo_files", read_body, methods=["POST"])
    return seen


def stand_at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """Make the site's clock stand at a moment."""
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_sign_in_counts_for_ten_minutes_to_the_second(
    sign_in_as: SignInAs, reached: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that needs a fresh factor opens until the last second of ten minutes, and then the site asks."""
    began = clock.now().replace(microsecond=0)
    stand_at(monkeypatch, began)
    reader = sign_in_as(Role.ADMINISTRATOR)
    stand_at(monkeypatch, began + timedelta(seconds=599))
    assert reader.get("/echo").heading == "Reached"
    stand_at(monkeypatch, began + timedelta(seconds=600))
    page = reader.get("/echo")
    assert (page.heading, page.path) == (ASKS, "/confirm")
    assert len(reached) == 1


def test_right_code_leads_on_and_counts_for_ten_minutes(
    staff_office: StaffOffice, sign_in_as: SignInAs, reached: list[Any], move_clock: MoveClock
) -> None:
    """After the code the page that was asked for comes; for ten minutes nothing is asked again, and then it is."""
    reader = sign_in_as(Role.ADMINISTRATOR)
    move_clock(ELEVEN)
    page = confirm(reader, reader.get("/echo"), make_code(staff_office, Role.ADMINISTRATOR))
    assert (page.heading, page.path) == ("Reached", "/echo")
    move_clock(ELEVEN + timedelta(minutes=9))
    assert reader.get("/echo").heading == "Reached"
    move_clock(ELEVEN + ELEVEN)
    assert reader.get("/echo").heading == ASKS
    assert len(reached) == 2


def test_post_waits_in_the_page_and_goes_on_with_the_code(
    staff_office: StaffOffice, sign_in_as: SignInAs, reached: list[Any], move_clock: MoveClock
) -> None:
    """A post is answered 401 with everything typed in the page; a wrong code keeps it, the right one sends it on."""
    reader = sign_in_as(Role.ADMINISTRATOR)
    move_clock(ELEVEN)
    page = reader.post("/echo", [("note", TYPED), ("note", "two"), ("csrf_token", "old")])
    assert (page.status, page.heading) == (401, ASKS)
    page = confirm(reader, page, "000000")
    assert (page.status, page.list_errors()) == (401, [REFUSED])
    assert "000000" not in page.text
    assert reached == []
    page = confirm(reader, page, make_code(staff_office, Role.ADMINISTRATOR))
    assert page.heading == "Reached"
    ((_method, (first, second)),) = reached
    assert (first.replace("\r\n", "\n"), second) == (TYPED.replace("\r\n", "\n"), "two")


def test_post_of_another_page_does_not_confirm(
    staff_office: StaffOffice, sign_in_as: SignInAs, reached: list[Any], move_clock: MoveClock
) -> None:
    """A right code without the token of this browser's pages changes nothing."""
    reader = sign_in_as(Role.ADMINISTRATOR)
    move_clock(ELEVEN)
    code = make_code(staff_office, Role.ADMINISTRATOR)
    assert reader.post("/echo", [("confirm_code", code), ("csrf_token", "0" * 64)]).status == 400
    assert reader.post("/confirm", [("confirm_code", code), ("csrf_token", "0" * 64)]).status == 400
    assert reader.get("/echo").heading == ASKS
    assert reached == []


def test_code_counts_once(
    staff_office: StaffOffice, sign_in_as: SignInAs, reached: list[Any], move_clock: MoveClock
) -> None:
    """A code that confirmed one session confirms no other."""
    first, second = sign_in_as(Role.ADMINISTRATOR), sign_in_as(Role.ADMINISTRATOR)
    move_clock(ELEVEN)
    code = make_code(staff_office, Role.ADMINISTRATOR)
    assert confirm(first, first.get("/echo"), code).heading == "Reached"
    assert confirm(second, second.get("/echo"), code).status == 401
    assert len(reached) == 1


def test_wrong_codes_make_this_session_wait_and_no_other(
    staff_office: StaffOffice, sign_in_as: SignInAs, reached: list[Any], move_clock: MoveClock
) -> None:
    """Guessing at an open desk is slowed down; the person's own session elsewhere is not."""
    guesser, owner = sign_in_as(Role.ADMINISTRATOR), sign_in_as(Role.ADMINISTRATOR)
    move_clock(ELEVEN)
    page = guesser.get("/echo")
    statuses = [confirm(guesser, page, "000000").status for _try in range(3)]
    assert statuses == [401, 401, 429]
    code = make_code(staff_office, Role.ADMINISTRATOR)
    assert confirm(guesser, page, code).status == 429
    assert confirm(owner, owner.get("/echo"), code).heading == "Reached"
    assert len(reached) == 1


def test_files_are_not_kept_and_the_page_says_so(
    staff_office: StaffOffice, sign_in_as: SignInAs, reached: list[Any], move_clock: MoveClock
) -> None:
    """A form with a file comes back with its words and without the file; a view that reads files is not reached."""
    reader = sign_in_as(Role.ADMINISTRATOR)
    move_clock(ELEVEN)
    page = reader.post("/echo", [("note", "kept")], files=[("photo", "a.png", b"PIXELS")])
    assert page.status == 401
    assert "Files and passphrases cannot be kept in this page." in page.words
    assert "PIXELS" not in page.text
    body = {"note": "x", "photo": (io.BytesIO(b"PIXELS"), "a.png")}
    response = reader.client.post("/echo-files", data=body, headers={"Origin": reader.origin})
    assert response.status_code == 401
    assert "Files and passphrases cannot be kept in this page." in response.text
    assert reached == []
    assert confirm(reader, page, make_code(staff_office, Role.ADMINISTRATOR)).heading == "Reached"
    assert reached == [("POST", ["kept"])]


def test_passphrase_is_not_kept_in_a_page(
    staff_office: StaffOffice, sign_in_as: SignInAs, reached: list[Any], move_clock: MoveClock
) -> None:
    """What opens something for long does not lie in a page that may stay open: it has to be typed again."""
    secret = "correct horse battery staple and two more words"
    fields = [("note", "kept"), ("new_passphrase", secret), ("share_1", secret)]
    reader = sign_in_as(Role.ADMINISTRATOR)
    move_clock(ELEVEN)
    page = reader.post("/echo", fields)
    assert (page.status, secret in page.text) == (401, False)
    assert "Files and passphrases cannot be kept in this page." in page.words
    assert confirm(reader, page, make_code(staff_office, Role.ADMINISTRATOR)).heading == "Reached"
    assert reached == [("POST", ["kept"])]
    move_clock(ELEVEN + timedelta(minutes=20))
    for sent in (fields, fields[1:]):
        page = reader.post("/echo", sent)
        assert (page.status, page.heading, secret in page.text) == (401, "Locked", False)
        assert "Files and passphrases cannot be kept in this page." in page.words
    assert dict(read_fields(page.find_form("/unlock")))["next"] == "/"


def test_export_needs_a_fresh_factor(
    staff_site: Flask, staff_office: StaffOffice, sign_in_as: SignInAs, filing: Filing, move_clock: MoveClock
) -> None:
    """No PDF leaves the house from a desk that was left open; the confirmation stands in the ledger."""
    reference = filing.file().reference
    reader = sign_in_as(Role.ATTORNEY)
    move_clock(ELEVEN)
    page = reader.get(f"/cases/{reference}/export")
    assert page.heading == ASKS
    assert reader.post(f"/cases/{reference}/export", [("variant", "facts")]).status == 401
    page = confirm(reader, page, make_code(staff_office, Role.ATTORNEY))
    assert page.path == f"/cases/{reference}/export"
    with read(staff_site.extensions["engine"]) as connection:
        kinds = [entry["kind"] for entry in list_newest_entries(connection, "casework", limit=5)]
    assert kinds.count("session:confirmed") == 1


def test_page_that_asks_is_passed_when_nothing_needs_asking(sign_in_as: SignInAs) -> None:
    """Somebody who has just signed in is not asked; where the page leads is only ever to a page of this site."""
    reader = sign_in_as(Role.ADMINISTRATOR)
    assert reader.get("/confirm?next=/staff").path == "/staff"
    for evil in ("//evil.example/", "https://evil.example/", "/nowhere", ""):
        response = reader.client.get("/confirm", query_string={"next": evil})
        assert (response.status_code, response.headers["Location"]) == (303, "/")
