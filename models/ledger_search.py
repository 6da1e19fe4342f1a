"""Finding entries of a chain: by who did it, what it was, what it happened to, and when.

What stands in the rows may have been changed by somebody: nothing here fails over an entry that cannot be read.
"""

import json
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Result, Row, func, or_, select

from models.ledger_walk import SignatureCheck
from models.tables import ledger_entries

_COLUMNS = (
    ledger_entries.c.site,
    ledger_entries.c.sequence,
    ledger_entries.c.entry,
    ledger_entries.c.hash,
    ledger_entries.c.signature,
)
_PORTION = 500


@dataclass(frozen=True)
class EntryFilter:
    """Which entries of a site's chain: empty values mean all. `first` and `last` are sequences; `last` may be None."""

    site: str
    actor: str = ""
    kinds: tuple[str, ...] = ()
    subject: str = ""
    first: int = 1
    last: int | None = None


def count_entries(connection: Connection, wanted: EntryFilter) -> int:
    """Count the entries that a filter finds."""
    found: int = connection.execute(
        select(func.count()).select_from(ledger_entries).where(*_list_conditions(wanted))
    ).scalar_one()
    return found


def list_entry_rows(connection: Connection, wanted: EntryFilter, *, limit: int, offset: int = 0) -> list[Row[Any]]:
    """List what a filter finds as it is stored (site, sequence, entry, hash, signature), newest first."""
    statement = select(*_COLUMNS).where(*_list_conditions(wanted)).order_by(ledger_entries.c.sequence.desc())
    return list(connection.execute(statement.limit(limit).offset(offset)))


def iterate_entry_rows(connection: Connection, wanted: EntryFilter) -> Generator[Row[Any], None, None]:
    """Yield the entries that a filter finds as they are stored, oldest first, without holding many of them.

    Whoever may stop in the middle closes it before the connection.
    """
    statement = select(*_COLUMNS).where(*_list_conditions(wanted)).order_by(ledger_entries.c.sequence)
    result: Result[Any] = connection.execute(statement.execution_options(yield_per=_PORTION))
    with result as rows:
        yield from rows


def iterate_noun_rows(connection: Connection, nouns: Iterable[str]) -> Iterator[Row[Any]]:
    """Return casework's entries whose kind begins with one of these nouns, as they are stored, oldest first."""
    beginnings = or_(*(ledger_entries.c.kind.startswith(f"{noun}:", autoescape=True) for noun in nouns))
    statement = select(*_COLUMNS).where(ledger_entries.c.site == "casework", beginnings)
    return iter(connection.execute(statement.order_by(ledger_entries.c.sequence).execution_options(yield_per=_PORTION)))


def list_digest_rows(connection: Connection, kind: str, digest: str, *, limit: int) -> list[Row[Any]]:
    """List casework's entries of a kind that carry a digest (hexadecimal), as they are stored, newest first.

    It reads every entry of the kind: for a question that somebody asks now and then.
    """
    named = json.dumps({"digest": digest}, separators=(",", ":")).removeprefix("{").removesuffix("}")
    statement = select(*_COLUMNS).where(
        ledger_entries.c.site == "casework",
        ledger_entries.c.kind == kind,
        ledger_entries.c.entry.contains(named, autoescape=True),
    )
    return list(connection.execute(statement.order_by(ledger_entries.c.sequence.desc()).limit(limit)))


def read_signed(row: Row[Any], check: SignatureCheck) -> dict[str, Any] | None:
    """Read a stored entry; None where the site did not sign it, or where it is none."""
    try:
        check(row.entry.encode(), row.signature)
        entry = json.loads(row.entry)
    except Exception:  # noqa: BLE001  # whatever a check raises and whatever stands there: it is not an entry
        return None
    return entry if isinstance(entry, dict) else None


def find_first_since(connection: Connection, site: str, since: str) -> int:
    """Return the sequence of the first entry of a chain that was written at `since` (ISO 8601) or later.

    Where there is none, it is the number that the next entry gets. It trusts that times only go up along a chain.
    """
    newest = connection.scalar(select(func.max(ledger_entries.c.sequence)).where(ledger_entries.c.site == site)) or 0
    low, high = 1, newest + 1
    while low < high:
        middle = (low + high) // 2
        row = connection.execute(
            select(ledger_entries.c.sequence, ledger_entries.c.entry)
            .where(ledger_entries.c.site == site, ledger_entries.c.sequence >= middle, ledger_entries.c.sequence < high)
            .order_by(ledger_entries.c.sequence)
            .limit(1)
        ).one_or_none()
        if row is None or _read_when(row.entry) >= since:
            high = middle
        else:
            low = row.sequence + 1
    return low


def _read_when(entry: str) -> str:
    try:
        return str(json.loads(entry)["when"])
    except (ValueError, TypeError, KeyError):
        return ""


def _list_conditions(wanted: EntryFilter) -> list[ColumnElement[bool]]:
    conditions = [ledger_entries.c.site == wanted.site, ledger_entries.c.sequence >= wanted.first]
    if wanted.last is not None:
        conditions.append(ledger_entries.c.sequence <= wanted.last)
    if wanted.actor:
        # The names in an entry are sorted, so that who did it stands first in every one.
        beginning = json.dumps({"actor": wanted.actor}, separators=(",", ":")).removesuffix("}")
        conditions.append(ledger_entries.c.entry.startswith(f"{beginning},", autoescape=True))
    if wanted.kinds:
        conditions.append(ledger_entries.c.kind.in_(wanted.kinds))
    if wanted.subject:
        conditions.append(ledger_entries.c.subject == wanted.subject)
    return conditions
