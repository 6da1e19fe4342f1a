"""What the directory's pages show: a page of the list, and one agency with all that is known of it. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from casework.caseworker import Caseworker
from models.agencies import (
    AgencySearch,
    find_namesakes,
    find_remaining,
    get_agency,
    list_agencies,
    list_states,
    search_agencies,
)
from models.agreements import Agreement, AgreementStatus, ListsRead, find_status
from models.county_agencies import list_agreements, list_events
from models.engine import read
from models.list_imports import find_lists_read

PAGE_AGENCIES = 50


@dataclass(frozen=True)
class AgencyLine:
    """One agency in the list, with how it stands today."""

    row: Row[Any]
    status: AgreementStatus


@dataclass(frozen=True)
class AgencyListPage:
    """A page of the directory."""

    lines: tuple[AgencyLine, ...]
    total: int
    number: int
    states: tuple[str, ...]

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE_AGENCIES))


@dataclass(frozen=True)
class AgencyView:
    """All that the directory has of an agency."""

    row: Row[Any]
    agreements: tuple[Agreement, ...]
    events: tuple[Row[Any], ...]
    status: AgreementStatus
    lists_read: ListsRead | None
    others: tuple[Row[Any], ...]


def view_agencies(caseworker: Caseworker, search: AgencySearch, number: int) -> AgencyListPage | None:
    """Show a page of the directory; None when there is no such page."""
    with read(caseworker.engine) as connection:
        rows, total = search_agencies(connection, search, limit=PAGE_AGENCIES, offset=(number - 1) * PAGE_AGENCIES)
        found = list_agreements(connection, [row.id for row in rows])
        lists = {row.state: find_lists_read(connection, row.state) for row in rows}
        states = list_states(connection)
    page = AgencyListPage(
        tuple(
            AgencyLine(row, find_status(found[row.id], caseworker.today, caseworker.today, lists[row.state]))
            for row in rows
        ),
        total,
        number,
        tuple(states),
    )
    return page if 1 <= number <= page.pages else None


def view_agency(caseworker: Caseworker, agency_id: str) -> AgencyView | None:
    """Show an agency; None when there is none, and the remaining one of an agency that was merged."""
    with read(caseworker.engine) as connection:
        row = find_remaining(connection, agency_id)
        if row is None:
            return None
        found = list_agreements(connection, [row.id])[row.id]
        events = list_events(connection, [row.id])[row.id]
        lists = find_lists_read(connection, row.state)
        others = [other for other in list_agencies(connection, row.state) if other.id != row.id]
    return AgencyView(row, tuple(found), tuple(events), _find_today(caseworker, found, lists), lists, tuple(others))


def find_namesake(caseworker: Caseworker, name: str, state: str, but_for: str = "") -> Row[Any] | None:
    """Find an agency of a state that is called so already, besides the one with the id `but_for`; None when none is."""
    with read(caseworker.engine) as connection:
        return next(iter(find_namesakes(connection, name, state, but_for)), None)


def find_agency(caseworker: Caseworker, agency_id: str) -> Row[Any] | None:
    """Return the row of an agency that was not merged into another."""
    with read(caseworker.engine) as connection:
        row = get_agency(connection, agency_id)
    return None if row is None or row.merged_into_id else row


def _find_today(caseworker: Caseworker, found: Sequence[Agreement], lists: ListsRead | None) -> AgreementStatus:
    return find_status(found, caseworker.today, caseworker.today, lists)
