"""Messages to the office: sealed to the case, so that nobody reads them back, and named in the ledger.

It must never seal to a key that this site did not sign, and never keep a word that is not sealed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from intake.inbox import Inbox
from intake.sending import LEDGER_PURPOSE, LEDGER_SITE
from models import cases, ledger, receipts, replies, withdrawals
from models.engine import read, write
from models.evidence import EvidenceFile
from models.report import Value
from vault.contexts import Context
from vault.errors import UntrustedKeyError
from vault.receipt_proofs import CASE, check_proof, derive_proof_key
from vault.recipients import Recipient
from vault.sealing import seal_json
from vault.signing import SigningKey, verify_recipient
from web import clock
from web.config import IntakeConfig

MESSAGE_FORMAT = "testimonio-message/1"


class CaseGoneError(Exception):
    """The case of this inbox is not there any more: it was taken back and its time is over."""


class ReportWithdrawnError(Exception):
    """The report was taken back, so nothing can be sent to it until it is called back."""


@dataclass(frozen=True)
class NewMessage:
    """What a reporter sends. `item_id` is the id that the page was made with: sent twice, it is stored once."""

    kind: str
    language: str
    text: str = field(default="", repr=False)
    files: tuple[EvidenceFile, ...] = field(default=(), repr=False)
    contact: Mapping[str, Value] = field(default_factory=dict, repr=False)
    made: Mapping[str, str] = field(default_factory=dict, repr=False)
    item_id: str = ""


@dataclass(frozen=True)
class SealedMessage:
    """A message as it goes to the database. `is_answer` says that it answers what the office asked this receipt."""

    row: Mapping[str, Any]
    receipt_id: str
    is_answer: bool
    event: ledger.Event
    recipient: Recipient


def find_report_recipient(engine: Engine, config: IntakeConfig, inbox: Inbox) -> Recipient:
    """Find the public key to which everything of a case's reporter is sealed: this site signed it, or later the office.

    This site's signature alone is not enough, because its key lies in a file: the key must also be the one that was
    named with this receipt's code.

    Raises:
        CaseGoneError: there is no such case.
        UntrustedKeyError: neither signed the stored key for this case, or it is not the one that the code names.
    """
    with read(engine) as connection:
        case = cases.get_public_case(connection, inbox.case_id)
        receipt = receipts.get_receipt_by_id(connection, inbox.receipt_id)
    if case is None or receipt is None:
        raise CaseGoneError
    raw, signature = case.report_recipient, case.report_recipient_signature
    context = Context("case_report_recipient", (inbox.case_id,))
    try:
        # The case got new keys, which the office signs.
        return verify_recipient(raw, signature, context=context, verify_key=config.office_verify_key)
    except UntrustedKeyError:
        check_proof(receipt.case_proof, derive_proof_key(inbox.identity, CASE), inbox.case_id.encode(), raw)
    own = SigningKey.from_bytes(config.signing_key).verify_key
    return verify_recipient(raw, signature, context=context, verify_key=own)


def seal_message(engine: Engine, config: IntakeConfig, inbox: Inbox, message: NewMessage) -> SealedMessage:
    """Seal a message to its case. Raises as `find_report_recipient`."""
    item_id = message.item_id or inbox.own_ids.make(message.kind)
    recipient = find_report_recipient(engine, config, inbox)
    sealed = seal_json(
        {
            "format": MESSAGE_FORMAT,
            "kind": message.kind,
            "text": message.text,
            "language": message.language,
            "receipt_id": inbox.receipt_id,
            "holder": inbox.holder,
            "at": clock.now().isoformat(timespec="minutes"),
            "files": [file.to_json() for file in message.files],
            "contact": dict(message.contact),
            "made": dict(message.made),
        },
        recipients=[recipient],
        context=Context("message", (inbox.case_id, item_id)),
    )
    row = {
        "id": item_id,
        "case_id": inbox.case_id,
        "kind": "message",
        "added_on": clock.today(config.time_zone),
        "sealed": sealed,
    }
    event = ledger.Event("message:received", inbox.case_id, digest=hashlib.sha256(sealed).hexdigest(), item=item_id)
    return SealedMessage(row, inbox.receipt_id, message.kind == "message", event, recipient)


def put_message(connection: Connection, config: IntakeConfig, message: SealedMessage, *events: ledger.Event) -> None:
    """Store a sealed message and write it, and what else happened with it, into the ledger; last in a transaction."""
    on: date = message.row["added_on"]
    cases.put_sealed_item(connection, **message.row)
    if message.is_answer:
        replies.mark_answered(connection, message.receipt_id, on)
    signer = SigningKey.from_bytes(config.signing_key)
    for event in (*events, message.event):
        ledger.append(connection, LEDGER_SITE, event, on, lambda entry: signer.sign(entry, purpose=LEDGER_PURPOSE))


def send_message(engine: Engine, config: IntakeConfig, inbox: Inbox, message: NewMessage) -> bool:
    """Seal and store a message; False when this very message had been stored before.

    Raises:
        ReportWithdrawnError: the report was taken back; nothing was stored.
        CaseGoneError, UntrustedKeyError: as `find_report_recipient`.
    """
    try:
        while not put_if_current(engine, config, inbox, seal_message(engine, config, inbox, message)):
            pass  # the case got new keys at this very moment, which nobody does twice in a row
    except IntegrityError:
        return False
    return True


def put_if_current(engine: Engine, config: IntakeConfig, inbox: Inbox, sealed: SealedMessage) -> bool:
    """Store a sealed message; False, and nothing stored, where the case has other keys by now than it was sealed to.

    Somebody who held the older ones may have been walled off since.

    Raises:
        ReportWithdrawnError, CaseGoneError: as `send_message`.
    """
    with write(engine) as connection:
        if withdrawals.get_withdrawal(connection, inbox.case_id):
            raise ReportWithdrawnError
        case = cases.get_public_case(connection, inbox.case_id)
        if case is None:
            raise CaseGoneError
        if case.report_recipient != sealed.recipient.raw:
            return False
        put_message(connection, config, sealed)
    return True
