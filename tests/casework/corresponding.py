"""Reporters who come back: messages, files and receipts exactly as the public site stores them, without its code."""

from __future__ import annotations

import hashlib
import io
import wave
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from PIL import Image
from sqlalchemy import Row, select, update

from models import cases, ledger, receipts, withdrawals
from models.blobs import BlobStore, put_blob
from models.engine import read, write
from models.evidence import EvidenceFile
from models.letters import read_letter
from models.replies import list_receipt_replies
from models.tables import cases as cases_table
from models.tables import sealed_items
from tests.casework.filing import FiledCase, Filing
from vault.contexts import Context
from vault.files import FileSealer
from vault.identities import Identity
from vault.opening import open_json
from vault.recipients import Recipient
from vault.sealing import seal_json
from vault.signing import sign_recipient
from web import clock


@dataclass(frozen=True)
class Receipt:
    """A receipt as its holder has it: what opens the office's replies."""

    id: str
    holder: str
    identity: Identity


class Correspondence:
    """One reporter's side of one case."""

    def __init__(self, filing: Filing, store: BlobStore, case: FiledCase) -> None:
        self.filing, self.store, self.case = filing, store, case
        with read(filing.engine) as connection:
            row = connection.execute(select(cases_table).where(cases_table.c.id == case.id)).one()
        self.report_recipient = Recipient.from_bytes(row.report_recipient)

    def make_receipt(self, holder: str = "person") -> Receipt:
        """Lay down a receipt that leads to the case."""
        receipt = Receipt(str(uuid4()), holder, Identity.generate())
        raw = receipt.identity.recipient.raw
        context = Context("reporter_recipient", (self.case.id, receipt.id))
        with write(self.filing.intake_engine) as connection:
            receipts.put_receipt(
                connection,
                id=receipt.id,
                case_id=self.case.id,
                lookup_id=hashlib.sha256(raw).digest(),
                holder=holder,
                recipient=raw,
                recipient_signature=sign_recipient(raw, context=context, key=self.filing.signer),
            )
        return receipt

    def put_file(self, content: bytes, name: str, kind: str, media_type: str, **more: Any) -> EvidenceFile:  # noqa: ANN401  # fields of the description
        """Seal a file to the case and store it; what describes it is returned, to be named by a report or message."""
        is_new = "file_id" not in more
        file_id = more.pop("file_id", str(uuid4()))
        writer = self.store.begin(file_id)
        sealer = FileSealer(
            writer, recipients=[self.report_recipient], context=Context("file", (self.case.id, file_id))
        )
        sealer.write(content)
        facts = sealer.finish()
        writer.commit()
        today = clock.now().date()
        with write(self.filing.intake_engine) as connection:
            if is_new:
                put_blob(connection, id=file_id, case_id=self.case.id, added_on=today)
        return EvidenceFile(file_id, name, kind, media_type, facts.length, facts.sha256, today.isoformat(), **more)

    def name_in_report(self, *files: EvidenceFile) -> None:
        """Make the report name these files, as if they had been in it when it was sent."""
        report = replace(self.case.report, files=files)
        context = Context("report", (self.case.id, self.case.report_item))
        sealed = seal_json(report.to_json(), recipients=[self.report_recipient], context=context)
        with write(self.filing.engine) as connection:
            row = sealed_items.c.id == self.case.report_item
            connection.execute(update(sealed_items).where(row).values(sealed=sealed))
        self._log("report:received", self.case.report_item, sealed)

    def send(self, receipt: Receipt, text: str = "", *, kind: str = "message", **more: Any) -> str:  # noqa: ANN401  # the same
        """Send a message and return its id."""
        item_id = str(uuid4())
        values = {
            "format": "testimonio-message/1",
            "kind": kind,
            "text": text,
            "language": "es",
            "receipt_id": receipt.id,
            "holder": receipt.holder,
            "at": clock.now().isoformat(timespec="minutes"),
            "files": [file.to_json() for file in more.pop("files", ())],
            "contact": more.pop("contact", {}),
        }
        sealed = seal_json(
            values, recipients=[self.report_recipient], context=Context("message", (self.case.id, item_id))
        )
        self.put_message(item_id, sealed, is_logged=more.pop("is_logged", True))
        assert not more
        return item_id

    def put_message(self, item_id: str, sealed: bytes, *, is_logged: bool) -> None:
        """Store a sealed message, and name it in the ledger unless somebody smuggles it in."""
        today = clock.now().date()
        with write(self.filing.intake_engine) as connection:
            cases.put_sealed_item(
                connection, id=item_id, case_id=self.case.id, kind="message", added_on=today, sealed=sealed
            )
        if is_logged:
            self._log("message:received", item_id, sealed)

    def _log(self, kind: str, item_id: str, sealed: bytes) -> None:
        event = ledger.Event(kind, self.case.id, hashlib.sha256(sealed).hexdigest(), item=item_id)
        signer, today = self.filing.signer, clock.now().date()
        with write(self.filing.intake_engine) as connection:
            ledger.append(connection, "intake", event, today, lambda entry: signer.sign(entry, purpose="ledger-entry"))

    def read_replies(self, receipt: Receipt) -> list[dict[str, Any]]:
        """Open what the office wrote to this receipt."""
        with read(self.filing.intake_engine) as connection:
            rows = list_receipt_replies(connection, receipt.id)
        return [self._read_reply(receipt, row) for row in rows]

    def _read_reply(self, receipt: Receipt, row: Row[Any]) -> dict[str, Any]:
        """Open one reply; it must be a letter for this place, and signed (the public site checks by whom)."""
        plain = open_json(row.sealed, identity=receipt.identity, context=Context("message", (self.case.id, row.id)))
        assert len(bytes.fromhex(plain["signature"])) == 64
        return read_letter(plain["letter"], self.case.id, row.id, receipt.id)

    def withdraw(self) -> date:
        """Take the report back; returns the day on which it is destroyed."""
        today = clock.now().date()
        due_on = today + timedelta(days=7)
        with write(self.filing.intake_engine) as connection:
            withdrawals.put_withdrawal(connection, case_id=self.case.id, asked_on=today, due_on=due_on)
        return due_on


def make_photo() -> bytes:
    """A photo as a phone makes it: lying on its side, with place, time and device in it, and a word of its own."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "Inventado", "Telefono 7", 6
    detail, place = exif.get_ifd(0x8769), exif.get_ifd(0x8825)
    detail[0x9003], detail[0x9011] = "2026:05:01 21:03:12", "-05:00"
    place[1], place[2], place[3], place[4] = "N", (41.0, 15.0, 30.5), "W", (96.0, 0.0, 7.0)
    target = io.BytesIO()
    Image.new("RGB", (800, 400), "red").save(target, "JPEG", exif=exif, comment=b"palabra-escondida")
    return target.getvalue()


def make_recording(seconds: int = 5) -> bytes:
    """A recording: a quiet WAV of so many seconds."""
    target = io.BytesIO()
    with wave.open(target, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(8000)
        recording.writeframes(bytes(range(256)) * (seconds * 16000 // 256))
    return target.getvalue()


def make_pdf(pages: int = 2) -> bytes:
    """A PDF of so many pages."""
    target = io.BytesIO()
    sheets = [Image.new("RGB", (200, 300), "white") for _page in range(pages)]
    sheets[0].save(target, "PDF", save_all=True, append_images=sheets[1:], title="Citatorio inventado")
    return target.getvalue()
