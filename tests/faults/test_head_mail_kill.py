"""The daily mail while workers die: in the middle of handing it over, and after it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, update

from casework.head_mail import SEND_HEADS
from models.engine import create_engine, read, write
from models.tables import jobs, ledger_entries
from tests.casework.staff_office import StaffOffice, make_staff_office
from tests.conftest import DatabaseUrls
from tests.mail_server import MailBox, run_mail_server

ROOT = Path(__file__).resolve().parents[2]
LIMIT_SECONDS = 40.0


@pytest.fixture
def office(database_urls: DatabaseUrls, tmp_path: Path) -> StaffOffice:
    """An office."""
    return make_staff_office(database_urls, tmp_path / "office")


@pytest.fixture
def engine(office: StaffOffice) -> Iterator[Engine]:
    """Its database, with the rights of the staff site."""
    engine = create_engine(office.ceremony.casework.engine_url)
    yield engine
    engine.dispose()


@pytest.fixture
def box(office: StaffOffice) -> Iterator[MailBox]:
    """A mail server that the office's settings name."""
    with run_mail_server() as box:
        settings = office.ceremony.casework.data_dir / "config" / "casework.env"
        with settings.open("a", encoding="utf-8") as file:
            file.write(f"TESTIMONIO_SMTP_URL=smtp://localhost:{box.port}\n")
            file.write("TESTIMONIO_HEAD_MAIL_TO=binder@elsewhere.example\n")
        yield box


def start_worker(office: StaffOffice) -> subprocess.Popen[bytes]:
    """Start a worker as an office would."""
    folder = office.ceremony.casework.data_dir
    return subprocess.Popen([sys.executable, "-m", "casework", "worker", "--data-dir", f"{folder}"], cwd=ROOT)


def count_sent(engine: Engine) -> int:
    """How many entries say that heads were mailed."""
    with read(engine) as connection:
        statement = select(func.count()).select_from(ledger_entries).where(ledger_entries.c.kind == "head:sent")
        return int(connection.scalar(statement) or 0)


def let_leases_run_out(engine: Engine) -> None:
    """What a minute does to the leases of the dead."""
    with write(engine) as connection:
        connection.execute(update(jobs).values(leased_until=0, run_after=0))


def run_worker(office: StaffOffice, engine: Engine) -> None:
    """Let a worker run until it has seen to the day's mail, in whatever way."""
    let_leases_run_out(engine)
    worker = start_worker(office)
    wanted = select(jobs.c.id).where(jobs.c.kind == SEND_HEADS, jobs.c.run_after > 0, jobs.c.leased_until == 0)
    try:
        end = time.monotonic() + LIMIT_SECONDS
        is_done = False
        while not is_done:
            assert worker.poll() is None, "the worker ended by itself"
            assert time.monotonic() < end, "the worker did not get to it"
            time.sleep(0.05)
            with read(engine) as connection:
                is_done = connection.execute(wanted).first() is not None
    finally:
        worker.terminate()
        assert worker.wait(timeout=LIMIT_SECONDS) == 0


def test_worker_killed_while_it_hands_the_mail_over(office: StaffOffice, engine: Engine, box: MailBox) -> None:
    """The next worker mails the day's heads, once; one that starts after that mails nothing more."""
    box.is_stalled.set()
    worker = start_worker(office)
    try:
        assert box.is_reached.wait(LIMIT_SECONDS)
    finally:
        worker.kill()
        worker.wait()
    assert (len(box.mails), count_sent(engine)) == (0, 0)
    box.is_stalled.clear()
    for _time in range(2):
        run_worker(office, engine)
        assert (len(box.mails), count_sent(engine)) == (1, 1)
