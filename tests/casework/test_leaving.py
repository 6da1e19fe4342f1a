"""Leaving, losing a passphrase, changing role: access goes at once, and nothing becomes unreadable for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from casework.access_changes import restrict_case
from casework.errors import InvalidPersonError, MayNotGoError, SignInRefusedError, StaffChangedError
from casework.granting import grant_key
from casework.leaving import (
    LAST_GRANTER,
    LAST_HOLDER,
    LAST_OF_CASES,
    ONESELF,
    change_person,
    close_account,
    reset_account,
)
from casework.new_keys import find_due, make_new_keys
from casework.opening import CaseNotFoundError, open_case
from casework.passphrase_changes import change_passphrase
from casework.permissions import Role
from casework.signing_in import SignInDesk
from models import tables
from models.engine import create_engine, read
from models.held_keys import list_case_rows, list_share_rows
from models.office_keys import get_office_key, list_held_keys
from models.staff import get_staff
from tests.casework.conftest import SignInAs
from tests.casework.filing import Filing
from tests.casework.keyholders import Keyholders
from tests.casework.newcomer import join_on_pages, read_invitation
from tests.casework.staff_office import StaffOffice
from vault.errors import CannotOpenError
from vault.keyslots import CHEAPEST, unlock_identity

BOSS, ATTORNEY, ADMIN = Role.SUPERVISING_ATTORNEY, Role.ATTORNEY, Role.ADMINISTRATOR


@pytest.fixture
def people(staff_site: Flask, staff_office: StaffOffice) -> Keyholders:
    """The people of the office, with their keys."""
    return Keyholders(staff_site.extensions["engine"], staff_office)


def close(people: Keyholders, who: Role | str, by: Role | str = ADMIN) -> None:
    """Close somebody's account in somebody's name."""
    close_account(people.engine, people.config, people.find_id(who), actor=people.find_id(by), cost=CHEAPEST)


def find_reason(refused: Callable[[], object]) -> str:
    """Why something was refused."""
    with pytest.raises(MayNotGoError) as refusal:
        refused()
    return refusal.value.reason


def list_stored(owner_url: str) -> list[object]:
    """Everything that is stored, to show that a refusal changed nothing."""
    engine = create_engine(owner_url)
    with read(engine) as connection:
        stored: list[object] = [connection.execute(select(each)).all() for each in tables.metadata.sorted_tables]
    engine.dispose()
    return stored


def test_leaver_is_out_at_once(people: Keyholders, sign_in_as: SignInAs) -> None:
    """An open session ends with the next request, nothing sealed to the person is left, and signing in is refused."""
    reader = sign_in_as(ATTORNEY)
    staff_id, account = people.find_id(ATTORNEY), people.find_account(ATTORNEY)
    close(people, ATTORNEY)
    assert reader.get("/cases").path == "/sign-in"
    with read(people.engine) as connection:
        row = get_staff(connection, staff_id)
        key = get_office_key(connection)
        held = (list_held_keys(connection, staff_id), list_case_rows(connection, staff_id))
        kinds = connection.execute(
            select(tables.ledger_entries.c.kind).where(tables.ledger_entries.c.subject == staff_id)
        ).scalars()
        assert "staff:left" in set(kinds)
    assert row is not None
    assert (row.is_active, row.recipient_signature, row.sealed_totp_secret) == (False, b"", None)
    assert held == ([], [])
    assert key is not None
    assert key.is_rotation_due
    door = SignInDesk(people.engine, people.config, cost=CHEAPEST)
    with pytest.raises(SignInRefusedError):
        door.sign_in(account.person.email, account.passphrase, people.office.make_code(ATTORNEY), source="here")
    with pytest.raises(StaffChangedError):
        close(people, ATTORNEY)


def test_nobody_closes_or_resets_themselves(people: Keyholders, owner_url: str) -> None:
    """Closing, resetting or giving another role to one's own account is refused, whoever one is."""
    before = list_stored(owner_url)
    for who in (BOSS, ADMIN):
        me = people.find_id(who)
        for deed in (
            lambda me=me: close_account(people.engine, people.config, me, actor=me, cost=CHEAPEST),
            lambda me=me: reset_account(people.engine, people.config, me, actor=me, cost=CHEAPEST),
            lambda me=me: change_person(people.engine, people.config, me, "Me", Role.INTAKE, actor=me),
        ):
            assert find_reason(deed) == ONESELF
    assert list_stored(owner_url) == before


def test_last_who_may_grant_stays(people: Keyholders, owner_url: str) -> None:
    """The last one with the signing key cannot leave, be reset, or get a role without it; the second one can."""
    me, actor = people.find_id(BOSS), people.find_id(ADMIN)
    engine, config = people.engine, people.config
    deeds = (
        lambda: close_account(engine, config, me, actor=actor, cost=CHEAPEST),
        lambda: reset_account(engine, config, me, actor=actor, cost=CHEAPEST),
        lambda: change_person(engine, config, me, "Sol", Role.ATTORNEY, actor=actor),
        lambda: change_person(engine, config, me, "Sol", Role.ANALYST, actor=actor),
    )
    before = list_stored(owner_url)
    assert [find_reason(deed) for deed in deeds] == [LAST_GRANTER] * 4
    assert list_stored(owner_url) == before
    people.join("Second", BOSS)
    close(people, BOSS)


def test_last_holder_stays(people: Keyholders) -> None:
    """When everybody else is gone, the last one who can open reports cannot be closed: paper does not count."""
    for who in (ATTORNEY, Role.INTAKE):
        close(people, who)
    assert find_reason(lambda: close(people, BOSS)) == LAST_HOLDER


def test_last_person_of_a_restricted_case_stays(people: Keyholders, filing: Filing) -> None:
    """Who alone holds restricted cases cannot leave or be reset; how many is said; with a second holder they can."""
    first, second = filing.file(), filing.file()
    desk = people.sit_down(BOSS)
    attorney = people.find_id(ATTORNEY)
    for case in (first, second):
        restrict_case(desk, people.open_granter(), open_case(desk, case.reference), [attorney], "sensitive")
    with pytest.raises(MayNotGoError) as refusal:
        close(people, ATTORNEY)
    assert (refusal.value.reason, refusal.value.count) == (LAST_OF_CASES, 2)
    reset = lambda: reset_account(people.engine, people.config, attorney, actor=people.find_id(ADMIN), cost=CHEAPEST)  # noqa: E731  # read once
    assert find_reason(reset) == LAST_OF_CASES
    held = people.sit_down(ATTORNEY)
    for case in (first, second):
        restrict_case(held, people.open_granter(), open_case(held, case.reference), [attorney, desk.staff_id], "two")
    close(people, ATTORNEY)
    with read(people.engine) as connection:
        due = connection.execute(select(tables.cases.c.reference).where(tables.cases.c.is_rekey_due)).scalars().all()
    assert set(due) == {first.reference, second.reference}


def test_new_keys_are_made_and_shut_the_leaver_out(people: Keyholders, filing: Filing) -> None:
    """After a departure office and restricted case get new keys, and nothing that comes then opens for the leaver."""
    case = filing.file()
    boss, leaver = people.sit_down(BOSS), people.sit_down(ATTORNEY)
    both = [boss.staff_id, leaver.staff_id]
    restrict_case(boss, people.open_granter(), open_case(boss, case.reference), both, "sensitive")
    departure = close_account(people.engine, people.config, leaver.staff_id, actor=boss.staff_id, cost=CHEAPEST)
    assert (departure.held_office_key, departure.references) == (True, (case.reference,))
    assert find_due(people.engine, boss.session).is_anything
    make_new_keys(boss, departure)
    due = find_due(people.engine, boss.session)
    assert not due.is_anything
    filing_later = Filing(people.engine, people.office.ceremony.intake)
    later = filing_later.file()
    filing_later.intake_engine.dispose()
    boss = people.sit_down(BOSS)
    assert open_case(boss, later.reference).report is not None
    assert open_case(boss, case.reference).report is not None
    with read(people.engine) as connection:
        key = get_office_key(connection)
        assert key is not None
        assert key.id not in leaver.session.office_identities
    for reference in (later.reference, case.reference):
        with pytest.raises(CaseNotFoundError):
            open_case(leaver, reference)


def test_what_cannot_be_made_stays_due(people: Keyholders, filing: Filing, sign_in_as: SignInAs) -> None:
    """A case that the actor does not hold stays due: it is counted for them, and named to who holds it."""
    case = filing.file()
    boss, intake = people.sit_down(BOSS), people.sit_down(Role.INTAKE)
    both = [intake.staff_id, people.find_id(ATTORNEY)]
    restrict_case(boss, people.open_granter(), open_case(boss, case.reference), both, "not the boss")
    departure = close_account(
        people.engine, people.config, people.find_id(ATTORNEY), actor=boss.staff_id, cost=CHEAPEST
    )
    make_new_keys(boss, departure)
    due = find_due(people.engine, boss.session)
    assert (due.is_office_due, due.references, due.other_cases) == (False, (), 1)
    assert find_due(people.engine, intake.session).references == (case.reference,)
    words = sign_in_as(BOSS).get("/staff").words
    assert "1 case that you do not hold" in words
    assert case.reference not in words
    assert "New keys are due" not in sign_in_as(ADMIN).get("/staff").words


def test_closing_on_the_page(people: Keyholders, sign_in_as: SignInAs, filing: Filing) -> None:
    """A supervising attorney finds "Make new keys" ticked; an administrator is told that they are due."""
    filing.file()
    reader = sign_in_as(BOSS)
    page = reader.get(f"/staff/{people.find_id(ATTORNEY)}/leave")
    assert "checked" in page.text
    page = reader.submit(page, {})
    assert (page.path, "The account is closed" in page.words) == ("/staff", True)
    assert "New keys are due" not in page.words
    assert reader.get("/cases").status == 200
    admin = sign_in_as(ADMIN)
    page = admin.submit(admin.get(f"/staff/{people.find_id(Role.INTAKE)}/leave"), {})
    assert "The account is closed" in page.words
    assert "Make a new key for the office" in reader.get("/staff").words
    page = admin.submit(admin.get(f"/staff/{people.find_id(BOSS)}/leave"), {})
    assert page.status == 409
    assert page.list_errors()[0].startswith("Nobody else who can sign in holds the office's key.")
    for path in ("change", "reset", "leave"):
        assert admin.get(f"/staff/nobody/{path}", check=False).status == 404


def test_whom_new_keys_shut_out_is_said_before_and_after(people: Keyholders, sign_in_as: SignInAs) -> None:
    """A colleague with a new passphrase, not compared yet, is named on the page, and afterwards it says what to do."""
    reader, name = sign_in_as(BOSS), people.sit_down(Role.INTAKE).session.name
    path = f"/staff/{people.find_id(ATTORNEY)}/leave"
    assert name not in reader.get(path).words
    words = "six new words for this test"
    change_passphrase(people.engine, people.config, people.sit_down(Role.INTAKE).session, words, cost=CHEAPEST)
    page = reader.get(path)
    assert "New keys shut out these colleagues as well" in page.words
    assert name in page.words
    assert name not in sign_in_as(ADMIN).get(path).words
    page = reader.submit(page, {})
    assert (page.path, "did not get the new key" in page.words) == ("/staff", True)
    assert "Waits for a key" in page.words


def test_nobody_is_said_to_be_shut_out_without_new_keys(people: Keyholders, sign_in_as: SignInAs) -> None:
    """Without new keys nobody but the leaver loses anything, and the page afterwards says nothing of others."""
    words = "six new words for this test"
    change_passphrase(people.engine, people.config, people.sit_down(Role.INTAKE).session, words, cost=CHEAPEST)
    reader = sign_in_as(BOSS)
    page = reader.get(f"/staff/{people.find_id(ATTORNEY)}/leave")
    page = reader.submit(page, {"new_keys": ""})
    assert "did not get the new key" not in page.words
    assert "The account is closed" in page.words


def test_reset_opens_nothing_until_granted(
    people: Keyholders, staff_site: Flask, sign_in_as: SignInAs, filing: Filing
) -> None:
    """After a reset the old passphrase is dead, joining anew gives no key, and a grant gives everything back."""
    case = filing.file()
    account, staff_id = people.find_account(ATTORNEY), people.find_id(ATTORNEY)
    reader = sign_in_as(BOSS)
    page = reader.submit(reader.get(f"/staff/{staff_id}/reset"), {})
    assert page.status == 201
    with pytest.raises(SignInRefusedError):
        SignInDesk(people.engine, people.config, cost=CHEAPEST).sign_in(
            account.person.email, account.passphrase, people.office.make_code(ATTORNEY), source="here"
        )
    with read(people.engine) as connection:
        row = get_staff(connection, staff_id)
        assert row is not None
        with pytest.raises(CannotOpenError):
            unlock_identity(row.keyslot, account.passphrase, staff_id=staff_id)
    newcomer = join_on_pages(staff_site, read_invitation(page), account.person.email)
    assert newcomer.passphrase != account.passphrase
    assert newcomer.sign_in().path == "/waiting"
    grant_key(people.engine, people.config, people.sit_down(BOSS).session, staff_id, newcomer.fingerprint)
    assert case.reference in newcomer.browser.get("/cases").text


def test_who_left_can_come_back(people: Keyholders, staff_site: Flask, sign_in_as: SignInAs) -> None:
    """A closed account can be invited again, under the same name, and opens nothing before a grant."""
    close(people, Role.INTAKE)
    admin = sign_in_as(ADMIN)
    page = admin.submit(admin.get(f"/staff/{people.find_id(Role.INTAKE)}/reset"), {})
    newcomer = join_on_pages(staff_site, read_invitation(page), "intake@office.example")
    assert newcomer.sign_in().path == "/waiting"
    with pytest.raises(StaffChangedError):
        reset_account(people.engine, people.config, "nobody", actor=people.find_id(ADMIN), cost=CHEAPEST)


def test_role_without_cases_loses_everything(people: Keyholders, sign_in_as: SignInAs) -> None:
    """An attorney who becomes analyst holds no key any more, their session ends, and new keys are due."""
    reader, admin = sign_in_as(ATTORNEY), sign_in_as(ADMIN)
    staff_id = people.find_id(ATTORNEY)
    page = admin.submit(admin.get(f"/staff/{staff_id}/change"), {"name": "Ana Ex", "role": "analyst"})
    assert (page.path, "Ana Ex" in page.words) == ("/staff", True)
    assert reader.get("/cases").path == "/sign-in"
    with read(people.engine) as connection:
        key = get_office_key(connection)
        assert list_held_keys(connection, staff_id) == []
    assert key is not None
    assert key.is_rotation_due


def test_other_legal_role_has_to_be_granted_again(people: Keyholders) -> None:
    """A new role with cases keeps the office's key and takes the signature; a former supervisor can grant no more."""
    people.join("Second", BOSS)
    actor, engine, config = people.find_id(ADMIN), people.engine, people.config
    for who, role in ((Role.INTAKE, Role.ATTORNEY), ("Second", Role.ATTORNEY), (ATTORNEY, BOSS)):
        staff_id = people.find_id(who)
        assert change_person(engine, config, staff_id, "New Name", role, actor=actor) is None
        with read(engine) as connection:
            row = get_staff(connection, staff_id)
            (held,) = list_held_keys(connection, staff_id)
            assert list_share_rows(connection, staff_id) == []
        assert row is not None
        assert (row.name, row.role, row.recipient_signature) == ("New Name", role.value, b"")
        assert held.sealed_signing_key is None
        fingerprint = people.sit_down(who).session.identity.recipient.fingerprint
        grant_key(engine, config, people.sit_down(BOSS).session, staff_id, fingerprint)
        with read(engine) as connection:
            (held,) = list_held_keys(connection, staff_id)
        assert (held.sealed_signing_key is not None) == (role is BOSS)


def test_name_alone_changes_nothing_else(people: Keyholders, sign_in_as: SignInAs) -> None:
    """A new name keeps session, keys and signature; an empty one is told at its field, and one may rename oneself."""
    reader, admin = sign_in_as(ATTORNEY), sign_in_as(ADMIN)
    page = admin.get(f"/staff/{people.find_id(ATTORNEY)}/change")
    refused = admin.submit(page, {"name": " "})
    assert (refused.status, len(refused.list_errors())) == (400, 1)
    admin.submit(page, {"name": "Ana Married"})
    assert "Ana Married" in reader.get("/cases").text
    admin.submit(admin.get(f"/staff/{people.find_id(ADMIN)}/change"), {"name": "Ada"})
    with pytest.raises(InvalidPersonError):
        change_person(people.engine, people.config, people.find_id(ADMIN), "", ADMIN, actor="x")
    page = admin.post(f"/staff/{people.find_id(ADMIN)}/change", [("name", "Ada"), ("role", "king")])
    assert page.status == 400


def run_at_once(deeds: list[Callable[[], object]]) -> list[str]:
    """Run deeds in as many threads, started together; "done" or the reason of each refusal."""
    results: list[str] = []
    barrier = threading.Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> None:
        barrier.wait()
        try:
            deed()
            results.append("done")
        except MayNotGoError as refusal:
            results.append(refusal.reason)
        except StaffChangedError:
            results.append("changed")

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


def test_two_at_once_leave_somebody_who_may_grant(people: Keyholders) -> None:
    """Of the last two who may grant, each closed by somebody else at the same moment, one stays."""
    people.join("Second", BOSS)
    people.join("Third", BOSS)
    close(people, "Third")
    results = run_at_once([lambda: close(people, BOSS), lambda: close(people, "Second")])
    assert results == ["done", LAST_GRANTER]


def test_two_at_once_leave_somebody_who_holds_the_case(people: Keyholders, filing: Filing) -> None:
    """Of the last two who hold a restricted case, each closed at the same moment, one stays and still opens it."""
    case = filing.file()
    boss = people.sit_down(BOSS)
    pair = [people.find_id(ATTORNEY), people.find_id(Role.INTAKE)]
    restrict_case(boss, people.open_granter(), open_case(boss, case.reference), pair, "two")
    results = run_at_once([lambda: close(people, ATTORNEY), lambda: close(people, Role.INTAKE)])
    assert results == ["done", LAST_OF_CASES]
    with read(people.engine) as connection:
        left = [each for each in pair if list_case_rows(connection, each)]
    assert len(left) == 1
    stayed = ATTORNEY if left[0] == pair[0] else Role.INTAKE
    assert open_case(people.sit_down(stayed), case.reference).report is not None


def test_same_person_closed_twice_at_once(people: Keyholders) -> None:
    """Two who close the same account at the same moment do it once, and the other is told."""
    results = run_at_once([lambda: close(people, ATTORNEY), lambda: close(people, ATTORNEY, BOSS)])
    assert results == ["changed", "done"]
