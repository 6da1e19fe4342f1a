"""Joining the office with a passkey as the second factor, in the place of an app."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from casework.passkeys import make_creation_options, make_request_options
from casework.permissions import Role
from models import tables
from models.engine import read
from tests.axe import check_with_axe
from tests.casework.conftest import SignInAs
from tests.casework.newcomer import Invitation, invite_on_page, read_words
from tests.casework.soft_passkey import SoftPasskey
from tests.casework.test_passkeys_in_browser import Desk, address, context, desk
from tests.page_client import Page, PageClient

__all__ = ["address", "context", "desk"]  # fixtures of the browser with authenticators

NOT_ADDED = "The passkey was not added. Please try again, on the device that it is to be on."
PRESS_AGAIN = "No passkey has come yet. Press the button once more; your browser must allow script on this page."


@pytest.fixture
def invitation(sign_in_as: SignInAs) -> Invitation:
    """An invitation to the intake staff, made by the administrator."""
    return invite_on_page(sign_in_as(Role.ADMINISTRATOR), "intake")


@pytest.fixture
def newcomer(staff_site: Flask) -> PageClient:
    """Somebody who was never here."""
    return PageClient(staff_site.test_client())


def come_to_factor(newcomer: PageClient, invitation: Invitation) -> tuple[Page, str]:
    """Walk to the page of the second factor; give it, and the passphrase."""
    page = newcomer.submit(newcomer.get(invitation.path), {"invitation_code": invitation.code})
    words = read_words(page)
    return newcomer.submit(newcomer.submit(page, {}), {"new_passphrase": words}), words


def test_newcomer_joins_with_a_passkey_and_signs_in_with_it(
    staff_site: Flask, newcomer: PageClient, invitation: Invitation
) -> None:
    """The passkey is the account's one second factor: it signs in, there is no app, and no key is held yet."""
    page, words = come_to_factor(newcomer, invitation)
    device = SoftPasskey()
    options = newcomer.client.get(f"{invitation.path}/passkey/options").json
    assert options is not None
    values = {"passkey_name": "Phone", "credential": device.create(options)}
    page = newcomer.submit(page, values, action="/passkey")
    assert page.heading == "You have joined"
    with read(staff_site.extensions["engine"]) as connection:
        row = connection.execute(tables.staff.select().where(tables.staff.c.email == "new@office.example")).one()
    assert (row.sealed_totp_secret, row.recipient_signature) == (None, b"")
    signed = device.sign(make_request_options(staff_site.extensions["site_config"]))
    values = {"email": "new@office.example", "passphrase": words, "assertion": signed}
    assert newcomer.submit(newcomer.get("/sign-in"), values, action="/sign-in").path == "/waiting"
    page = newcomer.get("/account")
    assert "your last way to sign in" in page.words


@pytest.mark.parametrize(
    ("name", "credential", "error"),
    [
        ("", "{}", "Give the passkey a name"),
        ("x" * 61, "{}", "This is too long"),
        ("Phone", "", PRESS_AGAIN),
        ("Phone", "{", NOT_ADDED),
        ("Phone", "\ud800", NOT_ADDED),
    ],
)
def test_bad_passkey_is_a_message_at_the_form(
    newcomer: PageClient, invitation: Invitation, name: str, credential: str, error: str
) -> None:
    """Whatever is wrong, the page says so and stays, and the app can be used in its place."""
    page, _words = come_to_factor(newcomer, invitation)
    page = newcomer.submit(page, {"passkey_name": name, "credential": credential}, action="/passkey")
    assert (page.status, page.list_errors()) == (400, [error])
    assert newcomer.get(f"{invitation.path}/factor").status == 200


def test_passkey_of_another_newcomer_is_not_taken(
    staff_site: Flask, newcomer: PageClient, invitation: Invitation
) -> None:
    """What a device answered for another account makes none here."""
    page, _words = come_to_factor(newcomer, invitation)
    config = staff_site.extensions["site_config"]
    options = make_creation_options(config, staff_id="another", email="a@office.example", name="A")
    values = {"passkey_name": "Phone", "credential": SoftPasskey().create(options)}
    assert newcomer.submit(page, values, action="/passkey").list_errors() == [NOT_ADDED]


def test_options_are_for_whoever_has_come_so_far(newcomer: PageClient, invitation: Invitation) -> None:
    """Before the passphrase was typed back, and for whoever has only the link, no passkey can be made."""
    assert newcomer.client.get(f"{invitation.path}/passkey/options").status_code == 404
    newcomer.submit(newcomer.get(invitation.path), {"invitation_code": invitation.code})
    assert newcomer.client.get(f"{invitation.path}/passkey/options").status_code == 404
    stranger = newcomer.post(f"{invitation.path}/passkey", [("passkey_name", "x"), ("credential", "{}")])
    assert stranger.path.endswith("/passphrase")


def test_passkey_posted_twice_makes_one_account(newcomer: PageClient, invitation: Invitation) -> None:
    """Pressing twice leads to the page that says that one has joined, and the link is used up."""
    page, _words = come_to_factor(newcomer, invitation)
    options = newcomer.client.get(f"{invitation.path}/passkey/options").json
    assert options is not None
    assert json.dumps(options)
    values = {"passkey_name": "Phone", "credential": SoftPasskey().create(options)}
    first = newcomer.submit(page, values, action="/passkey")
    second = newcomer.submit(page, values, action="/passkey")
    assert (first.heading, second.heading) == ("You have joined", "You have joined")


@pytest.mark.parametrize("width", [360, 1280])
def test_newcomer_joins_in_a_browser(desk: Desk, width: int) -> None:
    """In a browser with an authenticator the button makes the passkey and finishes; the page passes axe and fits."""
    desk.page.set_viewport_size({"width": width, "height": 800})
    desk.sign_in_with_code()
    desk.go("/staff/invite")
    desk.page.fill("#name", "Nia New")
    desk.page.fill("#email", "new@office.example")
    desk.page.get_by_label("Intake").check()
    desk.page.locator("main form button").first.click()
    link = desk.page.inner_text("#link")
    code = "-".join(desk.page.locator(".code span").all_inner_texts())
    desk.sign_out()
    desk.plug_in("phone")
    desk.page.goto(link)
    desk.page.fill("#invitation_code", code)
    desk.page.locator("main form button").first.click()
    words = desk.page.locator(".words strong").all_inner_texts()
    desk.page.locator("main form button").first.click()
    desk.page.fill("#new_passphrase", " ".join(words))
    desk.page.locator("main form button").first.click()
    desk.page.get_by_role("heading", name="Set up your second factor").wait_for()
    check_with_axe(desk.page, width)
    desk.page.fill("#passkey_name", "Phone")
    desk.press("Add a passkey")
    desk.page.get_by_role("heading", name="You have joined").wait_for()
    desk.go("/sign-in")
    desk.page.fill("#email", "new@office.example")
    desk.page.fill("#passphrase", " ".join(words))
    desk.press("Use a passkey")
    desk.page.wait_for_url("**/waiting")
