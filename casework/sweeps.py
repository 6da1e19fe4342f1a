"""The worker's rounds: what has expired, files that belong to nothing, reports whose wait is over.

It deletes by id and hour and never opens a record.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Final

from casework.workplace import Workplace
from models import tables
from models.boxes import delete_expired_boxes
from models.case_keys import mark_rekey_due
from models.destroying import delete_ownerless_blob_rows, find_known_blobs, list_to_settle
from models.drafts import delete_expired_drafts
from models.emergency_keys import delete_expired_requests
from models.engine import read, write
from models.export_runs import delete_run, list_expired_runs, list_results, lock_run
from models.invitations import delete_old_invitations
from models.jobs import EXPORT_RUN, delete_job, ensure_job
from models.used_challenges import delete_expired_challenges
from models.workers import delete_dead_workers
from web import clock

SETTLE: Final = "withdrawal:settle"
# A file's row is written as soon as the file is whole, so an hour is long: this is for what died on the way.
_FORGOTTEN_SECONDS: Final = 3_600
_PORTION: Final = 500
# Nobody can use it any more; whoever invited sees for a while that it was not taken up.
_INVITATION_KEPT_SECONDS: Final = 7 * 24 * 3_600


def sweep_expired(place: Workplace, _subject: str) -> None:
    """Delete what has expired: drafts, boxes, sessions, used challenges, emergency requests, invitations.

    The files of drafts are left to the next sweep of files.
    """
    yesterday = clock.today(place.config.time_zone) - timedelta(days=1)
    with write(place.engine) as connection:
        delete_expired_drafts(connection, clock.hour())
        delete_expired_boxes(connection, tables.boxes, clock.hour())
        delete_expired_boxes(connection, tables.sessions, clock.hour())
        delete_ownerless_blob_rows(connection, yesterday)
        delete_expired_challenges(connection, int(clock.now().timestamp()))
        mark_rekey_due(connection, delete_expired_requests(connection, int(clock.now().timestamp())))
        delete_old_invitations(connection, int(clock.now().timestamp()) - _INVITATION_KEPT_SECONDS)


def sweep_runs(place: Workplace, _subject: str) -> None:
    """Delete runs of documents that are a day old, their files first, and forget workers that are long dead.

    Raises:
        BlobStoreError: files are left, and the run with them; the next round goes on.
    """
    now = int(clock.now().timestamp())
    with read(place.engine) as connection:
        results = {run_id: list_results(connection, run_id) for run_id in list_expired_runs(connection, now)}
    for run_id, blob_ids in results.items():
        for blob_id in blob_ids:
            place.store.delete(blob_id)
        with write(place.engine) as connection:
            if lock_run(connection, run_id) is not None:
                delete_run(connection, run_id)
                delete_job(connection, EXPORT_RUN, run_id)
    with write(place.engine) as connection:
        delete_dead_workers(connection, now)


def sweep_files(place: Workplace, _subject: str) -> None:
    """Delete files, also unfinished ones, that belong to no draft and no case. Raises BlobStoreError."""
    for blob_ids in _split(place.store.list_old(_FORGOTTEN_SECONDS)):
        with read(place.engine) as connection:
            known = find_known_blobs(connection, blob_ids)
        for blob_id in set(blob_ids) - known:
            place.store.delete(blob_id)


def _split(blob_ids: Iterable[str]) -> Iterator[list[str]]:
    left = iter(blob_ids)
    while portion := list(islice(left, _PORTION)):
        yield portion


def find_withdrawals(place: Workplace, _subject: str) -> None:
    """Lay down a job for every report that was taken back and is not settled."""
    with read(place.engine) as connection:
        case_ids = list_to_settle(connection, clock.today(place.config.time_zone))
    if not case_ids:
        return
    with write(place.engine) as connection:
        for case_id in case_ids:
            ensure_job(connection, SETTLE, case_id)
