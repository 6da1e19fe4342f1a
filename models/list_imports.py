"""Lists of participating agencies: what was read, what waits for a person's word, and what each one changed."""

import json
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from models.agreements import ListsRead
from models.directory_tables import list_imports

_COUNTED = ("applied", "shipped")


class ImportStanding(StrEnum):
    """What became of a list."""

    WAITING = "waiting"
    APPLIED = "applied"
    DROPPED = "dropped"
    SHIPPED = "shipped"


def put_import(connection: Connection, **columns: Any) -> None:  # noqa: ANN401  # columns of mixed types
    """Lay down a list that was read, or facts that ship."""
    connection.execute(insert(list_imports).values(**columns))


def change_import(connection: Connection, import_id: str, **columns: Any) -> None:  # noqa: ANN401  # the same
    """Change columns of an import."""
    connection.execute(update(list_imports).where(list_imports.c.id == import_id).values(**columns))


def get_import(connection: Connection, import_id: str) -> Row[Any] | None:
    """Return an import with everything that was read or changed."""
    return connection.execute(select(list_imports).where(list_imports.c.id == import_id)).one_or_none()


def list_all_imports(connection: Connection) -> list[Row[Any]]:
    """List all imports, newest list first, without what was read and changed."""
    left_out = {"rows", "choices", "changes"}
    columns = [column for column in list_imports.c if column.name not in left_out]
    return list(connection.execute(select(*columns).order_by(list_imports.c.published_on.desc(), list_imports.c.id)))


def find_lists_read(connection: Connection, state: str) -> ListsRead | None:
    """Return the dates of the oldest and the newest list that was read for a state; None when none ever was."""
    columns = list_imports.c
    rows = connection.execute(select(columns.published_on, columns.states).where(columns.standing.in_(_COUNTED)))
    dates = [row.published_on for row in rows if not row.states or state in row.states.split()]
    return ListsRead(min(dates), max(dates)) if dates else None


def find_newest_list(connection: Connection) -> date | None:
    """Return the date of the newest list that was applied, or that the shipped facts were taken from."""
    columns = list_imports.c
    statement = select(columns.published_on).where(columns.standing.in_(_COUNTED))
    return connection.execute(statement.order_by(columns.published_on.desc()).limit(1)).scalar()


def is_file_applied(connection: Connection, digest: str, but_for: str) -> bool:
    """Whether the same file was applied before, as another import."""
    columns = list_imports.c
    statement = select(columns.id).where(
        columns.digest == digest, columns.standing == ImportStanding.APPLIED, columns.id != but_for
    )
    return connection.execute(statement.limit(1)).scalar() is not None


def find_choices(connection: Connection) -> dict[str, str]:
    """Return the counties that people chose for cells of lists, dropped ones aside; a later choice over an earlier.

    A list that still waits counts as well: somebody has answered, whether or not it was applied yet.
    """
    columns = list_imports.c
    answered = columns.standing.in_((ImportStanding.APPLIED, ImportStanding.WAITING))
    rows = connection.execute(select(columns.choices, columns.uploaded_on, columns.applied_on).where(answered)).all()
    chosen: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: (row.uploaded_on, row.applied_on or date.max)):
        chosen |= read_plain(row.choices)
    return chosen


def dump_plain(value: object) -> str:
    """Write plain values as the columns `rows`, `choices`, `changes` and `counts` hold them."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def read_plain(text: str) -> Any:  # noqa: ANN401  # plain JSON
    """Read what `dump_plain` wrote; an empty text is an empty dictionary."""
    return json.loads(text) if text else {}
