"""Staff sessions as stored: boxes that only browsers' cookies open, and whose they are. Times: seconds since 1970."""

from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from models.tables import sessions


def get_session_row(connection: Connection, session_id: str, now_hour: int) -> Row[Any] | None:
    """Return a session that has not expired, or None. `now_hour` is in hours since 1970."""
    return connection.execute(
        select(sessions).where(sessions.c.id == session_id, sessions.c.expires_hour > now_hour)
    ).one_or_none()


def put_session_row(connection: Connection, **columns: Any) -> None:  # noqa: ANN401  # columns of mixed types
    """Lay down a session with all its columns."""
    connection.execute(insert(sessions).values(**columns))


def swap_session_record(connection: Connection, session_id: str, old: bytes, new: bytes, used_at: int) -> bool:
    """Put a new record in the place of the one that was read; False when it has changed since, or is gone."""
    is_unchanged = (sessions.c.id == session_id) & (sessions.c.record == old)
    result = connection.execute(update(sessions).where(is_unchanged).values(record=new, used_at=used_at))
    return result.rowcount == 1


def list_session_rows(connection: Connection, staff_id: str, now_hour: int) -> list[Row[Any]]:
    """List one person's sessions, the one used last first."""
    return list(
        connection.execute(
            select(sessions)
            .where(sessions.c.staff_id == staff_id, sessions.c.expires_hour > now_hour)
            .order_by(sessions.c.used_at.desc(), sessions.c.began_at.desc(), sessions.c.id)
        )
    )


def delete_session_row(connection: Connection, session_id: str, staff_id: str) -> bool:
    """Delete one session of one person; tells whether it was there."""
    result = connection.execute(delete(sessions).where(sessions.c.id == session_id, sessions.c.staff_id == staff_id))
    return result.rowcount == 1


def delete_sessions_of(connection: Connection, staff_id: str, *, keep: str = "") -> int:
    """Delete every session of one person, but the one with the id `keep`, and return how many there were."""
    return connection.execute(delete(sessions).where(sessions.c.staff_id == staff_id, sessions.c.id != keep)).rowcount
