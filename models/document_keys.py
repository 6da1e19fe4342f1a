"""The office's document keys as stored: certificates, and private halves that are sealed."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from models.tables import document_keys


def put_document_key(connection: Connection, **columns: Any) -> None:  # noqa: ANN401  # columns of mixed types
    """Lay down a document key with all its columns."""
    connection.execute(insert(document_keys), columns)


def list_document_keys(connection: Connection) -> list[Row[Any]]:
    """List every document key that there ever was: today's first, then the newest."""
    statement = select(document_keys).order_by(
        document_keys.c.retired_on.is_not(None), document_keys.c.made_on.desc(), document_keys.c.retired_on.desc()
    )
    return list(connection.execute(statement))


def get_document_key(connection: Connection) -> Row[Any] | None:
    """Return the key that documents are signed with today, or None."""
    statement = (
        select(document_keys).where(document_keys.c.retired_on.is_(None)).order_by(document_keys.c.made_on.desc())
    )
    return connection.execute(statement.limit(1)).one_or_none()


def retire_document_key(connection: Connection, document_key_id: str, on: date) -> bool:
    """Mark a document key as replaced; tells whether it was in use until now."""
    in_use = (document_keys.c.id == document_key_id) & document_keys.c.retired_on.is_(None)
    return connection.execute(update(document_keys).where(in_use).values(retired_on=on)).rowcount == 1
