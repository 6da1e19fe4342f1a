"""What somebody who writes to the database can change without the page saying so: nothing that is sealed."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert, select, update

from casework.ledger_writing import find_verify_keys, make_signature_check
from casework.permissions import Role
from models.engine import read, write
from models.ledger import verify
from models.tables import cards, cases, ledger_entries, sealed_items
from tests.casework.conftest import SignInAs
from tests.casework.filing import Filing, replace_values
from tests.casework.staff_office import StaffOffice
from tests.casework.test_case import decide, open_page, send
from vault.contexts import Context
from vault.identities import Identity
from vault.recipients import Recipient
from vault.sealing import seal_json
from vault.signing import sign_recipient


@pytest.fixture
def forge(filing: Filing) -> Forge:
    """Somebody who writes to the database and knows every public key."""
    return Forge(filing)


class Forge:
    """Seals as anybody can who holds a public key, and writes it where the real thing was."""

    def __init__(self, filing: Filing) -> None:
        self.filing = filing

    def seal_item(self, case_id: str, item_id: str, kind: str, values: dict[str, object]) -> bytes:
        """Seal something to a case's work key."""
        with read(self.filing.engine) as connection:
            row = connection.execute(select(cases).where(cases.c.id == case_id)).one()
        values = {"by": "x", "by_name": "attorney person", "at": "2026-11-23T12:00:00+00:00", **values}
        recipient = Recipient.from_bytes(row.work_recipient)
        return seal_json(values, recipients=[recipient], context=Context(kind, (case_id, item_id)))


def test_an_item_in_the_place_of_another_is_unvouched(sign_in_as: SignInAs, filing: Filing, forge: Forge) -> None:
    """A note whose row was replaced opens, and says that the ledger does not know it."""
    case = filing.file()
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    send(reader, case, "notes", note="What was written")
    with write(filing.engine) as connection:
        note = connection.execute(select(sealed_items).where(sealed_items.c.kind == "note")).one()
        sealed = forge.seal_item(case.id, note.id, "note", {"text": "What was put there"})
        connection.execute(update(sealed_items).where(sealed_items.c.id == note.id).values(sealed=sealed))
    page = open_page(reader, case)
    assert "What was put there" in page.words
    assert "Unvouched: the ledger does not know this version" in page.words


def test_a_forged_conflict_decision_opens_nothing(sign_in_as: SignInAs, filing: Filing, forge: Forge) -> None:
    """A decision that was written past this site decides nothing: the story stays shut."""
    case = filing.file()
    reader = sign_in_as(Role.INTAKE)
    with write(filing.engine) as connection:
        item_id = "00000000-0000-4000-8000-000000000000"
        sealed = forge.seal_item(case.id, item_id, "conflict_check", {"decision": "clear", "reason": ""})
        row = {"id": item_id, "case_id": case.id, "kind": "conflict_check", "added_on": case.report.answered_on}
        row["added_on"] = connection.execute(select(cases.c.received_on).where(cases.c.id == case.id)).scalar_one()
        connection.execute(insert(sealed_items).values(**row, sealed=sealed))
    page = open_page(reader, case)
    assert "Unvouched" in page.words
    assert "Me pararon" not in page.text


def test_another_report_in_the_place_of_the_real_one_is_named(sign_in_as: SignInAs, filing: Filing) -> None:
    """A report that was replaced shows with a warning and does not go on paper."""
    case = filing.file()
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    with write(filing.engine) as connection:
        row = connection.execute(select(cases).where(cases.c.id == case.id)).one()
        sealed = seal_json(
            replace_values(case.report, what_happened="Nothing at all").to_json(),
            recipients=[Recipient.from_bytes(row.report_recipient)],
            context=Context("report", (case.id, case.report_item)),
        )
        connection.execute(update(sealed_items).where(sealed_items.c.id == case.report_item).values(sealed=sealed))
    page = open_page(reader, case)
    assert "this is not the report that the ledger recorded" in page.words
    assert reader.get(f"/cases/{case.reference}/export").status == 409


def test_an_older_card_put_back_is_named_and_renewed(sign_in_as: SignInAs, filing: Filing) -> None:
    """An older row of the queue that was put back is named on the case's page; the next decision makes it anew."""
    case = filing.file()
    reader = sign_in_as(Role.INTAKE)
    with read(filing.engine) as connection:
        older = connection.execute(select(cards.c.sealed).where(cards.c.case_id == case.id)).scalar_one()
    decide(reader, case, "conflict", "We act for the deputy")
    with write(filing.engine) as connection:
        connection.execute(update(cards).where(cards.c.case_id == case.id).values(sealed=older))
    page = open_page(reader, case)
    assert "row in the queue is not the newest one" in page.words
    assert "Me pararon" not in page.text
    assert "not the newest one" not in decide(reader, case, "clear").words
    assert "Clear" in reader.get("/cases").words


def test_a_removed_item_is_missed(sign_in_as: SignInAs, filing: Filing) -> None:
    """A decision whose row was deleted is named as missing, and counts no more."""
    case = filing.file()
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    with write(filing.engine) as connection:
        connection.execute(delete(sealed_items).where(sealed_items.c.kind == "conflict_check"))
    page = open_page(reader, case)
    assert "Missing: the ledger recorded what is not stored any more: Conflict decision recorded" in page.words
    assert "Me pararon" not in page.text


def test_an_entry_with_a_wrong_signature_vouches_for_nothing(
    sign_in_as: SignInAs, filing: Filing, database_url: str
) -> None:
    """Entries that the site did not sign are counted and left out."""
    if not database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL's rights do not let the site change an entry at all")
    case = filing.file()
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    with write(filing.engine) as connection:
        connection.execute(
            update(ledger_entries).where(ledger_entries.c.kind == "conflict:decided").values(signature=bytes(64))
        )
    page = open_page(reader, case)
    assert "1 entries of the ledger about this case are not signed" in page.words
    assert "Me pararon" not in page.text


def test_items_that_do_not_open_break_no_page(sign_in_as: SignInAs, filing: Filing) -> None:
    """Rubbish in the place of a note or of the report shows as what cannot be opened."""
    case = filing.file()
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    send(reader, case, "notes", note="What was written")
    with write(filing.engine) as connection:
        connection.execute(update(sealed_items).where(sealed_items.c.kind == "note").values(sealed=b"rubbish"))
    assert "Cannot be opened" in open_page(reader, case).words
    with write(filing.engine) as connection:
        connection.execute(update(sealed_items).where(sealed_items.c.kind == "report").values(sealed=b"rubbish"))
    assert "The report cannot be opened" in open_page(reader, case).words


def test_a_case_key_that_nobody_signed_is_not_sealed_to(sign_in_as: SignInAs, filing: Filing) -> None:
    """With a stranger's key in the place of the case's, recording answers 503 and writes nothing."""
    case, other = filing.file(), filing.file()
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    with write(filing.engine) as connection:
        stranger = connection.execute(select(cases.c.work_recipient).where(cases.c.id == other.id)).scalar_one()
        connection.execute(update(cases).where(cases.c.id == case.id).values(work_recipient=stranger))
    page = reader.submit(open_page(reader, case), {"note": "For nobody else"}, action="/notes")
    assert page.status == 503
    assert "For nobody else" not in open_page(reader, case).words


def test_a_case_key_that_a_thief_signed_is_not_sealed_to(sign_in_as: SignInAs, filing: Filing) -> None:
    """Signed with the stolen key of the public site, a stranger's key is refused still: it did not open the case."""
    case = filing.file()
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    stranger = Identity.generate().recipient.raw
    stolen = sign_recipient(stranger, context=Context("case_work_recipient", (case.id,)), key=filing.signer)
    with write(filing.engine) as connection:
        swapped = {"work_recipient": stranger, "work_recipient_signature": stolen}
        connection.execute(update(cases).where(cases.c.id == case.id).values(swapped))
    page = reader.submit(open_page(reader, case), {"note": "For nobody else"}, action="/notes")
    assert page.status == 503
    assert "For nobody else" not in open_page(reader, case).words


def test_the_ledger_holds_after_all_kinds_of_work(
    sign_in_as: SignInAs, filing: Filing, staff_office: StaffOffice
) -> None:
    """Both chains verify after a case was worked."""
    case = filing.file()
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)
    send(reader, case, "notes", note="A note")
    send(reader, case, "disposition", outcome="accepted", disposition_reason="Strong case")
    keys = find_verify_keys(staff_office.ceremony.casework)
    with read(filing.engine) as connection:
        for site, key in keys.items():
            assert verify(connection, site, make_signature_check(key)) > 0
