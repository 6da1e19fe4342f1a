"""The one way to reach the database: engine, read and write transactions, migrations.

Writers take their lock at the start on SQLite (BEGIN IMMEDIATE), so that two sends at once queue instead of failing.
Nothing here may log a statement's parameters.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy
from sqlalchemy import Connection, Engine, event

from models.passing import attach_store

if TYPE_CHECKING:
    from alembic.config import Config

_ROOT = Path(__file__).resolve().parent.parent
_BUSY_TIMEOUT_MS = 30_000


def create_engine(url: str, *, passing: Path | None = None) -> Engine:
    """Make the engine for a database URL (`sqlite:///...` or `postgresql://...`).

    On SQLite `passing` is the file of the store of what passes, for who needs staff sessions; see models/passing.py.
    """
    if url.startswith("sqlite"):
        engine = sqlalchemy.create_engine(
            url, hide_parameters=True, pool_size=16, connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000}
        )
        event.listen(engine, "connect", _configure_sqlite)
        if passing is not None:
            event.listen(
                engine, "connect", lambda connection, _record: attach_store(connection, passing, _BUSY_TIMEOUT_MS)
            )
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return sqlalchemy.create_engine(
        url,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        pool_size=16,
        max_overflow=8,
        # A restart of the database costs nobody a page.
        pool_pre_ping=True,
        # Nobody waits for a lock for ever: threads that do would close the site.
        connect_args={"options": f"-c lock_timeout={_BUSY_TIMEOUT_MS}"},
    )


def _configure_sqlite(connection: Any, _record: Any) -> None:  # noqa: ANN401  # SQLAlchemy's listener signature
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {_BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        # FULL: an acknowledged report survives a power cut. secure_delete: removed rows leave no bytes in free pages.
        "synchronous = FULL",
        "secure_delete = ON",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("is_alone", False):
        return
    is_writer = options.get("is_writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")


@contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads; rolled back at the end."""
    with engine.connect() as connection:
        yield connection


@contextmanager
def look_up(engine: Engine) -> Iterator[Connection]:
    """For one statement that only reads: it needs no transaction around it, and every page of the form makes one."""
    options: dict[str, Any] = (
        {"is_alone": True} if engine.dialect.name == "sqlite" else {"isolation_level": "AUTOCOMMIT"}
    )
    with engine.connect().execution_options(**options) as connection:
        yield connection


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes; commits at the end, rolls back when the body raises. Only deeds call it.

    All key derivation and sealing belongs before it, so that nobody waits for it.
    """
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        yield connection


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest schema; needs the owner's role on PostgreSQL."""
    from alembic import command  # noqa: PLC0415  # a fifth of a site's start, and no site migrates

    config = _make_alembic_config()
    config.attributes["url"] = url
    command.upgrade(config, "head")


def has_newest_schema(engine: Engine) -> bool:
    """Whether every migration of this code has been applied to the database."""
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415  # as in migrate
    from alembic.script import ScriptDirectory  # noqa: PLC0415  # as in migrate

    with read(engine) as connection:
        if not sqlalchemy.inspect(connection).has_table("alembic_version"):
            return False
        current = MigrationContext.configure(connection).get_current_revision()
    return current == ScriptDirectory.from_config(_make_alembic_config()).get_current_head()


def _make_alembic_config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415  # as in migrate

    return Config(toml_file=str(_ROOT / "pyproject.toml"))
