"""The worker's part of a run: opens each case with the keys that were sealed to it, makes the document, seals it.

What it makes is sealed to who asked before it is stored, and counts only if the run still waits for this very worker.
It must never make anything that the ledger does not say was asked for, nor of a case that who asked cannot open now.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection, Row
from sqlalchemy.exc import SQLAlchemyError

from casework.access import can_open, find_colleagues
from casework.bates import NumbersTakenError
from casework.case_files import CannotExportError
from casework.case_keys import REPORT, WORK, add_former_keys
from casework.caseworker import Caseworker
from casework.errors import CaseworkError
from casework.export_runs import REQUESTED
from casework.holders import find_holder
from casework.ledger_writing import record_untrusted_key
from casework.opening import OpenedCase, open_case_with_keyrings
from casework.orders import Order
from casework.permissions import Permission, Role, may
from casework.producing import make_product, record_product
from casework.recording import CaseChangedError
from casework.run_orders import (
    CaseIdentities,
    RunOrder,
    open_case_identities,
    open_run_order,
    open_signing_key,
    seal_outcome,
)
from casework.sessions import StaffSession
from casework.worker_keys import WorkerKey
from casework.workplace import Workplace
from models.blobs import BlobMissingError, BlobStoreError, put_blob
from models.cases import get_case, list_case_holders, list_former_keys, list_references
from models.engine import read, write
from models.export_runs import (
    CaseState,
    RunState,
    end_case,
    end_run_if_over,
    get_run,
    list_cases_for_worker,
    lock_run,
    take_case_keys,
)
from models.jobs import EXPORT_RUN, enqueue_job
from models.staff import get_staff
from models.withdrawals import get_withdrawal
from vault.contexts import Context
from vault.errors import CannotOpenError, UntrustedKeyError
from vault.files import FileSealer
from vault.recipients import Recipient
from web import clock
from web.errors import log_failure

# After so long others' work gets its turn, and the run goes on behind it.
_PORTION_SECONDS: Final = 20.0
_TRIES: Final = 5

_LOST = "You cannot open this case any more. Who may open it was changed after you asked."
_WITHDRAWN = "This report was taken back."
_NO_ACCOUNT = "Your account may not export cases any more, or is not as the ledger recorded it."
_NOT_ASKED = "The ledger does not know that this was asked for. Somebody may have changed the database."
_KEYS = "The keys of this case could not be opened. Somebody may have changed the database."
_UNTRUSTED = "A stored public key is not its owner's. Nothing was sealed to it. Tell whoever looks after the server."
_STORE = "The store of files did not answer. Ask again later."
_BROKEN = "It could not be made. The log says where it stopped: tell whoever looks after the server."


class _GivenUpError(CaseworkError):
    """This case of the run cannot be made; `words` says why, for who asked."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words


class _NotWaitedForError(CaseworkError):
    """The run was cancelled, or given to another worker: nothing that was made may be kept."""


class _NewKeysError(CaseworkError):
    """The case has got new keys since they were sealed to this worker: it waits for who asked."""


@dataclass(frozen=True)
class _Task:
    """A run as its worker sees it: who asked, with what, and where to seal the results."""

    place: Workplace
    key: WorkerKey
    run: Row[Any]
    run_order: RunOrder | None
    signing_key: bytes | None = field(repr=False)
    caseworker: Caseworker
    recipient: Recipient | None = field(repr=False)
    refusal: str


def work_at_run(place: Workplace, run_id: str) -> None:
    """Make what a run still lacks, several cases at once, for a while; the rest is asked for anew.

    Raises:
        SQLAlchemyError: the database does not answer; what is done is done.
    """
    key = place.key
    if key is None:
        return
    with read(place.engine) as connection:
        run = get_run(connection, run_id, _now())
        if run is None or run.state != RunState.RUNNING.value:
            return
        rows = list_cases_for_worker(connection, run_id, key.id)
        task = _find_task(connection, place, key, run) if rows else None
    if task is None:
        return
    _share(task, rows)
    with read(place.engine) as connection:
        is_left = bool(list_cases_for_worker(connection, run_id, key.id))
    if is_left:
        with write(place.engine) as connection:
            enqueue_job(connection, EXPORT_RUN, run_id, run_after=_now())


def _share(task: _Task, rows: list[Row[Any]]) -> None:
    """Let several threads take one case after the other."""
    until, lock, left = monotonic() + _PORTION_SECONDS, Lock(), iter(rows)

    def take() -> Iterator[Row[Any]]:
        while not task.place.is_told_to_stop() and monotonic() < until:
            with lock:
                row = next(left, None)
            if row is None:
                return
            yield row

    def work() -> None:
        for row in take():
            _do_case(task, row)

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for done in [pool.submit(copy_context().run, work) for _thread in range(os.cpu_count() or 1)]:
            done.result()


def _find_task(connection: Connection, place: Workplace, key: WorkerKey, run: Row[Any]) -> _Task | None:
    """Find who asked, and for what; None where nobody could be told anything."""
    person = get_staff(connection, run.staff_id)
    try:
        run_order, signing_key = open_run_order(run, key.identity), open_signing_key(run, key)
    except CannotOpenError as error:
        log_failure(error)
        run_order, signing_key = None, None
    if person is None:
        return None
    try:
        recipient = find_holder(connection, person.id, place.config)
    except UntrustedKeyError:
        recipient = None
    colleague = find_colleagues(connection, place.config).get(person.id)
    is_allowed = colleague is not None and may(colleague.role, Permission.CASE_EXPORT)
    refusal = "" if is_allowed else _NO_ACCOUNT
    session = StaffSession(
        staff_id=person.id,
        name=person.name,
        email=person.email,
        role=Role(person.role),
        # Not theirs: the worker's own, which opens what was sealed to it and nothing that the person holds.
        identity=key.identity,
        office_identities={},
    )
    caseworker = Caseworker(place.engine, place.config, session)
    refusal = refusal if recipient else _UNTRUSTED
    return _Task(place, key, run, run_order, signing_key, caseworker, recipient, refusal)


def _do_case(task: _Task, row: Row[Any]) -> None:
    """Make the document of one case, or write down why there is none. Raises SQLAlchemyError."""
    try:
        _make(task, row)
    except _NotWaitedForError:
        return
    except _NewKeysError:
        with write(task.place.engine) as connection:
            lock_run(connection, row.run_id)
            take_case_keys(connection, row.run_id, row.case_id, task.key.id)
    except (_GivenUpError, CannotExportError) as refusal:
        _give_up(task, row, refusal.words)
    except UntrustedKeyError as error:
        log_failure(error)
        record_untrusted_key(task.place.engine, task.place.config)
        _give_up(task, row, _UNTRUSTED)
    except (BlobMissingError, BlobStoreError) as error:
        log_failure(error)
        _give_up(task, row, _STORE)
    except SQLAlchemyError:
        raise
    except Exception as error:  # noqa: BLE001  # whatever is wrong with one case: the others are made all the same
        log_failure(error)
        _give_up(task, row, _BROKEN)


def _make(task: _Task, row: Row[Any]) -> None:
    if task.recipient is None or task.refusal:
        raise _GivenUpError(task.refusal)
    if task.run_order is None:
        raise _GivenUpError(_KEYS)
    try:
        identities = open_case_identities(row, task.key)
    except CannotOpenError:
        raise _GivenUpError(_KEYS) from None
    for _attempt in range(_TRIES):
        case = _open(task, row, identities, task.run_order.digest)
        try:
            _make_and_keep(task, row, case, task.run_order.order, task.recipient)
        except (NumbersTakenError, CaseChangedError):
            continue  # somebody worked on the case meanwhile: look again
        return
    raise _GivenUpError("Others changed this case again and again while it was made. Ask again.")


def _open(task: _Task, row: Row[Any], identities: CaseIdentities, order_digest: str) -> OpenedCase:
    """Open a case as who asked would see it now, if the ledger knows that they asked for this."""
    caseworker = task.caseworker
    with read(caseworker.engine) as connection:
        reference = list_references(connection, [row.case_id]).get(row.case_id, "")
        case_row = get_case(connection, reference)
        if case_row is None or get_withdrawal(connection, row.case_id) is not None:
            raise _GivenUpError(_WITHDRAWN)
        person = get_staff(connection, caseworker.staff_id)
        if person is None or not person.is_active:
            raise _GivenUpError(_NO_ACCOUNT)
        if not can_open(connection, caseworker.staff_id, list_case_holders(connection, row.case_id)):
            raise _GivenUpError(_LOST)
        newest = (identities.report.recipient.raw, identities.work.recipient.raw)
        if newest != (case_row.report_recipient, case_row.work_recipient):
            raise _NewKeysError
        former = list_former_keys(connection, row.case_id)
        case = open_case_with_keyrings(
            connection,
            caseworker,
            case_row,
            report_keyring=add_former_keys(REPORT, identities.report, former),
            work_keyring=add_former_keys(WORK, identities.work, former),
            holder=task.key.identity,
        )
    if not case.has_todays_keys:
        raise _GivenUpError(_UNTRUSTED)
    asked = (REQUESTED, row.run_id, task.run.staff_id, order_digest)
    if asked not in {(each.kind, each.item, each.actor, each.digest) for each in case.ledger.entries}:
        raise _GivenUpError(_NOT_ASKED)
    return case


def _make_and_keep(task: _Task, row: Row[Any], case: OpenedCase, order: Order, recipient: Recipient) -> None:
    """Make a document straight into the store, sealed to who asked, and in one transaction all that is known of it.

    Raises:
        _NotWaitedForError, NumbersTakenError, CaseChangedError: nothing was kept.
    """
    result_id = str(uuid4())
    writer = task.place.store.begin(result_id)
    try:
        context = Context("run_result", (row.run_id, row.case_id))
        sealer = FileSealer(writer, recipients=[recipient], context=context)
        product = make_product(task.caseworker, task.place.store, case, order, task.signing_key, sealer)
        sealer.finish()
        writer.commit()
    finally:
        writer.abort()
    values = {
        "file_name": product.file_name,
        "media_type": product.media_type,
        "pages": product.pages,
        "length": product.length,
        "sha256": product.sha256,
    }
    sealed_outcome = seal_outcome(row.run_id, row.case_id, values, recipient)

    def end(connection: Connection) -> None:
        lock_run(connection, row.run_id)
        put_blob(connection, id=result_id, case_id=row.case_id, added_on=task.caseworker.today)
        columns = {"ended_at": _now(), "result_id": result_id, "sealed_outcome": sealed_outcome}
        if not end_case(connection, row.run_id, row.case_id, task.key.id, state=CaseState.DONE, **columns):
            raise _NotWaitedForError
        end_run_if_over(connection, row.run_id)

    try:
        record_product(task.caseworker, case, order, product, change_row=end)
    except BaseException:
        task.place.store.delete(result_id)
        raise


def _give_up(task: _Task, row: Row[Any], words: str) -> None:
    recipient = task.recipient
    sealed = seal_outcome(row.run_id, row.case_id, {"words": words}, recipient) if recipient else None
    with write(task.place.engine) as connection:
        lock_run(connection, row.run_id)
        columns = {"ended_at": _now(), "sealed_outcome": sealed}
        end_case(connection, row.run_id, row.case_id, task.key.id, state=CaseState.FAILED, **columns)
        end_run_if_over(connection, row.run_id)


def _now() -> int:
    return int(clock.now().timestamp())
