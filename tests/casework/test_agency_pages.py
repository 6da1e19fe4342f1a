"""The directory's pages: found, read, corrected with a source, merged; and ICE's list from upload to history."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from casework.permissions import Role
from casework.shipped_facts import load_shipped_facts
from models.agencies import list_agencies
from models.county_agencies import list_agreements, list_events
from models.directory_versions import get_directory_version
from models.engine import read
from models.ledger import list_newest_entries
from tests.casework.conftest import SignInAs
from tests.casework.ice_workbook import TRAPS, Entry, list_plain, make_workbook
from tests.casework.staff_office import StaffOffice
from tests.page_client import Page, PageClient, read_fields

SOURCE = {"source": "A newspaper of 1 May 2026", "cited_on": "2026-05-02"}


@pytest.fixture
def engine(staff_site: Flask, staff_office: StaffOffice) -> Engine:
    """The office's database, with the facts that ship in it."""
    found: Engine = staff_site.extensions["engine"]
    load_shipped_facts(found, staff_office.ceremony.casework)
    return found


@pytest.fixture
def admin(engine: Engine, sign_in_as: SignInAs) -> PageClient:
    """An administrator at the desk, who may change the directory."""
    del engine
    return sign_in_as(Role.ADMINISTRATOR)


def find_id(engine: Engine, name: str) -> str:
    """The id of the agency whose name begins so."""
    with read(engine) as connection:
        return next(str(row.id) for row in list_agencies(connection) if row.name.startswith(name))


def upload(reader: PageClient, content: bytes, name: str = "participatingAgencies06152026.xlsx") -> Page:
    """Upload a list and follow to the page that shows it."""
    page = reader.get("/agencies/imports")
    return reader.submit(page, {}, action="/agencies/imports", files=[("list", name, content)])


def press(reader: PageClient, page: Page, action: str) -> Page:
    """Press the button of the form with this address."""
    return reader.submit(page, {}, action=action)


def test_everybody_finds_and_reads(engine: Engine, sign_in_as: SignInAs) -> None:
    """An attorney finds an agency by words and state, and reads agreements, timeline and sources; no button there."""
    reader = sign_in_as(Role.ATTORNEY)
    page = reader.get("/agencies?words=dakota&state=NE")
    assert "1 found" in page.words
    assert "Yes, as far as is known (Jail enforcement model)" in page.words
    assert "Newest list read: May 18, 2026." in page.words
    page = reader.get(f"/agencies/{find_id(engine, 'Dakota')}")
    assert page.heading == "Dakota County Sheriff's Office"
    told = ("January 2018", "April 2020", "June 9, 2020", "Winnebago Tribe", "Not the sheriff", "ACLU of Nebraska")
    for words in told:
        assert words in page.words
    assert "Correct the agency" not in page.words
    assert "Remove" not in page.words
    assert reader.get("/agencies?words=nowhere").words.count("no such agency") == 1


def test_pages_and_filters_that_do_not_exist(admin: PageClient) -> None:
    """A page beyond the last, an id that is none, and a state that is none are answered honestly."""
    for path in (
        "/agencies?page=9",
        "/agencies?page=x",
        "/agencies/none",
        f"/agencies/{'0' * 8}-0000-4000-8000-{'0' * 12}",
    ):
        assert admin.client.get(path).status_code == 404
    page = admin.get("/agencies?state=XX")
    assert page.status == 400
    assert page.list_errors() == ["Choose one of the answers offered"]


def test_loading_the_shipped_facts_with_a_button(staff_site: Flask, sign_in_as: SignInAs) -> None:
    """A press loads them, a second press says that nothing was new."""
    reader = sign_in_as(Role.SUPERVISING_ATTORNEY)
    page = press(reader, reader.get("/agencies"), "/agencies/facts")
    assert "Facts that were new to the directory: 6" in page.words or "new to the directory: 4" in page.words
    page = press(reader, reader.get("/agencies"), "/agencies/facts")
    assert "Facts that were new to the directory: 0" in page.words
    del staff_site


def test_an_agency_is_added_and_corrected(engine: Engine, admin: PageClient) -> None:
    """What is typed stands in the directory, county by its FIPS code; a name that it had stays as another name."""
    values = {
        "name": "Thurston County Sheriff's Office",
        "type": "county",
        "state": "NE",
        "county": "thurston",
        "is_listed": "y",
        **SOURCE,
    }
    page = admin.submit(admin.get("/agencies/new"), values)
    assert page.heading == "Thurston County Sheriff's Office"
    assert "Thurston County" in page.words
    agency_id = find_id(engine, "Thurston")
    page = admin.submit(
        admin.get(f"/agencies/{agency_id}/edit"), {"name": "Thurston Sheriff", "officials": "The board"}
    )
    assert page.heading == "Thurston Sheriff"
    with read(engine) as connection:
        row = next(row for row in list_agencies(connection, "NE") if row.id == agency_id)
        kinds = [entry["kind"] for entry in list_newest_entries(connection, "casework", limit=2)]
    assert (row.county_fips, row.aliases, row.officials) == ("31173", "Thurston County Sheriff's Office", "The board")
    assert kinds == ["agency:changed", "agency:added"]


def test_mistakes_are_told_at_their_field_and_nothing_is_lost(engine: Engine, admin: PageClient) -> None:
    """Each wrong field says what is wrong, keeps what was typed, and nothing is stored."""
    with read(engine) as connection:
        version = get_directory_version(connection)
    values = {
        "name": "Elm Police",
        "state": "NE",
        "county": "Atlantis",
        "ori": "12",
        "cited_on": "soon",
        "is_listed": "y",
    }
    page = admin.submit(admin.get("/agencies/new"), values)
    assert page.status == 400
    assert page.list_errors() == [
        "Choose what it is",
        "This state has no county of this name. Leave it empty for an agency of the whole state.",
        "Such a number has nine signs: two letters, then letters and digits. Leave it empty if you do not know it.",
        "Write where this stands: who published it, and when",
        "Write the date as 2026-12-31 or 12/31/2026",
    ]
    assert 'value="Atlantis"' in page.text
    path = f"/agencies/{find_id(engine, 'Dakota')}"
    page = admin.submit(
        admin.get(f"{path}/agreements/new"),
        {"signed": "last May", "moa_url": "javascript:alert(1)", "source": "x", "cited_on": "2026-01-01"},
    )
    assert page.list_errors() == [
        "Choose the model",
        "Write the day as 2026-12-31, the month as 2026-12, or the year as 2026",
        "Write an address of the web that begins with https:// or http://",
    ]
    page = admin.submit(admin.get(f"{path}/events/new"), {"cited_on": ""})
    assert len(page.list_errors()) == 5
    with read(engine) as connection:
        assert get_directory_version(connection) == version


def test_an_agreement_of_a_month_and_an_event_of_a_year(engine: Engine, admin: PageClient) -> None:
    """Dates are kept as exactly as the source gives them; both can be taken out again, a listed agreement cannot."""
    agency_id = find_id(engine, "Cass")
    path = f"/agencies/{agency_id}"
    values = {"support_type": "warrant_service_officer", "signed": "2026-03", "ended": "2026", **SOURCE}
    page = admin.submit(admin.get(f"{path}/agreements/new"), values)
    assert "Signed: March 2026. Ended: 2026." in page.words
    values = {"kind": "opposed", "happened": "4/2/2026", "what": "People march against it.", **SOURCE}
    page = admin.submit(admin.get(f"{path}/events/new"), values)
    assert "April 2, 2026: Opposed. People march against it." in page.words
    with read(engine) as connection:
        listed, told = list_agreements(connection, [agency_id])[agency_id]
        (event,) = list_events(connection, [agency_id])[agency_id]
    page = admin.submit(admin.get(f"{path}/agreements/{told.id}"), {"ended": ""})
    assert "Ended: 2026" not in page.words
    page = press(admin, page, f"{path}/agreements/{told.id}/remove")
    assert "Nothing is done yet" in page.words
    with read(engine) as connection:
        assert len(list_agreements(connection, [agency_id])[agency_id]) == 2
    page = press(admin, page, f"{path}/agreements/{told.id}/remove")
    assert "It is removed." in page.words
    page = press(admin, page, f"{path}/events/{event.id}/remove")
    assert "People march" in page.words
    page = press(admin, page, f"{path}/events/{event.id}/remove")
    assert "March 2026" not in page.words
    assert "People march" not in page.words
    token = [(name, value) for name, value in read_fields(page.find_form("/lock")) if name == "csrf_token"]
    removed = admin.post(f"{path}/agreements/{listed.id}/remove", token)
    assert removed.status == 400
    assert "stands on one of ICE's lists" in removed.words


def test_two_agencies_become_one(engine: Engine, admin: PageClient) -> None:
    """The other's names, agreements and timeline go to the one that remains; its old address leads there."""
    jackson, cass = find_id(engine, "Jackson"), find_id(engine, "Cass")
    page = admin.submit(admin.get(f"/agencies/{jackson}/merge"), {"remaining": cass})
    assert "Nothing is done yet" in page.words
    assert "Its names become other names of “Cass County Sheriff's Office”." in page.words
    assert admin.client.get(f"/agencies/{jackson}/edit").status_code == 200
    page = admin.submit(page, {}, action=f"/agencies/{jackson}/merge")
    assert "It is merged." in page.words
    assert page.heading == "Cass County Sheriff's Office"
    assert "Jackson County Sheriff's Office" in page.words
    assert "No longer on that of January 14, 2026" in page.words
    page = admin.submit(admin.get(f"/agencies/{cass}/merge"), {})
    assert page.list_errors() == ["Choose the other agency"]
    assert admin.client.get(f"/agencies/{jackson}/edit").status_code == 404


def test_a_list_is_shown_before_it_changes_anything(engine: Engine, admin: PageClient) -> None:
    """Upload, look, choose a county, apply: every number and change is on the page, and the history has it."""
    page = upload(admin, make_workbook(TRAPS))
    assert page.heading == "ICE's list of 2026-06-15"
    assert "Nothing of the directory has changed yet" in page.words
    assert "Rows read 18" in page.words
    with read(engine) as connection:
        assert len(list_agencies(connection, "TX")) == 0
    page = admin.submit(page, {"county-0": "48401", "published_on": "2026-06-16"}, action="/details")
    assert page.heading == "ICE's list of 2026-06-16"
    page = press(admin, page, "/apply")
    assert "Applied" in page.words
    assert "Apply to the directory" not in page.words
    assert "Overton Police Department" in page.words
    with read(engine) as connection:
        overton = next(row for row in list_agencies(connection, "TX") if row.name.startswith("Overton"))
    assert overton.county_fips == "48401"
    page = admin.get("/agencies/imports")
    assert "Applied : list of 2026-06-16" in page.words
    assert "administrator person" in page.words


def test_edits_show_what_was_and_what_is(admin: PageClient) -> None:
    """An edited cell stands there twice: as it was, and as it is now; a list without changes says so in numbers."""
    entries = list_plain(3)
    press(admin, upload(admin, make_workbook(entries)), "/apply")
    changed = [entries[0].change(county="Hall County"), *entries[1:]]
    page = upload(admin, make_workbook(changed), "list 2026-07-01.xlsx")
    assert "Edited 1" in page.words
    assert "County: Adams County → is now Hall County" in page.words
    page = upload(admin, make_workbook(entries), "list 2026-07-01.xlsx")
    assert "New on the list 0 Gone from the list 0 Edited 0" in page.words
    page = press(admin, page, "/drop")
    assert "Dropped" in page.words


def test_a_long_list_is_shown_in_pages(admin: PageClient) -> None:
    """Of many changes the first hundred are shown, and the rest on further pages."""
    page = upload(admin, make_workbook([Entry("TEXAS", f"Town {n} Police", "Ector") for n in range(230)]))
    assert "New on the list 230" in page.words
    assert "Show all: New on the list (230)" in page.words
    page = admin.get(f"{page.path}?kind=new&page=3")
    assert page.words.count("Police , Texas") == 30
    assert admin.client.get(f"{page.path.split('?')[0]}?kind=strange").status_code == 404


def make_broken() -> bytes:
    """Half a workbook."""
    return make_workbook(list_plain(3))[:2500]


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (make_broken, "This workbook is damaged or was not saved whole."),
        (lambda: b"Name,Number\na,1\n", "The first rows do not name these columns: STATE, LAW ENFORCEMENT AGENCY"),
        (lambda: b"GIF89a" + bytes(50), "This is not a workbook (XLSX) or a table of text (CSV) that can be read."),
    ],
)
def test_what_is_no_list_is_refused_on_the_page(admin: PageClient, make: Callable[[], bytes], reason: str) -> None:
    """The page comes back with the reason at the field, and no import is there."""
    page = upload(admin, make())
    assert page.status == 400
    assert page.list_errors()[0].startswith(reason)
    assert "None yet" not in page.words  # the shipped facts are in the history
    assert "list of" not in page.words.split("Lists that were read")[1].replace("list of participating", "")


def test_no_file_and_a_stale_page(admin: PageClient) -> None:
    """Without a file, and with a token that is not this browser's, the page says so and reads nothing."""
    page = admin.submit(admin.get("/agencies/imports"), {}, action="/agencies/imports")
    assert page.list_errors() == ["Choose the file with ICE's list"]
    page = admin.submit(
        admin.get("/agencies/imports"),
        {"csrf_token": "other"},
        action="/agencies/imports",
        files=[("list", "list.xlsx", make_workbook(list_plain(2)))],
    )
    assert page.status == 400
    assert "had been open for a while" in page.list_errors()[0]


def test_an_upload_leaves_no_file_behind(admin: PageClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A list larger than other forms may be is read, and never lies on the disk on its way."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))

    def refuse(*_arguments: object, **_names: object) -> None:
        raise AssertionError("a temporary file was opened")

    monkeypatch.setattr("tempfile.SpooledTemporaryFile", refuse)
    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", refuse)
    rows = "".join(f'TEXAS,"Town {n} Police, {"x" * 120}",Municipality,Ector,TFM,2026-01-01\r\n' for n in range(5000))
    content = f"STATE,LAW ENFORCEMENT AGENCY,TYPE,COUNTY,SUPPORT TYPE,SIGNED\r\n{rows}".encode()
    assert len(content) > 600_000
    page = upload(admin, content, "list 2026-06-15.csv")
    assert "Rows read 5000" in page.words
    assert list(folder.iterdir()) == []


def test_a_day_to_come_is_refused(admin: PageClient) -> None:
    """A list cannot have been published tomorrow; the day that was typed stays in the field."""
    page = upload(admin, make_workbook(list_plain(2)), "list.xlsx")
    assert page.heading == "ICE's list of an unknown day"
    page = admin.submit(page, {"published_on": "2099-01-01"}, action="/details")
    assert page.list_errors() == ["This day is still to come."]
    assert 'value="2099-01-01"' in page.text
    page = admin.submit(page, {"published_on": ""}, action="/details")
    assert page.list_errors() == ["Write the day on which ICE published this list"]


def test_an_older_list_says_that_it_is_older(admin: PageClient) -> None:
    """There is no button to apply a list from before the newest one."""
    page = upload(admin, make_workbook(list_plain(2)), "participatingAgencies01142026.xlsx")
    assert "A newer list was applied already, of 2026-05-18" in page.words
    assert "Apply to the directory" not in page.words
