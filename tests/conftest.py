"""What every test may ask for: a fresh, migrated database on either engine, and a browser.

`TESTIMONIO_TEST_DATABASE` picks the engine (sqlite, the default, or postgresql). Whatever asks for a database is marked
`database`, so that script/test runs it on both.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import Connection, Engine

from models.engine import create_engine, migrate
from models.tables import metadata, passing
from tests.chromium import run_browser
from tests.postgres import OWNER, SUPERUSER, make_url, read_engine_name, run_postgresql
from tests.serving import RunningServer, run_server


@dataclass(frozen=True)
class DatabaseUrls:
    """One database, as its owner and as each site may reach it; all the same on SQLite, which knows no roles."""

    owner: str
    intake: str
    casework: str


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses a database or the browser, so that nobody can forget to."""
    for item in items:
        fixtures: tuple[str, ...] = tuple(getattr(item, "fixturenames", ()))
        if "database_urls" in fixtures:
            item.add_marker(pytest.mark.database)
        if "browser" in fixtures:
            item.add_marker(pytest.mark.browser)


def pytest_report_header() -> str:
    """Say which engine this run is about."""
    return f"database: {read_engine_name()}"


class PostgresqlStore:
    """The run's one PostgreSQL database: migrated once, brought back to that state between tests."""

    def __init__(self, sockets: Path) -> None:
        self.urls = DatabaseUrls(
            owner=make_url(sockets, OWNER),
            intake=make_url(sockets, "testimonio_intake"),
            casework=make_url(sockets, "testimonio_casework"),
        )
        migrate(self.urls.owner)
        # The superuser, because the owner's own triggers and policies may forbid what cleaning up has to do.
        self.engine: Engine = create_engine(make_url(sockets, SUPERUSER))
        with self.engine.connect() as connection:
            tables = [*metadata.sorted_tables, *passing.sorted_tables]
            rows = {table: connection.execute(table.select()).mappings().all() for table in tables}
        self.first_rows: dict[sqlalchemy.Table, list[dict[str, Any]]] = {
            table: [dict(row) for row in found] for table, found in rows.items() if found
        }

    def empty(self) -> None:
        """Bring every table back to what the migrations left in it; raises when a test left a transaction open."""
        with self.engine.begin() as connection:
            self._empty(connection)

    def _empty(self, connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table in (*passing.sorted_tables, *reversed(metadata.sorted_tables)):
            connection.execute(table.delete())
        for table, rows in self.first_rows.items():
            connection.execute(table.insert(), rows)


@pytest.fixture(scope="session")
def postgresql_store() -> Iterator[PostgresqlStore]:
    """The private PostgreSQL of this run, started when the first test asks for it."""
    with run_postgresql() as sockets:
        store = PostgresqlStore(sockets)
        yield store
        store.engine.dispose()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that is only ever copied."""
    path = tmp_path_factory.mktemp("migrated") / "testimonio.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def database_urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DatabaseUrls]:
    """A fresh, migrated database for this test alone."""
    if read_engine_name() == "sqlite":
        path = tmp_path / "database" / "testimonio.db"
        path.parent.mkdir()
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        url = f"sqlite:///{path}"
        yield DatabaseUrls(owner=url, intake=url, casework=url)
    else:
        store: PostgresqlStore = request.getfixturevalue("postgresql_store")
        yield store.urls
        store.empty()


@pytest.fixture
def owner_url(database_urls: DatabaseUrls) -> str:
    """The database as its owner: migrations, and looking at everything."""
    return database_urls.owner


@pytest.fixture
def database_url(database_urls: DatabaseUrls) -> str:
    """The same as `owner_url`, for tests that do not care about roles."""
    return database_urls.owner


@pytest.fixture
def intake_url(database_urls: DatabaseUrls) -> str:
    """The database as the public site reaches it, with just its grants on PostgreSQL."""
    return database_urls.intake


@pytest.fixture
def casework_url(database_urls: DatabaseUrls) -> str:
    """The database as the staff site reaches it, with just its grants on PostgreSQL."""
    return database_urls.casework


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The run's one Chromium (a playwright `Browser`); make a context of your own in it and close it."""
    with run_browser() as running:
        yield running


@pytest.fixture(scope="session")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Both sites of a demo office, as script/server serves them; shared by the whole run."""
    with run_server(tmp_path_factory.mktemp("office") / "demo") as server:
        yield server
