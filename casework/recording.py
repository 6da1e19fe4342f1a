"""Recording what the office did on a case: sealed to the case, named in the ledger, all in one transaction.

It must never seal to a key that the right site did not sign, nor store a word that is not sealed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from casework.case_keys import WORK, find_own_recipient
from casework.caseworker import Caseworker
from casework.errors import CaseworkError
from casework.holders import find_card_recipients
from casework.ledger_writing import append_event
from casework.opening import OpenedCase
from casework.vouching import CARD_EVENT, digest
from models.card import Card, make_card
from models.case_keys import lock_key_generation
from models.cases import list_case_holders, put_sealed_item, replace_card
from models.engine import read, write
from models.ledger import Event
from vault.contexts import Context
from vault.errors import UntrustedKeyError
from vault.recipients import Recipient
from vault.sealing import seal_json
from web.clock import now


class CaseChangedError(CaseworkError):
    """Somebody else changed the case between its opening and now; nothing was written."""


class StoryShutError(CaseworkError):
    """The conflict check does not allow this yet."""


@dataclass(frozen=True)
class NewItem:
    """What is to be recorded: kind of sealed item, kind of ledger entry, and its own values (plain JSON)."""

    kind: str
    event: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class CardChange:
    """What the queue's card shall say from now on."""

    conflict: str
    marks: tuple[str, ...]


def _do_nothing(_connection: Connection) -> None:
    return


def record_item(
    caseworker: Caseworker,
    case: OpenedCase,
    item: NewItem,
    *,
    card: CardChange | None = None,
    change_row: Callable[[Connection], None] = _do_nothing,
) -> str:
    """Seal an item to the case's work key, store and log it, and return its id.

    `change_row` may change the readable row of the case in the same transaction.

    Raises:
        UntrustedKeyError: a stored public key is not signed by whom it should be.
        CaseChangedError: the case's keys or its card are not those that were opened any more.
    """
    sealed_card = _seal_card(caseworker, case, card) if card else None
    record = seal_item(caseworker, case.id, item, find_work_recipient(caseworker, case))
    write_items(caseworker, case, [record], sealed_card=sealed_card, change_row=change_row)
    return record.id


@dataclass(frozen=True)
class SealedItem:
    """An item ready to be laid down, and the kind of its ledger entry."""

    id: str
    kind: str
    event: str
    sealed: bytes = field(repr=False)


def seal_item(caseworker: Caseworker, case_id: str, item: NewItem, recipient: Recipient) -> SealedItem:
    """Seal an item, with who records it and when."""
    item_id = str(uuid4())
    session = caseworker.session
    values = {**item.values, "by": session.staff_id, "by_name": session.name, "at": now().isoformat()}
    sealed = seal_json(values, recipients=[recipient], context=Context(item.kind, (case_id, item_id)))
    return SealedItem(item_id, item.kind, item.event, sealed)


def write_items(
    caseworker: Caseworker,
    case: OpenedCase,
    items: Iterable[SealedItem],
    *,
    sealed_card: bytes | None = None,
    change_row: Callable[[Connection], None] = _do_nothing,
) -> None:
    """Lay down sealed items, and with them a card, in one transaction with their ledger entries.

    Raises:
        CaseChangedError: the case's keys or its card are not those that were opened any more.
    """
    with write(caseworker.engine) as connection:
        # What was sealed to keys that the case has no more would open for whoever was shut out meanwhile.
        if lock_key_generation(connection, case.id) != case.row.key_generation:
            raise CaseChangedError
        put_items(connection, caseworker, case, items, sealed_card=sealed_card, change_row=change_row)


def put_items(
    connection: Connection,
    caseworker: Caseworker,
    case: OpenedCase,
    items: Iterable[SealedItem],
    *,
    sealed_card: bytes | None,
    change_row: Callable[[Connection], None],
) -> None:
    """Lay down sealed items and a card inside a deed's transaction, and end it with their ledger entries.

    Raises:
        CaseChangedError: the card is not the one that was opened any more.
    """
    events = []
    for item in items:
        put_sealed_item(
            connection, id=item.id, case_id=case.id, kind=item.kind, added_on=caseworker.today, sealed=item.sealed
        )
        events.append(Event(item.event, case.id, digest(item.sealed), caseworker.staff_id, item.id))
    change_row(connection)
    if sealed_card is not None:
        if not replace_card(connection, case.id, sealed_card, previous=case.row.sealed_card):
            raise CaseChangedError
        events.insert(0, Event(CARD_EVENT, case.id, digest(sealed_card), caseworker.staff_id, case.id))
    for event in events:
        append_event(connection, event, caseworker.config)


def find_work_recipient(caseworker: Caseworker, case: OpenedCase) -> Recipient:
    """Return the public key that the office's own things about a case are sealed to.

    Raises:
        UntrustedKeyError: as `find_own_recipient`, or older keys were put back.
    """
    if not case.has_todays_keys:
        raise UntrustedKeyError
    return find_own_recipient(WORK, case.row, case.work_keyring, caseworker.config)


def _seal_card(caseworker: Caseworker, case: OpenedCase, change: CardChange) -> bytes:
    with read(caseworker.engine) as connection:
        recipients = find_card_recipients(connection, list_case_holders(connection, case.id), caseworker.config)
    if case.row.key_generation:
        recipients.append(find_work_recipient(caseworker, case))
    return seal_card(case, change, recipients)


def seal_card(case: OpenedCase, change: CardChange, recipients: Sequence[Recipient]) -> bytes:
    """Make the card anew from the report, so that nothing that somebody put into the old one lives on, and seal it.

    Raises:
        CaseChangedError: neither report nor card can be opened.
    """
    card = replace(_make_card(case), conflict=change.conflict, marks=change.marks)
    return seal_json(card.to_json(), recipients=recipients, context=Context("card", (case.id,)))


def _make_card(case: OpenedCase) -> Card:
    if case.report is not None:
        dates = case.dates
        return make_card(
            case.report,
            earliest_on=dates.earliest.isoformat() if dates.earliest else "",
            latest_on=dates.latest.isoformat() if dates.latest else "",
        )
    if case.card is None:
        raise CaseChangedError
    return case.card
