"""The worker: takes jobs on lease and does them, one after the other, until it is told to stop.

It may be killed at any moment. It holds one key, of its own and in memory alone, which opens what people seal to it for
a run of documents; it must never log more of a failure than its type and place.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, replace
from threading import Event, Thread
from time import monotonic, sleep
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from casework.destruction import empty_database, settle_withdrawal
from casework.head_mail import SEND_HEADS, send_heads
from casework.ledger_round import WALK, walk_ledger
from casework.run_work import work_at_run
from casework.sweeps import SETTLE, find_withdrawals, sweep_expired, sweep_files, sweep_runs
from casework.toolkits import make_toolkits
from casework.workplace import Workplace
from models.directory_versions import MAKE_TOOLKITS
from models.emptying import EMPTY_STORE, can_empty
from models.engine import read, write
from models.jobs import (
    ALL,
    EXPORT_RUN,
    LEASE_SECONDS,
    Job,
    claim_job,
    ensure_job,
    extend_lease,
    finish_job,
    has_due_job,
    postpone_job,
    repeat_job,
)
from web import clock
from web.errors import log_failure

Deed = Callable[[Workplace, str], None]
_IDLE_SECONDS: Final = 2.0
_TROUBLE_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 0.1


@dataclass(frozen=True)
class Round:
    """Work that comes back by itself, so many seconds after it was done."""

    deed: Deed
    seconds: int


ROUNDS: Mapping[str, Round] = {
    "withdrawal:find": Round(find_withdrawals, 600),
    "sweep:expired": Round(sweep_expired, 900),
    "sweep:files": Round(sweep_files, 1_800),
    "sweep:runs": Round(sweep_runs, 900),
    SEND_HEADS: Round(send_heads, 900),
    WALK: Round(walk_ledger, 86_400),
    # Also asked for by each change of the directory.
    MAKE_TOOLKITS: Round(make_toolkits, 86_400),
}
DEEDS: Mapping[str, Deed] = {SETTLE: settle_withdrawal, EMPTY_STORE: empty_database, EXPORT_RUN: work_at_run}


class Worker:
    """One worker. Several may run at once, on one machine or on many."""

    def __init__(self, place: Workplace) -> None:
        """Take a place of work; the rounds begin with the first job that is looked for."""
        self._place = replace(place, is_told_to_stop=lambda: self._told_to_stop)
        self.key = place.key
        # A plain value: a lock that the interrupted code holds would never come free for a signal's handler.
        self._told_to_stop = False
        self._kinds: list[str] = []

    @property
    def _own_id(self) -> str:
        return self.key.id if self.key else ""

    def stop(self) -> None:
        """Let `run` end after the job at hand; may be called from a signal handler."""
        self._told_to_stop = True

    def run(self) -> None:
        """Do what is due until told to stop. A database that does not answer is asked again."""
        while not self._told_to_stop:
            try:
                pause = 0.0 if self.do_next() else _IDLE_SECONDS
            except SQLAlchemyError as error:
                log_failure(error)
                pause = _TROUBLE_SECONDS
            self._rest(pause)

    def _rest(self, seconds: float) -> None:
        end = monotonic() + seconds
        while monotonic() < end and not self._told_to_stop:
            sleep(_LOOK_SECONDS)

    def do_next(self) -> bool:
        """Do one job that is due; False when none is. Raises SQLAlchemyError: the database does not answer."""
        if not self._kinds:
            self._begin()
        with read(self._place.engine) as connection:
            if not has_due_job(connection, self._kinds, _now(), worker_id=self._own_id):
                return False
        with write(self._place.engine) as connection:
            job = claim_job(connection, self._kinds, _now(), worker_id=self._own_id)
        if job is None:
            return False
        self._do(job)
        return True

    def _begin(self) -> None:
        with write(self._place.engine) as connection:
            for kind in ROUNDS:
                ensure_job(connection, kind, ALL)
        kinds = [*ROUNDS, *DEEDS]
        if not can_empty(self._place.engine):
            # The owner's own program does that one; see models/emptying.py.
            kinds.remove(EMPTY_STORE)
        self._kinds = kinds

    def _do(self, job: Job) -> None:
        deed = ROUNDS[job.kind].deed if job.kind in ROUNDS else DEEDS[job.kind]
        try:
            with self._keeping(job):
                deed(self._place, job.subject)
        except Exception as error:  # noqa: BLE001  # whatever went wrong with one job: it waits, and the others go on
            log_failure(error)
            with write(self._place.engine) as connection:
                postpone_job(connection, job, _now())
            return
        with write(self._place.engine) as connection:
            if job.kind in ROUNDS:
                repeat_job(connection, job, run_after=_now() + ROUNDS[job.kind].seconds)
            else:
                finish_job(connection, job)

    @contextmanager
    def _keeping(self, job: Job) -> Iterator[None]:
        """Keep a job on lease inside the block, however long it takes."""
        is_done = Event()

        def extend() -> None:
            while not is_done.wait(LEASE_SECONDS / 4):
                try:
                    with write(self._place.engine) as connection:
                        extend_lease(connection, job, _now())
                except SQLAlchemyError as error:
                    log_failure(error)

        thread = Thread(target=copy_context().run, args=(extend,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_done.set()
            thread.join()


def _now() -> int:
    return int(clock.now().timestamp())
