"""The worker's papers about counties: which are made, when they are made anew, and that they hold up nobody."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from casework import toolkits as making
from casework.shipped_facts import load_shipped_facts
from exports.documents.toolkit import Toolkit, render_toolkit
from models.county_agencies import list_shown_agencies
from models.directory_tables import agencies, agreement_events, agreements
from models.directory_versions import MAKE_TOOLKITS, get_directory_version, note_directory_change
from models.engine import read, write
from models.jobs import ALL, list_jobs
from models.toolkits import ANY_COUNTY, get_toolkit, list_digests
from tests.casework.filing import Filing
from tests.casework.staff_office import StaffOffice
from tests.casework.taken_back import Desk

DAKOTA = "31043"
NEBRASKA = "31000"
# Iowa, Minnesota, Nebraska: those whose facts ship.
STATES = ("19000", "27000", NEBRASKA)


@pytest.fixture
def desk(staff_office: StaffOffice, filing: Filing, owner_url: str) -> Iterator[Desk]:
    """An office with a worker's place and with the facts that ship."""
    desk = Desk(staff_office, filing, owner_url)
    load_shipped_facts(desk.place.engine, desk.config)
    with write(desk.place.engine) as connection:
        # One county is enough to draw.
        gone = agencies.c.county_fips.notin_([DAKOTA])
        connection.execute(update(agencies).where(gone).values(is_listed=False))
    yield desk
    desk.close()


def list_made(desk: Desk) -> dict[tuple[str, str], str]:
    """Which papers there are, with what each was made of."""
    with read(desk.place.engine) as connection:
        return list_digests(connection)


def test_each_county_that_something_is_known_of_has_a_paper(desk: Desk) -> None:
    """A county with an agreement has its paper in every language, so has each state of which a list was read."""
    desk.work()
    codes = (ANY_COUNTY, DAKOTA, *STATES)
    assert set(list_made(desk)) == {(code, lang) for code in codes for lang in ("en", "es")}
    with read(desk.place.engine) as connection:
        own, other = (get_toolkit(connection, code, "es") for code in (DAKOTA, "31055"))
    assert own is not None
    assert own.content.startswith(b"%PDF")
    assert other is None, "a paper that is about another place goes by the name of no county"


def test_paper_of_a_state_names_each_county_that_is_on_no_list(desk: Desk, tmp_path: Path) -> None:
    """Whoever lives in a county without an agreement has its name and that fact on paper, with the day of the list."""
    desk.work()
    with read(desk.place.engine) as connection:
        paper = get_toolkit(connection, NEBRASKA, "en")
    assert paper is not None
    (tmp_path / "paper.pdf").write_bytes(paper.content)
    command = ["pdftotext", str(tmp_path / "paper.pdf"), "-"]
    told = " ".join(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
    before, after = told.split("About these counties we know more.")
    assert "no office of these counties is on ICE's list of May 18, 2026" in before
    assert "Adams County, Antelope County" in before
    assert "Dakota County" not in before
    assert "a page and a paper of its own: Dakota County" in after
    assert "cost so far" not in after


def test_papers_are_made_in_the_order_of_need(desk: Desk) -> None:
    """Any county first, then those with an agreement today, then states, then counties whose agreement is over."""
    with write(desk.place.engine) as connection:
        jackson = agencies.c.county_fips == "27063"
        connection.execute(update(agencies).where(jackson).values(is_listed=True))
    with read(desk.place.engine) as connection:
        subjects = making._list_subjects(connection, date(2026, 11, 23))
    assert [subject.code for subject in subjects] == [ANY_COUNTY, DAKOTA, *STATES, "27063"]


def test_only_what_changed_is_drawn_anew(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a change of the directory the papers that it touches are drawn again, and no others."""
    desk.work()
    before = list_made(desk)
    drawn: list[str] = []

    def draw(toolkit: Toolkit) -> bytes:
        drawn.append(toolkit.title)
        return render_toolkit(toolkit)

    monkeypatch.setattr(making, "render_toolkit", draw)
    with write(desk.place.engine) as connection:
        note_directory_change(connection)
    desk.work()
    assert drawn == []
    with write(desk.place.engine) as connection:
        connection.execute(update(agencies).where(agencies.c.county_fips == DAKOTA).values(name="Dakota Sheriff"))
        note_directory_change(connection)
    desk.work()
    assert drawn == ["287(g): Dakota County, Nebraska"] * 2
    after = list_made(desk)
    assert {paper for paper in after if after[paper] != before[paper]} == {(DAKOTA, "en"), (DAKOTA, "es")}


def test_paper_of_a_county_of_which_nothing_is_known_any_more_goes(desk: Desk) -> None:
    """When the last fact about a county is taken out of the directory, its paper goes; it is among its state's then."""
    desk.work()
    with write(desk.place.engine) as connection:
        for table in (agreement_events, agreements):
            connection.execute(delete(table))
        note_directory_change(connection)
    desk.work()
    assert {code for code, _lang in list_made(desk)} == {ANY_COUNTY, *STATES}


def test_long_work_is_cut_into_pieces(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One go draws for a limited time; what is left is a job again, and is done in the end."""
    monkeypatch.setattr(making, "_LONGEST_SECONDS", 0.0)
    making.make_toolkits(desk.place, ALL)
    assert len(list_made(desk)) == 1
    with read(desk.place.engine) as connection:
        assert MAKE_TOOLKITS in {job.kind for job in list_jobs(connection)}
    desk.work()
    assert len(list_made(desk)) == 10


def test_each_change_counts(desk: Desk) -> None:
    """Each change of the directory raises its version by one, also the first of all."""
    with write(desk.place.engine) as connection:
        before = get_directory_version(connection)
        note_directory_change(connection)
        assert get_directory_version(connection) == before + 1
        assert [row.name for row in list_shown_agencies(connection)] == ["Dakota County Sheriff's Office"]
