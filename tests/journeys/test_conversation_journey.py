"""From a report with evidence to its destruction, in real browsers, with script off and on.

Report, question, answer from another phone, more evidence, the digest verified, taken back, called back, taken back
again; and after the wait nothing in the live store opens, even with the office's keys.
"""

from __future__ import annotations

import shutil
import wave
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pyotp
import pytest
from PIL import Image
from sqlalchemy import Engine, select

from casework.caseworker import Caseworker
from casework.ceremony import read_settings_file
from casework.errors import CaseworkError
from casework.ledger_commands import verify_chains
from casework.opening import open_case
from casework.sessions import StaffSession
from casework.signing_in import SignInDesk
from casework.worker import Worker
from casework.workplace import Workplace
from models import tables
from models.engine import read
from tests.journeys.phone import Phone, Receipt, StaffDesk, Values
from tests.serving import RunningServer, run_server
from vault.contexts import Context
from vault.errors import CannotOpenError
from vault.opening import open_identity, open_sealed
from web import clock
from web.config import CaseworkConfig, read_config
from web.database import open_engine
from web.files import make_configured_store

# Stands in every text and in every file: nothing on the disk may ever hold it.
CANARY = "canario-7f3a"
STORY = f"They stopped me for a light and asked for papers. {CANARY}"
QUESTION = "Which colour did the car have?"
ANSWER = f"It was grey. My cousin filmed it. {CANARY}"
ANSWERS: dict[str, Values] = {
    "urgent": {"urgent": ["none"]},
    "you": {"goal": "lawyer", "reporter_role": "affected"},
    "where": {"state": "NE", "county": "Meadowlark", "place_kind": "road"},
    "when": {"when": "season", "when_season": "summer", "when_year": "2026", "time_of_day": "night"},
    "police": {"agency": "Platte Fork PD", "encounter_type": "vehicle"},
    "what-happened": {"what_happened": STORY, "story_language": "en"},
    "why-and-how-it-ended": {"reason_believed": ["language"], "how_it_ended": ["citation"]},
    "people": {"name_to_use": "Rosa", "has_lawyer": ["no"], "reach": "code"},
}
WAIT_DAYS = 8


@pytest.fixture(scope="module")
def office(demo_server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A demo office of this test's own, served as a person would serve it."""
    folder = tmp_path_factory.mktemp("journey") / "demo"
    shutil.copytree(demo_server.data_dir, folder)
    for path in (folder / "config").iterdir():
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(f"{demo_server.data_dir}", f"{folder}"), encoding="utf-8")
    with run_server(folder) as server:
        yield server


@pytest.fixture(scope="module")
def pockets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What lies on the phones: a photo, a recording and a paper."""
    folder = tmp_path_factory.mktemp("phone")
    photo = BytesIO()
    Image.effect_noise((400, 300), 80).save(photo, "JPEG", comment=CANARY)
    (folder / "photo.jpg").write_bytes(photo.getvalue())
    with wave.open(f"{folder / 'voice.wav'}", "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8_000)
        sound.writeframes(CANARY.encode() * 2_000)
    (folder / "note.txt").write_text(f"What my cousin saw. {CANARY}\n" * 500, encoding="utf-8")
    return {name: folder / f"{name}.{ending}" for name, ending in (("photo", "jpg"), ("voice", "wav"), ("note", "txt"))}


def list_accounts(server: RunningServer) -> list[dict[str, str]]:
    """List the accounts of people who read reports: a code works once, so nobody signs in twice in this test."""
    return [account for account in server.accounts if account["role"] not in {"administrator", "analyst"}]


def read_office_files(server: RunningServer) -> bytes:
    """Return everything that lies on the disk: database, its log, sealed files, settings, and what was printed."""
    paths = [path for path in server.data_dir.rglob("*") if path.is_file()]
    return b"\0".join(path.read_bytes() for path in (*paths, server.log))


class Insider:
    """Somebody with the disk and with the keys of the whole office."""

    def __init__(self, server: RunningServer, account: dict[str, str]) -> None:
        self.config = read_config(CaseworkConfig, read_settings_file(server.data_dir / "config" / "casework.env"))
        self.engine: Engine = open_engine(self.config)
        self.place = Workplace(self.engine, make_configured_store(self.config), self.config)
        self.session = self._sign_in(account)

    def _sign_in(self, account: dict[str, str]) -> StaffSession:
        code = pyotp.TOTP(account["totp_secret"]).at(clock.now())
        found = SignInDesk(self.engine, self.config).sign_in(account["email"], account["passphrase"], code, source="")
        assert found.session is not None
        return found.session

    def find_case_id(self, reference: str) -> str:
        """Find a case."""
        with read(self.engine) as connection:
            statement = select(tables.cases.c.id).where(tables.cases.c.reference == reference)
            found: str = connection.execute(statement).scalar_one()
        return found

    def list_sealed(self, case_id: str) -> list[bytes]:
        """List everything sealed that the database holds of a case."""
        columns = (
            *(tables.case_keys.c.sealed_report_identity, tables.case_keys.c.sealed_work_identity),
            *(tables.cards.c.sealed, tables.sealed_items.c.sealed, tables.replies.c.sealed),
        )
        with read(self.engine) as connection:
            return [
                bytes(sealed)
                for column in columns
                for sealed in connection.execute(select(column).where(column.table.c.case_id == case_id)).scalars()
            ]

    def list_files(self, case_id: str) -> list[str]:
        """List the ids of a case's files."""
        with read(self.engine) as connection:
            statement = select(tables.blobs.c.id).where(tables.blobs.c.case_id == case_id)
            return list(connection.execute(statement).scalars())

    def open_everything(self) -> bytes:
        """Open all that the office's keys open, in every case that is there."""
        found = []
        office = dict(self.session.office_identities)
        with read(self.engine) as connection:
            keys = connection.execute(select(tables.case_keys)).all()
            items = connection.execute(select(tables.sealed_items)).all()
        for key in keys:
            sealed = {"report_identity": key.sealed_report_identity, "work_identity": key.sealed_work_identity}
            holder, place = office[key.holder_id], (key.case_id, key.holder_id)
            identities = [
                open_identity(each, identity=holder, context=Context(kind, place)) for kind, each in sealed.items()
            ]
            for item in items:
                for identity in identities if item.case_id == key.case_id else ():
                    # Each is sealed to one of the two.
                    with suppress(CannotOpenError):
                        context = Context(item.kind, (item.case_id, item.id))
                        found.append(open_sealed(item.sealed, identity=identity, context=context))
        assert len(found) >= len(keys)
        return b"\0".join(found)

    def let_pass(self, days: int) -> None:
        """Let the worker do what it does so many days from now."""
        worker = Worker(self.place)
        with clock.standing_at(clock.now() + timedelta(days=days)):
            while worker.do_next():
                pass


def find_traces(insider: Insider, case_id: str, store: Path) -> list[bytes]:
    """Return the last bytes of everything sealed of a case, files as well: as good as random, so found nowhere else."""
    files = [path for path in store.rglob("*") if path.name in set(insider.list_files(case_id))]
    assert len(files) >= 3
    return [sealed[-32:] for sealed in (*insider.list_sealed(case_id), *(path.read_bytes() for path in files))]


def report_and_talk(phone: Phone, desk: StaffDesk, other_phone: Phone, pockets: dict[str, Path]) -> Receipt:
    """A report with evidence, a question, an answer from another phone, and digests that are verified."""
    receipt = phone.report(ANSWERS, voice=pockets["voice"], photo=pockets["photo"])
    assert len(receipt.code) == 25
    assert (100 in phone.progress) is phone.has_script
    assert desk.go(f"/cases/{receipt.reference}") == 200
    desk.clear_conflict()
    assert STORY in desk.read()
    desk.ask(QUESTION)
    other_phone.come_back(receipt.code)
    other_phone.wait_for("We have a question for you.")
    assert QUESTION in other_phone.read()
    assert CANARY not in other_phone.page.content()
    other_phone.write(ANSWER, pockets["note"])
    assert (100 in other_phone.progress) is other_phone.has_script
    assert CANARY not in other_phone.page.content()
    desk.go(f"/cases/{receipt.reference}")
    assert ANSWER in desk.read()
    assert desk.verify_all_files() == 3
    return receipt


def let_the_wait_pass(office: RunningServer, insider: Insider, reference: str, *, days: int) -> None:
    """Before the wait is over everything is there and opens; afterwards nothing is, and nothing does."""
    case_id = insider.find_case_id(reference)
    traces = find_traces(insider, case_id, office.data_dir / "blobs")
    before = read_office_files(office)
    assert all(trace in before for trace in traces)
    assert CANARY.encode() in insider.open_everything()
    assert CANARY.encode() not in before
    insider.let_pass(days)
    after = read_office_files(office)
    assert [trace for trace in traces if trace in after] == []
    assert CANARY.encode() not in insider.open_everything()
    assert insider.list_sealed(case_id) == []
    assert insider.list_files(case_id) == []
    with pytest.raises(CaseworkError):
        open_case(Caseworker(insider.engine, insider.config, insider.session), reference)
    assert all(not chain.faults for chain in verify_chains(insider.engine, insider.config, {}))
    insider.engine.dispose()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("script", [False, True], ids=["plain", "script"])
def test_report_conversation_and_destruction(
    browser: Any,  # noqa: ANN401  # playwright's
    office: RunningServer,
    pockets: dict[str, Path],
    *,
    script: bool,
) -> None:
    """A report with evidence leads to a conversation, verified files, and after the wait to nothing that opens."""
    phone = Phone(browser, office.intake, script=script)
    other_phone = Phone(browser, office.intake, script=script)
    third_phone = Phone(browser, office.intake, script=script)
    desk = StaffDesk(browser, office.casework, script=script)
    accounts = list_accounts(office)[2:] if script else list_accounts(office)
    desk.sign_in(accounts[0])

    receipt = report_and_talk(phone, desk, other_phone, pockets)
    case = f"/cases/{receipt.reference}"
    other_phone.take_back()
    assert desk.go(case) == 410
    assert "is closed" in desk.read()
    other_phone.press("call_back")
    other_phone.wait_for("You called the report back:")
    assert desk.go(case) == 200
    assert ANSWER in desk.read()
    third_phone.come_back(receipt.code)
    third_phone.take_back()
    assert desk.go(case) == 410

    # The second of the two meets a worker that has been there already.
    let_the_wait_pass(office, Insider(office, accounts[1]), receipt.reference, days=WAIT_DAYS + script)
    desk.go(case)
    assert "/sign-in?" in desk.page.url, "a week later nobody is signed in"
    third_phone.come_back(receipt.code)
    third_phone.wait_for("There is nothing under this code.")
    for visitor in (phone, other_phone, third_phone, desk):
        visitor.leave()
