"""Withdrawals: which reports were taken back, and when the worker destroys them."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from models.tables import withdrawals


def get_withdrawal(connection: Connection, case_id: str) -> Row[Any] | None:
    """Return when a report was taken back (asked_on) and when it is destroyed (due_on), or None."""
    return connection.execute(select(withdrawals).where(withdrawals.c.case_id == case_id)).one_or_none()


def put_withdrawal(connection: Connection, *, case_id: str, asked_on: date, due_on: date) -> None:
    """Write down that a report was taken back. Raises IntegrityError when it was already."""
    connection.execute(insert(withdrawals).values(case_id=case_id, asked_on=asked_on, due_on=due_on))


def delete_withdrawal(connection: Connection, case_id: str) -> bool:
    """Call a report back; tells whether it had been taken back."""
    return connection.execute(delete(withdrawals).where(withdrawals.c.case_id == case_id)).rowcount == 1


def list_due_withdrawals(connection: Connection, today: date) -> list[str]:
    """List the cases whose wait is over."""
    return list(connection.execute(select(withdrawals.c.case_id).where(withdrawals.c.due_on <= today)).scalars())
