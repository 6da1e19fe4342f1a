"""What one person holds, sealed to them: office keys, keys of restricted cases, shares for an emergency."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, func, select, update

from models.tables import case_keys, cases, emergency_shares, office_key_holders, office_keys, staff


def lock_office_key(connection: Connection) -> Row[Any] | None:
    """Return today's office key, and make whoever else changes who holds what wait until this transaction ends.

    SQLite has one writer at a time anyway.
    """
    return connection.execute(
        select(office_keys).where(office_keys.c.retired_on.is_(None)).order_by(office_keys.c.id).with_for_update()
    ).first()


def list_active_holders(connection: Connection, office_key_id: str) -> list[Row[Any]]:
    """List the persons who can sign in and hold an office key: their account, with `sealed_signing_key`."""
    return list(
        connection.execute(
            select(staff, office_key_holders.c.sealed_signing_key)
            .join(office_key_holders, office_key_holders.c.holder_id == staff.c.id)
            .where(office_key_holders.c.office_key_id == office_key_id, staff.c.is_active.is_(True))
            .order_by(staff.c.name)
        )
    )


def delete_office_holders(connection: Connection, holder_id: str) -> int:
    """Delete everything that somebody holds of the office's keys; return how many rows there were."""
    return connection.execute(delete(office_key_holders).where(office_key_holders.c.holder_id == holder_id)).rowcount


def drop_signing_key(connection: Connection, holder_id: str) -> None:
    """Take the office signing key from somebody, and leave them the office identity."""
    connection.execute(
        update(office_key_holders).where(office_key_holders.c.holder_id == holder_id).values(sealed_signing_key=None)
    )


def mark_rotation_due(connection: Connection) -> None:
    """Mark today's office key as one that somebody who held it should not hold any more."""
    connection.execute(update(office_keys).where(office_keys.c.retired_on.is_(None)).values(is_rotation_due=True))


def list_own_cases(connection: Connection, holder_id: str) -> list[Row[Any]]:
    """List the restricted cases (id, reference, is_rekey_due) that a person holds under their own name."""
    return list(
        connection.execute(
            select(cases.c.id, cases.c.reference, cases.c.is_rekey_due)
            .join(case_keys, case_keys.c.case_id == cases.c.id)
            .where(case_keys.c.holder_id == holder_id)
            .order_by(cases.c.reference)
        )
    )


def list_cases_held_alone(connection: Connection, holder_id: str) -> list[str]:
    """List the ids of cases that nobody else of the office could open without this person's own row.

    An office key that somebody active holds, or another active person, is somebody else; the recovery key and the
    emergency key are not.
    """
    other = case_keys.alias("other")
    office_wide = exists().where(
        office_key_holders.c.office_key_id == other.c.holder_id,
        office_key_holders.c.holder_id == staff.c.id,
        staff.c.is_active.is_(True),
    )
    personal = exists().where(staff.c.id == other.c.holder_id, staff.c.is_active.is_(True))
    somebody = exists().where(
        other.c.case_id == case_keys.c.case_id, other.c.holder_id != holder_id, office_wide | personal
    )
    query = select(case_keys.c.case_id).where(case_keys.c.holder_id == holder_id, ~somebody)
    return list(connection.execute(query.order_by(case_keys.c.case_id)).scalars())


def count_rekeys_due(connection: Connection) -> int:
    """Count the cases that should get new keys."""
    return connection.execute(select(func.count(cases.c.id)).where(cases.c.is_rekey_due.is_(True))).scalar_one()


def list_rekeys_due(connection: Connection, holder_ids: Sequence[str]) -> list[str]:
    """List the references of the cases that should get new keys and that one of these holders can open."""
    query = (
        select(cases.c.reference)
        .join(case_keys, case_keys.c.case_id == cases.c.id)
        .where(cases.c.is_rekey_due.is_(True), case_keys.c.holder_id.in_(holder_ids))
        .distinct()
        .order_by(cases.c.reference)
    )
    return list(connection.execute(query).scalars())


def list_case_rows(connection: Connection, holder_id: str) -> list[Row[Any]]:
    """List the sealed keys of restricted cases that a person holds."""
    return list(
        connection.execute(select(case_keys).where(case_keys.c.holder_id == holder_id).order_by(case_keys.c.case_id))
    )


def list_share_rows(connection: Connection, staff_id: str) -> list[Row[Any]]:
    """List the sealed shares for an emergency that a person holds."""
    return list(
        connection.execute(
            select(emergency_shares)
            .where(emergency_shares.c.staff_id == staff_id)
            .order_by(emergency_shares.c.emergency_key_id)
        )
    )


def delete_case_rows(connection: Connection, holder_id: str) -> int:
    """Delete every case key that a person holds under their own name; return how many there were."""
    return connection.execute(delete(case_keys).where(case_keys.c.holder_id == holder_id)).rowcount


def replace_office_row(connection: Connection, row: Row[Any], columns: Mapping[str, bytes | None]) -> None:
    """Put what was sealed anew in the place of what a holder of an office key has."""
    mine = (office_key_holders.c.office_key_id == row.office_key_id) & (office_key_holders.c.holder_id == row.holder_id)
    connection.execute(update(office_key_holders).where(mine).values(**columns))


def replace_case_row(connection: Connection, row: Row[Any], columns: Mapping[str, bytes | None]) -> None:
    """Put what was sealed anew in the place of what a holder of a case has."""
    mine = (case_keys.c.case_id == row.case_id) & (case_keys.c.holder_id == row.holder_id)
    connection.execute(update(case_keys).where(mine).values(**columns))


def replace_share_row(connection: Connection, row: Row[Any], columns: Mapping[str, bytes | None]) -> None:
    """Put what was sealed anew in the place of a person's share of an emergency key."""
    shares = emergency_shares
    mine = (shares.c.emergency_key_id == row.emergency_key_id) & (shares.c.staff_id == row.staff_id)
    connection.execute(update(shares).where(mine).values(**columns))
