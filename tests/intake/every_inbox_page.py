"""Reads every page of coming back: the inbox in each state, the other choices there, and a report that waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from intake.views.inbox import STANDINGS
from models import tables
from tests.intake.conversing import enter, file_report, get_receipt, write_reply, writing
from tests.intake.office import Office
from tests.intake.test_report_journey import ANSWERS, read_code, walk_to
from tests.page_client import Page, PageClient, read_fields
from vault.receipts import new_code

STALE = [("csrf_token", "0"), ("go", "x")]


def read_inbox_pages(make_reader: Callable[[], PageClient], office: Office, lang: str) -> Iterator[Page]:
    """Yield what readers see who come back; `make_reader` gives a fresh phone."""
    yield from _read_codes(make_reader(), office, lang)
    yield from _read_conversation(make_reader(), office, lang)
    yield from _read_two_codes(make_reader(), make_reader(), office, lang)
    yield from _read_waiting(make_reader(), make_reader(), lang)


def _read_codes(reader: PageClient, office: Office, lang: str) -> Iterator[Page]:
    """Yield what a code can come to: none, an unknown one, and each way a case can stand."""
    code = file_report(reader, lang)
    page = reader.get(f"/{lang}/inbox")
    yield page
    yield reader.submit(page, {"code": "1"}, action="/inbox")
    yield reader.submit(page, {"code": new_code()}, action="/inbox")
    yield enter(reader, code, lang)
    for status in STANDINGS:
        with writing(office) as connection:
            connection.execute(tables.cases.update().values(status=status))
        yield reader.get(f"/{lang}/inbox")
    yield reader.submit(reader.get(f"/{lang}/inbox"), {}, action="/inbox/leave")
    yield reader.post(f"/{lang}/inbox/message", [("text", "…")])


def _read_conversation(reader: PageClient, office: Office, lang: str) -> Iterator[Page]:
    """Yield a conversation with everything in it, its errors, changed wishes, and the three ways of taking back."""
    code = file_report(reader, lang)
    page = enter(reader, code, lang)
    write_reply(office, code, "…")
    write_reply(office, code, "…", is_question=True)
    broken = write_reply(office, code, "…")
    with writing(office) as connection:
        connection.execute(tables.replies.update().where(tables.replies.c.id == broken).values(sealed=b"x"))
    yield reader.get(f"/{lang}/inbox")
    for fields in (STALE, [*read_fields(page.find_form("/message")), ("text", "x" * 10_001)]):
        yield reader.post(f"/{lang}/inbox/message", fields)
    yield reader.submit(page, {}, action="/inbox/message")
    yield reader.submit(page, {"text": "…"}, action="/inbox/message", files=[("files", "a.png", b"")])
    contact = reader.get(f"/{lang}/inbox/contact")
    yield contact
    yield reader.submit(contact, {}, action="/inbox/contact")
    wishes = {"contact_ways": ["phone"], "contact_details": "555-0177"}
    yield reader.submit(contact, wishes, action="/inbox/contact")
    for values in ({"is_held": True}, {"is_held": False, "status": "accepted"}, {"status": "declined"}):
        with writing(office) as connection:
            connection.execute(tables.cases.update().values(values))
        withdraw = reader.get(f"/{lang}/inbox/withdraw")
        yield withdraw
        yield reader.submit(withdraw, {}, action="/inbox/withdraw", go="withdraw")
    yield reader.post(f"/{lang}/inbox/withdraw", STALE)
    yield reader.submit(reader.get(f"/{lang}/inbox"), {}, action="/inbox/withdraw", go="call_back")


def _read_two_codes(helper: PageClient, person: PageClient, office: Office, lang: str) -> Iterator[Page]:
    """Yield what a helper and the person see of each other's codes."""
    code = file_report(helper, lang, role="family")
    yield enter(helper, code, lang)
    offer = helper.get(f"/{lang}/inbox/person-code")
    yield offer
    yield helper.post(f"/{lang}/inbox/person-code", STALE)
    shown = helper.submit(offer, {}, action="/inbox/person-code", go="make")
    yield shown
    persons = read_code(shown)
    yield helper.submit(shown, {}, action="/inbox/person-code", go="done")
    yield helper.get(f"/{lang}/inbox/withdraw")
    for _ in range(3):
        made = helper.submit(helper.get(f"/{lang}/inbox/person-code"), {}, action="/inbox/person-code", go="make")
        helper.submit(made, {}, action="/inbox/person-code", go="done")
    yield helper.submit(helper.get(f"/{lang}/inbox/person-code"), {}, action="/inbox/person-code", go="make")
    page = enter(person, persons, lang)
    yield page
    yield person.submit(page, {}, action="/inbox/helper", go="confirm")
    yield person.submit(page, {}, action="/inbox/helper", go="take_over")
    assert get_receipt(office, code).is_revoked
    yield enter(helper, code, lang)


def _read_waiting(reader: PageClient, elsewhere: PageClient, lang: str) -> Iterator[Page]:
    """Yield a report that waits: its code, coming back to it, and its end."""
    page = walk_to(reader, "what-happened", lang)
    shown = reader.submit(page, ANSWERS["what-happened"], go="later")
    yield shown
    yield reader.post(f"/{lang}/report/later", STALE)
    code = read_code(shown)
    yield reader.submit(shown, {}, go="done")
    walk_to(elsewhere, "you", lang)
    yield enter(elsewhere, code, lang)
    yield enter(reader, code, lang)
    again = reader.submit(reader.get(f"/{lang}/report/where"), {}, go="later")
    yield again
    yield reader.submit(again, {}, go="erase")
