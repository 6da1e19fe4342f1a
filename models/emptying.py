"""Emptying what a database keeps of deleted rows: unused pages, and SQLite's write-ahead log.

Deleting a row is not enough: SQLite leaves copies of it in its log, and where pages were split; PostgreSQL leaves it in
the table's file. Both are written anew here, with what is there now and nothing else. On PostgreSQL only the owner of
the tables may, so there it is a program of its own, `python -m models.emptying`, which does the job that the staff
site's worker laid down. What copies, a database's archive of its log or a disk's own bookkeeping keep is out of reach.
"""

import argparse
import os
import sqlite3
import sys
import time
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from models.engine import create_engine, read, write
from models.jobs import claim_job, finish_job, has_due_job

EMPTY_STORE: Final = "store:empty"
_TABLES: Final = (
    *("case_keys", "cards", "sealed_items", "replies", "receipts", "case_openings", "withdrawals", "blobs"),
    *("former_case_keys", "emergency_keys", "emergency_shares", "emergency_requests", "notices"),
    *("drafts", "boxes", "sessions", "jobs"),
)
_WATCH_SECONDS: Final = 600.0
# Short, because the job is tried again and a site's writers must not stand behind it.
_BUSY_TIMEOUT_MS: Final = 3_000


class StoreBusyError(Exception):
    """Somebody was reading the whole time, so that something old may still be there. Try again."""


def can_empty(engine: Engine) -> bool:
    """Whether this way of reaching the database may empty it: on PostgreSQL the owner of the tables alone."""
    if engine.name == "sqlite":
        return True
    statement = "SELECT pg_has_role(current_user, tableowner, 'MEMBER') FROM pg_tables WHERE tablename = 'case_keys'"
    with read(engine) as connection:
        return bool(connection.exec_driver_sql(statement).scalar())


def empty_store(engine: Engine) -> None:
    """Write the database anew without what was deleted.

    Raises:
        StoreBusyError: it is not certain that all of it is gone; nothing is broken.
    """
    if engine.name == "sqlite":
        _empty_sqlite(engine)
    else:
        _empty_postgresql(engine)


def _empty_sqlite(engine: Engine) -> None:
    pooled = engine.raw_connection()
    try:
        pooled.driver_connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")  # type: ignore[union-attr]
        # In memory: a temporary file would leave on another disk what is deleted from this one later.
        pooled.driver_connection.execute("PRAGMA temp_store = MEMORY")  # type: ignore[union-attr]  # sqlite3's own
        for _number, name, _path in pooled.driver_connection.execute("PRAGMA database_list").fetchall():  # type: ignore[union-attr]  # sqlite3's own
            if name != "temp":
                pooled.driver_connection.execute(f'VACUUM "{name}"')  # type: ignore[union-attr]  # sqlite3's own
        found = pooled.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
        is_busy, _frames, _moved = found.fetchone()
    except sqlite3.OperationalError:
        raise StoreBusyError from None
    finally:
        # Not back into the pool: its settings are for this work alone.
        pooled.invalidate()
        pooled.close()
    if is_busy:
        raise StoreBusyError


def _empty_postgresql(engine: Engine) -> None:
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET lock_timeout = '20s'")
            for table in _TABLES:
                connection.exec_driver_sql(f"VACUUM (FULL) {table}")
    except OperationalError:
        raise StoreBusyError from None


def empty_when_asked(engine: Engine, now: int) -> bool:
    """Do the waiting job, if there is one; tells whether it was done. Raises StoreBusyError: it goes on waiting."""
    with read(engine) as connection:
        if not has_due_job(connection, [EMPTY_STORE], now):
            return False
    with write(engine) as connection:
        job = claim_job(connection, [EMPTY_STORE], now)
    if job is None:
        return False
    empty_store(engine)
    with write(engine) as connection:
        return finish_job(connection, job)


def main(arguments: list[str] | None = None) -> int:
    """Empty the database at DATABASE_URL if that was asked for, once or, with `--watch`, whenever it is."""
    parser = argparse.ArgumentParser(prog="python -m models.emptying", description=main.__doc__)
    parser.add_argument("--watch", action="store_true", help="stay and look again every ten minutes")
    parsed = parser.parse_args(arguments)
    engine = create_engine(os.environ["DATABASE_URL"])
    try:
        while True:
            try:
                empty_when_asked(engine, int(time.time()))
            except (StoreBusyError, OperationalError) as error:
                sys.stderr.write(f"{type(error).__name__}: trying again later\n")
                if not parsed.watch:
                    return 1
            if not parsed.watch:
                return 0
            time.sleep(_WATCH_SECONDS)
    finally:
        engine.dispose()


if __name__ == "__main__":
    sys.exit(main())
