"""A person's runs as pages show them: how far each is, how long it may take, what became of each case.

It opens only what is sealed to that person, and shows nobody else's runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row

from casework.caseworker import Caseworker
from casework.export_runs import find_own_run
from casework.orders import Order
from casework.run_orders import open_outcome, open_run_order
from models.engine import read
from models.export_runs import CaseState, RunState, count_case_states, count_in_hand, list_run_cases, list_runs
from models.workers import list_live_workers
from vault.errors import CannotOpenError
from web import clock

_SEALED_TO_ANOTHER = "Your own key has changed since this was made, so it cannot be opened any more. Ask again."
_NOT_TOLD = "What was made could not be sealed to you: your stored public key is not the one that the office signed."


@dataclass(frozen=True)
class RunCase:
    """One case of a run. `words` say why there is no file; `length` in bytes."""

    case_id: str
    reference: str
    state: CaseState
    words: str = ""
    result_id: str = ""
    file_name: str = ""
    media_type: str = ""
    length: int = 0
    pages: int = 0


@dataclass(frozen=True)
class RunView:
    """A run. `order` is None where it does not open; `seconds_left` where nobody can tell yet."""

    id: str
    state: RunState
    order: Order | None = field(repr=False)
    created_at: datetime
    expires_at: datetime
    total: int
    done: int
    failed: int
    cancelled: int
    waiting: int
    in_hand: int
    has_worker: bool
    seconds_left: int | None = None
    cases: Sequence[RunCase] = ()

    @property
    def is_running(self) -> bool:
        """Whether some cases are still to be made."""
        return self.state is RunState.RUNNING and self.waiting > 0

    @property
    def is_moving(self) -> bool:
        """Whether a worker that is up has its keys."""
        return self.is_running and self.in_hand > 0

    @property
    def ended(self) -> int:
        """How many cases need nothing more."""
        return self.total - self.waiting

    def list_cases(self, state: str) -> list[RunCase]:
        """List the cases of one state, in their order."""
        return [case for case in self.cases if case.state.value == state]


def view_run(caseworker: Caseworker, run_id: str) -> RunView:
    """Look at one run with all its cases.

    Raises:
        RunNotFoundError: there is none of this person's.
    """
    with read(caseworker.engine) as connection:
        row = find_own_run(connection, caseworker, run_id)
        case_rows = list_run_cases(connection, run_id)
        counts = count_case_states(connection, [run_id])[run_id]
        return _view(connection, caseworker, row, counts, case_rows)


def list_own_runs(caseworker: Caseworker) -> list[RunView]:
    """List this person's runs of the last day, newest first, without their cases."""
    with read(caseworker.engine) as connection:
        rows = list_runs(connection, caseworker.staff_id, _now())
        counts = count_case_states(connection, [row.id for row in rows])
        return [_view(connection, caseworker, row, counts[row.id], ()) for row in rows]


def _view(
    connection: Connection,
    caseworker: Caseworker,
    row: Row[Any],
    counts: dict[str, int],
    case_rows: Sequence[Row[Any]],
) -> RunView:
    waiting = counts.get(CaseState.WAITING.value, 0)
    is_running = row.state == RunState.RUNNING.value and waiting > 0
    in_hand = count_in_hand(connection, row.id, _now()) if is_running else 0
    try:
        order = open_run_order(row, caseworker.session.identity).order
    except CannotOpenError:
        order = None
    return RunView(
        id=row.id,
        state=RunState(row.state),
        order=order,
        created_at=datetime.fromtimestamp(row.created_at, UTC),
        expires_at=datetime.fromtimestamp(row.expires_at, UTC),
        total=sum(counts.values()),
        done=counts.get(CaseState.DONE.value, 0),
        failed=counts.get(CaseState.FAILED.value, 0),
        cancelled=counts.get(CaseState.CANCELLED.value, 0),
        waiting=waiting,
        in_hand=in_hand,
        has_worker=bool(list_live_workers(connection, _now())),
        seconds_left=_estimate(row, case_rows, waiting) if in_hand else None,
        cases=tuple(_view_case(caseworker, each) for each in case_rows),
    )


def _estimate(run: Row[Any], case_rows: Sequence[Row[Any]], waiting: int) -> int | None:
    """Estimate the seconds that are left, from how fast it went since a worker took it up last."""
    ended = sum(1 for each in case_rows if each.ended_at is not None and each.ended_at >= run.began_at)
    spent = _now() - run.began_at
    return round(waiting * spent / ended) if ended and spent > 0 else None


def _view_case(caseworker: Caseworker, row: Row[Any]) -> RunCase:
    state = CaseState(row.state)
    if state not in {CaseState.DONE, CaseState.FAILED}:
        return RunCase(row.case_id, row.reference, state)
    try:
        values = open_outcome(row, caseworker.session.identity)
    except CannotOpenError:
        words = _NOT_TOLD if row.sealed_outcome is None else _SEALED_TO_ANOTHER
        return RunCase(row.case_id, row.reference, CaseState.FAILED, words)
    if state is CaseState.FAILED:
        return RunCase(row.case_id, row.reference, state, str(values.get("words", "")))
    return RunCase(
        row.case_id,
        row.reference,
        state,
        result_id=row.result_id or "",
        file_name=str(values["file_name"]),
        media_type=str(values["media_type"]),
        length=int(values["length"]),
        pages=int(values["pages"]),
    )


def _now() -> int:
    return int(clock.now().timestamp())
