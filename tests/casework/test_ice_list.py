"""Reading ICE's list: every trap that it has, and every file that is none."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date

import pytest
from openpyxl import Workbook, load_workbook

from casework.county_matching import Found, find_listed_county
from casework.ice_list import (
    LARGEST_FILE,
    ListedRow,
    UnreadableListError,
    clean_link,
    find_state,
    guess_published_on,
    read_list,
)
from tests.casework.ice_workbook import HEADER, TRAPS, Entry, list_plain, make_table, make_workbook


def read_one(entry: Entry) -> ListedRow:
    """What is read from a workbook of one row."""
    (row,) = read_list(make_workbook([entry])).rows
    return row


def test_every_trap_is_read() -> None:
    """All rows of the made-up list are read, and every county that the row names, but for the one that no list has."""
    found = read_list(make_workbook(TRAPS))
    assert (len(found.rows), found.faults) == (len(TRAPS), ())
    counties = {(row.state, row.agency): row.county_fips for row in found.rows}
    assert counties == {
        ("AL", "Autauga County Sheriff's Office"): "01001",
        ("AR", "Arkansas Department of Corrections"): "05119",
        ("NE", "Dakota County Sheriff's Office"): "31043",
        ("GU", "Office Of The Attorney General"): "66010",
        ("MP", "Department of Public Safety"): "",
        ("LA", "St. Bernard Parish Sheriff's Office"): "22087",
        ("LA", "East Baton Rouge Parish Sheriff's Office"): "22033",
        ("MO", "Saint Louis County Police"): "29189",
        ("VA", "Richmond City Sheriff's Office"): "51760",
        ("IN", "Lake County Sheriff's Office"): "18089",
        ("OK", "Custer County Sheriff's Office"): "40039",
        ("TN", "Decatur County Sheriff's Office"): "47039",
        ("TX", "Nixon Police Department"): "",
        ("TX", "Overton Police Department"): "",
        ("NE", "Wheeler County Sheriff's Office"): "31183",
        ("NE", "Beatrice Police Department"): "31067",
        ("IA", "Iowa Department of Public Safety"): "",
    }


def test_spaces_and_apostrophes_make_no_second_agency() -> None:
    """Two rows of one agency that are typed differently are one agency with two models."""
    rows = read_list(make_workbook(TRAPS[:2])).rows
    assert {row.key[:2] for row in rows} == {("AL", "autauga county sheriffs office")}
    assert {row.support_type for row in rows} == {"task_force_model", "warrant_service_officer"}


def test_addresses_are_those_behind_the_word_link() -> None:
    """The address under "link" is read, a mail filter's wrapping taken off, and "link pending" has none."""
    rows = {row.agency: row for row in read_list(make_workbook(TRAPS)).rows}
    assert rows["Dakota County Sheriff's Office"].moa_url == "https://www.ice.gov/doclib/287gMOA/made_up.pdf"
    assert rows["Wheeler County Sheriff's Office"].moa_url == "https://www.ice.gov/wheeler.pdf"
    assert rows["Beatrice Police Department"].moa_url == ""
    assert rows["Iowa Department of Public Safety"].addendum_url == "https://www.ice.gov/a.pdf"


def test_a_formula_for_a_link_is_read_and_any_other_is_blank() -> None:
    """HYPERLINK gives its address; another formula is never evaluated and is nothing."""
    linked = read_one(Entry("TEXAS", "A County Sheriff", "Ector", moa='=HYPERLINK("https://www.ice.gov/x.pdf","link")'))
    assert linked.moa_url == "https://www.ice.gov/x.pdf"
    assert read_one(Entry("TEXAS", "A County Sheriff", "=1+1")).county == ""


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "file:///etc/passwd", "https://user@evil.example/", "http://[", "x"]
)
def test_what_is_no_web_address_is_dropped(link: str) -> None:
    """Only plain addresses of the web are kept."""
    assert clean_link(link) == ""


def test_the_same_list_as_text_says_the_same_but_for_addresses() -> None:
    """A table of text gives the same rows; where it says "link" alone, the address is not told, which is not "none"."""
    from_text, from_book = read_list(make_table(TRAPS)).rows, read_list(make_workbook(TRAPS)).rows
    assert [row.key for row in from_text] == [row.key for row in from_book]
    assert [row.county_fips for row in from_text] == [row.county_fips for row in from_book]
    assert [row.signed_on for row in from_text] == [row.signed_on for row in from_book]
    assert {row.moa_url for row in from_text} == {None, ""}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (date(2025, 9, 22), date(2025, 9, 22)),
        ("2025-03-17 00:00:00", date(2025, 3, 17)),
        ("3/17/2025", date(2025, 3, 17)),
        ("03-17-25", date(2025, 3, 17)),
        ("05/082025", None),
        ("pending", None),
        (None, None),
    ],
)
def test_days_of_signing(written: date | str | None, read: date | None) -> None:
    """Dates are read in each way that the lists have written them; one that cannot be read is told and not guessed."""
    found = read_list(make_workbook([Entry("TEXAS", "Ector County Sheriff", "Ector", signed=written)]))
    assert found.rows[0].signed_on == read
    assert [fault.column for fault in found.faults] == ([] if read else ["SIGNED"])


def test_rows_that_cannot_be_used_are_named() -> None:
    """A row without state, agency or model, and one that stands there twice, are told with their number."""
    entries = [
        Entry("ATLANTIS", "A County Sheriff", "A"),
        Entry("TEXAS", " ", "Ector"),
        Entry("TEXAS", "Ector County Sheriff", "Ector", "Wagon Model"),
        Entry("TEXAS", "Ector County Sheriff", "Ector"),
        Entry("TEXAS", "Ector County Sheriff ", "Ector"),
    ]
    found = read_list(make_workbook(entries))
    assert len(found.rows) == 1
    assert [(fault.number, fault.column) for fault in found.faults] == [
        (2, "STATE"),
        (3, "LAW ENFORCEMENT AGENCY"),
        (4, "SUPPORT TYPE"),
        (6, "twice"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NEBRASKA", "NE"),
        ("nb", "NE"),
        ("GM", "GU"),
        ("Guam", "GU"),
        ("D.C.", "DC"),
        ("PUERTO RICO ", "PR"),
        ("Ohoi", None),
    ],
)
def test_states_and_territories(text: str, code: str | None) -> None:
    """Names, codes and the FBI's own codes are understood, whatever the case; anything else is none."""
    assert find_state(text) == code


@pytest.mark.parametrize(
    ("state", "cell", "agency", "fips", "found"),
    [
        ("TX", "De Witt County", "", "48123", Found.AS_WRITTEN),
        ("LA", "La Salle Parish", "", "22059", Found.AS_WRITTEN),
        ("MD", "Prince Georges County", "", "24033", Found.AS_WRITTEN),
        ("MD", "Baltimore", "", "24005", Found.AS_WRITTEN),
        ("MD", "Baltimore City", "", "24510", Found.AS_WRITTEN),
        ("NM", "Dona Ana County", "", "35013", Found.AS_WRITTEN),
        ("LA", "German Coast County", "", "22089", Found.CORRECTED),
        ("FL", "St. Luice County", "", "12111", Found.CORRECTED),
        ("SC", "Lexignton County", "", "45063", Found.CORRECTED),
        ("AR", "Bowie County", "Texarkana Police Department", "05091", Found.CORRECTED),
        ("TX", "", "Winkler County Sheriff's Office", "48495", Found.FROM_AGENCY),
        ("WV", "Washington County", "", "", Found.NOT_FOUND),
        ("TX", "none", "Nixon Police Department", "", Found.BLANK),
        ("XX", "Dakota County", "", "", Found.NOT_FOUND),
    ],
)
def test_counties_as_lists_write_them(state: str, cell: str, agency: str, fips: str, found: Found) -> None:
    """Spelling is guessed within the state, a place never is; a blank cell is filled from the agency's own name."""
    result = find_listed_county(state, cell, agency)
    assert (result.county.fips if result.county else "", result.found) == (fips, found)


@pytest.mark.parametrize(
    ("name", "published_on"),
    [
        ("participatingAgencies05182026am.xlsx", date(2026, 5, 18)),
        ("287gParticipatingAgencies091526pm.xlsx", date(2026, 9, 15)),
        ("ice_participating_agencies_2026-05-18.xlsx", date(2026, 5, 18)),
        ("ParticipatingAgencies20260108.csv", date(2026, 1, 8)),
        ("287g list.xlsx", None),
        ("participatingAgencies99992026.xlsx", None),
    ],
)
def test_the_day_is_guessed_from_the_files_name(name: str, published_on: date | None) -> None:
    """The ways in which ICE names its files are understood; a name that tells nothing is not."""
    assert guess_published_on(name) == published_on


def make_bomb() -> bytes:
    """A workbook of some kilobytes that would unpack to a hundred megabytes."""
    stream = io.BytesIO(make_workbook(list_plain(3)))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", b"\0" * 100_000_000)
    return stream.getvalue()


def make_with_entities() -> bytes:
    """A workbook whose sheet declares entities that expand without end."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(make_workbook(list_plain(3)))) as old, zipfile.ZipFile(stream, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                content = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + content
            new.writestr(part, content)
    return stream.getvalue()


def make_many_parts() -> bytes:
    """A workbook with a thousand parts."""
    stream = io.BytesIO(make_workbook(list_plain(3)))
    with zipfile.ZipFile(stream, "a") as archive:
        for number in range(1000):
            archive.writestr(f"xl/part{number}.xml", b"x")
    return stream.getvalue()


def make_far_cell() -> bytes:
    """A small workbook with one cell at the far end of the sheet."""
    book = load_workbook(io.BytesIO(make_workbook(list_plain(3))))
    book.worksheets[0].cell(1_048_576, 16_384).value = "far"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def make_other_book() -> bytes:
    """A workbook about something else."""
    book = Workbook()
    assert book.active is not None
    book.active.append(["Name", "Number"])
    book.active.append(["a", 1])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "not a workbook"),
    "a photo": (lambda: b"\xff\xd8\xff\xe0" + bytes(400), "not a workbook"),
    "an old workbook": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "not a workbook"),
    "a page": (lambda: b"<!doctype html><p>Not here</p>", "not a workbook"),
    "a zip of nothing": (lambda: b"PK\x05\x06" + bytes(18), "not a workbook"),
    "half a workbook": (lambda: make_workbook(list_plain(3))[:3000], "damaged"),
    "a bomb": (make_bomb, "unpacks to far more"),
    "entities": (make_with_entities, "unpacks to far more"),
    "many parts": (make_many_parts, "unpacks to far more"),
    "a far cell": (make_far_cell, "more rows"),
    "another workbook": (make_other_book, "do not name these columns"),
    "pending agencies": (lambda: make_workbook(list_plain(3), HEADER[:5]), "pending agencies"),
    "no county": (
        lambda: make_workbook(list_plain(3), ("STATE", "LAW ENFORCEMENT AGENCY", "TYPE", "X")),
        "do not name",
    ),
    "no rows": (lambda: make_workbook([]), "no rows"),
    "too large": (lambda: bytes(LARGEST_FILE + 1), "larger"),
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_what_is_no_list_is_refused_with_a_reason(name: str) -> None:
    """Whatever the file is, it ends in one kind of refusal that says what is wrong with it."""
    make, reason = HOSTILE[name]
    with pytest.raises(UnreadableListError) as refusal:
        read_list(make())
    assert reason in refusal.value.message


def test_missing_columns_are_named() -> None:
    """Whoever uploads another table is told which columns it lacks."""
    with pytest.raises(UnreadableListError) as refusal:
        read_list(b"STATE,LAW ENFORCEMENT AGENCY,COUNTY,SIGNED\nTEXAS,A,B,2025-01-01\n")
    assert refusal.value.names == "TYPE, SUPPORT TYPE"
