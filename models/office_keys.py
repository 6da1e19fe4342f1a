"""The office's public keys and who holds their private halves, sealed."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from models.tables import office_key_holders, office_keys

# One that another came after is never today's: days cannot tell which of two keys of one day is the newer.
_successors = office_keys.alias("successors")
_FIND_TODAYS = (
    select(office_keys)
    .where(
        office_keys.c.retired_on.is_(None),
        ~select(_successors.c.id).where(_successors.c.predecessor_id == office_keys.c.id).exists(),
    )
    .order_by(office_keys.c.made_on.desc(), office_keys.c.id)
)
# In one statement: between two, another key may take this one's place, and its holders with it.
_COUNT_HOLDERS = (
    select(func.count(office_key_holders.c.holder_id))
    .where(office_key_holders.c.office_key_id == office_keys.c.id)
    .correlate(office_keys)
    .scalar_subquery()
    .label("holder_count")
)
_FIND_TODAYS_HELD = _FIND_TODAYS.add_columns(_COUNT_HOLDERS).limit(1)
_FIND_NAMED = select(office_keys).where(office_keys.c.id == bindparam("office_key_id"))


def get_office_key(connection: Connection, office_key_id: str | None = None) -> Row[Any] | None:
    """Return the office key that new reports are sealed to, or the one named; None before the key ceremony."""
    if office_key_id is None:
        return connection.execute(_FIND_TODAYS.limit(1)).one_or_none()
    return connection.execute(_FIND_NAMED, {"office_key_id": office_key_id}).one_or_none()


def get_held_office_key(connection: Connection) -> Row[Any] | None:
    """Return the office key that new reports are sealed to, with `holder_count`, how many hold its private half."""
    return connection.execute(_FIND_TODAYS_HELD).one_or_none()


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


def list_holder_ids(connection: Connection, office_key_id: str) -> list[str]:
    """List the ids of whoever holds the private half of an office key: people, and the recovery key."""
    return list(
        connection.execute(
            select(office_key_holders.c.holder_id).where(office_key_holders.c.office_key_id == office_key_id)
        ).scalars()
    )


def delete_holders(connection: Connection, office_key_id: str) -> None:
    """Delete every holder's sealed copy of an office key: its successor opens it."""
    connection.execute(delete(office_key_holders).where(office_key_holders.c.office_key_id == office_key_id))


def delete_holder(connection: Connection, office_key_id: str, holder_id: str) -> None:
    """Delete one holder's sealed copy of an office key."""
    held = (office_key_holders.c.office_key_id == office_key_id) & (office_key_holders.c.holder_id == holder_id)
    connection.execute(delete(office_key_holders).where(held))


def lock_office_key(connection: Connection) -> Row[Any] | None:
    """Return today's office key; until the transaction ends nobody makes another, or changes who holds this one."""
    return connection.execute(_FIND_TODAYS.limit(1).with_for_update(of=office_keys)).one_or_none()


def retire_office_key(connection: Connection, office_key_id: str, on: date) -> bool:
    """Retire an office key, so that nothing new is sealed to it; False when somebody did so before."""
    result = connection.execute(
        update(office_keys)
        .where(office_keys.c.id == office_key_id, office_keys.c.retired_on.is_(None))
        .values(retired_on=on, is_rotation_due=False)
    )
    return result.rowcount == 1


def list_keys(connection: Connection) -> list[Row[Any]]:
    """List every office key there ever was, today's and the retired ones, newest first, by what came after what."""
    rows = list(connection.execute(select(office_keys).order_by(office_keys.c.made_on.desc(), office_keys.c.id)))
    successors = {row.predecessor_id: row.id for row in rows if row.predecessor_id}
    depths: dict[str, int] = {}
    for row in rows:
        # A ring, which only a forger could make, ends where it began.
        seen, key_id = {row.id}, successors.get(row.id)
        while key_id is not None and key_id not in seen:
            seen.add(key_id)
            key_id = successors.get(key_id)
        depths[row.id] = len(seen)
    return sorted(rows, key=lambda row: depths[row.id])


def list_held_key_ids(connection: Connection, holder_id: str) -> list[str]:
    """List the ids of the office keys that are sealed to one person, in a fixed order."""
    return list(
        connection.execute(
            select(office_key_holders.c.office_key_id)
            .where(office_key_holders.c.holder_id == holder_id)
            .order_by(office_key_holders.c.office_key_id)
        ).scalars()
    )


def list_held_keys(connection: Connection, holder_id: str) -> list[Row[Any]]:
    """List the sealed office identities that one person holds, newest key first."""
    found = connection.execute(select(office_key_holders).where(office_key_holders.c.holder_id == holder_id))
    order = {row.id: place for place, row in enumerate(list_keys(connection))}
    return sorted(found, key=lambda row: order.get(row.office_key_id, len(order)))
