"""kill -9 of workers at random moments, with nobody to clean up: nothing is done twice, nothing is forgotten.

The moments come from a fixed seed, which is printed, so that a failure can be looked for again.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from casework.worker import Worker
from models import tables
from models.engine import create_engine, read, write
from models.jobs import list_jobs
from tests.casework.filing import Filing
from tests.casework.staff_office import StaffOffice, make_staff_office
from tests.casework.taken_back import Desk, FullCase
from tests.conftest import DatabaseUrls

ROOT = Path(__file__).resolve().parents[2]
SEED = 20_261_124
KILLS = 8
CASES = 60
LONGEST_SECONDS = 0.06
DESTROYED = "report:destroyed"


@pytest.fixture
def desk(database_urls: DatabaseUrls, tmp_path: Path) -> Iterator[Desk]:
    """An office with reporters who take their reports back."""
    office: StaffOffice = make_staff_office(database_urls, tmp_path / "office")
    engine = create_engine(office.ceremony.casework.engine_url)
    filing = Filing(engine, office.ceremony.intake)
    desk = Desk(office, filing, database_urls.owner)
    yield desk
    desk.close()
    filing.intake_engine.dispose()
    engine.dispose()


def start_workers(desk: Desk) -> list[subprocess.Popen[bytes]]:
    """Start two workers as an office would, at the same list of jobs."""
    command = [sys.executable, "-m", "casework", "worker", "--data-dir", f"{desk.config.data_dir}"]
    return [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) for _worker in range(2)]


def count_destroyed(desk: Desk) -> int:
    """Count the entries that say so."""
    with read(desk.owner) as connection:
        statement = select(func.count()).select_from(tables.ledger_entries)
        return connection.execute(statement.where(tables.ledger_entries.c.kind == DESTROYED)).scalar_one()


def let_leases_run_out(desk: Desk) -> None:
    """What a minute does to the leases of the dead."""
    with write(desk.owner) as connection:
        connection.execute(update(tables.jobs).values(leased_until=0))


def kill_amid_work(desk: Desk, pause: float) -> None:
    """Start workers, wait until they have destroyed something more, a moment longer, and kill them."""
    before = count_destroyed(desk)
    workers = start_workers(desk)
    try:
        end = time.monotonic() + 40
        while count_destroyed(desk) == before and time.monotonic() < end:
            assert all(worker.poll() is None for worker in workers), "a worker ended by itself"
            time.sleep(0.002)
        time.sleep(pause)
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()


@pytest.mark.timeout(240)
def test_killed_workers_forget_nothing_and_do_nothing_twice(desk: Desk) -> None:
    """However often workers die, each report due goes with one entry and all its files, and no other report goes."""
    moments = random.Random(SEED)  # noqa: S311  # to be played again, not to be secret
    print(f"seed {SEED}")  # noqa: T201  # shown when it fails
    due = [desk.file_full_case(files=3) for _number in range(CASES)]
    staying = [desk.file_full_case(files=1) for _number in range(3)]
    kept = [desk.count_rows(case.id) for case in staying]
    with write(desk.filing.intake_engine) as connection:
        for case in due:
            connection.execute(
                tables.withdrawals.insert().values(case_id=case.id, asked_on=desk.today, due_on=desk.today)
            )
    kills = 0
    while kills < KILLS and count_destroyed(desk) < CASES:
        kill_amid_work(desk, moments.uniform(0.0, LONGEST_SECONDS))
        kills += 1
        let_leases_run_out(desk)
    print(f"{kills} kills, {count_destroyed(desk)} of {CASES} destroyed by then")  # noqa: T201  # the same
    assert kills > 1, "the work was over before anybody was killed"
    finish(desk)
    check_destroyed(desk, due)
    assert [desk.count_rows(case.id) for case in staying] == kept
    assert {path.name for path in desk.list_files()} == {blob_id for case in staying for blob_id in case.files}


def finish(desk: Desk) -> None:
    """Let one more worker do what the dead left, in two rounds, as time would bring them."""
    worker = Worker(desk.place)
    desk.work(worker)
    with desk.after_the_wait(days=1):
        desk.work(worker)


def check_destroyed(desk: Desk, due: list[FullCase]) -> None:
    """Nothing of any of them is stored, and the ledger, which holds, has one entry for each."""
    for case in due:
        assert desk.count_rows(case.id) == {}
        assert desk.read_status(case.id) == "withdrawn"
    assert desk.list_events(due[0].id) == [DESTROYED]
    with read(desk.owner) as connection:
        statement = select(tables.ledger_entries.c.subject).where(tables.ledger_entries.c.kind == DESTROYED)
        assert sorted(connection.execute(statement).scalars()) == sorted(case.id for case in due)
        assert {row.subject for row in list_jobs(connection)} == {"all"}
