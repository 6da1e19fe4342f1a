"""docs/key-ceremony.md, walked step by step: both sites as they are served, passkeys, reports arriving."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.faults.raw_reader import RawReader
from tests.journeys.ceremony_people import Account, Person, copy_backup, read_accounts, type_command
from tests.serving import ROOT, RunningServer, find_free_port, run_server

_STEP = re.compile(r"^### (\d+)\. (.+)$", re.MULTILINE)
_COMMAND = re.compile(r"^\.venv/bin/python -m casework (.+) --data-dir /srv/testimonio$", re.MULTILINE)
PAGE = (ROOT / "docs" / "key-ceremony.md").read_text(encoding="utf-8")


@dataclass
class Arrivals:
    """Reports that arrive one after the other while something else happens."""

    port: int
    references: list[str] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)

    def send_one(self) -> None:
        """Send one report and note its reference."""
        reader = RawReader(self.port)
        try:
            reader.walk_to_story()
            answer = reader.send_story()
            if answer.status != 303:
                self.refused.append(answer.status)
                return
            self.references.append(reader.get("receipt").reference)
        finally:
            reader.close()

    @contextmanager
    def keep_coming(self) -> Iterator[None]:
        """Send without a pause until the body has ended, and one more after it."""

        def send() -> None:
            while not self._ended.is_set():
                self.send_one()

        self._ended.clear()
        sender = threading.Thread(target=send)
        sender.start()
        try:
            yield
        finally:
            self._ended.set()
            sender.join(timeout=60)
        self.send_one()


class Ceremony:
    """An office from its first minute to its second machine. Each method is one step of the document."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self.browser, self.folder = browser, folder
        self.office = folder / "office"
        self.ports = find_free_port(), find_free_port()
        self.intake = f"http://127.0.0.1:{self.ports[0]}"
        # A name, not a number: passkeys need one.
        self.casework = f"http://localhost:{self.ports[1]}"
        self.people: list[Person] = []
        self.shares: list[str] = []
        self.arrivals = Arrivals(self.ports[0])

    def sit_down(self, account: Account | None = None) -> Person:
        """Give somebody a desk."""
        person = Person(self.browser, self.casework, account)
        self.people.append(person)
        return person

    def make_the_keys(self) -> None:
        """Step 1."""
        printed = type_command(
            *("init", "--data-dir", str(self.office), "--office-name", "Prairie Legal Aid", "--site-name", "Forms"),
            *("--intake-origin", self.intake, "--casework-origin", self.casework, "--time-zone", "America/Chicago"),
            *("--exit-url", "https://weather.example/", "--office-line", "555-0100"),
            *("--office-hours", "mon-fri 09:00-17:00", "--duty-address", "1 Example Street"),
            *("--administrator-name", "Ada Admin", "--administrator-email", "ada@office.example"),
            *("--supervisor-name", "Sol Supervisor", "--supervisor-email", "sol@office.example"),
        )
        _administrator, self.supervisor_account = read_accounts(printed)
        self.fingerprint = re.findall(r"Fingerprint of the office's key: (\S+)", printed)[0]

    def check_the_installation(self) -> None:
        """Step 2: all is well, and the public site is closed still."""
        assert "All is well." in type_command("check", "--data-dir", str(self.office))
        reader = RawReader(self.ports[0])
        assert reader.post("start", {}).status == 503
        reader.close()

    def sign_in_and_add_a_passkey(self) -> None:
        """Step 3: from then on a passkey takes the code's place."""
        self.supervisor = self.sit_down(self.supervisor_account)
        self.supervisor.sign_in(by_passkey=False)
        self.supervisor.go("/office-key")
        assert self.fingerprint in self.supervisor.read()
        self.supervisor.go("/account")
        self.supervisor.page.fill("#passkey_name", "Laptop")
        self.supervisor.press("Add a passkey")
        self.supervisor.wait_for("Laptop")
        self.supervisor.sign_out()
        self.supervisor.sign_in(by_passkey=True)

    def make_the_recovery_shares(self) -> None:
        """Step 4: shown once, and the public site is open."""
        desk = self.supervisor
        desk.go("/recovery")
        desk.page.fill("#threshold", "2")
        desk.page.fill("#count", "3")
        desk.press("Make shares and show them once")
        desk.page.locator("section.share").nth(2).wait_for()
        sheets = desk.page.locator("section.share")
        self.shares = [
            " ".join(sheets.nth(number).locator("ol.words li").all_inner_texts()) for number in range(sheets.count())
        ]
        assert [len(share.split()) for share in self.shares] == [33, 33, 33]
        desk.go("/recovery")
        assert not any(share.split()[10] in desk.read().split() for share in self.shares)
        self.arrivals.send_one()
        assert len(self.arrivals.references) == 1, self.arrivals.refused

    def check_the_shares(self) -> None:
        """Step 5: on the page, and at the server."""
        desk = self.supervisor
        desk.go("/recovery/check")
        fields = desk.page.locator("main textarea")
        for number in range(fields.count()):
            fields.nth(number).fill(self.shares[number])
        desk.press("Check")
        desk.wait_for("The shares open this office.")
        printed = type_command("drill", "--data-dir", str(self.office), lines=tuple(self.shares[1:]))
        assert "The shares open this office. Nothing was changed." in printed
        assert self.fingerprint in printed

    def invite_a_colleague(self) -> None:
        """Step 6: a link, and a code apart from it."""
        desk = self.supervisor
        desk.go("/staff/invite")
        desk.page.fill("#name", "Cora Colleague")
        desk.page.fill("#email", "cora@office.example")
        desk.page.locator('[name="role"][value="attorney"]').check()
        desk.page.locator("main form button").first.click()
        desk.page.locator("#link").wait_for()
        self.link = desk.page.locator("#link").inner_text().strip()
        groups = desk.page.locator("main .code span").all_inner_texts()
        self.code = "-".join(groups)
        assert self.code not in self.link

    def the_colleague_joins(self) -> None:
        """Step 7: with a passkey alone; and they open nothing yet."""
        self.colleague = self.sit_down()
        desk = self.colleague
        desk.page.goto(self.link)
        desk.page.fill("#invitation_code", self.code)
        desk.press("Go on")
        desk.page.locator("ol.words").wait_for()
        words = " ".join(desk.page.locator("ol.words li").all_inner_texts())
        desk.press("It is on paper")
        desk.page.fill("#new_passphrase", words)
        desk.press("Go on")
        desk.page.fill("#passkey_name", "Phone")
        desk.press("Add a passkey")
        desk.wait_for("You have joined")
        self.colleague_fingerprint = "-".join(desk.page.locator("main .code span").all_inner_texts())
        desk.account = Account("cora@office.example", words)
        desk.sign_in(by_passkey=True)
        assert desk.list_references() == set()

    def give_the_colleague_their_key(self) -> None:
        """Step 8: another fingerprint is refused, the one that was read aloud is taken."""
        desk = self.supervisor
        desk.go("/staff")
        desk.page.locator('main a[href$="/key"]').first.click()
        desk.page.fill("#fingerprint", "AAAA-BBBB-CCCC-DDDD")
        desk.press("Compare, and give the key")
        desk.page.locator(".error-summary").wait_for()
        assert self.colleague.list_references() == set()
        desk.page.fill("#fingerprint", self.colleague_fingerprint)
        desk.press("Compare, and give the key")
        desk.page.wait_for_url(lambda address: not urlsplit(address).path.endswith("/key"))
        assert self.colleague.list_references() == set(self.arrivals.references)

    def keep_the_ledgers_head_outside(self) -> None:
        """Step 9: and the chain, with everything that came after, contains it."""
        head = self.folder / "head.txt"
        head.write_text(type_command("ledger", "verify", "--data-dir", str(self.office)), encoding="ascii")
        type_command("ledger", "verify", "--data-dir", str(self.office), "--head", str(head))

    def wall_somebody_off(self) -> None:
        """Step 10: for the colleague there is no such case any more, in the session that is open."""
        self.walled = self.arrivals.references[0]
        form = self.supervisor.open_access(self.walled, "wall")
        form.locator("select").select_option(label="Cora Colleague")
        form.locator("textarea").fill("Cora acted for the deputy")
        form.locator("button").click()
        self.supervisor.wait_for("Restricted to these people")
        assert self.colleague.list_references() == set()
        assert self.colleague.go(f"/cases/{self.walled}") == 404
        assert self.supervisor.go(f"/cases/{self.walled}") == 200

    def make_a_new_office_key(self) -> None:
        """Step 11: while reports keep arriving; none is refused, and both find all of theirs."""
        with self.arrivals.keep_coming():
            for _time in range(2):
                self.supervisor.go("/office-key")
                self.supervisor.page.locator('[name="reason"][value="planned"]').check()
                self.supervisor.press("Make a new key")
                self.supervisor.wait_for("A new office key is made.")
        assert self.fingerprint not in self.supervisor.read()
        assert self.arrivals.refused == []
        assert len(self.arrivals.references) > 3
        assert self.supervisor.list_references() == set(self.arrivals.references)
        assert self.colleague.list_references() == set(self.arrivals.references) - {self.walled}
        newest = self.arrivals.references[-1]
        assert self.colleague.go(f"/cases/{newest}") == 200

    def recover_on_a_new_machine(self) -> None:
        """Step 12: with the shares from before both new keys, on a folder that has nothing but the backup."""
        second = self.folder / "second"
        copy_backup(self.office, second)
        printed = type_command(
            *("recover", "--data-dir", str(second), "--restricted", "--visible", "--name", "Rae Recoverer"),
            *("--email", "rae@office.example", "--intake-origin", self.intake, "--casework-origin", self.casework),
            lines=(*self.shares[:2], "same"),
        )
        (account,) = read_accounts(printed)
        assert self.walled in printed
        head = ("--head", str(self.folder / "head.txt"))
        type_command("ledger", "verify", "--data-dir", str(second), *head)
        with serve(second, self.ports):
            recoverer = self.sit_down(account)
            recoverer.sign_in(by_passkey=False)
            assert recoverer.list_references() == set(self.arrivals.references)
            for reference in (self.walled, self.arrivals.references[-1]):
                assert recoverer.go(f"/cases/{reference}") == 200
            self.arrivals.send_one()
            assert self.arrivals.references[-1] in recoverer.list_references()

    def close(self) -> None:
        """Close every desk."""
        for person in self.people:
            person.close()


@contextmanager
def serve(office: Path, ports: tuple[int, int]) -> Iterator[RunningServer]:
    """Serve an office on these ports."""
    with run_server(office, is_demo=False, ports=ports) as server:
        yield server


STEPS = {
    "Make the keys": Ceremony.make_the_keys,
    "Check the installation": Ceremony.check_the_installation,
    "Sign in, and add a passkey": Ceremony.sign_in_and_add_a_passkey,
    "Make the recovery shares": Ceremony.make_the_recovery_shares,
    "Check the shares": Ceremony.check_the_shares,
    "Invite a colleague": Ceremony.invite_a_colleague,
    "The colleague joins": Ceremony.the_colleague_joins,
    "Give the colleague their key": Ceremony.give_the_colleague_their_key,
    "Keep the ledger's head outside": Ceremony.keep_the_ledgers_head_outside,
    "Wall somebody off": Ceremony.wall_somebody_off,
    "Make a new office key": Ceremony.make_a_new_office_key,
    "Recover on a new machine": Ceremony.recover_on_a_new_machine,
}
SERVED_FROM, SERVED_TO = "Check the installation", "Make a new office key"


def test_the_document_has_these_steps() -> None:
    """The document numbers the steps that are walked here, in this order, and its commands are those typed here."""
    found = _STEP.findall(PAGE)
    assert [int(number) for number, _title in found] == list(range(1, len(STEPS) + 1))
    assert [title for _number, title in found] == list(STEPS)
    assert _COMMAND.findall(PAGE) == ["init", "check", "drill", "ledger verify", "recover"]


@pytest.mark.timeout(300)  # two servers, two rotations, a recovery
@pytest.mark.browser
def test_the_ceremony_as_the_document_has_it(browser: Browser, tmp_path: Path) -> None:
    """From an empty folder to an office with a wall and a third key, and onto a second machine by the first shares."""
    ceremony = Ceremony(browser, tmp_path)
    names = list(STEPS)
    try:
        STEPS[names[0]](ceremony)
        with serve(ceremony.office, ceremony.ports):
            for name in names[names.index(SERVED_FROM) : names.index(SERVED_TO) + 1]:
                STEPS[name](ceremony)
        STEPS[names[-1]](ceremony)
    finally:
        ceremony.close()
