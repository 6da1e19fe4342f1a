"""Who may open a case, tried with real keys: restricting, giving, taking, handing over, opening again."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from casework.access import AccessRefusedError, read_access, require_people
from casework.access_changes import (
    grant_case,
    hand_over,
    open_to_office,
    renew_keys,
    restrict_case,
    take_away,
    wall_person,
)
from casework.assignments import assign_case
from casework.conflicts import decide_conflict
from casework.ledger_writing import append_event
from casework.notes import add_note
from casework.opening import ConflictState, open_case
from casework.permissions import Role
from casework.queue import QueueFilter, read_queue
from casework.recording import CaseChangedError
from casework.rekeying import rekey_case
from models.cases import list_case_holders
from models.engine import read, write
from models.ledger import Event
from models.tables import emergency_keys, staff
from tests.casework.accessing import ATTORNEY, INTAKE, SUPERVISOR, list_openers, opened_by, restrict, wall
from tests.casework.filing import Filing
from tests.casework.keyholders import Keyholders
from vault.errors import UntrustedKeyError
from vault.identities import Identity


def test_a_case_is_open_to_the_office_at_first(keyholders: Keyholders, filing: Filing) -> None:
    """Everybody with a legal role opens a new case, and the record says that it is open."""
    case = filing.file()
    assert list_openers(keyholders, case) == {SUPERVISOR, ATTORNEY, INTAKE}
    access = read_access(opened_by(keyholders, case))
    assert (access.is_restricted, access.walls, access.is_whole) == (False, (), True)


def test_restricting_leaves_the_named_people_alone(keyholders: Keyholders, filing: Filing) -> None:
    """Restricted, the case opens for the people named, the office's row is gone, and others see nothing of it."""
    case, other = filing.file(), filing.file()
    restrict(keyholders, case, SUPERVISOR, ATTORNEY)
    assert list_openers(keyholders, case) == {SUPERVISOR, ATTORNEY}
    assert list_openers(keyholders, other) == {SUPERVISOR, ATTORNEY, INTAKE}
    with read(filing.engine) as connection:
        assert filing.office_key_id not in list_case_holders(connection, case.id)
    counts = read_queue(keyholders.sit_down(INTAKE), QueueFilter()).counts
    assert (counts.undecided, counts.unread) == (1, 1)


def test_a_case_is_never_left_with_nobody(keyholders: Keyholders, filing: Filing) -> None:
    """Restricting to nobody, to a stranger or to who may see no case is refused, and nothing changes."""
    case = filing.file()
    supervisor, granter = keyholders.sit_down(SUPERVISOR), keyholders.open_granter()
    opened = open_case(supervisor, case.reference)
    for people in ((), ("nobody-like-that",), (keyholders.find_id(Role.ADMINISTRATOR),)):
        with pytest.raises(AccessRefusedError):
            restrict_case(supervisor, granter, opened, people, "Asked for")
    restrict(keyholders, case, SUPERVISOR)
    with pytest.raises(AccessRefusedError):
        wall(keyholders, case, SUPERVISOR)
    opened = open_case(supervisor, case.reference)
    with pytest.raises(AccessRefusedError):
        take_away(supervisor, granter, opened, supervisor.staff_id, "Leaves")
    assert list_openers(keyholders, case) == {SUPERVISOR}


def test_an_attorney_who_holds_a_case_can_give_it_on(keyholders: Keyholders, filing: Filing) -> None:
    """A grant needs no new keys and no signing key: whoever holds the case seals it to one more verified person."""
    case = filing.file()
    restrict(keyholders, case, ATTORNEY)
    attorney = keyholders.sit_down(ATTORNEY)
    grant_case(attorney, open_case(attorney, case.reference), keyholders.find_id(INTAKE), "Translates")
    assert list_openers(keyholders, case) == {ATTORNEY, INTAKE}
    assert opened_by(keyholders, case, INTAKE).row.key_generation == 1


def test_nobody_is_given_a_case_that_is_open(keyholders: Keyholders, filing: Filing) -> None:
    """Granting a case that is open to the office is refused with words."""
    case = filing.file()
    attorney = keyholders.sit_down(ATTORNEY)
    with pytest.raises(AccessRefusedError) as refusal:
        grant_case(attorney, open_case(attorney, case.reference), keyholders.find_id(INTAKE), "Translates")
    assert "open to the office" in refusal.value.words


def test_a_key_that_the_office_did_not_sign_is_given_nothing(keyholders: Keyholders, filing: Filing) -> None:
    """With a stranger's key in a colleague's place, neither granting nor new keys go through; without one, no grant."""
    case = filing.file()
    restrict(keyholders, case, SUPERVISOR, INTAKE)
    supervisor, attorney = keyholders.sit_down(SUPERVISOR), keyholders.find_id(ATTORNEY)
    with write(filing.engine) as connection:
        stranger = connection.execute(select(staff.c.recipient).where(staff.c.id == supervisor.staff_id)).scalar_one()
        connection.execute(update(staff).where(staff.c.id == attorney).values(recipient=stranger))
    with pytest.raises(UntrustedKeyError):
        grant_case(supervisor, open_case(supervisor, case.reference), attorney, "Will try it")
    with write(filing.engine) as connection:
        connection.execute(update(staff).where(staff.c.id == attorney).values(recipient_signature=b""))
    with pytest.raises(AccessRefusedError):
        grant_case(supervisor, open_case(supervisor, case.reference), attorney, "Will try it")
    with write(filing.engine) as connection:
        connection.execute(update(staff).where(staff.c.id == keyholders.find_id(INTAKE)).values(recipient=stranger))
    with pytest.raises(UntrustedKeyError):
        renew_keys(supervisor, keyholders.open_granter(), open_case(supervisor, case.reference), "To be safe")


def test_taking_a_case_away_needs_no_wall(keyholders: Keyholders, filing: Filing) -> None:
    """Taken away, the case opens for the person no more, and can be given to them again; who worked on it does not."""
    case = filing.file()
    restrict(keyholders, case, SUPERVISOR, ATTORNEY)
    supervisor, attorney = keyholders.sit_down(SUPERVISOR), keyholders.find_id(ATTORNEY)
    assign_case(supervisor, open_case(supervisor, case.reference), attorney, "Attorney")
    take_away(supervisor, keyholders.open_granter(), open_case(supervisor, case.reference), attorney, "Other work")
    assert list_openers(keyholders, case) == {SUPERVISOR}
    opened = open_case(supervisor, case.reference)
    assert opened.row.assignee_id is None
    grant_case(supervisor, opened, attorney, "Came back")
    assert list_openers(keyholders, case) == {SUPERVISOR, ATTORNEY}


@pytest.mark.parametrize("is_own_given_up", [False, True])
def test_a_case_is_handed_over_in_one_step(keyholders: Keyholders, filing: Filing, *, is_own_given_up: bool) -> None:
    """Handed over, a restricted case is assigned and given; who gave it keeps it, or not, as they chose."""
    case = filing.file()
    restrict(keyholders, case, SUPERVISOR)
    supervisor, attorney = keyholders.sit_down(SUPERVISOR), keyholders.find_id(ATTORNEY)
    opened = open_case(supervisor, case.reference)
    hand_over(supervisor, keyholders.open_granter(), opened, attorney, is_own_given_up=is_own_given_up)
    assert list_openers(keyholders, case) == ({ATTORNEY} if is_own_given_up else {SUPERVISOR, ATTORNEY})
    after = opened_by(keyholders, case, ATTORNEY)
    assert after.row.assignee_id == attorney
    assert after.row.key_generation == (2 if is_own_given_up else 1)
    assert after.list_items("assignment")[0].is_vouched


def test_an_attorney_gives_up_a_case_and_new_keys_are_due(keyholders: Keyholders, filing: Filing) -> None:
    """Without the signing key one's own row goes at once, and the case is marked for new keys."""
    case = filing.file()
    restrict(keyholders, case, ATTORNEY, SUPERVISOR)
    attorney = keyholders.sit_down(ATTORNEY)
    opened = open_case(attorney, case.reference)
    hand_over(attorney, None, opened, keyholders.find_id(INTAKE), is_own_given_up=True)
    assert list_openers(keyholders, case) == {SUPERVISOR, INTAKE}
    supervisor = keyholders.sit_down(SUPERVISOR)
    opened = open_case(supervisor, case.reference)
    assert opened.row.is_rekey_due
    assert attorney.staff_id not in read_access(opened).people
    renew_keys(supervisor, keyholders.open_granter(), opened, "Handed over")
    opened = open_case(supervisor, case.reference)
    assert (opened.row.is_rekey_due, opened.row.key_generation) == (False, 2)
    assert list_openers(keyholders, case) == {SUPERVISOR, INTAKE}


def test_handing_over_an_open_case_assigns_it(keyholders: Keyholders, filing: Filing) -> None:
    """Where everybody can open it, handing over is assigning; nobody loses anything."""
    case = filing.file()
    attorney = keyholders.sit_down(ATTORNEY)
    opened = open_case(attorney, case.reference)
    hand_over(attorney, None, opened, keyholders.find_id(INTAKE), is_own_given_up=True)
    assert opened_by(keyholders, case).row.assignee_id == keyholders.find_id(INTAKE)
    assert list_openers(keyholders, case) == {SUPERVISOR, ATTORNEY, INTAKE}


def test_a_case_can_be_opened_to_the_office_again(keyholders: Keyholders, filing: Filing) -> None:
    """Opened again, the office's key is the one holder, and everybody reads what was written meanwhile."""
    case = filing.file()
    keyholders.join("Second Supervisor", SUPERVISOR)
    restrict(keyholders, case, SUPERVISOR)
    supervisor = keyholders.sit_down(SUPERVISOR)
    add_note(supervisor, open_case(supervisor, case.reference), "Written behind the door")
    open_to_office(supervisor, keyholders.open_granter(), open_case(supervisor, case.reference), "Settled")
    assert list_openers(keyholders, case) == {SUPERVISOR, ATTORNEY, INTAKE, "Second Supervisor"}
    opened = opened_by(keyholders, case, INTAKE)
    assert opened.list_items("note")[0].text("text") == "Written behind the door"
    assert opened.holder_ids == (filing.office_key_id,)
    with read(filing.engine) as connection:
        assert connection.execute(select(emergency_keys)).all() == []


def test_a_leaver_is_left_out_of_new_keys(keyholders: Keyholders, filing: Filing) -> None:
    """Renewing leaves out who may not sign in any more."""
    case = filing.file()
    restrict(keyholders, case, SUPERVISOR, ATTORNEY)
    with write(filing.engine) as connection:
        connection.execute(update(staff).where(staff.c.id == keyholders.find_id(ATTORNEY)).values(is_active=False))
    supervisor = keyholders.sit_down(SUPERVISOR)
    renew_keys(supervisor, keyholders.open_granter(), open_case(supervisor, case.reference), "Somebody left")
    assert list_openers(keyholders, case) == {SUPERVISOR}


def test_of_two_who_change_access_at_once_one_is_told(keyholders: Keyholders, filing: Filing) -> None:
    """Eight who wall, grant and restrict the same case at the same moment: each counts whole or not at all."""
    case = filing.file()
    for number in range(4):
        keyholders.join(f"Person{number} Inventado", ATTORNEY)
    restrict(keyholders, case, SUPERVISOR)
    supervisor, granter = keyholders.sit_down(SUPERVISOR), keyholders.open_granter()
    opened = open_case(supervisor, case.reference)
    ids = [keyholders.find_id(f"Person{number} Inventado") for number in range(4)]
    deeds: list[Callable[[], None]] = [
        *(lambda each=each: grant_case(supervisor, opened, each, "Helps") for each in ids),
        *(lambda each=each: wall_person(supervisor, granter, opened, each, "Knows them") for each in ids),
    ]
    done: list[int] = []
    barrier = threading.Barrier(len(deeds))

    def run(number: int) -> None:
        barrier.wait()
        try:
            deeds[number]()
        except CaseChangedError:
            return
        done.append(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(done) == 1
    access = read_access(opened_by(keyholders, case))
    assert (len(access.people), len(access.walls)) == ((2, 0) if done[0] < len(ids) else (1, 1))
    expected = {SUPERVISOR} | ({f"Person{done[0]} Inventado"} if done[0] < len(ids) else set())
    assert list_openers(keyholders, case) == expected


def test_work_goes_on_in_a_restricted_case(keyholders: Keyholders, filing: Filing) -> None:
    """A conflict decision, which seals the card anew, keeps the row in the queue of every holder."""
    case = filing.file()
    keyholders.join("Second Supervisor", SUPERVISOR)
    restrict(keyholders, case, SUPERVISOR, ATTORNEY)
    attorney = keyholders.sit_down(ATTORNEY)
    decide_conflict(attorney, open_case(attorney, case.reference), ConflictState.CLEAR, "Not known to us")
    assert list_openers(keyholders, case) == {SUPERVISOR, ATTORNEY}
    entry = read_queue(keyholders.sit_down(SUPERVISOR), QueueFilter()).entries[0]
    assert entry.card is not None
    assert entry.card.conflict == "clear"


def test_who_waits_for_their_key_keeps_their_place(keyholders: Keyholders, filing: Filing) -> None:
    """New keys leave out who must be compared first, and keep them on the list; once compared they are given them."""
    case = filing.file()
    restrict(keyholders, case, SUPERVISOR, ATTORNEY)
    attorney, supervisor = keyholders.find_id(ATTORNEY), keyholders.sit_down(SUPERVISOR)
    with write(filing.engine) as connection:
        row = connection.execute(select(staff).where(staff.c.id == attorney)).one()
        connection.execute(update(staff).where(staff.c.id == attorney).values(recipient_signature=b""))
        append_event(connection, Event("key:changed", attorney), keyholders.config)
    granter = keyholders.open_granter()
    renew_keys(supervisor, granter, open_case(supervisor, case.reference), "To be safe")
    opened = open_case(supervisor, case.reference)
    assert list_openers(keyholders, case) == {SUPERVISOR}
    assert attorney in read_access(opened).people
    with pytest.raises(AccessRefusedError):
        grant_case(supervisor, opened, attorney, "Back again")
    with write(filing.engine) as connection:
        values = {"recipient_signature": row.recipient_signature}
        connection.execute(update(staff).where(staff.c.id == attorney).values(values))
        append_event(connection, Event("key:granted", attorney), keyholders.config)
    grant_case(supervisor, open_case(supervisor, case.reference), attorney, "Compared")
    assert list_openers(keyholders, case) == {SUPERVISOR, ATTORNEY}


def test_a_leaver_who_is_brought_back_in_the_database_is_given_nothing(keyholders: Keyholders, filing: Filing) -> None:
    """An account that is not as the ledger recorded it last gets no keys, although the office signed its key once."""
    case = filing.file()
    attorney, supervisor = keyholders.find_id(ATTORNEY), keyholders.sit_down(SUPERVISOR)
    with write(filing.engine) as connection:
        connection.execute(update(staff).where(staff.c.id == attorney).values(is_active=False))
        append_event(connection, Event("staff:closed", attorney), keyholders.config)
    with write(filing.engine) as connection:
        connection.execute(update(staff).where(staff.c.id == attorney).values(is_active=True))
    opened = open_case(supervisor, case.reference)
    with pytest.raises(AccessRefusedError):
        restrict_case(supervisor, keyholders.open_granter(), opened, [attorney], "Wants it")
    wall(keyholders, case, INTAKE)
    assert list_openers(keyholders, case) == {SUPERVISOR}


def test_too_many_people_are_refused_with_words(keyholders: Keyholders, filing: Filing) -> None:
    """A card is sealed to everybody who holds a case: more than it can be sealed to is refused before it fails."""
    case = filing.file()
    restrict(keyholders, case, SUPERVISOR)
    with pytest.raises(AccessRefusedError):
        require_people([str(number) for number in range(121)])
    require_people([str(number) for number in range(120)])
    holders = {str(number): Identity.generate().recipient for number in range(120 + 2)}
    opened = opened_by(keyholders, case)
    rekey_case(keyholders.sit_down(SUPERVISOR), keyholders.open_granter(), opened, holders)
