"""Making one table of several cases: chosen fields of one copy, as CSV or JSON, recorded for each case in it.

All of the chosen cases are in the table or there is none: a table that lacks a case in silence misleads. Nothing leaves
before it is recorded with every case.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from casework.bates import EXPORT, RECORDED
from casework.case_files import CannotExportError, build_case_file
from casework.caseworker import Caseworker
from casework.errors import CaseworkError
from casework.ledger_writing import append_event
from casework.opening import CaseNotFoundError, CaseWithdrawnError, OpenedCase, open_case
from casework.passage_marks import list_marks
from casework.recording import CaseChangedError, NewItem, record_item
from exports.bundles.tables import choose_columns, write_cases_csv, write_cases_json
from exports.case_file import Variant
from exports.productions import Production
from exports.redaction.redacting import redact
from exports.redaction.searching import search_for_removed
from models.ledger import Event
from web import clock

MOST_CASES: Final = 100
CSV, JSON = "csv", "json"
_MEDIA_TYPES: Final = {CSV: "text/csv", JSON: "application/json"}


class TableRefusedError(CaseworkError):
    """There is no such table; `words` says why, for staff."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words


@dataclass(frozen=True)
class TableOrder:
    """Which fields (names of `exports/bundles/tables.py`), of which copy, in which form, and why."""

    columns: tuple[str, ...]
    variant: Variant
    form: str
    reason: str


@dataclass(frozen=True)
class Table:
    """A finished table, whose file name names nobody."""

    file_name: str
    media_type: str
    content: bytes = field(repr=False)


def make_table(caseworker: Caseworker, references: Sequence[str], order: TableOrder) -> Table:
    """Make a table of these cases, record it with each of them, and return it.

    Raises:
        TableRefusedError: no case, too many, or some that may not leave now.
        UntrustedKeyError: a stored public key is not signed by whom it should be.
    """
    if not 0 < len(references) <= MOST_CASES:
        raise TableRefusedError(f"Choose at least one case, and at most {MOST_CASES} for one table.")
    opened, refused = [], []
    for reference in references:
        try:
            case = open_case(caseworker, reference)
            opened.append((case, _make_production(caseworker, case, order)))
        except (CaseNotFoundError, CaseWithdrawnError):
            refused.append(f"{reference} (it cannot be opened by you, or was taken back)")
        except CannotExportError as refusal:
            refused.append(f"{reference} ({refusal.words})")
    if refused:
        raise TableRefusedError(f"Choose again without these cases: {', '.join(refused)}")
    columns = choose_columns(order.columns)
    write = write_cases_csv if order.form == CSV else write_cases_json
    content = write([production for _case, production in opened], columns)
    at = clock.now().astimezone(caseworker.config.time_zone)
    name = f"table-{order.variant.value}-{at:%Y-%m-%d-%H%M}.{order.form}"
    table = Table(name, _MEDIA_TYPES[order.form], content)
    for case, _production in opened:
        _record(caseworker, case, order, table)
    return table


def _make_production(caseworker: Caseworker, case: OpenedCase, order: TableOrder) -> Production:
    try:
        marks = [each.mark for each in list_marks(case)]
        production = redact(build_case_file(caseworker, case), order.variant, marks)
    except RuntimeError:
        raise CannotExportError("Words that must be removed could not all be taken out.") from None
    # Its own row alone: another case may rightly hold the same word.
    if search_for_removed(write_cases_json([production], choose_columns(order.columns)), production):
        raise CannotExportError("A word that this copy must not hold is still in it.")
    return production


def _record(caseworker: Caseworker, case: OpenedCase, order: TableOrder, table: Table) -> None:
    digest = hashlib.sha256(table.content).hexdigest()
    values = {
        "kind": "table",
        "variant": order.variant.value,
        "reason": order.reason,
        "columns": list(order.columns),
        "file_name": table.file_name,
        "sha256": digest,
    }

    def end(connection: Connection) -> None:
        event = Event("case:exported", case.id, digest, caseworker.staff_id, item=f"table-{order.variant.value}")
        append_event(connection, event, caseworker.config)

    try:
        record_item(caseworker, case, NewItem(EXPORT, RECORDED, values), change_row=end)
    except CaseChangedError:
        raise TableRefusedError(f"Others are working on {case.reference} at this moment. Try again.") from None
