"""Two sides of a conversation in a real browser: a reporter's phone and a desk of the staff, without script or with.

What they do is what a person does: they fill in, choose, press, and read what the page says.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp

Values = Mapping[str, str | list[str]]
_WATCH = """
  const look = () => document.querySelectorAll("progress").forEach((bar) => window.noteProgress(bar.value));
  new MutationObserver(look).observe(document, {childList: true, subtree: true, attributes: true});
"""
_PATIENCE_MS = 30_000


@dataclass(frozen=True)
class Receipt:
    """What a reporter writes down."""

    code: str
    reference: str


class Visitor:
    """Somebody with a browser profile of their own, at one site."""

    def __init__(self, browser: Any, address: str, *, script: bool, width: int) -> None:  # noqa: ANN401  # playwright's
        self.address, self.has_script = address, script
        self.context = browser.new_context(java_script_enabled=script, viewport={"width": width, "height": 800})
        self.page = self.context.new_page()
        self.page.set_default_timeout(_PATIENCE_MS)
        # How far the bars were that were seen, on whatever page; stays empty where no script runs.
        self.progress: list[float] = []
        if script:
            self.page.expose_function("noteProgress", self._note_progress)
            self.page.add_init_script(_WATCH)

    def _note_progress(self, percent: float) -> None:
        self.progress.append(percent)

    def go(self, path: str) -> int:
        """Open an address of the site and return the status."""
        status: int = self.page.goto(f"{self.address}{path}").status
        return status

    def press(self, value: str) -> None:
        """Press the button that goes somewhere."""
        self.page.click(f'main button[value="{value}"]')

    def fill_in(self, values: Values) -> None:
        """Fill in fields by name, whatever kind of field each is."""
        for name, value in values.items():
            for one in [value] if isinstance(value, str) else value:
                choice = self.page.locator(f'main [name="{name}"][value="{one}"]:not([type="hidden"])')
                if choice.count():
                    choice.first.check()
                elif self.page.locator(f'main select[name="{name}"]').count():
                    self.page.select_option(f'main select[name="{name}"]', one)
                else:
                    self.page.fill(f'main [name="{name}"]:not([type="hidden"])', one)

    def read(self) -> str:
        """Read what the page says."""
        words: str = self.page.inner_text("main")
        return words

    def wait_for(self, words: str) -> None:
        """Wait until the page says this."""
        self.page.locator("main", has_text=words).wait_for()

    def leave(self) -> None:
        """Close the browser profile."""
        self.context.close()


class Phone(Visitor):
    """A reporter's phone."""

    def __init__(self, browser: Any, address: str, *, script: bool) -> None:  # noqa: ANN401  # playwright's
        super().__init__(browser, address, script=script, width=360)

    def report(self, answers: Mapping[str, Values], *, voice: Path, photo: Path) -> Receipt:
        """File a report with a recording and a photo, from the first page to the code."""
        self.go("/en/")
        self.page.click('form[action$="/report/start"] button')
        while (stem := self.page.url.rsplit("/", 1)[-1]) != "check":
            self.fill_in(answers.get(stem, {}))
            if stem == "what-happened":
                self.page.set_input_files("#spoken", voice)
            self.press("next")
            self.page.wait_for_url(lambda url, stem=stem: not url.endswith(f"/{stem}"))
        self.press("evidence")
        self.page.wait_for_url("**/evidence")
        self.page.set_input_files("#files", photo)
        self.press("add")
        self.page.locator("main .files", has_text=photo.name).wait_for()
        self.press("check")
        self.page.wait_for_url("**/check")
        assert photo.name in self.read()
        assert voice.name in self.read()
        self.press("send")
        self.page.wait_for_url("**/receipt")
        code = "".join(sign for sign in self.page.inner_text("#code") if sign.isdigit())
        reference: str = self.page.inner_text("#reference")
        self.press("done")
        return Receipt(code, reference.strip())

    def come_back(self, code: str) -> None:
        """Type the code."""
        self.go("/en/inbox")
        self.page.fill("#code", code)
        self.page.click("main form button")

    def write(self, words: str, file: Path) -> None:
        """Send a message with a file, and wait until the page says that it was sent."""
        self.page.fill("#text", words)
        self.page.set_input_files("#files", file)
        self.page.click("#message button")
        self.wait_for("You wrote to us:")

    def take_back(self) -> None:
        """Take the report back."""
        self.page.click('main a[href$="/inbox/withdraw"]')
        self.wait_for("At once, nobody here can open your report any more.")
        self.press("withdraw")
        self.wait_for("The report was taken back on")


class StaffDesk(Visitor):
    """A desk of the staff."""

    def __init__(self, browser: Any, address: str, *, script: bool) -> None:  # noqa: ANN401  # playwright's
        super().__init__(browser, address, script=script, width=1280)

    def sign_in(self, account: Mapping[str, str]) -> None:
        """Sign in."""
        self.go("/sign-in")
        code = pyotp.TOTP(account["totp_secret"]).generate_otp(int(time.time()) // 30)
        self.fill_in({"email": account["email"], "passphrase": account["passphrase"], "code": code})
        self.page.click("main form button")
        self.page.wait_for_url("**/cases")

    def clear_conflict(self) -> None:
        """Record that there is no conflict."""
        self.fill_in({"conflict_decision": "clear"})
        self.page.click("#conflict form button")
        self.page.locator("#conversation").wait_for()

    def ask(self, words: str) -> None:
        """Ask the reporter something."""
        self.fill_in({"reply_language": "en", "reply_text": words})
        self.page.check('[name="reply_is_question"]')
        self.press("send")
        self.page.locator("#conversation", has_text=words).wait_for()

    def verify_all_files(self) -> int:
        """Verify every file of the case that is open and return how many there were."""
        number: int = self.page.locator("#evidence article").count()
        for index in range(number):
            self.page.locator("#evidence article").nth(index).locator('form[action$="/verify"] button').click()
            article = self.page.locator("#evidence article").nth(index)
            article.locator("strong", has_text="Verified: same SHA-256 as on the day it came").wait_for()
        return number
