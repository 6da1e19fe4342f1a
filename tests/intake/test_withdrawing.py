"""Taking a report back and calling it back, a helper's code and the person's own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from models import tables
from models.cases import Status
from tests.intake.conversing import (
    count_rows,
    enter,
    file_report,
    get_receipt,
    list_events,
    open_messages,
    reading,
    set_case,
    write_reply,
    writing,
)
from tests.intake.office import Office
from tests.intake.test_report_journey import read_code
from tests.page_client import Page, PageClient


@pytest.fixture
def person(site: Flask) -> PageClient:
    """The affected person, on a phone of their own."""
    return PageClient(site.test_client())


def take_back(reader: PageClient) -> Page:
    """Open the page that explains taking back, and press its button."""
    return reader.submit(reader.get("/en/inbox/withdraw"), {}, action="/inbox/withdraw", go="withdraw")


def make_person_code(helper: PageClient) -> str:
    """Let a helper make the person's code, write it down, and return it."""
    shown = helper.submit(helper.get("/en/inbox/person-code"), {}, action="/inbox/person-code", go="make")
    code = read_code(shown)
    assert len(code) == 25
    assert read_code(helper.get("/en/inbox/person-code")) == code
    helper.submit(shown, {}, action="/inbox/person-code", go="done")
    assert read_code(helper.get("/en/inbox/person-code")) == ""
    return code


def test_taking_back_is_explained_and_dated(reader: PageClient, office: Office) -> None:
    """Looking changes nothing; the button notes both days, and no key is touched by this site."""
    code = file_report(reader, "en")
    enter(reader, code, "en")
    page = reader.get("/en/inbox/withdraw")
    assert "After 7 days it is destroyed" in page.words
    assert count_rows(office, "withdrawals") == 0
    page = take_back(reader)
    assert "The report was taken back on" in page.words
    with reading(office) as connection:
        (row,) = connection.execute(tables.withdrawals.select()).all()
    assert row.case_id == get_receipt(office, code).case_id
    assert row.due_on - row.asked_on == timedelta(days=7)
    assert [count_rows(office, table) for table in ("case_keys", "cards", "receipts")] == [1, 1, 1]
    assert list_events(office, code) == ["report:received", "withdrawal:asked", "message:received"]


def test_taken_back_report_can_only_be_called_back(reader: PageClient, office: Office) -> None:
    """While it is taken back no message is stored; calling back opens everything again, and it can be repeated."""
    code = file_report(reader, "en")
    before = enter(reader, code, "en")
    take_back(reader)
    reader.submit(before, {"text": "Still there?"}, action="/inbox/message")
    assert [message["kind"] for message in open_messages(office, code)] == ["withdrawal"]
    page = enter(PageClient(reader.client.application.test_client()), code, "en")
    assert "Call my report back" in page.words
    page = reader.submit(reader.get("/en/inbox"), {}, action="/inbox/withdraw", go="call_back")
    assert "We have it." in page.words
    assert count_rows(office, "withdrawals") == 0
    take_back(reader)
    assert count_rows(office, "withdrawals") == 1
    kinds = [message["kind"] for message in open_messages(office, code)]
    assert kinds == ["withdrawal", "called_back", "withdrawal"]


def test_taking_back_twice_is_once(reader: PageClient, office: Office) -> None:
    """A double tap makes one withdrawal, and calling back what was not taken back stores nothing."""
    code = file_report(reader, "en")
    enter(reader, code, "en")
    page = reader.get("/en/inbox/withdraw")
    for _ in range(2):
        reader.submit(page, {}, action="/inbox/withdraw", go="withdraw")
    assert len(open_messages(office, code)) == 1
    open_again = reader.get("/en/inbox")
    for _ in range(2):
        reader.submit(open_again, {}, action="/inbox/withdraw", go="call_back")
    assert len(open_messages(office, code)) == 2


def test_accepted_report_tells_the_lawyer(reader: PageClient, office: Office) -> None:
    """Where a lawyer works on it, the button is a message to the lawyer, and the page says so before and after."""
    code = file_report(reader, "en")
    enter(reader, code, "en")
    set_case(office, code, status=Status.ACCEPTED)
    assert "A lawyer is working on it" in reader.get("/en/inbox/withdraw").words
    page = take_back(reader)
    assert "You asked to take it back." in page.words
    assert count_rows(office, "withdrawals") == 0
    assert [message["kind"] for message in open_messages(office, code)] == ["withdrawal"]


def test_hold_stops_it(reader: PageClient, office: Office) -> None:
    """Under a legal hold nothing is closed or destroyed; the page says that the law keeps it, and the office learns."""
    code = file_report(reader, "en")
    enter(reader, code, "en")
    set_case(office, code, is_held=True)
    assert "We have to keep this report for now" in reader.get("/en/inbox/withdraw").words
    take_back(reader)
    assert count_rows(office, "withdrawals") == 0
    assert [message["kind"] for message in open_messages(office, code)] == ["withdrawal"]


def test_stale_page_takes_nothing_back(reader: PageClient, office: Office) -> None:
    """A post with another box's token shows the explanation again and changes nothing."""
    code = file_report(reader, "en")
    enter(reader, code, "en")
    assert reader.post("/en/inbox/withdraw", [("csrf_token", "0"), ("go", "withdraw")]).status == 400
    assert count_rows(office, "withdrawals") == 0


def test_helper_makes_the_persons_code(reader: PageClient, person: PageClient, office: Office) -> None:
    """The person's own code opens the inbox; each sees only what was written to them, and what they sent themselves."""
    helpers = file_report(reader, "en", role="organisation")
    page = enter(reader, helpers, "en")
    assert "This is the helper’s code." in page.words
    reader.submit(page, {"text": "I helped her."}, action="/inbox/message")
    persons = make_person_code(reader)
    assert persons != helpers
    write_reply(office, helpers, "To the helper")
    write_reply(office, persons, "To the person")
    page = enter(person, persons, "en")
    assert "To the person" in page.text
    assert "To the helper" not in page.text
    assert "You wrote to us:" not in page.words
    page = reader.get("/en/inbox")
    assert "To the helper" in page.text
    assert "To the person" not in page.text
    assert "You wrote to us:" in page.words


def test_person_confirms(reader: PageClient, person: PageClient, office: Office) -> None:
    """Confirming tells the office once; both codes go on working."""
    helpers = file_report(reader, "en", role="family")
    enter(reader, helpers, "en")
    page = enter(person, make_person_code(reader), "en")
    for _ in range(2):
        confirmed = person.submit(page, {}, action="/inbox/helper", go="confirm")
    assert "You confirmed it." in confirmed.words
    messages = [(message["kind"], message["holder"]) for message in open_messages(office, helpers)]
    assert messages == [("code_made", "helper"), ("confirmation", "person")]
    assert enter(PageClient(reader.client.application.test_client()), helpers, "en").status == 200


def test_person_takes_over(reader: PageClient, person: PageClient, office: Office) -> None:
    """Taking over ends the helper's code at once, also where its inbox is open, and says so to who types it."""
    helpers = file_report(reader, "en", role="family")
    enter(reader, helpers, "en")
    persons = make_person_code(reader)
    page = person.submit(enter(person, persons, "en"), {}, action="/inbox/helper", go="take_over")
    assert "Somebody filed this report for you" not in page.words
    assert reader.get("/en/inbox").find_form("/inbox")
    refused = enter(PageClient(reader.client.application.test_client()), helpers, "en")
    assert refused.status == 404
    assert "This code was ended" in refused.words
    assert get_receipt(office, helpers).is_revoked
    assert list_events(office, persons)[-2:] == ["receipt:ended", "message:received"]
    assert open_messages(office, persons)[-1]["kind"] == "take_over"


def test_helper_cannot_take_back_what_the_person_holds(reader: PageClient, person: PageClient, office: Office) -> None:
    """Once the person has a code, only that code takes the report back; before, the helper's does."""
    helpers = file_report(reader, "en", role="family")
    page = enter(reader, helpers, "en")
    assert "Take the report back" in page.words
    withdraw = reader.get("/en/inbox/withdraw")
    persons = make_person_code(reader)
    assert "Take the report back" not in reader.get("/en/inbox").words
    assert "Only that code" in reader.get("/en/inbox/withdraw").words
    reader.submit(withdraw, {}, action="/inbox/withdraw", go="withdraw")
    assert count_rows(office, "withdrawals") == 0
    enter(person, persons, "en")
    take_back(person)
    assert count_rows(office, "withdrawals") == 1


def test_codes_of_a_case_are_few(reader: PageClient, office: Office) -> None:
    """A helper can make the person's code again when the paper got lost, four times, and then writes to the office."""
    enter(reader, file_report(reader, "en", role="family"), "en")
    assert len({make_person_code(reader) for _ in range(4)}) == 4
    page = reader.get("/en/inbox/person-code")
    assert reader.submit(page, {}, action="/inbox/person-code", go="make").status == 409
    assert count_rows(office, "receipts") == 5


def test_persons_own_code_makes_no_others(reader: PageClient, office: Office) -> None:
    """Who filed for themselves is offered no other code, and gets none by posting."""
    code = file_report(reader, "en")
    page = enter(reader, code, "en")
    assert "person-code" not in page.text
    token = page.find_form("/inbox/leave").find(".//{*}input[@name='csrf_token']")
    assert token is not None
    reader.post("/en/inbox/person-code", [("csrf_token", token.get("value", "")), ("go", "make")])
    reader.post("/en/inbox/helper", [("csrf_token", "0"), ("go", "take_over")])
    assert count_rows(office, "receipts") == 1


def test_destroyed_report_leaves_no_inbox(reader: PageClient, office: Office) -> None:
    """Once the worker has destroyed a report, an inbox that is still open leads back to where codes are typed."""
    code = file_report(reader, "en")
    page = enter(reader, code, "en")
    with writing(office) as connection:
        for table in ("case_keys", "cards", "sealed_items", "replies", "receipts"):
            connection.execute(tables.metadata.tables[table].delete())
        connection.execute(tables.cases.update().values(status="withdrawn"))
    assert reader.submit(page, {"text": "Hello?"}, action="/inbox/message").status == 403
    assert reader.get("/en/inbox/withdraw").path == "/en/inbox"
    assert enter(PageClient(reader.client.application.test_client()), code, "en").status == 404
