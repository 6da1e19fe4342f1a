"""What a page of several steps keeps between its steps: a box under the key that is in the browser's cookie.

It lies beside the sessions, goes with them, and must never outlive an hour or two.
"""

import hashlib
import json
from typing import Any

from sqlalchemy import Engine

from models.boxes import delete_box
from models.engine import read, write
from models.sessions import get_session_row, put_session_row
from models.tables import sessions
from vault.boxes import BoxKey, close_box, open_box
from vault.errors import CannotOpenError
from web import clock

_HOURS = 2
_KIND = "steps"


def keep_steps(engine: Engine, key: BoxKey, purpose: str, value: dict[str, Any]) -> None:
    """Keep what the next step needs, in the place of what was kept for this purpose before."""
    box_id = _find_id(key, purpose)
    record = close_box(json.dumps(value).encode(), key=key, context=f"steps-{purpose}")
    minute = int(clock.now().timestamp()) // 60 * 60
    with write(engine) as connection:
        delete_box(connection, sessions, box_id)
        put_session_row(
            connection,
            id=box_id,
            kind=_KIND,
            record=record,
            expires_hour=clock.hour() + _HOURS,
            staff_id="",
            began_at=minute,
            used_at=minute,
        )


def read_steps(engine: Engine, key: BoxKey | None, purpose: str) -> dict[str, Any] | None:
    """Return what was kept under this key for this purpose; None when there is nothing, or nothing any more."""
    if key is None:
        return None
    with read(engine) as connection:
        box = get_session_row(connection, _find_id(key, purpose), clock.hour())
    if box is None:
        return None
    try:
        kept: dict[str, Any] = json.loads(open_box(box.record, key=key, context=f"steps-{purpose}"))
    except CannotOpenError:
        return None
    return kept


def forget_steps(engine: Engine, key: BoxKey, purpose: str) -> None:
    """Delete what was kept: it can be opened by nobody any more."""
    with write(engine) as connection:
        delete_box(connection, sessions, _find_id(key, purpose))


def _find_id(key: BoxKey, purpose: str) -> str:
    # Not the key's own id: under that lies the session.
    return hashlib.sha256(f"{purpose}\n{key.lookup_id}".encode()).hexdigest()
