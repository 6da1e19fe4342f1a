"""Legal hold: while it stands, nothing of the case is destroyed, also when its reporter takes the report back."""

from sqlalchemy import Connection

from casework.caseworker import Caseworker
from casework.destruction import STOPPED
from casework.ledger_writing import append_event
from casework.opening import OpenedCase, open_withdrawn_case
from casework.recording import CaseChangedError, NewItem, find_work_recipient, put_items, record_item, seal_item
from models.case_keys import lock_key_generation
from models.cases import set_held
from models.destroying import lock_withdrawal
from models.engine import write
from models.ledger import Event
from models.withdrawals import delete_withdrawal


def change_hold(caseworker: Caseworker, case: OpenedCase, reason: str, *, is_held: bool) -> str:
    """Put a hold on a case or lift it, with the reason; return the item's id.

    Raises:
        UntrustedKeyError: the case's public key is not signed by whom it should be.
    """
    return record_item(
        caseworker,
        case,
        _make_item(reason, is_held=is_held),
        change_row=lambda connection: set_held(connection, case.id, is_held=is_held),
    )


def hold_withdrawn_case(caseworker: Caseworker, reference: str, reason: str) -> None:
    """Put a hold on a case that was taken back and is not destroyed yet: that stops it, and the case opens again.

    Raises:
        CaseNotFoundError: there is no such case for this person, or it is not taken back any more.
        CaseChangedError: at this moment it was called back, destroyed, or given new keys.
        UntrustedKeyError: the case's public key is not signed by whom it should be.
    """
    case = open_withdrawn_case(caseworker, reference)
    record = seal_item(caseworker, case.id, _make_item(reason, is_held=True), find_work_recipient(caseworker, case))

    def change_row(connection: Connection) -> None:
        delete_withdrawal(connection, case.id)
        set_held(connection, case.id, is_held=True)
        append_event(connection, Event(STOPPED, case.id, actor=caseworker.staff_id), caseworker.config)

    with write(caseworker.engine) as connection:
        # In this order, which is also that of destroying and of calling a report back.
        if lock_withdrawal(connection, case.id) is None:
            raise CaseChangedError
        if lock_key_generation(connection, case.id) != case.row.key_generation:
            raise CaseChangedError
        put_items(connection, caseworker, case, [record], sealed_card=None, change_row=change_row)


def _make_item(reason: str, *, is_held: bool) -> NewItem:
    return NewItem("hold", "hold:changed", {"is_held": is_held, "reason": reason})
