"""Whoever changes who may open a case shows their second factor again, and nothing that they chose is lost by it."""

from __future__ import annotations

from datetime import timedelta

import pyotp
from flask import Flask

from casework.permissions import Role, needs_fresh_factor
from tests.casework.accessing import ATTORNEY, SUPERVISOR, list_openers
from tests.casework.conftest import MoveClock, SignInAs
from tests.casework.filing import Filing
from tests.casework.keyholders import Keyholders
from tests.page_client import read_fields
from web import clock


def test_every_change_of_access_asks_again(staff_site: Flask) -> None:
    """Each address that changes who may open a case, or answers an emergency, is marked as needing a fresh factor."""
    changing = {
        rule.endpoint
        for rule in staff_site.url_map.iter_rules()
        if rule.endpoint.startswith(("access.", "emergency.")) and "POST" in (rule.methods or set())
    }
    assert len(changing) == 11
    assert all(needs_fresh_factor(staff_site.view_functions[each]) for each in changing)


def test_people_that_were_ticked_survive_being_asked(
    sign_in_as: SignInAs, keyholders: Keyholders, filing: Filing, move_clock: MoveClock
) -> None:
    """Two people chosen, the factor shown late: the case is restricted to both."""
    case = filing.file()
    supervisor = sign_in_as(SUPERVISOR)
    move_clock(timedelta(minutes=11))
    page = supervisor.get(f"/cases/{case.reference}/access")
    people = [keyholders.find_id(SUPERVISOR), keyholders.find_id(ATTORNEY)]
    values = {"restrict_people": people, "restrict_reason": "Asked for"}
    asked = supervisor.submit(page, values, action="/access/restrict")
    assert asked.heading == "Show that it is you"
    assert len(list_openers(keyholders, case)) == 3
    form = asked.find_all("form")[-1]
    code = pyotp.TOTP(keyholders.find_account(Role.SUPERVISING_ATTORNEY).totp_secret).at(clock.now())
    fields = [(name, value) for name, value in read_fields(form) if name != "confirm_code"]
    page = supervisor.post(form.get("action", ""), [*fields, ("confirm_code", code)])
    assert page.status == 200, page.words
    assert list_openers(keyholders, case) == {SUPERVISOR, ATTORNEY}
