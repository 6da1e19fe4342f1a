"""The ledger's pages: verifying with heads kept outside, finding entries, and taking heads and chains away."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
import segno
from sqlalchemy import delete, select, update

from casework.ledger_writing import append_event, find_verify_keys, make_signature_check
from casework.permissions import Role
from models import tables
from models.engine import create_engine, read, write
from models.ledger import Event
from tests.casework.conftest import MoveClock, SignInAs
from tests.casework.filing import Filing
from tests.casework.staff_office import StaffOffice
from tests.casework.test_case import decide, open_page, send
from tests.page_client import Page, PageClient
from web import clock


@pytest.fixture
def supervisor(sign_in_as: SignInAs) -> PageClient:
    """The supervising attorney, signed in."""
    return sign_in_as(Role.SUPERVISING_ATTORNEY)


def list_lines(page: Page) -> list[str]:
    """The entries on a page of the ledger, in words."""
    lists = [each for each in page.find_all("ol") if each.get("class") == "entries"]
    return [" ".join("".join(item.itertext()).split()) for each in lists for item in each]


def verify(reader: PageClient, **values: str) -> Page:
    """Press "Verify both chains"."""
    return reader.submit(reader.get("/ledger"), values, action="/ledger/verify")


def take_heads(reader: PageClient) -> str:
    """Take the heads as a file."""
    answer = reader.client.get("/ledger/head.txt")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    return answer.text


def test_button_verifies_and_records_the_outcome(supervisor: PageClient, owner_url: str) -> None:
    """The button walks both chains, says what it found and leaves an entry; after a change it says where it broke."""
    words = verify(supervisor).words
    assert words.count("holds.") == 2
    assert "Not compared with any head kept outside" in words
    engine = create_engine(owner_url)
    entries = tables.ledger_entries
    with write(engine) as connection:
        connection.execute(update(entries).where(entries.c.sequence == 1).values(hash=bytes(32)))
    words = verify(supervisor).words
    assert "does not hold. Changed: What stands beside entry 1" in words
    assert words.count("holds.") == 1
    with read(engine) as connection:
        kinds = connection.scalars(select(entries.c.kind).order_by(entries.c.sequence.desc()).limit(2)).all()
    engine.dispose()
    assert kinds == ["ledger:broken", "ledger:verified"]


@pytest.mark.parametrize("way", ["pasted", "file"])
def test_heads_kept_outside_show_an_older_ledger(supervisor: PageClient, owner_url: str, way: str) -> None:
    """Heads that were taken as a file are compared, pasted or as the file; a ledger that was cut since is named."""
    kept = take_heads(supervisor)

    def compare() -> Page:
        if way == "pasted":
            return verify(supervisor, kept_heads=f"> Heads on Monday\n{kept}\nKeep them")
        file = ("heads_file", "heads.txt", kept.encode())
        return supervisor.submit(supervisor.get("/ledger"), {}, action="/ledger/verify", files=[file])

    words = compare().words
    assert words.count("holds.") == 2
    assert "Compared with 2 heads kept outside" in words
    sequence = int(kept.split()[1])
    engine = create_engine(owner_url)
    entries, heads = tables.ledger_entries, tables.ledger_heads
    with write(engine) as connection:
        connection.execute(delete(entries).where(entries.c.site == "casework", entries.c.sequence >= sequence))
        last = connection.execute(
            select(entries.c.sequence, entries.c.hash)
            .where(entries.c.site == "casework")
            .order_by(entries.c.sequence.desc())
            .limit(1)
        ).one()
        connection.execute(
            update(heads).where(heads.c.site == "casework").values(sequence=last.sequence, hash=last.hash)
        )
    engine.dispose()
    words = compare().words
    assert (
        f"End cut off: The head kept outside is entry {sequence}, and the chain ends at entry {sequence - 1}" in words
    )
    words = compare().words
    assert f"Older ledger put back: Entry {sequence} is not the one of the head kept outside" in words


def test_head_of_another_office_is_told_apart_from_a_broken_ledger(supervisor: PageClient, owner_url: str) -> None:
    """Where only the head that was given does not fit, the page says that, and a broken one is still said to be."""
    verify(supervisor, kept_heads=f"casework 1 {'ab' * 32}")
    page = supervisor.get("/ledger")
    assert "The chains held. A head that was given did not fit." in page.words
    assert "It did not hold." not in page.words
    assert "the chains hold, and a head that was given does not fit" in page.words
    engine = create_engine(owner_url)
    entries = tables.ledger_entries
    with write(engine) as connection:
        connection.execute(update(entries).where(entries.c.sequence == 1).values(hash=bytes(32)))
    engine.dispose()
    verify(supervisor, kept_heads=f"casework 1 {'ab' * 32}")
    assert "It did not hold." in supervisor.get("/ledger").words


def test_what_is_no_head_is_named_at_its_field(supervisor: PageClient) -> None:
    """Pasted words without a head, or with one that lost its end, come back with an error and are not compared."""
    for typed in ("nothing of the kind", f"casework 5 {'ab' * 31}"):
        page = verify(supervisor, kept_heads=typed)
        assert page.status == 400
        assert "There is no head in this" in page.list_errors()[0]
        assert typed in page.text
        assert "holds." not in page.words


def test_what_is_stored_is_compared_with_the_ledger(
    supervisor: PageClient, filing: Filing, sign_in_as: SignInAs
) -> None:
    """Asked to, the check looks at every case: what was put back, replaced or taken away is named with its case."""
    case, other = filing.file(), filing.file()
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)
    send(reader, case, "notes", note="A note")
    words = verify(supervisor, compares_stored="y").words
    assert "is what the ledger recorded last. 2 cases looked at." in words
    with write(filing.engine) as connection:
        items, cards = tables.sealed_items, tables.cards
        connection.execute(update(items).where(items.c.kind == "note").values(sealed=b"another"))
        connection.execute(delete(items).where(items.c.kind == "conflict_check"))
        connection.execute(update(cards).where(cards.c.case_id == other.id).values(sealed=b"older"))
    words = verify(supervisor, compares_stored="y").words
    assert "not all of it is what the ledger recorded." in words
    assert f"Case {case.reference}: a stored note is not what the ledger recorded" in words
    assert f"Case {case.reference}: what the ledger recorded as conflict:decided is not stored any more" in words
    assert f"Case {other.reference}: its row in the queue is not the newest one" in words


def test_entries_are_found_by_person_kind_case_and_days(
    supervisor: PageClient, filing: Filing, sign_in_as: SignInAs, staff_office: StaffOffice
) -> None:
    """Filters narrow what is shown, together and alone, on both chains, and stay in the links."""
    case, other = filing.file(days_ago=3), filing.file()
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)
    open_page(reader, other)
    open_page(supervisor, other)
    attorney = staff_office.accounts[Role.ATTORNEY].staff_id
    assert len(list_lines(supervisor.get(f"/ledger?case={other.reference}"))) == 2
    assert len(list_lines(supervisor.get(f"/ledger?case={other.reference.lower()}&person={attorney}"))) == 1
    assert all("attorney person" in line for line in list_lines(supervisor.get(f"/ledger?person={attorney}")))
    page = supervisor.get(f"/ledger?kind=conflict:decided&person={attorney}")
    assert [line.split(" R-")[0] for line in list_lines(page)] == ["Conflict decision recorded"]
    assert f"/ledger?site=intake&amp;person={attorney}&amp;kind=conflict%3Adecided&amp;page=1" in page.text
    assert len(list_lines(supervisor.get(f"/ledger?site=intake&case={case.reference}"))) == 2
    assert list_lines(supervisor.get(f"/ledger?person={attorney}&kind=ledger:exported")) == []


def test_days_are_the_offices_own(supervisor: PageClient, filing: Filing, staff_office: StaffOffice) -> None:
    """A span of days finds what was written on them where the office is, whatever the day was in UTC."""
    for days_ago in (9, 5, 5, 1):
        filing.file(days_ago=days_ago)
    today = filing.file().report.answered_on
    everything = len(list_lines(supervisor.get("/ledger?site=intake")))
    assert everything == 10
    assert len(list_lines(supervisor.get(f"/ledger?site=intake&from_on={today}"))) == 2
    assert len(list_lines(supervisor.get(f"/ledger?site=intake&to_on={today}"))) == everything
    local = clock.today(staff_office.ceremony.casework.time_zone)
    assert len(list_lines(supervisor.get(f"/ledger?from_on={local}&to_on={local}"))) > 0
    assert list_lines(supervisor.get("/ledger?from_on=2090-01-01")) == []
    assert list_lines(supervisor.get("/ledger?to_on=2020-01-01")) == []


def test_wrong_filters_are_named_and_left_out(supervisor: PageClient) -> None:
    """A date that is none, a span that ends before it begins, and a case that is not there answer 400 at the field."""
    for query, words in (
        ("from_on=soon", "Write the date as"),
        ("from_on=2026-05-02&to_on=2026-05-01", "This day is before the first one"),
        ("case=R-0000-0000", "No case has this reference"),
        ("kind=nothing", "Choose one of the answers offered"),
        ("person=nobody", "Choose one of the answers offered"),
    ):
        page = supervisor.get(f"/ledger?{query}")
        assert page.status == 400, query
        assert words in page.list_errors()[0], query
        assert list_lines(page), query


def test_entry_that_somebody_wrote_over_breaks_no_page(supervisor: PageClient, owner_url: str) -> None:
    """What is no entry any more is shown as that, and what the site did not sign is not to be believed."""
    engine = create_engine(owner_url)
    entries = tables.ledger_entries
    with write(engine) as connection:
        connection.execute(update(entries).where(entries.c.sequence == 2).values(entry='{"nothing":'))
        forged = connection.scalar(select(entries.c.entry).where(entries.c.sequence == 3))
        assert forged is not None
        connection.execute(
            update(entries).where(entries.c.sequence == 3).values(entry=forged.replace("staff:added", "staff:forged"))
        )
    engine.dispose()
    lines = list_lines(supervisor.get("/ledger"))
    assert any("This entry cannot be read" in line for line in lines)
    assert any("staff:forged" in line and "do not believe it" in line for line in lines)
    assert sum("do not believe it" in line for line in lines) == 2
    assert supervisor.get("/ledger?from_on=2026-01-01").status == 200


def test_heads_page_can_be_printed_and_scanned(supervisor: PageClient) -> None:
    """The page shows both heads, a picture of exactly them, and the public keys; taking the file leaves an entry."""
    page = supervisor.get("/ledger/head")
    (shown,) = (each for each in page.find_all("ul") if each.get("class") == "heads")
    lines = [" ".join("".join(item.itertext()).split()) for item in shown]
    assert [line.split()[0] for line in lines] == ["casework", "intake"]
    picture = segno.make_qr("".join(f"{line}\n" for line in lines), error="m")
    (drawn,) = re.findall(r'class="qrline" stroke="#000" d="([^"]+)"', page.text)
    assert drawn in picture.svg_inline(scale=4, border=4, light="#fff", omitsize=False)
    assert "public key" in page.words
    assert take_heads(supervisor).splitlines() == lines
    assert list_lines(supervisor.get("/ledger"))[0].startswith("Heads of the ledger taken as a file")


def test_exported_chain_verifies_with_the_public_keys(
    supervisor: PageClient, filing: Filing, staff_office: StaffOffice
) -> None:
    """Each line holds an entry as it was signed; every signature is the site's, and taking it away is recorded."""
    filing.file()
    for site, key in find_verify_keys(staff_office.ceremony.casework).items():
        answer = supervisor.client.get(f"/ledger/export?site={site}")
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=ledger-")
        lines = [json.loads(line) for line in answer.text.splitlines()]
        assert [line["sequence"] for line in lines] == list(range(1, len(lines) + 1))
        check = make_signature_check(key)
        for line in lines:
            check(line["entry"].encode(), bytes.fromhex(line["signature"]))
    assert supervisor.client.get("/ledger/export?site=other").status_code == 404
    assert list_lines(supervisor.get("/ledger"))[0].startswith("Ledger exported")


def test_export_asks_for_the_second_factor_again(supervisor: PageClient, move_clock: MoveClock) -> None:
    """Somebody whose second factor was shown a while ago is asked for it before a chain leaves the house."""
    move_clock(timedelta(minutes=11))
    assert supervisor.get("/ledger/head").heading == "Heads of the ledger"
    assert supervisor.get("/ledger/export").heading == "Show that it is you"


def test_pages_hold_fifty_entries(supervisor: PageClient, staff_office: StaffOffice) -> None:
    """A filter that finds many entries has pages of its own."""
    config = staff_office.ceremony.casework
    engine = create_engine(config.engine_url)
    with write(engine) as connection:
        for _number in range(60):
            append_event(connection, Event("queue:viewed", "", actor="gone"), config)
    engine.dispose()
    assert len(list_lines(supervisor.get("/ledger?kind=queue:viewed"))) == 50
    page = supervisor.get("/ledger?kind=queue:viewed&page=2")
    assert len(list_lines(page)) == 11  # the page after the sign-in was one as well
    assert "61 found of" in page.words
    assert supervisor.get("/ledger?kind=queue:viewed&page=3", check=False).status == 404
