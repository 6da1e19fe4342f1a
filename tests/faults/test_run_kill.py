"""kill -9 of a worker in the middle of a run: the keys die with it, and who asked brings the rest to another one."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from casework.export_runs import resume_runs
from casework.ledger_commands import verify_chains
from models.engine import create_engine, read, write
from models.export_tables import export_run_cases, workers
from tests.casework.filing import Filing
from tests.casework.running import Runs
from tests.casework.staff_office import make_staff_office
from tests.casework.taken_back import Desk
from tests.conftest import DatabaseUrls

ROOT = Path(__file__).resolve().parents[2]
CASES = 16
WAIT_SECONDS = 60


@pytest.fixture
def runs(database_urls: DatabaseUrls, tmp_path: Path) -> Iterator[Runs]:
    """An office with cases to make documents of."""
    office = make_staff_office(database_urls, tmp_path / "office")
    engine = create_engine(office.ceremony.casework.engine_url)
    desk = Desk(office, Filing(engine, office.ceremony.intake), database_urls.owner)
    yield Runs(desk, office)
    desk.close()
    desk.filing.intake_engine.dispose()
    engine.dispose()


@pytest.fixture
def start_worker(runs: Runs) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """A way to start a worker as an office would; none outlives the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        known = len(list_workers(runs))
        command = [sys.executable, "-m", "casework", "worker", "--data-dir", f"{runs.desk.config.data_dir}"]
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL))
        wait_until(lambda: len(list_workers(runs)) > known)
        return started[-1]

    yield start
    for worker in started:
        worker.kill()
        worker.wait()


def list_workers(runs: Runs) -> list[str]:
    """The workers that are up, as the database has it."""
    with read(runs.desk.owner) as connection:
        return list(connection.execute(select(workers.c.id).where(workers.c.seen_at > 0)).scalars())


def count_done(runs: Runs) -> int:
    """How many documents are made."""
    with read(runs.desk.owner) as connection:
        states = list(connection.execute(select(export_run_cases.c.state)).scalars())
    return states.count("done")


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for something, and not for ever."""
    end = time.monotonic() + WAIT_SECONDS
    while not is_so():
        assert time.monotonic() < end, "it never comes"
        time.sleep(0.02)


def let_time_pass(runs: Runs) -> None:
    """What a minute does to a worker that is dead: nobody has heard of it."""
    with write(runs.desk.owner) as connection:
        connection.execute(update(workers).values(seen_at=0))


@pytest.mark.timeout(240)
def test_killed_in_the_middle_all_is_made_once(runs: Runs, start_worker: Callable[[], subprocess.Popen[bytes]]) -> None:
    """The killed worker's keys open for nobody; when who asked comes back the rest is made, each case exactly once."""
    cases = runs.file_cases(CASES)
    first = start_worker()
    run_id = runs.ask(cases)
    wait_until(lambda: count_done(runs) >= 2)
    first.kill()
    first.wait()
    done = runs.view(run_id).done
    assert 2 <= done < CASES, "it was over before it was killed"
    let_time_pass(runs)
    second = start_worker()
    time.sleep(1.0)
    assert runs.view(run_id).done == done, "somebody opened what was sealed to the dead"
    resume_runs(runs.sit_down())
    wait_until(lambda: count_done(runs) == CASES)
    run = runs.view(run_id)
    assert not run.is_running
    assert [len(runs.list_exports(case)) for case in cases] == [1] * CASES
    assert all(runs.read_result(run, case).startswith(b"%PDF") for case in run.cases)
    assert runs.list_keys() == []
    wait_until(lambda: runs.desk.list_waiting() == [])
    assert not any(report.faults for report in verify_chains(runs.desk.place.engine, runs.desk.config, {}))
    second.terminate()
    assert second.wait(timeout=30) == 0
    assert list_workers(runs) == []


@pytest.mark.timeout(240)
def test_told_to_stop_it_ends_after_the_case_at_hand(
    runs: Runs, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    """A worker that is told to stop ends soon, says that it is gone, and leaves the rest to another."""
    cases = runs.file_cases(CASES)
    worker = start_worker()
    run_id = runs.ask(cases)
    wait_until(lambda: count_done(runs) >= 1)
    worker.terminate()
    assert worker.wait(timeout=30) == 0
    run = runs.view(run_id)
    assert 1 <= run.done < CASES
    assert not run.is_moving
    start_worker()
    resume_runs(runs.sit_down())
    wait_until(lambda: count_done(runs) == CASES)
    assert [len(runs.list_exports(case)) for case in cases] == [1] * CASES
