"""Staff sessions: who is signed in, and the identities that are open for as long.

A session lies in the database as a box whose key exists only in the browser's cookie "desk". An identity must never
leave this module but inside a `StaffSession`, and a locked session holds none.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import g
from sqlalchemy import Connection, Engine

from casework.ledger_writing import append_event
from casework.permissions import Permission, Role, may
from models.boxes import delete_box, delete_expired_boxes, get_box, put_box, replace_box
from models.engine import read, write
from models.ledger import Event
from models.staff import get_staff
from models.tables import sessions
from vault.boxes import BoxKey, close_box, open_box
from vault.errors import CannotOpenError
from vault.identities import Identity
from web import clock
from web.config import CaseworkConfig

OPEN, LOCKED = "open", "locked"
_SECONDS_A_MINUTE, _SECONDS_AN_HOUR = 60, 3600


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

    def is_fresh(self, config: CaseworkConfig) -> bool:
        """Whether the second factor was shown within the last minutes; signing in and unlocking count."""
        shown_at = max(self.signed_in_at, self.confirmed_at)
        return _seconds() - shown_at < config.step_up_minutes * _SECONDS_A_MINUTE

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
    put_box(
        connection,
        sessions,
        box_id=key.lookup_id,
        kind=OPEN,
        record=_close_session(session, key),
        expires_hour=_find_last_hour(session.signed_in_at, config),
    )
    return key


def find_desk(engine: Engine, key: BoxKey, config: CaseworkConfig) -> Desk:
    """Find what a browser's key leads to, and mark an open session as used, at most once a minute.

    A session that was idle for too long is locked on the way. One that is too old, or whose person may not sign in
    any more, is gone.
    """
    with read(engine) as connection:
        box = get_box(connection, sessions, key.lookup_id, clock.hour())
        record = _open_record(box.kind, box.record, key) if box is not None else None
        person = get_staff(connection, record["staff_id"]) if record else None
    if record is None or person is None or not person.is_active or person.role not in set(Role):
        return Desk()
    if _seconds() - record["signed_in_at"] >= config.session_hours * _SECONDS_AN_HOUR:
        return Desk()
    who = {"staff_id": person.id, "name": person.name, "email": person.email, "signed_in_at": record["signed_in_at"]}
    if "path" in record:
        return Desk(key, locked=LockedSession(**who, path=record["path"]))
    session = StaffSession(
        **who,
        role=Role(person.role),
        identity=_make_identity(record["identity"]),
        office_identities={each: _make_identity(seed) for each, seed in record["office_identities"].items()},
        confirmed_at=record.get("confirmed_at", 0),
    )
    if _minute() - record["seen_minute"] >= config.idle_minutes:
        return lock_session(engine, key, session, config, path="")
    if _minute() != record["seen_minute"]:
        with write(engine) as connection:
            replace_box(connection, sessions, box_id=key.lookup_id, kind=OPEN, record=_close_session(session, key))
    return Desk(key, session=session)


def lock_session(engine: Engine, key: BoxKey, session: StaffSession, config: CaseworkConfig, *, path: str) -> Desk:
    """Put a locked session, which holds no identity, in the place of an open one.

    It gets a row and a key of its own, so that a request that was under way cannot write the open session back.
    """
    new_key = BoxKey.generate()
    record = {"staff_id": session.staff_id, "path": path, "signed_in_at": session.signed_in_at}
    with write(engine) as connection:
        delete_box(connection, sessions, key.lookup_id)
        put_box(
            connection,
            sessions,
            box_id=new_key.lookup_id,
            kind=LOCKED,
            record=_close_record(record, LOCKED, new_key),
            expires_hour=_find_last_hour(session.signed_in_at, config),
        )
        append_event(connection, Event("session:locked", session.staff_id, actor=session.staff_id), config)
    locked = LockedSession(session.staff_id, session.name, session.email, path, session.signed_in_at)
    return Desk(new_key, locked=locked)


def keep_confirmation(connection: Connection, key: BoxKey, session: StaffSession) -> None:
    """Write into a session that its person has just shown the second factor; part of the deed that checked it."""
    record = _close_session(replace(session, confirmed_at=_seconds()), key)
    replace_box(connection, sessions, box_id=key.lookup_id, kind=OPEN, record=record)


def end_session(engine: Engine, key: BoxKey, staff_id: str, config: CaseworkConfig) -> None:
    """Delete a session, open or locked: what it held can be opened by nobody any more."""
    with write(engine) as connection:
        delete_box(connection, sessions, key.lookup_id)
        append_event(connection, Event("session:ended", staff_id, actor=staff_id), config)


def _make_identity(seed: str) -> Identity:
    return Identity.from_seed(bytes.fromhex(seed))


def _close_session(session: StaffSession, key: BoxKey) -> bytes:
    record = {
        "staff_id": session.staff_id,
        "identity": session.identity.seed.hex(),
        "office_identities": {each: identity.seed.hex() for each, identity in session.office_identities.items()},
        "signed_in_at": session.signed_in_at,
        "confirmed_at": session.confirmed_at,
        "seen_minute": _minute(),
    }
    return _close_record(record, OPEN, key)


def _close_record(record: dict[str, Any], kind: str, key: BoxKey) -> bytes:
    return close_box(json.dumps(record).encode(), key=key, context=f"session-{kind}")


def _open_record(kind: str, record: bytes, key: BoxKey) -> dict[str, Any] | None:
    try:
        opened: dict[str, Any] = json.loads(open_box(record, key=key, context=f"session-{kind}"))
    except CannotOpenError:
        return None
    return opened


def _find_last_hour(signed_in_at: int, config: CaseworkConfig) -> int:
    return signed_in_at // _SECONDS_AN_HOUR + config.session_hours + 1


def _seconds() -> int:
    return int(clock.now().timestamp())


def _minute() -> int:
    return _seconds() // _SECONDS_A_MINUTE
