"""The database is gone or locked: a page that says so and nothing more, nothing acknowledged, no draft lost."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import make_url

import models.engine
from intake.app import create_app
from models.engine import create_engine
from tests.conftest import DatabaseUrls, PostgresqlStore
from tests.faults.raw_reader import STORY, Answer, RawReader
from tests.faults.served_site import ServedSite
from tests.faults.stored_reports import StoredReports
from tests.intake.office import Office
from tests.intake.test_report_journey import walk_to
from tests.page_client import PageClient
from tests.postgres import read_engine_name

OTHER_STORY = "Nunca guardado"
# The type of an exception and places in our code: all that the log may say.
LOG_LINE = re.compile(r"(\[(ERROR|INFO)\] )?\w+ at \w+\.py:\d+( < \w+\.py:\d+)*")
SHORT_WAIT_MS = 300
INTAKE_ROLE = "testimonio_intake"


@contextlib.contextmanager
def take_file_away(path: Path, served: ServedSite) -> Iterator[None]:
    """Put something that is no database in the place of the SQLite file; afterwards put the file back."""
    served.kill()
    aside = path.parent.with_name("aside")
    shutil.move(path.parent, aside)
    path.parent.mkdir()
    path.write_bytes(b"no database at all" * 1_000)
    served.start()
    try:
        yield
    finally:
        served.kill()
        shutil.rmtree(path.parent)
        shutil.move(aside, path.parent)
        served.start()


@contextlib.contextmanager
def shut_role_out(engine: sqlalchemy.Engine) -> Iterator[None]:
    """Cut every connection of the public site to PostgreSQL and let no new one in; afterwards let it in again."""
    with engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER ROLE {INTAKE_ROLE} NOLOGIN")
    try:
        with engine.begin() as connection:
            find = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s"
            connection.exec_driver_sql(find, (INTAKE_ROLE,))
        yield
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER ROLE {INTAKE_ROLE} LOGIN")


@contextlib.contextmanager
def take_database_away(request: pytest.FixtureRequest, urls: DatabaseUrls, served: ServedSite) -> Iterator[None]:
    """Make the database unusable for a while, the way its engine knows."""
    if read_engine_name() == "sqlite":
        with take_file_away(Path(make_url(urls.owner).database or ""), served):
            yield
    else:
        store: PostgresqlStore = request.getfixturevalue("postgresql_store")
        with shut_role_out(store.engine):
            yield


def check_failure(answer: Answer) -> None:
    """Check that a page says in the reader's language that it failed, and nothing else."""
    assert answer.status in {500, 503}
    assert '<html lang="es"' in answer.text
    for secret in ("Traceback", "Error", "sqlite", "psycopg", STORY, OTHER_STORY):
        assert secret not in answer.text
    assert (answer.code, answer.reference, answer.location) == ("", "", "")


def test_database_gone(
    request: pytest.FixtureRequest, database_urls: DatabaseUrls, served: ServedSite, stored: StoredReports
) -> None:
    """Without its database the site acknowledges nothing and tells nothing; with it again, the draft is as it was."""
    writer = RawReader(served.port)
    writer.walk_to_story()
    assert writer.post("what-happened", {"what_happened": STORY}).status == 303
    writer.close()
    stored.close()
    with take_database_away(request, database_urls, served):
        check_failure(writer.get("what-happened"))
        check_failure(writer.post("what-happened", {"what_happened": OTHER_STORY}))
        check_failure(writer.send_story(OTHER_STORY))
        check_failure(writer.get("receipt"))
        with contextlib.closing(RawReader(served.port)) as newcomer:
            check_failure(newcomer.post("start", {}))
        writer.close()
    lines = [line for line in served.read_log().splitlines() if line.strip()]
    assert len(lines) >= 5
    assert [line for line in lines if not LOG_LINE.fullmatch(line)] == []
    for _worker in range(8):  # each worker process may hold a dead connection, and drops it at the first use
        if writer.get("what-happened").status == 200:
            break
    assert STORY in writer.get("what-happened").text
    assert stored.count_cases() == 0
    assert writer.send_story().status == 303
    story = stored.open_report(writer.get("receipt").code).find_answer("what_happened")
    writer.close()
    assert story is not None
    assert story.value == STORY


@contextlib.contextmanager
def hold_lock(url: str) -> Iterator[None]:
    """Hold what every writer of drafts waits for."""
    engine = create_engine(url)
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("LOCK TABLE drafts IN EXCLUSIVE MODE")
        yield
    engine.dispose()


def test_database_locked(office: Office, monkeypatch: pytest.MonkeyPatch, stored: StoredReports) -> None:
    """A writer who waits too long gets a page that says that it failed; afterwards the draft is as it was saved."""
    monkeypatch.setattr(models.engine, "_BUSY_TIMEOUT_MS", SHORT_WAIT_MS)
    app = create_app(office.config)
    reader = PageClient(app.test_client())
    page = walk_to(reader, "what-happened")
    assert reader.submit(page, {"what_happened": STORY}).status == 200
    with hold_lock(office.owner_url):
        for go in ("next", "send"):
            answer = reader.submit(page, {"what_happened": OTHER_STORY}, go=go)
            assert answer.status in {500, 503}
            assert answer.root.get("lang") == "es"
            assert OTHER_STORY not in answer.text
        assert STORY in reader.get("/es/report/what-happened").text
    assert stored.count_cases() == 0
    receipt = reader.submit(reader.get("/es/report/what-happened"), {}, go="send")
    assert receipt.path == "/es/report/receipt"
    assert stored.count_cases() == 1
    app.extensions["engine"].dispose()
