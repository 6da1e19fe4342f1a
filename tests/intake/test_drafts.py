"""Unfinished reports: kept by every button, shown no more after a pause, gone after a day, safe from a swapped key."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from intake.app import create_app
from models import tables
from models.engine import create_engine, read, write
from tests.intake.moved_clock import MovedClock
from tests.intake.office import Office
from tests.intake.test_report_journey import ANSWERS, STORY, read_code, walk_to
from tests.page_client import PageClient
from vault.identities import Identity


def test_first_get_makes_nothing(reader: PageClient, office: Office) -> None:
    """Looking at the first page leaves no draft and no cookie; its button makes both."""
    reader.get("/en/")
    engine = create_engine(office.owner_url)
    with read(engine) as connection:
        assert connection.execute(tables.drafts.select()).all() == []
    assert reader.client.get_cookie("form") is None
    reader.submit(reader.get("/en/"), {}, action="/report/start")
    assert reader.client.get_cookie("form") is not None
    with read(engine) as connection:
        assert len(connection.execute(tables.drafts.select()).all()) == 1
    engine.dispose()


@pytest.mark.parametrize("go", ["next", "back", "send", "language:en"])
def test_every_button_saves(reader: PageClient, go: str) -> None:
    """Whatever button was pressed, the text is there when the page is opened again or was sent."""
    page = walk_to(reader, "what-happened", "es")
    after = reader.submit(page, ANSWERS["what-happened"], go=go)
    if go != "send":
        assert STORY in reader.get("/es/report/what-happened").text
    else:
        assert after.path.endswith("/receipt")


def test_invalid_text_is_saved_too(reader: PageClient) -> None:
    """A text that is too long is kept on this computer as well, so that a restart does not lose it."""
    page = walk_to(reader, "what-happened", "es")
    refused = reader.submit(page, {"what_happened": "x" * 10_001})
    assert refused.status == 400
    assert "x" * 10_001 in reader.get("/es/report/what-happened").text


def test_too_long_story_cannot_be_sent_from_the_check_page(reader: PageClient, office: Office) -> None:
    """Send leads to the page that needs mending, with every word, and stores nothing."""
    page = walk_to(reader, "what-happened", "es")
    reader.submit(page, {"what_happened": "x" * 10_001})
    refused = reader.submit(reader.get("/es/report/check"), {}, go="send")
    assert refused.status == 400
    assert "x" * 10_001 in refused.text
    assert office.open_reports() == []


def test_send_what_i_have_from_the_story(reader: PageClient, office: Office) -> None:
    """From the story page on a report can be sent; what was not reached says "not asked"."""
    page = walk_to(reader, "what-happened", "es")
    reader.submit(page, ANSWERS["what-happened"], go="send")
    (report,) = office.open_reports()
    assert {answer.state for answer in report.answers if answer.question in {"reach", "reason_believed"}} == {
        "not_asked"
    }


def test_answers_are_hidden_after_half_an_hour_and_still_sent(
    reader: PageClient, office: Office, moved: MovedClock
) -> None:
    """Whoever picks the phone up later reads nothing; the answers are sent all the same."""
    walk_to(reader, "check", "es")
    moved.ahead = timedelta(minutes=31)
    for stem in ("what-happened", "people", "where"):
        page = reader.get(f"/es/report/{stem}")
        assert STORY not in page.text
        assert "Rosa" not in page.text
        assert "Meadowlark" not in page.text
    check = reader.get("/es/report/check")
    assert STORY not in check.text
    reader.submit(check, {}, go="send")
    (report,) = office.open_reports()
    assert report.values["what_happened"] == STORY


def test_hidden_answer_can_be_replaced_or_removed(reader: PageClient, office: Office, moved: MovedClock) -> None:
    """After the pause a new answer replaces the hidden one, "remove" removes it, and a blank leaves it."""
    walk_to(reader, "check", "es")
    moved.ahead = timedelta(minutes=31)
    reader.submit(reader.get("/es/report/people"), {"remove": ["name_to_use"]})
    reader.submit(reader.get("/es/report/police"), {"agency": "Otra"})
    reader.submit(reader.get("/es/report/where"), {})
    reader.submit(reader.get("/es/report/check"), {}, go="send")
    (report,) = office.open_reports()
    assert "name_to_use" not in report.values
    assert report.values["agency"] == "Otra"
    assert report.values["county"] == "Meadowlark"


def test_draft_dies_after_a_day(reader: PageClient, office: Office, moved: MovedClock) -> None:
    """A day after its last save a draft is gone, and the next one sweeps it off the disk."""
    walk_to(reader, "people", "es")
    moved.ahead = timedelta(hours=26)
    assert reader.get("/es/report/people").path == "/es/"
    reader.client.delete_cookie("form")
    reader.submit(reader.get("/es/"), {}, action="/report/start")
    engine = create_engine(office.owner_url)
    with read(engine) as connection:
        assert len(connection.execute(tables.drafts.select()).all()) == 1
    engine.dispose()


def test_sending_twice_gives_the_same_code_and_one_case(reader: PageClient, office: Office) -> None:
    """The same post again, as after a lost reply, shows the same code and makes no second case."""
    page = walk_to(reader, "check", "es")
    token = [
        ("csrf_token", field.get("value", "")) for field in page.find_all("input") if field.get("name") == "csrf_token"
    ]
    codes = {read_code(reader.post(page.path, [*token, ("go", "send")])) for _time in range(3)}
    assert len(codes) == 1
    assert len(office.open_reports()) == 1


def test_receipt_is_gone_after_an_hour(reader: PageClient, moved: MovedClock) -> None:
    """A receipt that nobody confirmed is shown no more after an hour."""
    reader.submit(walk_to(reader, "check", "es"), {}, go="send")
    moved.ahead = timedelta(minutes=61)
    assert reader.get("/es/report/receipt").path == "/es/"


def test_helper_carries_own_answers_over_and_never_the_story(reader: PageClient, office: Office) -> None:
    """A helper who files another report keeps their own answers and time and place; never names or the story."""
    changes: dict[str, dict[str, str | list[str]]] = {
        "you": {"goal": "record", "reporter_role": "organisation"},
        "people": {"name_to_use": "Helper", "affected_names": "Somebody Else", "reach": "code"},
    }
    receipt = reader.submit(walk_to(reader, "check", "en", **changes), {}, go="send")
    first = read_code(receipt)
    reader.submit(receipt, {"carry": ["share"]}, go="another")
    people = reader.get("/en/report/people")
    assert "Helper" in people.text
    assert "Somebody Else" not in people.text
    assert "Meadowlark" in reader.get("/en/report/where").text
    assert STORY not in reader.get("/en/report/what-happened").text
    page = reader.submit(reader.get("/en/report/urgent"), {"urgent": ["none"]})
    while not page.path.endswith("/check"):
        answers = ANSWERS["what-happened"] if page.path.endswith("what-happened") else {}
        page = reader.submit(page, answers)
    second = read_code(reader.submit(page, {}, go="send"))
    assert second != first
    assert len(office.open_reports()) == 2


def test_swapped_case_key_in_the_draft_is_never_sealed_to(reader: PageClient, office: Office) -> None:
    """Who writes their own key over a draft's gets nothing sealed to it: the draft no longer opens."""
    walk_to(reader, "check", "es")
    engine = create_engine(office.owner_url)
    with write(engine) as connection:
        connection.execute(update(tables.drafts).values(report_recipient=Identity.generate().recipient.raw))
    engine.dispose()
    assert reader.get("/es/report/check").path == "/es/"
    assert office.open_reports() == []


def test_swapped_office_key_closes_the_site(reader: PageClient, office: Office) -> None:
    """An office key that the office did not sign is refused with a 503 page, and nothing is sealed to it."""
    page = walk_to(reader, "check", "es")
    engine = create_engine(office.owner_url)
    with write(engine) as connection:
        connection.execute(update(tables.office_keys).values(recipient=Identity.generate().recipient.raw))
    engine.dispose()
    refused = reader.submit(page, {}, go="send")
    assert refused.status == 503
    assert refused.root.get("lang") == "es"
    assert reader.get("/es/").status == 503
    assert office.open_reports() == []


def test_real_office_stays_closed_until_two_can_open(office: Office, site: Flask) -> None:
    """Outside the demo the site is closed until two people hold the office key and its line is known."""
    del site
    app = create_app(dataclasses.replace(office.config, is_demo=False))
    assert app.test_client().get("/en/").status_code == 503
    app.extensions["engine"].dispose()


def test_not_being_sure_of_the_agency_is_an_answer(reader: PageClient, office: Office) -> None:
    """A tick beside an empty line says "not sure"; what was written beside a tick counts more."""
    changes: dict[str, dict[str, str | list[str]]] = {
        "police": {"agency": ["", "not_sure"]},
        "where": {"state": "NE", "county": ["Dakota", "not_sure"]},
    }
    check = walk_to(reader, "check", "en", **{**ANSWERS, **changes})
    assert "I am not sure" in check.words
    reader.submit(check, {}, go="send")
    (report,) = office.open_reports()
    agency = report.find_answer("agency")
    assert agency is not None
    assert (agency.state, agency.shown) == ("not_sure", "I am not sure")
    assert "agency" not in report.values
    assert report.values["county"] == "Dakota"
