"""Who may open a case, as its page shows it. It is for those who can open the case: names and reasons stand in it."""

from dataclasses import dataclass, field

from sqlalchemy import Connection

from casework.access import Access, Change, Colleague, can_open, find_colleagues, read_access
from casework.caseworker import Caseworker
from casework.emergency_keys import THRESHOLD, list_lenders
from casework.ledger_writing import append_event
from casework.opening import OpenedCase, WorkItem
from casework.permissions import Role
from models.emergency_keys import get_case_emergency_key, list_shares
from models.engine import read, write
from models.ledger import Event
from models.recovery_keys import get_recovery_key

CHANGES: dict[str, str] = {
    Change.RESTRICTED: "Restricted",
    Change.OPENED: "Opened to the office",
    Change.WALLED: "Walled off",
    Change.WALL_LIFTED: "Wall lifted",
    Change.GRANTED: "Given to",
    Change.TAKEN: "Taken away from",
    Change.HANDED_OVER: "Handed over to",
    Change.EMERGENCY: "Opened in an emergency for",
    Change.RENEWED: "New keys made",
}
ROLES: dict[Role, str] = {
    Role.INTAKE: "Intake",
    Role.ATTORNEY: "Attorney",
    Role.SUPERVISING_ATTORNEY: "Supervising attorney",
}


@dataclass(frozen=True)
class Opener:
    """Somebody who may open the case. `has_keys` is false for who was given it and holds no row of its keys.

    Who `waits` has a key that nobody has compared yet, so they are given nothing before that.
    """

    id: str
    name: str
    role: str
    has_keys: bool
    waits: bool
    is_self: bool


@dataclass(frozen=True)
class AccessListing:
    """Everything on the page. `lenders` hold a share of the emergency key, `without_share` could and do not yet."""

    access: Access
    openers: tuple[Opener, ...]
    has_recovery: bool
    lenders: tuple[str, ...]
    without_share: tuple[str, ...]
    changes: tuple[WorkItem, ...] = field(repr=False)
    colleagues: dict[str, Colleague] = field(repr=False)

    @property
    def is_emergency_possible(self) -> bool:
        """Whether two supervising attorneys could open it together."""
        return len(self.lenders) >= THRESHOLD


def list_access(caseworker: Caseworker, case: OpenedCase) -> AccessListing:
    """List who may open a case, who is walled off, and who could open it in an emergency."""
    access = read_access(case)
    with read(caseworker.engine) as connection:
        colleagues = find_colleagues(connection, caseworker.config)
        ids = access.people if access.is_restricted else tuple(colleagues)
        named = [colleagues[each] for each in ids if each in colleagues]
        everybody = [_describe(connection, caseworker, case, each) for each in named]
        key = get_case_emergency_key(connection, case.id)
        sharing = {row.staff_id for row in list_shares(connection, key.id)} if key is not None else set()
        has_recovery = get_recovery_key(connection) is not None
    eligible = list_lenders(colleagues.values(), access.walled_ids)
    return AccessListing(
        access=access,
        # Of a case that is open to the office: whoever holds the office's key, and nobody who still waits for it.
        openers=tuple(each for each in everybody if access.is_restricted or each.has_keys),
        has_recovery=has_recovery,
        lenders=tuple(each.name for each in eligible if each.id in sharing),
        without_share=tuple(each.name for each in eligible if each.id not in sharing),
        changes=tuple(case.list_items("access_change")),
        colleagues=colleagues,
    )


def record_access_view(caseworker: Caseworker, case: OpenedCase) -> None:
    """Record that this person looked at who may open the case: the reasons of walls stand there."""
    with write(caseworker.engine) as connection:
        append_event(connection, Event("case:opened", case.id, actor=caseworker.staff_id), caseworker.config)


def _describe(connection: Connection, caseworker: Caseworker, case: OpenedCase, colleague: Colleague) -> Opener:
    has_keys = can_open(connection, colleague.id, case.holder_ids)
    is_self = colleague.id == caseworker.staff_id
    return Opener(colleague.id, colleague.name, ROLES.get(colleague.role, ""), has_keys, colleague.waits, is_self)
