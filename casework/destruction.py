"""Destroying a report that its reporter took back, when the wait is over.

The keys go first, with every row that anybody wrote, in one transaction; then the files; then whatever the database
keeps of deleted rows. Whoever dies in between leaves a job behind, and the next worker goes on where it stopped.

It must never destroy what is held or accepted, or what was called back meanwhile.
"""

from sqlalchemy import Connection

from casework.ledger_writing import append_event
from casework.workplace import Workplace
from models.blobs import delete_blob_row, list_blobs
from models.cases import Status
from models.destroying import WITHDRAWN, delete_contents, lock_case, lock_withdrawal
from models.emptying import EMPTY_STORE, empty_store
from models.engine import read, write
from models.jobs import ALL, enqueue_job
from models.ledger import Event
from models.withdrawals import delete_withdrawal
from web import clock

DESTROYED = "report:destroyed"
STOPPED = "withdrawal:stopped"


def settle_withdrawal(place: Workplace, case_id: str) -> None:
    """Destroy a report whose wait is over, or end a withdrawal that a hold or an acceptance stops.

    Done again, it does what is left to do and nothing twice: one entry in the ledger, whoever died on the way.

    Raises:
        BlobStoreError: files are left; the keys that open them are gone.
    """
    if not _delete_rows(place, case_id):
        return
    with read(place.engine) as connection:
        blob_ids = [row.id for row in list_blobs(connection, case_id)]
    for blob_id in blob_ids:
        place.store.delete(blob_id)
        with write(place.engine) as connection:
            delete_blob_row(connection, blob_id)


def _delete_rows(place: Workplace, case_id: str) -> bool:
    """Delete what was written; tells whether the case is one of which nothing may be left."""
    with write(place.engine) as connection:
        # In this order, which is also that of calling a report back: neither waits for the other.
        due_on = lock_withdrawal(connection, case_id)
        case = lock_case(connection, case_id)
        if case is None:
            return False
        status, is_held = case
        if status == WITHDRAWN:
            if delete_contents(connection, case_id):
                _ask_to_empty(connection)
            return True
        if due_on is None:
            return False
        if is_held or status == Status.ACCEPTED.value:
            delete_withdrawal(connection, case_id)
            append_event(connection, Event(STOPPED, case_id), place.config)
            return False
        if due_on > clock.today(place.config.time_zone):
            return False
        delete_contents(connection, case_id)
        _ask_to_empty(connection)
        append_event(connection, Event(DESTROYED, case_id), place.config)
        return True


def _ask_to_empty(connection: Connection) -> None:
    """Ask for the database to be written anew, after whatever else is due already: once for all of it."""
    enqueue_job(connection, EMPTY_STORE, ALL, run_after=int(clock.now().timestamp()))


def empty_database(place: Workplace, _subject: str) -> None:
    """Empty what the database keeps of deleted rows. Raises StoreBusyError."""
    empty_store(place.engine)
