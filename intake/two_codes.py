"""A helper's code and the person's own: the person confirms what was filed for them, or takes the report over."""

import hashlib
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import Engine

from intake.inbox import Inbox, replace_inbox
from intake.messages import NewMessage, put_message, seal_message
from intake.sending import prove_case
from models import receipts
from models.engine import write
from models.ledger import Event
from vault.boxes import BoxKey
from vault.contexts import Context
from vault.receipt_proofs import MADE, derive_proof_key, make_proof
from vault.receipts import derive_receipt, new_code
from vault.signing import SigningKey, sign_recipient
from web.config import IntakeConfig

# A helper may have to make it again: the paper got lost on the way. Taking over ends them all but one.
MOST_CODES = 5


class TooManyCodesError(Exception):
    """This case has as many codes as a case may have."""


def make_person_code(engine: Engine, config: IntakeConfig, inbox: Inbox, key: BoxKey, language: str) -> Inbox:
    """Make the affected person's own code, to be shown until it is written down; the same one when asked twice.

    Raises:
        TooManyCodesError: enough were made.
        CaseGoneError, UntrustedKeyError: as `find_report_recipient`.
    """
    if inbox.person_code:
        return inbox
    code, receipt_id = new_code(), str(uuid4())
    receipt = derive_receipt(code, salt=config.receipt_salt)
    recipient = receipt.identity.recipient.raw
    signer = SigningKey.from_bytes(config.signing_key)
    signature = sign_recipient(
        recipient, context=Context("reporter_recipient", (inbox.case_id, receipt_id)), key=signer
    )
    made = {"id": receipt_id, "digest": hashlib.sha256(recipient).hexdigest()}
    proof = make_proof(derive_proof_key(inbox.identity, MADE), receipt_id.encode(), recipient)
    message = seal_message(
        engine, config, inbox, NewMessage("code_made", language, made={**made, "proof": proof.hex()})
    )
    opened = replace(inbox, person_code=code)
    with write(engine) as connection:
        if len(receipts.list_receipts(connection, inbox.case_id)) >= MOST_CODES:
            raise TooManyCodesError
        receipts.put_receipt(
            connection,
            id=receipt_id,
            case_id=inbox.case_id,
            lookup_id=receipt.lookup_id,
            case_proof=prove_case(receipt.identity, inbox.case_id, message.recipient.raw),
            holder="person",
            recipient=recipient,
            recipient_signature=signature,
        )
        replace_inbox(connection, key, opened)
        put_message(connection, config, message, Event("receipt:made", inbox.case_id, item=receipt_id))
    return opened


def forget_person_code(engine: Engine, inbox: Inbox, key: BoxKey) -> None:
    """Forget the person's code: it is written down."""
    with write(engine) as connection:
        replace_inbox(connection, key, replace(inbox, person_code=""))


def take_over(engine: Engine, config: IntakeConfig, inbox: Inbox, language: str) -> None:
    """End every other code of the case: from now on only this one leads to it. Raises as `find_report_recipient`."""
    message = seal_message(engine, config, inbox, NewMessage("take_over", language))
    with write(engine) as connection:
        others = [row.id for row in receipts.list_receipts(connection, inbox.case_id) if row.id != inbox.receipt_id]
        for receipt_id in others:
            receipts.revoke_receipt(connection, receipt_id)
        events = [Event("receipt:ended", inbox.case_id, item=receipt_id) for receipt_id in others]
        put_message(connection, config, message, *events)
