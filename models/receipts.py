"""Receipts: where a receipt code leads, without the code. Lookup ids are derived from codes elsewhere."""

from typing import Any

from sqlalchemy import Connection, Row, insert, select

from models.tables import receipts


def put_receipt(connection: Connection, **columns: str | bytes) -> None:
    """Lay down a receipt with all its columns."""
    connection.execute(insert(receipts), columns)


def get_receipt(connection: Connection, lookup_id: bytes) -> Row[Any] | None:
    """Return the receipt that a code leads to, or None."""
    return connection.execute(select(receipts).where(receipts.c.lookup_id == lookup_id)).one_or_none()
