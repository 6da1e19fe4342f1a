"""Taking ICE's list in: a person uploads it, looks at what it would change, and applies it or drops it.

Nothing of the directory changes before somebody applies the list, and then all of it in one transaction. What was read
waits in the database, because the list is public; the file itself is not kept. An agreement that a list no longer has
is never deleted: it is marked as gone from the day of that list on.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from casework.caseworker import Caseworker
from casework.errors import CaseworkError
from casework.ice_list import Fault, ListedRow, ReadList, guess_published_on, read_list
from casework.ledger_writing import append_event
from casework.list_applying import apply_comparison, read_directory
from casework.list_comparing import ChangeKind, Comparison, choose_counties, compare_list
from models.counties import list_counties
from models.directory_versions import note_directory_change
from models.engine import read, write
from models.ledger import Event
from models.list_imports import (
    ImportStanding,
    change_import,
    dump_plain,
    find_choices,
    find_newest_list,
    get_import,
    is_file_applied,
    put_import,
    read_plain,
)

SOURCE = "ICE, list of participating agencies"


class ImportNotFoundError(CaseworkError):
    """There is no such import."""


class ImportClosedError(CaseworkError):
    """The list was applied or dropped already; nothing was changed."""


class NotPublishedError(CaseworkError):
    """Nobody has said when the list was published."""


class OlderListError(CaseworkError):
    """A newer list was applied already; an older one would undo it."""

    def __init__(self, newest_on: date) -> None:
        """Remember the date of the newest list."""
        super().__init__(str(newest_on))
        self.newest_on = newest_on


@dataclass(frozen=True)
class ImportView:
    """An import as its page shows it. `comparison` is None while nobody said when the list was published."""

    id: str
    standing: ImportStanding
    published_on: date | None
    applied_on: date | None
    digest: str
    read: ReadList
    choices: Mapping[str, str]
    comparison: Comparison | None
    newest_on: date | None
    counts: Mapping[str, int]
    changes: tuple[Mapping[str, Any], ...]
    has_twin: bool

    @property
    def is_older(self) -> bool:
        """Whether a newer list was applied already."""
        return bool(self.published_on and self.newest_on and self.published_on < self.newest_on)


def take_list(caseworker: Caseworker, content: bytes, file_name: str) -> str:
    """Read a list and let it wait for a person's word; return the import's id. The directory stays as it is.

    Raises:
        UnreadableListError: it cannot be read.
    """
    found = read_list(content)
    import_id, digest = str(uuid4()), hashlib.sha256(content).hexdigest()
    published_on = guess_published_on(file_name)
    with write(caseworker.engine) as connection:
        choices = find_choices(connection)
        put_import(
            connection,
            id=import_id,
            standing=ImportStanding.WAITING,
            published_on=published_on if published_on and published_on <= caseworker.today else None,
            states="",
            uploaded_on=caseworker.today,
            applied_on=None,
            staff_id=caseworker.staff_id,
            digest=digest,
            source=SOURCE,
            rows=dump_plain({"rows": [asdict(row) for row in found.rows], "faults": [asdict(f) for f in found.faults]}),
            choices=dump_plain(choices),
            changes="",
            counts=dump_plain(count_rows(found, choices)),
        )
        event = Event("agencies:uploaded", import_id, digest, caseworker.staff_id)
        append_event(connection, event, caseworker.config)
    return import_id


def count_rows(found: ReadList, choices: Mapping[str, str]) -> dict[str, int]:
    """Count what was read: rows, rows that name a county, and those whose county was found or chosen by a person."""
    named = [row for row in choose_counties(found.rows, choices) if row.county]
    return {
        "read": len(found.rows),
        "faults": len(found.faults),
        "counties_named": len(named),
        "counties_found": sum(1 for row in named if row.county_fips),
    }


def view_import(caseworker: Caseworker, import_id: str) -> ImportView:
    """Show an import: while it waits, compared with the directory as it is now; afterwards, what it changed.

    Raises:
        ImportNotFoundError: there is none.
    """
    with read(caseworker.engine) as connection:
        return _view(connection, import_id)


def decide_details(caseworker: Caseworker, import_id: str, published_on: date, choices: Mapping[str, str]) -> None:
    """Say when the list was published, and which counties its unread cells mean; a blank choice is none.

    Raises:
        ImportNotFoundError: there is none.
        ImportClosedError: it was applied or dropped.
    """
    with write(caseworker.engine) as connection:
        view = _view_waiting(connection, import_id)
        offered = {f"{row.state}:{row.county}": row.state for row in view.read.rows if row.county}
        kept = {
            name: fips
            for name, fips in choices.items()
            if name in offered and fips in {county.fips for county in list_counties(offered[name])}
        }
        change_import(
            connection,
            import_id,
            published_on=published_on,
            choices=dump_plain(kept),
            counts=dump_plain(count_rows(view.read, kept)),
        )


def apply_list(caseworker: Caseworker, import_id: str) -> ImportView:
    """Change the directory as the list says, and return what was changed.

    Raises:
        ImportNotFoundError: there is none.
        ImportClosedError: it was applied or dropped.
        NotPublishedError: nobody said when it was published.
        OlderListError: a newer one was applied.
    """
    with write(caseworker.engine) as connection:
        # Counted first: the count also makes changes of the directory wait for each other.
        note_directory_change(connection)
        view = _view_waiting(connection, import_id)
        if view.published_on is None or view.comparison is None:
            raise NotPublishedError
        if view.is_older:
            assert view.newest_on is not None
            raise OlderListError(view.newest_on)
        source = f"{SOURCE} of {view.published_on.day} {view.published_on:%B %Y}"
        apply_comparison(connection, view.comparison, view.published_on, source, caseworker.today)
        counts = {**view.counts, **{kind.value: len(view.comparison.list_kind(kind)) for kind in ChangeKind}}
        change_import(
            connection,
            import_id,
            standing=ImportStanding.APPLIED,
            applied_on=caseworker.today,
            source=source,
            rows="",
            changes=dump_plain([_note_change(change) for change in view.comparison.changes]),
            counts=dump_plain(counts),
        )
        event = Event("agencies:imported", import_id, view.digest, caseworker.staff_id)
        append_event(connection, event, caseworker.config)
    return view_import(caseworker, import_id)


def drop_list(caseworker: Caseworker, import_id: str) -> None:
    """Forget what was read; the directory stays as it is.

    Raises:
        ImportNotFoundError: there is none.
        ImportClosedError: it was applied or dropped.
    """
    with write(caseworker.engine) as connection:
        view = _view_waiting(connection, import_id)
        change_import(connection, import_id, standing=ImportStanding.DROPPED, rows="", choices="")
        append_event(
            connection, Event("agencies:dropped", import_id, view.digest, caseworker.staff_id), caseworker.config
        )


def _note_change(change: Any) -> dict[str, Any]:  # noqa: ANN401  # a Change, as plain values
    return {
        "kind": change.kind.value,
        "state": change.state,
        "agency": change.agency,
        "support_type": change.support_type,
        "fields": [asdict(field) for field in change.fields],
    }


def _view_waiting(connection: Connection, import_id: str) -> ImportView:
    view = _view(connection, import_id)
    if view.standing is not ImportStanding.WAITING:
        raise ImportClosedError
    return view


def _view(connection: Connection, import_id: str) -> ImportView:
    row = get_import(connection, import_id)
    if row is None:
        raise ImportNotFoundError
    found = _read_waiting(read_plain(row.rows))
    choices = read_plain(row.choices)
    comparison = None
    if row.standing == ImportStanding.WAITING and row.published_on is not None:
        comparison = compare_list(choose_counties(found.rows, choices), read_directory(connection))
    return ImportView(
        id=row.id,
        standing=ImportStanding(row.standing),
        published_on=row.published_on,
        applied_on=row.applied_on,
        digest=row.digest,
        read=found,
        choices=choices,
        comparison=comparison,
        newest_on=find_newest_list(connection),
        counts=read_plain(row.counts),
        changes=tuple(read_plain(row.changes) or ()),
        has_twin=is_file_applied(connection, row.digest, row.id),
    )


def _read_waiting(stored: Mapping[str, Any]) -> ReadList:
    rows = [
        ListedRow(**{**row, "signed_on": date.fromisoformat(row["signed_on"]) if row["signed_on"] else None})
        for row in stored.get("rows", ())
    ]
    return ReadList(tuple(rows), tuple(Fault(**fault) for fault in stored.get("faults", ())))
