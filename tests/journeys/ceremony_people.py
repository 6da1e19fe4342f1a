"""The people of a key ceremony, each at a browser with a passkey device of their own, and what is typed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp
from playwright.sync_api import Browser, Page

from tests.serving import ROOT

DEVICE = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
WAIT = 30_000


@dataclass
class Account:
    """What somebody wrote on paper: e-mail, passphrase, and the secret of an app (none with a passkey only)."""

    email: str
    passphrase: str
    totp_secret: str = ""


def type_command(*arguments: str, lines: tuple[str, ...] = ()) -> str:
    """Type a command of the staff site and these lines after it; return what it printed. Fails with its words."""
    ours = ("TESTIMONIO_", "DATABASE_URL")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    done = subprocess.run(
        [sys.executable, "-m", "casework", *arguments],
        cwd=ROOT,
        env=environment,
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def read_accounts(printed: str) -> list[Account]:
    """Read the accounts off what a command printed."""
    found = re.findall(r"e-mail {7}(\S+)\n {2}passphrase {3}(.+)\n {2}code secret {2}(\S+)", printed)
    return [Account(*each) for each in found]


class Person:
    """Somebody at a desk, with a browser profile and a passkey device of their own."""

    def __init__(self, browser: Browser, address: str, account: Account | None = None) -> None:
        self.address = address
        self.account = account
        self.context = browser.new_context(viewport={"width": 1280, "height": 900})
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(WAIT)
        tools = self.context.new_cdp_session(self.page)
        tools.send("WebAuthn.enable")
        tools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})

    def close(self) -> None:
        """Leave the desk."""
        self.context.close()

    def go(self, path: str) -> int:
        """Open a page and return its status."""
        response = self.page.goto(f"{self.address}{path}")
        assert response is not None
        return response.status

    def press(self, words: str) -> None:
        """Press a button of the page by its words."""
        self.page.get_by_role("button", name=words, exact=True).click()

    def read(self) -> str:
        """What the page says."""
        return self.page.locator("main").inner_text()

    def wait_for(self, words: str) -> None:
        """Wait until the page says something."""
        self.page.locator("main", has_text=words).wait_for()

    def sign_in(self, *, by_passkey: bool) -> None:
        """Sign in with the passphrase, and with a passkey or a code of the app."""
        assert self.account is not None
        self.go("/sign-in")
        self.page.fill("#email", self.account.email)
        self.page.fill("#passphrase", self.account.passphrase)
        if by_passkey:
            self.press("Use a passkey")
        else:
            self.page.fill("#code", pyotp.TOTP(self.account.totp_secret).now())
            self.press("Sign in")
        self.page.wait_for_url(lambda address: "/sign-in" not in address)

    def sign_out(self) -> None:
        """Sign out."""
        self.press("Sign out")
        self.page.wait_for_url("**/sign-in")

    def list_references(self) -> set[str]:
        """The references of the queue."""
        self.go("/cases")
        return set(re.findall(r"R-\d{4}-\d{4}", self.read()))

    def read_words(self, selector: str) -> str:
        """Words that the page numbers."""
        return " ".join(self.page.locator(f"{selector} ol.words").first.locator("li").all_inner_texts())

    def open_access(self, reference: str, action: str) -> Any:  # noqa: ANN401  # playwright's locator
        """Open one of the changes of "Who may open case", and give its form."""
        self.go(f"/cases/{reference}/access")
        form = self.page.locator(f'form[action$="/access/{action}"]')
        form.locator("xpath=..").locator("summary").click()
        return form


def copy_backup(office: Path, folder: Path) -> None:
    """Put a backup into an empty folder: the database as SQLite itself copies it, and the sealed files; no settings."""
    folder.mkdir(mode=0o700)
    script = f"VACUUM INTO '{folder / 'testimonio.sqlite3'}'"
    subprocess.run(
        [
            sys.executable,
            "-c",
            "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute(sys.argv[2])",
            str(office / "testimonio.sqlite3"),
            script,
        ],
        check=True,
    )
    if (office / "blobs").exists():
        subprocess.run(["cp", "-r", str(office / "blobs"), str(folder / "blobs")], check=True)
