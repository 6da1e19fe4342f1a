"""New keys for a case: today's holders open what was sealed before and after, others at most what was before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import delete, select, update

from casework.caseworker import Caseworker
from casework.conflicts import decide_conflict
from casework.holders import find_holder
from casework.notes import add_note
from casework.opening import CaseNotFoundError, ConflictState, open_case
from casework.permissions import Role
from casework.recording import CaseChangedError, NewItem
from casework.rekeying import rekey_case
from models.cases import list_case_holders, list_sealed_items
from models.engine import read, write
from models.ledger import list_entries
from models.tables import case_keys, cases, former_case_keys
from tests.casework.filing import FiledCase, Filing
from tests.casework.keyholders import Keyholders
from vault.contexts import Context
from vault.errors import CannotOpenError, UntrustedKeyError
from vault.identities import Unwrapper
from vault.opening import open_json
from vault.recipients import Recipient


def find_people(keyholders: Keyholders, *who: Role) -> dict[str, Recipient]:
    """The verified public keys of some people, by id."""
    with read(keyholders.engine) as connection:
        ids = [keyholders.find_id(each) for each in who]
        return {each: find_holder(connection, each, keyholders.config) for each in ids}


def rekey(keyholders: Keyholders, case: FiledCase, *who: Role) -> Caseworker:
    """Let the supervising attorney give a case new keys, held by these people."""
    supervisor = keyholders.sit_down(Role.SUPERVISING_ATTORNEY)
    opened = open_case(supervisor, case.reference)
    rekey_case(supervisor, keyholders.open_granter(), opened, find_people(keyholders, *who))
    return supervisor


def test_holders_open_what_was_sealed_before_and_after(keyholders: Keyholders, filing: Filing) -> None:
    """Rekeyed twice, the report, an old note and a new one open for a holder of today's keys, all vouched for."""
    case = filing.file()
    supervisor = keyholders.sit_down(Role.SUPERVISING_ATTORNEY)
    decide_conflict(supervisor, open_case(supervisor, case.reference), ConflictState.CLEAR, "Not known to us")
    for text in ("First", "Second"):
        add_note(supervisor, open_case(supervisor, case.reference), text)
        rekey(keyholders, case, Role.SUPERVISING_ATTORNEY, Role.ATTORNEY)
    attorney = keyholders.sit_down(Role.ATTORNEY)
    opened = open_case(attorney, case.reference)
    assert opened.report == case.report
    assert [item.text("text") for item in opened.list_items("note")] == ["Second", "First"]
    assert all(item.is_vouched for item in opened.items)
    assert opened.is_card_vouched
    assert opened.card is not None
    assert opened.has_todays_keys
    assert opened.row.key_generation == 2
    add_note(attorney, opened, "Third")
    assert open_case(supervisor, case.reference).list_items("note")[0].text("text") == "Third"
    kinds = [entry["kind"] for entry in read_entries(filing, case)]
    assert kinds.count("case:rekeyed") == 2


def read_entries(filing: Filing, case: FiledCase) -> list[dict[str, str]]:
    """The ledger's entries about a case."""
    with read(filing.engine) as connection:
        return list_entries(connection, case.id)


def test_others_hold_no_key_any_more(keyholders: Keyholders, filing: Filing) -> None:
    """Whoever is no holder is told that there is no such case, and the office itself holds no row."""
    case = filing.file()
    rekey(keyholders, case, Role.SUPERVISING_ATTORNEY)
    for role in (Role.ATTORNEY, Role.INTAKE):
        with pytest.raises(CaseNotFoundError):
            open_case(keyholders.sit_down(role), case.reference)
    with read(filing.engine) as connection:
        assert list_case_holders(connection, case.id) == [keyholders.find_id(Role.SUPERVISING_ATTORNEY)]


def test_old_keys_do_not_open_what_comes_after(keyholders: Keyholders, filing: Filing) -> None:
    """Every key that a shut-out person ever held, the case's own old ones too, opens nothing that was sealed since."""
    case = filing.file()
    attorney = keyholders.sit_down(Role.ATTORNEY)
    before = open_case(attorney, case.reference)
    supervisor = rekey(keyholders, case, Role.SUPERVISING_ATTORNEY)
    note_id = add_note(supervisor, open_case(supervisor, case.reference), "Not for the attorney")
    with read(filing.engine) as connection:
        note = next(row for row in list_sealed_items(connection, case.id) if row.id == note_id)
    assert before.report_keyring is not None
    assert before.work_keyring is not None
    session = attorney.session
    held: tuple[Unwrapper, ...] = (
        before.report_keyring,
        before.work_keyring,
        session.identity,
        *session.office_identities.values(),
    )
    for identity in held:
        with pytest.raises(CannotOpenError):
            open_json(note.sealed, identity=identity, context=Context("note", (case.id, note_id)))
    after = open_case(supervisor, case.reference).work_keyring
    assert after is not None
    assert open_json(note.sealed, identity=after, context=Context("note", (case.id, note_id)))["text"]


def test_an_item_beside_it_is_sealed_to_the_new_keys(keyholders: Keyholders, filing: Filing) -> None:
    """What is recorded together with the change does not open with the old keys."""
    case = filing.file()
    before = open_case(keyholders.sit_down(Role.ATTORNEY), case.reference)
    supervisor = keyholders.sit_down(Role.SUPERVISING_ATTORNEY)
    holders = find_people(keyholders, Role.SUPERVISING_ATTORNEY)
    item = NewItem("access_change", "access:changed", {"reason": "A former client"})
    opened = open_case(supervisor, case.reference)
    rekey_case(supervisor, keyholders.open_granter(), opened, holders, items=[item])
    found = open_case(supervisor, case.reference).find_newest("access_change")
    assert found is not None
    assert found.text("reason") == "A former client"
    with read(filing.engine) as connection:
        row = next(row for row in list_sealed_items(connection, case.id) if row.kind == "access_change")
    assert before.work_keyring is not None
    with pytest.raises(CannotOpenError):
        open_json(row.sealed, identity=before.work_keyring, context=Context("access_change", (case.id, row.id)))


def test_whoever_comes_second_changes_nothing(keyholders: Keyholders, filing: Filing) -> None:
    """Of two who opened a case and change its keys, or write to it, the second is told so; nothing is half done."""
    case = filing.file()
    supervisor = keyholders.sit_down(Role.SUPERVISING_ATTORNEY)
    stale = open_case(supervisor, case.reference)
    rekey(keyholders, case, Role.SUPERVISING_ATTORNEY, Role.ATTORNEY)
    with pytest.raises(CaseChangedError):
        rekey_case(supervisor, keyholders.open_granter(), stale, find_people(keyholders, Role.SUPERVISING_ATTORNEY))
    with pytest.raises(CaseChangedError):
        add_note(supervisor, stale, "Sealed to a key of before")
    opened = open_case(keyholders.sit_down(Role.ATTORNEY), case.reference)
    assert (opened.row.key_generation, opened.list_items("note")) == (1, [])


def test_holders_that_changed_meanwhile_are_not_overwritten(keyholders: Keyholders, filing: Filing) -> None:
    """Somebody who was given the keys after the case was opened is not dropped unnoticed."""
    case = filing.file()
    supervisor = rekey(keyholders, case, Role.SUPERVISING_ATTORNEY, Role.ATTORNEY)
    stale = open_case(supervisor, case.reference)
    with write(filing.engine) as connection:
        connection.execute(
            update(case_keys)
            .where(case_keys.c.holder_id == keyholders.find_id(Role.ATTORNEY))
            .values(holder_id=keyholders.find_id(Role.INTAKE))
        )
    with pytest.raises(CaseChangedError):
        rekey_case(supervisor, keyholders.open_granter(), stale, find_people(keyholders, Role.SUPERVISING_ATTORNEY))


def test_older_keys_put_back_are_seen(keyholders: Keyholders, filing: Filing) -> None:
    """With the public keys, holders and generation of before put back, the page warns and nothing is sealed to them."""
    case = filing.file()
    attorney = keyholders.sit_down(Role.ATTORNEY)
    with read(filing.engine) as connection:
        row = connection.execute(select(cases).where(cases.c.id == case.id)).mappings().one()
        held = [
            dict(each)
            for each in connection.execute(select(case_keys).where(case_keys.c.case_id == case.id)).mappings()
        ]
    rekey(keyholders, case, Role.SUPERVISING_ATTORNEY)
    with write(filing.engine) as connection:
        connection.execute(delete(former_case_keys))
        connection.execute(update(cases).where(cases.c.id == case.id).values(dict(row)))
        connection.execute(case_keys.insert(), held)
    opened = open_case(attorney, case.reference)
    assert not opened.has_todays_keys
    with pytest.raises(UntrustedKeyError):
        add_note(attorney, opened, "For nobody else")
    with pytest.raises(UntrustedKeyError):
        rekey_case(attorney, keyholders.open_granter(), opened, find_people(keyholders, Role.SUPERVISING_ATTORNEY))


def test_a_broken_chain_keeps_what_is_newer(keyholders: Keyholders, filing: Filing) -> None:
    """Where the sealed key of before was destroyed, what came since still opens, and the page does not break."""
    case = filing.file()
    supervisor = rekey(keyholders, case, Role.SUPERVISING_ATTORNEY)
    add_note(supervisor, open_case(supervisor, case.reference), "Newer")
    with write(filing.engine) as connection:
        connection.execute(update(former_case_keys).values(sealed_report_identity=b"rubbish"))
    opened = open_case(supervisor, case.reference)
    assert opened.report is None
    assert opened.list_items("note")[0].text("text") == "Newer"


def test_a_card_of_new_keys_opens_in_the_queue_of_its_holders(keyholders: Keyholders, filing: Filing) -> None:
    """The card opens with a person's own key, and not with the office's."""
    case = filing.file()
    rekey(keyholders, case, Role.SUPERVISING_ATTORNEY, Role.ATTORNEY)
    attorney = keyholders.sit_down(Role.ATTORNEY)
    alone = replace(attorney, session=replace(attorney.session, office_identities={}))
    assert open_case(alone, case.reference).card is not None
    with read(filing.engine) as connection:
        row = connection.execute(select(cases).where(cases.c.id == case.id)).one()
    assert row.is_rekey_due is False
