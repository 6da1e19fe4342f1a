"""How a change of who may open a case is carried out: by new keys, or by giving today's keys to one more person.

Everything is sealed before the transaction and laid down in it together: keys, emergency key, card, the record of the
change, the assignment. It must never lay down a part of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from casework.access import ITEM_KIND, Access, Change, find_holders
from casework.accounts import Granter
from casework.caseworker import Caseworker
from casework.emergency_keys import exchange_emergency_key, make_emergency_key
from casework.holders import find_card_recipients, find_holder
from casework.opening import OpenedCase
from casework.recording import CardChange, NewItem, find_work_recipient, seal_card, seal_item, write_items
from casework.rekeying import Rekeying, find_todays_identities, prepare_rekeying, put_rekeying
from casework.vouching import ACCESS_EVENT
from models.case_keys import delete_case_key, mark_rekey_due
from models.cases import put_case_key, set_assignee
from models.engine import read, write
from models.notices import keep_notices_of
from vault.contexts import Context
from vault.identities import Identity
from vault.recipients import Recipient
from vault.sealing import seal_identity

Person = tuple[str, str]
NOBODY: Person = ("", "")


@dataclass(frozen=True)
class Plan:
    """What shall hold from now on, what is recorded of it, and who works on the case then."""

    access: Access
    items: tuple[NewItem, ...]
    assignee_id: str | None


@dataclass(frozen=True)
class PreparedChange:
    """A change with new keys, sealed, to be laid down with `put` in a deed's transaction."""

    rekeying: Rekeying = field(repr=False)
    change_rows: Callable[[Connection], None] = field(repr=False)

    def put(self, connection: Connection, caseworker: Caseworker) -> None:
        """Lay it down, and end with its ledger entries. Raises CaseChangedError."""
        put_rekeying(connection, caseworker, self.rekeying, change_rows=self.change_rows)


def make_item(access: Access, change: Change, *, person: Person = NOBODY, reason: str = "") -> NewItem:
    """Make the record of a change (person: id and name)."""
    values = access.describe(change, person_id=person[0], person_name=person[1], reason=reason)
    return NewItem(ITEM_KIND, ACCESS_EVENT, values)


def make_plan(case: OpenedCase, access: Access, change: Change, *, person: Person = NOBODY, reason: str = "") -> Plan:
    """Plan a change; whoever works on the case and may open it no more works on it no more."""
    assignee = case.row.assignee_id
    stays = not access.is_restricted or assignee in access.people
    return Plan(access, (make_item(access, change, person=person, reason=reason),), assignee if stays else None)


def prepare_change(caseworker: Caseworker, granter: Granter, case: OpenedCase, plan: Plan) -> PreparedChange:
    """Make and seal everything of a change with new keys, outside of any transaction.

    Raises:
        AccessRefusedError: nobody could open the case.
        UntrustedKeyError: as `rekey_case`.
        CaseChangedError: neither report nor card can be opened.
    """
    access = plan.access
    with read(caseworker.engine) as connection:
        holders = find_holders(connection, access, caseworker.config)
        emergency = make_emergency_key(connection, granter, case.id, access, caseworker.config)
    if emergency is not None:
        holders[emergency.id] = emergency.recipient
    rekeying = prepare_rekeying(caseworker, granter, case, holders, items=plan.items)

    def change_rows(connection: Connection) -> None:
        exchange_emergency_key(connection, case.id, emergency)
        set_assignee(connection, case.id, plan.assignee_id)
        if access.is_restricted:
            keep_notices_of(connection, case.id, access.people)

    return PreparedChange(rekeying, change_rows)


def put_change(caseworker: Caseworker, change: PreparedChange) -> None:
    """Lay down a prepared change in a transaction of its own. Raises CaseChangedError."""
    with write(caseworker.engine) as connection:
        change.put(connection, caseworker)


def give_keys(
    caseworker: Caseworker, case: OpenedCase, plan: Plan, *, given_to: str = "", taken_from: str = ""
) -> None:
    """Give today's keys of a case to one more person, or delete somebody's, without new keys.

    Whoever's row is deleted could have kept a copy, so the case is marked for new keys.

    Raises:
        CaseChangedError, UntrustedKeyError: as `record_item`.
    """
    identities = find_todays_identities(caseworker, case)
    kept = [each for each in case.holder_ids if each != taken_from]
    with read(caseworker.engine) as connection:
        others = [each for each in kept if each != given_to]
        recipients = find_card_recipients(connection, others, caseworker.config)
        recipient = find_holder(connection, given_to, caseworker.config) if given_to else None
    row = _seal_case_key(case.id, given_to, recipient, identities) if recipient else None
    work = find_work_recipient(caseworker, case)
    card = seal_card(case, keep_card(case), [*recipients, *([recipient] if recipient else []), work])
    items = [seal_item(caseworker, case.id, item, work) for item in plan.items]

    def change_row(connection: Connection) -> None:
        if row is not None:
            delete_case_key(connection, case.id, given_to)
            put_case_key(connection, **row)
        if taken_from:
            delete_case_key(connection, case.id, taken_from)
            mark_rekey_due(connection, [case.id])
        keep_notices_of(connection, case.id, plan.access.people)
        set_assignee(connection, case.id, plan.assignee_id)

    write_items(caseworker, case, items, sealed_card=card, change_row=change_row)


def keep_card(case: OpenedCase) -> CardChange:
    """What the queue's card says already."""
    return CardChange(case.conflict.value, case.marks)


def _seal_case_key(
    case_id: str, holder_id: str, recipient: Recipient, identities: tuple[Identity, Identity]
) -> dict[str, str | bytes]:
    report, work = identities
    return {
        "case_id": case_id,
        "holder_id": holder_id,
        "sealed_report_identity": seal_identity(
            report, recipients=[recipient], context=Context("report_identity", (case_id, holder_id))
        ),
        "sealed_work_identity": seal_identity(
            work, recipients=[recipient], context=Context("work_identity", (case_id, holder_id))
        ),
    }
