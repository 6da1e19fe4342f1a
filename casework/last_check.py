"""When the ledger was verified last, and what came of it, as its own entries tell."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from casework.ledger_writing import SITE, find_verify_keys, make_signature_check
from models.ledger_search import EntryFilter, list_entry_rows, read_signed
from web import clock
from web.config import CaseworkConfig

VERIFIED: Final = "ledger:verified"
BROKEN: Final = "ledger:broken"
# What a broken verification is called whose chains held, and only a head that was given did not fit them.
HEAD_ONLY: Final = "head"
# The worker does it once a day; a night without power is no fault.
_LONGEST: Final = timedelta(days=2)


@dataclass(frozen=True)
class LastCheck:
    """The newest verification, by somebody or by the worker: when, and whether everything held.

    `is_head_only`: the chains held, and a head that somebody gave did not fit them.
    """

    at: datetime
    holds: bool
    is_head_only: bool = False


def find_last_check(connection: Connection, config: CaseworkConfig) -> LastCheck | None:
    """Find the newest verification that a signed entry tells of, or None."""
    rows = list_entry_rows(connection, EntryFilter(SITE, kinds=(VERIFIED, BROKEN)), limit=1)
    entry = read_signed(rows[0], make_signature_check(find_verify_keys(config)[SITE])) if rows else None
    if entry is None:
        return None
    holds = entry["kind"] == VERIFIED
    return LastCheck(datetime.fromisoformat(entry["when"]), holds, not holds and entry["item"] == HEAD_ONLY)


def find_check_fault(connection: Connection, config: CaseworkConfig) -> str:
    """Say what the newest verification found wrong, or that there was none for days; empty when all is well."""
    last = find_last_check(connection, config)
    if last is None:
        return ""
    day = f"{last.at.astimezone(config.time_zone):%B %-d, %Y}"
    if last.is_head_only:
        return f"A head given on {day} did not fit the ledger: run python -m casework ledger verify --head FILE."
    if not last.holds:
        return f"The ledger did not hold when it was verified last, on {day}: run python -m casework ledger verify."
    if clock.now() - last.at > _LONGEST:
        return f"The ledger was last verified on {day}: no worker is running, or it fails."
    return ""
