"""Coming back with a receipt code: how things stand, what the office wrote, and never what a reporter wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from models import tables
from models.cases import Status
from models.evidence import read_evidence_file
from tests.intake.conversing import (
    count_rows,
    enter,
    file_report,
    get_receipt,
    list_events,
    open_messages,
    set_case,
    write_reply,
    writing,
)
from tests.intake.office import Office
from tests.intake.stored_files import list_rows, list_stored, open_file
from tests.intake.test_report_journey import STORY, read_code, walk_to
from tests.page_client import Field, PageClient, read_fields
from vault.identities import Identity
from vault.receipts import format_code, new_code
from vault.signing import SigningKey
from web import clock

ANSWER = "Era un carro gris. Mi prima lo grabó. 🙏"
PHOTO = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


def test_code_opens_the_inbox_however_it_is_typed(reader: PageClient, site: Flask) -> None:
    """Spaces, dashes and Arabic-Indic digits do not matter; neither the code nor the story is ever on a page."""
    code = file_report(reader)
    eastern = code.translate({ord("0") + digit: chr(0x660 + digit) for digit in range(10)})
    for typed in (code, format_code(code), format_code(code).replace(" ", " – "), eastern):
        page = enter(PageClient(site.test_client()), typed)
        assert page.status == 200
        assert page.path == "/es/inbox"
        assert STORY not in page.text
        assert code not in page.text.replace(" ", "")


def test_wrong_codes_are_told_apart_from_what_is_no_code(reader: PageClient) -> None:
    """25 digits that lead nowhere give 404, anything else 400, and no box is made for either."""
    assert enter(reader, new_code()).status == 404
    assert enter(reader, "rosa").status == 400
    assert reader.client.get_cookie("form") is None


def test_receipt_not_written_down_comes_first(reader: PageClient, elsewhere: PageClient) -> None:
    """Until the newest code is written down, the inbox leads to it: opening another must not cost it."""
    other = file_report(elsewhere)
    code = read_code(reader.submit(walk_to(reader, "check", "es"), {}, go="send"))
    assert reader.get("/es/inbox").path == "/es/report/receipt"
    page = reader.post("/es/inbox", [("code", other)])
    assert read_code(page) == code


@pytest.mark.parametrize("status", list(Status))
def test_status_is_said_in_words(reader: PageClient, office: Office, status: Status) -> None:
    """Every status that a case can have has its own plain sentence, in the reader's language."""
    code = file_report(reader, "qps")
    before = enter(reader, code, "qps").words
    set_case(office, code, status=status)
    after = reader.get("/qps/inbox").words
    assert (after == before) is (status is Status.UNDECIDED)
    assert "⟦" in after


def test_question_shows_until_it_is_answered(reader: PageClient, office: Office) -> None:
    """What the office wrote is shown, newest first; a question stands at the top until the reader writes."""
    code = file_report(reader, "en")
    write_reply(office, code, "Gracias por confiar en nosotros.")
    write_reply(office, code, "¿De qué color era el carro?", is_question=True)
    page = enter(reader, code, "en")
    assert "We have a question for you." in page.words
    assert "We are reading it." in page.words
    assert page.text.index("¿De qué color") < page.text.index("Gracias por")
    assert "Test Office" in page.words
    wishes = {"contact_ways": ["phone"], "contact_details": "555-0177"}
    page = reader.submit(reader.get("/en/inbox/contact"), wishes, action="/inbox/contact")
    assert "We have a question for you." in page.words
    page = reader.submit(page, {"text": ANSWER}, action="/inbox/message")
    assert "We have a question for you." not in page.words
    assert "A question, answered" in page.words


def test_message_reaches_the_office_and_no_page(reader: PageClient, office: Office) -> None:
    """A message is sealed to the case and named in the ledger; the inbox shows only the day."""
    code = file_report(reader)
    page = reader.submit(enter(reader, code), {"text": ANSWER}, action="/inbox/message")
    assert page.status == 200
    assert ANSWER not in page.text
    (message,) = open_messages(office, code)
    assert (message["format"], message["kind"], message["text"]) == ("testimonio-message/1", "message", ANSWER)
    assert (message["language"], message["holder"]) == ("es", "person")
    assert message["receipt_id"] == get_receipt(office, code).id
    assert list_events(office, code) == ["report:received", "message:received"]
    again = enter(PageClient(reader.client.application.test_client()), code)
    assert len([item for item in again.find_all("li") if "Usted nos escribió" in "".join(item.itertext())]) == 1
    assert ANSWER not in again.text


def test_message_sent_twice_is_stored_once(reader: PageClient, office: Office) -> None:
    """A double tap, or sending again after a lost answer, makes one message."""
    code = file_report(reader)
    page = enter(reader, code)
    for _ in range(2):
        assert reader.submit(page, {"text": ANSWER}, action="/inbox/message").status == 200
    assert [message["text"] for message in open_messages(office, code)] == [ANSWER]
    reader.submit(reader.get("/es/inbox"), {"text": ANSWER}, action="/inbox/message")
    assert len(open_messages(office, code)) == 2


def test_id_of_somebody_else_is_not_taken_over(reader: PageClient, elsewhere: PageClient, office: Office) -> None:
    """A message under an id that this code did not make is stored all the same, under an id of its own."""
    code, other = file_report(reader), file_report(elsewhere)
    theirs = next(value for name, value in _fields(elsewhere, other) if name == "message_id")
    enter(reader, code)
    fields = [(name, theirs if name == "message_id" else value) for name, value in _fields(reader, code)]
    reader.post("/es/inbox/message", [*(field for field in fields if field[0] != "text"), ("text", ANSWER)])
    elsewhere.submit(elsewhere.get("/es/inbox"), {"text": "Otra"}, action="/inbox/message")
    assert [message["text"] for message in open_messages(office, code)] == [ANSWER]
    assert [message["text"] for message in open_messages(office, other)] == ["Otra"]


def _fields(reader: PageClient, code: str) -> list[Field]:
    """What the message form of an inbox, opened if need be, would send."""
    page = reader.get("/es/inbox")
    is_open = any(form.get("action", "").endswith("/message") for form in page.find_all("form"))
    return read_fields((page if is_open else enter(reader, code)).find_form("/inbox/message"))


@pytest.mark.parametrize("text", ["", "   \n ", "x" * 10_001])
def test_message_that_cannot_be_sent_keeps_its_words(reader: PageClient, office: Office, text: str) -> None:
    """An empty message and one that is too long are refused with every word in place."""
    code = file_report(reader)
    page = reader.submit(enter(reader, code), {"text": text}, action="/inbox/message")
    assert page.status == 400
    assert page.list_errors()
    assert text.strip() in page.text
    assert open_messages(office, code) == []


def test_stale_page_keeps_its_words(reader: PageClient, office: Office) -> None:
    """A message from a page with another box's token is refused and comes back with every word."""
    code = file_report(reader)
    enter(reader, code)
    page = reader.post("/es/inbox/message", [("csrf_token", "0"), ("text", ANSWER)])
    assert page.status == 400
    assert ANSWER in page.text
    assert open_messages(office, code) == []
    reader.submit(page, {}, action="/inbox/message")
    assert [message["text"] for message in open_messages(office, code)] == [ANSWER]


def test_inbox_closes_after_an_hour_and_the_message_is_kept(
    reader: PageClient, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an hour the code is asked for again, and what was being written waits beside it."""
    code = file_report(reader)
    page = enter(reader, code)
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(minutes=61))
    asked = reader.submit(page, {"text": ANSWER}, action="/inbox/message")
    assert asked.status == 403
    assert ANSWER in asked.text
    opened = reader.submit(asked, {"code": code}, action="/inbox")
    assert ANSWER in opened.text
    reader.submit(opened, {}, action="/inbox/message")
    assert [message["text"] for message in open_messages(office, code)] == [ANSWER]


def test_file_is_added_to_a_message(reader: PageClient, office: Office) -> None:
    """A file handed in through the inbox is sealed to the case, described in its message, and opens bit for bit."""
    code = file_report(reader)
    reader.submit(enter(reader, code), {}, action="/inbox/message", files=[("files", "foto.png", PHOTO)])
    (message,) = open_messages(office, code)
    (plain,) = message["files"]
    file = read_evidence_file(plain)
    assert (file.name, file.kind, file.length) == ("foto.png", "photo", len(PHOTO))
    assert open_file(office, file) == PHOTO
    assert list_rows(office) == [file.id]
    assert len(list_stored(office)) == 1


def test_refused_file_is_named_and_the_words_arrive(reader: PageClient, office: Office) -> None:
    """A file that cannot be taken is named with the reason; the words beside it are sent, and nothing of it is kept."""
    code = file_report(reader)
    page = enter(reader, code)
    answer = reader.submit(page, {"text": ANSWER}, action="/inbox/message", files=[("files", "a.png", b"")])
    assert any("a.png" in error for error in answer.list_errors())
    (message,) = open_messages(office, code)
    assert (message["text"], message["files"]) == (ANSWER, [])
    assert list_stored(office) == []


def test_cut_off_message_keeps_words_and_no_file(reader: PageClient, office: Office) -> None:
    """A message that was cut off on the way is not sent; its words come back, and no file is kept."""
    code = file_report(reader)
    fields = _fields(reader, code)
    cut = [field for field in fields if field[0] not in {"complete", "text"}] + [("text", ANSWER)]
    answer = reader.post("/es/inbox/message", cut, files=[("files", "foto.png", PHOTO)])
    assert answer.status == 400
    assert ANSWER in answer.text
    assert open_messages(office, code) == []
    assert list_stored(office) == []
    assert list_rows(office) == []


def test_message_sent_twice_leaves_one_file(reader: PageClient, office: Office) -> None:
    """When a message with a file is sent twice, the second file goes with the second message."""
    code = file_report(reader)
    page = enter(reader, code)
    for _ in range(2):
        reader.submit(page, {}, action="/inbox/message", files=[("files", "foto.png", PHOTO)])
    (message,) = open_messages(office, code)
    assert [file["id"] for file in message["files"]] == list_rows(office)
    assert len(list_stored(office)) == 1


def test_reader_deletes_what_the_office_wrote(reader: PageClient, elsewhere: PageClient, office: Office) -> None:
    """A message of the office is gone once its reader deletes it; another code cannot delete it."""
    code, other = file_report(reader), file_report(elsewhere)
    reply_id = write_reply(office, code, "Nos vemos el martes.")
    enter(elsewhere, other)
    token = next(value for name, value in _fields(elsewhere, other) if name == "csrf_token")
    elsewhere.post("/es/inbox/reply", [("csrf_token", token), ("reply", reply_id)])
    assert "Nos vemos el martes." in enter(reader, code).text
    page = reader.get("/es/inbox")
    # Asked first, also without script: the button stands behind a line that must be opened.
    assert page.find_form("/inbox/reply") in [form for part in page.find_all("details") for form in part]
    page = reader.submit(page, {}, action="/inbox/reply")
    assert "Nos vemos el martes." not in page.text
    assert count_rows(office, "replies") == 0


def test_reply_that_does_not_open_is_said_to_be_there(reader: PageClient, office: Office) -> None:
    """A message that was tampered with is shown as one that cannot be opened, and the rest of the page stands."""
    code = file_report(reader, "en")
    write_reply(office, code, "Hola")
    with writing(office) as connection:
        connection.execute(update(tables.replies).values(sealed=b"age-encryption.org/v1\n"))
    assert "This message cannot be opened." in enter(reader, code, "en").words


def test_letter_that_the_staff_site_did_not_sign_is_not_shown(reader: PageClient, office: Office) -> None:
    """Words that a writer to the database sealed to a receipt, signed by nobody of ours, never reach the reader."""
    code = file_report(reader)
    write_reply(office, code, "Come to this address", signer=SigningKey.generate())
    page = enter(reader, code, "en")
    assert "Come to this address" not in page.text
    assert "This message cannot be opened." in page.words


def test_safe_contact_is_changed_beside_the_old(reader: PageClient, office: Office) -> None:
    """New wishes go to the office as a message of their own; what was answered before is neither shown nor lost."""
    code = file_report(reader)
    enter(reader, code)
    page = reader.get("/es/inbox/contact")
    assert "555-0101" not in page.text
    assert reader.submit(page, {}, action="/inbox/contact").status == 400
    reader.submit(
        page,
        {"contact_ways": ["phone"], "contact_details": "555-0177", "safe_word": "girasol"},
        action="/inbox/contact",
    )
    (message,) = open_messages(office, code)
    assert message["kind"] == "contact"
    assert message["contact"] == {"contact_ways": ["phone"], "contact_details": "555-0177", "safe_word": "girasol"}
    (report,) = office.open_reports()
    assert report.values["what_happened"] == STORY


def test_leaving_closes_the_inbox(reader: PageClient, office: Office) -> None:
    """Leaving deletes the box and the cookie; the page asks for the code again."""
    code = file_report(reader)
    page = enter(reader, code)
    reader.submit(page, {}, action="/inbox/leave")
    assert count_rows(office, "boxes") == 0
    assert reader.client.get_cookie("form") is None
    assert reader.get("/es/inbox").find_form("/inbox")
    assert reader.get("/es/inbox/contact").path == "/es/inbox"


def test_inbox_and_draft_live_side_by_side(reader: PageClient, elsewhere: PageClient, office: Office) -> None:
    """Opening and leaving an inbox keeps the report that is being written; sending it gives its own code."""
    code = file_report(elsewhere)
    walk_to(reader, "check", "es")
    page = enter(reader, code)
    assert STORY in reader.get("/es/report/what-happened").text
    reader.submit(page, {}, action="/inbox/leave")
    assert STORY in reader.get("/es/report/what-happened").text
    enter(reader, code)
    receipt = reader.submit(reader.get("/es/report/check"), {}, go="send")
    assert len(read_code(receipt)) == 25
    assert len(office.open_reports()) == 2


def test_swapped_case_key_is_never_sealed_to(reader: PageClient, office: Office) -> None:
    """Who writes their own key over a case's gets no message: the site refuses with 503 and keeps nothing."""
    code = file_report(reader)
    page = enter(reader, code)
    with writing(office) as connection:
        connection.execute(update(tables.cases).values(report_recipient=Identity.generate().recipient.raw))
    assert reader.submit(page, {"text": ANSWER}, action="/inbox/message").status == 503
    assert count_rows(office, "sealed_items") == 1


def test_nothing_of_a_message_lies_readable(reader: PageClient, office: Office) -> None:
    """Neither words, nor wishes, nor the code stand in any row of the database."""
    code = file_report(reader)
    page = reader.submit(enter(reader, code), {"text": "palabracanaria"}, action="/inbox/message")
    reader.submit(
        reader.get("/es/inbox/contact"),
        {"contact_ways": ["phone"], "contact_details": "palabracanaria"},
        action="/inbox/contact",
    )
    write_reply(office, code, "palabracanaria")
    assert page.status == 200
    with writing(office) as connection:
        for table in tables.metadata.sorted_tables:
            dump = repr(connection.execute(table.select()).all())
            assert "palabracanaria" not in dump
            assert code not in dump
