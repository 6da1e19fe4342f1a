"""New keys after somebody left: the office's, and those of the restricted cases that they held.

Each is a transaction of its own; what cannot be done now stays marked as due, and supervising attorneys are told.
"""

from dataclasses import dataclass

from sqlalchemy import Engine

from casework.access import AccessRefusedError
from casework.access_changes import renew_keys
from casework.accounts import open_granter
from casework.caseworker import Caseworker
from casework.errors import MayNotGrantError
from casework.leaving import Departure
from casework.opening import CaseNotFoundError, CaseWithdrawnError, open_case
from casework.recording import CaseChangedError
from casework.rotating import KeyChangedError, find_key_holders, rotate_office_key
from casework.sessions import StaffSession
from models.engine import read
from models.held_keys import count_rekeys_due, list_rekeys_due
from models.office_keys import get_office_key
from models.staff import list_staff
from vault.errors import UntrustedKeyError
from web.config import CaseworkConfig

REASON = "Somebody who held the case has left"


@dataclass(frozen=True)
class Due:
    """What should get new keys and has not: the office, and cases. Only those that the reader holds are named."""

    is_office_due: bool
    references: tuple[str, ...]
    other_cases: int

    @property
    def is_anything(self) -> bool:
        """Whether anything is due."""
        return self.is_office_due or bool(self.references) or self.other_cases > 0


def list_shut_out(engine: Engine, config: CaseworkConfig, leaver_id: str) -> dict[str, str]:
    """List the people besides a leaver whom a new office key would leave out until they are compared; names by id.

    Empty where a stored key is not signed by the office: then no new key is made at all.
    """
    with read(engine) as connection:
        key = get_office_key(connection)
        if key is None:
            return {}
        try:
            left_out = set(find_key_holders(connection, key.id, config).left_out) - {leaver_id}
        except UntrustedKeyError:
            return {}
        return {row.id: row.name for row in list_staff(connection) if row.id in left_out and row.is_active}


def make_new_keys(caseworker: Caseworker, departure: Departure) -> None:
    """Make as many of the new keys as this person can; the rest stays due.

    Raises:
        UntrustedKeyError: a stored public key is not signed by the office: nothing is sealed to a stranger.
    """
    try:
        granter = open_granter(caseworker.engine, caseworker.session)
        if departure.held_office_key:
            rotate_office_key(caseworker.engine, caseworker.config, granter, reason="left")
    except (MayNotGrantError, KeyChangedError):
        return
    for reference in departure.references:
        try:
            renew_keys(caseworker, granter, open_case(caseworker, reference), REASON)
        except (CaseNotFoundError, CaseWithdrawnError, CaseChangedError, AccessRefusedError):
            continue


def find_due(engine: Engine, session: StaffSession) -> Due:
    """Find what should get new keys; a case that the reader does not hold is counted and not named."""
    with read(engine) as connection:
        key = get_office_key(connection)
        references = tuple(list_rekeys_due(connection, session.holder_ids))
        total = count_rekeys_due(connection)
    return Due(key is not None and key.is_rotation_due, references, total - len(references))
