"""Reads the directory for a comparison, and writes a comparison into it. Deletes nothing that a source ever said.

Called inside the transaction of casework/agency_import.py.
"""

from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, select

from casework.ice_list import ListedRow
from casework.list_comparing import (
    Change,
    ChangeKind,
    Comparison,
    FieldChange,
    KnownDirectory,
    KnownPresence,
    note_cells,
)
from models.agencies import (
    change_agency,
    change_agreement,
    get_agency,
    list_agencies,
    put_agency,
    put_agreement,
    put_event,
)
from models.agency_names import make_name_key
from models.agreements import EventKind, Precision
from models.counties import get_county
from models.directory_tables import agencies, agreements
from models.list_citations import extend_citation
from models.list_imports import dump_plain, find_lists_read, read_plain

LIST_URL = "https://www.ice.gov/identify-and-arrest/287g"
_MODEL_WORDS = {
    "jail_enforcement_model": "jail enforcement",
    "warrant_service_officer": "warrant service",
    "task_force_model": "task force",
}


def read_directory(connection: Connection) -> KnownDirectory:
    """Read what a list is compared with."""
    agency_ids: dict[tuple[str, str], str] = {}
    rows = list_agencies(connection)
    # A name leads before an alias, so that one agency's nickname cannot take another's place.
    for row in rows:
        agency_ids.setdefault((row.state, make_name_key(row.name)), row.id)
    for row in rows:
        for alias in row.aliases.splitlines():
            agency_ids.setdefault((row.state, make_name_key(alias)), row.id)
    on_list = (agreements.c.last_seen_on.is_not(None), agreements.c.missing_on.is_(None))
    statement = select(agreements, agencies.c.name, agencies.c.state).join(agencies).where(*on_list)
    presences = {
        (row.agency_id, row.support_type): KnownPresence(
            agreement_id=row.id,
            agency_id=row.agency_id,
            agency=row.name,
            state=row.state,
            support_type=row.support_type,
            listed=read_plain(row.listed),
            signed_on=row.signed_on,
            moa_url=row.moa_url,
            addendum_url=row.addendum_url,
            last_seen_on=row.last_seen_on,
            source=row.source,
        )
        for row in connection.execute(statement.order_by(agreements.c.first_seen_on))
    }
    return KnownDirectory(agency_ids, presences)


def apply_comparison(
    connection: Connection, comparison: Comparison, published_on: date, source: str, today: date
) -> None:
    """Write what a list of `published_on` changes, and that it still has the rest."""
    made: dict[tuple[str, str], str] = {}
    absent_before: dict[str, date | None] = {}
    for change in comparison.changes:
        if change.kind is ChangeKind.GONE:
            cited = _cite(_get_source(connection, change.agreement_id), published_on, today)
            change_agreement(connection, change.agreement_id, missing_on=published_on, **cited)
            continue
        row = change.row
        assert row is not None
        if change.kind is ChangeKind.EDITED:
            _edit(connection, change, row, published_on, source, today)
            continue
        if change.state not in absent_before:
            lists = find_lists_read(connection, change.state)
            absent_before[change.state] = lists.newest_on if lists and lists.newest_on < published_on else None
        agency_id = change.agency_id or made.get(row.key[:2]) or _put_agency(connection, row, source, today)
        made[row.key[:2]] = agency_id
        put_agreement(
            connection,
            agency_id=agency_id,
            support_type=row.support_type,
            signed_on=row.signed_on,
            absent_before_on=absent_before[change.state],
            first_seen_on=published_on,
            last_seen_on=published_on,
            moa_url=row.moa_url or "",
            addendum_url=row.addendum_url or "",
            listed=dump_plain(note_cells(row)),
            source=source,
            source_url=LIST_URL,
            cited_on=today,
        )
    for presence, row in comparison.confirmed:
        _confirm(connection, presence, row, published_on, today)


def _get_source(connection: Connection, agreement_id: str) -> str:
    return str(connection.execute(select(agreements.c.source).where(agreements.c.id == agreement_id)).scalar_one())


def _cite(source: str, published_on: date, today: date) -> dict[str, Any]:
    """The columns that name the list beside a date that it gave."""
    return {"source": extend_citation(source, published_on), "cited_on": today}


def _put_agency(connection: Connection, row: ListedRow, source: str, today: date) -> str:
    county = get_county(row.county_fips)
    agency_id = str(uuid4())
    put_agency(
        connection,
        id=agency_id,
        name=row.agency,
        aliases="",
        ori="",
        type=row.type,
        state=row.state,
        county=county.name if county else "",
        county_fips=row.county_fips,
        source=source,
        cited_on=today,
    )
    return agency_id


def _edit(connection: Connection, change: Change, row: ListedRow, published_on: date, source: str, today: date) -> None:
    fields = {field.field: field for field in change.fields}
    columns: dict[str, Any] = {
        name: getattr(row, name) for name in ("signed_on", "moa_url", "addendum_url") if name in fields
    }
    if "signed_on" in columns:
        columns["signed_precision"] = Precision.DAY.value
        _note_correction(connection, change, fields["signed_on"], published_on, source, today)
    listed = {**_read_listed(connection, change.agreement_id), **note_cells(row)}
    columns |= _cite(_get_source(connection, change.agreement_id), published_on, today)
    change_agreement(connection, change.agreement_id, last_seen_on=published_on, listed=dump_plain(listed), **columns)
    if {"county", "type"} & set(fields):
        _edit_agency(connection, change, row, fields)


def _edit_agency(connection: Connection, change: Change, row: ListedRow, fields: dict[str, FieldChange]) -> None:
    """Let the agency follow the list, where it says what the list said before: a correction by staff stays."""
    agency = get_agency(connection, change.agency_id)
    assert agency is not None
    columns: dict[str, str] = {}
    if "type" in fields and agency.type == fields["type"].old:
        columns["type"] = row.type
    county = get_county(row.county_fips)
    if "county" in fields and county and agency.county in {fields["county"].old, ""}:
        columns |= {"county": county.name, "county_fips": county.fips}
    if columns:
        change_agency(connection, change.agency_id, **columns)


def _note_correction(
    connection: Connection, change: Change, field: FieldChange, published_on: date, source: str, today: date
) -> None:
    """Keep the date that was there before: which of the two is right, nobody here knows."""
    model = _MODEL_WORDS[change.support_type]
    what = f"ICE's list gives {field.new} as the day of signing ({model}). It gave {field.old} before."
    put_event(
        connection,
        agency_id=change.agency_id,
        kind=EventKind.CORRECTED.value,
        happened_on=published_on,
        precision=Precision.DAY.value,
        what=what,
        source=source,
        source_url=LIST_URL,
        cited_on=today,
    )


def _confirm(connection: Connection, presence: KnownPresence, row: ListedRow, published_on: date, today: date) -> None:
    """Note that the list still has an agreement, and what it says of it; nothing where nothing differs."""
    listed = {**presence.listed, **note_cells(row)}
    columns: dict[str, Any] = {}
    if published_on > presence.last_seen_on:
        columns |= {"last_seen_on": published_on, **_cite(presence.source, published_on, today)}
    if listed != presence.listed:
        columns["listed"] = dump_plain(listed)
    # A list that fills in what nobody knew corrects nothing.
    if not presence.signed_on and row.signed_on:
        columns["signed_on"] = row.signed_on
    for name in ("moa_url", "addendum_url"):
        if not getattr(presence, name) and getattr(row, name):
            columns[name] = getattr(row, name)
    if columns:
        change_agreement(connection, presence.agreement_id, **columns)


def _read_listed(connection: Connection, agreement_id: str) -> dict[str, Any]:
    text = connection.execute(select(agreements.c.listed).where(agreements.c.id == agreement_id)).scalar_one()
    found: dict[str, Any] = read_plain(text)
    return found
