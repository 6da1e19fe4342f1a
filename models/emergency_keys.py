"""Emergency keys of restricted cases as stored: their public half, their sealed shares, and who asks."""

from typing import Any

from sqlalchemy import Connection, Row, select

from models.tables import emergency_keys


def get_emergency_key(connection: Connection, emergency_key_id: str) -> Row[Any] | None:
    """Return an emergency key by its id, or None."""
    return connection.execute(select(emergency_keys).where(emergency_keys.c.id == emergency_key_id)).one_or_none()
