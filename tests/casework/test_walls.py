"""Walls, tried with real keys: who is walled off opens nothing more, learns nothing more, and can be given nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import delete, select

from casework.access import AccessRefusedError, read_access
from casework.access_changes import (
    grant_case,
    hand_over,
    lift_wall,
    open_to_office,
    renew_keys,
    restrict_case,
)
from casework.assignments import CannotOpenCaseError, assign_case
from casework.notes import add_note
from casework.opening import CaseNotFoundError, open_case
from casework.queue import QueueFilter, read_queue
from models.cases import list_sealed_items
from models.engine import read, write
from models.notices import put_notices
from models.tables import cases, emergency_shares, notices, sealed_items
from tests.casework.accessing import ATTORNEY, INTAKE, SUPERVISOR, can_open, list_openers, opened_by, restrict, wall
from tests.casework.conftest import SignInAs
from tests.casework.filing import Filing
from tests.casework.keyholders import Keyholders
from vault.contexts import Context
from vault.errors import CannotOpenError
from vault.identities import Unwrapper
from vault.opening import open_json
from web import clock


def test_a_wall_restricts_and_shuts_one_person_out(keyholders: Keyholders, filing: Filing) -> None:
    """Walled off, a person opens nothing of the case any more; everybody else who could still can."""
    case = filing.file()
    wall(keyholders, case, ATTORNEY)
    assert list_openers(keyholders, case) == {SUPERVISOR, INTAKE}
    access = read_access(opened_by(keyholders, case))
    assert access.is_restricted
    assert [(each.staff_id, each.reason) for each in access.walls] == [
        (keyholders.find_id(ATTORNEY), "Acted for the deputy")
    ]


def test_what_is_sealed_after_a_wall_opens_with_nothing_that_the_walled_person_held(
    keyholders: Keyholders, filing: Filing
) -> None:
    """A note and the record of the wall itself do not open with any key of before, the case's own included."""
    case = filing.file()
    attorney = keyholders.sit_down(ATTORNEY)
    before = open_case(attorney, case.reference)
    wall(keyholders, case, ATTORNEY)
    note_id = add_note(keyholders.sit_down(SUPERVISOR), opened_by(keyholders, case), "Not for the attorney")
    assert before.report_keyring is not None
    assert before.work_keyring is not None
    session = attorney.session
    held: tuple[Unwrapper, ...] = (before.report_keyring, before.work_keyring, session.identity)
    held = (*held, *session.office_identities.values())
    with read(filing.engine) as connection:
        since = [row for row in list_sealed_items(connection, case.id) if row.id == note_id or row.kind != "report"]
    assert {row.kind for row in since} == {"note", "access_change"}
    for row in since:
        for identity in held:
            with pytest.raises(CannotOpenError):
                open_json(row.sealed, identity=identity, context=Context(row.kind, (case.id, row.id)))


def test_nobody_can_give_a_case_over_a_wall(keyholders: Keyholders, filing: Filing) -> None:
    """Granting, handing over, assigning and restricting to somebody who is walled off are all refused."""
    case = filing.file()
    wall(keyholders, case, ATTORNEY)
    supervisor, walled = keyholders.sit_down(SUPERVISOR), keyholders.find_id(ATTORNEY)
    opened = open_case(supervisor, case.reference)
    with pytest.raises(AccessRefusedError):
        grant_case(supervisor, opened, walled, "Needed")
    with pytest.raises(AccessRefusedError):
        hand_over(supervisor, None, opened, walled, is_own_given_up=False)
    with pytest.raises(CannotOpenCaseError):
        assign_case(supervisor, opened, walled, "Attorney")
    with pytest.raises(AccessRefusedError):
        restrict_case(supervisor, keyholders.open_granter(), opened, [supervisor.staff_id, walled], "Needed")
    with pytest.raises(AccessRefusedError):
        open_to_office(supervisor, keyholders.open_granter(), opened, "All may see it")
    assert list_openers(keyholders, case) == {SUPERVISOR, INTAKE}


def test_a_lifted_wall_gives_nothing_by_itself(keyholders: Keyholders, filing: Filing) -> None:
    """After a wall was lifted the person may be given the case, and then opens everything, old and new."""
    case = filing.file()
    wall(keyholders, case, ATTORNEY)
    supervisor, walled = keyholders.sit_down(SUPERVISOR), keyholders.find_id(ATTORNEY)
    lift_wall(supervisor, open_case(supervisor, case.reference), walled, "It was another deputy")
    assert list_openers(keyholders, case) == {SUPERVISOR, INTAKE}
    with pytest.raises(AccessRefusedError):
        lift_wall(supervisor, open_case(supervisor, case.reference), walled, "Again")
    grant_case(supervisor, open_case(supervisor, case.reference), walled, "Will try it")
    assert list_openers(keyholders, case) == {SUPERVISOR, INTAKE, ATTORNEY}


def test_somebody_who_joins_later_does_not_hold_a_restricted_case(keyholders: Keyholders, filing: Filing) -> None:
    """A new colleague gets the office's key and with it no case that was restricted."""
    case = filing.file()
    wall(keyholders, case, ATTORNEY)
    keyholders.join("Nina Neu", ATTORNEY)
    assert not can_open(keyholders, case, "Nina Neu")


def test_a_wall_that_was_deleted_from_the_database_still_stands(keyholders: Keyholders, filing: Filing) -> None:
    """With the record gone or an older one put back, nobody is given the case before it is restricted anew."""
    case = filing.file()
    restrict(keyholders, case, SUPERVISOR, INTAKE)
    wall(keyholders, case, ATTORNEY)
    supervisor = keyholders.sit_down(SUPERVISOR)
    newest = open_case(supervisor, case.reference).list_items("access_change")[0]
    with write(filing.engine) as connection:
        connection.execute(delete(sealed_items).where(sealed_items.c.id == newest.id))
    opened = open_case(supervisor, case.reference)
    assert not read_access(opened).is_whole
    granter = keyholders.open_granter()
    attempts: list[Callable[[], None]] = [
        lambda: grant_case(supervisor, opened, keyholders.find_id(ATTORNEY), "Needed"),
        lambda: hand_over(supervisor, granter, opened, keyholders.find_id(ATTORNEY), is_own_given_up=False),
        lambda: open_to_office(supervisor, granter, opened, "Settled"),
        lambda: renew_keys(supervisor, granter, opened, "To be safe"),
    ]
    for attempt in attempts:
        with pytest.raises(AccessRefusedError):
            attempt()
    restrict(keyholders, case, SUPERVISOR)
    assert read_access(opened_by(keyholders, case)).is_whole


def test_likeness_does_not_tell_of_a_case_that_one_cannot_open(keyholders: Keyholders, filing: Filing) -> None:
    """A story that reads like that of a case behind a wall shows the other's reference to its holders alone."""
    story = "El oficial me detuvo en la carretera y me preguntó de dónde venía, una y otra vez, sin decir por qué." * 2
    hidden, shown = filing.file(what_happened=story), filing.file(what_happened=story)
    wall(keyholders, hidden, ATTORNEY)
    alike = {
        who: {entry.row.reference: entry.alike for entry in read_queue(keyholders.sit_down(who), QueueFilter()).entries}
        for who in (ATTORNEY, INTAKE)
    }
    assert alike[ATTORNEY] == {shown.reference: ()}
    assert alike[INTAKE][shown.reference] == (hidden.reference,)


def test_notices_of_a_case_go_with_the_keys(keyholders: Keyholders, filing: Filing) -> None:
    """Whoever loses a case is reminded of it no more."""
    case = filing.file()
    people = [keyholders.find_id(ATTORNEY), keyholders.find_id(SUPERVISOR)]
    with write(filing.engine) as connection:
        put_notices(connection, people, case_id=case.id, kind="emergency_opened", added_on=clock.now().date())
    wall(keyholders, case, ATTORNEY)
    with read(filing.engine) as connection:
        assert connection.execute(select(notices.c.staff_id)).scalars().all() == [keyholders.find_id(SUPERVISOR)]


def test_shares_lie_with_the_supervising_attorneys_who_are_not_walled_off(
    keyholders: Keyholders, filing: Filing
) -> None:
    """There is an emergency key where two may lend a share, and none where only one is left."""
    case = filing.file()
    keyholders.join("Second Supervisor", SUPERVISOR)
    restrict(keyholders, case, ATTORNEY, SUPERVISOR)

    def list_lenders() -> set[str]:
        with read(filing.engine) as connection:
            return set(connection.execute(select(emergency_shares.c.staff_id)).scalars())

    assert list_lenders() == {keyholders.find_id(SUPERVISOR), keyholders.find_id("Second Supervisor")}
    keyholders.join("Third Supervisor", SUPERVISOR)
    wall(keyholders, case, "Second Supervisor")
    assert list_lenders() == {keyholders.find_id(SUPERVISOR), keyholders.find_id("Third Supervisor")}
    wall(keyholders, case, "Third Supervisor")
    assert list_lenders() == set()
    assert list_openers(keyholders, case) == {SUPERVISOR, ATTORNEY}


def test_a_session_loses_a_case_at_once(keyholders: Keyholders, filing: Filing) -> None:
    """A session that was open when its person was walled off opens the case no more."""
    case = filing.file()
    attorney = keyholders.sit_down(ATTORNEY)
    assert open_case(attorney, case.reference).report is not None
    wall(keyholders, case, ATTORNEY)
    with pytest.raises(CaseNotFoundError):
        open_case(attorney, case.reference)
    stale = replace(attorney, session=replace(attorney.session, office_identities={}))
    with pytest.raises(CaseNotFoundError):
        open_case(stale, case.reference)
    with read(filing.engine) as connection:
        assert connection.execute(select(cases.c.assignee_id)).scalar_one() is None


def test_counts_do_not_tell_of_a_case_that_one_cannot_open(
    keyholders: Keyholders, filing: Filing, sign_in_as: SignInAs
) -> None:
    """The page of counts leaves out what is restricted to others, so that it never differs from one's own queue."""
    for case in (filing.file(), filing.file(), filing.file()):
        hidden = case
    wall(keyholders, hidden, ATTORNEY)
    assert "Undecided 2" in sign_in_as(ATTORNEY).get("/patterns").words
    assert "Undecided 3" in sign_in_as(INTAKE).get("/patterns").words
