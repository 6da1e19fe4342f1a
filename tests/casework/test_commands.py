"""What is typed: init, add-staff, ledger verify, check."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from casework.__main__ import main
from casework.permissions import Role
from models import tables
from models.engine import create_engine, write
from tests.casework.staff_office import StaffOffice
from tests.conftest import DatabaseUrls
from web.database import open_engine


def type_answers(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    """Have these lines typed."""
    lines = iter(answers)
    monkeypatch.setattr("builtins.input", lambda _question: next(lines))


def list_arguments(urls: DatabaseUrls, folder: Path) -> list[str]:
    """Everything that the ceremony asks for, on the command line."""
    return [
        *("init", "--data-dir", f"{folder}", "--office-name", "Prairie Legal Aid", "--site-name", "Forms"),
        *("--intake-origin", "http://localhost", "--casework-origin", "http://localhost"),
        *("--time-zone", "America/Chicago", "--exit-url", "https://weather.example/"),
        *("--office-line", "555-0100", "--office-hours", "mon-fri 09:00-17:00", "--duty-address", "1 Example Street"),
        *("--database-url", urls.owner, "--intake-database-url", urls.intake),
        *("--casework-database-url", urls.casework),
    ]


def test_init_asks_for_what_is_missing(
    database_urls: DatabaseUrls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The ceremony asks for names and addresses, tells two accounts once, and leaves an office that checks out."""
    type_answers(monkeypatch, "", "Ada", "ada@office.example", "", "Sol", "sol@office.example")
    folder = tmp_path / "office"
    assert main(list_arguments(database_urls, folder)) == 0
    told = capsys.readouterr().out
    assert told.count("passphrase   ") == told.count("code secret  ") == 2
    assert main(["check", "--data-dir", f"{folder}"]) == 0
    assert main([*list_arguments(database_urls, folder), *answers_given()]) == 1
    assert "never made twice" in capsys.readouterr().err


def answers_given() -> list[str]:
    """The two people on the command line."""
    return [
        *("--administrator-name", "Ada", "--administrator-email", "ada@office.example"),
        *("--supervisor-name", "Sol", "--supervisor-email", "sol@office.example"),
    ]


def test_wrong_settings_are_all_named(
    database_urls: DatabaseUrls, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Settings that cannot be used are named together, without their values."""
    arguments = [*list_arguments(database_urls, tmp_path / "office"), *answers_given()]
    arguments += ["--time-zone", "Mars/Olympus", "--exit-url", "nonsense"]
    assert main(arguments) == 1
    told = capsys.readouterr().err
    assert "TESTIMONIO_TIME_ZONE" in told
    assert "TESTIMONIO_EXIT_URL" in told
    assert "Olympus" not in told


def test_add_staff_is_for_granters(
    staff_office: StaffOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A supervising attorney who signs in at the terminal adds a person; anybody else is refused in plain words."""
    new = ["add-staff", "--data-dir", f"{tmp_path / 'office'}"]
    person = ("attorney", "Ines", "ines@office.example")
    supervisor, attorney = staff_office.accounts[Role.SUPERVISING_ATTORNEY], staff_office.accounts[Role.ATTORNEY]
    code = staff_office.make_code(Role.ATTORNEY)
    type_answers(monkeypatch, *person, attorney.person.email, attorney.passphrase, code)
    assert main(new) == 1
    assert "may not give access" in capsys.readouterr().err
    type_answers(monkeypatch, *person, supervisor.person.email, "wrong", "000000")
    assert main(new) == 1
    assert "did not match" in capsys.readouterr().err
    code = staff_office.make_code(Role.SUPERVISING_ATTORNEY)
    type_answers(monkeypatch, *person, supervisor.person.email, supervisor.passphrase, code)
    assert main(new) == 0
    told = capsys.readouterr().out
    assert "Ines, attorney" in told
    assert "passphrase   " in told
    engine = open_engine(staff_office.ceremony.casework)
    with write(engine) as connection:
        assert connection.execute(select(tables.sessions)).all() == []
    engine.dispose()


def test_ledger_verifies_and_contains_its_own_head(
    staff_office: StaffOffice, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An untouched ledger verifies; the heads it prints, kept outside, verify against it later."""
    command = ["ledger", "verify", "--data-dir", f"{tmp_path / 'office'}"]
    assert staff_office.accounts
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("casework 7 ")
    kept = tmp_path / "heads"
    kept.write_text(printed, encoding="ascii")
    assert main([*command, "--head", f"{kept}"]) == 0
    kept.write_text(f"casework 7 {'ab' * 32}\n", encoding="ascii")
    assert main([*command, "--head", f"{kept}"]) == 1
    assert "casework: rolled back. Entry 7 is not the one of the head kept outside" in capsys.readouterr().err
    kept.write_text(printed.replace("casework 7 ", "casework 8 "), encoding="ascii")
    assert main([*command, "--head", f"{kept}"]) == 1
    assert "casework: cut off. The head kept outside is entry 8, and the chain ends" in capsys.readouterr().err
    kept.write_text("nonsense", encoding="ascii")
    assert main([*command, "--head", f"{kept}"]) == 1


@pytest.mark.parametrize("harm", ["change", "remove", "cut", "resign"])
def test_harmed_ledger_does_not_verify(
    staff_office: StaffOffice, owner_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], harm: str
) -> None:
    """An entry that was changed, removed, cut off or signed by somebody else is found and named."""
    assert staff_office.accounts
    entries = tables.ledger_entries
    statements = {
        "change": update(entries).where(entries.c.sequence == 2).values(entry="{}"),
        "remove": delete(entries).where(entries.c.sequence == 2),
        "cut": delete(entries).where(entries.c.sequence == 5),
        "resign": update(entries).where(entries.c.sequence == 2).values(signature=bytes(64)),
    }
    engine = create_engine(owner_url)
    with write(engine) as connection:
        connection.execute(statements[harm])
    engine.dispose()
    assert main(["ledger", "verify", "--data-dir", f"{tmp_path / 'office'}"]) == 1
    assert "BROKEN casework" in capsys.readouterr().err


def test_check_finds_a_foreign_office_key(
    staff_office: StaffOffice, owner_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A recipient that somebody put in the place of the office's is noticed before a report is sealed to it."""
    assert staff_office.accounts
    engine = create_engine(owner_url)
    with write(engine) as connection:
        connection.execute(update(tables.office_keys).values(recipient_signature=bytes(64)))
    engine.dispose()
    assert main(["check", "--data-dir", f"{tmp_path / 'office'}"]) == 1
    assert "not signed by this office" in capsys.readouterr().err


def test_check_needs_an_office(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without an office is named as that."""
    assert main(["check", "--data-dir", f"{tmp_path}"]) == 1
    assert "casework.env" in capsys.readouterr().err


def test_check_needs_the_newest_schema(staff_office: StaffOffice, tmp_path: Path) -> None:
    """An empty database is not taken for a migrated one."""
    text = (tmp_path / "office" / "config" / "casework.env").read_text(encoding="utf-8")
    folder = tmp_path / "empty" / "config"
    folder.mkdir(parents=True)
    assert staff_office.accounts
    lines = [line for line in text.splitlines() if not line.startswith("DATABASE_URL")]
    lines.append(f"DATABASE_URL=sqlite:///{tmp_path / 'empty.sqlite3'}")
    (folder / "casework.env").write_text("\n".join(lines), encoding="utf-8")
    assert main(["check", "--data-dir", f"{tmp_path / 'empty'}"]) == 1


def test_what_is_stored_is_compared_in_the_terminal(
    staff_office: StaffOffice, owner_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --stored an account that was changed past the site is named although both chains hold."""
    command = ["ledger", "verify", "--stored", "--data-dir", f"{tmp_path / 'office'}"]
    assert main(command) == 0
    engine = create_engine(owner_url)
    staff_id = staff_office.accounts[Role.INTAKE].staff_id
    with write(engine) as connection:
        connection.execute(update(tables.staff).where(tables.staff.c.id == staff_id).values(role="attorney"))
    engine.dispose()
    capsys.readouterr()
    assert main(command) == 1
    told = capsys.readouterr()
    assert "STORED The account of intake person is not as the ledger recorded it last." in told.err
    assert "BROKEN" not in told.err
