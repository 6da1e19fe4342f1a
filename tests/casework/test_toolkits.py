"""The worker's papers about counties: which are made, when they are made anew, and that they hold up nobody."""

from __future__ import annotations

from collections.abc import Iterator

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
    """A county with an agreement has its paper in every language, and every other county the one for any."""
    desk.work()
    assert set(list_made(desk)) == {(code, lang) for code in (ANY_COUNTY, DAKOTA) for lang in ("en", "es")}
    with read(desk.place.engine) as connection:
        own, other = (get_toolkit(connection, code, "es") for code in (DAKOTA, "31055"))
    assert own is not None
    assert other is not None
    assert (own.county_fips, other.county_fips) == (DAKOTA, ANY_COUNTY)
    assert own.content.startswith(b"%PDF")


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
    """When the last fact about a county is taken out of the directory, its paper goes too."""
    desk.work()
    with write(desk.place.engine) as connection:
        for table in (agreement_events, agreements):
            connection.execute(delete(table))
        note_directory_change(connection)
    desk.work()
    assert {code for code, _lang in list_made(desk)} == {ANY_COUNTY}


def test_long_work_is_cut_into_pieces(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One go draws for a limited time; what is left is a job again, and is done in the end."""
    monkeypatch.setattr(making, "_LONGEST_SECONDS", 0.0)
    making.make_toolkits(desk.place, ALL)
    assert len(list_made(desk)) == 1
    with read(desk.place.engine) as connection:
        assert MAKE_TOOLKITS in {job.kind for job in list_jobs(connection)}
    desk.work()
    assert len(list_made(desk)) == 4


def test_each_change_counts(desk: Desk) -> None:
    """Each change of the directory raises its version by one, also the first of all."""
    with write(desk.place.engine) as connection:
        before = get_directory_version(connection)
        note_directory_change(connection)
        assert get_directory_version(connection) == before + 1
        assert [row.name for row in list_shown_agencies(connection)] == ["Dakota County Sheriff's Office"]
