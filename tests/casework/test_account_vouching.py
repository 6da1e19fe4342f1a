"""Everything that the office does to an account leaves it vouched for: no deed forgets its entry."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from casework.account_vouching import list_unvouched_accounts
from casework.granting import grant_key
from casework.leaving import change_person, close_account, reset_account
from casework.ledger_commands import find_faults
from casework.ledger_writing import find_verify_keys, make_signature_check
from casework.passphrase_changes import change_passphrase
from casework.permissions import Role
from casework.stored_comparison import compare_stored
from models.engine import read
from models.tables import staff
from tests.casework.conftest import SignInAs
from tests.casework.keyholders import Keyholders
from tests.casework.newcomer import Invitation, Newcomer, invite_on_page, join_on_pages
from vault.keyslots import CHEAPEST

BOSS, ATTORNEY, ADMIN = Role.SUPERVISING_ATTORNEY, Role.ATTORNEY, Role.ADMINISTRATOR


@pytest.fixture
def newcomer(staff_site: Flask, sign_in_as: SignInAs) -> Newcomer:
    """Somebody who has joined as intake staff and waits for their key."""
    return join_on_pages(staff_site, invite_on_page(sign_in_as(ADMIN), "intake"))


def find_unvouched(people: Keyholders) -> frozenset[str]:
    """Which accounts the ledger does not vouch for."""
    check = make_signature_check(find_verify_keys(people.config)["casework"])
    with read(people.engine) as connection:
        return list_unvouched_accounts(connection, check)


def grant(people: Keyholders, staff_id: str, fingerprint: str) -> None:
    """Give somebody their key, after comparing the fingerprint."""
    grant_key(people.engine, people.config, people.sit_down(BOSS).session, staff_id, fingerprint)


def test_joining_and_getting_a_key(keyholders: Keyholders, newcomer: Newcomer) -> None:
    """Whoever was invited, joined and got their key is vouched for at each step."""
    assert find_unvouched(keyholders) == frozenset()
    with read(keyholders.engine) as connection:
        staff_id = str(connection.scalar(select(staff.c.id).where(staff.c.email == newcomer.email)))
    grant(keyholders, staff_id, newcomer.fingerprint)
    assert find_unvouched(keyholders) == frozenset()
    assert newcomer.sign_in().path == "/cases"
    assert find_unvouched(keyholders) == frozenset()


def test_changing_name_role_and_passphrase(keyholders: Keyholders) -> None:
    """Another name, another role and another passphrase are each on the record as they stand."""
    engine, config = keyholders.engine, keyholders.config
    attorney, admin = keyholders.find_id(ATTORNEY), keyholders.find_id(ADMIN)
    change_passphrase(
        engine, config, keyholders.sit_down(ATTORNEY).session, "six new words for this test", cost=CHEAPEST
    )
    assert find_unvouched(keyholders) == frozenset()
    change_person(engine, config, attorney, "Ana Another", ATTORNEY, actor=admin)
    assert find_unvouched(keyholders) == frozenset()
    change_person(engine, config, attorney, "Ana Another", Role.ANALYST, actor=admin)
    assert find_unvouched(keyholders) == frozenset()


def test_leaving_and_joining_anew(keyholders: Keyholders, staff_site: Flask) -> None:
    """A closed account, a reset one, and one that joined again are each on the record as they stand."""
    engine, config = keyholders.engine, keyholders.config
    attorney, intake, admin = (keyholders.find_id(who) for who in (ATTORNEY, Role.INTAKE, ADMIN))
    close_account(engine, config, intake, actor=admin, cost=CHEAPEST)
    assert find_unvouched(keyholders) == frozenset()
    invited = reset_account(engine, config, attorney, actor=admin, cost=CHEAPEST)
    assert find_unvouched(keyholders) == frozenset()
    email = keyholders.find_account(ATTORNEY).person.email
    newcomer = join_on_pages(staff_site, Invitation(invited.path, invited.code), email)
    assert find_unvouched(keyholders) == frozenset()
    grant(keyholders, attorney, newcomer.fingerprint)
    assert find_unvouched(keyholders) == frozenset()
    assert compare_stored(engine, config).faults == ()
    assert not any("not as the ledger recorded" in fault for fault in find_faults(engine, config))
