"""The worker: what it destroys, what it never destroys, and what it sweeps."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text, update

from casework.destruction import settle_withdrawal
from casework.ledger_commands import find_faults
from casework.worker import ROUNDS, Worker
from casework.workplace import Workplace
from models import boxes, drafts, tables, withdrawals
from models.blobs import BlobStoreError, FolderStore
from models.cases import Status, put_sealed_item, set_held, set_status
from models.emptying import EMPTY_STORE, StoreBusyError, empty_store, empty_when_asked
from models.engine import read, write
from models.jobs import enqueue_job, list_jobs
from models.sessions import put_session_row
from tests.casework.filing import Filing
from tests.casework.staff_office import StaffOffice
from tests.casework.taken_back import WAIT_DAYS, Desk, FullCase
from web import clock

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def desk(staff_office: StaffOffice, filing: Filing, owner_url: str) -> Iterator[Desk]:
    """An office with a worker's place."""
    desk = Desk(staff_office, filing, owner_url)
    yield desk
    desk.close()


@pytest.fixture
def full_case(desk: Desk) -> FullCase:
    """A case with everything that a case can have."""
    return desk.file_full_case()


def empty_as_owner(desk: Desk) -> bool:
    """Do what on PostgreSQL the owner's program does; on SQLite the worker has done it."""
    return empty_when_asked(desk.owner, int(clock.now().timestamp()))


def read_store_files(desk: Desk) -> bytes:
    """Return all that lies in the database's own files, its log included on SQLite."""
    if desk.owner.name == "sqlite":
        folder = Path(str(desk.owner.url.database)).parent
        return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))
    data = Path(str(desk.owner.url.query["host"])) / "data" / "base"
    return b"".join(path.read_bytes() for path in sorted(data.rglob("*")) if path.is_file())


def test_destroys_everything_once_when_the_wait_is_over(desk: Desk, full_case: FullCase) -> None:
    """After the wait nothing is stored under the case but its own row, its files are gone, and one entry says so."""
    other = desk.file_full_case()
    desk.take_back(full_case.id)
    before = desk.count_rows(other.id)
    desk.work()
    assert desk.count_rows(full_case.id) == {**before, "withdrawals": 1}, "destroyed before its time"
    with desk.after_the_wait():
        desk.work()
        desk.work()
    assert desk.count_rows(full_case.id) == {}
    assert desk.read_status(full_case.id) == "withdrawn"
    assert desk.list_events(full_case.id) == ["report:destroyed"]
    assert {path.name for path in desk.list_files()} == set(other.files)
    assert desk.count_rows(other.id) == before
    assert desk.list_waiting() == []


def test_nothing_of_it_is_left_in_the_store(desk: Desk, full_case: FullCase) -> None:
    """After the wait no sealed byte of the case is in the database's files, its log or its unused pages."""
    others = [desk.file_full_case(files=0) for _number in range(12)]
    desk.take_back(full_case.id)
    if desk.owner.name == "sqlite":
        # On PostgreSQL it may stand in the server's memory alone until the next checkpoint.
        assert any(trace in read_store_files(desk) for trace in full_case.traces)
    with desk.after_the_wait():
        desk.work()
        assert empty_as_owner(desk) == (desk.owner.name == "postgresql")
        assert not empty_as_owner(desk)
    found = read_store_files(desk)
    assert any(trace in found for trace in others[0].traces), "this test looks in the wrong place"
    assert [trace for trace in full_case.traces if trace in found] == []


def test_called_back_is_not_destroyed(desk: Desk, full_case: FullCase) -> None:
    """A report that was called back stays, also when its job is on the list already."""
    desk.take_back(full_case.id)
    before = desk.count_rows(full_case.id)
    with desk.after_the_wait():
        with write(desk.place.engine) as connection:
            enqueue_job(connection, "withdrawal:settle", full_case.id)
        with write(desk.filing.intake_engine) as connection:
            assert withdrawals.delete_withdrawal(connection, full_case.id)
        desk.work()
    before.pop("withdrawals")
    assert desk.count_rows(full_case.id) == before
    assert desk.read_status(full_case.id) == "undecided"
    assert desk.list_events(full_case.id) == []
    assert desk.list_waiting() == []


def test_job_that_comes_too_early_waits(desk: Desk, full_case: FullCase) -> None:
    """A job does not destroy before the day, whoever put it on the list."""
    desk.take_back(full_case.id)
    with write(desk.place.engine) as connection:
        enqueue_job(connection, "withdrawal:settle", full_case.id)
    with desk.after_the_wait(days=WAIT_DAYS - 1):
        desk.work()
    assert "case_keys" in desk.count_rows(full_case.id)


@pytest.mark.parametrize("stop", ["hold", "acceptance"])
def test_hold_and_acceptance_stop_it(desk: Desk, full_case: FullCase, stop: str) -> None:
    """A case that was held or accepted in the same moment is opened again, and nothing of it is destroyed."""
    desk.take_back(full_case.id)
    with write(desk.place.engine) as connection:
        if stop == "hold":
            set_held(connection, full_case.id, is_held=True)
        else:
            set_status(connection, full_case.id, Status.ACCEPTED)
    desk.work()
    with desk.after_the_wait():
        desk.work()
    left = desk.count_rows(full_case.id)
    assert "withdrawals" not in left
    assert {"case_keys", "sealed_items", "blobs", "receipts"} <= set(left)
    assert desk.list_events(full_case.id) == ["withdrawal:stopped"]


class BrokenStore(FolderStore):
    """A store that cannot delete for a while."""

    is_broken = True

    def delete(self, blob_id: str) -> None:
        """Refuse, or delete."""
        if self.is_broken:
            raise BlobStoreError
        super().delete(blob_id)


def test_store_that_does_not_answer_is_asked_again(desk: Desk, full_case: FullCase) -> None:
    """When files cannot be deleted the keys are gone all the same, and the files follow, with one entry in all."""
    store = BrokenStore(desk.config.data_dir / "blobs")
    worker = Worker(Workplace(desk.place.engine, store, desk.config))
    desk.take_back(full_case.id)
    with desk.after_the_wait():
        desk.work(worker)
    assert desk.count_rows(full_case.id) == {"blobs": 2}
    assert desk.list_waiting() == ["withdrawal:settle"]
    store.is_broken = False
    with desk.after_the_wait(days=WAIT_DAYS + 1):
        desk.work(worker)
    assert desk.count_rows(full_case.id) == {}
    assert desk.list_files() == []
    assert desk.list_events(full_case.id) == ["report:destroyed"]
    assert desk.list_waiting() == []


def test_what_was_on_its_way_is_destroyed_too(desk: Desk, full_case: FullCase) -> None:
    """A message that lands after the destruction is deleted at the next round, without a second entry."""
    desk.take_back(full_case.id)
    with desk.after_the_wait():
        desk.work()
    with write(desk.filing.intake_engine) as connection:
        put_sealed_item(
            connection,
            id=full_case.receipt_id,
            case_id=full_case.id,
            kind="message",
            added_on=desk.today,
            sealed=b"late",
        )
    assert desk.count_rows(full_case.id) == {"sealed_items": 1}
    with desk.after_the_wait(days=WAIT_DAYS + 1):
        desk.work()
    assert desk.count_rows(full_case.id) == {}
    assert desk.list_events(full_case.id) == ["report:destroyed"]


def put_draft(desk: Desk, name: str, *, expires_hour: int) -> str:
    """Lay down a draft and return the id of the case that it may become."""
    case_id = f"case-of-{name}"
    keys = ("report_recipient", "work_recipient", "sealed_report_identity", "sealed_work_identity")
    with write(desk.filing.intake_engine) as connection:
        drafts.put_draft(
            connection,
            id=name,
            record=b"sealed",
            expires_hour=expires_hour,
            case_id=case_id,
            holder_id=desk.filing.office_key_id,
            **dict.fromkeys(keys, b"key"),
        )
    return case_id


def make_old(desk: Desk, seconds: float) -> None:
    """Make every file in the store older."""
    for path in desk.list_files():
        at = time.time() - seconds
        os.utime(path, (at, at))


def test_expired_drafts_go_with_their_files(desk: Desk, full_case: FullCase) -> None:
    """A draft whose time is over goes with its files' rows and bytes; one that lives keeps its own."""
    office = desk.filing.office
    dead = put_draft(desk, "dead", expires_hour=clock.hour())
    living = put_draft(desk, "living", expires_hour=clock.hour() + 24 * 30)
    desk.put_file(dead, office)
    kept = desk.put_file(living, office)
    make_old(desk, 4_000)
    with desk.after_the_wait(days=2):
        desk.work()
        with read(desk.owner) as connection:
            assert drafts.get_case_id(connection, "dead") is None
            assert drafts.get_case_id(connection, "living") == living
    with desk.after_the_wait(days=3):
        desk.work()
    assert {path.name for path in desk.list_files()} == {kept, *full_case.files}


def test_expired_boxes_and_sessions_go(desk: Desk) -> None:
    """Boxes and sessions whose hour is over are deleted, others stay."""
    for name, hour in (("dead", clock.hour()), ("living", clock.hour() + 2)):
        with write(desk.filing.intake_engine) as connection:
            boxes.put_box(connection, tables.boxes, box_id=name, kind="test", record=b"x", expires_hour=hour)
        row = {"id": name, "kind": "test", "record": b"x", "expires_hour": hour, "staff_id": "somebody"}
        with write(desk.place.engine) as connection:
            put_session_row(connection, **row, began_at=0, used_at=0)
    desk.work()
    for table, engine in ((tables.boxes, desk.owner), (tables.sessions, desk.place.engine)):
        with read(engine) as connection:
            left = set(connection.execute(table.select().with_only_columns(table.c.id)).scalars())
        assert "living" in left
        assert "dead" not in left


def test_files_that_belong_to_nothing_go(desk: Desk, full_case: FullCase) -> None:
    """Files without an owner, finished or not, go after an hour; younger ones and those of a case stay."""
    office = desk.filing.office
    desk.put_file("nobody", office, has_row=False)
    unfinished = desk.store.begin("unfinished")
    unfinished.write(b"begun and never ended")
    make_old(desk, 4_000)
    young = desk.put_file("nobody-yet", office, has_row=False)
    desk.work()
    assert {path.name for path in desk.list_files()} == {young, *full_case.files}
    unfinished.abort()


def test_rows_of_files_without_a_case_or_draft_go(desk: Desk, full_case: FullCase) -> None:
    """A file whose draft is gone is forgotten after a day, and then its bytes are."""
    desk.put_file("gone", desk.filing.office)
    make_old(desk, 4_000)
    desk.work()
    assert len(desk.list_files()) == 3
    with desk.after_the_wait(days=3):
        desk.work()
        desk.work()
    with desk.after_the_wait(days=4):
        desk.work()
    assert {path.name for path in desk.list_files()} == set(full_case.files)


def test_rounds_come_back_by_themselves(desk: Desk) -> None:
    """Each round is done at the start and again when its time has come, and is on the list once."""
    assert desk.work() == len(ROUNDS)
    assert desk.work() == 0
    assert desk.work(Worker(desk.place)) == 0
    with desk.after_the_wait(days=1):
        assert desk.work() == len(ROUNDS)


def test_reader_that_stays_delays_the_emptying(desk: Desk) -> None:
    """While somebody reads an older state of an SQLite office, emptying says that it is not certain of the log."""
    if desk.owner.name != "sqlite":
        pytest.skip("on PostgreSQL it is the lock on a table that is waited for")
    with desk.owner.connect() as reader:
        reader.execute(text("SELECT count(*) FROM cases"))
        with pytest.raises(StoreBusyError):
            empty_store(desk.place.engine)
    empty_store(desk.place.engine)


def test_worker_without_the_owners_rights_leaves_emptying_to_the_owner(desk: Desk, full_case: FullCase) -> None:
    """On PostgreSQL the job stays on the list until the owner's program has done it."""
    if desk.owner.name != "postgresql":
        pytest.skip("SQLite has no roles")
    desk.take_back(full_case.id)
    with desk.after_the_wait():
        desk.work()
        with read(desk.owner) as connection:
            assert EMPTY_STORE in {row.kind for row in list_jobs(connection)}
        assert empty_as_owner(desk)
        with read(desk.owner) as connection:
            assert EMPTY_STORE not in {row.kind for row in list_jobs(connection)}


def test_check_says_that_nobody_works(desk: Desk, full_case: FullCase) -> None:
    """A day after a report should have been destroyed, and a day after the emptying was asked for, `check` says so."""
    desk.take_back(full_case.id)

    def count_faults() -> int:
        return len(find_faults(desk.place.engine, desk.config))

    with desk.after_the_wait():
        assert count_faults() == 0
    with desk.after_the_wait(days=WAIT_DAYS + 1):
        assert count_faults() == 1
        settle_withdrawal(desk.place, full_case.id)
        assert count_faults() == 0
    with desk.after_the_wait(days=WAIT_DAYS + 3):
        assert count_faults() == 1
        assert empty_as_owner(desk)
        assert count_faults() == 0


def test_the_command_works_and_stops_politely(desk: Desk, full_case: FullCase) -> None:
    """`python -m casework worker` destroys what is due, says nothing, and ends with 0 when told to stop."""
    desk.take_back(full_case.id)
    with write(desk.owner) as connection:
        connection.execute(update(tables.withdrawals).values(due_on=desk.today))
    command = [sys.executable, "-m", "casework", "worker", "--data-dir", f"{desk.config.data_dir}"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            end = time.monotonic() + 30
            while desk.count_rows(full_case.id) and time.monotonic() < end:
                time.sleep(0.05)
            process.send_signal(signal.SIGTERM)
            said, _nothing = process.communicate(timeout=15)
        finally:
            process.kill()
    assert process.returncode == 0
    assert said == b""
    assert desk.count_rows(full_case.id) == {}
