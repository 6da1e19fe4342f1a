"""The page of a case: what it shows when, and what is recorded from it."""

from __future__ import annotations

from casework.permissions import Role
from tests.casework.conftest import SignInAs
from tests.casework.filing import STORY, FiledCase, Filing
from tests.page_client import PageClient


def record_clear(reader: PageClient, case: FiledCase) -> None:
    """Record that there is no conflict."""
    page = reader.get(f"/cases/{case.reference}")
    page = reader.submit(page, {"conflict_decision": "clear"}, action="/conflict")
    assert page.status == 200, page.words


def test_keeps_the_story_shut_until_a_conflict_decision(sign_in_as: SignInAs, filing: Filing) -> None:
    """Names, agency and urgency are there first; no word of the story or of the contact details is in the page."""
    case = filing.file()
    page = sign_in_as(Role.INTAKE).get(f"/cases/{case.reference}")
    assert page.status == 200
    assert "Rosa Nombre-Inventado" in page.words
    assert "Meadowlark County Sheriff" in page.words
    for kept in ("Me pararon", "papeles", "402-555-0134", "girasol", "Citation", "ticket"):
        assert kept not in page.text


def test_opens_the_story_after_a_clear_check(sign_in_as: SignInAs, filing: Filing) -> None:
    """After "clear" the story stands there in its own language, with the contact rules and every state of an answer."""
    case = filing.file()
    reader = sign_in_as(Role.INTAKE)
    record_clear(reader, case)
    page = reader.get(f"/cases/{case.reference}")
    assert STORY.split("\n", maxsplit=1)[0] in page.text
    assert "Say this word first: girasol" in page.words
    assert "¿Qué quiere usted?" in page.words
    assert "I want a lawyer to look at this" in page.words
    for state in ("Skipped", "Not asked", "Prefers not to say"):
        assert state in page.words
    assert page.find_all("textarea")
