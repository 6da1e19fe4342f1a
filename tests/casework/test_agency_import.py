"""Taking ICE's list in: what it would change is shown first, only a person applies it, and nothing is ever lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from casework.agency_import import (
    ImportClosedError,
    ImportNotFoundError,
    ImportView,
    NotPublishedError,
    OlderListError,
    apply_list,
    decide_details,
    drop_list,
    take_list,
    view_import,
)
from casework.caseworker import Caseworker
from casework.list_comparing import Change, ChangeKind
from casework.shipped_facts import load_shipped_facts
from models.agencies import change_agency, list_agencies, put_agreement
from models.agreements import Standing, find_status
from models.county_agencies import list_agreements, list_events
from models.directory_tables import agencies, agreement_events, agreements
from models.directory_versions import get_directory_version
from models.engine import read, write
from models.ledger import list_newest_entries
from models.list_imports import ImportStanding, find_lists_read, list_all_imports
from tests.casework.ice_workbook import JEM, TFM, TRAPS, WSO, Entry, list_plain, make_table, make_workbook

pytestmark = pytest.mark.database

MAY, JUNE, JULY = date(2026, 5, 18), date(2026, 6, 15), date(2026, 7, 20)
REAL_LIST = os.environ.get("ICE_LIST_FILE", "")
Kinds = dict[ChangeKind, tuple[Change, ...]]


def take(caseworker: Caseworker, entries: list[Entry], published_on: date) -> str:
    """Upload a list of that day."""
    return take_list(caseworker, make_workbook(entries), f"list {published_on:%Y-%m-%d}.xlsx")


def apply(caseworker: Caseworker, entries: list[Entry], published_on: date) -> ImportView:
    """Upload a list of that day and apply it."""
    return apply_list(caseworker, take(caseworker, entries, published_on))


def preview(caseworker: Caseworker, import_id: str) -> Kinds:
    """What a waiting list would change, by kind."""
    comparison = view_import(caseworker, import_id).comparison
    assert comparison is not None
    return {kind: comparison.list_kind(kind) for kind in ChangeKind}


def count(changes: Kinds) -> tuple[int, int, int]:
    """How many are new, gone and edited."""
    return len(changes[ChangeKind.NEW]), len(changes[ChangeKind.GONE]), len(changes[ChangeKind.EDITED])


def dump(caseworker: Caseworker) -> list[list[object]]:
    """Every row of the directory, to see that nothing changed."""
    with read(caseworker.engine) as connection:
        return [
            sorted(map(tuple, connection.execute(select(table))), key=str)
            for table in (agencies, agreements, agreement_events)
        ]


def test_uploading_changes_nothing(caseworker: Caseworker) -> None:
    """A list that waits is in no page: the directory and its version are as before, and the ledger has the upload."""
    before = dump(caseworker)
    import_id = take(caseworker, list(TRAPS), MAY)
    assert dump(caseworker) == before
    assert count(preview(caseworker, import_id)) == (len(TRAPS), 0, 0)
    with read(caseworker.engine) as connection:
        assert get_directory_version(connection) == 0
        (entry,) = list_newest_entries(connection, "casework", limit=1)
    assert (entry["kind"], entry["subject"], len(entry["digest"])) == ("agencies:uploaded", import_id, 64)


def test_applying_lays_the_list_down(caseworker: Caseworker) -> None:
    """Agencies and agreements are there, with first and last day on the list, the document, and the ledger's entry."""
    view = apply(caseworker, list(TRAPS), MAY)
    assert view.standing is ImportStanding.APPLIED
    assert view.counts == {
        "read": 18,
        "faults": 0,
        "counties_named": 14,
        "counties_found": 13,
        "new": 18,
        "gone": 0,
        "edited": 0,
    }
    assert len(view.changes) == 18
    with read(caseworker.engine) as connection:
        rows = {row.name: row for row in list_agencies(connection)}
        assert len(rows) == 17
        autauga = rows["Autauga County Sheriff's Office"]
        found = list_agreements(connection, [autauga.id])[autauga.id]
        (entry,) = list_newest_entries(connection, "casework", limit=1)
        assert get_directory_version(connection) == 1
    assert {(row.first_seen_on, row.last_seen_on, row.missing_on) for row in found} == {(MAY, MAY, None)}
    assert rows["Wheeler County Sheriff's Office"].county == "Wheeler County"
    assert rows["Wheeler County Sheriff's Office"].county_fips == "31183"
    assert (entry["kind"], entry["actor"]) == ("agencies:imported", caseworker.staff_id)


@pytest.mark.parametrize("make", [make_workbook, make_table], ids=["workbook", "text"])
def test_the_same_list_again_changes_nothing(caseworker: Caseworker, make: Callable[[list[Entry]], bytes]) -> None:
    """A second import of the same list shows no change, and applied it leaves every row as it was."""
    apply(caseworker, list(TRAPS), MAY)
    before = dump(caseworker)
    import_id = take_list(caseworker, make(list(TRAPS)), "list 2026-05-18")
    assert count(preview(caseworker, import_id)) == (0, 0, 0)
    apply_list(caseworker, import_id)
    assert dump(caseworker) == before


def test_the_very_same_file_is_known_again(caseworker: Caseworker) -> None:
    """A file that was applied before is recognised by its digest, whatever it is called now."""
    content = make_workbook(list_plain(3))
    first = take_list(caseworker, content, "list 2026-05-18.xlsx")
    assert not view_import(caseworker, first).has_twin
    apply_list(caseworker, first)
    assert view_import(caseworker, take_list(caseworker, content, "copy.xlsx")).has_twin
    assert not view_import(caseworker, first).has_twin


def edit(entries: list[Entry]) -> tuple[list[Entry], set[tuple[str, str]]]:
    """Thirty edits of every kind in a list of ordinary rows, and what a preview must say of them, and no more."""
    changed = list(entries)
    expected: set[tuple[str, str]] = set()
    for index in range(8):
        changed[index] = entries[index].change(signed=date(2025, 10, 1))
        expected.add(("edited", entries[index].agency))
    for index in range(8, 13):
        changed[index] = entries[index].change(moa="https://www.ice.gov/doclib/287gMOA/second.pdf")
        expected.add(("edited", entries[index].agency))
    for index in range(13, 16):
        changed[index] = entries[index].change(addendum="https://www.ice.gov/doclib/287gMOA/addendum.pdf")
        expected.add(("edited", entries[index].agency))
    for index in range(16, 18):
        changed[index] = entries[index].change(type="Municipality")
        expected.add(("edited", entries[index].agency))
    for index in range(18, 20):
        changed[index] = entries[index].change(moa="link pending")
        expected.add(("edited", entries[index].agency))
    gone = changed[20:25]
    expected |= {("gone", entry.agency) for entry in gone}
    del changed[20:25]
    for number in range(5):
        changed.append(Entry("KANSAS", f"New {number} Police Department", "Rice County", TFM, "Municipality"))
        expected.add(("new", f"New {number} Police Department"))
    return changed, expected


def test_thirty_edits_show_as_those_thirty(caseworker: Caseworker) -> None:
    """Of a list with thirty edits exactly those thirty are shown, each with what was there and what is there now."""
    entries = list_plain(300)
    apply(caseworker, entries, MAY)
    changed, expected = edit(entries)
    assert len(expected) == 30
    import_id = take(caseworker, changed, JUNE)
    changes = preview(caseworker, import_id)
    assert count(changes) == (5, 5, 20)
    assert {(change.kind.value, change.agency) for kind in changes.values() for change in kind} == expected
    dates = [change.fields for change in changes[ChangeKind.EDITED] if change.fields[0].field == "signed_on"]
    assert len(dates) == 8
    assert {(fields[0].old, fields[0].new, len(fields)) for fields in dates} == {("2025-09-22", "2025-10-01", 1)}
    applied = apply_list(caseworker, import_id)
    assert (applied.counts["new"], applied.counts["gone"], applied.counts["edited"]) == (5, 5, 20)
    assert {(change["kind"], change["agency"]) for change in applied.changes} == expected
    assert count(preview(caseworker, take(caseworker, changed, JUNE))) == (0, 0, 0)


def test_spaces_case_and_spelling_are_no_edits(caseworker: Caseworker) -> None:
    """Only what means something else is a change: not spaces, apostrophes, "NB" or a misspelt county."""
    entries = list_plain(10)
    apply(caseworker, entries, MAY)
    again = [
        entry.change(
            state=entry.state.replace("NEBRASKA", "nb"),
            agency=f"{entry.agency} ".replace("'", "’"),
            county=entry.county.replace("Aransas", "Aranzas"),
            model=f"{entry.model} ",
            type="County ",
        )
        for entry in entries
    ]
    assert count(preview(caseworker, take(caseworker, again[::-1], JUNE))) == (0, 0, 0)


def test_an_agreement_that_goes_and_comes_back_has_two_presences(caseworker: Caseworker) -> None:
    """Gone from one list and back on the next: two rows, each with its own days, and unclear days between."""
    entries = list_plain(5)
    apply(caseworker, entries, MAY)
    apply(caseworker, entries[1:], JUNE)
    apply(caseworker, entries, JULY)
    with read(caseworker.engine) as connection:
        agency = next(row for row in list_agencies(connection) if row.name == entries[0].agency)
        rows = list_agreements(connection, [agency.id])[agency.id]
        lists = find_lists_read(connection, "NE")
    assert sorted((row.first_seen_on, row.last_seen_on, row.missing_on, row.absent_before_on) for row in rows) == [
        (MAY, MAY, JUNE, None),
        (JULY, JULY, None, JUNE),
    ]
    assert lists is not None
    assert (lists.first_on, lists.newest_on) == (MAY, JULY)
    days = [MAY, date(2026, 6, 1), JUNE, JULY]
    standings = [find_status(rows, day, day, lists).standing for day in days]
    assert standings == [Standing.YES, Standing.UNKNOWN, Standing.UNKNOWN, Standing.YES]


def test_a_corrected_date_keeps_the_old_one_on_the_timeline(caseworker: Caseworker) -> None:
    """ICE's new date of signing replaces its old one, which stays as an event with its source."""
    entries = list_plain(3)
    apply(caseworker, entries, MAY)
    apply(caseworker, [entries[0].change(signed=date(2025, 9, 21)), *entries[1:]], JUNE)
    with read(caseworker.engine) as connection:
        agency = next(row for row in list_agencies(connection) if row.name == entries[0].agency)
        (row,) = list_agreements(connection, [agency.id])[agency.id]
        (event,) = list_events(connection, [agency.id])[agency.id]
    assert (row.signed_on, row.last_seen_on) == (date(2025, 9, 21), JUNE)
    assert event.kind == "corrected"
    assert "2025-09-21" in event.what
    assert "2025-09-22" in event.what
    assert event.source == "ICE, list of participating agencies of 15 June 2026"


def test_what_staff_wrote_stays(caseworker: Caseworker) -> None:
    """A newspaper's agreement stands beside the list's; a corrected county, a second name and a merger are kept."""
    entries = list_plain(3)
    apply(caseworker, entries, MAY)
    with write(caseworker.engine) as connection:
        agency = next(row for row in list_agencies(connection) if row.name == entries[0].agency)
        put_agreement(connection, agency_id=agency.id, support_type="task_force_model", source="a newspaper")
        change_agency(
            connection, agency.id, name="Adams Sheriff", aliases=agency.name, county="Hall County", county_fips="31079"
        )
    moved = [entries[0].change(county="Clay County"), *entries[1:]]
    assert count(preview(caseworker, take(caseworker, moved, JUNE))) == (0, 0, 1)
    apply(caseworker, moved, JUNE)
    apply(caseworker, entries[1:], JULY)
    with read(caseworker.engine) as connection:
        agency = next(row for row in list_agencies(connection) if row.name == "Adams Sheriff")
        rows = list_agreements(connection, [agency.id])[agency.id]
    assert agency.county == "Hall County"
    assert sorted((row.source, row.missing_on) for row in rows) == [
        ("ICE, list of participating agencies of 18 May 2026; and up to the list of 20 July 2026", JULY),
        ("a newspaper", None),
    ]


def test_source_names_the_list_that_each_date_stands_on(caseworker: Caseworker) -> None:
    """After a newer list an agreement's source reaches to it, confirmed, edited or gone."""
    entries = list_plain(3)
    apply(caseworker, entries, MAY)
    apply(caseworker, [entries[0].change(signed=date(2025, 9, 21)), entries[1]], JUNE)
    with read(caseworker.engine) as connection:
        rows = [
            row
            for found in list_agreements(connection, [row.id for row in list_agencies(connection)]).values()
            for row in found
        ]
    whole = "ICE, list of participating agencies of 18 May 2026; and up to the list of 15 June 2026"
    assert [row.source for row in rows] == [whole] * 3
    assert sorted((row.last_seen_on, row.missing_on) for row in rows if not row.missing_on) == [(JUNE, None)] * 2
    assert {row.cited_on for row in rows} == {caseworker.today}


def test_an_older_list_is_refused(caseworker: Caseworker) -> None:
    """A list from before the newest one cannot be applied, because it would undo it; the page can say so before."""
    apply(caseworker, list_plain(5), JUNE)
    before = dump(caseworker)
    import_id = take(caseworker, list_plain(4), MAY)
    assert view_import(caseworker, import_id).is_older
    with pytest.raises(OlderListError):
        apply_list(caseworker, import_id)
    assert dump(caseworker) == before
    decide_details(caseworker, import_id, JULY, {})
    assert not view_import(caseworker, import_id).is_older


def test_the_day_must_be_said(caseworker: Caseworker) -> None:
    """A file whose name tells no day, or one to come, waits for a person to say it, and is compared with nothing."""
    for name in ("list.xlsx", "participatingAgencies01012099.xlsx"):
        import_id = take_list(caseworker, make_workbook(list_plain(3)), name)
        assert view_import(caseworker, import_id).comparison is None
        with pytest.raises(NotPublishedError):
            apply_list(caseworker, import_id)
    decide_details(caseworker, import_id, MAY, {})
    assert apply_list(caseworker, import_id).standing is ImportStanding.APPLIED


def test_a_chosen_county_is_used_and_remembered(caseworker: Caseworker) -> None:
    """What a person chose for a cell that no county fits is applied, and holds for the next list as well."""
    import_id = take(caseworker, list(TRAPS), MAY)
    decide_details(caseworker, import_id, MAY, {"TX:Overton County": "48401", "TX:Nowhere": "48401", "XX": "1"})
    assert view_import(caseworker, import_id).choices == {"TX:Overton County": "48401"}
    decide_details(caseworker, import_id, MAY, {"TX:Overton County": "31043"})
    assert view_import(caseworker, import_id).choices == {}
    decide_details(caseworker, import_id, MAY, {"TX:Overton County": "48401"})
    assert view_import(caseworker, import_id).counts["counties_found"] == 14
    meanwhile = view_import(caseworker, take(caseworker, list(TRAPS), JULY))
    assert (meanwhile.choices, meanwhile.counts["counties_found"]) == ({"TX:Overton County": "48401"}, 14)
    apply_list(caseworker, import_id)
    with read(caseworker.engine) as connection:
        (overton,) = [row for row in list_agencies(connection, "TX") if row.name.startswith("Overton")]
    assert overton.county == "Rusk County"
    assert count(preview(caseworker, take(caseworker, list(TRAPS), JUNE))) == (0, 0, 0)


def test_closed_imports_stay_closed(caseworker: Caseworker) -> None:
    """Neither an applied nor a dropped list can be applied, changed or dropped again; an unknown one is not found."""
    applied, dropped = take(caseworker, list_plain(3), MAY), take(caseworker, list_plain(3), MAY)
    apply_list(caseworker, applied)
    drop_list(caseworker, dropped)
    for import_id in (applied, dropped):
        for deed in (
            lambda one=import_id: apply_list(caseworker, one),
            lambda one=import_id: drop_list(caseworker, one),
            lambda one=import_id: decide_details(caseworker, one, MAY, {}),
        ):
            with pytest.raises(ImportClosedError):
                deed()
    assert view_import(caseworker, dropped).read.rows == ()
    with pytest.raises(ImportNotFoundError):
        view_import(caseworker, "none")


def test_shipped_facts_and_the_list_meet(caseworker: Caseworker) -> None:
    """The list of the day on which the shipped facts rest adds nothing to them where it says the same."""
    load_shipped_facts(caseworker.engine, caseworker.config)
    dakota = Entry(
        "NEBRASKA", "Dakota County Sheriff's Office ", "Dakota County", JEM, signed=date(2020, 6, 9),
        moa="https://www.ice.gov/doclib/287gMOA/287g-DAKOTACounty-2020-06-09.pdf",
    )  # fmt: skip
    changes = preview(caseworker, take(caseworker, [dakota], MAY))
    assert not changes[ChangeKind.NEW]
    assert not changes[ChangeKind.EDITED]
    assert "Dakota County Sheriff's Office" not in {change.agency for change in changes[ChangeKind.GONE]}
    assert "Jackson County Sheriff's Office" not in {change.agency for change in changes[ChangeKind.GONE]}


def test_history_is_kept(caseworker: Caseworker) -> None:
    """Every import stands in the history, newest list first, with who, when and how much."""
    apply(caseworker, list_plain(5), MAY)
    apply(caseworker, list_plain(4), JUNE)
    with read(caseworker.engine) as connection:
        rows = list_all_imports(connection)
    assert [(row.published_on, row.standing, row.staff_id) for row in rows] == [
        (JUNE, "applied", caseworker.staff_id),
        (MAY, "applied", caseworker.staff_id),
    ]


@pytest.mark.skipif(not REAL_LIST, reason="ICE_LIST_FILE names no file: the project does not ship ICE's own list")
@pytest.mark.timeout(600)
def test_the_real_list(caseworker: Caseworker) -> None:
    """ICE's list of 18 May 2026: 1,843 rows, 98 % of the named counties found, a second import changes nothing."""
    content = Path(REAL_LIST).read_bytes()
    first = take_list(caseworker, content, Path(REAL_LIST).name)
    counts = view_import(caseworker, first).counts
    assert counts["read"] == 1843
    assert counts["counties_found"] >= 0.98 * counts["counties_named"]
    apply_list(caseworker, first)
    before = dump(caseworker)
    second = take_list(caseworker, content, Path(REAL_LIST).name)
    assert count(preview(caseworker, second)) == (0, 0, 0)
    apply_list(caseworker, second)
    assert dump(caseworker) == before


def test_models_of_one_agency_are_apart(caseworker: Caseworker) -> None:
    """An agency with two models that loses one keeps the other."""
    both = [Entry("TEXAS", "Ector County Sheriff", "Ector", model) for model in (TFM, WSO)]
    apply(caseworker, both, MAY)
    changes = preview(caseworker, take(caseworker, both[:1], JUNE))
    assert count(changes) == (0, 1, 0)
    assert changes[ChangeKind.GONE][0].support_type == "warrant_service_officer"
