"""Joining the office: link and code, passphrase, second factor, and an account that opens nothing yet."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from casework.errors import InvitationOverError
from casework.joining import Joining, finish_joining
from casework.permissions import Role
from casework.totp import read_code
from models import tables
from models.engine import create_engine, read
from models.ledger import list_newest_entries
from tests.casework.conftest import MoveClock, SignInAs
from tests.casework.newcomer import (
    Invitation,
    invite_on_page,
    join_on_pages,
    make_first_code,
    read_invitation,
    read_secret,
    read_words,
)
from tests.casework.staff_office import StaffOffice
from tests.page_client import PageClient
from vault.boxes import BoxKey
from vault.keyslots import CHEAPEST, unlock_identity
from vault.recipients import Recipient

OVER = "This link is no longer good"


@pytest.fixture
def invitation(sign_in_as: SignInAs) -> Invitation:
    """An invitation to the intake staff, made by the administrator."""
    return invite_on_page(sign_in_as(Role.ADMINISTRATOR), "intake")


def test_newcomer_joins_and_holds_nothing(staff_site: Flask, invitation: Invitation, owner_url: str) -> None:
    """Who joins has an account of the role, an unsigned key under their passphrase, and a page that says: no keys."""
    newcomer = join_on_pages(staff_site, invitation)
    engine = create_engine(owner_url)
    with read(engine) as connection:
        row = connection.execute(select(tables.staff).where(tables.staff.c.email == newcomer.email)).one()
        held = connection.execute(
            select(tables.office_key_holders).where(tables.office_key_holders.c.holder_id == row.id)
        ).all()
        left = connection.execute(select(tables.invitations)).all()
    engine.dispose()
    assert (row.name, row.role, row.is_active, row.recipient_signature) == ("Nia New", "intake", True, b"")
    assert (held, left) == ([], [])
    assert Recipient.from_bytes(row.recipient).fingerprint == newcomer.fingerprint
    identity = unlock_identity(row.keyslot, newcomer.passphrase, staff_id=row.id)
    assert identity.recipient.raw == row.recipient
    page = newcomer.sign_in()
    assert (page.path, page.heading) == ("/waiting", "Waiting for your key")
    assert newcomer.fingerprint.replace("-", " ") in page.words
    assert "supervising_attorney person" in page.words
    assert newcomer.browser.get("/cases").path == "/waiting"
    assert newcomer.browser.get("/patterns").path == "/waiting"
    with read(staff_site.extensions["engine"]) as connection:
        assert "counts:viewed" not in {entry["kind"] for entry in list_newest_entries(connection, "casework", limit=9)}
    assert newcomer.browser.get("/cases/R-1234-5678", check=False).status == 404


def test_analyst_needs_no_key(staff_site: Flask, sign_in_as: SignInAs) -> None:
    """Who joins as analyst is told to wait for nobody and comes to the counts."""
    newcomer = join_on_pages(staff_site, invite_on_page(sign_in_as(Role.SUPERVISING_ATTORNEY), "analyst"))
    assert newcomer.fingerprint == ""
    assert newcomer.sign_in().path == "/patterns"


def test_link_alone_opens_nothing(staff_site: Flask, invitation: Invitation) -> None:
    """Without the code every later page leads back to the question for it, and the address never has the code."""
    browser = PageClient(staff_site.test_client())
    for step in ("passphrase", "proof", "factor", "joined"):
        page = browser.get(f"{invitation.path}/{step}")
        assert (page.status, page.path) == (200, invitation.path)
        assert browser.post(f"{invitation.path}/{step}", [], follow=False).status in {303, 405}
    assert invitation.code.replace("-", "") not in invitation.path.upper().replace("-", "")


@pytest.mark.parametrize("typed", ["", "AAAA-AAAA-AAAA", "é" * 12, "x" * 300, "\0"])
def test_wrong_code_is_told_at_the_field(staff_site: Flask, invitation: Invitation, typed: str) -> None:
    """Another code, nothing at all or nonsense stays on the page, says so at the field, and begins nothing."""
    browser = PageClient(staff_site.test_client())
    page = browser.submit(browser.get(invitation.path), {"invitation_code": typed})
    assert page.status in {400, 401}
    assert len(page.list_errors()) == 1
    assert "Set-Cookie" not in page.headers
    assert browser.get(f"{invitation.path}/passphrase").path == invitation.path


def test_code_may_be_typed_loosely(staff_site: Flask, invitation: Invitation) -> None:
    """Small letters, spaces for dashes, and a digit that looks like a letter do not matter."""
    browser = PageClient(staff_site.test_client())
    loose = f" {invitation.code.lower().replace('-', '  ').replace('o', '0').replace('b', '8')} "
    page = browser.submit(browser.get(invitation.path), {"invitation_code": loose})
    assert page.path.endswith("/passphrase")


def test_wrong_codes_make_wait(staff_site: Flask, invitation: Invitation) -> None:
    """After wrong codes from one place even the right one waits a little, with a time to come back."""
    browser = PageClient(staff_site.test_client())
    for _try in range(3):
        browser.submit(browser.get(invitation.path), {"invitation_code": "AAAA-AAAA-AAAA"})
    page = browser.submit(browser.get(invitation.path), {"invitation_code": invitation.code})
    assert page.status == 429
    assert int(page.headers["Retry-After"]) >= 1


def test_link_is_over_after_three_days(staff_site: Flask, invitation: Invitation, move_clock: MoveClock) -> None:
    """One minute before 72 hours the link works; after them it says that it is over, also to whoever had begun."""
    browser = PageClient(staff_site.test_client())
    move_clock(timedelta(hours=71, minutes=59))
    page = browser.submit(browser.get(invitation.path), {"invitation_code": invitation.code})
    words = read_words(page)
    page = browser.submit(browser.submit(page, {}), {"new_passphrase": words})
    over = timedelta(hours=72, minutes=1)
    move_clock(over)
    code = make_first_code(read_secret(page), over.total_seconds())
    assert browser.submit(page, {"code": code}).heading == OVER
    fresh = PageClient(staff_site.test_client())
    page = fresh.get(invitation.path)
    assert (page.status, page.heading) == (404, OVER)
    assert fresh.post(invitation.path, [("invitation_code", invitation.code)]).heading == OVER


def test_link_works_once(staff_site: Flask, invitation: Invitation) -> None:
    """After somebody joined, link and code are good for nothing, in any browser."""
    newcomer = join_on_pages(staff_site, invitation)
    other = PageClient(staff_site.test_client())
    assert other.get(invitation.path).heading == OVER
    assert other.post(invitation.path, [("invitation_code", invitation.code)]).heading == OVER
    assert newcomer.browser.get(invitation.path).path.endswith("/joined")


def test_invitation_is_taken_back_or_made_anew(staff_site: Flask, sign_in_as: SignInAs) -> None:
    """A new link ends the old one, and what was taken back is over, also for whoever had begun with it."""
    reader = sign_in_as(Role.ADMINISTRATOR)
    first = invite_on_page(reader, "attorney")
    begun = PageClient(staff_site.test_client())
    page = begun.submit(begun.get(first.path), {"invitation_code": first.code})
    page = begun.submit(begun.submit(page, {}), {"new_passphrase": read_words(page)})
    path = next(
        link.get("href", "") for link in reader.get("/staff").find_all("a") if "invitation" in str(link.get("href"))
    )
    second = read_invitation(reader.submit(reader.get(path), {}, go="renew"))
    assert second.path != first.path
    assert PageClient(staff_site.test_client()).get(first.path).heading == OVER
    assert begun.submit(page, {"code": make_first_code(read_secret(page))}).heading == OVER
    assert reader.submit(reader.get(path), {}, go="take_back").path == "/staff"
    assert PageClient(staff_site.test_client()).get(second.path).heading == OVER
    assert "Nia New" not in reader.get("/staff").words
    assert reader.get(path, check=False).status == 404
    assert invite_on_page(reader, "attorney").path not in {first.path, second.path}


def test_passphrase_is_shown_until_it_is_on_paper(staff_site: Flask, invitation: Invitation) -> None:
    """It can be read again until the button; then only typed, or made anew; wrong words are told at the field."""
    browser = PageClient(staff_site.test_client())
    page = browser.submit(browser.get(invitation.path), {"invitation_code": invitation.code})
    words = read_words(page)
    assert len(words.split()) == 6
    assert read_words(browser.get(invitation.path)) == words
    page = browser.submit(page, {})
    assert words not in page.text
    assert browser.get(f"{invitation.path}/passphrase").path.endswith("/proof")
    for wrong in ("", "six other words that are wrong", words[:-1]):
        page = browser.submit(browser.get(invitation.path), {"new_passphrase": wrong})
        assert (page.status, len(page.list_errors())) == (400, 1)
        assert wrong not in page.text or not wrong
    another = read_words(browser.submit(page, {}, go="another"))
    assert another != words
    page = browser.submit(browser.get(invitation.path), {})
    assert browser.submit(page, {"new_passphrase": words}).status == 400
    assert browser.submit(page, {"new_passphrase": f" {another.upper()} "}).path.endswith("/factor")


def test_somebody_signed_in_is_asked_to_sign_out(sign_in_as: SignInAs, invitation: Invitation) -> None:
    """The link, opened in a browser where a colleague is signed in, ends nobody's session."""
    reader = sign_in_as(Role.INTAKE)
    page = reader.get(invitation.path)
    assert (page.status, page.heading) == (409, "Somebody is signed in here")
    page = reader.post(invitation.path, [("invitation_code", invitation.code)])
    assert page.status == 409
    assert reader.get("/cases").path == "/cases"


def test_stolen_store_tells_no_passphrase(staff_site: Flask, invitation: Invitation) -> None:
    """What lies on the server between the pages shows neither passphrase nor secret nor code."""
    browser = PageClient(staff_site.test_client())
    page = browser.submit(browser.get(invitation.path), {"invitation_code": invitation.code})
    words = read_words(page)
    with read(staff_site.extensions["engine"]) as connection:
        passing = connection.execute(select(tables.sessions).where(tables.sessions.c.kind == "steps")).all()
        stored = repr((passing, connection.execute(select(tables.invitations)).all()))
    assert len(passing) == 1
    assert invitation.code not in stored
    assert invitation.code.replace("-", "") not in stored
    assert words not in stored
    assert words.split()[0] not in stored


def test_of_two_who_finish_at_once_one_joins(
    staff_site: Flask, staff_office: StaffOffice, invitation: Invitation
) -> None:
    """Two browsers that both have link and code make one account: the invitation is used up by one of them."""
    engine, config = staff_site.extensions["engine"], staff_office.ceremony.casework
    invitation_id = invitation.path.removeprefix("/join/")
    with read(engine) as connection:
        row = connection.execute(select(tables.invitations)).one()
    secret = "00" * 20
    joining = Joining(invitation_id, row.staff_id, row.name, row.email, row.role, "a b c d e f", secret)
    code = make_first_code("A" * 32)
    assert read_code(code)
    results: list[str] = []
    barrier = threading.Barrier(4)

    def finish() -> None:
        barrier.wait()
        try:
            done = finish_joining(engine, config, BoxKey.generate(), joining, code, cost=CHEAPEST)
            results.append("joined" if done else "wrong code")
        except InvitationOverError:
            results.append("over")

    threads = [threading.Thread(target=finish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["joined", "over", "over", "over"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": " "}, "Enter a name of 200 characters at most"),
        ({"name": "x" * 201}, "Enter a name of 200 characters at most"),
        ({"email": "nobody"}, "Enter an e-mail address, such as name@office.example"),
        ({"email": "a@" + "b" * 200}, "Enter an e-mail address, such as name@office.example"),
        ({"role": ""}, "Choose a role"),
        ({"role": "king"}, "Choose one of the answers offered"),
    ],
)
def test_inviting_names_what_is_wrong(sign_in_as: SignInAs, change: dict[str, str], message: str) -> None:
    """A wrong name, address or role is told at its field, with everything typed kept."""
    reader = sign_in_as(Role.ADMINISTRATOR)
    values = {"name": "Nia New", "email": "new@office.example", "role": "intake"} | change
    page = reader.submit(reader.get("/staff/invite"), values)
    assert (page.status, page.list_errors()) == (400, [message])
    assert all(value in page.text for name, value in values.items() if name != "role" and value.strip())


def test_nobody_is_invited_twice(sign_in_as: SignInAs) -> None:
    """An address that has an account or an invitation, in any case of letters, is told at the field."""
    reader = sign_in_as(Role.SUPERVISING_ATTORNEY)
    invite_on_page(reader, "intake")
    for email in ("NEW@office.example", "Attorney@office.example"):
        page = reader.submit(reader.get("/staff/invite"), {"name": "X", "email": email, "role": "intake"})
        assert page.status == 409
        assert len(page.list_errors()) == 1
