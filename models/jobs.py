"""Long work: which jobs wait, who has one on lease, and when a failed one is tried again. A job is a kind and an id.

The table is the truth: a job is laid down in the transaction that makes it necessary, and goes when its work is done
and not before. Whoever dies with a job on lease forgets nothing: when the lease runs out, the next worker takes it.
No work may depend on being done by one worker alone; a job's own transactions decide what happens once.
"""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models.export_tables import export_runs
from models.tables import jobs

# The subject of work that is about no one thing.
ALL = "all"
LEASE_SECONDS = 60
# Work on a run of documents: only the worker to whom its keys were sealed can do anything about it.
EXPORT_RUN = "export:run"
_FIRST_DELAY_SECONDS = 10
_LONGEST_DELAY_SECONDS = 3_600


@dataclass(frozen=True)
class Job:
    """A job on lease. `attempts` counts its leases: it tells whether this lease is still the newest one."""

    id: str
    kind: str
    subject: str
    attempts: int


def enqueue_job(connection: Connection, kind: str, subject: str, *, run_after: int = 0) -> None:
    """Ask for work, in the caller's transaction. Asked for again while it waits, it is done once.

    Asked for while somebody does it, it is done again afterwards: the row gets another id, so that who is at it does
    not take the new request away together with the old one.
    """
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(jobs).values(
        id=str(uuid4()), kind=kind, subject=subject, run_after=run_after, leased_until=0, attempts=0
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[jobs.c.kind, jobs.c.subject],
            set_={"id": statement.excluded.id, "run_after": statement.excluded.run_after, "attempts": 0},
        )
    )


def ensure_job(connection: Connection, kind: str, subject: str) -> None:
    """See to it that a job which comes back by itself is there; one that is there stays as it is."""
    is_known = select(jobs.c.id).where(jobs.c.kind == kind, jobs.c.subject == subject)
    if connection.execute(is_known).first() is not None:
        return
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    values = {"id": str(uuid4()), "kind": kind, "subject": subject, "run_after": 0, "leased_until": 0, "attempts": 0}
    connection.execute(make(jobs).values(values).on_conflict_do_nothing())


def has_due_job(connection: Connection, kinds: list[str], now: int, *, worker_id: str = "") -> bool:
    """Tell whether there is work that nobody has on lease. `now` in seconds since 1970, `worker_id` who would do it."""
    return connection.execute(_select_due(kinds, now, worker_id)).first() is not None


def claim_job(connection: Connection, kinds: list[str], now: int, *, worker_id: str = "") -> Job | None:
    """Take the job that has waited longest on lease, or None. Two workers never get the same one."""
    statement = _select_due(kinds, now, worker_id)
    row = connection.execute(statement.with_for_update(skip_locked=True, of=jobs)).first()
    if row is None:
        return None
    attempts = row.attempts + 1
    connection.execute(
        update(jobs).where(jobs.c.id == row.id).values(leased_until=now + LEASE_SECONDS, attempts=attempts)
    )
    return Job(row.id, row.kind, row.subject, attempts)


def extend_lease(connection: Connection, job: Job, now: int) -> bool:
    """Keep a job on lease while its work goes on; False when the lease was lost to somebody else."""
    return _change(connection, job, leased_until=now + LEASE_SECONDS)


def finish_job(connection: Connection, job: Job) -> bool:
    """Take a job whose work is done off the list; False when it was asked for anew or taken by somebody else.

    One that was asked for anew meanwhile is due at once: nobody is at it any more.
    """
    mine = (jobs.c.id == job.id, jobs.c.attempts == job.attempts)
    if connection.execute(delete(jobs).where(*mine)).rowcount == 1:
        return True
    _end_lease_of_newer(connection, job)
    return False


def repeat_job(connection: Connection, job: Job, *, run_after: int) -> bool:
    """Put a job that comes back by itself back on the list, as a new one; otherwise as `finish_job`."""
    if _change(connection, job, id=str(uuid4()), run_after=run_after, leased_until=0, attempts=0):
        return True
    _end_lease_of_newer(connection, job)
    return False


def postpone_job(connection: Connection, job: Job, now: int) -> bool:
    """Put a job that failed back on the list: at first for seconds, then for longer, never for good."""
    delay = min(_FIRST_DELAY_SECONDS * 2 ** min(job.attempts - 1, 16), _LONGEST_DELAY_SECONDS)
    return _change(connection, job, run_after=now + delay, leased_until=0)


def list_jobs(connection: Connection) -> list[Row[Any]]:
    """List what waits or is being done, longest waiting first."""
    return list(connection.execute(select(jobs).order_by(jobs.c.run_after, jobs.c.id)))


def _select_due(kinds: list[str], now: int, worker_id: str) -> Any:  # noqa: ANN401  # SQLAlchemy's select over four columns
    own_runs = select(export_runs.c.id).where(export_runs.c.worker_id == worker_id)
    is_for_me = or_(jobs.c.kind != EXPORT_RUN, jobs.c.subject.in_(own_runs))
    return (
        select(jobs.c.id, jobs.c.kind, jobs.c.subject, jobs.c.attempts)
        .where(jobs.c.kind.in_(kinds), jobs.c.run_after <= now, jobs.c.leased_until <= now, is_for_me)
        .order_by(jobs.c.run_after, jobs.c.id)
        .limit(1)
    )


def _end_lease_of_newer(connection: Connection, job: Job) -> None:
    """End the lease that a job asked for anew has from the one before it, unless somebody has taken it already."""
    newer = (jobs.c.kind == job.kind, jobs.c.subject == job.subject, jobs.c.id != job.id, jobs.c.attempts == 0)
    connection.execute(update(jobs).where(*newer).values(leased_until=0))


def _change(connection: Connection, job: Job, **values: int | str) -> bool:
    mine = (jobs.c.id == job.id, jobs.c.attempts == job.attempts)
    return connection.execute(update(jobs).where(*mine).values(**values)).rowcount == 1


def delete_job(connection: Connection, kind: str, subject: str) -> None:
    """Take work off the list that nobody needs any more, whoever is at it."""
    connection.execute(delete(jobs).where(jobs.c.kind == kind, jobs.c.subject == subject))
