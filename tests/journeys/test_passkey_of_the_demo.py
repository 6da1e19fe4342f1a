"""A passkey on the sites as script/server serves them: two processes a site, and an address that is a number."""

from __future__ import annotations

import pyotp
from playwright.sync_api import Browser

from tests.casework.test_passkeys_in_browser import DEVICE, WAIT
from tests.serving import RunningServer

TIMES = 4


def test_demo_takes_passkeys_at_its_name(browser: Browser, demo_server: RunningServer) -> None:
    """At 127.0.0.1 the page says where passkeys work; there one is added and signs in, whichever process answers."""
    account = next(each for each in demo_server.accounts if each["role"] == "administrator")
    named = demo_server.casework.replace("127.0.0.1", "localhost")
    context = browser.new_context()
    try:
        page = context.new_page()
        page.set_default_timeout(WAIT)
        tools = context.new_cdp_session(page)
        tools.send("WebAuthn.enable")
        tools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        page.goto(f"{demo_server.casework}/sign-in")
        assert f"They work at {named}" in page.inner_text("main")
        assert page.locator("#use-passkey").count() == 0

        page.goto(f"{named}/sign-in")
        page.fill("#email", account["email"])
        page.fill("#passphrase", account["passphrase"])
        page.fill("#code", pyotp.TOTP(account["totp_secret"]).now())
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"{named}/staff")
        page.goto(f"{named}/account")
        page.fill("#passkey_name", "Trial")
        page.get_by_role("button", name="Add a passkey", exact=True).click()
        page.wait_for_url("**/account?done=passkey-added")
        for _time in range(TIMES):
            page.get_by_role("button", name="Sign out", exact=True).click()
            page.wait_for_url("**/sign-in")
            page.fill("#email", account["email"])
            page.fill("#passphrase", account["passphrase"])
            page.get_by_role("button", name="Use a passkey", exact=True).click()
            page.wait_for_url(f"{named}/staff")
        page.goto(f"{named}/account")
        page.get_by_role("button", name="Remove Trial", exact=True).click()
        page.wait_for_url("**/account?done=passkey-removed")
    finally:
        context.close()
