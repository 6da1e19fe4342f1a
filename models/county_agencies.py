"""What the directory says of a county's agencies: the rows that the public's pages and papers are made of. Reads only.

An agency that staff took off the list, or that turned out to be another, is in none of these.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select

from models.agency_names import make_name_key
from models.agreements import Agreement, Precision, SupportType
from models.directory_tables import agencies, agreement_events, agreements
from models.towns import find_county_of_police

COUNTY, STATE, MUNICIPALITY = "county", "state", "municipality"
# What a state runs in one place. ICE's list calls it "State" like the state's police.
_PLACE_BOUND = frozenset({"college", "university", "school", "schools", "campus", "airport", "port", "harbor"})
_BATCH = 500


def list_shown_agencies(connection: Connection) -> list[Row[Any]]:
    """List all agencies that the public may see, by state and name, with the columns that they are found by."""
    names = (agencies.c.id, agencies.c.name, agencies.c.aliases, agencies.c.type)
    places = (agencies.c.state, agencies.c.county, agencies.c.county_fips, agencies.c.city)
    return list(connection.execute(_select_shown(*names, *places).order_by(agencies.c.state, agencies.c.name)))


def list_county_agencies(connection: Connection, state: str, county_fips: str) -> list[Row[Any]]:
    """List the agencies that serve a county: its own, those of its cities, and those of the whole state; by name."""
    serves = or_(agencies.c.county_fips.in_((county_fips, "")), agencies.c.type == STATE)
    statement = _select_shown(agencies).where(agencies.c.state == state, serves)
    rows = connection.execute(statement.order_by(agencies.c.name))
    return [row for row in rows if find_county_fips(row) == county_fips or serves_whole_state(row)]


def find_county_fips(row: Any) -> str:  # noqa: ANN401  # a database row
    """Find the FIPS code of an agency's county: the one on record, else for a city's police the city's; or blank."""
    if row.county_fips or row.type != MUNICIPALITY:
        return str(row.county_fips)
    county = find_county_of_police(row.name, row.city, row.state)
    return county.fips if county else ""


def list_unplaced_agencies(connection: Connection, state: str) -> list[Row[Any]]:
    """List the agencies of a state of which nobody knows the county, by name; not those that serve the whole state."""
    statement = _select_shown(agencies).where(agencies.c.state == state, agencies.c.county_fips == "")
    rows = connection.execute(statement.order_by(agencies.c.name))
    return [row for row in rows if not serves_whole_state(row) and not find_county_fips(row)]


def get_shown_agency(connection: Connection, agency_id: str) -> Row[Any] | None:
    """Return an agency that the public may see."""
    return connection.execute(_select_shown(agencies).where(agencies.c.id == agency_id)).one_or_none()


def serves_whole_state(row: Any) -> bool:  # noqa: ANN401  # a database row
    """Tell whether an agency works in all of its state: one of the state that is bound to no county and no campus."""
    words = set(make_name_key(row.name).split())
    return row.type == STATE and not row.county_fips and not words & _PLACE_BOUND


def list_agreements(connection: Connection, agency_ids: Sequence[str]) -> dict[str, list[Agreement]]:
    """List what the sources say of the agreements of these agencies, oldest first, by agency."""
    found: dict[str, list[Agreement]] = {agency_id: [] for agency_id in agency_ids}
    for ids in _split(agency_ids):
        for row in connection.execute(select(agreements).where(agreements.c.agency_id.in_(ids))):
            found[row.agency_id].append(_read_agreement(row))
    for rows in found.values():
        rows.sort(key=lambda row: (row.signed_on or row.first_seen_on or date.max, row.support_type, row.source))
    return found


def list_events(connection: Connection, agency_ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """List what happened around the agreements of these agencies, oldest first, by agency."""
    found: dict[str, list[Row[Any]]] = {agency_id: [] for agency_id in agency_ids}
    order = (agreement_events.c.happened_on, agreement_events.c.id)
    for ids in _split(agency_ids):
        statement = select(agreement_events).where(agreement_events.c.agency_id.in_(ids)).order_by(*order)
        for row in connection.execute(statement):
            found[row.agency_id].append(row)
    return found


def _select_shown(*columns: Any) -> Select[Any]:  # noqa: ANN401  # columns or a table
    return select(*columns).where(agencies.c.is_listed, agencies.c.merged_into_id.is_(None))


def _split(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut ids into lists that a database takes in one statement."""
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]


def _read_agreement(row: Any) -> Agreement:  # noqa: ANN401  # a database row
    return Agreement(
        support_type=SupportType(row.support_type),
        signed_on=row.signed_on,
        signed_precision=Precision(row.signed_precision),
        ended_on=row.ended_on,
        ended_precision=Precision(row.ended_precision),
        absent_before_on=row.absent_before_on,
        first_seen_on=row.first_seen_on,
        last_seen_on=row.last_seen_on,
        missing_on=row.missing_on,
        moa_url=row.moa_url,
        addendum_url=row.addendum_url,
        source=row.source,
        source_url=row.source_url,
        cited_on=row.cited_on,
        id=row.id,
    )
