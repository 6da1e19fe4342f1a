"""Where somebody is signed in: seen and ended from any browser of theirs, and by nobody else."""

from __future__ import annotations

import time
from datetime import timedelta
from xml.etree.ElementTree import Element

import pytest
from flask import Flask

from casework.permissions import Role
from casework.sessions import end_sessions_of, put_session
from models.engine import read, write
from models.ledger import list_newest_of_kinds
from tests.casework.conftest import MoveClock, SignInAs
from tests.casework.desks import sit_down
from tests.casework.staff_office import StaffOffice
from tests.casework.test_sessions import list_boxes, press, read_key, unlock
from tests.page_client import Page, PageClient, read_fields

ROLE = Role.ADMINISTRATOR


def find_part(page: Page, name: str) -> Element:
    """A section of the page by the id of its heading."""
    return next(each for each in page.find_all("section") if each.get("aria-labelledby") == name)


def read_words(element: Element) -> str:
    """The words of a part of a page, white space folded."""
    return " ".join(" ".join(element.itertext()).split())


def list_items(page: Page, name: str) -> list[str]:
    """The words of each item of a section's list."""
    return [read_words(item) for item in find_part(page, name).iter() if item.tag.endswith("}li")]


def open_another(site: Flask, office: StaffOffice) -> None:
    """One more session of the same person, in a browser that is somewhere else."""
    engine = site.extensions["engine"]
    session = sit_down(engine, office, ROLE).session
    with write(engine) as connection:
        put_session(connection, session, site.extensions["site_config"])


def refuse(site: Flask, email: str, *, address: str = "203.0.113.9") -> None:
    """Somebody elsewhere tries a wrong passphrase."""
    stranger = PageClient(site.test_client())
    stranger.client.environ_base["REMOTE_ADDR"] = address
    values = {"email": email, "passphrase": "wrong words", "code": "000000"}
    assert stranger.submit(stranger.get("/sign-in"), values, action="/sign-in").status == 401


def count_refusals(site: Flask, subject: str) -> int:
    """How many entries of the ledger say that a sign-in to an account was refused."""
    with read(site.extensions["engine"]) as connection:
        return len(list_newest_of_kinds(connection, subject, ("session:refused",), limit=100))


def test_list_shows_every_browser_and_marks_this_one(sign_in_as: SignInAs, move_clock: MoveClock) -> None:
    """Each session stands there with when it began and was last used, this one first, a locked one as locked."""
    move_clock(timedelta(0))
    first, second = sign_in_as(ROLE), sign_in_as(ROLE)
    sign_in_as(Role.INTAKE)
    move_clock(timedelta(minutes=5))
    items = list_items(first.get("/account"), "sessions")
    assert len(items) == 2
    assert items[0].startswith("This browser Signed in:")
    assert items[1].startswith("Another browser Signed in:")
    assert items[0].split("Last used:")[1] != items[1].split("Last used:")[1].split(" Sign it out")[0]
    press(second, second.get("/account"), "/lock")
    assert list_items(first.get("/account"), "sessions")[1].startswith("Another browser, locked")


def test_ending_one_leaves_the_others(staff_site: Flask, sign_in_as: SignInAs) -> None:
    """The browser whose session was ended signs in anew; the one that ended it goes on; the ledger says so."""
    first, second, colleague = sign_in_as(ROLE), sign_in_as(ROLE), sign_in_as(Role.INTAKE)
    page = first.get("/account")
    form = page.find_form("/account/sessions/end")
    page = first.post("/account/sessions/end", read_fields(form))
    assert (page.path, "That browser is signed out." in page.words) == ("/account", True)
    assert second.get("/staff").path == "/sign-in"
    assert first.get("/staff").path == "/staff"
    assert colleague.get("/cases").path == "/cases"
    assert len(list_boxes(staff_site)) == 2


def test_ending_all_others_keeps_this_one(staff_site: Flask, staff_office: StaffOffice, sign_in_as: SignInAs) -> None:
    """One button ends every other session, a locked one too, with an entry for each; without others it is not there."""
    first, second, colleague = sign_in_as(ROLE), sign_in_as(ROLE), sign_in_as(Role.INTAKE)
    open_another(staff_site, staff_office)
    press(second, second.get("/staff"), "/lock")
    page = press(first, first.get("/account"), "/account/sessions/end-others")
    assert "Every other browser is signed out." in page.words
    assert len(list_items(page, "sessions")) == 1
    with read(staff_site.extensions["engine"]) as connection:
        staff_id = staff_office.accounts[ROLE].staff_id
        assert len(list_newest_of_kinds(connection, staff_id, ("session:ended",), limit=9)) == 2
    assert "/account/sessions/end" not in page.text
    assert second.get("/staff").path == "/sign-in"
    assert colleague.get("/cases").path == "/cases"


def test_nobody_ends_a_colleagues_session(staff_site: Flask, sign_in_as: SignInAs) -> None:
    """The id of somebody else's session does nothing, and neither does a post without the token."""
    colleague, reader = sign_in_as(Role.INTAKE), sign_in_as(ROLE)
    page = reader.get("/account")
    token = dict(read_fields(page.find_form("/lock")))["csrf_token"]
    stolen = read_key(colleague).lookup_id
    assert reader.post("/account/sessions/end", [("csrf_token", token), ("session", stolen)]).status == 200
    assert colleague.get("/cases").path == "/cases"
    for path in ("/account/sessions/end", "/account/sessions/end-others"):
        assert reader.post(path, [("csrf_token", "0" * 64)]).status == 403
    assert len(list_boxes(staff_site)) == 2


def test_ended_from_outside_is_ended_at_once(
    staff_site: Flask, staff_office: StaffOffice, sign_in_as: SignInAs
) -> None:
    """What a deed ends, as closing an account does, is gone at the next request, the locked ones with it."""
    first, second, colleague = sign_in_as(ROLE), sign_in_as(ROLE), sign_in_as(Role.INTAKE)
    press(second, second.get("/staff"), "/lock")
    with write(staff_site.extensions["engine"]) as connection:
        assert end_sessions_of(connection, staff_office.accounts[ROLE].staff_id) == 2
    assert first.get("/staff").path == "/sign-in"
    assert second.get("/unlock").path == "/sign-in"
    assert colleague.get("/cases").path == "/cases"


def test_refused_sign_ins_are_shown_to_their_person(
    staff_site: Flask, staff_office: StaffOffice, sign_in_as: SignInAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What strangers tried since somebody's last sign-in but one is on their page, a line a minute at most."""
    moment = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: moment[0])
    email, staff_id = staff_office.accounts[ROLE].person.email, staff_office.accounts[ROLE].staff_id
    refuse(staff_site, email)
    refuse(staff_site, email, address="203.0.113.10")
    assert count_refusals(staff_site, staff_id) == 1
    moment[0] += 61
    refuse(staff_site, email)
    reader = sign_in_as(ROLE)
    assert len(list_items(reader.get("/account"), "refused")) == 2
    assert "None is written down since" in sign_in_as(Role.INTAKE).get("/account").words
    reader = sign_in_as(ROLE)
    assert "None is written down since" in read_words(find_part(reader.get("/account"), "refused"))


def test_unknown_accounts_make_one_entry_a_minute(
    staff_site: Flask, sign_in_as: SignInAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many addresses strangers think of, the ledger grows by one entry a minute and holds none of them."""
    moment = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: moment[0])
    for number in range(5):
        refuse(staff_site, f"guess{number}@office.example")
    assert count_refusals(staff_site, "unknown") == 1
    moment[0] += 61
    refuse(staff_site, "my passphrase typed here")
    assert count_refusals(staff_site, "unknown") == 2
    page = sign_in_as(Role.SUPERVISING_ATTORNEY).get("/ledger")
    assert "Sign-in refused: no such account" in page.words
    assert "passphrase" not in page.words


def test_refused_at_a_locked_desk_and_when_asked_again_count_as_well(
    staff_site: Flask, staff_office: StaffOffice, sign_in_as: SignInAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong passphrase at a locked desk stands in the ledger under the person whose desk it is."""
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0)
    reader = sign_in_as(ROLE)
    page = press(reader, reader.get("/staff"), "/lock")
    assert unlock(reader, page, staff_office, Role.INTAKE).status == 401
    assert count_refusals(staff_site, staff_office.accounts[ROLE].staff_id) == 1
