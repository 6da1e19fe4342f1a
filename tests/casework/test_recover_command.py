"""What is typed for recovery: a backup and the shares make a working office on a new machine; drills change nothing."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from casework.__main__ import main
from casework.access_changes import wall_person
from casework.app import create_app
from casework.ceremony import read_settings_file
from casework.opening import open_case
from casework.permissions import Role
from casework.recovery import ShareSet
from casework.rotating import rotate_office_key
from casework.vouching import ACCESS_EVENT
from models import tables
from models.engine import create_engine, read
from tests.casework.desks import open_supervisor, sit_down
from tests.casework.filing import Filing
from tests.casework.staff_office import StaffOffice
from tests.casework.test_commands import type_answers
from tests.casework.test_recovery import list_rows, make_shares, restrict
from tests.conftest import DatabaseUrls
from tests.page_client import PageClient
from tests.postgres import read_engine_name
from vault.keyslots import CHEAPEST
from vault.signing import fingerprint_key
from web.config import CaseworkConfig, IntakeConfig, read_config

pyotp = pytest.importorskip("pyotp")


@pytest.fixture
def engine(staff_office: StaffOffice) -> Iterator[Engine]:
    """The database with the staff site's rights."""
    engine = create_engine(staff_office.ceremony.casework.engine_url)
    yield engine
    engine.dispose()


@pytest.fixture
def early(engine: Engine, staff_office: StaffOffice) -> Iterator[Filing]:
    """A way to file reports with the first key."""
    filing = Filing(engine, staff_office.ceremony.intake)
    yield filing
    filing.intake_engine.dispose()


class NewMachine:
    """A folder with a copy of the database and nothing else; on PostgreSQL the same server stands for the copy."""

    def __init__(self, folder: Path, urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        folder.mkdir()
        self.arguments = ["recover", "--data-dir", f"{folder}"]
        self.databases = ["", ""]
        if read_engine_name() == "sqlite":
            source = sqlite3.connect(urls.owner.removeprefix("sqlite:///"))
            copy = sqlite3.connect(folder / "testimonio.sqlite3")
            source.backup(copy)
            source.close()
            copy.close()
            monkeypatch.delenv("DATABASE_URL", raising=False)
            self.owner_url = f"sqlite:///{folder / 'testimonio.sqlite3'}"
        else:
            monkeypatch.setenv("DATABASE_URL", urls.owner)
            self.databases = [urls.intake, urls.casework]
            self.owner_url = urls.owner

    def list_answers(self, shares: list[str], *, email: str = "nia@office.example") -> list[str]:
        """What somebody types: shares, that the fingerprint is the same, addresses, name and e-mail."""
        addresses = ["https://forms.example.org", "https://desk.example.org"]
        asked = [text for pair in zip(addresses, self.databases, strict=True) for text in pair]
        return [*shares, "same", *asked, "Nia Nueva", email]

    def read_account(self, told: str) -> dict[str, str]:
        """The account as it was printed."""
        found = re.findall(r"^  (e-mail|passphrase|code secret) +(.*)$", told, re.MULTILINE)
        return {name: text.strip() for name, text in found}

    def sign_in(self, account: dict[str, str]) -> PageClient:
        """Sign in at the staff site as the new machine's settings make it."""
        config = read_config(CaseworkConfig, read_settings_file(self.folder / "config" / "casework.env"))
        assert config.origin == "https://desk.example.org"
        self.app = create_app(config, cost=CHEAPEST)
        reader = PageClient(self.app.test_client(), origin=config.origin)
        reader.client.environ_base["wsgi.url_scheme"] = "https"
        values = {
            "email": account["e-mail"],
            "passphrase": account["passphrase"],
            "code": pyotp.TOTP(account["code secret"]).now(),
        }
        page = reader.submit(reader.get("/sign-in"), values, action="/sign-in")
        assert page.status == 200, page.words
        return reader


@pytest.fixture
def machine(
    staff_office: StaffOffice,
    early: Filing,
    engine: Engine,
    database_urls: DatabaseUrls,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[NewMachine, ShareSet, dict[str, str]]:
    """A new machine with a backup of an office that has three cases, one of them restricted, and a key made since."""
    references = {name: early.file() for name in ("open", "mine", "theirs")}
    restrict(engine, references["mine"], staff_office, Role.SUPERVISING_ATTORNEY)
    restrict(engine, references["theirs"], staff_office, Role.ATTORNEY)
    shares = make_shares(engine, staff_office)
    rotate_office_key(engine, staff_office.ceremony.casework, open_supervisor(engine, staff_office))
    machine = NewMachine(tmp_path / "new", database_urls, monkeypatch)
    return machine, shares, {name: case.reference for name, case in references.items()}


Machine = tuple[NewMachine, ShareSet, dict[str, str]]


def test_backup_and_shares_become_a_working_office(
    machine: Machine, staff_office: StaffOffice, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Shares from before a new office key: both sites' settings come back, and a new person signs in and reads."""
    new, shares, references = machine
    misspelt = shares.shares[0].replace(shares.shares[0].split()[11], "notaword", 1)
    answers = [misspelt, shares.shares[0], shares.shares[0], shares.shares[2]]
    type_answers(monkeypatch, *new.list_answers(answers))
    assert main(new.arguments) == 0
    told = capsys.readouterr()
    assert "Word 12" in told.err
    assert "again" in told.err
    assert fingerprint_key(staff_office.ceremony.casework.office_verify_key) in told.out
    assert not any(share in told.out + told.err for share in shares.shares)
    intake = read_config(IntakeConfig, read_settings_file(new.folder / "config" / "intake.env"))
    assert (intake.receipt_salt, intake.signing_key) == (
        staff_office.ceremony.intake.receipt_salt,
        staff_office.ceremony.intake.signing_key,
    )
    assert intake.data_dir == new.folder
    reader = new.sign_in(new.read_account(told.out))
    assert reader.get(f"/cases/{references['open']}").status == 200
    assert reader.get(f"/cases/{references['mine']}").status == 404
    new.app.extensions["engine"].dispose()
    assert main(["check", "--data-dir", f"{new.folder}"]) == 0
    assert main(["ledger", "verify", "--data-dir", f"{new.folder}"]) == 0


def test_restricted_cases_come_back_only_when_asked_for(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --restricted the person opens the restricted cases that are on the paper, and each stands in the ledger."""
    new, shares, references = machine
    type_answers(monkeypatch, *new.list_answers(list(shares.shares[1:])))
    assert main([*new.arguments, "--restricted"]) == 0
    told = capsys.readouterr().out
    assert f"opened to you: {references['mine']}." in told
    assert f"stay shut: {references['theirs']}." in told
    reader = new.sign_in(new.read_account(told))
    assert reader.get(f"/cases/{references['mine']}").status == 200
    assert reader.get(f"/cases/{references['theirs']}").status == 404  # its maker could not open it
    engine = create_engine(new.owner_url)
    with read(engine) as connection:
        entries = connection.execute(select(tables.ledger_entries.c.kind)).scalars().all()
    engine.dispose()
    assert entries.count(ACCESS_EVENT) == 3  # restricted twice, given once
    assert entries.count("office:recovered") == 1
    new.app.extensions["engine"].dispose()


def test_a_wall_holds_through_recovery(
    engine: Engine,
    early: Filing,
    staff_office: StaffOffice,
    database_urls: DatabaseUrls,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Somebody who is walled off from a case does not get it by recovering the office, although the paper opens it."""
    shares = make_shares(engine, staff_office)
    reference = early.file().reference
    walled = staff_office.accounts[Role.INTAKE]
    supervisor = sit_down(engine, staff_office, Role.SUPERVISING_ATTORNEY)
    granter = open_supervisor(engine, staff_office)
    wall_person(supervisor, granter, open_case(supervisor, reference), walled.staff_id, "Their cousin")
    new = NewMachine(tmp_path / "new", database_urls, monkeypatch)
    type_answers(monkeypatch, *new.list_answers(list(shares.shares[:2]), email=walled.person.email))
    assert main([*new.arguments, "--restricted"]) == 0
    told = capsys.readouterr().out
    assert f"stay shut: {reference}." in told
    reader = new.sign_in(new.read_account(told))
    assert reader.get(f"/cases/{reference}").status == 404
    new.app.extensions["engine"].dispose()


def test_an_account_that_is_known_is_made_anew(
    machine: Machine, staff_office: StaffOffice, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever recovers under their old e-mail address gets that account with a new passphrase; the old one is over."""
    new, shares, references = machine
    known = staff_office.accounts[Role.SUPERVISING_ATTORNEY]
    type_answers(monkeypatch, *new.list_answers(list(shares.shares[:2]), email=known.person.email.upper()))
    assert main(new.arguments) == 0
    account = new.read_account(capsys.readouterr().out)
    assert account["e-mail"] == known.person.email
    assert account["passphrase"] != known.passphrase
    reader = new.sign_in(account)
    assert reader.get(f"/cases/{references['open']}").status == 200
    engine = create_engine(new.owner_url)
    with read(engine) as connection:
        (row,) = connection.execute(select(tables.staff).where(tables.staff.c.email == known.person.email)).all()
    engine.dispose()
    assert row.id == known.staff_id
    new.app.extensions["engine"].dispose()


def test_another_offices_fingerprint_stops_it(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unless somebody says that the fingerprint is the one on the paper, nothing is made."""
    new, shares, _references = machine
    before = list_rows(new.owner_url)
    type_answers(monkeypatch, *shares.shares[:2], "no")
    assert main(new.arguments) == 1
    assert "Nothing was made" in capsys.readouterr().err
    assert not (new.folder / "config").exists()
    assert list_rows(new.owner_url) == before


def test_it_is_for_a_machine_without_an_office(
    staff_office: StaffOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder that has settings is refused, and so is one without a backup."""
    assert staff_office.accounts
    monkeypatch.delenv("DATABASE_URL", raising=False)
    shutil.copytree(tmp_path / "office" / "config", tmp_path / "has-office" / "config")
    (tmp_path / "has-office" / "testimonio.sqlite3").touch()
    assert main(["recover", "--data-dir", f"{tmp_path / 'has-office'}"]) == 1
    assert "settings already" in capsys.readouterr().err
    assert main(["recover", "--data-dir", f"{tmp_path / 'nothing'}"]) == 1
    assert "put the backup there" in capsys.readouterr().err


def test_a_drill_proves_shares_and_leaves_every_row(
    engine: Engine,
    early: Filing,
    staff_office: StaffOffice,
    owner_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The drill says what the shares open, and refuses those that others replaced; the database stays as it was."""
    early.file()
    first = make_shares(engine, staff_office)
    second = make_shares(engine, staff_office, replaces=first.recovery_key_id)
    before = list_rows(owner_url)
    command = ["drill", "--data-dir", f"{tmp_path / 'office'}"]
    type_answers(monkeypatch, *second.shares[:2])
    assert main(command) == 0
    told = capsys.readouterr().out
    assert staff_office.ceremony.office_fingerprint in told
    assert "a case of the office opened     yes" in told
    type_answers(monkeypatch, *first.shares[:2])
    assert main(command) == 1
    assert "Other shares took the place" in capsys.readouterr().err
    type_answers(monkeypatch, first.shares[0], second.shares[1])
    assert main(command) == 1
    assert "another set" in capsys.readouterr().err
    assert list_rows(owner_url) == before


def test_settings_can_be_stored_again(
    engine: Engine,
    staff_office: StaffOffice,
    database_urls: DatabaseUrls,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A setting that was changed in its file is the one that recovery brings back, once it was stored."""
    path = tmp_path / "office" / "config" / "intake.env"
    path.write_text(path.read_text(encoding="utf-8").replace("555-0100", "555-0199"), encoding="utf-8")
    supervisor = staff_office.accounts[Role.SUPERVISING_ATTORNEY]
    code = staff_office.make_code(Role.SUPERVISING_ATTORNEY)
    type_answers(monkeypatch, supervisor.person.email, supervisor.passphrase, code)
    assert main(["store-settings", "--data-dir", f"{tmp_path / 'office'}"]) == 0
    shares = make_shares(engine, staff_office)
    new = NewMachine(tmp_path / "new", database_urls, monkeypatch)
    type_answers(monkeypatch, *new.list_answers(list(shares.shares[:2])))
    assert main(new.arguments) == 0
    assert "555-0199" in (new.folder / "config" / "intake.env").read_text(encoding="utf-8")
    assert capsys.readouterr().err == ""


def test_sealed_settings_open_with_the_signing_key_alone(
    engine: Engine, early: Filing, staff_office: StaffOffice
) -> None:
    """Who holds the office identity without the signing key cannot read the sites' secrets."""
    assert open_case(sit_down(engine, staff_office, Role.ATTORNEY), early.file().reference).report is not None
    secret = staff_office.ceremony.intake.signing_key
    with read(engine) as connection:
        rows = connection.execute(select(tables.site_settings)).all()
    assert {row.site for row in rows} == {"intake", "casework"}
    assert all(secret not in row.sealed and secret.hex().encode() not in row.sealed for row in rows)
