"""The pages of an emergency: asking, answering, the notices that come of it, and what they say of themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from casework.permissions import Role
from tests.casework.accessing import ATTORNEY, SUPERVISOR, list_openers, restrict
from tests.casework.conftest import MoveClock, SignInAs
from tests.casework.filing import FiledCase, Filing
from tests.casework.keyholders import Keyholders
from tests.page_client import PageClient

SECOND = "Second Supervisor"


@pytest.fixture
def case(keyholders: Keyholders, filing: Filing) -> FiledCase:
    """A case that the attorney alone may open."""
    keyholders.join(SECOND, Role.SUPERVISING_ATTORNEY)
    filed = filing.file()
    restrict(keyholders, filed, ATTORNEY)
    return filed


@pytest.fixture
def second(staff_site: Flask, keyholders: Keyholders, case: FiledCase) -> PageClient:
    """The second supervising attorney, signed in."""
    assert case.reference
    return keyholders.sign_in(staff_site, SECOND)


def test_two_supervisors_open_a_case_on_their_pages(
    sign_in_as: SignInAs, second: PageClient, keyholders: Keyholders, case: FiledCase
) -> None:
    """One asks, the queue of the other says so, the other agrees; who asked opens it, who holds it is told."""
    first, attorney = sign_in_as(SUPERVISOR), sign_in_as(ATTORNEY)
    assert "Emergency opening" in first.get("/cases").words
    values = {"ask_reference": f" {case.reference.lower()} ", "ask_reason": "The attorney is ill"}
    page = first.submit(first.get("/emergency"), values, action="/emergency")
    assert f"{case.reference} , asked by supervising_attorney person (you)" in page.words
    assert "asks to open a restricted case in an emergency" in second.get("/cases").words
    assert "asks to open a restricted case" not in first.get("/cases").words
    listed = second.get("/emergency")
    link = next(each.get("href", "") for each in listed.find_all("a") if each.get("href", "").startswith("/emergency/"))
    page = second.get(link)
    assert "The attorney is ill" in page.words
    empty = second.submit(page, {}, action="/approve")
    assert (empty.status, empty.list_errors()) == (400, ["Write the reason"])
    page = second.submit(page, {"approve_reason": "Called her"}, action="/approve")
    assert (page.path, "Nothing is asked." in page.words) == ("/emergency", True)
    assert "You have agreed." in page.words
    assert list_openers(keyholders, case) == {ATTORNEY, SUPERVISOR}
    assert first.get(f"/cases/{case.reference}").status == 200
    assert second.get(f"/cases/{case.reference}").status == 404
    assert second.get(link).status == 404
    queue = attorney.get("/cases")
    assert "This case was opened in an emergency" in queue.words
    assert "This case was opened in an emergency" in attorney.get(f"/cases/{case.reference}").words
    assert "The attorney is ill" in attorney.get(f"/cases/{case.reference}/access").words
    queue = attorney.submit(queue, {}, action="/dismiss")
    assert "opened in an emergency" not in queue.words
    assert "Opened in an emergency, by two supervising attorneys" in attorney.get(f"/cases/{case.reference}").words


def test_one_alone_gets_nowhere(sign_in_as: SignInAs, keyholders: Keyholders, case: FiledCase) -> None:
    """One's own request offers no agreeing, only taking back; sent by hand, it is refused."""
    first = sign_in_as(SUPERVISOR)
    values = {"ask_reference": case.reference, "ask_reason": "The attorney is ill"}
    page = first.submit(first.get("/emergency"), values, action="/emergency")
    link = next(each.get("href", "") for each in page.find_all("a") if each.get("href", "").startswith("/emergency/"))
    page = first.get(link)
    assert not [form for form in page.find_all("form") if form.get("action", "").endswith("/approve")]
    token = next(each.get("value", "") for each in page.find_all("input") if each.get("name") == "csrf_token")
    refused = first.post(f"{link}/approve", [("csrf_token", token), ("approve_reason", "I agree with myself")])
    assert (refused.status, "Another supervising attorney must agree" in refused.list_errors()[0]) == (409, True)
    page = first.submit(page, {}, action="/refuse")
    assert "Nothing is asked." in page.words
    assert "Your request is taken back." in page.words
    assert list_openers(keyholders, case) == {ATTORNEY}


def test_no_code_is_asked_for_half_a_form(
    sign_in_as: SignInAs, second: PageClient, case: FiledCase, move_clock: MoveClock
) -> None:
    """What is missing is said before the second factor is asked for; with everything there, the factor is asked for."""
    first = sign_in_as(SUPERVISOR)
    whole = {"ask_reference": case.reference, "ask_reason": "The attorney is ill"}
    first.submit(first.get("/emergency"), whole, action="/emergency")
    listed = second.get("/emergency")
    link = next(each.get("href", "") for each in listed.find_all("a") if each.get("href", "").startswith("/emergency/"))
    move_clock(timedelta(minutes=11))
    half = second.submit(listed, {"ask_reference": case.reference}, action="/emergency")
    assert (half.status, half.list_errors()) == (400, ["Write the reason"])
    page = second.get(link)
    half = second.submit(page, {}, action="/approve")
    assert (half.status, half.list_errors()) == (400, ["Write the reason"])
    asked = second.submit(page, {"approve_reason": "Called her"}, action="/approve")
    assert (asked.status, asked.heading) == (401, "Show that it is you")


def test_asking_is_refused_with_words(sign_in_as: SignInAs, case: FiledCase, filing: Filing) -> None:
    """An unknown reference, one's own case, none and nonsense come back with what was typed."""
    first, open_case = sign_in_as(SUPERVISOR), filing.file()
    for reference, status, words in (
        ("R-0000-0000", 409, "can be opened in an emergency by you"),
        (open_case.reference, 409, "You can open this case already"),
        ("", 400, "Enter the reference"),
        ("x" * 100, 400, "Enter the reference"),
        ("R-\x00-1", 409, "can be opened in an emergency by you"),
    ):
        values = {"ask_reference": reference, "ask_reason": "It cannot wait"}
        page = first.submit(first.get("/emergency"), values, action="/emergency")
        assert page.status == status
        assert words in page.list_errors()[0]
        assert "It cannot wait" in page.text
    assert first.get("/emergency/no-such-request").status == 404
    assert case.reference not in first.get("/cases").text


def test_a_notice_needs_its_own_button(sign_in_as: SignInAs, case: FiledCase) -> None:
    """A notice is put away by its reader's own page alone; one that is not there is not found."""
    attorney = sign_in_as(ATTORNEY)
    assert attorney.post("/notices/none/dismiss", []).status == 400
    page = attorney.get(f"/cases/{case.reference}")
    token = next(each.get("value", "") for each in page.find_all("input") if each.get("name") == "csrf_token")
    assert attorney.post("/notices/none/dismiss", [("csrf_token", token)]).status == 404
