"""One's own sessions: where somebody is signed in, ending them, and what was refused in their name.

Everything here is about the person who asks: no session and no refusal of anybody else can be seen or ended.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from casework.caseworker import Caseworker
from casework.ledger_writing import append_event
from casework.refusals import REFUSED
from casework.sessions import LOCKED, end_sessions_of
from casework.words import write_moment
from models.engine import read, write
from models.ledger import Event, list_newest_of_kinds
from models.sessions import delete_session_row, list_session_rows
from vault.boxes import BoxKey
from web import clock

_STARTED = "session:started"
_MOST_REFUSALS = 10
# Far enough back for the sign-in before this one, however often somebody was refused in between.
_MOST_ENTRIES = 500


@dataclass(frozen=True)
class OwnSession:
    """One browser in which somebody is signed in; times as they are shown. `id` opens nothing."""

    id: str
    began: str
    used: str
    is_locked: bool
    is_this: bool


@dataclass(frozen=True)
class Refusals:
    """Refused sign-ins since the sign-in before this one: how many entries, and the newest few as they are shown."""

    number: int
    newest: tuple[str, ...]


def list_own_sessions(caseworker: Caseworker, key: BoxKey) -> list[OwnSession]:
    """List where somebody is signed in, this browser first; `key` is the one of its cookie."""
    with read(caseworker.engine) as connection:
        rows = list_session_rows(connection, caseworker.staff_id, clock.hour())
    time_zone = caseworker.config.time_zone
    listed = [
        OwnSession(
            id=row.id,
            began=write_moment(datetime.fromtimestamp(row.began_at, UTC), time_zone, is_to_the_minute=True),
            used=write_moment(datetime.fromtimestamp(row.used_at, UTC), time_zone, is_to_the_minute=True),
            is_locked=row.kind == LOCKED,
            is_this=row.id == key.lookup_id,
        )
        for row in rows
    ]
    return sorted(listed, key=lambda each: not each.is_this)


def end_own_session(caseworker: Caseworker, session_id: str) -> bool:
    """End one session of somebody's own; tells whether there was one."""
    with write(caseworker.engine) as connection:
        is_ended = delete_session_row(connection, session_id, caseworker.staff_id)
        if is_ended:
            append_event(connection, _make_end(caseworker), caseworker.config)
    return is_ended


def end_other_sessions(caseworker: Caseworker, key: BoxKey) -> int:
    """End every session of somebody's own but the one of `key`, and return how many there were."""
    with write(caseworker.engine) as connection:
        ended = end_sessions_of(connection, caseworker.staff_id, keep=key)
        for _session in range(ended):
            append_event(connection, _make_end(caseworker), caseworker.config)
    return ended


def list_refusals(caseworker: Caseworker) -> Refusals:
    """List what was refused in somebody's name since their last sign-in but one; their own slips are among it."""
    with read(caseworker.engine) as connection:
        entries = list_newest_of_kinds(connection, caseworker.staff_id, (_STARTED, REFUSED), limit=_MOST_ENTRIES)
    refused, starts = [], 0
    for entry in entries:
        starts += entry["kind"] == _STARTED
        if starts > 1:
            break
        if entry["kind"] == REFUSED:
            moment = datetime.fromisoformat(entry["when"])
            refused.append(write_moment(moment, caseworker.config.time_zone, is_to_the_minute=True))
    return Refusals(len(refused), tuple(refused[:_MOST_REFUSALS]))


def _make_end(caseworker: Caseworker) -> Event:
    return Event("session:ended", caseworker.staff_id, actor=caseworker.staff_id)
