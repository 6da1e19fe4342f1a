"""The office's public keys and who holds their private halves, sealed."""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select

from models.tables import office_key_holders, office_keys

_FIND_TODAYS = select(office_keys).where(office_keys.c.retired_on.is_(None)).order_by(office_keys.c.made_on.desc())
_FIND_NAMED = select(office_keys).where(office_keys.c.id == bindparam("office_key_id"))


def get_office_key(connection: Connection, office_key_id: str | None = None) -> Row[Any] | None:
    """Return the office key that new reports are sealed to, or the one named; None before the key ceremony."""
    if office_key_id is None:
        return connection.execute(_FIND_TODAYS.limit(1)).one_or_none()
    return connection.execute(_FIND_NAMED, {"office_key_id": office_key_id}).one_or_none()


def count_holders(connection: Connection, office_key_id: str) -> int:
    """Count who holds the private half of an office key."""
    return connection.execute(
        select(func.count(office_key_holders.c.holder_id)).where(office_key_holders.c.office_key_id == office_key_id)
    ).scalar_one()


def put_office_key(connection: Connection, **columns: Any) -> None:  # noqa: ANN401  # columns of mixed types
    """Lay down an office key with all its columns."""
    connection.execute(insert(office_keys).values(**columns))


def put_holder(connection: Connection, **columns: Any) -> None:  # noqa: ANN401  # columns of mixed types
    """Lay down one holder's sealed copy of an office key."""
    connection.execute(insert(office_key_holders).values(**columns))


def list_keys(connection: Connection) -> list[Row[Any]]:
    """List every office key there ever was, today's and the retired ones, newest first."""
    return list(connection.execute(select(office_keys).order_by(office_keys.c.made_on.desc())))


def list_held_keys(connection: Connection, holder_id: str) -> list[Row[Any]]:
    """List the sealed office identities that one person holds, newest key first."""
    return list(
        connection.execute(
            select(office_key_holders)
            .join(office_keys, office_keys.c.id == office_key_holders.c.office_key_id)
            .where(office_key_holders.c.holder_id == holder_id)
            .order_by(office_keys.c.made_on.desc())
        )
    )
