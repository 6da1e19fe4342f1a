"""How long somebody stays signed in, and what is left when they are not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Row, select, update

from casework.permissions import Role
from casework.sessions import Desk, find_desk, lock_session
from models import tables
from models.engine import create_engine, read, write
from tests.casework.conftest import MoveClock, SignInAs
from tests.casework.staff_office import StaffOffice
from tests.page_client import Page, PageClient, read_fields
from vault.boxes import BoxKey, open_box


def read_key(reader: PageClient) -> BoxKey:
    """The key in a browser's cookie."""
    cookie = reader.client.get_cookie("desk")
    assert cookie is not None
    return BoxKey.from_cookie(cookie.value)


def list_boxes(site: Flask) -> list[Row[tuple[str, str, bytes, int]]]:
    """Every stored session."""
    with read(site.extensions["engine"]) as connection:
        return list(connection.execute(select(tables.sessions)))


def find_box(site: Flask, key: BoxKey) -> Desk:
    """What a key leads to."""
    return find_desk(site.extensions["engine"], key, site.extensions["site_config"])


def press(reader: PageClient, page: Page, action: str) -> Page:
    """Press a button of the bar."""
    return reader.post(action, read_fields(page.find_form(action)))


def unlock(reader: PageClient, page: Page, office: StaffOffice, role: Role) -> Page:
    """Fill in the page of a locked desk."""
    values = {"passphrase": office.accounts[role].passphrase, "code": office.make_code(role)}
    return reader.submit(page, values, action="/unlock")


def test_database_alone_opens_no_session(staff_site: Flask, sign_in_as: SignInAs) -> None:
    """The stored session shows neither the identity nor whose it is; only the cookie's key opens it."""
    reader = sign_in_as(Role.SUPERVISING_ATTORNEY)
    (box,) = list_boxes(staff_site)
    session = find_box(staff_site, read_key(reader)).session
    assert session is not None
    assert len(session.office_identities) == 1
    for secret in (session.identity.seed, *(each.seed for each in session.office_identities.values())):
        assert secret not in box.record
        assert secret.hex().encode() not in box.record
    assert session.staff_id.encode() not in box.record
    assert find_box(staff_site, BoxKey.generate()) == Desk()


def test_session_hides_its_identities(staff_site: Flask, sign_in_as: SignInAs) -> None:
    """A session that ends up in a log shows no private key."""
    session = find_box(staff_site, read_key(sign_in_as(Role.ATTORNEY))).session
    assert session is not None
    assert "dentity" not in repr(session)


def test_lock_keeps_who_and_where_and_nothing_else(
    staff_site: Flask, staff_office: StaffOffice, sign_in_as: SignInAs
) -> None:
    """Locking leaves a record without any key; the right passphrase and code bring the same page back."""
    reader = sign_in_as(Role.SUPERVISING_ATTORNEY)
    open_key = read_key(reader)
    page = press(reader, reader.get("/ledger"), "/lock")
    assert (page.path, page.heading) == ("/unlock", "Locked")
    assert "supervising_attorney person" in page.words
    (box,) = list_boxes(staff_site)
    record = open_box(box.record, key=read_key(reader), context="session-locked")
    assert b"identit" not in record
    assert find_box(staff_site, open_key) == Desk()
    assert reader.get("/staff").path == "/unlock"
    assert unlock(reader, reader.get("/unlock"), staff_office, Role.SUPERVISING_ATTORNEY).path == "/ledger"
    assert len(list_boxes(staff_site)) == 1


def test_colleague_cannot_unlock(staff_office: StaffOffice, sign_in_as: SignInAs) -> None:
    """A locked desk opens to the person who locked it; a colleague's passphrase is refused."""
    reader = sign_in_as(Role.SUPERVISING_ATTORNEY)
    page = press(reader, reader.get("/staff"), "/lock")
    page = unlock(reader, page, staff_office, Role.ADMINISTRATOR)
    assert (page.status, page.path) == (401, "/unlock")
    assert page.list_errors() == [
        "That did not match. Check your passphrase, and try again with a new code or a passkey."
    ]


def test_request_under_way_cannot_undo_a_lock(staff_site: Flask, sign_in_as: SignInAs, move_clock: MoveClock) -> None:
    """A request that read the session before it was locked does not write it back."""
    key = read_key(sign_in_as(Role.ATTORNEY))
    engine, config = staff_site.extensions["engine"], staff_site.extensions["site_config"]
    session = find_box(staff_site, key).session
    assert session is not None
    locked = lock_session(engine, key, session, config, path="")
    move_clock(timedelta(minutes=2))
    assert find_box(staff_site, key) == Desk()
    assert [box.kind for box in list_boxes(staff_site)] == ["locked"]
    assert locked.session is None


def test_idle_session_locks_itself(staff_site: Flask, sign_in_as: SignInAs, move_clock: MoveClock) -> None:
    """After fifteen minutes without a request the next one finds the desk locked, and the keys gone from the server."""
    reader = sign_in_as(Role.ADMINISTRATOR)
    move_clock(timedelta(minutes=14))
    assert reader.get("/staff").path == "/staff"
    move_clock(timedelta(minutes=28))
    assert reader.get("/staff").path == "/staff"
    move_clock(timedelta(minutes=44))
    assert reader.get("/staff").path == "/unlock"
    assert [box.kind for box in list_boxes(staff_site)] == ["locked"]


def test_session_ends_after_ten_hours(staff_site: Flask, sign_in_as: SignInAs, move_clock: MoveClock) -> None:
    """However busy somebody is, ten hours after signing in they sign in again."""
    reader = sign_in_as(Role.ADMINISTRATOR)
    for minutes in range(10, 600, 10):
        move_clock(timedelta(minutes=minutes))
        assert find_box(staff_site, read_key(reader)).session is not None
    move_clock(timedelta(hours=10))
    assert reader.get("/staff").path == "/sign-in"
    assert reader.client.get_cookie("desk") is None


def test_session_is_written_once_a_minute(staff_site: Flask, sign_in_as: SignInAs, move_clock: MoveClock) -> None:
    """Requests within one minute do not write; one in a later minute does."""
    move_clock(timedelta(0))
    reader = sign_in_as(Role.ADMINISTRATOR)
    before = list_boxes(staff_site)
    reader.get("/staff")
    assert list_boxes(staff_site) == before
    move_clock(timedelta(minutes=1))
    reader.get("/staff")
    assert list_boxes(staff_site) != before


def test_sign_out_leaves_nothing(staff_site: Flask, sign_in_as: SignInAs) -> None:
    """Signing out deletes the session; the cookie's key, if somebody kept it, leads nowhere."""
    reader = sign_in_as(Role.ADMINISTRATOR)
    key = read_key(reader)
    page = press(reader, reader.get("/staff"), "/sign-out")
    assert page.path == "/sign-in"
    assert list_boxes(staff_site) == []
    assert reader.client.get_cookie("desk") is None
    reader.client.set_cookie("desk", key.to_cookie())
    assert reader.get("/staff").path == "/sign-in"


def test_leaver_is_out_at_once(
    staff_site: Flask, staff_office: StaffOffice, sign_in_as: SignInAs, owner_url: str
) -> None:
    """An account that is switched off has no session from the next request on, and cannot sign in."""
    reader = sign_in_as(Role.ADMINISTRATOR)
    engine = create_engine(owner_url)
    with write(engine) as connection:
        connection.execute(update(tables.staff).values(is_active=False))
    engine.dispose()
    assert reader.get("/staff").path == "/sign-in"
    assert staff_office.sign_in(PageClient(staff_site.test_client()), Role.ADMINISTRATOR).status == 401


@pytest.mark.parametrize("action", ["/lock", "/sign-out"])
def test_buttons_need_their_token(sign_in_as: SignInAs, action: str) -> None:
    """A post without the token of this browser's pages neither locks nor signs out."""
    reader = sign_in_as(Role.ADMINISTRATOR)
    assert reader.post(action, [("csrf_token", "0" * 64)]).status == 403
    assert reader.get("/staff").path == "/staff"


def test_cookie_of_another_installation_is_nothing(reader: PageClient) -> None:
    """A key that this office never gave out leads to the sign-in page and is taken away."""
    reader.client.set_cookie("desk", BoxKey.generate().to_cookie())
    assert reader.get("/staff").path == "/sign-in"
    assert reader.client.get_cookie("desk") is None


def test_what_was_typed_survives_the_end_of_a_session(
    staff_office: StaffOffice, sign_in_as: SignInAs, move_clock: MoveClock
) -> None:
    """What a form carried when its session had ended is offered again after unlocking, and goes where it was going."""
    typed = 'Line one\r\nand "two" <b> ⟦é⟧'
    reader = sign_in_as(Role.ADMINISTRATOR)
    move_clock(timedelta(minutes=20))
    page = reader.post("/lock", [("page", "/staff"), ("note", typed), ("csrf_token", "old")])
    assert page.status == 401
    move_clock(timedelta(0))
    page = unlock(reader, page, staff_office, Role.ADMINISTRATOR)
    assert page.heading == "Send what you had typed"
    form = page.find_form("/lock")
    fields = dict(read_fields(page.find_all("form")[-1]))
    assert form.get("method") == "post"
    assert fields["note"].replace("\r\n", "\n") == typed.replace("\r\n", "\n")
    assert fields["csrf_token"] != "old"
    assert reader.post("/lock", list(fields.items())).path == "/unlock"


@pytest.mark.parametrize("kept", ["{", "[]", '{"path": "https://evil.example/", "fields": []}', '{"path": "/staff"}'])
def test_forged_kept_form_is_passed_over(reader: PageClient, staff_office: StaffOffice, kept: str) -> None:
    """A kept form that this site did not make leads nowhere; signing in works as ever."""
    account = staff_office.accounts[Role.ADMINISTRATOR]
    fields = [
        ("email", account.person.email),
        ("passphrase", account.passphrase),
        ("code", staff_office.make_code(Role.ADMINISTRATOR)),
        ("kept", kept),
    ]
    assert reader.post("/sign-in", fields).path == "/staff"
