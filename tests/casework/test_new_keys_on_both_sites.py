"""A case of the public site gets new keys: what its reporter sends before and after opens for who may, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from casework.access_changes import hand_over, wall_person
from casework.caseworker import Caseworker
from casework.conflicts import decide_conflict
from casework.destruction import settle_withdrawal
from casework.emergencies import ask_for_case
from casework.files import find_last_check, list_files, verify_file
from casework.opening import ConflictState, OpenedCase, open_case
from casework.orders import DocumentKind, Order
from casework.permissions import Role
from casework.previews import find_look, look_into, read_preview
from casework.producing import produce
from casework.replies import list_readers, send_reply
from casework.rotating import rotate_office_key
from casework.workplace import Workplace
from exports.case_file import Variant
from intake.app import create_app as create_public_site
from intake.drafts import begin_draft, save_answers
from intake.inbox import Inbox
from intake.messages import NewMessage, put_if_current, seal_message, send_message
from intake.sending import send_report
from models import tables
from models.blobs import FolderStore
from models.cases import list_case_holders
from models.engine import read
from models.office_keys import get_office_key
from models.receipts import list_receipts
from tests.casework.accessing import ATTORNEY, INTAKE, SUPERVISOR
from tests.casework.corresponding import make_photo
from tests.casework.filing import Filing
from tests.casework.keyholders import Keyholders
from tests.casework.staff_office import StaffOffice
from tests.intake.conversing import enter
from tests.intake.test_report_journey import STORY, read_code, walk_to
from tests.page_client import PageClient
from vault.contexts import Context
from vault.errors import CannotOpenError
from vault.files import FileOpener
from vault.identities import Unwrapper
from vault.opening import open_json
from vault.receipts import derive_receipt
from web import clock

LATER = "Otra cosa: mi primo lo vio todo."


@pytest.fixture
def public_site(staff_office: StaffOffice) -> Iterator[Flask]:
    """The public site of the office."""
    site = create_public_site(staff_office.ceremony.intake)
    yield site
    site.extensions["engine"].dispose()


@pytest.fixture
def reader(public_site: Flask) -> PageClient:
    """Somebody with a browser without script."""
    return PageClient(public_site.test_client())


@pytest.fixture
def store(staff_office: StaffOffice) -> FolderStore:
    """The office's sealed files."""
    return FolderStore(staff_office.ceremony.casework.data_dir / "blobs")


def add_photo(reader: PageClient) -> None:
    """Fill in a report on the public site and add a photo to it."""
    page = reader.submit(walk_to(reader, "check"), {}, go="evidence")
    reader.submit(page, {}, go="add", files=[("files", "antes.jpg", make_photo())])


def file_report(reader: PageClient) -> tuple[str, str]:
    """File a report with a photo on the public site; returns the code and the reference."""
    add_photo(reader)
    receipt = reader.submit(reader.get("/es/report/check"), {}, go="send")
    reference = re.search(r"R-[0-9]{4}-[0-9]{4}", receipt.words)
    assert reference is not None
    code = read_code(receipt)
    reader.submit(receipt, {}, go="done")
    return code, reference.group()


def list_former_identities(caseworker: Caseworker, case: OpenedCase) -> list[Unwrapper]:
    """Everything that somebody could open something with while they held the case."""
    assert case.report_keyring is not None
    assert case.work_keyring is not None
    session = caseworker.session
    return [case.report_keyring, case.work_keyring, session.identity, *session.office_identities.values()]


def test_everything_goes_on_after_a_wall(reader: PageClient, keyholders: Keyholders, store: FolderStore) -> None:
    """Messages, files, replies, previews and the summary, of before and after a wall, work for who holds the case."""
    code, reference = file_report(reader)
    attorney, intake = keyholders.sit_down(ATTORNEY), keyholders.sit_down(INTAKE)
    decide_conflict(attorney, open_case(attorney, reference), ConflictState.CLEAR, "Not known to us")
    before = open_case(attorney, reference)
    supervisor = keyholders.sit_down(SUPERVISOR)
    wall_person(supervisor, keyholders.open_granter(), open_case(supervisor, reference), attorney.staff_id, "A cousin")
    values = {"text": LATER}
    reader.submit(enter(reader, code), values, action="/inbox/message", files=[("files", "despues.jpg", make_photo())])
    case = open_case(intake, reference)
    assert case.report is not None
    assert [item.text("text") for item in case.list_items("message")] == [LATER]
    assert all(item.is_vouched for item in case.items)
    entries = list_files(case)
    assert [entry.file.name for entry in entries] == ["antes.jpg", "despues.jpg"]
    for entry in entries:
        assert verify_file(intake, store, open_case(intake, reference), entry)
        look_into(intake, store, open_case(intake, reference), entry)
        case = open_case(intake, reference)
        assert find_look(case, entry.file.id) is not None
        assert read_preview(store, case, entry.file.id, 1)
        assert find_last_check(case, entry.file.id) is not None
    (receipt_id,) = list_readers(intake, case)
    send_reply(intake, case, receipt_id=receipt_id, text="¿Cuándo fue?", language="es", is_question=True)
    assert "¿Cuándo fue?" in reader.get("/es/inbox").words
    assert open_case(intake, reference).list_items("reply")[0].text("text") == "¿Cuándo fue?"
    order = Order(DocumentKind.SUMMARY, Variant.OFFICE, "For the meeting", is_numbered=True)
    assert produce(intake, store, open_case(intake, reference), order)[1].startswith(b"%PDF")
    check_shut(attorney, before, store, open_case(intake, reference))


def check_shut(walled: Caseworker, before: OpenedCase, store: FolderStore, now: OpenedCase) -> None:
    """Nothing that came or was written since opens with anything that the walled person ever held; the old does."""
    held = list_former_identities(walled, before)
    known = {item.id for item in before.items}
    with read(walled.engine) as connection:
        rows = connection.execute(select(tables.sealed_items).where(tables.sealed_items.c.case_id == now.id)).all()
        replies = connection.execute(select(tables.replies)).all()
    since = [(row, row.kind) for row in rows if row.id not in known and row.kind != "report"]
    since += [(row, "message") for row in replies]
    assert {kind for _row, kind in since} == {"access_change", "message", "file_facts", "reply", "export"}
    for row, kind in since:
        for identity in held:
            with pytest.raises(CannotOpenError):
                open_json(row.sealed, identity=identity, context=Context(kind, (now.id, row.id)))
    old, new = (entry.file for entry in list_files(now))
    for identity in held:
        with store.open(new.id) as source, pytest.raises(CannotOpenError):
            FileOpener(source, identity=identity, context=Context("file", (now.id, new.id)))
    with store.open(old.id) as source:
        assert FileOpener(source, identity=held[0], context=Context("file", (now.id, old.id))).length >= old.length


def test_a_message_on_its_way_is_sealed_to_the_newer_key(
    reader: PageClient, keyholders: Keyholders, filing: Filing, staff_office: StaffOffice
) -> None:
    """A message that was sealed before a wall and comes after it is not stored like that, but sealed anew."""
    code, reference = file_report(reader)
    supervisor, config = keyholders.sit_down(SUPERVISOR), staff_office.ceremony.intake
    case = open_case(supervisor, reference)
    with read(filing.engine) as connection:
        (receipt,) = list_receipts(connection, case.id)
    identity = derive_receipt(code, salt=config.receipt_salt).identity
    inbox = Inbox(receipt.id, case.id, receipt.holder, identity.seed.hex(), opened_at=0)
    sealed = seal_message(filing.intake_engine, config, inbox, NewMessage("message", "es", LATER))
    wall_person(supervisor, keyholders.open_granter(), case, keyholders.find_id(ATTORNEY), "A cousin")
    assert not put_if_current(filing.intake_engine, config, inbox, sealed)
    assert open_case(supervisor, reference).list_items("message") == []
    assert send_message(filing.intake_engine, config, inbox, NewMessage("message", "es", LATER))
    assert [item.text("text") for item in open_case(supervisor, reference).list_items("message")] == [LATER]


def test_a_draft_from_before_a_new_office_key_is_for_the_new_one(
    staff_office: StaffOffice, keyholders: Keyholders, filing: Filing
) -> None:
    """Without files the case gets keys of today's office at sending, so that a leaver's old key does not open it."""
    config = staff_office.ceremony.intake
    draft = begin_draft(filing.intake_engine, config)
    granter = keyholders.open_granter()
    rotate_office_key(filing.engine, keyholders.config, granter)
    draft = save_answers(filing.intake_engine, config, draft, "what_happened", {"what_happened": STORY}, language="es")
    sent = send_report(filing.intake_engine, config, draft, draft.key, "es")
    case = open_case(keyholders.sit_down(INTAKE), sent.reference)
    with read(filing.engine) as connection:
        today = get_office_key(connection)
        assert today is not None
        assert list_case_holders(connection, case.id) == [today.id]
    assert today.id != filing.office_key_id
    assert case.report is not None
    assert case.card is not None
    leaver = granter.office_identities[filing.office_key_id]
    with read(filing.engine) as connection:
        sealed = connection.execute(select(tables.cards.c.sealed).where(tables.cards.c.case_id == case.id)).scalar_one()
    with pytest.raises(CannotOpenError):
        open_json(sealed, identity=leaver, context=Context("card", (case.id,)))


def test_a_draft_with_files_keeps_the_keys_of_its_files(
    reader: PageClient, keyholders: Keyholders, filing: Filing, store: FolderStore
) -> None:
    """With a file already sealed the case keeps its keys, and today's office opens report, card and file with them."""
    add_photo(reader)
    rotate_office_key(filing.engine, keyholders.config, keyholders.open_granter())
    receipt = reader.submit(reader.get("/es/report/check"), {}, go="send")
    assert receipt.path.endswith("/report/receipt")
    intake = keyholders.sit_down(INTAKE)
    with read(filing.engine) as connection:
        reference = connection.execute(select(tables.cases.c.reference)).scalar_one()
    case = open_case(intake, reference)
    assert case.holder_ids == (filing.office_key_id,)
    assert case.card is not None
    decide_conflict(intake, case, ConflictState.CLEAR, "Not known to us")
    (entry,) = list_files(open_case(intake, reference))
    assert verify_file(intake, store, open_case(intake, reference), entry)


def test_a_restricted_case_is_destroyed_whole(reader: PageClient, keyholders: Keyholders, store: FolderStore) -> None:
    """Taken back, a case with new keys, an emergency key, a request and a notice leaves nothing of them behind."""
    keyholders.join("Second Supervisor", Role.SUPERVISING_ATTORNEY)
    code, reference = file_report(reader)
    supervisor = keyholders.sit_down(SUPERVISOR)
    granter = keyholders.open_granter()
    walled = keyholders.find_id(ATTORNEY)
    wall_person(supervisor, granter, open_case(supervisor, reference), walled, "A cousin")
    case = open_case(supervisor, reference)
    hand_over(supervisor, granter, case, keyholders.find_id(INTAKE), is_own_given_up=True)
    ask_for_case(supervisor, reference, "Needed after all")
    enter(reader, code)
    reader.submit(reader.get("/es/inbox/withdraw"), {}, action="/inbox/withdraw", go="withdraw")
    with clock.standing_at(clock.now() + timedelta(days=30)):
        settle_withdrawal(Workplace(supervisor.engine, store, keyholders.config), case.id)
    names = ("case_keys", "former_case_keys", "emergency_keys", "emergency_shares", "emergency_requests", "notices")
    with read(supervisor.engine) as connection:
        left = {name: len(connection.execute(select(tables.metadata.tables[name])).all()) for name in names}
    assert left == dict.fromkeys(names, 0)
    assert list(store.list_old(0)) == []
