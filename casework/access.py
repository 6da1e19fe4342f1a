"""Who may open a case, as the office recorded it: open to the office, or restricted; to whom; who is walled off.

Every change is sealed to the case and carries the whole of what holds from then on. What the ledger does not vouch
for decides nothing here: nobody who writes to the database can lift a wall.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from casework.account_vouching import list_unvouched_accounts
from casework.errors import CaseworkError
from casework.holders import find_holder, find_recovery_holder
from casework.ledger_writing import SITE, find_verify_keys, make_signature_check
from casework.opening import OpenedCase, WorkItem
from casework.permissions import LEGAL_ROLES, Role
from casework.vouching import ACCESS_EVENT
from models.office_keys import get_office_key, list_held_keys, list_keys
from models.staff import list_staff
from vault.errors import UntrustedKeyError
from vault.recipients import Recipient
from web.config import CaseworkConfig

ITEM_KIND = "access_change"
# A card is sealed to each of them, and a sealed thing has 128 recipients at most.
MOST_PEOPLE = 120
WALLED = "This person is walled off from this case. Nobody can give it to them while the wall stands."


class Change(StrEnum):
    """What was changed about who may open a case."""

    RESTRICTED = "restricted"
    OPENED = "opened"
    WALLED = "walled"
    WALL_LIFTED = "wall_lifted"
    GRANTED = "granted"
    TAKEN = "taken"
    HANDED_OVER = "handed_over"
    EMERGENCY = "emergency"
    RENEWED = "renewed"


class AccessRefusedError(CaseworkError):
    """This may not be done to who may open a case; `words` says why, for the page."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words


@dataclass(frozen=True)
class Wall:
    """Somebody who must never be given a case, and why."""

    staff_id: str
    name: str
    reason: str
    by_name: str
    on: str  # an ISO date


@dataclass(frozen=True)
class Access:
    """Who may open a case. `people` are account ids, of a restricted case only.

    `is_whole` is false where the newest record that the ledger names is missing or changed: then nobody can tell who
    is walled off, and nobody may be given the case before it is restricted anew.
    """

    is_restricted: bool = False
    people: tuple[str, ...] = ()
    walls: tuple[Wall, ...] = ()
    is_whole: bool = True

    @property
    def walled_ids(self) -> frozenset[str]:
        """The account ids of who is walled off."""
        return frozenset(wall.staff_id for wall in self.walls)

    def give_to(self, staff_id: str) -> "Access":
        """The same with one more person who may open it; of a case that is open to the office, the same."""
        people = tuple(dict.fromkeys((*self.people, staff_id))) if self.is_restricted else ()
        return replace(self, people=people)

    def take_from(self, staff_id: str) -> "Access":
        """The same without one person."""
        return replace(self, people=tuple(each for each in self.people if each != staff_id))

    def describe(
        self, change: Change, *, person_id: str = "", person_name: str = "", reason: str = ""
    ) -> dict[str, Any]:
        """Write what holds from now on, and what was changed, as the values of an item."""
        return {
            "change": change.value,
            "person": person_id,
            "person_name": person_name,
            "reason": reason,
            "is_restricted": self.is_restricted,
            "people": list(self.people),
            "walls": [vars(wall) for wall in self.walls],
        }


@dataclass(frozen=True)
class Colleague:
    """Somebody of the office who may sign in and whose role lets them work on cases.

    Who `waits` has a key that nobody has compared and signed yet: nothing is sealed to them before that.
    """

    id: str
    name: str
    role: Role
    waits: bool = False


def read_access(case: OpenedCase) -> Access:
    """Read who may open a case from what was recorded; without any record, it is open to the office."""
    newest = next((entry for entry in reversed(case.ledger.entries) if entry.kind == ACCESS_EVENT), None)
    if newest is None:
        return Access()
    items = [item for item in case.list_items(ITEM_KIND) if item.is_vouched and item.has_opened]
    for item in items:
        access = _read_item(item)
        if access is not None:
            return replace(access, is_whole=item.id == newest.item)
    return Access(is_restricted=True, is_whole=False)


def _read_item(item: WorkItem) -> Access | None:
    values = item.values
    try:
        walls = tuple(Wall(**wall) for wall in values["walls"])
        return Access(values["is_restricted"] is True, tuple(str(each) for each in values["people"]), walls)
    except (TypeError, KeyError):
        return None


def find_colleagues(connection: Connection, config: CaseworkConfig) -> dict[str, Colleague]:
    """Find who of the office works on cases, by account id, in the order of their names.

    Whoever's account is not as the ledger recorded it last is left out: somebody who writes to the database could
    bring a leaver back, whose key the office did sign. A key that it did not sign stays, so that sealing to it is
    refused aloud: see `find_holders`.
    """
    unvouched = list_unvouched_accounts(connection, make_signature_check(find_verify_keys(config)[SITE]))
    return {
        row.id: Colleague(row.id, row.name, Role(row.role), waits=not row.recipient_signature)
        for row in list_staff(connection)
        if row.is_active
        and row.role in LEGAL_ROLES
        and not (row.id in unvouched and _is_signed(connection, row.id, config))
    }


def _is_signed(connection: Connection, staff_id: str, config: CaseworkConfig) -> bool:
    try:
        find_holder(connection, staff_id, config)
    except UntrustedKeyError:
        return False
    return True


def find_holders(connection: Connection, access: Access, config: CaseworkConfig) -> dict[str, Recipient]:
    """Find whom a case's keys are sealed to: holder id to verified recipient.

    The office's key of today; or, of a restricted case, each person and the recovery key, where there is one. Whoever
    waits for their key to be compared is left out: they are given the keys once it is.

    Raises:
        AccessRefusedError: a restricted case would be left with nobody who can open it.
        UntrustedKeyError: one of these keys is not signed by the office, or there is none.
    """
    if not access.is_restricted:
        office_key = get_office_key(connection)
        if office_key is None:
            raise UntrustedKeyError
        return {office_key.id: find_holder(connection, office_key.id, config)}
    colleagues = find_colleagues(connection, config)
    ready = [each for each in access.people if each in colleagues and not colleagues[each].waits]
    require_people(ready)
    people = {each: find_holder(connection, each, config) for each in ready}
    return people | find_recovery_holder(connection, config)


def can_open(connection: Connection, staff_id: str, holder_ids: Collection[str]) -> bool:
    """Whether a person holds the keys of a case that has these holders: as one of them, or through the office."""
    if staff_id in holder_ids:
        return True
    predecessors = {row.id: row.predecessor_id for row in list_keys(connection)}
    reached: set[str] = set()
    for row in list_held_keys(connection, staff_id):
        key_id = row.office_key_id
        while key_id is not None and key_id not in reached:
            reached.add(key_id)
            key_id = predecessors.get(key_id)
    return not reached.isdisjoint(holder_ids)


def require_whole(access: Access) -> None:
    """Refuse to give anybody a case of which nobody can tell who is walled off. Raises AccessRefusedError."""
    if not access.is_whole:
        raise AccessRefusedError(
            "The record of who may open this case is missing or was changed. A supervising attorney must restrict the "
            "case anew, with every wall, before anybody else is given it."
        )


def require_people(people: Sequence[str]) -> None:
    """Refuse to leave a case with nobody who can open it, or with too many to seal it to. Raises AccessRefusedError."""
    if not people:
        raise AccessRefusedError("Somebody must be able to open the case. Give it to another person first.")
    if len(people) > MOST_PEOPLE:
        raise AccessRefusedError(f"A case can be restricted to {MOST_PEOPLE} people at most. Choose who needs it.")
