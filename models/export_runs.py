"""Runs of documents as stored: who asked, how far each is, and which keys wait for which worker.

It opens nothing. Times: seconds since 1970.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, exists, func, insert, select, update

from models.export_tables import export_run_cases, export_runs, workers
from models.tables import blobs, cases
from models.workers import LIVE_SECONDS


class RunState(StrEnum):
    """Where a run stands: `running` also while it waits for a worker or for who asked."""

    RUNNING = "running"
    ENDED = "ended"
    CANCELLED = "cancelled"


class CaseState(StrEnum):
    """Where one case of a run stands."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


_NO_KEYS = {"sealed_report_identity": None, "sealed_work_identity": None}


def put_run(connection: Connection, **columns: Any) -> None:  # noqa: ANN401  # columns of mixed types
    """Lay down a run with all its columns."""
    connection.execute(insert(export_runs).values(**columns))


def put_run_case(connection: Connection, **columns: Any) -> None:  # noqa: ANN401  # columns of mixed types
    """Lay down one case of a run."""
    connection.execute(insert(export_run_cases).values(**columns))


def get_run(connection: Connection, run_id: str, now: int) -> Row[Any] | None:
    """Return a run that has not expired, or None."""
    return connection.execute(
        select(export_runs).where(export_runs.c.id == run_id, export_runs.c.expires_at > now)
    ).one_or_none()


def lock_run(connection: Connection, run_id: str) -> Row[Any] | None:
    """Return a run, or None; until the transaction ends nobody else changes it or its cases."""
    return connection.execute(select(export_runs).where(export_runs.c.id == run_id).with_for_update()).one_or_none()


def list_runs(connection: Connection, staff_id: str, now: int) -> list[Row[Any]]:
    """List somebody's runs that have not expired, newest first."""
    return list(
        connection.execute(
            select(export_runs)
            .where(export_runs.c.staff_id == staff_id, export_runs.c.expires_at > now)
            .order_by(export_runs.c.created_at.desc(), export_runs.c.id)
        )
    )


def list_run_cases(connection: Connection, run_id: str) -> list[Row[Any]]:
    """List the cases of a run in the order in which they were chosen, each with its reference."""
    return list(
        connection.execute(
            select(export_run_cases, cases.c.reference)
            .join(cases, cases.c.id == export_run_cases.c.case_id)
            .where(export_run_cases.c.run_id == run_id)
            .order_by(export_run_cases.c.position)
        )
    )


def count_case_states(connection: Connection, run_ids: Collection[str]) -> dict[str, dict[str, int]]:
    """Count, for each of these runs, its cases by their state."""
    counts: dict[str, dict[str, int]] = {run_id: {} for run_id in run_ids}
    states = (export_run_cases.c.run_id, export_run_cases.c.state)
    statement = select(*states, func.count()).where(export_run_cases.c.run_id.in_(run_ids)).group_by(*states)
    for run_id, state, count in connection.execute(statement):
        counts[run_id][state] = count
    return counts


def list_cases_for_worker(connection: Connection, run_id: str, worker_id: str) -> list[Row[Any]]:
    """List the cases of a run whose keys wait for this worker, in their order."""
    return list(
        connection.execute(
            select(export_run_cases)
            .where(export_run_cases.c.run_id == run_id, _waits_for(worker_id))
            .order_by(export_run_cases.c.position)
        )
    )


def list_stranded_cases(connection: Connection, staff_id: str, now: int) -> list[Row[Any]]:
    """List the cases of somebody's runs that wait and whose keys no worker that is up can open; with references."""
    is_up = exists().where(workers.c.id == export_run_cases.c.worker_id, workers.c.seen_at > now - LIVE_SECONDS)
    return list(
        connection.execute(
            select(export_run_cases, cases.c.reference)
            .join(export_runs, export_runs.c.id == export_run_cases.c.run_id)
            .join(cases, cases.c.id == export_run_cases.c.case_id)
            .where(
                export_runs.c.staff_id == staff_id,
                export_runs.c.state == RunState.RUNNING.value,
                export_runs.c.expires_at > now,
                export_run_cases.c.state == CaseState.WAITING.value,
                ~is_up,
            )
            .order_by(export_run_cases.c.run_id, export_run_cases.c.position)
        )
    )


def give_case_keys(connection: Connection, row: Row[Any], worker_id: str, **keys: bytes) -> bool:
    """Give the sealed keys of a waiting case to another worker; False where somebody has done so meanwhile."""
    return _change_case(connection, row.run_id, row.case_id, row.worker_id, worker_id=worker_id, **keys)


def take_case_keys(connection: Connection, run_id: str, case_id: str, worker_id: str) -> bool:
    """Take from a worker the keys of a case that it cannot use: it waits for who asked."""
    return _change_case(connection, run_id, case_id, worker_id, worker_id=None, **_NO_KEYS)


def give_run(connection: Connection, run_id: str, worker_id: str, *, now: int, **sealed: bytes | None) -> None:
    """Write down which worker has a run from now on, with what is sealed to it."""
    run = update(export_runs).where(export_runs.c.id == run_id)
    connection.execute(run.values(worker_id=worker_id, began_at=now, **sealed))


def end_case(
    connection: Connection, run_id: str, case_id: str, worker_id: str | None, *, state: CaseState, **columns: object
) -> bool:
    """Write down what became of a case that waits for this worker, and delete its keys; False where it waits not.

    It does not wait any more when somebody cancelled the run, or gave it to another worker: then nothing may be kept.
    """
    return _change_case(connection, run_id, case_id, worker_id, state=state.value, **columns, **_NO_KEYS)


def end_run_if_over(connection: Connection, run_id: str) -> bool:
    """End a run of which no case waits any more; the caller has locked it."""
    waits = exists().where(export_run_cases.c.run_id == run_id, export_run_cases.c.state == CaseState.WAITING.value)
    over = update(export_runs).where(export_runs.c.id == run_id, export_runs.c.state == RunState.RUNNING.value, ~waits)
    return connection.execute(over.values(state=RunState.ENDED.value, sealed_document_key=None)).rowcount == 1


def cancel_run(connection: Connection, run_id: str, now: int) -> bool:
    """End a run before it is over: what is done stays, what waits is not made; the caller has locked it."""
    running = update(export_runs).where(export_runs.c.id == run_id, export_runs.c.state == RunState.RUNNING.value)
    if connection.execute(running.values(state=RunState.CANCELLED.value, sealed_document_key=None)).rowcount != 1:
        return False
    waiting = update(export_run_cases).where(
        export_run_cases.c.run_id == run_id, export_run_cases.c.state == CaseState.WAITING.value
    )
    connection.execute(waiting.values(state=CaseState.CANCELLED.value, ended_at=now, **_NO_KEYS))
    return True


def list_expired_runs(connection: Connection, now: int) -> list[str]:
    """List the ids of the runs that have expired."""
    return list(connection.execute(select(export_runs.c.id).where(export_runs.c.expires_at <= now)).scalars())


def list_results(connection: Connection, run_id: str) -> list[str]:
    """List the ids of the files that a run made."""
    made = (export_run_cases.c.run_id == run_id, export_run_cases.c.result_id.is_not(None))
    return list(connection.execute(select(export_run_cases.c.result_id).where(*made)).scalars())


def delete_run(connection: Connection, run_id: str) -> None:
    """Delete a run with its cases and the rows of its files."""
    results = select(export_run_cases.c.result_id).where(
        export_run_cases.c.run_id == run_id, export_run_cases.c.result_id.is_not(None)
    )
    connection.execute(delete(blobs).where(blobs.c.id.in_(results)))
    connection.execute(delete(export_run_cases).where(export_run_cases.c.run_id == run_id))
    connection.execute(delete(export_runs).where(export_runs.c.id == run_id))


def count_in_hand(connection: Connection, run_id: str, now: int) -> int:
    """Count the cases of a run whose keys wait for a worker that is up."""
    is_up = exists().where(workers.c.id == export_run_cases.c.worker_id, workers.c.seen_at > now - LIVE_SECONDS)
    waiting = (export_run_cases.c.run_id == run_id, export_run_cases.c.state == CaseState.WAITING.value, is_up)
    return connection.execute(select(func.count()).select_from(export_run_cases).where(*waiting)).scalar_one()


def _waits_for(worker_id: str | None) -> ColumnElement[bool]:
    holds = export_run_cases.c.worker_id
    is_theirs = holds.is_(None) if worker_id is None else holds == worker_id
    return and_(export_run_cases.c.state == CaseState.WAITING.value, is_theirs)


def _change_case(connection: Connection, run_id: str, case_id: str, holder: str | None, /, **values: object) -> bool:
    waiting = (export_run_cases.c.run_id == run_id, export_run_cases.c.case_id == case_id, _waits_for(holder))
    return connection.execute(update(export_run_cases).where(*waiting).values(**values)).rowcount == 1
