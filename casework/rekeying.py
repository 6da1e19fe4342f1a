"""Giving a case new keys, so that what comes from now on opens for today's holders and for nobody else.

What was sealed before stays as it is: the private halves that the case had are sealed to the new ones. It must never
seal to a key that the office did not sign, nor leave a case half with old keys and half with new ones.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from casework.accounts import Granter
from casework.case_keys import REPORT, WORK, find_own_recipient
from casework.caseworker import Caseworker
from casework.ledger_writing import append_event
from casework.opening import OpenedCase
from casework.recording import CardChange, CaseChangedError, NewItem, SealedItem, put_items, seal_card, seal_item
from casework.vouching import KEYS_EVENT, find_keys_digest
from models.case_keys import exchange_case_keys, lock_key_generation
from models.cases import list_case_holders
from models.engine import write
from models.ledger import Event
from vault.contexts import Context
from vault.errors import UntrustedKeyError
from vault.identities import Identity
from vault.recipients import Recipient
from vault.sealing import make_case_keys, seal_identity
from vault.signing import sign_recipient

RowChange = Callable[[Connection], None]


@dataclass(frozen=True)
class Rekeying:
    """New keys of a case, everything sealed and signed, to be laid down with `put_rekeying`."""

    case: OpenedCase = field(repr=False)
    public: Mapping[str, bytes] = field(repr=False)
    held: Sequence[Mapping[str, Any]] = field(repr=False)
    former: Mapping[str, bytes] = field(repr=False)
    card: bytes = field(repr=False)
    items: Sequence[SealedItem] = field(repr=False)

    @property
    def digest(self) -> str:
        """What the ledger names the new keys by."""
        return find_keys_digest(self.public["report_recipient"], self.public["work_recipient"])


def rekey_case(
    caseworker: Caseworker,
    granter: Granter,
    case: OpenedCase,
    holders: Mapping[str, Recipient],
    *,
    items: Sequence[NewItem] = (),
    change_rows: RowChange | None = None,
) -> None:
    """Give a case new keys, held by these and nobody else (holder id to verified recipient), in one transaction.

    `items` are recorded with it, sealed to the new keys already; `change_rows` may change readable rows beside it.

    Raises:
        UntrustedKeyError: the case's keys are not its own, so that nobody can tell what to carry over.
        CaseChangedError: somebody else changed keys, holders or card meanwhile; nothing was written.
    """
    rekeying = prepare_rekeying(caseworker, granter, case, holders, items=items)
    with write(caseworker.engine) as connection:
        put_rekeying(connection, caseworker, rekeying, change_rows=change_rows)


def prepare_rekeying(
    caseworker: Caseworker,
    granter: Granter,
    case: OpenedCase,
    holders: Mapping[str, Recipient],
    *,
    items: Sequence[NewItem] = (),
) -> Rekeying:
    """Make and seal a case's new keys, outside of any transaction.

    Raises:
        UntrustedKeyError: as `rekey_case`.
        CaseChangedError: neither report nor card can be opened.
    """
    report, work = find_todays_identities(caseworker, case)
    made = make_case_keys(case.id, holders=holders)
    signed = {"report": made.report.raw, "work": made.work.raw}
    public = {f"{which}_recipient": raw for which, raw in signed.items()}
    for which, raw in signed.items():
        context = Context(f"case_{which}_recipient", (case.id,))
        public[f"{which}_recipient_signature"] = sign_recipient(raw, context=context, key=granter.signing_key)
    held = [
        {
            "holder_id": each.holder_id,
            "sealed_report_identity": each.report_identity,
            "sealed_work_identity": each.work_identity,
        }
        for each in made.sealed
    ]
    place = (case.id, str(case.row.key_generation))
    former = {
        "sealed_report_identity": seal_identity(
            report, recipients=[made.report], context=Context("former_report_identity", place)
        ),
        "sealed_work_identity": seal_identity(
            work, recipients=[made.work], context=Context("former_work_identity", place)
        ),
    }
    card = seal_card(case, CardChange(case.conflict.value, case.marks), [*holders.values(), made.work])
    sealed_items = [seal_item(caseworker, case.id, item, made.work) for item in items]
    return Rekeying(case, public, held, former, card, sealed_items)


def put_rekeying(
    connection: Connection, caseworker: Caseworker, rekeying: Rekeying, *, change_rows: RowChange | None = None
) -> None:
    """Lay down a case's new keys inside a deed's transaction, and end it with their ledger entries.

    Raises:
        CaseChangedError: somebody else changed keys, holders or card meanwhile.
    """
    case = rekeying.case
    # Locked first: whoever gives somebody the keys of today takes the same lock.
    lock_key_generation(connection, case.id)
    holders = tuple(list_case_holders(connection, case.id))
    is_exchanged = exchange_case_keys(
        connection,
        case.id,
        generation=case.row.key_generation,
        public=rekeying.public,
        held=rekeying.held,
        former=rekeying.former,
    )
    if not is_exchanged or holders != case.holder_ids:
        raise CaseChangedError
    put_items(
        connection, caseworker, case, rekeying.items, sealed_card=rekeying.card, change_row=change_rows or _keep_rows
    )
    event = Event(KEYS_EVENT, case.id, rekeying.digest, caseworker.staff_id)
    append_event(connection, event, caseworker.config)


def find_todays_identities(caseworker: Caseworker, case: OpenedCase) -> tuple[Identity, Identity]:
    """Find the private halves of the keys that a case has today, report and work.

    Raises:
        UntrustedKeyError: the stored public keys are others, or older ones that were put back.
    """
    if not case.has_todays_keys or case.report_keyring is None or case.work_keyring is None:
        raise UntrustedKeyError
    find_own_recipient(REPORT, case.row, case.report_keyring, caseworker.config)
    find_own_recipient(WORK, case.row, case.work_keyring, caseworker.config)
    return case.report_keyring.newest, case.work_keyring.newest


def _keep_rows(_connection: Connection) -> None:
    return
