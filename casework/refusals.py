"""Refused sign-ins, as the ledger keeps them: which account, and when; never from where, and never what was typed.

An account that does not exist is written down as "unknown", so that nothing of what somebody typed by mistake, such as
a passphrase in the place of an address, gets into the ledger.
"""

import threading
import time
from typing import Final

from sqlalchemy import Engine

from casework.ledger_writing import append_event
from models.engine import write
from models.ledger import Event
from web.config import CaseworkConfig

REFUSED: Final = "session:refused"
UNKNOWN: Final = "unknown"
_PAUSE_SECONDS: Final = 60.0


class RefusalLog:
    """What one process has written down lately: at most one entry a minute for each account, and one for all others.

    Otherwise strangers could make the ledger grow as fast as they can send.
    """

    def __init__(self, engine: Engine, config: CaseworkConfig) -> None:
        self._engine = engine
        self._config = config
        self._written: dict[str, float] = {}
        self._lock = threading.Lock()

    def note(self, account_id: str) -> None:
        """Write down that a sign-in was refused, for a staff id or UNKNOWN, unless that was done within the minute."""
        with self._lock:
            last = self._written.get(account_id)
            if last is not None and time.monotonic() - last < _PAUSE_SECONDS:
                return
            self._written[account_id] = time.monotonic()
        with write(self._engine) as connection:
            append_event(connection, Event(REFUSED, account_id), self._config)
