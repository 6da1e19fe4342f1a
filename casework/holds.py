"""Legal hold: while it stands, nothing of the case is destroyed, also when its reporter takes the report back."""

from casework.caseworker import Caseworker
from casework.opening import OpenedCase
from casework.recording import NewItem, record_item
from models.cases import set_held


def change_hold(caseworker: Caseworker, case: OpenedCase, reason: str, *, is_held: bool) -> str:
    """Put a hold on a case or lift it, with the reason; return the item's id.

    Raises:
        UntrustedKeyError: the case's public key is not signed by whom it should be.
    """
    return record_item(
        caseworker,
        case,
        NewItem("hold", "hold:changed", {"is_held": is_held, "reason": reason}),
        change_row=lambda connection: set_held(connection, case.id, is_held=is_held),
    )
