"""The store of what passes: sessions, apart from everything that lasts, so that no copy of the database has them.

On SQLite it is a file of its own that stands beside the database in each connection of the staff site; the public site
never has it. It is made when it is missing or of another shape: people sign in again, and nothing is lost. On
PostgreSQL its tables are UNLOGGED, which keeps them out of the write-ahead log and of what is copied by way of it.
"""

import os
import sqlite3
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from models.tables import passing

_SCHEMA: Final = "passing"
_MAGIC: Final = b"SQLite format 3\0"  # https://www.sqlite.org/fileformat.html, section 1.3


def attach_store(connection: Any, path: Path, busy_timeout_ms: int) -> None:  # noqa: ANN401  # sqlite3's own
    """Put the store beside the database in one connection of sqlite3, making the file (mode 0600) if need be."""
    statements = _list_statements()
    shape = zlib.crc32("".join(statements).encode()) & 0x7FFF_FFFF
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove_wreck(path)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection.execute("ATTACH DATABASE ? AS passing", (f"{path}",))
    if connection.execute("PRAGMA passing.user_version").fetchone() != (shape,):
        _make_store(path, statements, shape, busy_timeout_ms)
    # FULL here as well: a session that was ended must not come back with a power cut.
    for pragma in ("synchronous = FULL", "secure_delete = ON"):
        connection.execute(f"PRAGMA {_SCHEMA}.{pragma}")


def _remove_wreck(path: Path) -> None:
    """Remove a file that is no database, as a power cut can leave one: it holds nothing and would keep people out."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        if file.read(len(_MAGIC)) not in {b"", _MAGIC}:
            path.unlink()
            for name in ("-wal", "-shm"):
                path.with_name(f"{path.name}{name}").unlink(missing_ok=True)


def _list_statements() -> list[str]:
    dialect = sqlite.dialect()
    statements = []
    for table in passing.sorted_tables:
        statements.append(f"{CreateTable(table).compile(dialect=dialect)}")
        indexes = sorted(table.indexes, key=lambda index: f"{index.name}")
        statements += [f"{CreateIndex(index).compile(dialect=dialect)}" for index in indexes]
    return statements


def _make_store(path: Path, statements: list[str], shape: int, busy_timeout_ms: int) -> None:
    """Make the tables in the store's own file; two processes that start at once make them once."""
    connection = sqlite3.connect(path, timeout=busy_timeout_ms / 1000, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("BEGIN EXCLUSIVE")
        if connection.execute("PRAGMA user_version").fetchone() != (shape,):
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                connection.execute(f'DROP TABLE "{name}"')
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {shape}")
        connection.execute("COMMIT")
    finally:
        connection.close()
