"""Both ends of a conversation: the office's replies as its own site seals them, and what it finds of the reporter's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, select

from models import cases, ledger, receipts, replies, tables
from models.cases import Status
from models.engine import create_engine, read, write
from models.letters import LETTER_PURPOSE, write_letter
from tests.intake.office import Office
from tests.intake.test_report_journey import read_code, walk_to
from tests.page_client import Page, PageClient
from vault.contexts import Context
from vault.identities import Identity
from vault.opening import open_identity, open_json
from vault.receipts import derive_receipt
from vault.recipients import Recipient
from vault.sealing import seal_json
from vault.signing import SigningKey, verify_signature


@contextmanager
def reading(office: Office) -> Iterator[Connection]:
    """A look at the whole database."""
    engine = create_engine(office.owner_url)
    with read(engine) as connection:
        yield connection
    engine.dispose()


@contextmanager
def writing(office: Office) -> Iterator[Connection]:
    """A change to the database, as its owner."""
    engine = create_engine(office.owner_url)
    with write(engine) as connection:
        yield connection
    engine.dispose()


def file_report(reader: PageClient, lang: str = "es", *, role: str = "affected") -> str:
    """File a report, write the code down, and return it."""
    you: dict[str, dict[str, str | list[str]]] = {"you": {"goal": "lawyer", "reporter_role": role}}
    receipt = reader.submit(walk_to(reader, "check", lang, **you), {}, go="send")
    code = read_code(receipt)
    reader.submit(receipt, {}, go="done")
    return code


def enter(reader: PageClient, code: str, lang: str = "es") -> Page:
    """Type a code."""
    return reader.submit(reader.get(f"/{lang}/inbox"), {"code": code}, action="/inbox")


def get_receipt(office: Office, code: str) -> Row[Any]:
    """Return the receipt of a code."""
    with reading(office) as connection:
        row = receipts.get_receipt(connection, derive_receipt(code, salt=office.config.receipt_salt).lookup_id)
    assert row is not None
    return row


def write_reply(
    office: Office, code: str, text: str, *, is_question: bool = False, signer: SigningKey | None = None
) -> str:
    """Write to the holder of a code as the staff site does, and return the reply's id."""
    receipt, reply_id = get_receipt(office, code), str(uuid4())
    with writing(office) as connection:
        case = cases.get_public_case(connection, receipt.case_id)
        assert case is not None
        at = datetime.now(UTC)
        values = {
            "text": text,
            "language": "es",
            "is_question": is_question,
            "by_name": "Test Office",
            "at": at.isoformat(),
        }
        letter = write_letter(receipt.case_id, reply_id, receipt.id, values)
        signature = (signer or office.casework_key).sign(letter.encode(), purpose=LETTER_PURPOSE)
        sealed = seal_json(
            {"letter": letter, "signature": signature.hex()},
            recipients=[Recipient.from_bytes(receipt.recipient), Recipient.from_bytes(case.work_recipient)],
            context=Context("message", (receipt.case_id, reply_id)),
        )
        replies.put_reply(
            connection,
            id=reply_id,
            case_id=receipt.case_id,
            receipt_id=receipt.id,
            added_on=at.date(),
            sealed=sealed,
        )
    return reply_id


def set_case(office: Office, code: str, *, status: Status | None = None, is_held: bool | None = None) -> None:
    """Let a case stand as the staff site would have left it."""
    values = {name: value for name, value in (("status", status), ("is_held", is_held)) if value is not None}
    with writing(office) as connection:
        connection.execute(
            tables.cases.update().where(tables.cases.c.id == get_receipt(office, code).case_id).values(values)
        )


def open_messages(office: Office, code: str) -> list[dict[str, Any]]:
    """Open what the reporters of a case sent, in the order in which it came, each vouched for by the ledger."""
    case_id = get_receipt(office, code).case_id
    with reading(office) as connection:
        identity = _open_report_identity(office, connection, case_id)
        rows = {row.id: row.sealed for row in cases.list_sealed_items(connection, case_id) if row.kind == "message"}
        order = [
            entry["item"] for entry in ledger.list_entries(connection, case_id) if entry["kind"] == "message:received"
        ]
    assert sorted(order) == sorted(rows)
    return [open_json(rows[item], identity=identity, context=Context("message", (case_id, item))) for item in order]


def _open_report_identity(office: Office, connection: Connection, case_id: str) -> Identity:
    key = cases.get_case_key(connection, case_id, [office.key_id])
    assert key is not None
    context = Context("report_identity", (case_id, office.key_id))
    return open_identity(key.sealed_report_identity, identity=office.identity, context=context)


def list_events(office: Office, code: str) -> list[str]:
    """List the kinds of the public site's ledger entries about a case but its card, after checking the whole chain."""
    verify_key = SigningKey.from_bytes(office.config.signing_key).verify_key
    with reading(office) as connection:
        ledger.verify(
            connection,
            "intake",
            lambda entry, signature: verify_signature(entry, signature, purpose="ledger-entry", verify_key=verify_key),
        )
        entries = ledger.list_entries(connection, get_receipt(office, code).case_id)
    return [entry["kind"] for entry in entries if entry["kind"] != "card:changed"]


def count_rows(office: Office, table: str) -> int:
    """Count the rows of a table."""
    with reading(office) as connection:
        return len(connection.execute(select(tables.metadata.tables[table])).all())
