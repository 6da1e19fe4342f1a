"""Continue later: an unfinished report opens with a code on any phone, for seven days, and never reaches staff."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.http import parse_cookie

from models import tables
from tests.intake.conversing import count_rows, enter, file_report, reading
from tests.intake.moved_clock import MovedClock
from tests.intake.office import Office
from tests.intake.stored_files import list_stored
from tests.intake.test_report_journey import ANSWERS, STORY, read_code, walk_to
from tests.page_client import PageClient


def write_until(reader: PageClient, stop: str = "what-happened") -> str:
    """Write a report up to a page, press "Continue later" there, and return the code."""
    page = walk_to(reader, stop, "es")
    return read_code(reader.submit(page, ANSWERS.get(stop, {}), go="later"))


def test_report_goes_on_on_another_phone(reader: PageClient, elsewhere: PageClient, office: Office) -> None:
    """The code opens the report where it was left, with what was written; sending there ends the code."""
    code = write_until(reader)
    reader.submit(reader.get("/es/report/later"), {}, go="done")
    page = enter(elsewhere, code)
    assert page.path == "/es/report/why-and-how-it-ended"
    assert STORY in elsewhere.get("/es/report/what-happened").text
    assert office.open_reports() == []
    receipt = elsewhere.submit(elsewhere.get("/es/report/check"), {}, go="send")
    assert len(read_code(receipt)) == 25
    (report,) = office.open_reports()
    assert report.values["what_happened"] == STORY
    assert count_rows(office, "boxes") == 1  # the receipt's
    third = PageClient(elsewhere.client.application.test_client())
    assert enter(third, code).status == 404


def test_code_is_shown_once(reader: PageClient, site: Flask) -> None:
    """Reloading shows the same code; once it is written down this phone has neither code nor report."""
    code = write_until(reader)
    assert len(code) == 25
    assert read_code(reader.get("/es/report/later")) == code
    cookie = reader.client.get_cookie("form")
    assert cookie is not None
    done = reader.submit(reader.get("/es/report/later"), {}, go="done")
    assert code not in done.text.replace(" ", "")
    assert reader.client.get_cookie("form") is None
    thief = PageClient(site.test_client())
    thief.client.set_cookie("form", cookie.value)
    assert thief.get("/es/report/what-happened").path == "/es/"


@pytest.mark.parametrize("stop", ["urgent", "where", "people", "check"])
def test_every_page_offers_it_and_saves_first(reader: PageClient, elsewhere: PageClient, stop: str) -> None:
    """From any page the button keeps what the page holds, also where something required is missing."""
    code = write_until(reader, stop)
    assert enter(elsewhere, code).status == 200
    for name, value in ANSWERS.get(stop, {}).items():
        if isinstance(value, str) and name in {"county", "name_to_use"}:
            assert value in elsewhere.get(f"/es/report/{stop}").text


def test_missing_answer_stops_nobody_from_pausing(reader: PageClient) -> None:
    """A page whose required answer is missing can be left for later all the same."""
    page = walk_to(reader, "what-happened", "es")
    assert len(read_code(reader.submit(page, {}, go="later"))) == 25


def test_other_phone_takes_the_report_along(reader: PageClient, elsewhere: PageClient) -> None:
    """Opening the report by its code moves it: the phone on which it was begun opens nothing any more."""
    code = write_until(reader)
    enter(elsewhere, code)
    assert reader.get("/es/report/what-happened").path == "/es/"
    assert STORY in elsewhere.get("/es/report/what-happened").text
    third = PageClient(elsewhere.client.application.test_client())
    enter(third, code)
    assert STORY in third.get("/es/report/what-happened").text
    assert elsewhere.get("/es/report/what-happened").path == "/es/"


def test_draft_with_a_code_lives_seven_days(
    reader: PageClient, elsewhere: PageClient, office: Office, moved: MovedClock
) -> None:
    """After six days the code opens the report with its words; after eight there is nothing, for anybody."""
    code = write_until(reader)
    reader.submit(reader.get("/es/report/later"), {}, go="done")
    moved.ahead = timedelta(days=6)
    enter(elsewhere, code)
    assert STORY in elsewhere.get("/es/report/what-happened").text
    moved.ahead = timedelta(days=8, hours=2)
    third = PageClient(elsewhere.client.application.test_client())
    assert enter(third, code).status == 404
    walk_to(third, "urgent", "es")  # whoever begins next sweeps out what has expired
    assert count_rows(office, "drafts") == 1
    assert count_rows(office, "boxes") == 0


def test_phone_that_was_put_down_gives_nothing_away(
    reader: PageClient, elsewhere: PageClient, moved: MovedClock
) -> None:
    """Whoever picks the phone up after a pause can make a code, but reads nothing with it that was hidden already."""
    walk_to(reader, "people", "es")
    moved.ahead = timedelta(minutes=31)
    code = read_code(reader.submit(reader.get("/es/report/people"), {}, go="later"))
    enter(elsewhere, code)
    page = elsewhere.get("/es/report/what-happened")
    assert page.path.endswith("/what-happened")
    assert STORY not in page.text


def test_code_is_hidden_after_a_pause(reader: PageClient, moved: MovedClock) -> None:
    """A code that was left on the screen is not shown to whoever reloads the page later."""
    write_until(reader)
    moved.ahead = timedelta(minutes=31)
    page = reader.get("/es/report/later")
    assert page.path.endswith("/later")
    assert read_code(page) == ""


def test_pressing_it_again_keeps_the_code(reader: PageClient, elsewhere: PageClient) -> None:
    """Who has a code need not write down another; who lost it gets a new one, and the lost one ends."""
    code = write_until(reader)
    reader.submit(reader.get("/es/report/later"), {}, go="done")
    enter(elsewhere, code)
    page = elsewhere.submit(elsewhere.get("/es/report/where"), {}, go="later")
    assert read_code(page) == ""
    newer = read_code(elsewhere.submit(page, {}, go="new"))
    assert newer not in {"", code}
    third = PageClient(elsewhere.client.application.test_client())
    assert enter(third, code).status == 404
    assert enter(third, newer).status == 200


def test_leaving_the_site_keeps_what_has_a_code(reader: PageClient, elsewhere: PageClient, office: Office) -> None:
    """The way out takes a report with a code off the phone and keeps it; one without a code is erased."""
    code = write_until(reader)
    reader.post("/exit", [], follow=False)
    assert reader.client.get_cookie("form") is None
    enter(elsewhere, code)
    assert STORY in elsewhere.get("/es/report/what-happened").text
    walk_to(reader, "where", "es")
    assert count_rows(office, "drafts") == 2
    reader.post("/exit", [], follow=False)
    assert count_rows(office, "drafts") == 1


def test_erasing_leaves_nothing(reader: PageClient, elsewhere: PageClient, office: Office) -> None:
    """A report that waits can be erased with its files and its code."""
    page = walk_to(reader, "what-happened", "es")
    sound = b"ID3\x04" + bytes(4000)
    code = read_code(reader.submit(page, ANSWERS["what-happened"], go="later", files=[("spoken", "a.mp3", sound)]))
    reader.submit(reader.get("/es/report/later"), {}, go="erase")
    assert [count_rows(office, table) for table in ("drafts", "boxes", "blobs")] == [0, 0, 0]
    assert list_stored(office) == []
    assert enter(elsewhere, code).status == 404


def test_report_on_this_phone_is_not_lost_to_another(reader: PageClient, elsewhere: PageClient) -> None:
    """A code for another report is not opened over one that is being written here without a code of its own."""
    code = write_until(elsewhere)
    walk_to(reader, "people", "es")
    refused = enter(reader, code)
    assert refused.status == 409
    assert STORY in reader.get("/es/report/what-happened").text
    assert STORY in elsewhere.get("/es/report/what-happened").text


def test_own_code_on_the_same_phone_goes_on(reader: PageClient) -> None:
    """Typing the code on the phone where the report still is leads back into it."""
    code = write_until(reader)
    page = enter(reader, code)
    assert page.path == "/es/report/why-and-how-it-ended"


def test_code_opens_beside_an_inbox(reader: PageClient, elsewhere: PageClient, office: Office) -> None:
    """Opening a waiting report closes the inbox that was open in this browser."""
    enter(reader, file_report(reader))
    reader.post("/es/inbox", [("code", write_until(elsewhere))])
    assert STORY in reader.get("/es/report/what-happened").text
    assert count_rows(office, "boxes") == 1


def test_nothing_of_it_lies_readable(reader: PageClient, office: Office) -> None:
    """Code and cookie stand in no row, and the cookie holds no code."""
    code = write_until(reader)
    cookie = reader.client.get_cookie("form")
    assert cookie is not None
    assert code not in parse_cookie(f"form={cookie.value}")["form"]
    with reading(office) as connection:
        for table in (tables.drafts, tables.boxes):
            dump = repr(connection.execute(table.select()).all())
            assert code not in dump
            assert cookie.value not in dump
            assert STORY not in dump
