"""The staff site of an office that has one person of each role, and a way to sit down at its desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from casework.app import create_app
from casework.permissions import Role
from tests.casework.filing import Filing
from tests.casework.staff_office import StaffOffice, make_staff_office
from tests.conftest import DatabaseUrls
from tests.page_client import PageClient
from vault.keyslots import CHEAPEST

SignInAs = Callable[[Role], PageClient]


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
