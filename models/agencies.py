"""The agency directory: public facts about police agencies and their 287(g) agreements."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, insert, or_, select, update

from models.agency_names import make_loose_key, make_name_key
from models.directory_tables import agencies, agreement_events, agreements

_OF_PUBLIC = agencies.c.is_listed.is_(True)
_NAMES = select(agencies.c.name).where(_OF_PUBLIC).order_by(agencies.c.name)
_NAMES_OF_STATE = _NAMES.where(agencies.c.state == bindparam("state"))
_SEARCHED_WORDS = 8


class AgencyType(StrEnum):
    """What kind of government an agency belongs to."""

    COUNTY = "county"
    MUNICIPALITY = "municipality"
    STATE = "state"
    TRIBAL = "tribal"
    CAMPUS = "campus"
    OTHER = "other"


@dataclass(frozen=True)
class AgencySearch:
    """What somebody looks for: words of the name, an alias or the county, and a state; blank for any."""

    words: str = ""
    state: str = ""


@dataclass(frozen=True)
class AgencyMatch:
    """An agency that a name as somebody said it may mean."""

    id: str
    name: str
    state: str
    county: str


def put_agency(connection: Connection, **columns: Any) -> None:  # noqa: ANN401  # columns of mixed types
    """Lay down an agency with all its columns; `aliases` one per line."""
    connection.execute(insert(agencies).values(**columns))


def change_agency(connection: Connection, agency_id: str, **columns: Any) -> None:  # noqa: ANN401  # the same
    """Change columns of an agency."""
    connection.execute(update(agencies).where(agencies.c.id == agency_id).values(**columns))


def put_agreement(connection: Connection, **columns: Any) -> str:  # noqa: ANN401  # the same
    """Lay down one source's word on an agency's agreement and return its id."""
    values = {"id": str(uuid4()), **columns}
    connection.execute(insert(agreements).values(**values))
    return str(values["id"])


def change_agreement(connection: Connection, agreement_id: str, **columns: Any) -> None:  # noqa: ANN401  # the same
    """Change columns of an agreement."""
    connection.execute(update(agreements).where(agreements.c.id == agreement_id).values(**columns))


def put_event(connection: Connection, **columns: Any) -> str:  # noqa: ANN401  # the same
    """Lay down what happened around an agency's agreements and return its id."""
    values = {"id": str(uuid4()), **columns}
    connection.execute(insert(agreement_events).values(**values))
    return str(values["id"])


def get_agency(connection: Connection, agency_id: str) -> Row[Any] | None:
    """Return an agency's row, also of one that was merged into another."""
    return connection.execute(select(agencies).where(agencies.c.id == agency_id)).one_or_none()


def get_agreement(connection: Connection, agreement_id: str) -> Row[Any] | None:
    """Return an agreement's row."""
    return connection.execute(select(agreements).where(agreements.c.id == agreement_id)).one_or_none()


def find_remaining(connection: Connection, agency_id: str) -> Row[Any] | None:
    """Return the agency that an id stands for today: itself, or the one that it was merged into."""
    seen: set[str] = set()
    row = get_agency(connection, agency_id)
    while row is not None and row.merged_into_id and row.id not in seen:
        seen.add(row.id)
        row = get_agency(connection, row.merged_into_id)
    return row


def list_agencies(connection: Connection, state: str = "") -> list[Row[Any]]:
    """List the agencies of a state, or of all states, by name; not those that were merged into another."""
    statement = select(agencies).where(agencies.c.merged_into_id.is_(None)).order_by(agencies.c.name, agencies.c.id)
    return list(connection.execute(statement.where(agencies.c.state == state) if state else statement))


def search_agencies(
    connection: Connection, search: AgencySearch, *, limit: int, offset: int = 0
) -> tuple[list[Row[Any]], int]:
    """Return a page of the agencies that are looked for, by state and name, and how many there are in all."""
    wanted: list[ColumnElement[bool]] = [agencies.c.merged_into_id.is_(None)]
    if search.state:
        wanted.append(agencies.c.state == search.state)
    for word in search.words.split()[:_SEARCHED_WORDS]:
        columns = (agencies.c.name, agencies.c.aliases, agencies.c.county, agencies.c.city, agencies.c.ori)
        wanted.append(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    count = connection.execute(select(func.count()).select_from(agencies).where(*wanted)).scalar_one()
    order = (agencies.c.state, agencies.c.name, agencies.c.id)
    rows = connection.execute(select(agencies).where(*wanted).order_by(*order).limit(limit).offset(offset))
    return list(rows), count


def list_agency_names(connection: Connection, state: str = "") -> list[str]:
    """List the names of the agencies that the public site shows of a state, or of all states, in order."""
    if state:
        return list(connection.execute(_NAMES_OF_STATE, {"state": state}).scalars())
    return list(connection.execute(_NAMES).scalars())


def list_states(connection: Connection) -> list[str]:
    """List the codes of the states that the directory has agencies of."""
    return list(connection.execute(select(agencies.c.state).distinct().order_by(agencies.c.state)).scalars())


def find_matches(connection: Connection, name: str, state: str = "", county: str = "") -> list[AgencyMatch]:
    """Find the agencies that a name as somebody wrote it may mean, by their names and aliases; none for a blank name.

    A state narrows them down; so does a county, where more than one is left. More than one left means that nobody can
    tell from the name.
    """
    key = make_loose_key(name)
    if not key:
        return []
    matches = [
        AgencyMatch(row.id, row.name, row.state, row.county)
        for row in list_agencies(connection, state)
        if any(make_loose_key(known) == key for known in (row.name, *row.aliases.splitlines()))
    ]
    county_key = make_loose_key(county)
    near = [match for match in matches if county_key and make_loose_key(match.county) == county_key]
    return near if len(matches) > 1 and near else matches


def find_namesakes(connection: Connection, name: str, state: str, but_for: str = "") -> list[Row[Any]]:
    """Find the agencies of a state that are called so, by name or alias, whatever the spelling; one id aside."""
    key = make_name_key(name)
    return [
        row
        for row in list_agencies(connection, state)
        if row.id != but_for and key in {make_name_key(known) for known in (row.name, *row.aliases.splitlines())}
    ]


def merge_agency(connection: Connection, from_id: str, into_id: str, aliases: str) -> Mapping[str, int]:
    """Move an agency's agreements and events to another, which gets `aliases`; return how many were moved.

    The row stays and says where it went, so that an id in a report still leads somewhere.
    """
    moved = {}
    for name, table in (("agreements", agreements), ("events", agreement_events)):
        statement = update(table).where(table.c.agency_id == from_id).values(agency_id=into_id)
        moved[name] = connection.execute(statement).rowcount
    change_agency(connection, into_id, aliases=aliases)
    change_agency(connection, from_id, merged_into_id=into_id, is_listed=False)
    return moved


def has_event(connection: Connection, agency_id: str, kind: str, happened_on: date, what: str) -> bool:
    """Whether an agency's timeline has this event already."""
    columns = agreement_events.c
    statement = select(columns.id).where(
        columns.agency_id == agency_id,
        columns.kind == kind,
        columns.happened_on == happened_on,
        columns.what == what,
    )
    return connection.execute(statement.limit(1)).scalar() is not None
