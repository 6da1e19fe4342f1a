"""The page "Your account": what somebody does to their own second factors."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from flask import Flask

from casework.caseworker import Caseworker
from casework.errors import FactorsChangedError, InvalidPasskeyError, LastFactorError
from casework.factors import FactorAnswer, check_second_factor
from casework.own_factors import (
    MOST_PASSKEYS,
    add_passkey,
    list_own_factors,
    make_own_creation_options,
    remove_app,
    remove_passkey,
    renew_recovery_codes,
)
from casework.passkeys import make_request_options
from casework.permissions import Role
from casework.sessions import find_desk
from casework.signing_in import SignInDesk
from models.engine import read
from models.ledger import list_newest_entries
from tests.casework.conftest import MoveClock, SignInAs
from tests.casework.soft_passkey import SoftPasskey
from tests.casework.staff_office import StaffOffice
from tests.page_client import Page, PageClient
from vault.boxes import BoxKey
from vault.identities import Identity
from vault.keyslots import CHEAPEST
from web import clock

ROLE = Role.INTAKE
NOT_ADDED = "The passkey was not added. Please try again, on the device that it is to be on."
PRESS_AGAIN = "No passkey has come yet. Press the button once more; your browser must allow script on this page."
LAST = "This is your last way to sign in besides recovery codes. Add another one first."


@pytest.fixture
def owner(staff_site: Flask, staff_office: StaffOffice) -> Caseworker:
    """Somebody signed in, as deeds take them."""
    engine, config = staff_site.extensions["engine"], staff_office.ceremony.casework
    account = staff_office.accounts[ROLE]
    desk = SignInDesk(engine, config, cost=CHEAPEST).sign_in(
        account.person.email, account.passphrase, staff_office.make_code(ROLE), source="test"
    )
    assert desk.session is not None
    return Caseworker(engine, config, desk.session)


def add(owner: Caseworker, device: SoftPasskey, name: str = "Phone") -> str:
    """Add a device's passkey and give its id."""
    add_passkey(owner, device.create(make_own_creation_options(owner)), name)
    return list_own_factors(owner).passkeys[-1].id


def list_ledger(owner: Caseworker) -> list[tuple[str, str]]:
    """Kind and item of what the ledger says of second factors, oldest first."""
    with read(owner.engine) as connection:
        entries = list_newest_entries(connection, "casework", limit=50)
    return [(each["kind"], each["item"]) for each in reversed(entries) if each["kind"].startswith("factor:")]


def test_passkeys_have_names_and_dates(owner: Caseworker) -> None:
    """Somebody has more than one passkey, each with its name and the day it was added; the ledger says so."""
    add(owner, SoftPasskey(), "Phone")
    add(owner, SoftPasskey(credential_id=b"two"), "Key")
    today = clock.today(owner.config.time_zone)
    assert [(each.name, each.added_on) for each in list_own_factors(owner).passkeys] == [
        ("Phone", today),
        ("Key", today),
    ]
    assert list_ledger(owner) == [("factor:added", "passkey")] * 2


def test_answer_of_a_device_adds_one_passkey(owner: Caseworker) -> None:
    """What a device answered once is refused when it is sent again, also after the passkey was removed."""
    text = SoftPasskey().create(make_own_creation_options(owner))
    add_passkey(owner, text, "Phone")
    with pytest.raises(InvalidPasskeyError):
        add_passkey(owner, text, "Phone")
    remove_passkey(owner, list_own_factors(owner).passkeys[0].id)
    with pytest.raises(InvalidPasskeyError):
        add_passkey(owner, text, "Phone")
    assert list_own_factors(owner).passkeys == ()


def test_there_is_a_most(owner: Caseworker) -> None:
    """Twenty passkeys are enough for anybody."""
    for number in range(MOST_PASSKEYS):
        add(owner, SoftPasskey(credential_id=b"%d" % number))
    with pytest.raises(InvalidPasskeyError):
        add(owner, SoftPasskey(credential_id=b"one more"))


def test_last_second_factor_stays(owner: Caseworker) -> None:
    """The app goes only when there is a passkey, the last passkey only when there is an app; codes do not count."""
    renew_recovery_codes(owner)
    with pytest.raises(LastFactorError):
        remove_app(owner)
    first = add(owner, SoftPasskey())
    remove_app(owner)
    remove_app(owner)
    with pytest.raises(LastFactorError):
        remove_passkey(owner, first)
    add(owner, SoftPasskey(credential_id=b"two"))
    remove_passkey(owner, first)
    remove_passkey(owner, first)
    assert [each for each in list_ledger(owner) if each[0] == "factor:removed"] == [
        ("factor:removed", "app"),
        ("factor:removed", "passkey"),
    ]


def test_two_at_once_cannot_remove_both_last_ones(owner: Caseworker) -> None:
    """When one browser removes the app while another removes the passkey, one of them stays."""
    passkey = add(owner, SoftPasskey())
    barrier = threading.Barrier(2)
    outcomes: list[str] = []

    def run(remove_it: object, *arguments: object) -> None:
        barrier.wait(10)
        try:
            remove_it(owner, *arguments)  # type: ignore[operator]  # one of two functions
            outcomes.append("removed")
        except LastFactorError:
            outcomes.append("refused")

    threads = [
        threading.Thread(target=run, args=(remove_app,)),
        threading.Thread(target=run, args=(remove_passkey, passkey)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "removed"]
    own = list_own_factors(owner)
    assert own.has_app != bool(own.passkeys)


def test_new_recovery_codes_void_the_old(owner: Caseworker) -> None:
    """Of two sets of codes only the newer one works, and the page counts what is left of it."""
    session = owner.session

    def show(code: str) -> None:
        check_second_factor(
            owner.engine,
            owner.config,
            staff_id=session.staff_id,
            identity=session.identity,
            answer=FactorAnswer(code),
        )

    old, new = renew_recovery_codes(owner), renew_recovery_codes(owner)
    with pytest.raises(Exception, match=r"^$"):
        show(old[0])
    show(new[0])
    assert list_own_factors(owner).recovery_codes_left == 9


def read_account(reader: PageClient) -> Page:
    """Open one's own account."""
    return reader.get("/account")


def test_page_shows_what_somebody_has(sign_in_as: SignInAs) -> None:
    """At first there is an app that cannot be switched off, no passkey and no recovery code; the bar leads there."""
    page = read_account(sign_in_as(ROLE))
    assert page.heading == "Your account"
    assert "You have no passkey." in page.words
    assert "You have none." in page.words
    assert "It can be switched off when you have a passkey." in page.words
    assert not [form for form in page.find_all("form") if form.get("action") == "/account/app/remove"]
    assert [link.get("href") for link in page.find_all("a")].count("/account") == 1


def test_passkey_is_added_on_the_page(staff_site: Flask, sign_in_as: SignInAs) -> None:
    """The form with a device's answer adds it; then it can be removed, and the app switched off."""
    reader, device = sign_in_as(ROLE), SoftPasskey()
    options = reader.client.get("/account/passkeys/options").json
    assert options is not None
    values = {"passkey_name": " My phone ", "credential": device.create(options)}
    page = reader.submit(read_account(reader), values, action="/account/passkeys")
    assert page.path == "/account"
    assert "The passkey is added." in page.words
    assert "My phone" in page.words
    page = reader.submit(page, {}, action="/account/app/remove")
    assert "Its codes count no more." in page.words
    assert "your last way to sign in" in page.words
    session = find_desk(staff_site.extensions["engine"], read_key(reader), staff_site.extensions["site_config"]).session
    assert session is not None
    page = reader.post(
        f"/account/passkeys/{list_own_factors(make_owner(staff_site, reader)).passkeys[0].id}/remove",
        [("csrf_token", read_key(reader).csrf_token())],
    )
    assert (page.status, page.list_errors()) == (409, [LAST])


def read_key(reader: PageClient) -> BoxKey:
    """The key in a browser's cookie."""
    cookie = reader.client.get_cookie("desk")
    assert cookie is not None
    return BoxKey.from_cookie(cookie.value)


def make_owner(site: Flask, reader: PageClient) -> Caseworker:
    """Whoever is signed in with a browser, as deeds take them."""
    engine, config = site.extensions["engine"], site.extensions["site_config"]
    session = find_desk(engine, read_key(reader), config).session
    assert session is not None
    return Caseworker(engine, config, session)


@pytest.mark.parametrize(
    ("name", "credential", "error"),
    [
        ("", "{}", "Give the passkey a name"),
        ("x" * 61, "{}", "This is too long"),
        (
            "Phone",
            "",
            "No passkey has come yet. Press the button once more; your browser must allow script on this page.",
        ),
        ("Phone", "{", NOT_ADDED),
        ("Phone", "[]", NOT_ADDED),
        ("Phone", "x" * 40_001, NOT_ADDED),
        ("\u202e", "{}", "Give the passkey a name"),
        ("📱 <b>", "\ud800", NOT_ADDED),
    ],
)
def test_bad_passkey_is_a_message_at_the_form(sign_in_as: SignInAs, name: str, credential: str, error: str) -> None:
    """Whatever is wrong with a new passkey, the page says so, keeps the name, and does not bring the answer back."""
    reader = sign_in_as(ROLE)
    page = reader.submit(
        read_account(reader), {"passkey_name": name, "credential": credential}, action="/account/passkeys"
    )
    assert (page.status, page.list_errors()) == (400, [error])
    form = page.find_form("/account/passkeys")
    kept = {each.get("name"): each.get("value") for each in form.iter() if each.get("name")}
    assert kept["credential"] == ""
    assert kept["passkey_name"] == name.replace("\u202e", "")


def read_letters(page: Page) -> str:
    """The secret on the page that sets an app up."""
    (letters,) = [each for each in page.find_all("strong") if each.get("id") == "app-letters"]
    return "".join((letters.text or "").split())


def test_new_app_counts_when_its_code_has_come_back(
    staff_site: Flask, staff_office: StaffOffice, sign_in_as: SignInAs
) -> None:
    """A new app's picture is drawn here; a wrong code changes nothing, the right one makes the old app worthless."""
    reader = sign_in_as(ROLE)
    page = reader.get("/account/app")
    letters = read_letters(page)
    assert "<svg" in page.text
    for wrong, error in (
        ("", "Enter the six digits that the app shows now"),
        ("000000", "This is not the code that the app shows now. Wait for a new one, and try again."),
        ("x" * 41, "This is too long"),
    ):
        page = reader.submit(page, {"code": wrong}, action="/account/app")
        assert (page.status, page.list_errors(), read_letters(page)) == (400, [error], letters)
    code = pyotp.TOTP(letters).now()
    assert "The app is set up." in reader.submit(page, {"code": code}, action="/account/app").words
    other = PageClient(staff_site.test_client())
    account = staff_office.accounts[ROLE]
    values = {"email": account.person.email, "passphrase": account.passphrase}
    for refused in (staff_office.make_code(ROLE), code):
        page = other.submit(other.get("/sign-in"), {**values, "code": refused}, action="/sign-in")
        assert page.status in {401, 429}
    fresh = PageClient(staff_site.test_client())
    fresh.client.environ_base["REMOTE_ADDR"] = "192.0.2.9"
    code = pyotp.TOTP(letters).generate_otp(int(clock.now().timestamp()) // 30 + 1)
    assert fresh.submit(fresh.get("/sign-in"), {**values, "code": code}, action="/sign-in").path == "/cases"


@pytest.mark.parametrize("sealed", ["", "!", "AAAA", "é", "x" * 9_000])
def test_forged_app_is_begun_anew(sign_in_as: SignInAs, sealed: str) -> None:
    """A secret that this site did not make for this person is not taken: the page begins with a new one."""
    reader = sign_in_as(ROLE)
    page = reader.get("/account/app")
    letters = read_letters(page)
    page = reader.submit(page, {"code": pyotp.TOTP(letters).now(), "sealed": sealed}, action="/account/app")
    assert page.status == 400
    assert page.list_errors() == ["This page is too old to go on with. Here is a new code for your app."]
    assert read_letters(page) != letters


def test_app_of_a_colleague_is_not_taken(sign_in_as: SignInAs) -> None:
    """The sealed secret of one person's page is worth nothing on another's."""
    page = sign_in_as(Role.ATTORNEY).get("/account/app")
    sealed = next(each.get("value", "") for each in page.find_all("input") if each.get("name") == "sealed")
    reader = sign_in_as(ROLE)
    page = reader.submit(reader.get("/account/app"), {"code": "123456", "sealed": sealed}, action="/account/app")
    assert page.status == 400


def test_recovery_codes_are_shown_once(staff_site: Flask, staff_office: StaffOffice, sign_in_as: SignInAs) -> None:
    """Ten codes come on a page of their own; the account only counts them; each signs in."""
    reader = sign_in_as(ROLE)
    page = reader.submit(read_account(reader), {}, action="/account/recovery-codes")
    codes = re.findall(r"<code>([a-z2-6-]{14})</code>", page.text)
    assert len(codes) == 10
    account = staff_office.accounts[ROLE]
    other = PageClient(staff_site.test_client())
    values = {"email": account.person.email, "passphrase": account.passphrase, "code": codes[9].upper()}
    assert other.submit(other.get("/sign-in"), values, action="/sign-in").path == "/cases"
    page = read_account(reader)
    assert "You have 9 codes left." in page.words
    assert not [code for code in codes if code in page.text]


@pytest.mark.parametrize(
    "path", ["/account/passkeys/none/remove", "/account/app/remove", "/account/recovery-codes", "/account/passkeys"]
)
def test_changes_need_the_token(sign_in_as: SignInAs, path: str) -> None:
    """A post without the token of this browser's pages changes nothing."""
    reader = sign_in_as(ROLE)
    assert reader.post(path, [("csrf_token", "0" * 64), ("passkey_name", "x")]).status == 400
    assert "You have none." in read_account(reader).words


def test_changes_need_a_fresh_factor(staff_office: StaffOffice, sign_in_as: SignInAs, move_clock: MoveClock) -> None:
    """Whoever sits down at an open desk sees the page and changes nothing on it; the script is told to ask as well."""
    reader = sign_in_as(ROLE)
    move_clock(timedelta(minutes=11))
    page = read_account(reader)
    assert page.status == 200
    asked = reader.submit(page, {}, action="/account/recovery-codes")
    assert (asked.status, asked.heading) == (401, "Show that it is you")
    assert reader.client.get("/account/passkeys/options").status_code == 303
    assert reader.get("/account/app").heading == "Show that it is you"
    code = pyotp.TOTP(staff_office.accounts[ROLE].totp_secret).at(clock.now())
    page = reader.submit(asked, {"confirm_code": code}, action="/account/recovery-codes")
    assert page.heading == "Your recovery codes"


def test_passkey_confirms_an_open_desk(staff_site: Flask, sign_in_as: SignInAs, move_clock: MoveClock) -> None:
    """Where the second factor is asked for again, a passkey does; what it signed is taken once."""
    reader, device = sign_in_as(ROLE), SoftPasskey()
    add(make_owner(staff_site, reader), device)
    move_clock(timedelta(minutes=11))
    signed = device.sign(make_request_options(staff_site.extensions["site_config"]))
    asked = reader.get("/account/app")
    page = reader.submit(asked, {"confirm_assertion": signed}, action="/confirm")
    assert page.heading == "Set up a new app"
    move_clock(timedelta(minutes=22))
    page = reader.submit(reader.get("/account/app"), {"confirm_assertion": signed}, action="/confirm")
    assert page.status == 401


def test_number_has_no_passkey_form(reader: PageClient) -> None:
    """At a number for an address the page says where passkeys work, and asks for codes only."""
    for host, is_named in (("127.0.0.1", False), ("localhost", True), ("[::1]", False)):
        text = reader.client.get("/sign-in", base_url=f"http://{host}").text
        assert ("Passkeys need a site with a name. They work at http://localhost" in text) != is_named
        assert ('id="use-passkey"' in text) == is_named


def test_account_with_a_new_key_is_left_alone(owner: Caseworker, sign_in_as: SignInAs) -> None:
    """A session whose account got another key changes nothing, and the page says why."""
    stale = replace(owner, session=replace(owner.session, identity=Identity.generate()))
    with pytest.raises(FactorsChangedError):
        list_own_factors(stale)
    with pytest.raises(FactorsChangedError):
        renew_recovery_codes(stale)
    assert read_account(sign_in_as(ROLE)).status == 200
