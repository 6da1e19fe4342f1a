"""The test run's own tools: a database that is fresh each time, and a browser that starts."""

from __future__ import annotations

import pytest
import sqlalchemy
from playwright.sync_api import Browser

from models.engine import create_engine
from models.tables import boxes, metadata
from tests.postgres import read_engine_name


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_gets_an_empty_database(owner_url: str, turn: int) -> None:
    """A row that one test wrote is not there in the next."""
    engine = create_engine(owner_url)
    with engine.begin() as connection:
        assert connection.execute(sqlalchemy.select(boxes)).all() == []
        connection.execute(boxes.insert().values(id=f"{turn:064d}", kind="test", record=b"x", expires_hour=1))
    engine.dispose()


def test_the_database_is_of_the_kind_asked_for(owner_url: str) -> None:
    """The engine is the one that TESTIMONIO_TEST_DATABASE names, and every table of ours is there."""
    engine = create_engine(owner_url)
    assert engine.name == read_engine_name()
    assert set(metadata.tables) <= set(sqlalchemy.inspect(engine).get_table_names())
    engine.dispose()


def test_sites_have_roles_of_their_own_on_postgresql(owner_url: str, intake_url: str, casework_url: str) -> None:
    """On PostgreSQL each site signs in as its own role; SQLite has no roles and all three are one."""
    if read_engine_name() == "sqlite":
        assert owner_url == intake_url == casework_url
        return
    names = set()
    for url in (owner_url, intake_url, casework_url):
        engine = create_engine(url)
        with engine.connect() as connection:
            names.add(connection.execute(sqlalchemy.text("SELECT current_user")).scalar_one())
        engine.dispose()
    assert names == {"testimonio_owner", "testimonio_intake", "testimonio_casework"}


def test_the_browser_starts(browser: Browser) -> None:
    """Chromium opens a page and runs what is in it."""
    context = browser.new_context()
    page = context.new_page()
    page.set_content("<title>x</title><p>seen</p>")
    assert page.inner_text("p") == "seen"
    context.close()
