"""What a list changes in the directory: new, gone, edited. Pure: rows and directory in, changes out; writes nothing.

The same agreement in two lists is the same agency, model and unbroken presence on the list. The date of signing is not
part of that: ICE corrects it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from casework.ice_list import ListedRow
from models.counties import get_county

# What of a row is compared with what the list before said.
COMPARED = ("signed_on", "county", "type", "moa_url", "addendum_url")
# And what of a row can be compared with an agreement that came from no list that was read here.
_HELD = ("signed_on", "moa_url", "addendum_url")


class ChangeKind(StrEnum):
    """What a list does to an agreement."""

    NEW = "new"
    GONE = "gone"
    EDITED = "edited"


@dataclass(frozen=True)
class FieldChange:
    """One cell that says something else than before."""

    field: str
    old: str
    new: str


@dataclass(frozen=True)
class Change:
    """One difference between a list and the directory."""

    kind: ChangeKind
    state: str
    agency: str
    support_type: str
    agency_id: str = ""
    agreement_id: str = ""
    county_fips: str = ""
    fields: tuple[FieldChange, ...] = ()
    row: ListedRow | None = None


@dataclass(frozen=True)
class KnownPresence:
    """An agreement that the directory has as on the list now. `listed` is what the newest list that had it said."""

    agreement_id: str
    agency_id: str
    agency: str
    state: str
    support_type: str
    listed: Mapping[str, Any]
    signed_on: date | None
    moa_url: str
    addendum_url: str
    last_seen_on: date
    source: str = ""


@dataclass(frozen=True)
class KnownDirectory:
    """What a list is compared with: agencies by state and key of each of their names, and what is on the list now."""

    agency_ids: Mapping[tuple[str, str], str]
    presences: Mapping[tuple[str, str], KnownPresence]


@dataclass(frozen=True)
class Comparison:
    """All that a list changes, and the agreements that it only confirms."""

    changes: tuple[Change, ...]
    confirmed: tuple[tuple[KnownPresence, ListedRow], ...]

    def list_kind(self, kind: ChangeKind) -> tuple[Change, ...]:
        """List the changes of one kind, by state and name."""
        return tuple(change for change in self.changes if change.kind is kind)


def choose_counties(rows: Sequence[ListedRow], choices: Mapping[str, str]) -> list[ListedRow]:
    """Put the counties that a person chose into rows whose county was not found; `choices` by state and cell."""
    return [
        replace(row, county_fips=choices[name_choice(row)])
        if not row.county_fips and row.county and get_county(choices.get(name_choice(row), ""))
        else row
        for row in rows
    ]


def name_choice(row: ListedRow) -> str:
    """Return the key of a row's county in a person's choices."""
    return f"{row.state}:{row.county}"


def note_cells(row: ListedRow) -> dict[str, str]:
    """Note what a row says, as it is kept beside the agreement for the next comparison."""
    return {field: text for field in COMPARED if (text := _read_cell(row, field)) is not None}


def compare_list(rows: Sequence[ListedRow], directory: KnownDirectory) -> Comparison:
    """Find what a list changes. What is on the list now and not among `rows` is gone."""
    changes: list[Change] = []
    confirmed: list[tuple[KnownPresence, ListedRow]] = []
    met: set[str] = set()
    for row in rows:
        state, key, model = row.key
        agency_id = directory.agency_ids.get((state, key), "")
        presence = directory.presences.get((agency_id, model))
        if presence is None or presence.agreement_id in met:
            if presence is None:
                changes.append(_make_new(row, agency_id))
            continue
        met.add(presence.agreement_id)
        fields = _compare_cells(row, presence)
        if fields:
            changes.append(
                Change(
                    ChangeKind.EDITED,
                    state,
                    presence.agency,
                    model,
                    agency_id,
                    presence.agreement_id,
                    row.county_fips,
                    fields,
                    row,
                )
            )
        else:
            confirmed.append((presence, row))
    changes += [
        Change(
            ChangeKind.GONE,
            presence.state,
            presence.agency,
            presence.support_type,
            presence.agency_id,
            presence.agreement_id,
        )
        for presence in directory.presences.values()
        if presence.agreement_id not in met
    ]
    order = list(ChangeKind)
    changes.sort(key=lambda change: (order.index(change.kind), change.state, change.agency, change.support_type))
    return Comparison(tuple(changes), tuple(confirmed))


def _make_new(row: ListedRow, agency_id: str) -> Change:
    cells = note_cells(row)
    fields = tuple(FieldChange(field, "", cells[field]) for field in COMPARED if cells.get(field))
    return Change(ChangeKind.NEW, row.state, row.agency, row.support_type, agency_id, "", row.county_fips, fields, row)


def _compare_cells(row: ListedRow, presence: KnownPresence) -> tuple[FieldChange, ...]:
    found = []
    for field in COMPARED:
        new = _read_cell(row, field)
        if new is None:
            continue  # the file cannot tell, which is no change
        old = presence.listed.get(field) if presence.listed else _read_held(presence, field)
        if old is not None and old != new:
            found.append(FieldChange(field, old, new))
    return tuple(found)


def _read_held(presence: KnownPresence, field: str) -> str | None:
    """What the directory itself has; None where it has nothing, because a list that fills it in corrects nothing."""
    value = getattr(presence, field) if field in _HELD else None
    return str(value) if value else None


def _read_cell(row: ListedRow, field: str) -> str | None:
    if field == "signed_on":
        return row.signed_on.isoformat() if row.signed_on else None  # an unreadable cell takes no date away
    if field == "county":
        county = get_county(row.county_fips)
        return county.name if county else row.county
    value: str | None = getattr(row, field)
    return value
