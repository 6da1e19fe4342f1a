"""Whether the readable row of a case says what the newest signed entries and sealed decisions about it say.

The row is what the queue sorts and filters by, so whoever writes to the database could hide a case there. It decides
nothing on the case's page; this only tells where it differs.
"""

from datetime import datetime

from casework.opening import OpenedCase, WorkItem
from casework.vouching import INTAKE, Entry
from models.cases import Status

_STATUS = "the status in the queue is not the one that was decided last"
_ASSIGNEE = "who works on it, in the queue, is not who was assigned last"
_HOLD = "the legal hold in the row is not the one that was set last"
_DAY = "the day it came, in the queue, is not the one that the ledger recorded"
_REFERENCE = "its reference is not the one in its report"


def list_row_faults(case: OpenedCase) -> list[str]:
    """List in words what the row says differently; empty when it agrees, or where nothing can be compared."""
    return [
        *([_STATUS] if _differs_in_status(case) else []),
        *([_ASSIGNEE] if _differs_in_assignee(case) else []),
        *([_HOLD] if _differs_in_hold(case) else []),
        *([_DAY] if _differs_in_day(case) else []),
        *([_REFERENCE] if case.report is not None and case.report.reference != case.reference else []),
    ]


def list_ended_receipts(case: OpenedCase) -> frozenset[str]:
    """List the receipts whose codes were ended, as the public site's chain says: nobody is written to under them."""
    entries = case.ledger.entries
    return frozenset(entry.item for entry in entries if entry.kind == "receipt:ended" and entry.site == INTAKE)


def _find_decided(case: OpenedCase, kind: str) -> tuple[bool, WorkItem | None]:
    """Find the newest item of a kind that counts, and whether it can be compared: not if any of them is not opened."""
    items = case.list_items(kind)
    return all(item.has_opened for item in items if item.is_vouched), case.find_newest(kind)


def _differs_in_status(case: OpenedCase) -> bool:
    is_known, item = _find_decided(case, "disposition")
    expected = item.text("outcome") if item else Status.UNDECIDED.value
    return is_known and case.row.status != expected


def _differs_in_assignee(case: OpenedCase) -> bool:
    is_known, item = _find_decided(case, "assignment")
    expected = item.text("to") if item else ""
    stored = case.row.assignee_id or ""
    if not is_known or stored == expected:
        return False
    # Whoever may not open the case any more works on it no more, without an assignment of its own.
    return bool(stored) or not _is_later(case, case.find_newest("access_change"), item)


def _differs_in_hold(case: OpenedCase) -> bool:
    is_known, item = _find_decided(case, "hold")
    return is_known and bool(case.row.is_held) != (item is not None and item.values.get("is_held") is True)


def _differs_in_day(case: OpenedCase) -> bool:
    arrivals = [entry.when for entry in case.ledger.entries if (entry.site, entry.kind) == (INTAKE, "report:received")]
    days = [when for when in arrivals if not isinstance(when, datetime)]
    return bool(days) and case.row.received_on != days[0]


def _is_later(case: OpenedCase, item: WorkItem | None, other: WorkItem | None) -> bool:
    later, earlier = _find_entry(case, item), _find_entry(case, other)
    return later is not None and earlier is not None and later.sequence > earlier.sequence


def _find_entry(case: OpenedCase, item: WorkItem | None) -> Entry | None:
    return case.ledger.find_newest(item.id) if item else None
