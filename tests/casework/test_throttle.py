"""Strangers who guess wait longer and longer, and nobody can make somebody else wait."""

from __future__ import annotations

import time
from collections.abc import Callable

import pyotp
import pytest
from flask import Flask

from casework.errors import SignInBusyError, SignInRefusedError
from casework.permissions import Role
from casework.signing_in import SignInDesk
from casework.throttle import Slots, Throttle
from tests.casework.conftest import SignInAs
from tests.casework.staff_office import StaffOffice
from tests.casework.test_sessions import press, unlock
from tests.page_client import Page, PageClient
from vault.keyslots import CHEAPEST
from web import clock

ROLE = Role.ADMINISTRATOR
WRONG = "wrong words"
MoveOn = Callable[[float], None]


@pytest.fixture
def move_on(monkeypatch: pytest.MonkeyPatch) -> MoveOn:
    """The process's own clock, which stands until it is moved on by seconds."""
    moment = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: moment[0])

    def move(seconds: float) -> None:
        moment[0] += seconds

    return move


def open_browser(site: Flask, address: str, *, forwarded: str = "") -> PageClient:
    """A browser whose requests come from an address."""
    reader = PageClient(site.test_client())
    reader.client.environ_base["REMOTE_ADDR"] = address
    if forwarded:
        reader.client.environ_base["HTTP_X_FORWARDED_FOR"] = forwarded
    return reader


def try_secrets(reader: PageClient, email: str, passphrase: str = WRONG, code: str = "000000") -> Page:
    """Send the sign-in page with these words."""
    values = {"email": email, "passphrase": passphrase, "code": code}
    return reader.submit(reader.get("/sign-in"), values, action="/sign-in")


def list_statuses(reader: PageClient, email: str, tries: int = 4) -> list[int]:
    """What some wrong tries in a row are answered."""
    return [try_secrets(reader, email).status for _try in range(tries)]


def test_delay_doubles_to_a_quarter_of_an_hour_and_is_forgotten(move_on: MoveOn) -> None:
    """The first refusal is free, then 1, 2, 4 seconds and so on to 900; an hour after the last one all is forgotten."""
    throttle = Throttle()
    waits = []
    for _refusal in range(13):
        throttle.count_refusal("ada", "here")
        waits.append(throttle.find_wait("ada", "here"))
        move_on(waits[-1])
    assert waits == [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    move_on(3601)
    throttle.count_refusal("ada", "here")
    assert throttle.find_wait("ada", "here") == 0


def test_addresses_of_one_subscriber_are_one_source(staff_site: Flask, staff_office: StaffOffice) -> None:
    """Whoever changes the last half of an IPv6 address with each try waits all the same; a neighbour does not."""
    email = staff_office.accounts[ROLE].person.email
    statuses = [
        try_secrets(open_browser(staff_site, f"2001:db8:0:1::{number}"), email).status for number in range(1, 4)
    ]
    assert statuses == [401, 401, 429]
    assert try_secrets(open_browser(staff_site, "2001:db8:0:2::1"), email).status == 401


@pytest.mark.parametrize(("proxies", "answers"), [(0, [401, 401, 429]), (1, [401, 401, 401])])
def test_source_is_what_the_offices_own_proxy_saw(
    staff_site: Flask, staff_office: StaffOffice, proxies: int, answers: list[int]
) -> None:
    """Behind a proxy the address that it saw counts; without one, what a stranger claims about themselves does not."""
    config = staff_site.extensions["site_config"]
    object.__setattr__(config, "trusted_proxies", proxies)
    email = staff_office.accounts[ROLE].person.email
    readers = [open_browser(staff_site, "203.0.113.1", forwarded=f"198.51.100.{number}") for number in range(3)]
    assert [try_secrets(reader, email).status for reader in readers] == answers


def test_claimed_route_before_the_own_proxy_does_not_count(staff_site: Flask, staff_office: StaffOffice) -> None:
    """What a stranger writes into the header before the proxy adds to it changes nothing."""
    object.__setattr__(staff_site.extensions["site_config"], "trusted_proxies", 1)
    email = staff_office.accounts[ROLE].person.email
    readers = [
        open_browser(staff_site, "203.0.113.1", forwarded=f"198.51.100.{number}, 192.0.2.7") for number in range(3)
    ]
    assert [try_secrets(reader, email).status for reader in readers] == [401, 401, 429]


def test_stranger_in_the_same_house_cannot_hinder_unlocking(
    staff_site: Flask, staff_office: StaffOffice, sign_in_as: SignInAs
) -> None:
    """Somebody who guesses from the office's own address makes nobody wait who is at a locked desk of their own."""
    reader = sign_in_as(ROLE)
    page = press(reader, reader.get("/staff"), "/lock")
    stranger = PageClient(staff_site.test_client())
    assert 429 in list_statuses(stranger, staff_office.accounts[ROLE].person.email)
    assert unlock(reader, page, staff_office, ROLE).path == "/staff"


def test_wrong_codes_from_everywhere_make_codes_wait_and_nobody_is_told(
    staff_site: Flask, staff_office: StaffOffice, move_on: MoveOn
) -> None:
    """Somebody who has the passphrase gets few codes to guess, from however many addresses, and is not told."""
    account = staff_office.accounts[ROLE]
    for number in range(14):
        page = try_secrets(open_browser(staff_site, f"203.0.113.{number}"), account.person.email, account.passphrase)
        assert page.status == 401
    right = pyotp.TOTP(account.totp_secret).at(clock.now())
    late = try_secrets(open_browser(staff_site, "192.0.2.1"), account.person.email, account.passphrase, right)
    assert (late.status, late.list_errors()) == (401, page.list_errors())
    move_on(900)
    page = try_secrets(open_browser(staff_site, "192.0.2.2"), account.person.email, account.passphrase, right)
    assert page.path == "/staff"


def test_wrong_passphrases_from_everywhere_make_nobody_wait_elsewhere(
    staff_site: Flask, staff_office: StaffOffice, move_on: MoveOn
) -> None:
    """A hundred strangers who know an address and no passphrase do not keep its owner out."""
    email = staff_office.accounts[ROLE].person.email
    for number in range(25):
        assert try_secrets(open_browser(staff_site, f"203.0.113.{number}"), email).status == 401
    move_on(0)
    assert staff_office.sign_in(open_browser(staff_site, "192.0.2.1"), ROLE).path == "/staff"


def test_one_source_holds_one_slot() -> None:
    """Whoever sends many sign-ins at once takes one of two places; there is one left for somebody from elsewhere."""
    slots = Slots(2)
    with slots.take("stranger"):
        with pytest.raises(SignInBusyError), slots.take("stranger"):
            pass
        with slots.take("owner"), pytest.raises(SignInBusyError), slots.take("third"):
            pass
        with slots.take("third"):
            pass
    with slots.take("stranger"):
        pass


def test_every_refusal_takes_the_same_work(staff_site: Flask, staff_office: StaffOffice) -> None:
    """Without an account a refusal costs what it costs with one, to a third of a millisecond, derivation apart."""
    told: list[str] = []
    engine, config = staff_site.extensions["engine"], staff_site.extensions["site_config"]
    desk = SignInDesk(engine, config, cost=CHEAPEST, tell_refused=told.append)
    times: dict[str, list[float]] = {staff_office.accounts[ROLE].person.email: [], "nobody@office.example": []}
    for number in range(40):
        for email, spent in times.items():
            start = time.process_time()
            with pytest.raises(SignInRefusedError):
                desk.sign_in(email, "wrong words", "000000", source=f"203.0.113.{number}")
            spent.append(time.process_time() - start)
    known, unknown = (min(spent) for spent in times.values())
    assert abs(known - unknown) < 1 / 3000
    assert set(told) == {staff_office.accounts[ROLE].staff_id, "unknown"}
