"""The inbox: what a receipt code opens. How things stand, what the office wrote, and on which days this code was used.

It never holds a key that opens a report, and never shows what a reporter wrote: whoever finds a code reads no story.
"""

import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from threading import BoundedSemaphore
from typing import Any

from sqlalchemy import Connection, Engine, Row

from models import boxes, cases, receipts, replies, tables, withdrawals
from models.engine import read, write
from models.letters import LETTER_PURPOSE, read_letter
from vault.boxes import BoxKey, close_box, open_box
from vault.contexts import Context
from vault.errors import CannotOpenError, UntrustedKeyError
from vault.identities import Identity
from vault.opening import open_json
from vault.own_ids import OwnIds
from vault.receipts import CodeKeys, derive_code
from vault.signing import verify_signature
from web import clock
from web.config import IntakeConfig

MESSAGE_KINDS = ("message", "contact", "confirmation", "withdrawal", "called_back", "take_over", "code_made")
_KIND = "inbox"
_SECONDS = 3_600
# 8 MiB and 5 ms of a core each. Who comes while all are taken waits; nobody is refused, because nobody can know
# beforehand whose code is the right one. The wait is short: a process has sixteen threads, so fifteen stand before.
_DERIVATIONS = BoundedSemaphore(4)


@dataclass(frozen=True)
class Inbox:
    """An open inbox. `holder` is "person" or "helper"; `person_code` a code made for the person, while it is shown."""

    receipt_id: str
    case_id: str
    holder: str
    seed: str = field(repr=False)
    opened_at: int
    person_code: str = field(default="", repr=False)

    @property
    def identity(self) -> Identity:
        """The reporter's identity: it opens what the office wrote to this receipt."""
        return Identity.from_seed(bytes.fromhex(self.seed))

    @property
    def own_ids(self) -> OwnIds:
        """What makes the ids of this receipt's messages, and knows them again."""
        return OwnIds(self.identity)


@dataclass(frozen=True)
class ReceivedReply:
    """What the office wrote, opened. `at` is the day; `text` is empty where it did not open."""

    id: str
    at: date
    text: str
    language: str
    by_name: str
    is_question: bool
    is_answered: bool


@dataclass(frozen=True)
class OwnMessage:
    """That something was sent with this code: its kind and the day, never its words."""

    kind: str
    on: date


@dataclass(frozen=True)
class Conversation:
    """Everything that an inbox shows."""

    received_on: date
    status: str
    is_held: bool
    withdrawal: Row[Any] | None
    replies: tuple[ReceivedReply, ...]
    messages: tuple[OwnMessage, ...]
    has_other_helper: bool
    has_other_person: bool

    @property
    def has_question(self) -> bool:
        """Whether the office asked something and nothing was sent since."""
        return any(reply.is_question and not reply.is_answered for reply in self.replies)

    def has_sent(self, kind: str) -> bool:
        """Whether something of a kind was sent with this code."""
        return any(message.kind == kind for message in self.messages)


def derive_slowly(config: IntakeConfig, code: str) -> CodeKeys:
    """Derive what a typed code stands for; waits for a turn."""
    with _DERIVATIONS:
        return derive_code(code, salt=config.receipt_salt)


def find_receipt(engine: Engine, keys: CodeKeys) -> Row[Any] | None:
    """Find the receipt that a code leads to, also one that was ended; None when there is none."""
    with read(engine) as connection:
        return receipts.get_receipt(connection, keys.receipt.lookup_id)


def open_inbox(engine: Engine, key: BoxKey, receipt: Row[Any], identity: Identity) -> Inbox:
    """Open the inbox of a receipt in this browser, for an hour."""
    inbox = Inbox(
        receipt.id, receipt.case_id, receipt.holder, identity.seed.hex(), opened_at=int(clock.now().timestamp())
    )
    with write(engine) as connection:
        boxes.delete_expired_boxes(connection, tables.boxes, clock.hour())
        boxes.delete_box(connection, tables.boxes, key.lookup_id)
        boxes.put_box(
            connection,
            tables.boxes,
            box_id=key.lookup_id,
            kind=_KIND,
            record=_close(inbox, key),
            expires_hour=clock.hour() + 2,
        )
    return inbox


def _close(inbox: Inbox, key: BoxKey) -> bytes:
    return close_box(json.dumps(asdict(inbox)).encode(), key=key, context=_KIND)


def load_inbox(engine: Engine, key: BoxKey | None) -> Inbox | None:
    """Return the inbox that is open in this browser; None when none is, its hour is over, or its receipt was ended."""
    if key is None:
        return None
    with read(engine) as connection:
        row = boxes.get_box(connection, tables.boxes, key.lookup_id, clock.hour())
        if row is None:
            return None
        try:
            inbox = Inbox(**json.loads(open_box(row.record, key=key, context=_KIND)))
        except CannotOpenError:
            return None
        receipt = receipts.get_receipt_by_id(connection, inbox.receipt_id)
    is_over = clock.now().timestamp() - inbox.opened_at > _SECONDS
    return None if is_over or receipt is None or receipt.is_revoked else inbox


def replace_inbox(connection: Connection, key: BoxKey, inbox: Inbox) -> None:
    """Replace what an open inbox holds; part of a larger transaction."""
    boxes.replace_box(connection, tables.boxes, box_id=key.lookup_id, kind=_KIND, record=_close(inbox, key))


def leave_inbox(engine: Engine, key: BoxKey) -> None:
    """Close the inbox of this browser. A draft under the same key stays."""
    with write(engine) as connection:
        boxes.delete_box(connection, tables.boxes, key.lookup_id)


def load_conversation(engine: Engine, config: IntakeConfig, inbox: Inbox) -> Conversation | None:
    """Read how things stand and open what the office wrote; None when there is nothing left."""
    with read(engine) as connection:
        case = cases.get_public_case(connection, inbox.case_id)
        withdrawal = withdrawals.get_withdrawal(connection, inbox.case_id)
        written = replies.list_receipt_replies(connection, inbox.receipt_id)
        sent = cases.list_item_dates(connection, inbox.case_id, "message")
        others = [row for row in receipts.list_receipts(connection, inbox.case_id) if row.id != inbox.receipt_id]
    if case is None:
        return None
    identity, own_ids = inbox.identity, inbox.own_ids
    known = ((own_ids.recognise(row.id, MESSAGE_KINDS), row.added_on) for row in sent)
    opened = [_open_reply(row, identity, config.casework_verify_key) for row in written]
    return Conversation(
        received_on=case.received_on,
        status=case.status,
        is_held=case.is_held,
        withdrawal=withdrawal,
        replies=tuple(reply for _at, reply in sorted(opened, key=lambda pair: pair[0], reverse=True)),
        messages=tuple(OwnMessage(kind, on) for kind, on in known if kind),
        has_other_helper=any(row.holder == "helper" for row in others),
        has_other_person=any(row.holder == "person" for row in others),
    )


def _open_reply(row: Row[Any], identity: Identity, verify_key: bytes) -> tuple[str, ReceivedReply]:
    """Open one reply, if the staff site signed it; with the moment that it says of itself, to sort by."""
    is_answered = row.answered_on is not None
    try:
        plain = open_json(row.sealed, identity=identity, context=Context("message", (row.case_id, row.id)))
        letter, signature = str(plain["letter"]), bytes.fromhex(plain["signature"])
        verify_signature(letter.encode(), signature, purpose=LETTER_PURPOSE, verify_key=verify_key)
        values = read_letter(letter, row.case_id, row.id, row.receipt_id)
        at = datetime.fromisoformat(values["at"])
        words = (str(values["text"]), str(values["language"]), str(values["by_name"]))
        return at.isoformat(), ReceivedReply(
            row.id, row.added_on, *words, is_question=values["is_question"] is True, is_answered=is_answered
        )
    except (CannotOpenError, UntrustedKeyError, ValueError, TypeError, KeyError):
        nothing = ReceivedReply(row.id, row.added_on, "", "", "", is_question=False, is_answered=is_answered)
        return row.added_on.isoformat(), nothing


def delete_reply(engine: Engine, inbox: Inbox, reply_id: str) -> None:
    """Delete one message of the office, so that nobody who opens this inbox later finds it."""
    with write(engine) as connection:
        replies.delete_reply(connection, reply_id, receipt_id=inbox.receipt_id)
