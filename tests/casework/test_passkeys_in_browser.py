"""Passkeys in a real browser with virtual authenticators: add, sign in, unlock, remove; and the pages as they look."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page
from werkzeug.serving import make_server

from casework.app import create_app
from casework.permissions import Role
from tests.axe import check_with_axe
from tests.casework.staff_office import StaffOffice
from tests.serving import find_free_port
from vault.keyslots import CHEAPEST
from web import clock

ROLE = Role.SUPERVISING_ATTORNEY
WAIT = 15_000
SIZES = ((360, 740), (1280, 800))
DEVICE = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def address(staff_office: StaffOffice) -> Iterator[str]:
    """The staff site over HTTP at a host name, as passkeys need it."""
    port = find_free_port()
    address = f"http://localhost:{port}"
    app: Flask = create_app(replace(staff_office.ceremony.casework, origin=address), cost=CHEAPEST)
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


@dataclass
class Desk:
    """Somebody at a browser, with the authenticators that are plugged in."""

    page: Page
    tools: CDPSession
    address: str
    office: StaffOffice
    devices: dict[str, str] = field(default_factory=dict)

    def plug_in(self, name: str) -> None:
        """Give the browser one more authenticator."""
        options = DEVICE if not self.devices else {**DEVICE, "transport": "usb"}
        self.devices[name] = self.tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})[
            "authenticatorId"
        ]

    def keep(self, name: str) -> list[dict[str, Any]]:
        """Take an authenticator out and give what is on it."""
        device = self.devices.pop(name)
        found: list[dict[str, Any]] = self.tools.send("WebAuthn.getCredentials", {"authenticatorId": device})[
            "credentials"
        ]
        self.tools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": device})
        return found

    def bring_back(self, name: str, credentials: list[dict[str, Any]]) -> None:
        """Plug an authenticator in again, with what was on it."""
        self.plug_in(name)
        for credential in credentials:
            self.tools.send("WebAuthn.addCredential", {"authenticatorId": self.devices[name], "credential": credential})

    def go(self, path: str) -> None:
        """Open a page of the site."""
        self.page.goto(f"{self.address}{path}")

    def fill_in(self) -> None:
        """Type e-mail and passphrase into the sign-in page."""
        account = self.office.accounts[ROLE]
        self.go("/sign-in")
        self.page.fill("#email", account.person.email)
        self.page.fill("#passphrase", account.passphrase)

    def sign_in_with_code(self) -> None:
        """Sign in with a code of the app."""
        self.fill_in()
        self.page.fill("#code", self.office.make_code(ROLE))
        self.press("Sign in")
        self.page.wait_for_url("**/cases", timeout=WAIT)

    def sign_in_with_passkey(self) -> None:
        """Sign in with whatever passkey is plugged in."""
        self.fill_in()
        self.press("Use a passkey")

    def press(self, name: str) -> None:
        """Press a button by its words."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def sign_out(self) -> None:
        """Leave."""
        self.press("Sign out")
        self.page.wait_for_url("**/sign-in", timeout=WAIT)

    def add_passkey(self, name: str) -> None:
        """Add a passkey on the account page."""
        self.go("/account")
        self.page.fill("#passkey_name", name)
        self.press("Add a passkey")
        self.page.wait_for_url("**/account?done=passkey-added", timeout=WAIT)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of one's own."""
    context = browser.new_context(bypass_csp=False)
    yield context
    context.close()


@pytest.fixture
def desk(context: BrowserContext, address: str, staff_office: StaffOffice) -> Desk:
    """Somebody at a browser without any authenticator."""
    page = context.new_page()
    page.set_default_timeout(WAIT)
    tools = context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    return Desk(page, tools, address, staff_office)


def test_two_passkeys_each_sign_in_and_a_removed_one_does_not(desk: Desk) -> None:
    """Given two passkeys, each signs in and unlocks; when one is removed it is refused and the other still works."""
    desk.plug_in("phone")
    desk.sign_in_with_code()
    desk.add_passkey("Phone")
    phone = desk.keep("phone")
    desk.plug_in("key")
    desk.add_passkey("Security key")
    key = desk.keep("key")
    assert [each["isResidentCredential"] for each in (*phone, *key)] == [True, True]
    desk.sign_out()

    for name, credentials in (("phone", phone), ("key", key)):
        desk.bring_back(name, credentials)
        desk.sign_in_with_passkey()
        desk.page.wait_for_url("**/cases")
        desk.press("Lock")
        desk.page.wait_for_url("**/unlock")
        desk.page.fill("#passphrase", desk.office.accounts[ROLE].passphrase)
        desk.press("Use a passkey")
        desk.page.wait_for_url("**/cases")
        credentials[:] = desk.keep(name)
        desk.sign_out()

    desk.bring_back("key", key)
    desk.sign_in_with_passkey()
    desk.page.wait_for_url("**/cases")
    desk.go("/account")
    desk.press("Remove Phone")
    desk.page.wait_for_url("**/account?done=passkey-removed")
    key = desk.keep("key")
    desk.sign_out()

    desk.bring_back("phone", phone)
    desk.sign_in_with_passkey()
    desk.page.get_by_text("That did not match.").wait_for()
    desk.keep("phone")
    desk.bring_back("key", key)
    desk.sign_in_with_passkey()
    desk.page.wait_for_url("**/cases")


def test_device_that_has_a_passkey_says_so(desk: Desk) -> None:
    """A second passkey on the same device is refused by the device, and the page says why."""
    desk.plug_in("phone")
    desk.sign_in_with_code()
    desk.add_passkey("Phone")
    desk.go("/account")
    desk.page.fill("#passkey_name", "Phone again")
    desk.press("Add a passkey")
    desk.page.get_by_text("This device has a passkey for your account already.").wait_for()
    assert desk.page.is_enabled("#add-passkey button")


def test_person_who_is_not_verified_is_told(desk: Desk) -> None:
    """When the device does not know its owner, nothing is sent, and the page says that a code will do."""
    desk.plug_in("phone")
    desk.sign_in_with_code()
    desk.add_passkey("Phone")
    desk.sign_out()
    desk.tools.send("WebAuthn.setUserVerified", {"authenticatorId": desk.devices["phone"], "isUserVerified": False})
    desk.sign_in_with_passkey()
    desk.page.get_by_text("No passkey was used. Try again, or enter a code.").wait_for()
    assert desk.page.url.endswith("/sign-in")


def test_rest_of_the_page_comes_first(desk: Desk) -> None:
    """A passkey is not asked for before e-mail and passphrase are there: its answer would be lost."""
    desk.plug_in("phone")
    desk.go("/sign-in")
    desk.press("Use a passkey")
    desk.page.get_by_text("Fill in the rest of the page first.").wait_for()
    assert desk.page.evaluate("document.activeElement.id") == "email"


def test_passkey_button_needs_script(browser: Browser, address: str) -> None:
    """Without script the sign-in page asks for a code and shows no button that does nothing."""
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        assert page.is_visible("#code")
        assert not page.get_by_text("Use a passkey").is_visible()
    finally:
        context.close()


@pytest.mark.parametrize("size", SIZES, ids=["phone", "desk"])
def test_pages_are_accessible_and_fit(
    browser: Browser, address: str, staff_office: StaffOffice, size: tuple[int, int]
) -> None:
    """Sign-in, the account with and without passkeys, a new app and recovery codes pass axe and do not overflow."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, bypass_csp=True)
    page = context.new_page()
    page.set_default_timeout(WAIT)
    tools = context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    desk = Desk(page, tools, address, staff_office)
    try:
        desk.plug_in("phone")
        desk.go("/sign-in")
        check_with_axe(page, size[0])
        desk.press("Use a passkey")
        check_with_axe(page, size[0])
        desk.sign_in_with_code()
        desk.go("/account")
        check_with_axe(page, size[0])
        desk.add_passkey("A phone with a name that has nospaceswhatsoeverinitandislong")
        check_with_axe(page, size[0])
        desk.go("/account/app")
        check_with_axe(page, size[0])
        desk.press("Use this app")
        assert page.title().startswith("Error: ")
        check_with_axe(page, size[0])
        desk.go("/account")
        desk.press("Make ten new codes")
        page.get_by_role("heading", name="Your recovery codes").wait_for()
        check_with_axe(page, size[0])
    finally:
        context.close()


def test_passkey_is_added_and_used_where_the_factor_is_asked_for_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a desk that was left open a new passkey needs a second factor first, and then is one itself."""
    desk.plug_in("phone")
    desk.sign_in_with_code()
    moment = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: moment)
    desk.go("/account")
    desk.page.fill("#passkey_name", "Phone")
    desk.press("Add a passkey")
    desk.page.get_by_role("heading", name="Show that it is you").wait_for()
    desk.page.fill("#confirm_code", pyotp.TOTP(desk.office.accounts[ROLE].totp_secret).at(moment))
    desk.press("Go on")
    desk.page.get_by_text("No passkey has come yet. Press the button once more").first.wait_for()
    assert desk.page.input_value("#passkey_name") == "Phone"
    desk.press("Add a passkey")
    desk.page.wait_for_url("**/account?done=passkey-added")
    later = moment + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: later)
    desk.page.get_by_role("link", name="Set up a new app").click()
    desk.page.get_by_role("heading", name="Show that it is you").wait_for()
    desk.press("Use a passkey")
    desk.page.get_by_role("heading", name="Set up a new app").wait_for()
