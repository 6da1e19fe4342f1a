"""The page of a case: what it shows when, and what is recorded from it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from casework.permissions import Role
from models.engine import read
from models.ledger import list_entries
from models.tables import cases
from tests.casework.conftest import SignInAs
from tests.casework.filing import STORY, FiledCase, Filing
from tests.casework.staff_office import StaffOffice
from tests.page_client import Page, PageClient

SHUT = ("Me pararon", "papeles", "402-555-0134", "girasol", "A ticket or citation", "después de las seis")


def open_page(reader: PageClient, case: FiledCase) -> Page:
    """Open a case's page."""
    page = reader.get(f"/cases/{case.reference}")
    assert page.status == 200, page.words
    return page


def send(reader: PageClient, case: FiledCase, action: str, **values: str) -> Page:
    """Fill in one form of a case's page and send it."""
    return reader.submit(open_page(reader, case), values, action=f"/{action}")


def decide(reader: PageClient, case: FiledCase, decision: str = "clear", reason: str = "Names not known to us") -> Page:
    """Record a conflict decision."""
    page = send(reader, case, "conflict", conflict_decision=decision, conflict_reason=reason)
    assert page.status == 200, page.words
    return page


def list_kinds(filing: Filing, case: FiledCase) -> list[str]:
    """The kinds of the ledger's entries about a case."""
    with read(filing.engine) as connection:
        return [entry["kind"] for entry in list_entries(connection, case.id)]


def test_keeps_the_story_shut_until_a_conflict_decision(sign_in_as: SignInAs, filing: Filing) -> None:
    """Names, agency and urgency are there first; no word of the story or of the contact details is in the page."""
    case = filing.file(urgent=["held_now"], held_name="Luis Inventado", held_reason="La fianza se pagó")
    page = open_page(sign_in_as(Role.INTAKE), case)
    for shown in ("Rosa Nombre-Inventado", "Luis Inventado", "La fianza", "Meadowlark County Sheriff", "Badge 4471"):
        assert shown in page.words
    for kept in SHUT:
        assert kept not in page.text
    assert [form.get("action") for form in page.find_all("form")][2:] == [f"/cases/{case.reference}/conflict"]


def test_opens_the_story_after_a_clear_check(sign_in_as: SignInAs, filing: Filing) -> None:
    """After "clear" the story stands there in its language, with the contact rules and every state of an answer."""
    case = filing.file()
    reader = sign_in_as(Role.INTAKE)
    page = decide(reader, case)
    assert STORY.split("\n", maxsplit=1)[0] in page.text
    assert 'class="story" lang="es" dir="ltr"' in page.text
    assert "Say this word first: girasol" in page.words
    assert "¿Qué quiere usted?" in page.words
    assert "Quiero que un abogado vea esto I want a lawyer to look at this" in page.words
    for state in ("Skipped", "Not asked", "Prefers not to say"):
        assert state in page.words


@pytest.mark.parametrize("decision", ["conflict", "needs_review"])
def test_keeps_the_story_shut_where_names_may_conflict(sign_in_as: SignInAs, filing: Filing, decision: str) -> None:
    """With a conflict, found or possible, the story stays shut, no case is accepted, and the person can be reached."""
    case = filing.file()
    reader = sign_in_as(Role.ATTORNEY)
    page = decide(reader, case, decision)
    assert "Me pararon" not in page.text
    assert "402-555-0134" in page.text
    assert 'value="accepted"' not in page.text
    assert 'value="declined"' in page.text
    refused = reader.post(f"/cases/{case.reference}/translation", [("translation_text", "They stopped me")])
    assert refused.status == 409
    assert reader.get(f"/cases/{case.reference}/export").status == 409


def test_empty_check_asks_for_one_thing(sign_in_as: SignInAs, filing: Filing) -> None:
    """Without a decision nobody asks for the reason, which a clear check does not need."""
    case, reader = filing.file(), sign_in_as(Role.INTAKE)
    assert send(reader, case, "conflict", conflict_decision="").list_errors() == ["Choose what the check came to"]


def test_cannot_be_checked_yet_is_a_decision(sign_in_as: SignInAs, filing: Filing) -> None:
    """Not being able to check yet opens the story, with a reason; without one the form comes back, choice kept."""
    case = filing.file()
    reader = sign_in_as(Role.INTAKE)
    page = send(reader, case, "conflict", conflict_decision="cannot_be_checked")
    assert page.status == 400
    assert page.list_errors() == ["Write why"]
    assert 'value="cannot_be_checked" checked' in page.text
    assert "Me pararon" in decide(reader, case, "cannot_be_checked", "No name was given").text


def test_records_work_and_shows_it(sign_in_as: SignInAs, filing: Filing, staff_office: StaffOffice) -> None:
    """Note, translation, dates, disposition, mark and assignment show who did them, and each is in the ledger."""
    case = filing.file()
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)
    attorney = staff_office.accounts[Role.ATTORNEY]
    send(reader, case, "notes", note="Called at six; nobody answered.")
    send(reader, case, "translation", translation_text="They stopped me for a light.")
    send(
        reader,
        case,
        "dates",
        limitation_on="2028-11-20",
        notice_of_claim_on="5/19/2027",
        deadlines_basis="Counted from the stop",
        deadlines_signed="y",
    )
    send(reader, case, "disposition", outcome="declined", decline_code="no_capacity", disposition_reason="Full now")
    send(reader, case, "marks", mark_change="set-duplicate", mark_reason="Same as another report")
    page = send(reader, case, "assignment", assignee=attorney.staff_id)
    for words in (
        "Called at six; nobody answered.",
        "They stopped me for a light.",
        "November 20, 2028",
        "May 19, 2027",
        "Counted from the stop",
        "Declined: No capacity",
        "Full now",
        "Same as another report",
        "Given to attorney person",
    ):
        assert words in page.words
    assert "Unvouched" not in page.words
    kinds = list_kinds(filing, case)
    for kind in (
        *("report:received", "case:opened", "conflict:decided", "note:added", "translation:added"),
        *("deadlines:signed", "disposition:decided", "mark:changed", "card:changed", "case:assigned"),
    ):
        assert kind in kinds
    with read(filing.engine) as connection:
        row = connection.execute(select(cases).where(cases.c.id == case.id)).one()
    assert (row.status, row.assignee_id) == ("declined", attorney.staff_id)
    report = reader.get("/cases?marked=y")
    assert case.reference in report.words
    assert "Duplicate" in report.words


def test_takes_a_mark_away_again(sign_in_as: SignInAs, filing: Filing) -> None:
    """A mark that was set can be taken away, with its own reason, and both stay in view."""
    case = filing.file()
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    send(reader, case, "marks", mark_change="set-doubtful", mark_reason="Sent three times")
    page = send(reader, case, "marks", mark_change="unset-doubtful", mark_reason="The person wrote again")
    assert "Sent three times" in page.words
    assert "The person wrote again" in page.words
    assert case.reference not in reader.get("/cases?marked=y").words


@pytest.mark.parametrize(
    ("action", "field", "others", "error"),
    [
        ("notes", "note", {}, "Write the note"),
        ("translation", "translation_text", {}, "Write the translation"),
        ("disposition", "disposition_reason", {"outcome": "accepted"}, "Write the reason"),
        ("marks", "mark_reason", {"mark_change": "set-doubtful"}, "Write the reason"),
    ],
)
def test_says_at_the_field_what_is_wrong_and_keeps_the_text(
    sign_in_as: SignInAs, filing: Filing, action: str, field: str, others: dict[str, str], error: str
) -> None:
    """Empty, too long, and control characters are refused with 400 at the field, and what was typed is still there."""
    case = filing.file()
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)
    empty = send(reader, case, action, **{**others, field: "   "})
    assert (empty.status, empty.list_errors()) == (400, [error])
    long = send(reader, case, action, **{**others, field: "w" * 10_001})
    assert long.status == 400
    assert "10001 characters long" in long.list_errors()[0]
    assert "w" * 10_001 in long.text
    broken = send(reader, case, action, **{**others, field: "before\0\x1bafter"})
    assert broken.status == 400
    assert "control characters" in broken.list_errors()[0]
    assert "beforeafter" in broken.text
    fine = send(reader, case, action, **{**others, field: "\u202eturned\u202c 😀 كلمة"})
    assert fine.status == 200
    assert "😀" in fine.text


def test_refuses_what_is_not_offered(sign_in_as: SignInAs, filing: Filing) -> None:
    """A choice that the form does not offer, a date that is none, and unsigned dates come back with 400."""
    case = filing.file()
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)
    assert send(reader, case, "conflict", conflict_decision="whatever").list_errors()[0] == (
        "Choose one of the answers offered"
    )
    assert send(reader, case, "assignment", assignee="nobody-known").status == 400
    page = send(reader, case, "dates", limitation_on="2028-02-30")
    assert page.status == 400
    assert len(page.list_errors()) == 2
    assert 'value="2028-02-30"' in page.text


def test_a_stale_token_keeps_the_text(sign_in_as: SignInAs, filing: Filing) -> None:
    """A post without the right token changes nothing, answers 400, and shows the text with a fresh token."""
    case = filing.file()
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    page = reader.post(f"/cases/{case.reference}/notes", [("note", "Do not lose me"), ("csrf_token", "wrong")])
    assert page.status == 400
    assert "Do not lose me" in page.text
    assert "note:added" not in list_kinds(filing, case)


def test_nothing_can_be_recorded_before_the_conflict_decision(sign_in_as: SignInAs, filing: Filing) -> None:
    """A note sent before names were checked answers 409 and is not stored."""
    case = filing.file()
    reader = sign_in_as(Role.ATTORNEY)
    open_page(reader, case)
    for action in ("notes", "translation", "dates", "disposition", "marks", "assignment"):
        assert reader.post(f"/cases/{case.reference}/{action}", [("note", "x")]).status == 409
    assert set(list_kinds(filing, case)) == {"report:received", "card:changed", "case:opened"}


def test_intake_staff_may_refer_but_not_accept_nor_sign(sign_in_as: SignInAs, filing: Filing) -> None:
    """Without an attorney a case can be referred, declined or recorded, not accepted, nor called too late; no dates."""
    case = filing.file()
    reader = sign_in_as(Role.INTAKE)
    page = decide(reader, case)
    assert 'value="accepted"' not in page.text
    refused = send(reader, case, "disposition", outcome="accepted", disposition_reason="Because")
    assert refused.status == 400
    late = {"outcome": "declined", "decline_code": "time_barred", "disposition_reason": "Late"}
    assert 'value="time_barred"' not in page.text
    assert send(reader, case, "disposition", **late).status == 400
    assert reader.post(f"/cases/{case.reference}/dates", [("deadlines_signed", "y")]).status == 403
    done = send(reader, case, "disposition", outcome="referred", disposition_reason="To the clinic")
    assert "Referred to somebody else" in done.words


def test_an_administrator_sees_no_case(sign_in_as: SignInAs, filing: Filing) -> None:
    """Neither the queue nor a case nor its summary is for somebody who only runs the server."""
    case = filing.file()
    reader = sign_in_as(Role.ADMINISTRATOR)
    for path in ("/cases", f"/cases/{case.reference}", f"/cases/{case.reference}/export"):
        assert reader.get(path).status == 403


@pytest.mark.parametrize("reference", ["R-0000-0000", "%00", "../x", "x" * 200, "'; --", "٣"])
def test_an_unknown_reference_is_not_found(sign_in_as: SignInAs, reference: str) -> None:
    """Whatever stands in the address of a case that is none, the answer is 404."""
    assert sign_in_as(Role.INTAKE).get(f"/cases/{reference}").status == 404


def test_every_showing_is_recorded_and_marks_it_read(sign_in_as: SignInAs, filing: Filing) -> None:
    """Opening a case writes one entry each time and takes the unread mark away for that person alone."""
    case = filing.file()
    reader, other = sign_in_as(Role.INTAKE), sign_in_as(Role.ATTORNEY)
    assert "Unread" in reader.get("/cases").words
    open_page(reader, case)
    open_page(reader, case)
    assert list_kinds(filing, case).count("case:opened") == 2
    assert "Unread" not in reader.get("/cases").words
    assert "Unread" in other.get("/cases").words


def test_nothing_that_staff_type_can_be_read_in_the_data(
    sign_in_as: SignInAs, filing: Filing, staff_office: StaffOffice, caplog: pytest.LogCaptureFixture
) -> None:
    """No word that staff typed, and none of the report, is in the database's files, the log or a cookie."""
    case = filing.file()
    reader = sign_in_as(Role.ATTORNEY)
    canaries = {
        name: f"canary-{name}-kestrel" for name in ("reason", "note", "translation", "basis", "mark", "outcome")
    }
    decide(reader, case, reason=canaries["reason"])
    send(reader, case, "notes", note=canaries["note"])
    send(reader, case, "translation", translation_text=canaries["translation"])
    send(reader, case, "dates", deadlines_basis=canaries["basis"], limitation_on="2030-01-31", deadlines_signed="y")
    send(reader, case, "marks", mark_change="set-doubtful", mark_reason=canaries["mark"])
    page = send(reader, case, "disposition", outcome="accepted", disposition_reason=canaries["outcome"])
    for canary in canaries.values():
        assert canary in page.text
    url = staff_office.ceremony.casework.engine_url
    if url.startswith("sqlite"):
        folder = Path(url.removeprefix("sqlite:///")).parent
        stored = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    else:
        with filing.engine.connect() as connection:
            tables = [cases.metadata.tables[name] for name in ("sealed_items", "cards", "cases", "ledger_entries")]
            stored = b"".join(repr(connection.execute(select(table)).all()).encode() for table in tables)
    cookie = reader.client.get_cookie("desk")
    assert cookie is not None
    everywhere = stored + caplog.text.encode() + cookie.value.encode()
    for canary in (*canaries.values(), "Nombre-Inventado", "papeles", "girasol", "2030-01-31"):
        assert canary.encode() not in everywhere
