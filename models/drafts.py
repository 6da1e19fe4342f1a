"""Unfinished reports: sealed records under a key in the reporter's cookie, with the case keys made when they began."""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from models.tables import blobs, drafts

# Every page of the form reads and replaces one draft: these two statements are made once.
_FIND = select(drafts).where(drafts.c.id == bindparam("draft_id"), drafts.c.expires_hour > bindparam("now_hour"))
_REPLACE = (
    update(drafts)
    .where(drafts.c.id == bindparam("draft_id"), drafts.c.revision == bindparam("known_revision"))
    .values({name: bindparam(f"new_{name}") for name in ("record", "revision", "expires_hour")})
)


def get_draft(connection: Connection, draft_id: str, now_hour: int) -> Row[Any] | None:
    """Return a draft's record, revision and case keys, or None when there is none or it has expired."""
    return connection.execute(_FIND, {"draft_id": draft_id, "now_hour": now_hour}).one_or_none()


def put_draft(connection: Connection, **columns: str | bytes | int) -> None:
    """Lay down a new draft with all its columns; revision starts at 1."""
    connection.execute(insert(drafts).values(revision=1, **columns))


def replace_record(connection: Connection, draft_id: str, *, revision: int, record: bytes, expires_hour: int) -> bool:
    """Replace a draft's record if nobody did since `revision` was read; tells whether it was replaced."""
    result = connection.execute(
        _REPLACE,
        {
            "draft_id": draft_id,
            "known_revision": revision,
            "new_record": record,
            "new_revision": revision + 1,
            "new_expires_hour": expires_hour,
        },
    )
    return result.rowcount == 1


def move_draft(
    connection: Connection, draft_id: str, *, revision: int, new_id: str, record: bytes, expires_hour: int
) -> bool:
    """Put a draft under another id, with the record made for it, if nobody saved it since; tells whether it moved."""
    result = connection.execute(
        update(drafts)
        .where(drafts.c.id == draft_id, drafts.c.revision == revision)
        .values(id=new_id, record=record, revision=revision + 1, expires_hour=expires_hour)
    )
    return result.rowcount == 1


def delete_draft(connection: Connection, draft_id: str, *, revision: int | None = None) -> bool:
    """Delete a draft, or only that revision of it; tells whether it was there."""
    statement = delete(drafts).where(drafts.c.id == draft_id)
    if revision is not None:
        statement = statement.where(drafts.c.revision == revision)
    return connection.execute(statement).rowcount == 1


def get_case_id(connection: Connection, draft_id: str) -> str | None:
    """Return the id of the case that a draft would become, also of one that has expired; None when there is none."""
    return connection.execute(select(drafts.c.case_id).where(drafts.c.id == draft_id)).scalar()


def delete_expired_drafts(connection: Connection, now_hour: int) -> int:
    """Delete the drafts whose time is over, and that files belonged to them; return how many drafts there were."""
    is_expired = drafts.c.expires_hour <= now_hour
    connection.execute(delete(blobs).where(blobs.c.case_id.in_(select(drafts.c.case_id).where(is_expired))))
    return connection.execute(delete(drafts).where(is_expired)).rowcount
