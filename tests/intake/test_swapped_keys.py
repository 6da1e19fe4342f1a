"""Another public key in the database, whoever signed it: the public site closes in the reader's language instead."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from models import tables
from tests.intake.conversing import count_rows, enter, file_report, reading, writing
from tests.intake.office import Office
from tests.intake.test_report_journey import ANSWERS, read_code, walk_to
from tests.page_client import Page, PageClient
from vault.contexts import Context
from vault.identities import Identity
from vault.signing import SigningKey, sign_recipient

CLOSED = "Este sitio está cerrado por ahora"
Deed = Callable[[PageClient], Page]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


def send_message(reader: PageClient) -> Page:
    """Write a message."""
    return reader.submit(reader.get("/es/inbox"), {"text": "Otra vez."}, action="/inbox/message")


def send_file(reader: PageClient) -> Page:
    """Hand in a photo."""
    files = [("files", "a.png", PNG)]
    return reader.submit(reader.get("/es/inbox"), {"text": ""}, action="/inbox/message", files=files)


def change_contact(reader: PageClient) -> Page:
    """Say another way to be reached."""
    wishes = {"contact_ways": ["phone"], "contact_details": "555-0177"}
    return reader.submit(reader.get("/es/inbox/contact"), wishes, action="/inbox/contact")


def take_back(reader: PageClient) -> Page:
    """Take the report back."""
    return reader.submit(reader.get("/es/inbox/withdraw"), {}, action="/inbox/withdraw", go="withdraw")


def make_code(reader: PageClient) -> Page:
    """Make a code for the person."""
    return reader.submit(reader.get("/es/inbox/person-code"), {}, action="/inbox/person-code", go="make")


DEEDS = [send_message, send_file, change_contact, take_back, make_code]


def put_stranger(office: Office, signed_by: str) -> None:
    """Put a stranger's key in every case's place, signed with a key that lies in a settings file, or with none."""
    keys = {"intake": SigningKey.from_bytes(office.config.signing_key), "casework": office.casework_key}
    with writing(office) as connection:
        for case_id in connection.execute(select(tables.cases.c.id)).scalars().all():
            raw = Identity.generate().recipient.raw
            values = {"report_recipient": raw, "work_recipient": raw}
            if signed_by in keys:
                for which in ("report", "work"):
                    context = Context(f"case_{which}_recipient", (case_id,))
                    signature = sign_recipient(raw, context=context, key=keys[signed_by])
                    values[f"{which}_recipient_signature"] = signature
            connection.execute(update(tables.cases).where(tables.cases.c.id == case_id).values(**values))


def list_alarms(office: Office) -> int:
    """How often the ledger says that a key was refused."""
    with reading(office) as connection:
        kinds = connection.execute(select(tables.ledger_entries.c.kind)).scalars().all()
    return list(kinds).count("key:untrusted")


@pytest.mark.parametrize("signed_by", ["nobody", "intake", "casework"])
@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_nothing_of_a_conversation_goes_to_a_stranger(
    reader: PageClient, office: Office, caplog: pytest.LogCaptureFixture, deed: Deed, signed_by: str
) -> None:
    """Whatever somebody sends behind their code, a key that the code does not prove gets none of it."""
    enter(reader, file_report(reader, role="family"))
    put_stranger(office, signed_by)
    before = {name: count_rows(office, name) for name in ("sealed_items", "receipts", "withdrawals", "blobs")}
    with caplog.at_level(logging.CRITICAL, logger="testimonio"):
        page = deed(reader)
    assert (page.status, page.heading) == (503, CLOSED)
    assert {name: count_rows(office, name) for name in before} == before
    assert "refusing to seal" in caplog.text
    assert list_alarms(office) == 1


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_with_the_right_key_it_goes_through(reader: PageClient, office: Office, deed: Deed) -> None:
    """What is refused above is taken when no key was swapped."""
    enter(reader, file_report(reader, role="family"))
    before = count_rows(office, "sealed_items")
    assert deed(reader).status == 200
    assert count_rows(office, "sealed_items") == before + 1


def test_a_code_made_for_the_person_proves_the_key_too(
    reader: PageClient, elsewhere: PageClient, office: Office
) -> None:
    """With the person's own code messages go to the case's key, and to no other that the site's stolen key signed."""
    enter(reader, file_report(reader, role="family"))
    code = read_code(make_code(reader))
    enter(elsewhere, code)
    assert send_message(elsewhere).status == 200
    put_stranger(office, "intake")
    assert send_message(elsewhere).status == 503


def test_keys_that_the_office_signed_later_are_taken(reader: PageClient, office: Office) -> None:
    """A case that got new keys, signed by the office, takes messages from codes of before."""
    enter(reader, file_report(reader))
    signer = SigningKey.generate()
    with writing(office) as connection:
        case_id = connection.execute(select(tables.cases.c.id)).scalar_one()
        raw = Identity.generate().recipient.raw
        signature = sign_recipient(raw, context=Context("case_report_recipient", (case_id,)), key=signer)
        connection.execute(update(tables.cases).values(report_recipient=raw, report_recipient_signature=signature))
    assert send_message(reader).status == 503
    object.__setattr__(reader.client.application.extensions["site_config"], "office_verify_key", signer.verify_key)
    assert send_message(reader).status == 200


@pytest.mark.parametrize("signed_by", ["nobody", "intake", "casework"])
def test_no_report_goes_to_a_strangers_office(
    reader: PageClient, elsewhere: PageClient, office: Office, signed_by: str
) -> None:
    """With another office key no report is begun and none that was begun is sent; the page says so in Spanish."""
    page = walk_to(reader, "what-happened", "es")
    keys = {"intake": SigningKey.from_bytes(office.config.signing_key), "casework": office.casework_key}
    raw = Identity.generate().recipient.raw
    values = {"recipient": raw}
    if signed_by in keys:
        context = Context("office_recipient", (office.key_id,))
        values["recipient_signature"] = sign_recipient(raw, context=context, key=keys[signed_by])
    with writing(office) as connection:
        connection.execute(update(tables.office_keys).values(**values))
    sent = reader.submit(page, ANSWERS["what-happened"], go="send")
    assert (sent.status, sent.heading) == (503, CLOSED)
    begun = elsewhere.get("/es/")
    assert (begun.status, begun.heading) == (503, CLOSED)
    assert count_rows(office, "cases") == 0
    assert list_alarms(office) == 1


def test_a_draft_whose_key_was_swapped_is_no_draft(reader: PageClient, office: Office) -> None:
    """Another key in an unfinished report's row: nothing is sealed to it, and no case comes of it."""
    page = walk_to(reader, "what-happened", "es")
    with writing(office) as connection:
        connection.execute(update(tables.drafts).values(report_recipient=Identity.generate().recipient.raw))
    reader.submit(page, ANSWERS["what-happened"], go="send")
    assert count_rows(office, "cases") == 0
