"""Somebody who joins the office through the pages, for tests: from the invitation to the fingerprint."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

import pyotp
from flask import Flask

from tests.page_client import Page, PageClient

_LINK = re.compile(r'id="link">([^<]+)<')
_GROUPS = re.compile(r"<span>([A-Z2-7]{4})</span>")
_WORD = re.compile(r"<strong>([a-z-]+)</strong>")
_SECRET = re.compile(r"<code[^>]*>([A-Z2-7]+)</code>")


@dataclass
class Invitation:
    """What the page of an invitation told: the path of the link, and the code."""

    path: str
    code: str


@dataclass
class Newcomer:
    """Who has joined, and how they sign in."""

    browser: PageClient
    email: str
    passphrase: str
    totp_secret: str
    fingerprint: str

    def sign_in(self) -> Page:
        """Sign in with the next code: the first one was used to join."""
        code = pyotp.TOTP(self.totp_secret).generate_otp(int(time.time()) // 30 + 1)
        values = {"email": self.email, "passphrase": self.passphrase, "code": code}
        return self.browser.submit(self.browser.get("/sign-in"), values, action="/sign-in")


def invite_on_page(
    reader: PageClient, role: str, email: str = "new@office.example", name: str = "Nia New"
) -> Invitation:
    """Invite somebody on the page, as an administrator or a supervising attorney."""
    page = reader.submit(reader.get("/staff/invite"), {"name": name, "email": email, "role": role})
    assert page.status == 201, page.words
    return read_invitation(page)


def read_invitation(page: Page) -> Invitation:
    """Read link and code off the page that shows them once."""
    (link,) = _LINK.findall(page.text)
    return Invitation(link.removeprefix("http://localhost"), "-".join(_GROUPS.findall(page.text)))


def read_words(page: Page) -> str:
    """Read the new passphrase off the page."""
    return " ".join(_WORD.findall(page.text.split('<ol class="words"')[1].split("</ol>")[0]))


def read_secret(page: Page) -> str:
    """Read the secret for the app off the page."""
    (secret,) = _SECRET.findall(page.text)
    return str(secret)


def make_first_code(secret: str, later_seconds: float = 0) -> str:
    """Make the code that an app would show now, or some time from now."""
    return pyotp.TOTP(secret).at(int(time.time() + later_seconds))


def join_on_pages(site: Flask, invitation: Invitation, email: str = "new@office.example") -> Newcomer:
    """Walk through all pages of joining, in a browser of one's own."""
    browser = PageClient(site.test_client())
    page = browser.submit(browser.get(invitation.path), {"invitation_code": invitation.code})
    assert page.path.endswith("/passphrase"), page.words
    passphrase = read_words(page)
    page = browser.submit(page, {})
    page = browser.submit(page, {"new_passphrase": passphrase})
    assert page.path.endswith("/factor"), page.words
    secret = read_secret(page)
    page = browser.submit(page, {"code": make_first_code(secret)})
    assert page.path.endswith("/joined"), page.words
    return Newcomer(browser, email, passphrase, secret, "-".join(_GROUPS.findall(page.text)))
