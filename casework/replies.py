"""Writing to a reporter: sealed to the holder of one receipt, and to the case, so that the office keeps what it said.

It must never seal to a key that the public site did not sign, nor tell a reporter the name of who wrote.
"""

import hashlib
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row

from casework.caseworker import Caseworker
from casework.errors import CaseworkError
from casework.ledger_writing import append_event
from casework.opening import OpenedCase
from casework.recording import NewItem, StoryShutError, find_work_recipient, record_item
from casework.row_vouching import list_ended_receipts
from casework.vouching import digest
from models.engine import read
from models.ledger import Event
from models.letters import LETTER_PURPOSE, write_letter
from models.receipts import list_receipts
from models.replies import put_reply
from vault.contexts import Context
from vault.errors import UntrustedKeyError
from vault.receipt_proofs import check_proof
from vault.recipients import Recipient
from vault.sealing import seal_json
from vault.signing import SigningKey, verify_recipient
from web.clock import now

_HOLDERS = {"person": "The person, with their own code", "helper": "The helper, with the code they were given"}


class ReceiptGoneError(CaseworkError):
    """No code leads to this receipt any more; nothing was written."""


def list_readers(caseworker: Caseworker, case: OpenedCase) -> dict[str, str]:
    """List who can be written to: receipt id to words, the person's own first."""
    rows = _list_receipts(caseworker, case)
    return {row.id: _HOLDERS.get(row.holder, row.holder) for row in rows}


def _list_receipts(caseworker: Caseworker, case: OpenedCase) -> list[Row[Any]]:
    """List the receipts that lead to the case still; one that the ledger says was ended stays ended."""
    ended = list_ended_receipts(case)
    with read(caseworker.engine) as connection:
        return [row for row in list_receipts(connection, case.id) if row.id not in ended]


def send_reply(
    caseworker: Caseworker, case: OpenedCase, *, receipt_id: str, text: str, language: str, is_question: bool
) -> str:
    """Write to the holder of a receipt and return the reply's id; the office's own copy names who wrote.

    Raises:
        StoryShutError: the conflict check keeps the story shut, and with it the conversation.
        ReceiptGoneError: this receipt is revoked or not of this case.
        UntrustedKeyError: a stored public key is not signed by the public site, or not the one that the case names.
    """
    if not case.may_read_story:
        raise StoryShutError
    receipt, reader = _find_reader(caseworker, case, receipt_id)
    reply_id = str(uuid4())
    told = {"text": text, "language": language, "is_question": is_question}
    letter = write_letter(
        case.id,
        reply_id,
        receipt_id,
        {**told, "by_name": caseworker.config.office_name, "at": now().isoformat(timespec="minutes")},
    )
    signature = SigningKey.from_bytes(caseworker.config.signing_key).sign(letter.encode(), purpose=LETTER_PURPOSE)
    sealed = seal_json(
        {"letter": letter, "signature": signature.hex()},
        recipients=[reader, find_work_recipient(caseworker, case)],
        context=Context("message", (case.id, reply_id)),
    )

    def put(connection: Connection) -> None:
        put_reply(
            connection,
            id=reply_id,
            case_id=case.id,
            receipt_id=receipt_id,
            added_on=caseworker.today,
            sealed=sealed,
        )
        event = Event("reply:sent", case.id, digest(sealed), caseworker.staff_id, reply_id)
        append_event(connection, event, caseworker.config)

    # The reader may delete what they were written; what a lawyer told somebody stays on the lawyer's record.
    copy = {**told, "receipt_id": receipt_id, "holder": receipt.holder, "reply_id": reply_id}
    record_item(caseworker, case, NewItem("reply", "reply:recorded", copy), change_row=put)
    return reply_id


def _find_reader(caseworker: Caseworker, case: OpenedCase, receipt_id: str) -> tuple[Row[Any], Recipient]:
    """Find a receipt that leads to the case still, and its public key as the public site signed it."""
    receipt = next((row for row in _list_receipts(caseworker, case) if row.id == receipt_id), None)
    if receipt is None:
        raise ReceiptGoneError
    recipient = verify_recipient(
        receipt.recipient,
        receipt.recipient_signature,
        context=Context("reporter_recipient", (case.id, receipt_id)),
        verify_key=caseworker.config.intake_verify_key,
    )
    _check_known(case, receipt_id, recipient)
    return receipt, recipient


def _check_known(case: OpenedCase, receipt_id: str, recipient: Recipient) -> None:
    """Check that a reader's key is one that the case itself names: in the report, or in a helper's own message.

    The public site's signature alone is not enough, because its signing key lies in a file. Reports from before
    receipts were named in them have nothing to compare with.

    Raises:
        UntrustedKeyError: another key.
    """
    named = case.report.receipt if case.report and case.is_report_vouched else {}
    if not named:
        return
    digest = hashlib.sha256(recipient.raw).hexdigest()
    if (named.get("id"), named.get("digest")) == (receipt_id, digest):
        return
    key = bytes.fromhex(named["key"])
    for item in case.list_items("message"):
        made = item.values.get("made")
        if item.is_vouched and isinstance(made, dict) and made.get("id") == receipt_id:
            check_proof(bytes.fromhex(str(made.get("proof", ""))), key, receipt_id.encode(), recipient.raw)
            return
    raise UntrustedKeyError
