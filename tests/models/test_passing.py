"""The store of what passes: apart from the database, closed to others, made anew when it is gone."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy

from models.emptying import empty_store
from models.engine import create_engine, read, write
from models.sessions import (
    delete_session_row,
    delete_sessions_of,
    get_session_row,
    list_session_rows,
    put_session_row,
    swap_session_record,
)
from tests.architecture.house import ROOT
from tests.postgres import read_engine_name

SECRET = b"a box that nobody may find in a copy"


def put(engine: sqlalchemy.Engine, session_id: str, *, staff_id: str = "ada", record: bytes = SECRET) -> None:
    """Lay down a session that lasts."""
    columns = {"kind": "open", "record": record, "expires_hour": 10, "began_at": 60, "used_at": 120}
    with write(engine) as connection:
        put_session_row(connection, id=session_id, staff_id=staff_id, **columns)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store lies; nothing is there yet, not even the folder."""
    return tmp_path / "office" / "passing" / "sessions.sqlite3"


def test_one_persons_sessions_are_listed_and_ended(casework_url: str, path: Path) -> None:
    """Ending somebody's sessions, all, all but one, or one, touches nobody else's; expired ones are not there."""
    engine = create_engine(casework_url, passing=path)
    for session_id, staff_id in (("a", "ada"), ("b", "ada"), ("c", "ada"), ("d", "bo")):
        put(engine, session_id, staff_id=staff_id)
    with write(engine) as connection:
        assert get_session_row(connection, "a", 10) is None
        assert [row.id for row in list_session_rows(connection, "ada", 9)] == ["a", "b", "c"]
        assert list_session_rows(connection, "ada", 10) == []
        assert not delete_session_row(connection, "a", "bo")
        assert delete_session_row(connection, "a", "ada")
        assert delete_sessions_of(connection, "ada", keep="b") == 1
        assert [row.id for row in list_session_rows(connection, "ada", 9)] == ["b"]
        assert delete_sessions_of(connection, "ada") == 1
        assert [row.id for row in list_session_rows(connection, "bo", 9)] == ["d"]
    engine.dispose()


def test_record_is_swapped_only_for_the_one_that_was_read(casework_url: str, path: Path) -> None:
    """A record that changed meanwhile, or a session that was ended, is not written over."""
    engine = create_engine(casework_url, passing=path)
    put(engine, "a")
    with write(engine) as connection:
        assert not swap_session_record(connection, "a", b"other", b"new", 180)
        assert swap_session_record(connection, "a", SECRET, b"new", 180)
        assert not swap_session_record(connection, "a", SECRET, b"newer", 180)
        (row,) = list_session_rows(connection, "ada", 9)
        assert (row.record, row.used_at) == (b"new", 180)
        assert not swap_session_record(connection, "gone", SECRET, b"new", 180)
    engine.dispose()


if read_engine_name() == "sqlite":

    def test_copy_of_the_database_has_no_session(database_url: str, path: Path) -> None:
        """Neither the database's file nor its log nor a backup of it holds a session; the store's file does."""
        engine = create_engine(database_url, passing=path)
        put(engine, "a")
        database = Path(database_url.removeprefix("sqlite:///"))
        copy = database.with_name("copy.db")
        with sqlite3.connect(database) as source, sqlite3.connect(copy) as target:
            source.backup(target)
        for file in (*database.parent.iterdir(), copy):
            assert SECRET not in file.read_bytes(), file.name
        names = {row[0] for row in sqlite3.connect(copy).execute("SELECT name FROM sqlite_master")}
        assert "sessions" not in names
        assert "staff" in names
        assert any(SECRET in file.read_bytes() for file in path.parent.iterdir())
        engine.dispose()

    def test_store_is_closed_to_other_accounts_of_the_machine(database_url: str, path: Path) -> None:
        """Folder and files can be read by the account that serves the site, and by no other."""
        engine = create_engine(database_url, passing=path)
        put(engine, "a")
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
        assert len(list(path.parent.iterdir())) == 3  # with its log
        engine.dispose()

    def test_missing_store_is_made_anew(database_url: str, path: Path) -> None:
        """A store that was deleted, as by a backup that was put back without it, is empty and works."""
        engine = create_engine(database_url, passing=path)
        put(engine, "a")
        engine.dispose()
        shutil.rmtree(path.parent)
        with read(engine) as connection:
            assert list_session_rows(connection, "ada", 0) == []
        put(engine, "b")
        engine.dispose()

    def test_store_of_another_shape_is_made_anew(database_url: str, path: Path) -> None:
        """A store that another version of the program left is emptied and given the shape that this one needs."""
        engine = create_engine(database_url, passing=path)
        put(engine, "a")
        engine.dispose()
        with sqlite3.connect(path) as connection:
            connection.execute("ALTER TABLE sessions DROP COLUMN began_at")
            connection.execute("PRAGMA user_version = 7")
        connection.close()
        put(engine, "a")
        engine.dispose()

    def test_store_that_is_no_database_is_made_anew(database_url: str, path: Path) -> None:
        """A file of zeros, as a power cut can leave one, keeps nobody out: people sign in again."""
        path.parent.mkdir(parents=True)
        path.write_bytes(bytes(4096))
        engine = create_engine(database_url, passing=path)
        put(engine, "a")
        engine.dispose()

    def test_public_site_has_no_store(database_url: str) -> None:
        """Without the store's path there is no table of sessions at all."""
        engine = create_engine(database_url)
        with read(engine) as connection, pytest.raises(sqlalchemy.exc.OperationalError, match="no such table"):
            list_session_rows(connection, "ada", 0)
        engine.dispose()

    def test_processes_that_start_at_once_make_one_store(database_url: str, path: Path) -> None:
        """Six processes that find no store each get it, and none fails for another."""
        script = (
            "import sys, pathlib\nfrom models.engine import create_engine, read\nfrom models.sessions import *\n"
            "engine = create_engine(sys.argv[1], passing=pathlib.Path(sys.argv[2]))\n"
            "with read(engine) as connection: list_session_rows(connection, 'ada', 0)\n"
        )
        command = [sys.executable, "-c", script, database_url, f"{path}"]
        running = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) for _process in range(6)]
        faults = [process.communicate(timeout=60)[1].decode() for process in running]
        assert faults == [""] * 6

    def test_emptying_takes_what_was_deleted_out_of_the_store(database_url: str, path: Path) -> None:
        """After the database was written anew, no byte of an ended session is left in the store's files either."""
        engine = create_engine(database_url, passing=path)
        put(engine, "a")
        with write(engine) as connection:
            delete_sessions_of(connection, "ada")
        empty_store(engine)
        for file in path.parent.iterdir():
            assert SECRET not in file.read_bytes(), file.name
        engine.dispose()

else:

    def test_sessions_are_unlogged(owner_url: str) -> None:
        """The table of sessions is in no write-ahead log, so in nothing that is copied by way of it."""
        engine = create_engine(owner_url)
        with read(engine) as connection:
            kinds = connection.exec_driver_sql(
                "SELECT relname, relpersistence FROM pg_class WHERE relname IN ('sessions', 'staff')"
            )
            assert {tuple(row) for row in kinds} == {("sessions", "u"), ("staff", "p")}
        engine.dispose()
