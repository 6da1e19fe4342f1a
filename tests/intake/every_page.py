"""Reads every page that the public site can show in one language: plain, with each error, hidden, and gone wrong.

A page that is not walked here is a page whose words nobody checks: whoever adds a page adds its way here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NoReturn

from flask import Flask, abort

from intake.app import create_app
from models.questionnaire.pages import PAGE_BY_STEM
from models.questionnaire.question import Kind, Question
from tests.intake.directory import lay_down_directory
from tests.intake.every_agency_page import read_agency_pages
from tests.intake.every_inbox_page import read_inbox_pages
from tests.intake.office import Office
from tests.intake.test_report_journey import ANSWERS, walk_to
from tests.page_client import Field, Page, PageClient, read_fields
from web.config import OpeningHours
from web.errors import ERROR_PAGES

# Answers that lead past every page there is.
ALL_PAGES: dict[str, dict[str, str | list[str]]] = {
    **ANSWERS,
    "urgent": {"urgent": ["held_now", "court_date", "hurt", "child_alone"]},
    "you": {"goal": "record", "reporter_role": "family"},
    "why-and-how-it-ended": {"reason_believed": ["race"], "how_it_ended": ["held_for_immigration", "other"]},
    "people": {"has_lawyer": ["no"], "reach": "contact"},
    "contact": {"contact_ways": ["phone", "organisation"], "contact_details": "555-0101", "voicemail": "no"},
}
BAD_DATES: tuple[dict[str, str], ...] = (
    {"when": "date", "when_day": "31", "when_month": "2", "when_year": "2025"},
    {"when": "month", "when_month": "", "when_year": "2025"},
    {"when": "season", "when_season": "", "when_year": "2025"},
    {"when": "month", "when_month": "1", "when_year": "25"},
)


def make_app(office: Office, *, hide_after_minutes: int = 30) -> Flask:
    """Make the public site with everything on its pages that an office can set."""
    hours = (OpeningHours(0, 3, "09:00", "17:00"), OpeningHours(4, 4, "09:00", "12:30"))
    app = create_app(replace(office.config, office_hours=hours, hide_after_minutes=hide_after_minutes))
    app.add_url_rule("/<lang>/fail-with/<int:status>", view_func=_fail)
    return app


def _fail(lang: str, status: int) -> NoReturn:
    """Fail in a language, with a status."""
    del lang
    abort(status)


def read_every_page(office: Office, lang: str) -> list[Page]:
    """Read every page in a language, in the order a reader could meet them."""
    lay_down_directory(office.owner_url)
    app = make_app(office)
    hiding_app = make_app(office, hide_after_minutes=-1)
    try:
        return [
            *_read_report(PageClient(app.test_client()), lang),
            *read_inbox_pages(lambda: PageClient(app.test_client()), office, lang),
            *_read_hidden(PageClient(hiding_app.test_client()), lang),
            *read_agency_pages(PageClient(app.test_client()), lang),
            *_read_mishaps(PageClient(app.test_client()), lang),
            *_read_error_pages(PageClient(app.test_client()), lang),
        ]
    finally:
        for made in (app, hiding_app):
            made.extensions["engine"].dispose()


def _read_report(reader: PageClient, lang: str) -> Iterator[Page]:
    """Yield the pages of one report, from the first page until its code is written down."""
    page = reader.get(f"/{lang}/")
    yield page
    page = reader.submit(page, {}, action="/report/start")
    yield reader.get(f"/{lang}/")  # it now offers to go on
    while not page.path.endswith("/check"):
        yield page
        yield from _read_faults(reader, page)
        page = reader.submit(page, ALL_PAGES.get(page.path.rsplit("/", 1)[-1], {}))
    yield page
    yield from _read_evidence(reader, page)
    page = reader.submit(reader.get(page.path), {"consent_statistics": ["yes"]}, go="details")
    while not page.path.endswith("/check"):
        yield page
        yield from _read_faults(reader, page)
        page = reader.submit(page, {})
    yield page
    receipt = reader.submit(page, {}, go="send")
    assert receipt.path.endswith("/receipt")
    yield receipt
    yield reader.get(f"/{lang}/")  # it now offers the code again
    yield reader.post(receipt.path, [("csrf_token", "0"), ("go", "done")])
    yield reader.submit(receipt, {}, go="done")


def _read_evidence(reader: PageClient, check: Page) -> Iterator[Page]:
    """Yield the page that takes files: empty, with refusals, with a file of each kind; and the story told aloud."""
    page = reader.submit(check, {}, go="evidence")
    yield page
    refused = [("files", "", b"?"), ("files", "nada.txt", b""), ("files", "x.svg", b"<svg></svg>")]
    yield reader.submit(page, {}, go="add", files=refused)
    taken = (b"\xff\xd8\xff", b"GIF89a", b"#!AMR\n<", b"RIFF    AVI ", b"%PDF-1.7", b"{\\rtf1}", b"Hola")
    page = reader.submit(page, {}, go="add", files=[("files", f"{number}", kind) for number, kind in enumerate(taken)])
    assert page.status == 200
    yield page
    yield reader.post(page.path, read_fields(page.find_form("/evidence"))[:-1], files=[])  # cut off
    story = reader.get(page.path.replace("evidence", "what-happened"))
    reader.submit(story, {}, files=[("spoken", "", b"#!AMR\n<")])
    yield reader.get(story.path)
    yield reader.get(check.path)


def _read_faults(reader: PageClient, page: Page) -> Iterator[Page]:
    """Yield a page of the form with each kind of error that its questions can have."""
    asked = PAGE_BY_STEM[page.path.rsplit("/", 1)[-1].replace("-", "_")]
    fields = read_fields(page.find_form(page.path))

    def send_with(answers: list[Field]) -> Page:
        names = {name for name, _value in answers}
        return reader.post(page.path, [*(field for field in fields if field[0] not in names), *answers, ("go", "next")])

    if any(question.required for question in asked.questions):
        answer = send_with([])
        assert answer.status == 400
        yield answer
    for make in (_too_long, _unkeepable, _unlisted, _contradicting):
        answers = [field for question in asked.questions for field in make(question)]
        if answers:
            answer = send_with(answers)
            assert answer.status == 400
            yield answer
    if asked.stem == "when":
        for parts in BAD_DATES:
            yield send_with(list(parts.items()))
    yield reader.post(page.path, [("csrf_token", "0"), ("go", "next")])


def _too_long(question: Question) -> list[Field]:
    return [(question.id, "á" * (question.limit + 1))] if question.kind in {Kind.LINE, Kind.TEXT} else []


def _unkeepable(question: Question) -> list[Field]:
    return [(question.id, "1\x00")] if question.kind in {Kind.LINE, Kind.TEXT} else []


def _unlisted(question: Question) -> list[Field]:
    return [(question.id, "?")] if question.vocabulary else []


def _contradicting(question: Question) -> list[Field]:
    if not question.exclusive:
        return []
    other = next(code for code in sorted(question.codes) if code not in question.exclusive)
    return [(question.id, question.exclusive[0]), (question.id, other)]


def _read_hidden(reader: PageClient, lang: str) -> Iterator[Page]:
    """Yield the pages of somebody whose answers are shown no more, because nobody touched the phone for a while."""
    check = walk_to(reader, "check", lang, **ALL_PAGES)
    yield check
    for stem in ALL_PAGES:
        yield reader.get(f"/{lang}/report/{stem}")


def _read_mishaps(reader: PageClient, lang: str) -> Iterator[Page]:
    """Yield what a reader sees whose draft is gone, who sends too early, goes astray, or sends too much."""
    yield reader.get(f"/{lang}/privacy")
    yield reader.post(f"/{lang}/report/police", [("agency", "7"), ("go", "next")])
    early = reader.submit(reader.get(f"/{lang}/report/what-happened"), ANSWERS["what-happened"], go="send")
    assert early.status == 400
    yield early
    yield reader.get(f"/{lang}/nothing")
    yield reader.post(f"/{lang}/report/police", [("agency", "7" * 600_000)])


def _read_error_pages(reader: PageClient, lang: str) -> Iterator[Page]:
    """Yield every error page, and the page of the way out, which has no language in its address."""
    for status in ERROR_PAGES:
        page = reader.get(f"/{lang}/fail-with/{status}")
        assert page.status == status
        yield page
    reader.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = lang
    yield reader.get("/exit")
