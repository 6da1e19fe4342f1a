"""Granting: somebody who may signs a colleague's key and seals the office's to it, after comparing by voice.

It must never sign a key whose fingerprint nobody read aloud: the stored one may be another's.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row

from casework.accounts import Granter, make_holder, open_granter
from casework.errors import FingerprintError, MayNotGrantError, StaffChangedError
from casework.fingerprints import is_same
from casework.holders import find_holder
from casework.ledger_writing import append_event
from casework.permissions import GRANTING_ROLES, LEGAL_ROLES, Role
from casework.sessions import StaffSession
from models.engine import read, write
from models.held_keys import delete_office_holders, list_active_holders, lock_office_key
from models.ledger import Event
from models.office_keys import get_office_key, put_holder
from models.staff import get_staff, sign_staff
from vault.contexts import Context
from vault.errors import UntrustedKeyError
from vault.recipients import Recipient
from vault.signing import sign_recipient
from web.config import CaseworkConfig


@dataclass(frozen=True)
class Grantee:
    """Whose key waits to be compared: the fingerprint is that of the key as it is stored."""

    staff_id: str
    name: str
    role: Role
    fingerprint: str
    holds_office_key: bool
    is_signed: bool

    @property
    def waits(self) -> bool:
        """Whether there is something to grant."""
        return not (self.holds_office_key and self.is_signed)


def find_grantee(engine: Engine, config: CaseworkConfig, staff_id: str) -> Grantee | None:
    """Find a colleague whose role needs keys and who can sign in; None when there is nobody like that."""
    with read(engine) as connection:
        row = get_staff(connection, staff_id)
        if row is None or not row.is_active or row.role not in LEGAL_ROLES:
            return None
        key = get_office_key(connection)
        holders = list_active_holders(connection, key.id) if key is not None else []
        try:
            find_holder(connection, staff_id, config)
            is_signed = True
        except UntrustedKeyError:
            is_signed = False
    role = Role(row.role)
    own = [each for each in holders if each.id == staff_id]
    holds = bool(own) and (role not in GRANTING_ROLES or own[0].sealed_signing_key is not None)
    return Grantee(staff_id, row.name, role, Recipient.from_bytes(row.recipient).fingerprint, holds, is_signed)


def grant_key(engine: Engine, config: CaseworkConfig, session: StaffSession, staff_id: str, typed: str) -> None:
    """Sign a colleague's public key and seal today's office identity to it, as `typed` was read aloud by them.

    Supervising attorneys get the office signing key as well.

    Raises:
        FingerprintError: it is not the fingerprint of the stored key; the ledger says so.
        MayNotGrantError: who asks does not hold the office signing key.
        StaffChangedError: the account or the office's key changed meanwhile, or the role needs no key.
        UntrustedKeyError: the office's own key is not the one that the granter holds.
    """
    with read(engine) as connection:
        row = get_staff(connection, staff_id)
    if row is None or not row.is_active or row.role not in LEGAL_ROLES:
        raise StaffChangedError
    if not is_same(typed, Recipient.from_bytes(row.recipient).fingerprint):
        with write(engine) as connection:
            append_event(connection, Event("key:mismatch", staff_id, actor=session.staff_id), config)
        raise FingerprintError
    granter = open_granter(engine, session)
    holder, signature = _make_rows(engine, config, granter, row)
    with write(engine) as connection:
        key = lock_office_key(connection)
        if key is None or key.id != holder["office_key_id"]:
            raise StaffChangedError
        check_granter(connection, key.id, granter.staff_id)
        now = get_staff(connection, staff_id)
        if now is None or not now.is_active or now.role != row.role:
            raise StaffChangedError
        if not sign_staff(connection, staff_id, row.recipient, signature):
            raise StaffChangedError
        delete_office_holders(connection, staff_id)
        put_holder(connection, **holder)
        digest = hashlib.sha256(row.recipient).hexdigest()
        append_event(connection, Event("key:granted", staff_id, digest=digest, actor=granter.staff_id), config)


def check_granter(connection: Connection, office_key_id: str, staff_id: str) -> None:
    """Check, inside the transaction, that somebody may still grant.

    Raises:
        MayNotGrantError: the signing key was taken from them, or their account was closed.
    """
    holders = list_active_holders(connection, office_key_id)
    if not any(each.id == staff_id and each.sealed_signing_key for each in holders):
        raise MayNotGrantError


def _make_rows(engine: Engine, config: CaseworkConfig, granter: Granter, row: Row[Any]) -> tuple[dict[str, Any], bytes]:
    """Make what is laid down for a colleague: the row of holders, and the signature on their public key."""
    with read(engine) as connection:
        key = get_office_key(connection)
        if key is None or key.id not in granter.office_identities:
            raise StaffChangedError
        office = find_holder(connection, key.id, config)
    identity = granter.office_identities[key.id]
    if identity.recipient != office:
        raise UntrustedKeyError
    signing_key = granter.signing_key if row.role in GRANTING_ROLES else None
    holder = make_holder(key.id, row.id, Recipient.from_bytes(row.recipient), identity, signing_key)
    context = Context("staff_recipient", (row.id,))
    return holder, sign_recipient(row.recipient, context=context, key=granter.signing_key)
