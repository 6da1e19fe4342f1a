"""Receipts: where a receipt code leads, without the code. Lookup ids are derived from codes elsewhere."""

from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from models.tables import receipts


def put_receipt(connection: Connection, **columns: str | bytes) -> None:
    """Lay down a receipt with all its columns."""
    connection.execute(insert(receipts), columns)


def get_receipt(connection: Connection, lookup_id: bytes) -> Row[Any] | None:
    """Return the receipt that a code leads to, or None."""
    return connection.execute(select(receipts).where(receipts.c.lookup_id == lookup_id)).one_or_none()


def list_receipts(connection: Connection, case_id: str) -> list[Row[Any]]:
    """List the receipts of a case that lead to it still, the person's own first."""
    statement = select(receipts).where(receipts.c.case_id == case_id, receipts.c.is_revoked.is_(False))
    return list(connection.execute(statement.order_by(receipts.c.holder.desc(), receipts.c.id)))


def get_receipt_by_id(connection: Connection, receipt_id: str) -> Row[Any] | None:
    """Return a receipt by its id, or None."""
    return connection.execute(select(receipts).where(receipts.c.id == receipt_id)).one_or_none()


def revoke_receipt(connection: Connection, receipt_id: str) -> None:
    """End a receipt: its code opens nothing from now on."""
    connection.execute(update(receipts).where(receipts.c.id == receipt_id).values(is_revoked=True))
