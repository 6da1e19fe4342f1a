"""Bates numbers of a case: which have been given out, and which come next. None is ever given out twice.

The register is what was recorded of each export, sealed to the case's work key and named in the ledger: it is as
secret as the case, and tells where a number went. Numbering one case never tells how many others there are.
"""

from sqlalchemy import Connection

from casework.errors import CaseworkError
from casework.opening import OpenedCase
from exports.productions import Numbering
from models.cases import list_item_dates

EXPORT = "export"
RECORDED = "export:recorded"


class RegisterBrokenError(CaseworkError):
    """Part of what was recorded of exports is missing or does not open: nobody can say which numbers are free."""


class NumbersTakenError(CaseworkError):
    """Somebody else exported the case meanwhile: draw it anew with the numbers that come now."""


def plan_numbering(case: OpenedCase, prefix: str) -> Numbering:
    """Return the numbering that begins after the last number given out. ``prefix`` is the office's; it may be empty.

    Raises:
        RegisterBrokenError: the register is not whole.
    """
    records = [item for item in case.list_items(EXPORT) if item.is_vouched]
    if any(entry.kind == RECORDED for entry in case.missing) or not all(item.has_opened for item in records):
        raise RegisterBrokenError
    last = max((int(item.values.get("bates_last") or 0) for item in records), default=0)
    own = case.reference.replace("-", "")
    return Numbering(f"{prefix}-{own}" if prefix else own, last + 1)


def count_exports(case: OpenedCase) -> int:
    """How many exports of the case were recorded when it was opened."""
    return len(case.list_items(EXPORT))


def check_numbers_free(connection: Connection, case: OpenedCase, known: int) -> None:
    """See to it, with the case's row locked and its own record laid down, that nobody exported since it was opened.

    ``known`` is how many exports there were when it was opened.

    Raises:
        NumbersTakenError: somebody did.
    """
    if len(list_item_dates(connection, case.id, EXPORT)) != known + 1:
        raise NumbersTakenError
