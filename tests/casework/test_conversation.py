"""The conversation on a case's page: what came in, what the office writes, and for whom it is new."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select, update

from casework.caseworker import Caseworker
from casework.conflicts import decide_conflict
from casework.conversations import view_conversation
from casework.opening import ConflictState, open_case
from casework.permissions import Role
from casework.replies import send_reply
from models.engine import create_engine, read, write
from models.ledger import list_entries
from models.tables import cases, receipts, replies, sealed_items
from models.withdrawals import delete_withdrawal, get_withdrawal
from tests.casework.conftest import SignInAs
from tests.casework.corresponding import Correspondence
from tests.casework.filing import FiledCase, Filing
from tests.casework.test_case import decide, list_kinds, open_page, send
from vault.identities import Identity
from web import clock

ANSWER = "Mi primo grabó todo con su teléfono desde la ventana."


@pytest.fixture
def case(filing: Filing) -> FiledCase:
    """A case as filed."""
    return filing.file()


@pytest.fixture
def correspondence(staff_site: Flask, filing: Filing, case: FiledCase) -> Correspondence:
    """The reporter's side of that case."""
    return Correspondence(filing, staff_site.extensions["blob_store"], case)


def test_shows_no_message_before_the_check_of_names(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence
) -> None:
    """A message is part of the story: before the check, and after a conflict, no word of it is in the page."""
    correspondence.send(correspondence.make_receipt(), ANSWER)
    reader = sign_in_as(Role.INTAKE)
    page = open_page(reader, case)
    assert ANSWER not in page.text
    assert "A message came that you have not seen." in page.words
    assert ANSWER not in decide(reader, case, "conflict").text
    assert ANSWER in decide(reader, case, "clear").text


def test_shows_messages_with_language_and_whose_code(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence
) -> None:
    """A message stands there in its language, with whose code it came, and nothing says that it is the person."""
    correspondence.send(correspondence.make_receipt("helper"), ANSWER)
    page = decide(sign_in_as(Role.INTAKE), case)
    assert f'<div class="story" lang="es" dir="auto" translate="no">{ANSWER}</div>' in page.text
    assert "The helper's code" in page.words


def test_message_is_new_for_each_person_until_they_saw_it(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence
) -> None:
    """Each person's queue says that a message came until that person has seen it, whoever else has."""
    first, second = sign_in_as(Role.INTAKE), sign_in_as(Role.ATTORNEY)
    decide(first, case)
    open_page(second, case)
    correspondence.send(correspondence.make_receipt(), ANSWER)
    for reader in (first, second):
        assert "New message" in reader.get("/cases").words
        assert case.reference in reader.get("/cases?unread=y").words
    assert "Conversation (1 new)" in open_page(first, case).words
    assert "Conversation (1 new)" not in open_page(first, case).words
    assert "New message" not in first.get("/cases").words
    assert case.reference not in first.get("/cases?unread=y").words
    assert "New message" in second.get("/cases").words


def test_message_counts_as_unseen_while_the_story_is_shut(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence
) -> None:
    """Who opens a case before the check of names has not seen its messages."""
    reader = sign_in_as(Role.INTAKE)
    correspondence.send(correspondence.make_receipt(), ANSWER)
    open_page(reader, case)
    assert "New message" in reader.get("/cases").words
    decide(reader, case)
    assert "New message" not in reader.get("/cases").words


def test_shows_changed_contact_wishes_beside_the_old_ones(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence
) -> None:
    """New wishes stand first, marked as changed by whoever held the code; those of the report stay."""
    receipt = correspondence.make_receipt()
    contact = {"contact_ways": ["signal"], "contact_details": "402-555-0199", "safe_word": "colibrí"}
    correspondence.send(receipt, kind="contact", contact=contact)
    page = decide(sign_in_as(Role.INTAKE), case)
    assert "changed by whoever held the code" in page.words
    for word in ("402-555-0199", "colibrí", "402-555-0134", "girasol"):
        assert word in page.words
    assert page.words.index("402-555-0199") < page.words.index("402-555-0134")
    assert "A newer word, from whoever held the code: colibrí" in page.words


def test_marks_a_message_that_the_ledger_does_not_know(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence
) -> None:
    """A message that somebody put into the database is shown as unvouched, and is not counted as new."""
    correspondence.send(correspondence.make_receipt(), "Olviden todo", is_logged=False)
    page = decide(sign_in_as(Role.INTAKE), case)
    assert "Olviden todo" in page.words
    assert "Unvouched" in page.words
    assert "(1 new)" not in page.words


def test_reply_opens_for_its_reader_and_names_only_the_office(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence, filing: Filing
) -> None:
    """What is sent opens with the receipt it was written to and with no other, and names nobody of the office."""
    person, helper = correspondence.make_receipt(), correspondence.make_receipt("helper")
    reader = sign_in_as(Role.INTAKE)
    page = decide(reader, case)
    assert "Begin with this word, so that they know it is us: girasol" in page.words
    page = reader.submit(
        page,
        {
            "reply_to": person.id,
            "reply_language": "es",
            "reply_text": "girasol. ¿Cuándo fue?",
            "reply_is_question": "y",
        },
        action="/reply",
        go="send",
    )
    assert page.status == 200, page.words
    (reply,) = correspondence.read_replies(person)
    assert reply["format"] == "testimonio-reply/1"
    assert (reply["text"], reply["language"], reply["is_question"]) == ("girasol. ¿Cuándo fue?", "es", True)
    assert reply["by_name"] == "Prairie Legal Aid"
    assert "intake person" not in str(reply)
    assert correspondence.read_replies(helper) == []
    assert "intake person" in page.words
    assert "girasol. ¿Cuándo fue?" in page.words
    assert list_kinds(filing, case)[-3:-1] == ["reply:sent", "reply:recorded"]
    assert "Reply sent: intake person" in page.words


def test_keeps_what_the_office_wrote_when_its_reader_deletes_it(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence, filing: Filing
) -> None:
    """The reader's copy can go; the office's own stays, marked, and nothing is called missing."""
    receipt = correspondence.make_receipt()
    reader = sign_in_as(Role.INTAKE)
    values = {"reply_to": receipt.id, "reply_language": "es", "reply_text": "Guarde sus papeles."}
    reader.submit(decide(reader, case), values, action="/reply", go="send")
    with write(filing.intake_engine) as connection:
        connection.execute(replies.delete())
    page = open_page(reader, case)
    assert "Guarde sus papeles." in page.words
    assert "Deleted by the reader" in page.words
    assert "Missing:" not in page.words


def test_prepared_reply_fills_the_box_and_sends_nothing(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence, filing: Filing
) -> None:
    """The prepared text stands in the box under what was typed, in the language chosen, for a person to change."""
    receipt = correspondence.make_receipt()
    reader = sign_in_as(Role.INTAKE)
    values = {"reply_text": "girasol", "reply_language": "es", "prepared": "ask_files"}
    page = reader.submit(decide(reader, case), values, action="/reply", go="insert")
    assert page.status == 200
    (box,) = (area for area in page.find_all("textarea") if area.get("name") == "reply_text")
    assert (box.text or "").startswith("girasol\n\n¿Tiene fotos, video, sonido o papeles")
    assert correspondence.read_replies(receipt) == []
    assert "reply:sent" not in list_kinds(filing, case)


def test_prepared_reply_says_when_it_is_not_in_the_language(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence
) -> None:
    """Where nobody has written it in the chosen language, English stands in the box and the page says so."""
    correspondence.make_receipt()
    reader = sign_in_as(Role.INTAKE)
    values = {"reply_language": "so", "prepared": "ask_files"}
    page = reader.submit(decide(reader, case), values, action="/reply", go="insert")
    assert "There is no prepared reply in this language." in page.list_errors()[0]
    assert "Do you have photos" in page.text


def test_empty_reply_is_refused_with_everything_kept(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence
) -> None:
    """Nothing is sent without words, and what was chosen is still chosen."""
    receipt = correspondence.make_receipt()
    reader = sign_in_as(Role.INTAKE)
    page = reader.submit(decide(reader, case), {"reply_language": "vi"}, action="/reply", go="send")
    assert page.status == 400
    assert page.list_errors() == ["Write the reply"]
    assert '<option value="vi" selected>' in page.text
    assert correspondence.read_replies(receipt) == []


def test_nobody_is_written_to_under_a_code_that_ended(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence, filing: Filing
) -> None:
    """A code that was ended can be chosen no more, and a page that still offered it sends nothing."""
    helper = correspondence.make_receipt("helper")
    reader = sign_in_as(Role.INTAKE)
    page = decide(reader, case)
    with write(filing.intake_engine) as connection:
        connection.execute(update(receipts).values(is_revoked=True))
    answer = reader.submit(page, {"reply_text": "girasol", "reply_language": "es"}, action="/reply", go="send")
    assert answer.status == 409
    assert "No code leads to this case any more" in open_page(reader, case).words
    assert correspondence.read_replies(helper) == []


def test_refuses_to_write_to_a_stranger(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence, owner_url: str
) -> None:
    """A receipt's key that the public site did not sign gets no reply: a page says that the site is closed."""
    correspondence.make_receipt()
    reader = sign_in_as(Role.INTAKE)
    page = decide(reader, case)
    engine = create_engine(owner_url)
    with write(engine) as connection:
        connection.execute(update(receipts).values(recipient=Identity.generate().recipient.raw))
    answer = reader.submit(page, {"reply_text": "girasol", "reply_language": "es"}, action="/reply", go="send")
    assert answer.status == 503
    with read(engine) as connection:
        assert connection.execute(select(replies)).all() == []
        assert "reply" not in set(connection.execute(select(sealed_items.c.kind)).scalars())
    engine.dispose()


def test_withdrawn_case_is_closed_everywhere(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence, filing: Filing
) -> None:
    """From the moment a report is taken back nobody opens, exports or writes to it, and the queue only counts it."""
    receipt = correspondence.make_receipt()
    correspondence.send(receipt, ANSWER)
    reader = sign_in_as(Role.INTAKE)
    page = decide(reader, case)
    correspondence.withdraw()
    closed = reader.get(f"/cases/{case.reference}")
    assert closed.status == 410
    assert "took this report back" in closed.words
    assert ANSWER not in closed.text
    assert reader.get(f"/cases/{case.reference}/export").status == 410
    sent = reader.submit(page, {"reply_text": "girasol", "reply_language": "es"}, action="/reply", go="send")
    assert sent.status == 410
    queue = reader.get("/cases").words
    assert case.reference not in queue
    assert "0 undecided" in queue
    assert "Closed: 1 taken back" in queue
    assert list_kinds(filing, case)[-1] == "case:opened"


def test_case_called_back_opens_again(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence, filing: Filing
) -> None:
    """When the same code calls the report back, everything is there as before."""
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    correspondence.withdraw()
    with write(filing.intake_engine) as connection:
        assert delete_withdrawal(connection, case.id)
    assert "Me pararon" in open_page(reader, case).words


def test_attorney_sets_and_lifts_a_hold(sign_in_as: SignInAs, case: FiledCase, filing: Filing) -> None:
    """A hold is a readable mark of the case, with its reason sealed, and only attorneys see the button."""
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)

    def is_held() -> bool:
        with read(filing.engine) as connection:
            return bool(connection.execute(select(cases.c.is_held).where(cases.c.id == case.id)).scalar_one())

    page = send(reader, case, "hold", hold_reason="Demanda presentada")
    assert is_held()
    assert "On hold." in page.words
    assert "Demanda presentada" in page.words
    send(reader, case, "hold", hold_reason="Caso cerrado")
    assert not is_held()
    assert list_kinds(filing, case).count("hold:changed") == 2
    other = open_page(sign_in_as(Role.INTAKE), case)
    assert not [form for form in other.find_all("form") if str(form.get("action")).endswith("/hold")]


def test_no_word_of_the_conversation_is_readable_in_the_database(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence, filing: Filing
) -> None:
    """Neither message nor reply nor reason of a hold stands in the ledger, and the rows hold ciphertext."""
    receipt = correspondence.make_receipt()
    correspondence.send(receipt, ANSWER)
    reader = sign_in_as(Role.ATTORNEY)
    page = decide(reader, case)
    reader.submit(page, {"reply_text": "zorzal-azul", "reply_language": "es"}, action="/reply", go="send")
    send(reader, case, "hold", hold_reason="zorzal-azul")
    with read(filing.engine) as connection:
        said = str(list_entries(connection, case.id))
        stored = b"".join(connection.execute(select(sealed_items.c.sealed)).scalars())
        stored += b"".join(connection.execute(select(replies.c.sealed)).scalars())
    for word in ("zorzal-azul", ANSWER, "girasol"):
        assert word not in said
        assert word.encode() not in stored


def test_shows_the_safe_phone_of_a_held_person_with_how_to_reach_them(sign_in_as: SignInAs, filing: Filing) -> None:
    """The number that was given for a held person stands where staff look before they call."""
    held = filing.file(urgent=["held_now"], held_phone="402-555-0177")
    words = decide(sign_in_as(Role.INTAKE), held).words
    start = words.index("Say this word first:")
    assert "402-555-0177" in words[start : words.index("Everything here was written by", start)]


def test_an_answered_question_stands_before_a_message_of_its_minute(
    caseworker: Caseworker, case: FiledCase, correspondence: Correspondence, filing: Filing
) -> None:
    """A message knows only its minute: the question it answers stands above it, other replies of the minute below."""
    decide_conflict(caseworker, open_case(caseworker, case.reference), ConflictState.CLEAR, "Not known to us")
    receipt = correspondence.make_receipt()
    minute = datetime(2026, 11, 20, 15, 7, tzinfo=UTC)

    def reply(text: str, second: int, *, is_question: bool) -> None:
        with clock.standing_at(minute.replace(second=second)):
            opened = open_case(caseworker, case.reference)
            send_reply(caseworker, opened, receipt_id=receipt.id, text=text, language="es", is_question=is_question)

    reply("Pregunta", 10, is_question=True)
    with write(filing.intake_engine) as connection:
        connection.execute(update(replies).values(answered_on=minute.date()))
    with clock.standing_at(minute.replace(second=40)):
        correspondence.send(receipt, "Respuesta")
    reply("Gracias", 55, is_question=False)
    turns = view_conversation(caseworker, open_case(caseworker, case.reference))
    assert [turn.text for turn in turns] == ["Pregunta", "Respuesta", "Gracias"]


def test_the_time_of_a_message_has_no_seconds(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence
) -> None:
    """A message knows its minute, so the page names no second of it."""
    receipt = correspondence.make_receipt()
    with clock.standing_at(datetime(2026, 11, 20, 15, 7, 31, tzinfo=UTC)):
        correspondence.send(receipt, ANSWER)
    words = decide(sign_in_as(Role.INTAKE), case).words
    assert "Nov 20, 2026, 9:07 AM" in words
    assert "9:07:" not in words


def test_a_hold_stops_the_destruction_of_what_was_taken_back(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence, filing: Filing
) -> None:
    """An attorney sets a hold on a closed case with a reason, and it opens again; intake staff are not offered it."""
    attorney, intake = sign_in_as(Role.ATTORNEY), sign_in_as(Role.INTAKE)
    decide(attorney, case)
    correspondence.withdraw()
    assert not [
        form for form in intake.get(f"/cases/{case.reference}").find_all("form") if "hold" in form.get("action", "")
    ]
    closed = attorney.get(f"/cases/{case.reference}")
    assert "Me pararon" not in closed.text
    blank = attorney.submit(closed, {"hold_reason": " "}, action="/withdrawal/hold")
    assert (blank.status, blank.list_errors()) == (400, ["Write the reason"])
    assert attorney.get(f"/cases/{case.reference}").status == 410
    page = attorney.submit(closed, {"hold_reason": "Preservation order of the court"}, action="/withdrawal/hold")
    assert (page.status, page.path) == (200, f"/cases/{case.reference}")
    assert "Preservation order of the court" in page.words
    assert "On hold." in page.words
    with read(filing.engine) as connection:
        assert get_withdrawal(connection, case.id) is None
    assert {"hold:changed", "withdrawal:stopped"} <= set(list_kinds(filing, case))
    late = attorney.submit(closed, {"hold_reason": "Twice"}, action="/withdrawal/hold")
    assert (late.status, late.path) == (200, f"/cases/{case.reference}")
    assert "Twice" not in late.words
