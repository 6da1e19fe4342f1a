"""The recovery key as stored: its public half. The private half is on paper only."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from models.tables import case_keys, cases, office_keys, recovery_keys


def get_recovery_key(connection: Connection, recovery_key_id: str | None = None) -> Row[Any] | None:
    """Return the recovery key of today, or the one named; None where no shares were made."""
    wanted = recovery_keys.c.retired_on.is_(None) if recovery_key_id is None else recovery_keys.c.id == recovery_key_id
    return connection.execute(select(recovery_keys).where(wanted).limit(1)).one_or_none()


def find_recovery_key(connection: Connection, recipient: bytes) -> Row[Any] | None:
    """Return the recovery key with this public half, today's or a retired one, or None."""
    return connection.execute(
        select(recovery_keys).where(recovery_keys.c.recipient == recipient).limit(1)
    ).one_or_none()


def put_recovery_key(connection: Connection, **columns: Any) -> None:  # noqa: ANN401  # columns of mixed types
    """Lay down a recovery key with all its columns."""
    connection.execute(insert(recovery_keys).values(**columns))


def retire_recovery_key(connection: Connection, recovery_key_id: str, on: date) -> bool:
    """Retire a recovery key: other shares take its place. False when it was retired before."""
    result = connection.execute(
        update(recovery_keys)
        .where(recovery_keys.c.id == recovery_key_id, recovery_keys.c.retired_on.is_(None))
        .values(retired_on=on)
    )
    return result.rowcount == 1


def list_restricted_cases(connection: Connection) -> list[Row[Any]]:
    """List the id and reference of each case that no office key holds, by reference."""
    open_to_office = select(case_keys.c.case_id).join(office_keys, office_keys.c.id == case_keys.c.holder_id)
    held = select(case_keys.c.case_id)
    return list(
        connection.execute(
            select(cases.c.id, cases.c.reference)
            .where(cases.c.id.in_(held), cases.c.id.not_in(open_to_office))
            .order_by(cases.c.reference)
        )
    )
