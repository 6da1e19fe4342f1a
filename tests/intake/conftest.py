"""A public site with an office behind it, and a reader in front of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from intake.app import create_app
from tests.conftest import DatabaseUrls
from tests.intake.moved_clock import MovedClock
from tests.intake.office import Office, make_office
from tests.page_client import PageClient
from web import clock


@pytest.fixture
def office(database_urls: DatabaseUrls, tmp_path: Path) -> Office:
    """An office with its keys."""
    return make_office(database_urls.owner, database_urls.intake, tmp_path)


@pytest.fixture
def site(office: Office) -> Iterator[Flask]:
    """The public site of that office."""
    app = create_app(office.config)
    yield app
    app.extensions["engine"].dispose()


@pytest.fixture
def reader(site: Flask) -> PageClient:
    """A person with a browser without script."""
    return PageClient(site.test_client())


@pytest.fixture
def elsewhere(site: Flask) -> PageClient:
    """The same person on another phone."""
    return PageClient(site.test_client())


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> MovedClock:
    """A clock that a test can move."""
    moved = MovedClock()
    monkeypatch.setattr(clock, "now", moved.now)
    return moved
