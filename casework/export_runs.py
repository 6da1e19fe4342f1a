"""Runs: documents of many cases, asked for at once and made by a worker.

Whoever asks re-seals the keys of the chosen cases to one worker that is up. When it dies, nobody can open them: what is
left waits until who asked comes back and re-seals it. It must never give a worker a case that this person cannot open.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection, Row

from casework.case_files import CannotExportError
from casework.case_keys import REPORT, WORK, open_case_keyring
from casework.caseworker import Caseworker
from casework.errors import CaseworkError
from casework.ledger_writing import append_event
from casework.orders import Order
from casework.producing import find_signing_key
from casework.run_orders import CaseIdentities, RunOrder, make_run_order, open_run_order, seal_outcome, seal_signing_key
from casework.worker_keys import LiveWorker, find_live_worker
from models.cases import get_case, get_case_key
from models.engine import read, write
from models.export_runs import (
    CaseState,
    RunState,
    cancel_run,
    end_case,
    end_run_if_over,
    get_run,
    give_case_keys,
    give_run,
    list_stranded_cases,
    lock_run,
    put_run,
    put_run_case,
)
from models.jobs import EXPORT_RUN, delete_job, enqueue_job
from models.ledger import Event
from models.withdrawals import get_withdrawal
from vault.errors import CannotOpenError
from web import clock

REQUESTED: Final = "export:requested"
MOST_CASES: Final = 500
KEPT_SECONDS: Final = 24 * 3600
_NOT_YOURS = "You cannot open this case any more, or it was taken back."
_OTHER_KEY = "Your own key has changed since you asked for this. Ask again."


class RunRefusedError(CaseworkError):
    """This cannot be asked for like that; `words` says why, for the page."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words


class RunNotFoundError(CaseworkError):
    """No such run, or not this person's, or it has expired: nobody is told which."""


def start_run(caseworker: Caseworker, references: Sequence[str], order: Order) -> str:
    """Ask for a document of each of these cases, and return the run's id. Without a worker that is up, it waits.

    Raises:
        RunRefusedError: there are none or too many, or one that this person cannot open.
        UntrustedKeyError: this site did not sign the key of a worker.
    """
    chosen = tuple(dict.fromkeys(references))
    if not chosen:
        raise RunRefusedError("Choose at least one case.")
    if len(chosen) > MOST_CASES:
        raise RunRefusedError(f"{MOST_CASES} cases at once are the most. Choose fewer.")
    run_id, now, run_order = str(uuid4()), _now(), make_run_order(order)
    try:
        signing_key = find_signing_key(caseworker)
    except CannotExportError as refusal:
        raise RunRefusedError(refusal.words) from None
    with read(caseworker.engine) as connection:
        opened = [_open_identities(connection, caseworker, reference) for reference in chosen]
        worker = find_live_worker(connection, caseworker.config)
    refused = [reference for reference, identities in zip(chosen, opened, strict=True) if identities is None]
    if refused:
        raise RunRefusedError(f"These cases cannot be opened by you: {', '.join(refused)}. Choose again without them.")
    sealed = [(each.case_id, each.seal(run_id, worker) if worker else {}) for each in opened if each is not None]
    sealed_order = _seal_order(caseworker, run_order, run_id, worker)
    sealed_key = seal_signing_key(run_id, signing_key, worker) if worker else None
    worker_id = worker.id if worker else None
    with write(caseworker.engine) as connection:
        put_run(
            connection,
            id=run_id,
            staff_id=caseworker.staff_id,
            state=RunState.RUNNING.value,
            created_at=now,
            began_at=now,
            expires_at=now + KEPT_SECONDS,
            worker_id=worker_id,
            sealed_order=sealed_order,
            sealed_document_key=sealed_key,
        )
        for position, (case_id, keys) in enumerate(sealed):
            row = {"run_id": run_id, "case_id": case_id, "position": position, "worker_id": worker_id, **keys}
            put_run_case(connection, state=CaseState.WAITING.value, **row)
        if worker is not None:
            enqueue_job(connection, EXPORT_RUN, run_id)
        for case_id, _keys in sealed:
            event = Event(REQUESTED, case_id, run_order.digest, caseworker.staff_id, run_id)
            append_event(connection, event, caseworker.config)
    return run_id


def resume_runs(caseworker: Caseworker) -> None:
    """Re-seal to a worker that is up what is left of this person's runs and no worker can open; or do nothing.

    Raises:
        UntrustedKeyError: as `start_run`.
    """
    with read(caseworker.engine) as connection:
        stranded = list_stranded_cases(connection, caseworker.staff_id, _now())
        worker = find_live_worker(connection, caseworker.config) if stranded else None
        if worker is None:
            return
        by_run: dict[str, list[Row[Any]]] = {}
        for row in stranded:
            by_run.setdefault(row.run_id, []).append(row)
        prepared = [_prepare(connection, caseworker, worker, run_id, rows) for run_id, rows in by_run.items()]
    for resumption in prepared:
        if resumption is not None:
            _put_resumption(caseworker, worker, resumption)


def stop_run(caseworker: Caseworker, run_id: str) -> None:
    """Cancel a run: what is done stays, what is not done is not made, and its keys are gone.

    Raises:
        RunNotFoundError: there is none of this person's.
    """
    with write(caseworker.engine) as connection:
        row = lock_run(connection, run_id)
        if row is None or row.staff_id != caseworker.staff_id or row.expires_at <= _now():
            raise RunNotFoundError
        if cancel_run(connection, run_id, _now()):
            delete_job(connection, EXPORT_RUN, run_id)
            event = Event("export:cancelled", run_id, actor=caseworker.staff_id)
            append_event(connection, event, caseworker.config)


def find_own_run(connection: Connection, caseworker: Caseworker, run_id: str) -> Row[Any]:
    """Find a run of this person.

    Raises:
        RunNotFoundError: there is none.
    """
    row = get_run(connection, run_id, _now())
    if row is None or row.staff_id != caseworker.staff_id:
        raise RunNotFoundError
    return row


@dataclass(frozen=True)
class _Resumption:
    """What is to be given to a worker of one run: the order, and of each case its keys, or why it cannot go on."""

    run_id: str
    sealed_order: bytes
    sealed_key: bytes | None
    given: Sequence[tuple[Row[Any], dict[str, bytes]]] = field(repr=False)
    failed: Sequence[tuple[Row[Any], bytes]] = field(repr=False)


def _prepare(
    connection: Connection, caseworker: Caseworker, worker: LiveWorker, run_id: str, rows: Sequence[Row[Any]]
) -> _Resumption | None:
    run = get_run(connection, run_id, _now())
    if run is None:
        return None

    def fail(row: Row[Any], words: str) -> tuple[Row[Any], bytes]:
        recipient = caseworker.session.identity.recipient
        return row, seal_outcome(run_id, row.case_id, {"words": words}, recipient)

    try:
        run_order = open_run_order(run, caseworker.session.identity)
        signing_key = find_signing_key(caseworker)
    except (CannotOpenError, CannotExportError) as refusal:
        words = refusal.words if isinstance(refusal, CannotExportError) else _OTHER_KEY
        return _Resumption(run_id, run.sealed_order, None, (), [fail(row, words) for row in rows])
    opened = [(row, _open_identities(connection, caseworker, row.reference)) for row in rows]
    return _Resumption(
        run_id,
        _seal_order(caseworker, run_order, run_id, worker),
        seal_signing_key(run_id, signing_key, worker),
        given=[(row, identities.seal(run_id, worker)) for row, identities in opened if identities is not None],
        failed=[fail(row, _NOT_YOURS) for row, identities in opened if identities is None],
    )


def _put_resumption(caseworker: Caseworker, worker: LiveWorker, resumption: _Resumption) -> None:
    run_id = resumption.run_id
    with write(caseworker.engine) as connection:
        run = lock_run(connection, run_id)
        if run is None or run.state != RunState.RUNNING.value:
            return
        for row, sealed_outcome in resumption.failed:
            end_case(
                connection,
                run_id,
                row.case_id,
                row.worker_id,
                state=CaseState.FAILED,
                ended_at=_now(),
                sealed_outcome=sealed_outcome,
            )
        given = [give_case_keys(connection, row, worker.id, **keys) for row, keys in resumption.given]
        if any(given):
            sealed = {"sealed_order": resumption.sealed_order, "sealed_document_key": resumption.sealed_key}
            give_run(connection, run_id, worker.id, now=_now(), **sealed)
            # The dead worker may have it on lease still.
            delete_job(connection, EXPORT_RUN, run_id)
            enqueue_job(connection, EXPORT_RUN, run_id)
            event = Event("export:resumed", run_id, actor=caseworker.staff_id, item=worker.id)
            append_event(connection, event, caseworker.config)
        end_run_if_over(connection, run_id)


def _open_identities(connection: Connection, caseworker: Caseworker, reference: str) -> CaseIdentities | None:
    """Open the keys that a case has today, or return None where this person cannot."""
    row = get_case(connection, reference)
    key_row = get_case_key(connection, row.id, caseworker.session.holder_ids) if row else None
    if row is None or key_row is None or get_withdrawal(connection, row.id) is not None:
        return None
    try:
        holder = caseworker.session.identity_for(key_row.holder_id)
    except CannotOpenError:
        return None
    report, work = (open_case_keyring(which, key_row, holder, ()) for which in (REPORT, WORK))
    if report is None or work is None:
        return None
    if (report.newest.recipient.raw, work.newest.recipient.raw) != (row.report_recipient, row.work_recipient):
        return None  # other keys than the case's own: somebody put them there
    return CaseIdentities(row.id, report.newest, work.newest)


def _seal_order(caseworker: Caseworker, run_order: RunOrder, run_id: str, worker: LiveWorker | None) -> bytes:
    own = caseworker.session.identity.recipient
    return run_order.seal(run_id, [own, worker.recipient] if worker else [own])


def _now() -> int:
    return int(clock.now().timestamp())
