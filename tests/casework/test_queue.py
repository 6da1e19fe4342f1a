"""The queue: what its rows show, in which order, and that nothing breaks it."""

from __future__ import annotations

import re

from sqlalchemy import select, update

from casework.permissions import Role
from models.engine import read, write
from models.ledger import list_entries
from models.tables import cards, cases
from tests.casework.conftest import SignInAs
from tests.casework.filing import FiledCase, Filing
from tests.casework.staff_office import StaffOffice
from tests.casework.test_case import decide, send
from tests.page_client import Page


def list_references(page: Page) -> list[str]:
    """The references on a page of the queue, in order."""
    return re.findall(r"R-\d{4}-\d{4}", page.words)


def test_a_row_shows_what_triage_needs_and_no_name_or_story(sign_in_as: SignInAs, filing: Filing) -> None:
    """A row tells urgency, age, language, goal, role, consent, agency, course, conflict, reach, lawyer and owner."""
    filing.file(
        urgent=["court_date", "held_now"],
        held_name="Luis Inventado",
        reporter_role="family",
        for_someone="does_not_know",
        has_lawyer=["immigration"],
        days_ago=12,
    )
    words = sign_in_as(Role.INTAKE).get("/cases").words
    for shown in (
        *("Held now", "Court date soon", "12 days ago", "13 days", "Spanish", "Interpreter needed", "Wants a lawyer"),
        *("Family member; the person does not know", "Meadowlark County Sheriff", "Meadowlark County, NE"),
        *("Vehicle stop → Citation", "Not checked", "Immigration", "Text", "Nobody", "Unread", "Undecided"),
    ):
        assert shown in words, shown
    for hidden in ("Inventado", "pararon", "girasol", "402-555"):
        assert hidden not in words


def test_orders_by_decision_urgency_owner_and_age(
    sign_in_as: SignInAs, filing: Filing, staff_office: StaffOffice
) -> None:
    """Undecided first; of these the most urgent, then the unowned, then the oldest; doubtful ones come last of them."""
    decided, doubtful, owned, old, new, held, court = [
        filing.file(urgent=urgent)
        for urgent in (["held_now"], ["held_now"], ["none"], ["none"], ["none"], ["held_now"], ["court_date"])
    ]
    reader = sign_in_as(Role.ATTORNEY)
    for case in (decided, doubtful, owned):
        decide(reader, case)
    send(reader, decided, "disposition", outcome="recorded", disposition_reason="For the record")
    send(reader, doubtful, "marks", mark_change="set-doubtful", mark_reason="Sent three times")
    send(reader, owned, "assignment", assignee=staff_office.accounts[Role.ATTORNEY].staff_id)
    page = reader.get("/cases")
    expected = [case.reference for case in (held, court, old, new, owned, doubtful, decided)]
    assert list_references(page) == expected
    assert "5 undecided, of these 2 urgent and 4 that you have not read" in page.words
    assert "1 marked doubtful or duplicate" in page.words


def test_filters(sign_in_as: SignInAs, filing: Filing, staff_office: StaffOffice) -> None:
    """Status, owner, language, unread and marks each narrow the list, and wrong values are named with 400."""
    spanish, somali, mine = filing.file(), filing.file(story_language="so"), filing.file()
    reader = sign_in_as(Role.INTAKE)
    me = staff_office.accounts[Role.INTAKE].staff_id
    decide(reader, mine)
    send(reader, mine, "assignment", assignee=me)
    send(reader, mine, "disposition", outcome="recorded", disposition_reason="For the record")
    expected: dict[str, list[FiledCase]] = {
        "status=undecided": [spanish, somali],
        "status=recorded": [mine],
        "owner=me": [mine],
        f"owner={me}": [mine],
        "owner=nobody": [spanish, somali],
        "language=so": [somali],
        "language=es": [spanish, mine],
        "language=es&status=recorded": [mine],
        "unread=y": [spanish, somali],
        "status=accepted": [],
        "status=&owner=&language=": [spanish, somali, mine],
    }
    for query, found in expected.items():
        page = reader.get(f"/cases?{query}")
        assert page.status == 200
        assert list_references(page) == [case.reference for case in found], query
    wrong = reader.get("/cases?status=lost&owner=%00&_scheme=x")
    assert wrong.status == 400
    assert wrong.list_errors() == ["Choose one of the answers offered"] * 2
    assert len(list_references(wrong)) == 3


def test_pages_of_fifty(sign_in_as: SignInAs, filing: Filing) -> None:
    """Fifty rows a page, undecided running on into decided, each case once; a page that is none answers 404."""
    filed = [filing.file() for _ in range(103)]
    with write(filing.engine) as connection:
        decided = [case.id for case in filed[:20]]
        connection.execute(update(cases).where(cases.c.id.in_(decided)).values(status="recorded"))
    reader = sign_in_as(Role.INTAKE)
    pages = [list_references(reader.get(f"/cases?page={number}&owner=nobody")) for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [50, 50, 3]
    assert pages[0] + pages[1] + pages[2] == [case.reference for case in (*filed[20:], *filed[:20])]
    assert "/cases?owner=nobody&amp;page=2" in reader.get("/cases?page=3&owner=nobody").text
    for number in ("0", "4", "-1", "x", "٣", "9" * 30, ""):
        assert reader.get(f"/cases?page={number}").status == 404, number


def test_a_card_of_another_case_is_not_shown(sign_in_as: SignInAs, filing: Filing) -> None:
    """A card that was put at another case, or that is rubbish, shows as "cannot be opened"; the rest stays in place."""
    good, robbed, broken = filing.file(), filing.file(agency="Larkspur PD"), filing.file()
    with write(filing.engine) as connection:
        sealed = connection.execute(select(cards.c.sealed).where(cards.c.case_id == good.id)).scalar_one()
        connection.execute(update(cards).where(cards.c.case_id == robbed.id).values(sealed=sealed))
        connection.execute(update(cards).where(cards.c.case_id == broken.id).values(sealed=b"rubbish"))
    page = sign_in_as(Role.INTAKE).get("/cases")
    assert page.status == 200
    assert page.words.count("Cannot be opened") == 2
    assert set(list_references(page)) == {good.reference, robbed.reference, broken.reference}


def test_one_entry_in_the_ledger_for_a_page(sign_in_as: SignInAs, filing: Filing, staff_office: StaffOffice) -> None:
    """Looking at the queue is recorded once for the page, not once a row."""
    for _ in range(3):
        filing.file()
    reader = sign_in_as(Role.INTAKE)
    reader.get("/cases?status=undecided")
    with read(filing.engine) as connection:
        entries = list_entries(connection, staff_office.accounts[Role.INTAKE].staff_id)
    # The first comes from the page that sign-in leads to.
    assert [entry["kind"] for entry in entries].count("queue:viewed") == 2


def test_flags_copies_and_bursts(sign_in_as: SignInAs, filing: Filing) -> None:
    """Nearly equal stories name each other, many at once are called a burst, and nothing is refused or hidden."""
    story = "El oficial me paró por una luz y preguntó por mis papeles delante de mis hijos, sin ninguna razón. " * 2
    first, second = filing.file(what_happened=story), filing.file(what_happened="Hola. " + story)
    page = sign_in_as(Role.INTAKE).get("/cases")
    assert f"Reads like {first.reference}" in page.words
    assert f"Reads like {second.reference}" in page.words
    assert "Came in a burst" not in page.words
    for _number in range(8):
        filing.file()
    assert "Came in a burst" in sign_in_as(Role.ATTORNEY).get("/cases").words
