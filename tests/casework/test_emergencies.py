"""An emergency: two supervising attorneys open a restricted case together, and no one of them alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from casework.access import AccessRefusedError, read_access
from casework.access_changes import restrict_case, wall_person
from casework.caseworker import Caseworker
from casework.emergencies import approve_request, ask_for_case, list_emergency_requests, refuse_request
from casework.emergency_keys import join_shares
from casework.notices import dismiss_notice, list_own_notices
from casework.opening import CaseNotFoundError, open_case
from casework.permissions import Role
from casework.recording import CaseChangedError
from casework.sweeps import sweep_expired
from casework.workplace import Workplace
from models.blobs import FolderStore
from models.emergency_keys import drop_shares, list_shares
from models.engine import read, write
from models.ledger import list_entries
from models.tables import case_keys, cases, emergency_keys, emergency_requests
from tests.casework.filing import FiledCase, Filing
from tests.casework.keyholders import Keyholders
from vault.contexts import Context
from vault.errors import CannotOpenError
from vault.opening import open_identity, open_sealed
from web import clock

FIRST, SECOND, THIRD = Role.SUPERVISING_ATTORNEY, "Second Supervisor", "Third Supervisor"
ATTORNEY = Role.ATTORNEY


@pytest.fixture
def case(keyholders: Keyholders, filing: Filing) -> FiledCase:
    """A case that the attorney alone may open, in an office with three supervising attorneys."""
    for name in (SECOND, THIRD):
        keyholders.join(name, Role.SUPERVISING_ATTORNEY)
    filed = filing.file()
    supervisor = keyholders.sit_down(FIRST)
    opened = open_case(supervisor, filed.reference)
    restrict_case(supervisor, keyholders.open_granter(), opened, [keyholders.find_id(ATTORNEY)], "Told so")
    return filed


def ask(keyholders: Keyholders, case: FiledCase, who: Role | str = SECOND) -> str:
    """Let somebody ask for the case; returns the request's id."""
    caseworker = keyholders.sit_down(who)
    ask_for_case(caseworker, case.reference, "The attorney is ill and a deadline ends today")
    return next(each.id for each in list_emergency_requests(caseworker) if each.is_own)


def approve(keyholders: Keyholders, request_id: str, who: Role | str = THIRD) -> str:
    """Let a second one agree."""
    return approve_request(keyholders.sit_down(who), keyholders.open_granter(who), request_id, "Seen the deadline")


def list_kinds(keyholders: Keyholders, case: FiledCase) -> list[str]:
    """The kinds of the ledger's entries about the case."""
    with read(keyholders.engine) as connection:
        return [entry["kind"] for entry in list_entries(connection, case.id)]


def test_two_open_a_restricted_case_together(keyholders: Keyholders, case: FiledCase) -> None:
    """One asks, another agrees: who asked opens everything, who agreed opens nothing, and the record says all of it."""
    request_id = ask(keyholders, case)
    seen = list_emergency_requests(keyholders.sit_down(THIRD))
    assert [(each.reference, each.name, each.reason, each.is_vouched) for each in seen] == [
        (case.reference, SECOND, "The attorney is ill and a deadline ends today", True)
    ]
    assert approve(keyholders, request_id) == case.reference
    opened = open_case(keyholders.sit_down(SECOND), case.reference)
    assert opened.report == case.report
    assert set(read_access(opened).people) == {keyholders.find_id(ATTORNEY), keyholders.find_id(SECOND)}
    change = opened.list_items("access_change")[0]
    assert (change.is_vouched, change.text("change"), change.by_name) == (True, "emergency", THIRD)
    assert "a deadline ends today" in change.text("reason")
    assert open_case(keyholders.sit_down(ATTORNEY), case.reference).report == case.report
    for who in (FIRST, THIRD):
        with pytest.raises(CaseNotFoundError):
            open_case(keyholders.sit_down(who), case.reference)
    kinds = list_kinds(keyholders, case)
    assert [kind for kind in kinds if kind.startswith("emergency:")] == ["emergency:asked", "emergency:opened"]


def test_whoever_holds_the_case_is_told_until_they_dismiss_it(keyholders: Keyholders, case: FiledCase) -> None:
    """A notice comes when somebody asks, another in its place when it was opened, and goes when its reader says so."""
    request_id = ask(keyholders, case)
    attorney = keyholders.sit_down(ATTORNEY)
    assert ["asked to open it" in each.words for each in list_own_notices(attorney)] == [True]
    approve(keyholders, request_id)
    notices = list_own_notices(attorney, case.id)
    assert ["was opened in an emergency" in each.words for each in notices] == [True]
    assert list_own_notices(keyholders.sit_down(SECOND)) == []
    assert not dismiss_notice(keyholders.sit_down(SECOND), notices[0].id)
    for notice in notices:
        assert dismiss_notice(attorney, notice.id)
    assert list_own_notices(attorney) == []


def test_nobody_agrees_with_themselves(keyholders: Keyholders, case: FiledCase) -> None:
    """Who asked is refused as the second one, and asking twice is refused too."""
    request_id = ask(keyholders, case)
    with pytest.raises(AccessRefusedError):
        approve(keyholders, request_id, SECOND)
    with pytest.raises(AccessRefusedError):
        ask(keyholders, case)


def test_one_share_opens_nothing(keyholders: Keyholders, case: FiledCase) -> None:
    """With the database, their own share and every key of their own, one supervising attorney alone opens nothing."""
    caseworker = keyholders.sit_down(SECOND)
    with read(keyholders.engine) as connection:
        key = connection.execute(select(emergency_keys)).one()
        shares = list_shares(connection, key.id)
        held = connection.execute(select(case_keys).where(case_keys.c.case_id == case.id)).all()
    own = next(row for row in shares if row.staff_id == caseworker.staff_id)
    context = Context("emergency_share", (key.id, own.staff_id))
    words = open_sealed(own.sealed_share, identity=caseworker.session.identity, context=context).decode()
    for attempt in ([words], [words, words]):
        with pytest.raises(CannotOpenError):
            join_shares(attempt, key.recipient)
    identities = (caseworker.session.identity, *caseworker.session.office_identities.values())
    for row in held:
        for identity in identities:
            context = Context("work_identity", (case.id, row.holder_id))
            with pytest.raises(CannotOpenError):
                open_identity(row.sealed_work_identity, identity=identity, context=context)
    for row in shares:
        if row.staff_id != caseworker.staff_id:
            context = Context("emergency_share", (key.id, row.staff_id))
            with pytest.raises(CannotOpenError):
                open_sealed(row.sealed_share, identity=caseworker.session.identity, context=context)


def test_after_an_opening_the_old_shares_open_nothing_new(keyholders: Keyholders, case: FiledCase) -> None:
    """The case has a new emergency key and new keys, so that shares which met once are worth nothing afterwards."""
    with read(keyholders.engine) as connection:
        before = connection.execute(select(emergency_keys.c.id)).scalar_one()
    approve(keyholders, ask(keyholders, case))
    with read(keyholders.engine) as connection:
        key = connection.execute(select(emergency_keys)).one()
        assert key.id != before
        assert len(list_shares(connection, key.id)) == 3
        assert connection.execute(select(cases.c.key_generation).where(cases.c.id == case.id)).scalar_one() == 2
        assert connection.execute(select(emergency_requests)).all() == []


def test_walls_hold_in_an_emergency(keyholders: Keyholders, case: FiledCase, filing: Filing) -> None:
    """Who is walled off holds no share: for them there is no such case, and their old request is gone."""
    walled_case = filing.file()
    supervisor = keyholders.sit_down(FIRST)
    opened = open_case(supervisor, walled_case.reference)
    wall_person(supervisor, keyholders.open_granter(), opened, keyholders.find_id(SECOND), "Their brother")
    with pytest.raises(AccessRefusedError) as refusal:
        ask(keyholders, walled_case, SECOND)
    with pytest.raises(AccessRefusedError) as unknown:
        ask_for_case(keyholders.sit_down(SECOND), "R-0000-0000", "Is there such a case?")
    assert refusal.value.words == unknown.value.words
    request_id = ask(keyholders, case, SECOND)
    attorney = keyholders.sit_down(ATTORNEY)
    opened = open_case(attorney, case.reference)
    wall_person(attorney, keyholders.open_granter(), opened, keyholders.find_id(SECOND), "Their sister")
    with pytest.raises(AccessRefusedError):
        approve(keyholders, request_id)
    with pytest.raises(CaseNotFoundError):
        open_case(keyholders.sit_down(SECOND), case.reference)


def test_who_can_open_a_case_need_not_ask(keyholders: Keyholders, case: FiledCase, filing: Filing) -> None:
    """Asking for a case that one holds, or that is open to the office, is refused with words."""
    for filed, who in ((case, ATTORNEY), (filing.file(), SECOND)):
        with pytest.raises(AccessRefusedError) as refusal:
            ask_for_case(keyholders.sit_down(who), filed.reference, "Needed")
        assert refusal.value.words == "You can open this case already."


def test_a_request_can_be_refused_or_taken_back(keyholders: Keyholders, case: FiledCase) -> None:
    """Refused, nothing was opened, the request is gone, the ledger says so, and new keys are due."""
    for who in (THIRD, SECOND):
        request_id = ask(keyholders, case)
        refuse_request(keyholders.sit_down(who), request_id)
        with pytest.raises(AccessRefusedError):
            approve(keyholders, request_id)
    assert list_kinds(keyholders, case).count("emergency:refused") == 2
    assert open_case(keyholders.sit_down(ATTORNEY), case.reference).row.is_rekey_due
    with pytest.raises(CaseNotFoundError):
        open_case(keyholders.sit_down(SECOND), case.reference)


def test_a_request_expires(keyholders: Keyholders, case: FiledCase, filing: Filing, staff_folder: FolderStore) -> None:
    """After 72 hours nobody can agree any more, and the worker deletes the request and marks the case for new keys."""
    request_id = ask(keyholders, case)
    with clock.standing_at(clock.now() + timedelta(hours=73)):
        with pytest.raises(AccessRefusedError):
            approve(keyholders, request_id)
        sweep_expired(Workplace(filing.engine, staff_folder, keyholders.config), "")
    with read(filing.engine) as connection:
        assert connection.execute(select(emergency_requests)).all() == []
        assert connection.execute(select(cases.c.is_rekey_due).where(cases.c.id == case.id)).scalar_one()


@pytest.fixture
def staff_folder(tmp_path_factory: pytest.TempPathFactory) -> FolderStore:
    """An empty store of files."""
    return FolderStore(tmp_path_factory.mktemp("files"))


def test_a_request_that_was_turned_to_somebody_else_is_not_believed(keyholders: Keyholders, case: FiledCase) -> None:
    """With another person's id in the row the ledger does not vouch for it, and nobody is given the case."""
    request_id = ask(keyholders, case)
    with write(keyholders.engine) as connection:
        connection.execute(update(emergency_requests).values(staff_id=keyholders.find_id(FIRST)))
    assert [each.is_vouched for each in list_emergency_requests(keyholders.sit_down(THIRD))] == [False]
    with pytest.raises(AccessRefusedError):
        approve(keyholders, request_id)


def test_a_leaver_takes_their_share_along(keyholders: Keyholders, case: FiledCase) -> None:
    """Whoever leaves loses share and request; with one share left, asking is refused with words."""
    request_id = ask(keyholders, case)
    with write(keyholders.engine) as connection:
        drop_shares(connection, keyholders.find_id(SECOND))
        drop_shares(connection, keyholders.find_id(FIRST))
    with pytest.raises(AccessRefusedError):
        approve(keyholders, request_id)
    with pytest.raises(AccessRefusedError) as refusal:
        ask(keyholders, case, THIRD)
    assert "Nobody else holds a share" in refusal.value.words


def test_of_two_who_agree_at_once_one_counts(keyholders: Keyholders, case: FiledCase) -> None:
    """Answered twice, a request opens the case once; the second is told that it is gone."""
    request_id = ask(keyholders, case)
    approve(keyholders, request_id, THIRD)
    with pytest.raises((AccessRefusedError, CaseChangedError)):
        approve(keyholders, request_id, FIRST)
    assert list_kinds(keyholders, case).count("emergency:opened") == 1


def test_an_administrator_holds_no_share(keyholders: Keyholders, case: FiledCase) -> None:
    """Shares lie with supervising attorneys alone."""
    supervisors: set[str] = {keyholders.find_id(each) for each in (FIRST, SECOND, THIRD)}
    with read(keyholders.engine) as connection:
        key_id = connection.execute(select(emergency_keys.c.id).where(emergency_keys.c.case_id == case.id)).scalar_one()
        assert {row.staff_id for row in list_shares(connection, key_id)} == supervisors
    administrator: Caseworker = keyholders.sit_down(Role.ADMINISTRATOR)
    with pytest.raises(AccessRefusedError):
        ask_for_case(administrator, case.reference, "Curious")
