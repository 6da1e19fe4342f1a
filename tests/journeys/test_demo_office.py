"""The demo office, as `python -m demo` makes it: every report opens, the queue is alive, and every page says DEMO."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import bagit
import pyotp
import pytest
from sqlalchemy import Engine

import casework.app
import intake.app
from casework.bundles import BundleOptions, write_bundle
from casework.case_files import build_case_file
from casework.caseworker import Caseworker
from casework.ceremony import read_settings_file
from casework.ledger_writing import find_verify_keys, make_signature_check
from casework.opening import ConflictState, OpenedCase, open_case
from casework.permissions import Role
from casework.sessions import StaffSession
from casework.signing_in import SignInDesk
from demo.agencies import AGENCIES
from demo.office import ACCOUNTS, NotADemoError, make_demo_office
from demo.reports.collection import REPORTS
from demo.reports.report import find_filed_on, list_values
from demo.timeline import TIME_ZONE
from exports.bundles.schema import SCHEMA_FILE
from exports.case_file import Variant
from exports.redaction.redacting import redact
from models import ledger
from models.agencies import list_agencies
from models.blobs import FolderStore
from models.cases import CaseFilter, Status, list_cards
from models.county_agencies import list_events
from models.engine import read
from models.questionnaire.pages import PAGES
from tests.exports.json_schema import check_schema
from tests.page_client import PageClient
from web import clock
from web.config import CaseworkConfig, IntakeConfig, read_config
from web.database import open_engine


@dataclass(frozen=True)
class DemoOffice:
    """The office's folder, both sites' configuration, everybody's session, and every case as opened."""

    data_dir: Path
    intake: IntakeConfig
    casework: CaseworkConfig
    engine: Engine
    sessions: dict[str, StaffSession]
    cases: tuple[OpenedCase, ...]
    made_on: date

    @property
    def by_story(self) -> dict[str, list[OpenedCase]]:
        """The cases by the text of their story."""
        found: dict[str, list[OpenedCase]] = {}
        for case in self.cases:
            assert case.report is not None
            found.setdefault(str(case.report.values["what_happened"]), []).append(case)
        return found


def _read_sites(data_dir: Path) -> tuple[IntakeConfig, CaseworkConfig]:
    folder = data_dir / "config"
    return (
        read_config(IntakeConfig, read_settings_file(folder / "intake.env")),
        read_config(CaseworkConfig, read_settings_file(folder / "casework.env")),
    )


def _sign_everybody_in(engine: Engine, config: CaseworkConfig, accounts: list[dict[str, str]]) -> list[StaffSession]:
    desk = SignInDesk(engine, config)
    sessions = []
    for account in accounts:
        code = pyotp.TOTP(account["totp_secret"]).at(clock.now())
        session = desk.sign_in(account["email"], account["passphrase"], code, source="127.0.0.1").session
        assert session is not None
        sessions.append(session)
    return sessions


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoOffice]:
    """A demo office, made in a folder where an earlier try was interrupted half way."""
    data_dir = tmp_path_factory.mktemp("demo") / "office"
    (data_dir / "config").mkdir(parents=True)
    (data_dir / "unfinished-demo").touch()
    (data_dir / "config" / "intake.env").write_text("TESTIMONIO_OFFICE_NAME=Half an office\n", encoding="utf-8")
    (data_dir / "testimonio.sqlite3").write_bytes(b"not a database")
    made_on = clock.today(TIME_ZONE)
    assert make_demo_office(data_dir)
    intake_config, casework_config = _read_sites(data_dir)
    engine = open_engine(casework_config)
    accounts = json.loads((data_dir / ACCOUNTS).read_text(encoding="utf-8"))
    sessions = {session.email: session for session in _sign_everybody_in(engine, casework_config, accounts)}
    supervisor = next(each for each in sessions.values() if each.role is Role.SUPERVISING_ATTORNEY)
    caseworker = Caseworker(engine, casework_config, supervisor)
    with read(engine) as connection:
        rows = list_cards(connection, CaseFilter(supervisor.staff_id, supervisor.holder_ids))
    cases = tuple(open_case(caseworker, row.reference) for row in rows)
    yield DemoOffice(data_dir, intake_config, casework_config, engine, sessions, cases, made_on)
    engine.dispose()


def test_every_report_opens_as_it_was_typed(office: DemoOffice) -> None:
    """Each fictional report lies there once, vouched for, with every answer as its reporter gave it."""
    assert len(office.cases) == len(REPORTS)
    assert all(case.is_report_vouched and case.is_card_vouched and case.card for case in office.cases)
    open_ends = (["not_sure"], ["prefer_not_to_say"], "not_sure", "prefer_not_to_say")
    expected = Counter(
        json.dumps({key: value for key, value in values.items() if value and value not in open_ends}, sort_keys=True)
        for values in (list_values(report, office.made_on) for report in REPORTS)
    )
    stored = Counter(json.dumps(case.report.values, sort_keys=True) for case in office.cases if case.report)
    assert stored == expected


def test_dates_of_receipt_count_back_from_today(office: DemoOffice) -> None:
    """A report of some days ago was received on that day, and nothing was received or done in the future."""
    for report in REPORTS:
        if report.days_ago:
            days = {case.row.received_on for case in office.by_story[str(report.values["what_happened"])]}
            assert find_filed_on(report, office.made_on) in days, report.key
    assert all(item.at <= clock.now() for case in office.cases for item in case.items)


def test_the_queue_is_alive(office: DemoOffice) -> None:
    """Cases of every outcome, one conflict, three doubtful, one duplicate, and an urgent one that nobody opened."""
    assert {case.row.status for case in office.cases} == {status.value for status in Status}
    marks = Counter(mark for case in office.cases for mark in case.marks)
    assert marks == {"doubtful": 3, "duplicate": 1}
    assert [case.row.status for case in office.cases if case.conflict is ConflictState.CONFLICT] == ["referred"]
    untouched = [case for case in office.cases if not case.items]
    assert any(case.card and "child_alone" in case.card.urgent for case in untouched)
    assert any(case.list_items("translation") for case in office.cases)
    assert any(case.list_items("deadlines") for case in office.cases)


def test_what_was_done_is_vouched_for(office: DemoOffice) -> None:
    """Both chains of the ledger hold, and every recorded item is the one that the ledger names."""
    with read(office.engine) as connection:
        for site, key in find_verify_keys(office.casework).items():
            assert ledger.verify(connection, site, make_signature_check(key)) >= len(REPORTS)
    assert all(item.is_vouched and item.has_opened for case in office.cases for item in case.items)


def test_every_case_makes_a_valid_bundle_in_every_copy(office: DemoOffice, tmp_path: Path) -> None:
    """Each case whose story may be read becomes a bag that the reference program accepts, and data after its schema."""
    supervisor = next(each for each in office.sessions.values() if each.role is Role.SUPERVISING_ATTORNEY)
    caseworker = Caseworker(office.engine, office.casework, supervisor)
    store, schema = FolderStore(tmp_path / "none"), json.loads(SCHEMA_FILE.read_bytes())
    readable = [case for case in office.cases if case.conflict and case.may_read_story]
    assert len(readable) >= 10
    for case, variant in itertools.product(readable, Variant):
        production = redact(build_case_file(caseworker, case), variant)
        sink = io.BytesIO()
        write_bundle(sink, caseworker, store, case, production, (), BundleOptions())
        folder = tmp_path / f"{case.reference}-{variant.value}"
        with zipfile.ZipFile(sink) as archive:
            archive.extractall(folder)
        (bag,) = folder.iterdir()
        bagit.Bag(f"{bag}").validate()
        check_schema(json.loads((bag / "data" / "case.json").read_bytes()), schema)


def test_seven_people_can_sign_in(office: DemoOffice) -> None:
    """The accounts file names seven accounts that work; only the legal staff hold the office identity."""
    roles = Counter(session.role for session in office.sessions.values())
    assert roles == {
        Role.ADMINISTRATOR: 1,
        Role.SUPERVISING_ATTORNEY: 2,
        Role.ATTORNEY: 1,
        Role.INTAKE: 2,
        Role.ANALYST: 1,
    }
    for session in office.sessions.values():
        assert bool(session.office_identities) is (session.role not in {Role.ADMINISTRATOR, Role.ANALYST})
    assert (office.data_dir / ACCOUNTS).stat().st_mode & 0o777 == 0o600


def test_the_directory_holds_the_invented_agencies(office: DemoOffice) -> None:
    """The five agencies stand in the directory, with counties that no real list has, and say that they are invented."""
    with read(office.engine) as connection:
        rows = [row for row in list_agencies(connection) if row.ori.startswith("ZZ9")]
    assert {row.name for row in rows} == {agency.name for agency in AGENCIES}
    assert all(row.county_fips[2] == "9" for row in rows)
    assert all("Invented" in row.source for row in rows)


def test_the_directory_holds_the_facts_that_ship(office: DemoOffice) -> None:
    """Real agencies' published facts stand beside the invented ones, for the public pages."""
    with read(office.engine) as connection:
        (dakota,) = [row for row in list_agencies(connection, "NE") if row.name.startswith("Dakota")]
        assert dakota.county_fips == "31043"
        assert len(list_events(connection, [dakota.id])[dakota.id]) == 12


def test_a_second_start_changes_nothing(office: DemoOffice) -> None:
    """Where there is a demo office, none is made."""
    before = (office.data_dir / ACCOUNTS).read_bytes()
    assert not make_demo_office(office.data_dir)
    assert (office.data_dir / ACCOUNTS).read_bytes() == before


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    """A folder that is not a demo office, whole or half made, is refused and kept as it is."""
    (tmp_path / "letters.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(NotADemoError):
        make_demo_office(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_of_the_public_site_says_demo(office: DemoOffice, language: str) -> None:
    """No page of the public site can be taken for a real office's."""
    app = intake.app.create_app(office.intake)
    reader = PageClient(app.test_client(), office.intake.origin)
    start = reader.get(f"/{language}/")
    reader.submit(start, {}, action="/report/start")
    fills = {"lang": language}
    addresses = [page.stem.replace("_", "-") for page in PAGES]
    seen = 0
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in {"static", "healthz"}:
            continue
        for address in addresses if "address" in rule.arguments else [""]:
            wanted = {name: fills.get(name, address) for name in rule.arguments}
            path = app.url_map.bind("localhost").build(rule.endpoint, wanted)
            assert "DEMO" in reader.get(path).text, path
            seen += 1
    assert "DEMO" in reader.get("/no-such-page").text
    assert seen > len(addresses)
    app.extensions["engine"].dispose()


def test_every_page_of_the_staff_site_says_demo(office: DemoOffice) -> None:
    """No page of the staff site can be taken for a real office's."""
    app = casework.app.create_app(office.casework)
    accounts = json.loads((office.data_dir / ACCOUNTS).read_text(encoding="utf-8"))
    account = next(each for each in accounts if each["role"] == "supervising_attorney")
    reader = PageClient(app.test_client(), office.casework.origin)
    entrance = reader.get("/sign-in")
    assert "DEMO" in entrance.text
    # A code is good for one sign-in; the next one is accepted half a minute early.
    code = pyotp.TOTP(account["totp_secret"]).at(clock.now() + timedelta(seconds=30))
    values = {"email": account["email"], "passphrase": account["passphrase"], "code": code}
    assert reader.submit(entrance, values, action="/sign-in").path == "/cases"
    paths = ["/no-such-page"]
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in {"static", "healthz"}:
            continue
        if rule.arguments - {"reference"}:
            continue  # a file that somebody handed in, or a picture of it: no page of ours
        for case in office.cases if rule.arguments else office.cases[:1]:
            wanted = dict.fromkeys(rule.arguments, case.reference)
            paths.append(app.url_map.bind("localhost").build(rule.endpoint, wanted))
    assert len(paths) > len(office.cases)
    for path in paths:
        page = reader.get(path)
        # What a script fetches, such as a passkey's challenge, is no page.
        assert "DEMO" in page.text or not page.headers["Content-Type"].startswith("text/html"), path
    app.extensions["engine"].dispose()
