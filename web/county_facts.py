"""What is known of a county's agreements with ICE, as plain values: for the public page and for the paper.

It must never say "no" where nobody looked, and never let one source's word overwrite another's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from models.agreements import Agreement, AgreementStatus, ListsRead, Standing, SupportType, find_status
from models.counties import County
from models.county_agencies import (
    COUNTY,
    find_county_fips,
    get_shown_agency,
    list_agreements,
    list_county_agencies,
    list_events,
    list_shown_agencies,
    list_unplaced_agencies,
    serves_whole_state,
)
from models.list_imports import find_lists_read
from models.toolkits import ANY_COUNTY, name_state_paper


class Answer(StrEnum):
    """The answer to "is my county in an agreement?"."""

    YES = "yes"
    IN_PART = "in_part"
    ENDED = "ended"
    UNCLEAR = "unclear"
    NOT_LISTED = "not_listed"
    NO_RECORD = "no_record"


@dataclass(frozen=True)
class Event:
    """One thing that happened, with who says so; `precision` tells how much of the date is known."""

    happened_on: date
    precision: str
    what: str
    source: str
    source_url: str


@dataclass(frozen=True)
class AgencyFacts:
    """An agency, how it stands today, and what each source says."""

    id: str
    name: str
    type: str
    city: str
    claims_office: str
    officials: str
    status: AgreementStatus
    agreements: tuple[Agreement, ...]
    events: tuple[Event, ...]

    @property
    def has_history(self) -> bool:
        """Whether any source says anything of an agreement."""
        return bool(self.agreements or self.events)

    @property
    def is_in(self) -> bool:
        """Whether it surely has an agreement today, as far as the lists go."""
        return self.status.standing is Standing.YES

    @property
    def has_ended(self) -> bool:
        """Whether it surely had an agreement and has none any more."""
        return bool(self.agreements) and self.status.standing is Standing.NO


@dataclass(frozen=True)
class CountyFacts:
    """A county, the answer, and its agencies: the county's own, those of its cities, those of the whole state.

    `unplaced`: so many agencies of the state have an agreement, and nobody knows in which county they are.
    """

    place: County
    answer: Answer
    lists_read: ListsRead | None
    own: tuple[AgencyFacts, ...]
    local: tuple[AgencyFacts, ...]
    statewide: tuple[AgencyFacts, ...]
    unplaced: int = 0

    @property
    def agencies(self) -> tuple[AgencyFacts, ...]:
        """All of them, the nearest first."""
        return (*self.own, *self.local, *self.statewide)

    @property
    def paper_code(self) -> str:
        """The code of its paper: its own where a source says anything, else its state's where a list was read."""
        if any(agency.has_history for agency in (*self.own, *self.local)):
            return self.place.fips
        return name_state_paper(self.place.fips) if self.lists_read else ANY_COUNTY

    @property
    def has_own_paper(self) -> bool:
        """Whether there is, or will be, a paper about this county."""
        return self.paper_code == self.place.fips

    @property
    def models(self) -> tuple[SupportType, ...]:
        """The models that are in force in this county today, whoever uses them."""
        in_force = {model for agency in self.agencies if agency.is_in for model in agency.status.models}
        return tuple(model for model in SupportType if model in in_force)


def gather_county_facts(connection: Connection, place: County, today: date) -> CountyFacts:
    """Gather what the directory knows of a county on a day."""
    rows = list_county_agencies(connection, place.state, place.fips)
    ids = [row.id for row in rows]
    lists_read = find_lists_read(connection, place.state)
    agreements, events = list_agreements(connection, ids), list_events(connection, ids)
    facts = [_describe_agency(row, agreements[row.id], events[row.id], today, lists_read) for row in rows]
    own = tuple(each for each in facts if each.type == COUNTY)
    whole_state = {row.id for row in rows if serves_whole_state(row)}
    local = tuple(each for each in facts if each.type != COUNTY and each.id not in whole_state)
    statewide = tuple(each for each in facts if each.id in whole_state)
    unplaced = _count_unplaced(connection, place.state, today, lists_read)
    return CountyFacts(place, find_answer(own, local, lists_read), lists_read, own, local, statewide, unplaced)


def _count_unplaced(connection: Connection, state: str, today: date, lists_read: ListsRead | None) -> int:
    ids = [row.id for row in list_unplaced_agencies(connection, state)]
    found = list_agreements(connection, ids).values()
    return sum(find_status(rows, today, today, lists_read).standing is Standing.YES for rows in found if rows)


def gather_office_facts(connection: Connection, agency_id: str, today: date) -> CountyFacts | None:
    """Gather what the directory knows of one agency that is bound to no county; None when the public may not see it.

    Its place is its state, without a number or an address.
    """
    row = get_shown_agency(connection, agency_id)
    if row is None:
        return None
    lists_read = find_lists_read(connection, row.state)
    agreements, events = list_agreements(connection, [row.id])[row.id], list_events(connection, [row.id])[row.id]
    own = (_describe_agency(row, agreements, events, today, lists_read),)
    return CountyFacts(County("", "", row.state, ""), find_answer(own, (), lists_read), lists_read, own, (), ())


def find_answer(own: Sequence[AgencyFacts], local: Sequence[AgencyFacts], lists_read: ListsRead | None) -> Answer:
    """Find the answer for a county from its own agencies, and those of its cities."""
    if any(agency.is_in for agency in own):
        return Answer.YES
    if any(agency.is_in for agency in local):
        return Answer.IN_PART
    near = (*own, *local)
    if any(agency.has_history and agency.status.standing is Standing.UNKNOWN for agency in near):
        return Answer.UNCLEAR
    if any(agency.has_ended for agency in near):
        return Answer.ENDED
    return Answer.NOT_LISTED if lists_read else Answer.NO_RECORD


def find_beginning(agency: AgencyFacts) -> tuple[date, str, bool] | None:
    """Find the oldest day of signing of a model in force, its precision, and whether sources differ about a model."""
    days = {
        model: {
            (row.signed_on, row.signed_precision.value)
            for row in agency.agreements
            if row.signed_on and row.support_type is model and not row.missing_on and not row.ended_on
        }
        for model in agency.status.models
    }
    known = [day for each in days.values() for day in each]
    if not known:
        return None
    first_on, precision = min(known)
    return first_on, precision, any(len(each) > 1 for each in days.values())


def find_end(agency: AgencyFacts) -> tuple[date, str] | None:
    """Find the newest day on which a source says that an agreement was over, with its precision."""
    ends = [(row.ended_on, row.ended_precision.value) for row in agency.agreements if row.ended_on]
    ends += [(row.missing_on, "day") for row in agency.agreements if row.missing_on]
    return max(ends) if ends else None


def _describe_agency(
    row: Any,  # noqa: ANN401  # a database row
    agreements: Sequence[Agreement],
    events: Sequence[Any],
    today: date,
    lists_read: ListsRead | None,
) -> AgencyFacts:
    return AgencyFacts(
        id=row.id,
        name=row.name,
        type=row.type,
        city=row.city,
        claims_office=row.claims_office,
        officials=row.officials,
        status=find_status(agreements, today, today, lists_read),
        agreements=tuple(agreements),
        events=tuple(
            Event(event.happened_on, event.precision, event.what, event.source, event.source_url) for event in events
        ),
    )


@dataclass(frozen=True)
class StateFacts:
    """Which agencies of a state surely have an agreement today: id, name, FIPS code of the county, blank for none.

    `statewide` are the names of those that work in all of it, `unplaced` so many of which nobody knows the county.
    """

    lists_read: ListsRead | None
    with_agreement: tuple[tuple[str, str, str], ...]
    statewide: tuple[str, ...] = ()
    unplaced: int = 0


def gather_state_facts(connection: Connection, state: str, today: date) -> StateFacts:
    """Gather which agencies of a state have an agreement on a day."""
    lists_read = find_lists_read(connection, state)
    rows = [row for row in list_shown_agencies(connection) if row.state == state]
    agreements = list_agreements(connection, [row.id for row in rows])
    is_in = {
        row.id: find_status(agreements[row.id], today, today, lists_read).standing is Standing.YES
        for row in rows
        if agreements[row.id]
    }
    found = tuple((row.id, row.name, find_county_fips(row)) for row in rows if is_in.get(row.id))
    statewide = tuple(row.name for row in rows if is_in.get(row.id) and serves_whole_state(row))
    return StateFacts(lists_read, found, statewide, _count_unplaced(connection, state, today, lists_read))
