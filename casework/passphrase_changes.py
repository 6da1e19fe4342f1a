"""Changing one's own passphrase, which makes a new key of one's own and seals everything that one holds to it.

The old words would otherwise open, in a copy of the database made later, whatever came after the change. It must never
write a part of it: one transaction exchanges the key and every row that is sealed to it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Engine, Row

from casework.errors import StaffChangedError
from casework.ledger_writing import append_event
from casework.sessions import Desk, StaffSession, end_sessions_of, put_session
from models.case_keys import lock_key_generation
from models.engine import read, write
from models.held_keys import (
    list_case_rows,
    list_share_rows,
    lock_office_key,
    replace_case_row,
    replace_office_row,
    replace_share_row,
)
from models.ledger import Event
from models.office_keys import list_held_keys
from models.staff import change_staff, get_staff, lock_staff
from vault.contexts import Context
from vault.errors import CannotOpenError
from vault.identities import Identity
from vault.keyslots import RFC_9106_LOW_MEMORY, Cost, lock_identity
from vault.opening import open_sealed
from vault.recipients import Recipient
from vault.sealing import seal
from vault.signing import SigningKey, sign_recipient
from web.config import CaseworkConfig


@dataclass(frozen=True)
class _Holdings:
    """What is stored for somebody, as it was read."""

    staff: Row[Any] = field(repr=False)
    office: Sequence[Row[Any]] = field(repr=False)
    cases: Sequence[Row[Any]] = field(repr=False)
    shares: Sequence[Row[Any]] = field(repr=False)


@dataclass(frozen=True)
class _Resealing:
    """One person's change from the old key to the new one."""

    staff_id: str
    old: Identity = field(repr=False)
    new: Recipient

    def reseal(self, sealed: bytes | None, kind: str, *ids: str) -> bytes | None:
        """Seal a thing to the new key. Raises CannotOpenError."""
        if sealed is None:
            return None
        context = Context(kind, ids)
        return seal(open_sealed(sealed, identity=self.old, context=context), recipients=[self.new], context=context)

    def reseal_columns(self, row: Row[Any], columns: Mapping[str, tuple[str, ...]]) -> dict[str, bytes | None]:
        """Seal columns of a row to the new key; each with its kind and ids. Raises CannotOpenError."""
        return {name: self.reseal(getattr(row, name), *place) for name, place in columns.items()}


def change_passphrase(
    engine: Engine,
    config: CaseworkConfig,
    session: StaffSession,
    passphrase: str,
    *,
    cost: Cost = RFC_9106_LOW_MEMORY,
) -> Desk:
    """Put a new passphrase and a new key in the place of one's own; return the desk of a session that goes on.

    All other sessions end. The new public key waits for somebody who may grant to compare it; whoever holds the office
    signing key signs their own.

    Raises:
        StaffChangedError: something that one holds changed meanwhile, or does not open; nothing was changed.
    """
    identity, staff_id = Identity.generate(), session.staff_id
    with read(engine) as connection:
        held = _read_holdings(connection, staff_id)
    if held.staff.recipient != session.identity.recipient.raw:
        raise StaffChangedError
    change = _Resealing(staff_id, session.identity, identity.recipient)
    try:
        values = _make_staff_columns(change, held, identity, passphrase, cost)
        rows = _reseal_rows(change, held)
    except CannotOpenError:
        raise StaffChangedError from None
    digest = hashlib.sha256(identity.recipient.raw).hexdigest()
    with write(engine) as connection:
        lock_office_key(connection)
        for row in held.cases:
            lock_key_generation(connection, row.case_id)
        lock_staff(connection, staff_id)
        if _read_holdings(connection, staff_id) != held:
            raise StaffChangedError
        change_staff(connection, staff_id, **values)
        for replace_row, row, columns in rows:
            replace_row(connection, row, columns)
        end_sessions_of(connection, staff_id)
        session = replace(session, identity=identity)
        key = put_session(connection, session, config)
        append_event(connection, Event("passphrase:changed", staff_id, digest=digest, actor=staff_id), config)
    return Desk(key, session=session)


def _read_holdings(connection: Connection, staff_id: str) -> _Holdings:
    staff = get_staff(connection, staff_id)
    if staff is None or not staff.is_active:
        raise StaffChangedError
    return _Holdings(
        staff,
        list_held_keys(connection, staff_id),
        list_case_rows(connection, staff_id),
        list_share_rows(connection, staff_id),
    )


def _make_staff_columns(
    change: _Resealing, held: _Holdings, identity: Identity, passphrase: str, cost: Cost
) -> dict[str, Any]:
    staff_id = change.staff_id
    factors = {"sealed_totp_secret": ("totp_secret", staff_id), "sealed_factors": ("second_factors", staff_id)}
    return {
        "recipient": identity.recipient.raw,
        "recipient_signature": _sign_own(change, held),
        "keyslot": lock_identity(identity, passphrase, staff_id=staff_id, cost=cost),
        **change.reseal_columns(held.staff, factors),
    }


def _sign_own(change: _Resealing, held: _Holdings) -> bytes:
    """Sign one's own new key, if one holds the office signing key; otherwise it waits for who does."""
    row = next((row for row in held.office if row.sealed_signing_key is not None), None)
    if row is None:
        return b""
    context = Context("office_signing_key", (row.office_key_id, change.staff_id))
    key = SigningKey.from_bytes(open_sealed(row.sealed_signing_key, identity=change.old, context=context))
    return sign_recipient(change.new.raw, context=Context("staff_recipient", (change.staff_id,)), key=key)


def _reseal_rows(change: _Resealing, held: _Holdings) -> list[tuple[Any, Row[Any], dict[str, bytes | None]]]:
    """Seal every row that somebody holds to the new key: how it is replaced, the row, and its new columns."""
    me = change.staff_id
    rows: list[tuple[Any, Row[Any], dict[str, bytes | None]]] = []
    for row in held.office:
        columns = {
            "sealed_identity": ("office_identity", row.office_key_id, me),
            "sealed_signing_key": ("office_signing_key", row.office_key_id, me),
        }
        rows.append((replace_office_row, row, change.reseal_columns(row, columns)))
    for row in held.cases:
        columns = {
            "sealed_report_identity": ("report_identity", row.case_id, me),
            "sealed_work_identity": ("work_identity", row.case_id, me),
        }
        rows.append((replace_case_row, row, change.reseal_columns(row, columns)))
    for row in held.shares:
        share = {"sealed_share": ("emergency_share", row.emergency_key_id, me)}
        rows.append((replace_share_row, row, change.reseal_columns(row, share)))
    return rows
