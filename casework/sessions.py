"""Staff sessions: who is signed in, and the identities that are open for as long.

A session lies in the store of what passes, as a box whose key exists only in the browser's cookie "desk". An identity
must never leave this module but inside a `StaffSession`, and a locked session holds none.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import g
from sqlalchemy import Connection, Engine, Row

from casework.ledger_writing import append_event
from casework.office_identities import open_office_identities
from casework.permissions import LEGAL_ROLES, Permission, Role, may
from models.boxes import delete_expired_boxes
from models.engine import read, write
from models.ledger import Event
from models.office_keys import list_held_key_ids
from models.sessions import (
    delete_session_row,
    delete_sessions_of,
    get_session_row,
    put_session_row,
    swap_session_record,
)
from models.staff import get_staff
from models.tables import sessions
from vault.boxes import BoxKey, close_box, open_box
from vault.errors import CannotOpenError
from vault.identities import Identity
from web import clock
from web.config import CaseworkConfig

OPEN, LOCKED = "open", "locked"
_SECONDS_A_MINUTE, _SECONDS_AN_HOUR = 60, 3600
# A use is written down when the last one is so many seconds for each idle minute ago, and a minute at most: so the lock
# falls by a fifteenth of the idle time too early at worst, and never too late.
_SECONDS_A_STEP = 4
# How often a session may change under a request that only wants to mark it as used.
_TRIES = 5


@dataclass(frozen=True)
class StaffSession:
    """Who is at the desk, and what they can open. Office identities by office key id."""

    staff_id: str
    name: str
    email: str
    role: Role
    identity: Identity = field(repr=False)
    office_identities: Mapping[str, Identity] = field(repr=False)
    signed_in_at: int = 0  # seconds since 1970
    confirmed_at: int = 0  # when the second factor was shown again, in seconds since 1970; 0 for never
    held_keys: tuple[str, ...] = ()  # the office keys that were sealed to them when the identities were opened
    own_key: str = ""  # which key of their own the account had then, as a hash

    def is_fresh(self, config: CaseworkConfig) -> bool:
        """Whether the second factor was shown within the last minutes; signing in and unlocking count."""
        shown_at = max(self.signed_in_at, self.confirmed_at)
        return _seconds() - shown_at < config.step_up_minutes * _SECONDS_A_MINUTE

    @property
    def waits_for_key(self) -> bool:
        """Whether this person's role needs the office's key and nobody has given it to them yet."""
        return self.role in LEGAL_ROLES and not self.office_identities

    @property
    def holder_ids(self) -> tuple[str, ...]:
        """Under which names this person holds case keys: the office keys that they hold, and their own id."""
        return (*self.office_identities, self.staff_id)

    def identity_for(self, holder_id: str) -> Identity:
        """Return the identity that opens what is sealed to a holder.

        Raises:
            CannotOpenError: this person does not hold it.
        """
        if holder_id == self.staff_id:
            return self.identity
        if holder_id not in self.office_identities:
            raise CannotOpenError
        return self.office_identities[holder_id]

    def may(self, permission: Permission) -> bool:
        """Whether this person's role has a permission."""
        return may(self.role, permission)


@dataclass(frozen=True)
class LockedSession:
    """Who locked the desk, and the page that they were on; nothing that opens anything."""

    staff_id: str
    name: str
    email: str
    path: str
    signed_in_at: int


@dataclass(frozen=True)
class Desk:
    """What a browser's cookie leads to: an open session, a locked one, or neither. The key may be a new one."""

    key: BoxKey | None = None
    session: StaffSession | None = None
    locked: LockedSession | None = None


def get_session() -> StaffSession:
    """Return the session of this request; views marked with a permission always have one."""
    session: StaffSession = g.staff_session
    return session


def put_session(connection: Connection, session: StaffSession, config: CaseworkConfig) -> BoxKey:
    """Lay down a session and return the key for the cookie; part of the deed that signs somebody in."""
    key = BoxKey.generate()
    delete_expired_boxes(connection, sessions, clock.hour())
    held_keys = tuple(list_held_key_ids(connection, session.staff_id))
    session = replace(session, held_keys=held_keys, own_key=_hash_key(get_staff(connection, session.staff_id)))
    _put_row(connection, key, OPEN, _close_session(session, key), session.staff_id, session.signed_in_at, config)
    return key


def find_desk(engine: Engine, key: BoxKey, config: CaseworkConfig) -> Desk:
    """Find what a browser's key leads to, and mark an open session as used, at most once a minute.

    A session that was idle for too long is locked on the way. One that is too old, or whose person may not sign in
    any more or has a new key of their own, is gone. One whose person was given or has lost an office identity since
    holds what they hold now.
    """
    for _try in range(_TRIES):
        with read(engine) as connection:
            found = _find_record(connection, key)
            person = get_staff(connection, found.record["staff_id"]) if found else None
            held_keys = tuple(list_held_key_ids(connection, person.id)) if person is not None else ()
        if found is None or person is None or not person.is_active or person.role not in set(Role):
            return Desk()
        record = found.record
        if record["own_key"] != _hash_key(person):
            return Desk()  # signed in with a key that is not theirs any more: a new passphrase makes a new one
        if _seconds() - record["signed_in_at"] >= config.session_hours * _SECONDS_AN_HOUR:
            return Desk()
        if "path" in record:
            signed_in_at = record["signed_in_at"]
            return Desk(key, locked=LockedSession(person.id, person.name, person.email, record["path"], signed_in_at))
        session = _read_session(record, person)
        if _seconds() - record["seen_at"] >= config.idle_minutes * _SECONDS_A_MINUTE:
            return lock_session(engine, key, session, config, path="")
        is_marked = _seconds() - record["seen_at"] < min(_SECONDS_A_MINUTE, config.idle_minutes * _SECONDS_A_STEP)
        if is_marked and session.held_keys == held_keys:
            return Desk(key, session=session)
        session = _hold_anew(engine, session, held_keys)
        with write(engine) as connection:
            if _swap(connection, key, found, session):
                return Desk(key, session=session)
    return Desk()


def lock_session(engine: Engine, key: BoxKey, session: StaffSession, config: CaseworkConfig, *, path: str) -> Desk:
    """Put a locked session, which holds no identity, in the place of an open one; one that was ended stays ended.

    It gets a row and a key of its own, so that a request that was under way cannot write the open session back.
    """
    new_key = BoxKey.generate()
    with write(engine) as connection:
        found = _find_record(connection, key)
        if found is None or not delete_session_row(connection, key.lookup_id, session.staff_id):
            return Desk()
        record = {name: found.record[name] for name in ("staff_id", "signed_in_at", "own_key")} | {"path": path}
        closed = _close_record(record, LOCKED, new_key)
        _put_row(connection, new_key, LOCKED, closed, session.staff_id, session.signed_in_at, config)
        append_event(connection, Event("session:locked", session.staff_id, actor=session.staff_id), config)
    locked = LockedSession(session.staff_id, session.name, session.email, path, session.signed_in_at)
    return Desk(new_key, locked=locked)


def keep_confirmation(connection: Connection, key: BoxKey, session: StaffSession) -> StaffSession | None:
    """Write into a session that its person has just shown the second factor, and return it as it is now.

    Part of the deed that checked the factor; None when the session was ended meanwhile.
    """
    confirmed_at = _seconds()
    for _try in range(_TRIES):
        found = _find_record(connection, key)
        if found is None:
            return None
        record = _close_record(found.record | {"confirmed_at": confirmed_at, "seen_at": confirmed_at}, OPEN, key)
        if swap_session_record(connection, key.lookup_id, found.closed, record, _minute(confirmed_at)):
            return replace(session, confirmed_at=confirmed_at)
    return None


def end_session(engine: Engine, key: BoxKey, staff_id: str, config: CaseworkConfig) -> None:
    """Delete a session, open or locked: what it held can be opened by nobody any more."""
    with write(engine) as connection:
        delete_session_row(connection, key.lookup_id, staff_id)
        append_event(connection, Event("session:ended", staff_id, actor=staff_id), config)


def end_sessions_of(connection: Connection, staff_id: str, *, keep: BoxKey | None = None) -> int:
    """End every session of one person, but `keep`, and return how many there were; part of a deed.

    It holds from the next request on, in every process: there is nowhere but in these rows that a session lives. A
    request that was under way meanwhile cannot bring its session back.
    """
    return delete_sessions_of(connection, staff_id, keep=keep.lookup_id if keep else "")


@dataclass(frozen=True)
class _Found:
    """A stored session, opened: the record as it lies there, to be swapped against another, and what is in it."""

    closed: bytes
    record: dict[str, Any] = field(repr=False)


def _find_record(connection: Connection, key: BoxKey) -> _Found | None:
    row = get_session_row(connection, key.lookup_id, clock.hour())
    if row is None:
        return None
    try:
        opened = open_box(row.record, key=key, context=f"session-{row.kind}")
    except CannotOpenError:
        return None
    return _Found(row.record, json.loads(opened))


def _read_session(record: Mapping[str, Any], person: Row[Any]) -> StaffSession:
    return StaffSession(
        staff_id=person.id,
        name=person.name,
        email=person.email,
        role=Role(person.role),
        identity=_make_identity(record["identity"]),
        office_identities={each: _make_identity(seed) for each, seed in record["office_identities"].items()},
        signed_in_at=record["signed_in_at"],
        confirmed_at=record["confirmed_at"],
        held_keys=tuple(record["held_keys"]),
        own_key=record["own_key"],
    )


def _hold_anew(engine: Engine, session: StaffSession, held_keys: tuple[str, ...]) -> StaffSession:
    """Open what somebody holds now, when that is not what they held; what was taken from them is gone with it."""
    if session.held_keys == held_keys:
        return session
    try:
        with read(engine) as connection:
            opened = open_office_identities(connection, session.staff_id, session.identity)
    except CannotOpenError:
        # A row that names them and is sealed to somebody else: nothing is better than what they held before.
        opened = {}
    return replace(session, office_identities=opened, held_keys=held_keys)


def _swap(connection: Connection, key: BoxKey, found: _Found, session: StaffSession) -> bool:
    """Write a session in the place of what was found; False when another request wrote or ended it meanwhile."""
    record = _close_session(session, key)
    return swap_session_record(connection, key.lookup_id, found.closed, record, _minute(_seconds()))


def _put_row(  # the columns of a row
    connection: Connection,
    key: BoxKey,
    kind: str,
    record: bytes,
    staff_id: str,
    signed_in_at: int,
    config: CaseworkConfig,
) -> None:
    put_session_row(
        connection,
        id=key.lookup_id,
        kind=kind,
        record=record,
        expires_hour=signed_in_at // _SECONDS_AN_HOUR + config.session_hours + 1,
        staff_id=staff_id,
        began_at=_minute(signed_in_at),
        used_at=_minute(_seconds()),
    )


def _hash_key(person: Row[Any] | None) -> str:
    return hashlib.sha256(person.recipient).hexdigest() if person is not None else ""


def _make_identity(seed: str) -> Identity:
    return Identity.from_seed(bytes.fromhex(seed))


def _close_session(session: StaffSession, key: BoxKey) -> bytes:
    record = {
        "staff_id": session.staff_id,
        "identity": session.identity.seed.hex(),
        "office_identities": {each: identity.seed.hex() for each, identity in session.office_identities.items()},
        "held_keys": session.held_keys,
        "own_key": session.own_key,
        "signed_in_at": session.signed_in_at,
        "confirmed_at": session.confirmed_at,
        "seen_at": _seconds(),
    }
    return _close_record(record, OPEN, key)


def _close_record(record: dict[str, Any], kind: str, key: BoxKey) -> bytes:
    return close_box(json.dumps(record).encode(), key=key, context=f"session-{kind}")


def _seconds() -> int:
    return int(clock.now().timestamp())


def _minute(seconds: int) -> int:
    """Return the beginning of a minute: as fine as the readable columns are."""
    return seconds - seconds % _SECONDS_A_MINUTE
