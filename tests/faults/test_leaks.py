"""A phrase in every text field and an error on every page: none of it is in what the site stores, logs or hands out."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote_plus

import pytest
import sqlalchemy
from sqlalchemy import make_url

import intake.inbox
import intake.sending
import intake.views.report
from models.questionnaire.pages import PAGE_BY_STEM, QUESTIONS, is_text
from models.questionnaire.question import Question
from tests.conftest import DatabaseUrls, PostgresqlStore
from tests.intake.every_page import ALL_PAGES
from tests.intake.office import Office
from tests.intake.test_report_journey import read_code
from tests.page_client import Page, PageClient
from tests.postgres import read_engine_name
from vault.boxes import BoxKey
from vault.receipts import format_code

# "2024" in a field for a year says nothing about anybody, and is found in every database.
SHORTEST_TELLING = 20
TEXTS = [question for question in QUESTIONS.values() if is_text(question) and question.limit >= SHORTEST_TELLING]


class Canary:
    """One phrase a text field, and where none of them may be found."""

    def __init__(self) -> None:
        self.phrases = {question.id: f"Ñandú {question.id} {secrets.token_hex(6)}" for question in TEXTS}
        self.secrets: set[bytes] = set()
        for phrase in self.phrases.values():
            self.add(phrase)
            self.add(quote_plus(phrase))
            self.add(phrase.rsplit(" ", 1)[1])

    def add(self, secret: str | bytes) -> None:
        """Add something else that nobody may find."""
        self.secrets.add(secret.encode() if isinstance(secret, str) else secret)

    def find_in(self, content: bytes) -> list[bytes]:
        """Find what should not be there."""
        return [secret for secret in self.secrets if secret in content]


@pytest.fixture
def canary() -> Canary:
    """Phrases of this test alone."""
    return Canary()


@pytest.fixture
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that this process uses for temporary files."""
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def list_stored_files(
    request: pytest.FixtureRequest, database_urls: DatabaseUrls
) -> Callable[[], Iterator[tuple[str, bytes]]]:
    """Lists every file of the database with its bytes: tables, write-ahead log, journals, server log."""
    url = make_url(database_urls.owner)

    def list_files() -> Iterator[tuple[str, bytes]]:
        if read_engine_name() == "sqlite":
            folder = Path(url.database or "").parent
        else:
            store: PostgresqlStore = request.getfixturevalue("postgresql_store")
            with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(sqlalchemy.text("CHECKPOINT"))
            folder = Path(str(url.query["host"]))
        for path in folder.rglob("*"):
            if path.is_file():
                yield str(path.relative_to(folder)), path.read_bytes()

    return list_files


def fill(page: Page, canary: Canary) -> dict[str, str | list[str]]:
    """Make the answers to a page: its choices, and a phrase in every text field."""
    address = page.path.rsplit("/", 1)[-1]
    questions: tuple[Question, ...] = PAGE_BY_STEM[address.replace("-", "_")].questions
    phrases = {question.id: canary.phrases[question.id] for question in questions if question.id in canary.phrases}
    return {**ALL_PAGES.get(address, {}), **phrases}


def make_failure(canary: Canary) -> Callable[..., NoReturn]:
    """Make a function that fails with everything secret in its message, as a careless library would."""

    def fail(*arguments: object, **named: object) -> NoReturn:
        raise RuntimeError(f"{canary.phrases} {arguments} {named}")

    return fail


def fail_on(reader: PageClient, page: Page, canary: Canary, go: str = "next") -> None:
    """Send a page, and show it, while each fails; then put everything right again."""
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(intake.views.report, "save_page", make_failure(canary))
        answers = [reader.submit(page, fill(page, canary), go=go)]
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(intake.views.report, "_render", make_failure(canary))
        answers.append(reader.get(page.path))
    for answer in answers:
        assert answer.status == 500
        assert not canary.find_in(answer.text.encode())


def walk(reader: PageClient, canary: Canary) -> Page:
    """Walk through every page of the form, failing on each before it succeeds; return the page to send from."""
    page = reader.submit(reader.get("/es/"), {}, action="/report/start")
    cookie = reader.client.get_cookie("form")
    assert cookie is not None
    canary.add(cookie.value)
    key = BoxKey.from_cookie(cookie.value)
    canary.add(key._raw)
    canary.add(key.csrf_token())
    for go in ("next", "details"):
        while not page.path.endswith("/check"):
            fail_on(reader, page, canary)
            page = reader.submit(page, fill(page, canary))
            assert page.status == 200, page.list_errors()
        fail_on(reader, page, canary, "send")
        if go == "next":
            page = reader.submit(page, {"consent_statistics": ["yes"]}, go="details")
    return page


def send(reader: PageClient, page: Page, canary: Canary) -> str:
    """Send, after a first try that failed at the worst moment; return the code."""
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(intake.sending, "_store", make_failure(canary))
        assert reader.submit(page, {}, go="send").status == 500
    receipt = reader.submit(page, {}, go="send")
    assert receipt.path.endswith("/receipt")
    code = read_code(receipt)
    canary.add(code)
    canary.add(format_code(code))
    return code


def come_back(reader: PageClient, code: str, canary: Canary) -> None:
    """Come back with the code, once while that fails and once while it works."""
    reader.submit(reader.get("/es/report/receipt"), {}, go="done")
    page = reader.get("/es/inbox")
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(intake.inbox, "derive_code", make_failure(canary))
        assert reader.submit(page, {"code": code}, action="/inbox").status == 500
    opened = reader.submit(page, {"code": code}, action="/inbox")
    assert opened.status == 200
    message = canary.phrases["what_happened"] + " message"
    assert reader.submit(opened, {"text": message}, action="/message").status == 200


@pytest.mark.timeout(180)
def test_nothing_leaks(
    office: Office,
    reader: PageClient,
    canary: Canary,
    temporary_folder: Path,
    list_stored_files: Callable[[], Iterator[tuple[str, bytes]]],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Text, code and key are in no file of the database, no log, no temporary file, no cookie; the office has all."""
    page = walk(reader, canary)
    drafted = dict(list_stored_files())
    code = send(reader, page, canary)
    come_back(reader, code, canary)
    (report,) = office.open_reports()
    stored = dict(list_stored_files())

    for files in (drafted, stored):
        assert {name: found for name, content in files.items() if (found := canary.find_in(content))} == {}
    # The same search finds what lies open, so that it would find the rest.
    assert any(report.reference.encode() in content for content in stored.values())

    printed = capfd.readouterr()
    logged = "".join(str(vars(record)) + caplog.handler.format(record) for record in caplog.records)
    assert len(caplog.records) >= 2 * len(PAGE_BY_STEM)
    assert "RuntimeError at " in logged
    assert canary.find_in((printed.out + printed.err + logged).encode()) == []
    assert list(temporary_folder.iterdir()) == []
    cookie = reader.client.get_cookie("form")
    assert cookie is not None
    assert len(cookie.value) == 43

    kept = {answer.question: answer.value for answer in report.answers}
    assert {question: kept[question] for question in canary.phrases} == canary.phrases
