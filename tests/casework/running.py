"""A worker with a key of its own, and people who ask it for documents of several cases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import select, update

from casework.caseworker import Caseworker
from casework.conflicts import decide_conflict
from casework.export_runs import start_run
from casework.opening import ConflictState, open_case
from casework.orders import DocumentKind, Order
from casework.permissions import Role
from casework.run_listing import RunCase, RunView, view_run
from casework.run_results import iterate_result
from casework.worker import Worker
from casework.worker_keys import WorkerKey, announce_worker, dismiss_worker, make_worker_key
from exports.case_file import Variant
from models import tables
from models.engine import read, write
from models.export_tables import export_run_cases, workers
from tests.casework.desks import sit_down
from tests.casework.filing import FiledCase
from tests.casework.staff_office import StaffOffice
from tests.casework.taken_back import Desk

ORDER = Order(DocumentKind.SUMMARY, Variant.FACTS, "For the meeting on Friday")


class Runs:
    """An office with cases, and its workers."""

    def __init__(self, desk: Desk, office: StaffOffice) -> None:
        self.desk, self.office = desk, office

    def sit_down(self, role: Role = Role.ATTORNEY) -> Caseworker:
        """Somebody of the office at their desk."""
        return sit_down(self.desk.place.engine, self.office, role)

    def file_cases(self, count: int) -> list[FiledCase]:
        """File reports whose names were checked."""
        attorney = self.sit_down()
        cases = [self.desk.filing.file() for _number in range(count)]
        for case in cases:
            decide_conflict(attorney, open_case(attorney, case.reference), ConflictState.CLEAR, "Not known to us")
        return cases

    def hire(self) -> Worker:
        """A worker that is up."""
        key = make_worker_key()
        announce_worker(self.desk.place.engine, self.desk.config, key)
        return Worker(replace(self.desk.place, key=key))

    @contextmanager
    def hired(self) -> Iterator[Worker]:
        """A worker that is up inside the block, and ends as it should."""
        key = make_worker_key()
        announce_worker(self.desk.place.engine, self.desk.config, key)
        yield Worker(replace(self.desk.place, key=key))
        dismiss_worker(self.desk.place.engine, key)

    def kill(self, worker: Worker) -> None:
        """What a minute does to a worker that died: nobody has heard of it since."""
        assert worker.key is not None
        with write(self.desk.owner) as connection:
            connection.execute(update(workers).where(workers.c.id == worker.key.id).values(seen_at=0))

    def ask(self, cases: list[FiledCase], order: Order = ORDER, who: Role = Role.ATTORNEY) -> str:
        """Ask for a document of each."""
        return start_run(self.sit_down(who), [case.reference for case in cases], order)

    def view(self, run_id: str, who: Role = Role.ATTORNEY) -> RunView:
        """How far it is."""
        return view_run(self.sit_down(who), run_id)

    def read_result(self, run: RunView, case: RunCase, who: Role = Role.ATTORNEY) -> bytes:
        """What was made of one case."""
        return b"".join(iterate_result(self.sit_down(who), self.desk.store, run, case))

    def list_keys(self) -> list[bytes]:
        """Every key that lies sealed to a worker."""
        columns = export_run_cases.c
        with read(self.desk.owner) as connection:
            found = connection.execute(select(columns.sealed_report_identity, columns.sealed_work_identity)).all()
        return [key for row in found for key in row if key is not None]

    def list_exports(self, case: FiledCase) -> list[str]:
        """Who exported a case, as the ledger says."""
        with read(self.desk.owner) as connection:
            statement = select(tables.ledger_entries.c.entry).where(
                tables.ledger_entries.c.subject == case.id, tables.ledger_entries.c.kind == "case:exported"
            )
            return list(connection.execute(statement).scalars())


def find_key(worker: Worker) -> WorkerKey:
    """The key of a worker that is up."""
    assert worker.key is not None
    return worker.key
