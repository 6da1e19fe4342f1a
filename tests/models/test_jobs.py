"""The list of jobs: done once, never forgotten, whoever dies."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from models.engine import create_engine, read, write
from models.jobs import (
    LEASE_SECONDS,
    claim_job,
    enqueue_job,
    ensure_job,
    extend_lease,
    finish_job,
    list_jobs,
    postpone_job,
    repeat_job,
)

NOW = 1_800_000_000
KIND = "test:deed"


@pytest.fixture
def engine(casework_url: str) -> Iterator[Engine]:
    """The database as the staff site reaches it."""
    engine = create_engine(casework_url)
    yield engine
    engine.dispose()


def test_asked_twice_is_done_once(engine: Engine) -> None:
    """A job that is asked for again while it waits is on the list once."""
    with write(engine) as connection:
        for _time in range(3):
            enqueue_job(connection, KIND, "a")
            ensure_job(connection, KIND, "a")
        assert claim_job(connection, [KIND], NOW) is not None
        assert claim_job(connection, [KIND], NOW) is None


def test_asked_for_while_it_is_done_is_done_again(engine: Engine) -> None:
    """Who finishes a job does not take away what was asked for while they were at it, and leaves it due at once."""
    with write(engine) as connection:
        enqueue_job(connection, KIND, "a")
        job = claim_job(connection, [KIND], NOW)
        assert job is not None
        enqueue_job(connection, KIND, "a")
        assert claim_job(connection, [KIND], NOW) is None
        assert not finish_job(connection, job)
        again = claim_job(connection, [KIND], NOW)
        assert again is not None
        assert finish_job(connection, again)
        assert list_jobs(connection) == []


def test_job_goes_with_the_transaction_that_asked(engine: Engine) -> None:
    """When the caller's transaction is rolled back, nothing was asked for."""

    def ask_and_fail() -> None:
        with write(engine) as connection:
            enqueue_job(connection, KIND, "a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        ask_and_fail()
    with read(engine) as connection:
        assert list_jobs(connection) == []


def test_lease_that_ran_out_is_somebody_elses(engine: Engine) -> None:
    """After the lease another worker gets the job, and the first can neither keep nor finish nor postpone it."""
    with write(engine) as connection:
        enqueue_job(connection, KIND, "a")
        first = claim_job(connection, [KIND], NOW)
        assert first is not None
        assert extend_lease(connection, first, NOW + 30)
        assert claim_job(connection, [KIND], NOW + LEASE_SECONDS) is None
        second = claim_job(connection, [KIND], NOW + 30 + LEASE_SECONDS)
        assert second is not None
        assert not extend_lease(connection, first, NOW)
        assert not finish_job(connection, first)
        assert not postpone_job(connection, first, NOW)
        assert finish_job(connection, second)


def test_failed_job_waits_longer_each_time_and_stays(engine: Engine) -> None:
    """A job that fails is tried again after 10 seconds, then 20, and in the end once an hour, for ever."""
    waits, now = [], NOW
    with write(engine) as connection:
        enqueue_job(connection, KIND, "a")
        for _time in range(30):
            job = claim_job(connection, [KIND], now)
            assert job is not None
            assert postpone_job(connection, job, now)
            (row,) = list_jobs(connection)
            waits.append(row.run_after - now)
            now = row.run_after
    assert waits[:3] == [10, 20, 40]
    assert set(waits[10:]) == {3_600}


def test_two_workers_never_get_the_same_job(engine: Engine) -> None:
    """Eight at once take forty jobs: each is taken once, and none is left."""
    with write(engine) as connection:
        for number in range(40):
            enqueue_job(connection, KIND, f"{number}")

    def take_all(_worker: int) -> list[str]:
        found: list[str] = []
        while True:
            with write(engine) as connection:
                job = claim_job(connection, [KIND], NOW)
            if job is None:
                return found
            found.append(job.subject)

    with ThreadPoolExecutor(8) as pool:
        taken = [subject for found in pool.map(take_all, range(8)) for subject in found]
    assert sorted(taken, key=int) == [f"{number}" for number in range(40)]


def test_work_that_comes_back_is_new_each_time(engine: Engine) -> None:
    """Who lost the lease on a job that has come back since cannot touch it, though it was taken as often."""
    with write(engine) as connection:
        ensure_job(connection, KIND, "a")
        first = claim_job(connection, [KIND], NOW)
        assert first is not None
        assert repeat_job(connection, first, run_after=NOW + 100)
        assert claim_job(connection, [KIND], NOW + 99) is None
        second = claim_job(connection, [KIND], NOW + 100)
        assert second is not None
        assert second.attempts == first.attempts
        assert not finish_job(connection, first)
