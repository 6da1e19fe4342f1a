"""The worker's daily walk along the ledger: once a day, on the record, and told where people look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from casework.last_check import find_last_check
from casework.ledger_commands import find_faults
from casework.permissions import Role
from casework.worker import Worker
from casework.workplace import Workplace
from models import tables
from models.blobs import FolderStore
from models.engine import create_engine, read, write
from tests.casework.conftest import SignInAs
from tests.casework.staff_office import StaffOffice
from web import clock


@pytest.fixture
def place(staff_office: StaffOffice) -> Iterator[Workplace]:
    """A worker's place."""
    config = staff_office.ceremony.casework
    engine = create_engine(config.engine_url)
    yield Workplace(engine, FolderStore(config.data_dir / "blobs"), config)
    engine.dispose()


def work(place: Workplace) -> None:
    """Do everything that is due."""
    worker = Worker(place)
    while worker.do_next():
        pass


def count(place: Workplace, kind: str) -> int:
    """How many entries of a kind there are."""
    with read(place.engine) as connection:
        rows = tables.ledger_entries
        return int(connection.scalar(select(func.count()).select_from(rows).where(rows.c.kind == kind)) or 0)


def harm_chain(owner_url: str) -> None:
    """Change an entry past the site."""
    engine = create_engine(owner_url)
    with write(engine) as connection:
        rows = tables.ledger_entries
        connection.execute(update(rows).where(rows.c.sequence == 2).values(signature=bytes(64)))
    engine.dispose()


def test_worker_walks_once_a_day(place: Workplace) -> None:
    """The first round walks; for the rest of a day none does; after it, one does again."""
    work(place)
    work(place)
    assert count(place, "ledger:verified") == 1
    for hours, walks in ((23, 1), (25, 2), (26, 2)):
        with clock.standing_at(clock.now() + timedelta(hours=hours)):
            work(place)
        assert count(place, "ledger:verified") == walks, hours


def test_what_does_not_hold_is_told(place: Workplace, owner_url: str, sign_in_as: SignInAs) -> None:
    """After a change the next walk is on the record as one that did not hold, and `check` and the page say so."""
    work(place)
    assert find_faults(place.engine, place.config) == []
    assert "It held." in sign_in_as(Role.SUPERVISING_ATTORNEY).get("/ledger").words
    harm_chain(owner_url)
    with clock.standing_at(clock.now() + timedelta(hours=25)):
        work(place)
        assert count(place, "ledger:broken") == 1
        assert any(
            "did not hold when it was verified last" in fault for fault in find_faults(place.engine, place.config)
        )
    # The worker has swept the session of yesterday away.
    assert "It did not hold." in sign_in_as(Role.SUPERVISING_ATTORNEY).get("/ledger").words


def test_days_without_a_walk_are_told(place: Workplace) -> None:
    """Two days after the last walk `check` says that no worker does it."""
    work(place)
    with read(place.engine) as connection:
        last = find_last_check(connection, place.config)
    assert last is not None
    assert last.holds
    for days, is_told in ((1, False), (3, True)):
        with clock.standing_at(clock.now() + timedelta(days=days)):
            faults = find_faults(place.engine, place.config)
        assert any("The ledger was last verified on" in fault for fault in faults) is is_told
