"""An office, its public site as it is served, and what was stored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from intake.app import create_app
from tests.conftest import DatabaseUrls
from tests.faults.served_site import ServedSite, serve_intake
from tests.faults.stored_reports import StoredReports
from tests.intake.office import Office, make_office
from tests.page_client import PageClient


@pytest.fixture
def office(database_urls: DatabaseUrls, tmp_path: Path) -> Office:
    """An office with its keys."""
    return make_office(database_urls.owner, database_urls.intake, tmp_path)


@pytest.fixture
def served(office: Office, tmp_path: Path) -> Iterator[ServedSite]:
    """The public site of that office, in two worker processes."""
    with serve_intake(office.config, tmp_path / "intake.log") as site:
        yield site


@pytest.fixture
def stored(office: Office) -> Iterator[StoredReports]:
    """What the office finds in the database."""
    found = StoredReports(office)
    yield found
    found.close()


@pytest.fixture
def reader(office: Office) -> Iterator[PageClient]:
    """A person with a browser without script, at a site that runs inside the test."""
    app = create_app(office.config)
    yield PageClient(app.test_client())
    app.extensions["engine"].dispose()
