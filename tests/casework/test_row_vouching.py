"""Readable rows that somebody changed past the site: a case's, a receipt's, an account's, the office key's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from casework.account_vouching import list_unvouched_accounts
from casework.caseworker import Caseworker
from casework.conflicts import decide_conflict
from casework.ledger_commands import find_faults
from casework.ledger_writing import append_event, find_verify_keys, make_signature_check
from casework.opening import ConflictState, open_case
from casework.permissions import Role
from casework.replies import ReceiptGoneError, list_readers, send_reply
from casework.stored_comparison import compare_stored
from models.blobs import FolderStore
from models.engine import read, write
from models.ledger import Event, append
from models.tables import cases, ledger_entries, staff
from tests.casework.conftest import SignInAs
from tests.casework.corresponding import Correspondence
from tests.casework.filing import FiledCase, Filing
from tests.casework.staff_office import StaffOffice
from tests.casework.test_case import decide, open_page, send
from tests.page_client import PageClient
from web import clock


@pytest.fixture
def reader(sign_in_as: SignInAs) -> PageClient:
    """The attorney, signed in."""
    return sign_in_as(Role.ATTORNEY)


def change_row(filing: Filing, case: FiledCase, **values: Any) -> None:  # noqa: ANN401  # columns of every type
    """Change a case's row past the site."""
    with write(filing.engine) as connection:
        connection.execute(update(cases).where(cases.c.id == case.id).values(values))


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("status", "declined", "the status in the queue is not the one that was decided last"),
        ("status", "undecided", "the status in the queue is not the one that was decided last"),
        ("assignee_id", None, "who works on it, in the queue, is not who was assigned last"),
        ("is_held", False, "the legal hold in the row is not the one that was set last"),
    ],
)
def test_row_that_says_something_else_is_named(
    reader: PageClient, filing: Filing, staff_office: StaffOffice, column: str, value: object, words: str
) -> None:
    """A worked case agrees with its row; after somebody changed status, assignee or hold, the page says which."""
    case = filing.file()
    decide(reader, case)
    send(reader, case, "disposition", outcome="accepted", disposition_reason="Strong case")
    send(reader, case, "assignment", assignee=staff_office.accounts[Role.INTAKE].staff_id)
    send(reader, case, "hold", hold_reason="Litigation is likely")
    assert "Unvouched" not in open_page(reader, case).words
    change_row(filing, case, **{column: value})
    page = open_page(reader, case)
    assert f"Unvouched: {words}." in page.words
    assert page.words.count("Unvouched") == 1


def test_fresh_case_that_was_decided_past_the_site_is_named(reader: PageClient, filing: Filing) -> None:
    """A status, a hold or another day that nobody decided is named, on a case where nothing was recorded yet."""
    case = filing.file(days_ago=4)
    decide(reader, case)
    assert "Unvouched" not in open_page(reader, case).words
    with read(filing.engine) as connection:
        received_on = connection.scalar(select(cases.c.received_on).where(cases.c.id == filing.file().id))
    change_row(filing, case, status="accepted", is_held=True, received_on=received_on)
    words = open_page(reader, case).words
    assert words.count("Unvouched") == 3
    assert "the day it came, in the queue, is not the one that the ledger recorded" in words


def list_unvouched(filing: Filing, office: StaffOffice) -> set[str]:
    """The ids of accounts that are not as the ledger recorded them last."""
    check = make_signature_check(find_verify_keys(office.ceremony.casework)["casework"])
    with read(filing.engine) as connection:
        return set(list_unvouched_accounts(connection, check))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("role", "supervising_attorney"),
        ("is_active", False),
        ("name", "Somebody else"),
        ("email", "else@office.example"),
        ("recipient_signature", b""),
    ],
)
def test_account_that_was_changed_past_the_site_is_named(
    filing: Filing, staff_office: StaffOffice, column: str, value: object
) -> None:
    """Role, state, name, address and key of an account are as the newest entry says, or the account is unvouched."""
    assert list_unvouched(filing, staff_office) == set()
    staff_id = staff_office.accounts[Role.INTAKE].staff_id
    with write(filing.engine) as connection:
        connection.execute(update(staff).where(staff.c.id == staff_id).values({column: value}))
    assert list_unvouched(filing, staff_office) == {staff_id}
    with write(filing.engine) as connection:
        append_event(connection, Event("staff:changed", staff_id), staff_office.ceremony.casework)
    assert list_unvouched(filing, staff_office) == set()


def test_older_account_that_was_put_back_is_named(filing: Filing, staff_office: StaffOffice) -> None:
    """After a change of role through the site, the row of before is unvouched, and every check says so."""
    config, staff_id = staff_office.ceremony.casework, staff_office.accounts[Role.ATTORNEY].staff_id
    mine = staff.c.id == staff_id
    with write(filing.engine) as connection:
        connection.execute(update(staff).where(mine).values(role="intake"))
        append_event(connection, Event("staff:changed", staff_id), config)
    assert list_unvouched(filing, staff_office) == set()
    with write(filing.engine) as connection:
        connection.execute(update(staff).where(mine).values(role="attorney"))
    said = "The account of attorney person is not as the ledger recorded it last"
    assert f"{said}." in find_faults(filing.engine, config)
    assert compare_stored(filing.engine, config).faults == (said,)


def test_staff_page_warns_of_an_account_that_was_changed(
    filing: Filing, staff_office: StaffOffice, sign_in_as: SignInAs
) -> None:
    """Beside the changed account, and beside no other, the page of staff says that the ledger does not vouch for it."""
    reader = sign_in_as(Role.SUPERVISING_ATTORNEY)
    assert "Unvouched" not in reader.get("/staff").words
    staff_id = staff_office.accounts[Role.INTAKE].staff_id
    with write(filing.engine) as connection:
        connection.execute(update(staff).where(staff.c.id == staff_id).values(role="supervising_attorney"))
    page = reader.get("/staff")
    assert page.words.count("Unvouched: this account is not as the ledger recorded it last.") == 1


def test_ended_code_that_was_put_back_is_not_written_to(caseworker: Caseworker, filing: Filing, tmp_path: Path) -> None:
    """A receipt whose end stands in the public site's chain stays ended, whatever its row says."""
    case = filing.file()
    decide_conflict(caseworker, open_case(caseworker, case.reference), ConflictState.CLEAR, "")
    correspondence = Correspondence(filing, FolderStore(tmp_path / "blobs"), case)
    helper, person = correspondence.make_receipt("helper"), correspondence.make_receipt("person")
    assert set(list_readers(caseworker, open_case(caseworker, case.reference))) == {helper.id, person.id}
    with write(filing.intake_engine) as connection:
        append(
            connection,
            "intake",
            Event("receipt:ended", case.id, item=helper.id),
            clock.now().date(),
            lambda entry: filing.signer.sign(entry, purpose="ledger-entry"),
        )
    opened = open_case(caseworker, case.reference)
    assert set(list_readers(caseworker, opened)) == {person.id}
    with pytest.raises(ReceiptGoneError):
        send_reply(caseworker, opened, receipt_id=helper.id, text="For nobody", language="en", is_question=False)


def test_account_that_nobody_made_is_named(filing: Filing, staff_office: StaffOffice) -> None:
    """A row that somebody laid down as a copy of another is unvouched."""
    with write(filing.engine) as connection:
        row = connection.execute(select(staff)).mappings().first()
        assert row is not None
        forged = {**row, "id": "00000000-0000-4000-8000-000000000000", "email": "forged@office.example"}
        connection.execute(insert(staff).values(forged))
    assert list_unvouched(filing, staff_office) == {forged["id"]}


def test_entry_that_the_site_did_not_sign_vouches_for_no_account(
    filing: Filing, staff_office: StaffOffice, database_url: str
) -> None:
    """An entry that somebody wrote to fit a changed account counts for nothing."""
    if not database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL's rights do not let the site change an entry at all")
    staff_id = staff_office.accounts[Role.INTAKE].staff_id
    theirs = (ledger_entries.c.subject == staff_id, ledger_entries.c.kind == "staff:added")
    with write(filing.engine) as connection:
        entry = json.loads(connection.scalar(select(ledger_entries.c.entry).where(*theirs)) or "")
        changed = json.dumps({**entry, "actor": "another"}, separators=(",", ":"), sort_keys=True)
        connection.execute(update(ledger_entries).where(*theirs).values(entry=changed))
    assert list_unvouched(filing, staff_office) == {staff_id}


def test_another_office_key_than_the_recorded_one_is_named(filing: Filing, staff_office: StaffOffice) -> None:
    """`check` says when the office key in use is not the one of the newest entry about it."""
    config = staff_office.ceremony.casework
    assert find_faults(filing.engine, config) == []
    with write(filing.engine) as connection:
        append_event(connection, Event("office:rotated", "11111111-0000-4000-8000-000000000000"), config)
    assert any("The office key in use is not the one" in fault for fault in find_faults(filing.engine, config))
