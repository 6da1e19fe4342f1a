"""Taking access away: somebody leaves, forgets their passphrase, or changes to another role.

Each is one transaction that first makes everybody else who changes keys wait, and then looks whether the office could
still open everything. It must never leave the office with something that nobody can open, shares on paper aside.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row

from casework.accounts import NewPerson, is_name
from casework.errors import InvalidPersonError, MayNotGoError, StaffChangedError
from casework.invitations import Invited, lay_down_invitation
from casework.ledger_writing import append_event
from casework.passphrases import make_passphrase
from casework.permissions import GRANTING_ROLES, LEGAL_ROLES, Role
from casework.sessions import end_sessions_of
from models.case_keys import lock_key_generation, mark_rekey_due
from models.emergency_keys import drop_shares
from models.engine import write
from models.held_keys import (
    delete_case_rows,
    delete_office_holders,
    drop_signing_key,
    list_active_holders,
    list_cases_held_alone,
    list_own_cases,
    lock_office_key,
    mark_rotation_due,
)
from models.invitations import delete_invitation_of, get_invitation_of
from models.ledger import Event
from models.staff import change_staff, get_staff
from vault.identities import Identity
from vault.keyslots import RFC_9106_LOW_MEMORY, Cost, lock_identity
from web.config import CaseworkConfig

ONESELF: Final = "oneself"
LAST_HOLDER: Final = "last_holder"
LAST_GRANTER: Final = "last_granter"
LAST_OF_CASES: Final = "last_of_cases"


@dataclass(frozen=True)
class Departure:
    """What somebody held until now, so that it should get new keys: the office's, and these restricted cases."""

    staff_id: str
    held_office_key: bool
    references: tuple[str, ...]


def close_account(
    engine: Engine, config: CaseworkConfig, staff_id: str, *, actor: str, cost: Cost = RFC_9106_LOW_MEMORY
) -> Departure:
    """Close an account: sessions end at once, and everything that was sealed to the person is deleted.

    What they held is marked as due for new keys. Their name stays, because history names it.

    Raises:
        MayNotGoError: the office could not open something any more, or it is oneself.
        StaffChangedError: there is no such account, or it is closed already.
    """
    nobody = _make_nobody(staff_id, cost)
    with write(engine) as connection:
        row = _find_active(connection, staff_id)
        departure = _take_everything(connection, row, actor)
        delete_invitation_of(connection, staff_id)
        change_staff(connection, staff_id, is_active=False, **nobody)
        append_event(connection, Event("staff:left", staff_id, digest=_digest(row), actor=actor), config)
    return departure


def reset_account(
    engine: Engine, config: CaseworkConfig, staff_id: str, *, actor: str, cost: Cost = RFC_9106_LOW_MEMORY
) -> Invited:
    """Let somebody join anew who lost passphrase or second factors, or who comes back; return link and code.

    The account opens nothing until they have joined and somebody has given them their key again.

    Raises:
        MayNotGoError: as `close_account`.
        StaffChangedError: there is no such account, or it is invited already.
    """
    nobody = _make_nobody(staff_id, cost)
    with write(engine) as connection:
        lock_office_key(connection)
        row = get_staff(connection, staff_id)
        if row is None or row.role not in set(Role) or get_invitation_of(connection, staff_id) is not None:
            raise StaffChangedError
        if row.is_active:
            _take_everything(connection, row, actor)
        change_staff(connection, staff_id, is_active=False, **nobody)
        person = NewPerson(row.name, row.email, Role(row.role))
        invited = lay_down_invitation(connection, staff_id, person, invited_by=actor)
        append_event(connection, Event("staff:reset", staff_id, digest=_digest(row), actor=actor), config)
    return invited


def change_person(
    engine: Engine, config: CaseworkConfig, staff_id: str, name: str, role: Role, *, actor: str
) -> Departure | None:
    """Give somebody another name or role; return what they held if the new role takes it away.

    A role of another kind takes the keys, or the signing key, at once. Every other change between roles that work on
    cases leaves the keys and takes the signature on the person's own: somebody who may grant has to give it again.

    Raises:
        InvalidPersonError: no name.
        MayNotGoError: the office could not open something any more, or it is one's own role.
        StaffChangedError: there is no such account that can sign in.
    """
    if not is_name(name):
        raise InvalidPersonError
    departure = None
    with write(engine) as connection:
        row = _find_active(connection, staff_id)
        values: dict[str, Any] = {"name": name.strip(), "role": role.value}
        if role.value != row.role:
            if actor == staff_id:
                raise MayNotGoError(ONESELF)
            departure = _take_for_role(connection, row, role, actor)
            values["recipient_signature"] = b""
            end_sessions_of(connection, staff_id)
        change_staff(connection, staff_id, **values)
        append_event(connection, Event("staff:changed", staff_id, actor=actor, item=role.value), config)
    return departure


def _take_for_role(connection: Connection, row: Row[Any], role: Role, actor: str) -> Departure | None:
    """Take what a new role does not need."""
    if role not in LEGAL_ROLES:
        return _take_everything(connection, row, actor)
    if role not in GRANTING_ROLES and row.role in GRANTING_ROLES:
        _check_granters(connection, row.id)
        drop_signing_key(connection, row.id)
        drop_shares(connection, row.id)
    return None


def _take_everything(connection: Connection, row: Row[Any], actor: str) -> Departure:
    """Delete everything that is sealed to somebody and end their sessions; mark what should get new keys.

    Raises:
        MayNotGoError: the office could not open something any more, or it is oneself.
        StaffChangedError: they were given something at this very moment.
    """
    if row.id == actor:
        raise MayNotGoError(ONESELF)
    _check_granters(connection, row.id)
    cases = list_own_cases(connection, row.id)
    for case in cases:
        # Whoever gives a case new keys, or gives it to somebody, takes the same lock.
        lock_key_generation(connection, case.id)
    alone = list_cases_held_alone(connection, row.id)
    if alone:
        raise MayNotGoError(LAST_OF_CASES, len(alone))
    if delete_case_rows(connection, row.id) != len(cases):
        raise StaffChangedError
    mark_rekey_due(connection, [case.id for case in cases])
    held_office_key = delete_office_holders(connection, row.id) > 0
    if held_office_key:
        mark_rotation_due(connection)
    drop_shares(connection, row.id)
    end_sessions_of(connection, row.id)
    return Departure(row.id, held_office_key, tuple(case.reference for case in cases))


def _check_granters(connection: Connection, staff_id: str) -> None:
    """Check that the office could still open its queue and give keys without somebody. Raises MayNotGoError."""
    key = lock_office_key(connection)
    if key is None:
        raise StaffChangedError
    holders = list_active_holders(connection, key.id)
    own, others = [each for each in holders if each.id == staff_id], [each for each in holders if each.id != staff_id]
    if own and not others:
        raise MayNotGoError(LAST_HOLDER)
    if own and own[0].sealed_signing_key and not any(each.sealed_signing_key for each in others):
        raise MayNotGoError(LAST_GRANTER)


def _find_active(connection: Connection, staff_id: str) -> Row[Any]:
    lock_office_key(connection)
    row = get_staff(connection, staff_id)
    if row is None or not row.is_active:
        raise StaffChangedError
    return row


def _make_nobody(staff_id: str, cost: Cost) -> dict[str, Any]:
    """Make columns that take the place of somebody's key: a real keyslot, of which nobody has the passphrase.

    An empty one would be refused faster than others, and so tell strangers which accounts are closed.
    """
    identity = Identity.generate()
    return {
        "recipient": identity.recipient.raw,
        "recipient_signature": b"",
        "keyslot": lock_identity(identity, make_passphrase(), staff_id=staff_id, cost=cost),
        "sealed_totp_secret": None,
        "sealed_factors": None,
    }


def _digest(row: Row[Any]) -> str:
    return hashlib.sha256(row.recipient).hexdigest()
