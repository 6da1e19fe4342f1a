"""The recovery key as stored: its public half. The private half is on paper only."""

from typing import Any

from sqlalchemy import Connection, Row, select

from models.tables import recovery_keys


def get_recovery_key(connection: Connection, recovery_key_id: str | None = None) -> Row[Any] | None:
    """Return the recovery key of today, or the one named; None where no shares were made."""
    wanted = recovery_keys.c.retired_on.is_(None) if recovery_key_id is None else recovery_keys.c.id == recovery_key_id
    return connection.execute(select(recovery_keys).where(wanted).limit(1)).one_or_none()
