"""The alarm when a stored public key is not its owner's: an entry in the ledger, at most once an hour in a process.

It must never carry anything of the key or of what was to be sealed, and never stop the page that says so.
"""

import threading
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from web import clock
from web.errors import log_failure

#: The kind of the ledger's entry. It names nobody: which key it was stands nowhere but in the log's place in the code.
EVENT = "key:untrusted"


class KeyAlarm:
    """Writes the entry when it is rung, unless it did so within this hour: whoever reloads a page fills no ledger."""

    def __init__(self, write_entry: Callable[[], None]) -> None:
        self._write_entry = write_entry
        self._lock = threading.Lock()
        self._last_hour = 0

    def ring(self) -> None:
        """Write the entry, if it is time for one. A database that takes none is only logged."""
        hour = clock.hour()
        with self._lock:
            if hour == self._last_hour:
                return
            self._last_hour = hour
        try:
            self._write_entry()
        except SQLAlchemyError as error:
            log_failure(error)
