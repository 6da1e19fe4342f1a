"""Replies: what the office wrote to a reporter, sealed; one row a reply and receipt."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from models.tables import replies


def put_reply(connection: Connection, **columns: Any) -> None:  # noqa: ANN401  # columns of mixed types
    """Lay down a reply: id, case_id, receipt_id, added_on, sealed."""
    connection.execute(insert(replies).values(**columns))


def list_case_replies(connection: Connection, case_id: str) -> list[Row[Any]]:
    """List what was written to the reporters of a case, oldest day first; the time of day is sealed inside."""
    return list(connection.execute(select(replies).where(replies.c.case_id == case_id).order_by(replies.c.added_on)))


def list_receipt_replies(connection: Connection, receipt_id: str) -> list[Row[Any]]:
    """List what was written to the holder of one receipt, oldest day first."""
    return list(
        connection.execute(select(replies).where(replies.c.receipt_id == receipt_id).order_by(replies.c.added_on))
    )


def mark_answered(connection: Connection, receipt_id: str, on: date) -> None:
    """Note the day on which the holder of a receipt wrote, on every reply that has none yet."""
    connection.execute(
        update(replies)
        .where(replies.c.receipt_id == receipt_id, replies.c.answered_on.is_(None))
        .values(answered_on=on)
    )


def delete_reply(connection: Connection, reply_id: str, *, receipt_id: str) -> bool:
    """Delete one reply to one receipt; tells whether it was there."""
    result = connection.execute(delete(replies).where(replies.c.id == reply_id, replies.c.receipt_id == receipt_id))
    return result.rowcount == 1
