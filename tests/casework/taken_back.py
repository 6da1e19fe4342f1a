"""Cases that their reporter takes back, with everything that a case can have, for tests of the worker."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import func, select

from casework.ledger_writing import PURPOSE
from casework.worker import Worker
from casework.workplace import Workplace
from models import blobs, cases, ledger, receipts, replies, tables, withdrawals
from models.blobs import FolderStore
from models.engine import create_engine, read, write
from models.jobs import list_jobs
from tests.casework.filing import FiledCase, Filing
from tests.casework.staff_office import StaffOffice
from vault.contexts import Context
from vault.files import FileSealer
from vault.identities import Identity
from vault.recipients import Recipient
from vault.sealing import seal_json
from vault.signing import SigningKey, sign_recipient, verify_signature
from web import clock
from web.database import open_engine

WAIT_DAYS = 7
CONTENTS = ("case_keys", "cards", "sealed_items", "replies", "receipts", "case_openings", "withdrawals", "blobs")


@dataclass(frozen=True)
class FullCase:
    """A case with a receipt, a message, a reply and files; `traces` are bytes of what must be gone one day."""

    filed: FiledCase
    receipt_id: str
    files: tuple[str, ...]
    traces: tuple[bytes, ...]

    @property
    def id(self) -> str:
        """The case's id."""
        return self.filed.id


class Desk:
    """An office whose reporters come back, and its worker."""

    def __init__(self, office: StaffOffice, filing: Filing, owner_url: str) -> None:
        self.config = office.ceremony.casework
        self.filing = filing
        self.store = FolderStore(self.config.data_dir / "blobs")
        self.place = Workplace(open_engine(self.config), self.store, self.config)
        self.owner = create_engine(owner_url)

    def close(self) -> None:
        """Let the database go."""
        self.place.engine.dispose()
        self.owner.dispose()

    @property
    def today(self) -> date:
        """Today where the office is."""
        return clock.today(self.config.time_zone)

    def file_full_case(self, *, files: int = 2) -> FullCase:
        """File a report that has been answered, with files of a few kilobytes."""
        filed = self.filing.file()
        receipt_id = str(uuid4())
        recipient = Identity.generate().recipient
        case = self._read_case(filed.id)
        file_ids = tuple(self.put_file(filed.id, case) for _number in range(files))
        context = Context("message", (filed.id, receipt_id))
        message = seal_json({"text": "hola"}, recipients=[case], context=context)
        reply = seal_json({"text": "hello"}, recipients=[recipient], context=context)
        with write(self.filing.intake_engine) as connection:
            receipts.put_receipt(
                connection,
                id=receipt_id,
                case_id=filed.id,
                lookup_id=secrets.token_bytes(32),
                holder="person",
                recipient=recipient.raw,
                recipient_signature=sign_recipient(
                    recipient.raw,
                    context=Context("reporter_recipient", (filed.id, receipt_id)),
                    key=self.filing.signer,
                ),
            )
            cases.put_sealed_item(
                connection, id=receipt_id, case_id=filed.id, kind="message", added_on=self.today, sealed=message
            )
        with write(self.place.engine) as connection:
            replies.put_reply(
                connection,
                id=str(uuid4()),
                case_id=filed.id,
                receipt_id=receipt_id,
                added_on=self.today,
                sealed=reply,
            )
        return FullCase(filed, receipt_id, file_ids, (*self._find_traces(filed.id), message[-40:], reply[-40:]))

    def _read_case(self, case_id: str) -> Recipient:
        with read(self.owner) as connection:
            found = connection.execute(
                select(tables.cases.c.report_recipient).where(tables.cases.c.id == case_id)
            ).scalar_one()
        return Recipient.from_bytes(found)

    def put_file(self, case_id: str, recipient: Recipient, *, has_row: bool = True) -> str:
        """Store a sealed file, with its row or without, and return its id."""
        blob_id = str(uuid4())
        writer = self.store.begin(blob_id)
        sealer = FileSealer(writer, recipients=[recipient], context=Context("file", (case_id, blob_id)))
        sealer.write(secrets.token_bytes(3_000))
        sealer.finish()
        writer.commit()
        if has_row:
            with write(self.filing.intake_engine) as connection:
                blobs.put_blob(connection, id=blob_id, case_id=case_id, added_on=self.today)
        return blob_id

    def _find_traces(self, case_id: str) -> list[bytes]:
        """Return the last bytes of every sealed thing of a case, which are as good as random."""
        columns = (
            *(tables.case_keys.c.sealed_report_identity, tables.case_keys.c.sealed_work_identity),
            *(tables.cards.c.sealed, tables.sealed_items.c.sealed),
        )
        with read(self.owner) as connection:
            return [
                bytes(sealed)[-40:]
                for column in columns
                for sealed in connection.execute(select(column).where(column.table.c.case_id == case_id)).scalars()
            ]

    def take_back(self, case_id: str, *, days: int = WAIT_DAYS) -> None:
        """Take a report back, as the public site writes it down."""
        with write(self.filing.intake_engine) as connection:
            due_on = self.today + timedelta(days=days)
            withdrawals.put_withdrawal(connection, case_id=case_id, asked_on=self.today, due_on=due_on)

    @contextmanager
    def after_the_wait(self, *, days: int = WAIT_DAYS) -> Iterator[datetime]:
        """Make the clock stand at the moment when the wait is over."""
        with clock.standing_at(clock.now() + timedelta(days=days)):
            yield clock.now()

    def work(self, worker: Worker | None = None) -> int:
        """Let a worker do all that is due, and return how many jobs that were."""
        worker = worker or Worker(self.place)
        done = 0
        while worker.do_next():
            done += 1
            assert done < 500, "it never ends"
        return done

    def count_rows(self, case_id: str) -> dict[str, int]:
        """Count what is stored under a case, by table, where there is anything."""
        found = {}
        with read(self.owner) as connection:
            for name in CONTENTS:
                table = tables.metadata.tables[name]
                statement = select(func.count()).select_from(table).where(table.c.case_id == case_id)
                found[name] = connection.execute(statement).scalar_one()
        return {name: number for name, number in found.items() if number}

    def read_status(self, case_id: str) -> str:
        """Return where a case stands."""
        with read(self.owner) as connection:
            statement = select(tables.cases.c.status).where(tables.cases.c.id == case_id)
            status: str = connection.execute(statement).scalar_one()
        return status

    def list_events(self, case_id: str) -> list[str]:
        """List what the staff site's chain says of a case, after checking the whole chain."""
        verify_key = SigningKey.from_bytes(self.config.signing_key).verify_key

        def check(entry: bytes, signature: bytes) -> None:
            verify_signature(entry, signature, purpose=PURPOSE, verify_key=verify_key)

        with read(self.owner) as connection:
            ledger.verify(connection, "casework", check)
            return [entry["kind"] for entry in ledger.list_entries(connection, case_id) if entry["site"] == "casework"]

    def list_waiting(self) -> list[str]:
        """List the kinds of the jobs that are on the list once and not by themselves."""
        with read(self.owner) as connection:
            return [row.kind for row in list_jobs(connection) if row.subject != "all"]

    def list_files(self) -> list[Path]:
        """List every file in the store, finished or not."""
        return sorted(path for path in (self.config.data_dir / "blobs").rglob("*") if path.is_file())
