"""Workers that are up, as stored: their public keys, and when each was last seen. Times: seconds since 1970."""

from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from models.export_tables import export_run_cases, workers

# A worker says every BEAT_SECONDS that it is up; who has not for LIVE_SECONDS counts as dead.
BEAT_SECONDS: Final = 10
LIVE_SECONDS: Final = 45


def put_worker(connection: Connection, *, worker_id: str, recipient: bytes, signature: bytes, now: int) -> None:
    """Lay down a worker that has just begun."""
    connection.execute(
        insert(workers).values(id=worker_id, recipient=recipient, recipient_signature=signature, seen_at=now)
    )


def mark_worker_seen(connection: Connection, worker_id: str, now: int) -> bool:
    """Write down that a worker is up; False where its row is gone."""
    return connection.execute(update(workers).where(workers.c.id == worker_id).values(seen_at=now)).rowcount == 1


def delete_worker(connection: Connection, worker_id: str) -> None:
    """Forget a worker that ends."""
    connection.execute(delete(workers).where(workers.c.id == worker_id))


def delete_dead_workers(connection: Connection, now: int) -> int:
    """Forget the workers that were not seen for long, and return how many there were."""
    return connection.execute(delete(workers).where(workers.c.seen_at <= now - 10 * LIVE_SECONDS)).rowcount


def list_live_workers(connection: Connection, now: int) -> list[Row[Any]]:
    """List the workers that are up, the one with the fewest keys waiting first."""
    waiting = (
        select(func.count())
        .select_from(export_run_cases)
        .where(export_run_cases.c.worker_id == workers.c.id, export_run_cases.c.state == "waiting")
        .scalar_subquery()
    )
    statement = select(workers).where(workers.c.seen_at > now - LIVE_SECONDS)
    return list(connection.execute(statement.order_by(waiting, workers.c.seen_at.desc(), workers.c.id)))


def is_live(connection: Connection, worker_id: str | None, now: int) -> bool:
    """Tell whether a worker is up."""
    known = select(workers.c.id).where(workers.c.id == worker_id, workers.c.seen_at > now - LIVE_SECONDS)
    return connection.execute(known).first() is not None
