"""Sessions while something else happens: keys that change, requests under way, the edges of time."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update

import casework.sessions
from casework.permissions import Role
from casework.rotating import rotate_office_key
from casework.sessions import Desk, StaffSession, end_sessions_of, find_desk, put_session
from models import tables
from models.engine import create_engine, write
from tests.casework.conftest import MoveClock, SignInAs
from tests.casework.desks import open_supervisor, sit_down
from tests.casework.staff_office import StaffOffice
from tests.casework.test_sessions import find_box, list_boxes, read_key
from vault.boxes import BoxKey
from vault.identities import Identity
from web import clock


def find_session(site: Flask, key: BoxKey) -> StaffSession:
    """The open session that a key leads to."""
    session = find_box(site, key).session
    assert session is not None
    return session


def test_new_office_key_is_in_open_sessions_at_the_next_request(
    staff_site: Flask, staff_office: StaffOffice, sign_in_as: SignInAs
) -> None:
    """Somebody signed in while the office made a new key opens what comes with it, without signing in again."""
    key = read_key(sign_in_as(Role.ATTORNEY))
    engine, config = staff_site.extensions["engine"], staff_site.extensions["site_config"]
    before = find_session(staff_site, key)
    rotate_office_key(engine, config, open_supervisor(engine, staff_office))
    after = find_session(staff_site, key)
    assert set(before.office_identities) < set(after.office_identities)
    stored = list_boxes(staff_site)
    assert set(find_session(staff_site, key).office_identities) == set(after.office_identities)
    assert list_boxes(staff_site) == stored


def test_what_was_taken_away_is_gone_from_open_sessions(
    staff_site: Flask, staff_office: StaffOffice, sign_in_as: SignInAs, owner_url: str
) -> None:
    """Somebody who lost the office key while signed in opens nothing with it from the next request on."""
    key = read_key(sign_in_as(Role.ATTORNEY))
    staff_id = staff_office.accounts[Role.ATTORNEY].staff_id
    assert find_session(staff_site, key).office_identities
    engine = create_engine(owner_url)
    rows = tables.office_key_holders
    with write(engine) as connection:
        taken = connection.execute(select(rows).where(rows.c.holder_id == staff_id)).mappings().one()
        connection.execute(delete(rows).where(rows.c.holder_id == staff_id))
    assert find_session(staff_site, key).office_identities == {}
    with write(engine) as connection:
        connection.execute(insert(rows), dict(taken))
    assert len(find_session(staff_site, key).office_identities) == 1
    engine.dispose()


def test_forged_row_gives_nothing_and_breaks_nothing(
    staff_site: Flask, staff_office: StaffOffice, sign_in_as: SignInAs, owner_url: str
) -> None:
    """A row that names somebody but is sealed to another opens nothing, and the site goes on."""
    reader = sign_in_as(Role.ADMINISTRATOR)
    rows = tables.office_key_holders
    engine = create_engine(owner_url)
    with write(engine) as connection:
        other = connection.execute(select(rows)).mappings().first()
        assert other is not None
        forged = {**other, "holder_id": staff_office.accounts[Role.ADMINISTRATOR].staff_id}
        connection.execute(insert(rows), forged)
    engine.dispose()
    assert reader.get("/staff").path == "/staff"
    assert find_session(staff_site, read_key(reader)).office_identities == {}


def test_new_key_of_ones_own_ends_older_sessions(
    staff_site: Flask, staff_office: StaffOffice, sign_in_as: SignInAs, owner_url: str
) -> None:
    """A session that was opened with a key that is not the account's any more is over, even if nobody ended it."""
    reader = sign_in_as(Role.ADMINISTRATOR)
    staff_id = staff_office.accounts[Role.ADMINISTRATOR].staff_id
    engine = create_engine(owner_url)
    with write(engine) as connection:
        changed = update(tables.staff).where(tables.staff.c.id == staff_id)
        connection.execute(changed.values(recipient=Identity.generate().recipient.raw))
    engine.dispose()
    assert reader.get("/staff").path == "/sign-in"
    assert find_box(staff_site, BoxKey.generate()) == Desk()


def test_request_under_way_cannot_bring_an_ended_session_back(
    staff_site: Flask,
    staff_office: StaffOffice,
    sign_in_as: SignInAs,
    monkeypatch: pytest.MonkeyPatch,
    move_clock: MoveClock,
) -> None:
    """A request that had read the session when it was ended elsewhere can write nothing, and is not let through."""
    key = read_key(sign_in_as(Role.ATTORNEY))
    move_clock(timedelta(minutes=2))
    engine, config = staff_site.extensions["engine"], staff_site.extensions["site_config"]
    has_read, may_go = threading.Event(), threading.Event()
    read_session = casework.sessions._read_session

    def stand(*arguments: object) -> object:
        has_read.set()
        assert may_go.wait(20)
        return read_session(*arguments)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(casework.sessions, "_read_session", stand)
    desks: list[Desk] = []
    late = threading.Thread(target=lambda: desks.append(find_desk(engine, key, config)))
    late.start()
    assert has_read.wait(20)
    with write(engine) as connection:
        assert end_sessions_of(connection, staff_office.accounts[Role.ATTORNEY].staff_id) == 1
    may_go.set()
    late.join(20)
    assert desks == [Desk()]
    assert list_boxes(staff_site) == []


def test_requests_at_once_lose_nothing_of_each_other(
    staff_site: Flask, staff_office: StaffOffice, move_clock: MoveClock
) -> None:
    """Of sixteen requests that all want to mark a session as used, each finds it open and none undoes the other's."""
    engine, config = staff_site.extensions["engine"], staff_site.extensions["site_config"]
    session = sit_down(engine, staff_office, Role.ATTORNEY).session
    with write(engine) as connection:
        key = put_session(connection, session, config)
    move_clock(timedelta(minutes=1))
    desks: list[Desk] = []
    threads = [threading.Thread(target=lambda: desks.append(find_desk(engine, key, config))) for _request in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(desks) == 16
    assert all(desk.session is not None for desk in desks)


@pytest.mark.parametrize(
    ("after", "state"),
    [
        (timedelta(minutes=15) - timedelta(seconds=1), "open"),
        (timedelta(minutes=15), "locked"),
        (timedelta(hours=10) - timedelta(seconds=1), "locked"),
        (timedelta(hours=10), "gone"),
    ],
)
def test_times_hold_to_the_second(
    staff_site: Flask, staff_office: StaffOffice, monkeypatch: pytest.MonkeyPatch, after: timedelta, state: str
) -> None:
    """An unused session is open for less than fifteen minutes, locked until ten hours, and then gone."""
    began = clock.now().replace(microsecond=0)
    monkeypatch.setattr(clock, "now", lambda: began)
    desk = open_desk(staff_site, staff_office)
    stand_at(monkeypatch, began + after)
    found = find_box(staff_site, desk)
    assert {"open": found.session is not None, "locked": found.locked is not None, "gone": found == Desk()}[state]


@pytest.mark.parametrize(("minutes", "hours"), [(1, 1), (60, 12)])
def test_times_are_the_configured_ones(
    staff_site: Flask, staff_office: StaffOffice, monkeypatch: pytest.MonkeyPatch, minutes: int, hours: int
) -> None:
    """An office that sets other times gets those: idle minutes, less a fifteenth at most, and hours from signing in."""
    engine = staff_site.extensions["engine"]
    config = replace(staff_site.extensions["site_config"], idle_minutes=minutes, session_hours=hours)
    began = clock.now().replace(microsecond=0)
    stand_at(monkeypatch, began)
    session = replace(sit_down(engine, staff_office, Role.ATTORNEY).session, signed_in_at=int(began.timestamp()))
    with write(engine) as connection:
        key = put_session(connection, session, config)
    step = timedelta(minutes=minutes) * 14 / 15
    moment = began
    while moment + step < began + timedelta(hours=hours):
        moment += step
        stand_at(monkeypatch, moment)
        assert find_desk(engine, key, config).session is not None, moment - began
    stand_at(monkeypatch, began + timedelta(hours=hours) - timedelta(seconds=1))
    assert find_desk(engine, key, config).session is not None
    stand_at(monkeypatch, began + timedelta(hours=hours))
    assert find_desk(engine, key, config) == Desk()


def stand_at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """Make the site's clock stand at a moment."""
    monkeypatch.setattr(clock, "now", lambda: moment)


def open_desk(site: Flask, office: StaffOffice) -> BoxKey:
    """Lay down an attorney's session that begins at this moment, and return its key."""
    engine, config = site.extensions["engine"], site.extensions["site_config"]
    session = sit_down(engine, office, Role.ATTORNEY).session
    with write(engine) as connection:
        return put_session(connection, replace(session, signed_in_at=int(clock.now().timestamp())), config)
