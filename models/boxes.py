"""Boxes at rest: encrypted records whose keys exist only in browsers' cookies. Two tables, one mechanism."""

from sqlalchemy import Connection, Row, Table, delete, insert, select, update


def get_box(
    connection: Connection, table: Table, box_id: str, now_hour: int
) -> Row[tuple[str, str, bytes, int]] | None:
    """Return a box that has not expired, or None. `now_hour` is in hours since 1970."""
    return connection.execute(select(table).where(table.c.id == box_id, table.c.expires_hour > now_hour)).one_or_none()


def put_box(connection: Connection, table: Table, *, box_id: str, kind: str, record: bytes, expires_hour: int) -> None:
    """Lay down a new box."""
    connection.execute(insert(table), {"id": box_id, "kind": kind, "record": record, "expires_hour": expires_hour})


def replace_box(connection: Connection, table: Table, *, box_id: str, kind: str, record: bytes) -> bool:
    """Replace what a box holds; tells whether the box was still there."""
    result = connection.execute(update(table).where(table.c.id == box_id).values(kind=kind, record=record))
    return result.rowcount == 1


def delete_box(connection: Connection, table: Table, box_id: str) -> None:
    """Delete a box; what it held can be opened by nobody any more."""
    connection.execute(delete(table).where(table.c.id == box_id))


def delete_expired_boxes(connection: Connection, table: Table, now_hour: int) -> int:
    """Delete the boxes whose time is over and return how many there were."""
    return connection.execute(delete(table).where(table.c.expires_hour <= now_hour)).rowcount
