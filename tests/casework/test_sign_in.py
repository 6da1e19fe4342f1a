"""Signing in, and what everybody gets who may not."""

from __future__ import annotations

import re
import threading
import time

import pytest
from flask import Flask

from casework.permissions import Role
from tests.casework.staff_office import StaffOffice
from tests.page_client import Page, PageClient
from vault.keyslots import CHEAPEST, Cost, unlock_identity

REFUSED = "That did not match. Check your e-mail and your passphrase, and try again with a new code or a passkey."


def try_sign_in(reader: PageClient, email: str, passphrase: str, code: str) -> Page:
    """Send the sign-in page with these words."""
    values = {"email": email, "passphrase": passphrase, "code": code}
    return reader.submit(reader.get("/sign-in"), values, action="/sign-in")


def test_right_secrets_open_a_session(reader: PageClient, staff_office: StaffOffice) -> None:
    """E-mail, passphrase and code together lead to the first page, which says who is signed in."""
    page = staff_office.sign_in(reader, Role.ADMINISTRATOR)
    assert (page.status, page.path) == (200, "/staff")
    assert "administrator person" in page.text


def test_passphrase_may_be_typed_loosely(reader: PageClient, staff_office: StaffOffice) -> None:
    """Case, extra spaces, a space in the code and an e-mail in capitals do not matter."""
    account = staff_office.accounts[Role.ADMINISTRATOR]
    code = staff_office.make_code(Role.ADMINISTRATOR)
    loose = f"  {account.passphrase.upper().replace(' ', '   ')} "
    page = try_sign_in(reader, f" {account.person.email.upper()} ", loose, f"{code[:3]} {code[3:]}")
    assert page.path == "/staff"


@pytest.mark.parametrize("wrong", ["email", "passphrase", "code"])
def test_one_message_for_everything_wrong(reader: PageClient, staff_office: StaffOffice, wrong: str) -> None:
    """A wrong account, passphrase or code gets the same 401, the same words, and keeps only the e-mail."""
    account = staff_office.accounts[Role.ADMINISTRATOR]
    values = {
        "email": account.person.email,
        "passphrase": account.passphrase,
        "code": staff_office.make_code(Role.ADMINISTRATOR),
    }
    values[wrong] = {"email": "nobody@office.example", "passphrase": "six other words than these ones"}.get(
        wrong, f"{(int(values['code']) + 1) % 1_000_000:06d}"
    )
    page = try_sign_in(reader, **values)
    assert (page.status, page.list_errors()) == (401, [REFUSED])
    assert values["email"] in page.text
    assert values["passphrase"] not in page.text
    assert values["code"] not in page.text
    assert "desk" not in page.headers.get("Set-Cookie", "")


def test_code_works_once(staff_site: Flask, staff_office: StaffOffice) -> None:
    """A code that opened a session opens no second one, and neither does an older one."""
    account = staff_office.accounts[Role.ADMINISTRATOR]
    older, code = staff_office.make_code(Role.ADMINISTRATOR), staff_office.make_code(Role.ADMINISTRATOR)
    values = (account.person.email, account.passphrase)
    assert try_sign_in(PageClient(staff_site.test_client()), *values, code).status == 200
    assert try_sign_in(PageClient(staff_site.test_client()), *values, code).status == 401
    assert try_sign_in(PageClient(staff_site.test_client()), *values, older).status == 401


def test_missing_words_are_named_at_their_fields(reader: PageClient) -> None:
    """An empty sign-in is a 400 that says at each field what is missing."""
    page = try_sign_in(reader, "", "", "")
    assert page.status == 400
    assert page.list_errors() == [
        "Enter your e-mail address",
        "Enter your passphrase",
        "Enter a code, or use a passkey",
    ]


@pytest.mark.parametrize("text", ["x" * 501, "nul\0byte", "\u202eesrever", "\U0001f9d1" * 100])
def test_odd_input_is_a_clear_refusal(reader: PageClient, text: str) -> None:
    """Too long a text, control characters and emoji are 4xx, never a failure of ours."""
    page = try_sign_in(reader, text, text, text)
    assert page.status in {400, 401}
    assert page.list_errors()


def test_delay_grows_for_that_account_only(
    staff_site: Flask, staff_office: StaffOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refusals make one account wait longer and longer, say how long, and leave the others alone."""
    moment = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: moment[0])
    reader = PageClient(staff_site.test_client())
    email = staff_office.accounts[Role.ADMINISTRATOR].person.email
    waits = []
    for _attempt in range(6):
        page = try_sign_in(reader, email, "wrong words", "000000")
        while page.status == 429:
            wait = int(page.headers["Retry-After"])
            waits.append(wait)
            assert f"wait {wait} second{'' if wait == 1 else 's'}," in page.list_errors()[0]
            assert email in page.text
            moment[0] += wait
            page = try_sign_in(reader, email, "wrong words", "000000")
        assert page.status == 401
    assert waits == sorted(set(waits))
    assert len(waits) == 4
    assert staff_office.sign_in(PageClient(staff_site.test_client()), Role.INTAKE).status != 429


def test_delay_is_for_that_source_only(staff_site: Flask, staff_office: StaffOffice) -> None:
    """Whoever guesses from elsewhere cannot keep a person from signing in at their own desk."""
    stranger = PageClient(staff_site.test_client())
    stranger.client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    email = staff_office.accounts[Role.ADMINISTRATOR].person.email
    statuses = [try_sign_in(stranger, email, "wrong words", "000000").status for _attempt in range(4)]
    assert 429 in statuses
    assert staff_office.sign_in(PageClient(staff_site.test_client()), Role.ADMINISTRATOR).status == 200


def test_unknown_account_costs_the_same_work(
    reader: PageClient, staff_office: StaffOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every refusal runs exactly one key derivation, of the same cost, whether the account exists or not."""
    spent: list[Cost] = []
    keyslots = pytest.importorskip("vault.keyslots")
    stretch = keyslots._stretch

    def count(passphrase: str, salt: bytes, cost: Cost) -> bytes:
        spent.append(cost)
        result: bytes = stretch(passphrase, salt, cost)
        return result

    monkeypatch.setattr(keyslots, "_stretch", count)
    for email in (staff_office.accounts[Role.INTAKE].person.email, "nobody@office.example"):
        assert try_sign_in(reader, email, "wrong words", "000000").status == 401
    assert spent == [CHEAPEST, CHEAPEST]


def test_third_derivation_at_once_is_turned_away(
    staff_site: Flask, staff_office: StaffOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While two derivations run, a third sign-in is answered 429 at once instead of waiting in a thread."""
    started, release = threading.Semaphore(0), threading.Event()
    signing_in = pytest.importorskip("casework.signing_in")

    def hold(keyslot: bytes, passphrase: str, *, staff_id: str) -> object:
        started.release()
        assert release.wait(20)
        return unlock_identity(keyslot, passphrase, staff_id=staff_id)

    monkeypatch.setattr(signing_in, "unlock_identity", hold)
    results: list[int] = []

    def sign_in(role: Role) -> None:
        desk = PageClient(staff_site.test_client())
        desk.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{len(role)}"
        results.append(staff_office.sign_in(desk, role).status)

    threads = [threading.Thread(target=sign_in, args=(role,)) for role in (Role.ADMINISTRATOR, Role.INTAKE)]
    for thread in threads:
        thread.start()
    for _thread in threads:
        assert started.acquire(timeout=20)
    third = staff_office.sign_in(PageClient(staff_site.test_client()), Role.ATTORNEY)
    release.set()
    for thread in threads:
        thread.join()
    assert third.status == 429
    assert third.headers["Retry-After"] == "2"
    assert 429 not in results


@pytest.mark.parametrize(
    "evil", ["//evil.example/", "https://evil.example/", "/\\evil.example", "/staff\n//x", "/nowhere", "/sign-out"]
)
def test_goes_on_to_own_pages_only(reader: PageClient, staff_office: StaffOffice, evil: str) -> None:
    """The page asked for is reached after signing in, and anything that is not a page of this site is not."""
    account = staff_office.accounts[Role.ADMINISTRATOR]
    fields = [
        ("email", account.person.email),
        ("passphrase", account.passphrase),
        ("code", staff_office.make_code(Role.ADMINISTRATOR)),
        ("next", evil),
    ]
    response = reader.client.post("/sign-in", data=dict(fields), headers={"Origin": reader.origin})
    assert (response.status_code, response.headers["Location"]) == (303, "/")


def test_page_asked_for_comes_after_signing_in(reader: PageClient, staff_office: StaffOffice) -> None:
    """Somebody who follows a link to a page is asked to sign in and then sees that page."""
    page = reader.get("/ledger?site=intake")
    assert page.path == "/sign-in"
    account = staff_office.accounts[Role.SUPERVISING_ATTORNEY]
    values = {
        "email": account.person.email,
        "passphrase": account.passphrase,
        "code": staff_office.make_code(Role.SUPERVISING_ATTORNEY),
    }
    page = reader.submit(page, values, action="/sign-in")
    assert page.path == "/ledger"
    assert "Public site" in ["".join(heading.itertext()).strip() for heading in page.find_all("h3")]


def test_cookie_is_closed_to_scripts_and_other_sites(reader: PageClient, staff_office: StaffOffice) -> None:
    """A session's key travels in one cookie that scripts and other sites never see, and that ends with the browser."""
    account = staff_office.accounts[Role.ADMINISTRATOR]
    data = {
        "email": account.person.email,
        "passphrase": account.passphrase,
        "code": staff_office.make_code(Role.ADMINISTRATOR),
    }
    response = reader.client.post("/sign-in", data=data, headers={"Origin": reader.origin})
    cookie = response.headers["Set-Cookie"]
    assert re.fullmatch(r"desk=[A-Za-z0-9_-]{43}; HttpOnly; Path=/; SameSite=Strict", cookie)


def test_post_from_another_site_is_refused(reader: PageClient, staff_office: StaffOffice) -> None:
    """A sign-in that another site's page sends is a 403 and opens nothing."""
    account = staff_office.accounts[Role.ADMINISTRATOR]
    data = {
        "email": account.person.email,
        "passphrase": account.passphrase,
        "code": staff_office.make_code(Role.ADMINISTRATOR),
    }
    response = reader.client.post("/sign-in", data=data, headers={"Origin": "https://evil.example"})
    assert response.status_code == 403
    assert "Set-Cookie" not in response.headers
