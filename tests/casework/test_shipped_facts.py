"""The facts about agencies that ship: whole, without a person's name, and loaded once however often they are loaded."""

from __future__ import annotations

import re
from datetime import date

from flask import Flask
from sqlalchemy import select

from casework.__main__ import main
from casework.shipped_facts import load_shipped_facts, read_shipped_facts
from models.agencies import change_agency, list_agencies
from models.agreements import Standing, SupportType, find_status
from models.counties import get_county
from models.county_agencies import list_agreements, list_events
from models.directory_tables import agencies, agreement_events, agreements
from models.directory_versions import get_directory_version
from models.engine import read, write
from models.ledger import list_newest_entries
from models.list_imports import find_lists_read
from tests.casework.staff_office import StaffOffice


def load(site: Flask, office: StaffOffice) -> int:
    """Load the shipped facts into an office and say how many were new."""
    return load_shipped_facts(site.extensions["engine"], office.ceremony.casework).total


def test_files_are_whole() -> None:
    """Every county is a real one of its state, every fact has a source and a day, every address is a published one."""
    rows = [(state, agency) for state in read_shipped_facts() for agency in state["agencies"]]
    assert len(rows) == 20
    for state, agency in rows:
        if fips := agency.get("county_fips"):
            county = get_county(fips)
            assert county is not None
            assert (county.name, county.state) == (agency["county"], state["state"])
        for fact in [agency, *agency.get("agreements", ()), *agency.get("events", ())]:
            assert fact["source"]
            assert isinstance(fact["cited_on"], date)
            assert all(url.startswith("https://") for name, url in fact.items() if name.endswith("_url"))


def test_files_name_no_officer() -> None:
    """No text of the facts gives a person's name: two capitalised words after a title, or the names of the seeds."""
    texts = str(read_shipped_facts())
    assert not re.search(r"(?i)kleinberg", texts)
    assert not re.search(r"Sheriff [A-Z][a-z]+ [A-Z]", texts)


def test_loading_twice_changes_nothing(staff_site: Flask, staff_office: StaffOffice) -> None:
    """A second load adds nothing, writes no ledger entry, and counts no change of the directory."""
    assert load(staff_site, staff_office) > 40
    with read(staff_site.extensions["engine"]) as connection:
        before = (get_directory_version(connection), list_newest_entries(connection, "casework", limit=1))
        rows = [len(list(connection.execute(select(t.c.id)))) for t in (agencies, agreements, agreement_events)]
    assert before[1][0]["kind"] == "agencies:loaded"
    assert load(staff_site, staff_office) == 0
    with read(staff_site.extensions["engine"]) as connection:
        assert before == (get_directory_version(connection), list_newest_entries(connection, "casework", limit=1))
        assert rows == [len(list(connection.execute(select(t.c.id)))) for t in (agencies, agreements, agreement_events)]


def test_what_an_office_corrected_stays(staff_site: Flask, staff_office: StaffOffice) -> None:
    """Loading again does not undo a correction."""
    load(staff_site, staff_office)
    engine = staff_site.extensions["engine"]
    with read(engine) as connection:
        dakota = next(row for row in list_agencies(connection, "NE") if row.name.startswith("Dakota"))
    with write(engine) as connection:
        change_agency(connection, dakota.id, officials="Somebody else", name="Dakota County Sheriff")
    assert load(staff_site, staff_office) == 0
    with read(engine) as connection:
        assert [row.officials for row in list_agencies(connection, "NE") if "Dakota" in row.name] == ["Somebody else"]


def test_dakota_keeps_both_dates(staff_site: Flask, staff_office: StaffOffice) -> None:
    """The renewal of April 2020 and the date on ICE's list stand side by side; the agreement goes on through both."""
    load(staff_site, staff_office)
    with read(staff_site.extensions["engine"]) as connection:
        dakota = next(row for row in list_agencies(connection, "NE") if row.name.startswith("Dakota"))
        rows = list_agreements(connection, [dakota.id])[dakota.id]
        events = list_events(connection, [dakota.id])[dakota.id]
        lists_read = find_lists_read(connection, "NE")
    assert {row.signed_on for row in rows} == {date(2018, 1, 1), date(2020, 6, 9)}
    assert {(row.kind, row.happened_on) for row in events} >= {
        ("renewed", date(2020, 4, 1)),
        ("signed", date(2020, 6, 9)),
    }
    status = find_status(rows, date(2020, 4, 1), date(2020, 6, 30), lists_read)
    assert (status.standing, status.models) == (Standing.YES, (SupportType.JAIL_ENFORCEMENT_MODEL,))
    assert status.is_outside_lists  # the oldest list that was gone through is of January 2021


def test_jackson_is_gone(staff_site: Flask, staff_office: StaffOffice) -> None:
    """Jackson County, Minnesota, had an agreement in September 2025 and has none any more."""
    load(staff_site, staff_office)
    with read(staff_site.extensions["engine"]) as connection:
        jackson = next(row for row in list_agencies(connection, "MN") if row.name.startswith("Jackson"))
        rows = list_agreements(connection, [jackson.id])[jackson.id]
    days = [date(2025, 9, 20), date(2025, 12, 1), date(2026, 2, 1)]
    assert [find_status(rows, day, day).standing for day in days] == [Standing.YES, Standing.UNKNOWN, Standing.NO]


def test_the_command_loads_them(staff_site: Flask, staff_office: StaffOffice) -> None:
    """`python -m casework agencies load` does the same."""
    data_dir = staff_office.ceremony.casework.data_dir
    assert main(["agencies", "load", "--data-dir", str(data_dir)]) == 0
    assert load(staff_site, staff_office) == 0
