"""Giving a case to a person of the office, or to nobody. It must never assign a case to somebody who cannot open it."""

from casework.access import can_open
from casework.caseworker import Caseworker
from casework.errors import CaseworkError
from casework.opening import OpenedCase
from casework.permissions import LEGAL_ROLES
from casework.recording import NewItem, record_item
from models.cases import set_assignee
from models.engine import read
from models.staff import list_staff


class CannotOpenCaseError(CaseworkError):
    """Whoever a case should be assigned to holds no key of it."""


def list_colleagues(caseworker: Caseworker) -> dict[str, str]:
    """List who a case may be given to: id to name, by name."""
    with read(caseworker.engine) as connection:
        rows = list_staff(connection)
    return {row.id: row.name for row in rows if row.is_active and row.role in LEGAL_ROLES}


def list_names(caseworker: Caseworker) -> dict[str, str]:
    """List everybody's name by id, also of those who left: history names them."""
    with read(caseworker.engine) as connection:
        return {row.id: row.name for row in list_staff(connection)}


def assign_case(caseworker: Caseworker, case: OpenedCase, staff_id: str | None, name: str) -> str:
    """Give a case to a person, or with None to nobody; return the item's id.

    Raises:
        CannotOpenCaseError: this person holds no key of the case.
        UntrustedKeyError: the case's public key is not signed by whom it should be.
    """
    if staff_id is not None:
        with read(caseworker.engine) as connection:
            if not can_open(connection, staff_id, case.holder_ids):
                raise CannotOpenCaseError
    return record_item(
        caseworker,
        case,
        NewItem("assignment", "case:assigned", {"to": staff_id or "", "to_name": name}),
        change_row=lambda connection: set_assignee(connection, case.id, staff_id),
    )
