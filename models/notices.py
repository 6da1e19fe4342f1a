"""Notices as stored: what somebody must be told about a case, until they have seen it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, delete, insert, select

from models.tables import case_keys, cases, notices, withdrawals


def put_notices(connection: Connection, staff_ids: Iterable[str], *, case_id: str, kind: str, added_on: date) -> None:
    """Lay down the same notice for several people."""
    for staff_id in staff_ids:
        row = {"id": str(uuid4()), "staff_id": staff_id, "case_id": case_id, "kind": kind, "added_on": added_on}
        connection.execute(insert(notices), row)


def list_notices(connection: Connection, staff_id: str, holder_ids: Sequence[str]) -> list[Row[Any]]:
    """List what one person must be told, with each case's reference: only of cases that they hold and that are open."""
    held = select(case_keys.c.case_id).where(case_keys.c.holder_id.in_(holder_ids))
    statement = (
        select(notices, cases.c.reference)
        .join(cases, cases.c.id == notices.c.case_id)
        .where(
            notices.c.staff_id == staff_id,
            notices.c.case_id.in_(held),
            notices.c.case_id.not_in(select(withdrawals.c.case_id)),
        )
        .order_by(notices.c.added_on, notices.c.id)
    )
    return list(connection.execute(statement))


def delete_notice(connection: Connection, notice_id: str, staff_id: str) -> bool:
    """Delete a notice of this person; tells whether there was one."""
    mine = (notices.c.id == notice_id) & (notices.c.staff_id == staff_id)
    return connection.execute(delete(notices).where(mine)).rowcount == 1


def keep_notices_of(connection: Connection, case_id: str, staff_ids: Collection[str]) -> None:
    """Delete the notices about a case of everybody but these people."""
    others = notices.c.staff_id.not_in(list(staff_ids))
    connection.execute(delete(notices).where(notices.c.case_id == case_id, others))


def delete_case_notices(connection: Connection, case_id: str, kind: str) -> None:
    """Delete the notices of one kind about a case, whoever they are for: something newer says more."""
    connection.execute(delete(notices).where(notices.c.case_id == case_id, notices.c.kind == kind))
