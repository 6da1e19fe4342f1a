"""Inviting, joining, giving a key, changing and closing in a real browser: accessible, and as wide as the screen."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pyotp
import pytest
from playwright.sync_api import Browser, Page

from casework.new_keys import find_due
from casework.permissions import Role
from tests.axe import check_with_axe
from tests.casework.accessing import restrict
from tests.casework.filing import Filing
from tests.casework.keyholders import Keyholders
from tests.casework.test_access_in_browser import open_browser, serve

SIZES = ((360, 740), (1280, 800))
BOSS = Role.SUPERVISING_ATTORNEY
LONG = "Maximiliana-Guadalupe Inventadaconunapellidolarguisimo"


@contextmanager
def open_stranger(browser: Browser, size: tuple[int, int]) -> Iterator[Page]:
    """A browser of this size with nobody signed in."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, bypass_csp=True)
    try:
        yield context.new_page()
    finally:
        context.close()


def look(page: Page, size: tuple[int, int], heading: str) -> None:
    """Be sure of the page, that axe finds nothing, and that it does not overflow."""
    assert page.inner_text("h1") == heading
    check_with_axe(page, size[0])


def go_on(page: Page, label: str) -> None:
    """Press a button of the page's own and wait for what comes."""
    with page.expect_navigation():
        page.get_by_role("button", name=label, exact=True).click()


def join(page: Page, link: str, code: str, size: tuple[int, int]) -> str:
    """Walk through joining, looking at every page and at its errors; return the fingerprint."""
    page.goto(link[:-4])
    look(page, size, "This link is no longer good")
    page.goto(link)
    go_on(page, "Go on")
    look(page, size, "Join the office")
    page.fill("#invitation_code", code)
    go_on(page, "Go on")
    look(page, size, "Write down your passphrase")
    words = " ".join(page.locator(".words li").all_inner_texts())
    go_on(page, "It is on paper")
    page.fill("#new_passphrase", "something else")
    go_on(page, "Go on")
    look(page, size, "Type your passphrase")
    page.fill("#new_passphrase", words)
    go_on(page, "Go on")
    look(page, size, "Set up your second factor")
    secret = page.inner_text("main code")
    page.fill("#code", pyotp.TOTP(secret).now())
    go_on(page, "Join")
    look(page, size, "You have joined")
    fingerprint = page.inner_text(".code")
    page.click("text=Sign in")
    page.fill("#email", "new@office.example")
    page.fill("#passphrase", words)
    page.fill("#code", pyotp.TOTP(secret).at(int(time.time()) + 30))
    go_on(page, "Sign in")
    look(page, size, "Waiting for your key")
    return fingerprint


@pytest.mark.parametrize("size", SIZES, ids=["phone", "desk"])
def test_somebody_joins_and_gets_a_key(browser: Browser, keyholders: Keyholders, size: tuple[int, int]) -> None:
    """From the invitation to the first look at the queue, every page of both people is accessible and fits."""
    with (
        serve(keyholders) as address,
        open_browser(browser, address, keyholders.sit_down(BOSS), size) as boss,
        open_stranger(browser, size) as newcomer,
    ):
        boss.goto(f"{address}/staff/invite")
        go_on(boss, "Make a link and a code")
        look(boss, size, "Invite somebody")
        boss.fill("#name", LONG)
        boss.fill("#email", "new@office.example")
        boss.check("#role-intake")
        go_on(boss, "Make a link and a code")
        look(boss, size, "Give them the link and the code")
        link, code = boss.inner_text("#link"), boss.inner_text("#code")
        boss.goto(f"{address}/staff")
        look(boss, size, "Staff")
        boss.click(f"text=Invitation ({LONG})")
        look(boss, size, "Invitation")
        fingerprint = join(newcomer, link, code, size)
        newcomer.goto(link)
        look(newcomer, size, "Somebody is signed in here")
        boss.goto(f"{address}/staff")
        boss.click(f"text=Give the key ({LONG})")
        boss.fill("#fingerprint", "AAAA AAAA AAAA AAAA")
        go_on(boss, "Compare, and give the key")
        look(boss, size, "Give a colleague their key")
        boss.fill("#fingerprint", fingerprint)
        go_on(boss, "Compare, and give the key")
        look(boss, size, "Staff")
        newcomer.goto(f"{address}/waiting")
        assert newcomer.url == f"{address}/cases"


@pytest.mark.parametrize("size", SIZES, ids=["phone", "desk"])
def test_access_is_changed_and_taken(
    browser: Browser, keyholders: Keyholders, filing: Filing, size: tuple[int, int]
) -> None:
    """Changing, resetting, closing, a new passphrase, the counts: every page and refusal is accessible and fits."""
    keyholders.join(LONG, BOSS)
    case = filing.file()
    restrict(keyholders, case, Role.INTAKE, Role.ATTORNEY)
    supervisor = keyholders.sit_down(BOSS)
    with serve(keyholders) as address, open_browser(browser, address, supervisor, size) as page:
        path = f"{address}/staff/{keyholders.find_id(LONG)}"
        page.goto(f"{path}/change")
        page.fill("#name", "")
        go_on(page, "Change it")
        look(page, size, "Change name or role")
        page.goto(f"{address}/staff/{supervisor.staff_id}/leave")
        go_on(page, "Close the account")
        look(page, size, "Close an account")
        page.goto(f"{path}/reset")
        look(page, size, "Let them join anew")
        page.goto(f"{address}/staff/{keyholders.find_id(Role.ATTORNEY)}/leave")
        go_on(page, "Close the account")
        look(page, size, "Staff")
        assert find_due(keyholders.engine, supervisor.session).other_cases == 1
        assert page.locator("text=New keys are due").is_visible()
        page.goto(f"{address}/patterns")
        look(page, size, "Counts")
        page.goto(f"{address}/account/passphrase")
        go_on(page, "Make new words")
        look(page, size, "Change your passphrase")
        page.fill("#present_passphrase", keyholders.find_account(BOSS).passphrase)
        go_on(page, "Make new words")
        look(page, size, "Write down your new passphrase")
        words = " ".join(page.locator(".words li").all_inner_texts())
        go_on(page, "It is on paper")
        look(page, size, "Type your new passphrase")
        page.fill("#new_passphrase", words)
        go_on(page, "Change it")
        look(page, size, "Your account")
