"""What is shown of the office's accounts. It must never show anything of a private key."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Row

from casework.account_vouching import list_unvouched_accounts
from casework.invitations import is_over
from casework.ledger_writing import SITE, find_verify_keys, make_signature_check
from casework.permissions import GRANTING_ROLES, LEGAL_ROLES, Role
from casework.role_names import ROLE_NAMES
from models.engine import read
from models.held_keys import list_active_holders, list_own_cases
from models.invitations import get_invitation_of, list_invitations
from models.office_keys import get_office_key
from models.staff import get_staff, list_staff
from vault.contexts import Context
from vault.errors import CannotSealError, UntrustedKeyError
from vault.recipients import Recipient
from vault.signing import verify_recipient
from web.config import CaseworkConfig


class State(StrEnum):
    """How an account stands."""

    ACTIVE = "active"
    INVITED = "invited"
    INVITATION_OVER = "invitation_over"
    WAITING = "waiting"  # for a key: joined, and nobody has compared the fingerprint
    LEFT = "left"


STATE_NAMES = {
    State.ACTIVE: "Active",
    State.INVITED: "Invited",
    State.INVITATION_OVER: "Invited; the link is too old",
    State.WAITING: "Waits for a key",
    State.LEFT: "Has no access",
}


@dataclass(frozen=True)
class Person:
    """One account as shown.

    An empty fingerprint: nobody has joined under this name, or has access no more. Not `is_trusted`: a signature is
    there, and it is not the office's on this key. `restricted_cases` is how many they hold by name. Not `is_vouched`:
    the account is not as the ledger recorded it last.
    """

    staff_id: str
    name: str
    email: str
    role: str
    role_code: str
    state: State
    fingerprint: str = ""
    is_signed: bool = False
    is_trusted: bool = True
    needs_key: bool = False
    holds_office_key: bool = False
    may_grant: bool = False
    restricted_cases: int = 0
    is_vouched: bool = True

    @property
    def state_name(self) -> str:
        """How the account stands, in words."""
        return STATE_NAMES[self.state]


def list_people(engine: Engine, config: CaseworkConfig) -> list[Person]:
    """List all accounts and invitations by name, each key checked against the office's signature."""
    with read(engine) as connection:
        rows = list_staff(connection)
        invitations = {row.staff_id: row for row in list_invitations(connection)}
        people = [_make_person(connection, row, invitations.pop(row.id, None), config) for row in rows]
        unvouched = list_unvouched_accounts(connection, make_signature_check(find_verify_keys(config)[SITE]))
    people = [replace(person, is_vouched=person.staff_id not in unvouched) for person in people]
    people += [_make_invited(row) for row in invitations.values()]
    return sorted(people, key=lambda person: person.name.casefold())


def find_person(engine: Engine, config: CaseworkConfig, staff_id: str) -> Person | None:
    """Find one account or invitation, or None."""
    with read(engine) as connection:
        row = get_staff(connection, staff_id)
        invitation = get_invitation_of(connection, staff_id)
        if row is None:
            return _make_invited(invitation) if invitation is not None else None
        return _make_person(connection, row, invitation, config)


def list_granters(engine: Engine, config: CaseworkConfig) -> list[str]:
    """List the names of those who may give somebody their key: signed, active, with the office signing key."""
    return [person.name for person in list_people(engine, config) if person.may_grant and person.is_signed]


def _make_invited(row: Row[Any]) -> Person:
    state = State.INVITATION_OVER if is_over(row) else State.INVITED
    role, needs_key = _name_role(row.role), row.role in LEGAL_ROLES
    return Person(row.staff_id, row.name, row.email, role, row.role, state, needs_key=needs_key)


def _make_person(connection: Connection, row: Row[Any], invitation: Row[Any] | None, config: CaseworkConfig) -> Person:
    key = get_office_key(connection)
    own = [each for each in list_active_holders(connection, key.id) if each.id == row.id] if key is not None else []
    needs_key = row.role in LEGAL_ROLES
    is_signed = _is_signed(row, config)
    may_grant = bool(own) and own[0].sealed_signing_key is not None
    return Person(
        row.id,
        row.name,
        row.email,
        _name_role(row.role),
        row.role,
        _find_state(row, invitation, waits=needs_key and not own),
        fingerprint=_find_fingerprint(row) if row.is_active else "",
        is_signed=is_signed,
        is_trusted=is_signed or not row.recipient_signature,
        needs_key=needs_key,
        holds_office_key=bool(own),
        may_grant=may_grant and row.role in GRANTING_ROLES,
        restricted_cases=len(list_own_cases(connection, row.id)),
    )


def _find_state(row: Row[Any], invitation: Row[Any] | None, *, waits: bool) -> State:
    if row.is_active:
        return State.WAITING if waits else State.ACTIVE
    if invitation is None:
        return State.LEFT
    return State.INVITATION_OVER if is_over(invitation) else State.INVITED


def _is_signed(row: Row[Any], config: CaseworkConfig) -> bool:
    context = Context("staff_recipient", (row.id,))
    try:
        verify_recipient(row.recipient, row.recipient_signature, context=context, verify_key=config.office_verify_key)
    except UntrustedKeyError:
        return False
    return True


def _find_fingerprint(row: Row[Any]) -> str:
    try:
        return Recipient.from_bytes(row.recipient).fingerprint
    except CannotSealError:
        return ""


def _name_role(role: str) -> str:
    return ROLE_NAMES[Role(role)] if role in set(Role) else role
