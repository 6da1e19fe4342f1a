"""The staff site of an office that has one person of each role, and a way to sit down at its desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from casework.app import create_app
from casework.caseworker import Caseworker
from casework.permissions import Role
from casework.sessions import StaffSession
from models.engine import read
from models.staff import get_staff
from tests.casework.filing import Filing
from tests.casework.keyholders import Keyholders
from tests.casework.staff_office import StaffOffice, make_staff_office
from tests.conftest import DatabaseUrls
from tests.page_client import PageClient
from vault.identities import Identity
from vault.keyslots import CHEAPEST, unlock_identity
from web import clock
from web.clock import now

SignInAs = Callable[[Role], PageClient]
MoveClock = Callable[[timedelta], None]


@pytest.fixture
def move_clock(monkeypatch: pytest.MonkeyPatch) -> MoveClock:
    """A way to let time pass; codes are still made for the real moment, so unlocking needs it back."""

    def move(by: timedelta) -> None:
        moment = datetime.now(UTC) + by
        monkeypatch.setattr(clock, "now", lambda: moment)

    return move


@pytest.fixture
def staff_office(database_urls: DatabaseUrls, tmp_path: Path) -> StaffOffice:
    """An office with one person of each role."""
    return make_staff_office(database_urls, tmp_path / "office")


@pytest.fixture
def staff_site(staff_office: StaffOffice) -> Iterator[Flask]:
    """The staff site of that office."""
    app = create_app(staff_office.ceremony.casework, cost=CHEAPEST)
    yield app
    app.extensions["engine"].dispose()


@pytest.fixture
def reader(staff_site: Flask) -> PageClient:
    """Somebody with a browser without script, not signed in."""
    return PageClient(staff_site.test_client())


@pytest.fixture
def sign_in_as(staff_site: Flask, staff_office: StaffOffice) -> SignInAs:
    """A way to get a signed-in browser for a role."""

    def sign_in(role: Role) -> PageClient:
        reader = PageClient(staff_site.test_client())
        page = staff_office.sign_in(reader, role)
        assert page.status == 200, page.words
        return reader

    return sign_in


@pytest.fixture
def filing(staff_site: Flask, staff_office: StaffOffice) -> Iterator[Filing]:
    """A way to file reports with that office."""
    filing = Filing(staff_site.extensions["engine"], staff_office.ceremony.intake)
    yield filing
    filing.intake_engine.dispose()


@pytest.fixture
def keyholders(staff_site: Flask, staff_office: StaffOffice) -> Keyholders:
    """The people of that office, with their real keys."""
    return Keyholders(staff_site.extensions["engine"], staff_office)


@pytest.fixture
def staff_identity(staff_office: StaffOffice, staff_site: Flask) -> Identity:
    """The attorney's own identity, unlocked."""
    account = staff_office.accounts[Role.ATTORNEY]
    with read(staff_site.extensions["engine"]) as connection:
        row = get_staff(connection, account.staff_id)
    assert row is not None
    return unlock_identity(row.keyslot, account.passphrase, staff_id=account.staff_id)


@pytest.fixture
def caseworker(staff_site: Flask, staff_office: StaffOffice) -> Caseworker:
    """The attorney of the office, signed in."""
    account = staff_office.accounts[Role.ATTORNEY]
    session = StaffSession(
        staff_id=account.staff_id,
        name="Ana Abogada",
        email=account.person.email,
        role=Role.ATTORNEY,
        identity=Identity.generate(),
        office_identities=staff_office.ceremony.granter.office_identities,
        signed_in_at=int(now().timestamp()),
    )
    return Caseworker(staff_site.extensions["engine"], staff_office.ceremony.casework, session)
