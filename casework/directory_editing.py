"""Changing the directory by hand: agencies, agreements and events, each with its source; merging two agencies.

Every change is one transaction with its ledger entry, and counts a change of the directory for the public pages. What
stands on one of ICE's lists is not removed by hand: it is told to be gone, or ended.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, delete

from casework.caseworker import Caseworker
from casework.errors import CaseworkError
from casework.ledger_writing import append_event
from models.agencies import (
    change_agency,
    change_agreement,
    get_agency,
    get_agreement,
    merge_agency,
    put_agency,
    put_agreement,
    put_event,
)
from models.agency_names import make_name_key
from models.county_agencies import list_agreements
from models.directory_tables import agreement_events, agreements
from models.directory_versions import note_directory_change
from models.engine import write
from models.ledger import Event
from models.list_imports import dump_plain

Values = Mapping[str, Any]


class NotInDirectoryError(CaseworkError):
    """There is no such agency, agreement or event, or the agency was merged into another."""


class ListedError(CaseworkError):
    """An agreement that stands on one of ICE's lists cannot be removed by hand."""


class SameAgencyError(CaseworkError):
    """An agency cannot be merged into itself, nor into one of another state."""


def add_agency(caseworker: Caseworker, values: Values) -> str:
    """Lay down an agency and return its id; `values` are columns of the table `agencies`."""
    agency_id = str(uuid4())

    def deed(connection: Connection) -> None:
        put_agency(connection, id=agency_id, **values)

    _change(caseworker, "agency:added", agency_id, values, deed)
    return agency_id


def correct_agency(caseworker: Caseworker, agency_id: str, values: Values) -> None:
    """Change what the directory says of an agency. A name that it had stays as another name of it.

    Raises:
        NotInDirectoryError: there is no such agency.
    """

    def deed(connection: Connection) -> None:
        row = _get_agency(connection, agency_id)
        aliases = str(values["aliases"]).splitlines()
        known = {make_name_key(name) for name in (values["name"], *aliases)}
        if make_name_key(row.name) not in known:
            aliases.append(row.name)
        change_agency(connection, agency_id, **{**values, "aliases": "\n".join(aliases)})

    _change(caseworker, "agency:changed", agency_id, values, deed)


def record_agreement(caseworker: Caseworker, agency_id: str, values: Values, agreement_id: str = "") -> None:
    """Add what a source says of an agreement, or change it. What a list saw of it stays.

    Raises:
        NotInDirectoryError: there is no such agency, or it has no such agreement.
    """

    def deed(connection: Connection) -> None:
        _get_agency(connection, agency_id)
        if not agreement_id:
            put_agreement(connection, agency_id=agency_id, **values)
            return
        _get_agreement(connection, agency_id, agreement_id)
        change_agreement(connection, agreement_id, **values)

    kind = "agreement:changed" if agreement_id else "agreement:added"
    _change(caseworker, kind, agency_id, values, deed, item=agreement_id)


def remove_agreement(caseworker: Caseworker, agency_id: str, agreement_id: str) -> None:
    """Take an agreement out that was added by mistake.

    Raises:
        NotInDirectoryError: the agency has none such.
        ListedError: it stands on one of ICE's lists.
    """

    def deed(connection: Connection) -> None:
        row = _get_agreement(connection, agency_id, agreement_id)
        if row.first_seen_on is not None:
            raise ListedError
        connection.execute(delete(agreements).where(agreements.c.id == agreement_id))

    _change(caseworker, "agreement:removed", agency_id, {}, deed, item=agreement_id)


def record_event(caseworker: Caseworker, agency_id: str, values: Values) -> None:
    """Add to an agency's timeline.

    Raises:
        NotInDirectoryError: there is no such agency.
    """

    def deed(connection: Connection) -> None:
        _get_agency(connection, agency_id)
        put_event(connection, agency_id=agency_id, **values)

    _change(caseworker, "timeline:added", agency_id, values, deed)


def remove_event(caseworker: Caseworker, agency_id: str, event_id: str) -> None:
    """Take out of an agency's timeline what was added by mistake.

    Raises:
        NotInDirectoryError: there is no such event.
    """

    def deed(connection: Connection) -> None:
        columns = agreement_events.c
        removed = delete(agreement_events).where(columns.id == event_id, columns.agency_id == agency_id)
        if connection.execute(removed).rowcount == 0:
            raise NotInDirectoryError

    _change(caseworker, "timeline:removed", agency_id, {}, deed, item=event_id)


def merge_agencies(caseworker: Caseworker, agency_id: str, remaining_id: str) -> None:
    """Make one agency of two that are the same: the remaining one gets names, agreements and events of the other.

    Raises:
        NotInDirectoryError: there is no such agency.
        SameAgencyError: both are one, or of different states.
    """

    def deed(connection: Connection) -> None:
        row, remaining = _get_agency(connection, agency_id), _get_agency(connection, remaining_id)
        if row.id == remaining.id or row.state != remaining.state:
            raise SameAgencyError
        _fold_presences(connection, row.id, remaining.id)
        names = dict.fromkeys([*remaining.aliases.splitlines(), row.name, *row.aliases.splitlines()])
        aliases = [name for name in names if make_name_key(name) != make_name_key(remaining.name)]
        merge_agency(connection, row.id, remaining.id, "\n".join(aliases))

    _change(caseworker, "agency:merged", agency_id, {"into": remaining_id}, deed, item=remaining_id)


def _fold_presences(connection: Connection, from_id: str, into_id: str) -> None:
    """Make one presence of two that stand on the list now: an agency is on a list once with each model."""
    found = list_agreements(connection, [from_id, into_id])
    kept = {row.support_type: row for row in found[into_id] if row.last_seen_on and not row.missing_on}
    for row in found[from_id]:
        other = kept.get(row.support_type)
        if other is None or not row.last_seen_on or row.missing_on:
            continue
        assert row.first_seen_on
        assert other.first_seen_on
        assert other.last_seen_on
        change_agreement(
            connection,
            other.id,
            first_seen_on=min(row.first_seen_on, other.first_seen_on),
            last_seen_on=max(row.last_seen_on, other.last_seen_on),
        )
        # What it said of signing and documents stays beside the other, as one more source's word.
        change_agreement(connection, row.id, first_seen_on=None, last_seen_on=None, absent_before_on=None, listed="")


def _change(
    caseworker: Caseworker,
    kind: str,
    subject: str,
    values: Values,
    deed: Callable[[Connection], None],
    item: str = "",
) -> None:
    digest = hashlib.sha256(dump_plain(dict(values)).encode()).hexdigest() if values else ""
    with write(caseworker.engine) as connection:
        # Counted first: the count also makes changes of the directory wait for each other.
        note_directory_change(connection)
        deed(connection)
        append_event(connection, Event(kind, subject, digest, caseworker.staff_id, item), caseworker.config)


def _get_agency(connection: Connection, agency_id: str) -> Row[Any]:
    row = get_agency(connection, agency_id)
    if row is None or row.merged_into_id:
        raise NotInDirectoryError
    return row


def _get_agreement(connection: Connection, agency_id: str, agreement_id: str) -> Row[Any]:
    row = get_agreement(connection, agreement_id)
    if row is None or row.agency_id != agency_id:
        raise NotInDirectoryError
    return row
