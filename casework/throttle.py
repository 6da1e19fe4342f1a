"""A delay that grows with each refusal, for one account from one place.

It lies in the memory of the process under a keyed hash, is never stored or logged, and never sleeps: whoever comes too
early is told how long to wait.
"""

import hashlib
import hmac
import math
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from casework.errors import SignInBusyError

_LONGEST_SECONDS = 900
_FORGET_SECONDS = 3600
_MOST_ENTRIES = 10_000


@dataclass
class _Entry:
    refusals: int = 0
    may_at: float = 0.0


class Throttle:
    """Counts refusals. Its clock is the process's own, which nobody can set back.

    The first `free_refusals` make nobody wait.
    """

    def __init__(self, free_refusals: int = 1) -> None:
        self._free_refusals = free_refusals
        self._key = secrets.token_bytes(32)
        self._entries: dict[bytes, _Entry] = {}
        self._lock = threading.Lock()

    def find_wait(self, account: str, source: str) -> int:
        """Return how many seconds this account must wait here; 0 when it need not."""
        with self._lock:
            entry = self._entries.get(self._hash(account, source))
            wait = entry.may_at - time.monotonic() if entry else 0.0
        return max(0, math.ceil(wait))

    def count_refusal(self, account: str, source: str) -> None:
        """Make the next wait longer: nothing after the free refusals, then 1, 2, 4 seconds and so on to 15 minutes."""
        with self._lock:
            self._forget_old()
            entry = self._entries.setdefault(self._hash(account, source), _Entry())
            entry.refusals += 1
            extra = entry.refusals - self._free_refusals
            wait = min(_LONGEST_SECONDS, 2 ** min(extra - 1, 20)) if extra > 0 else 0
            entry.may_at = time.monotonic() + wait

    def forget(self, account: str, source: str) -> None:
        """Start from nothing after a success."""
        with self._lock:
            self._entries.pop(self._hash(account, source), None)

    def _hash(self, account: str, source: str) -> bytes:
        return hmac.digest(self._key, f"{account}\n{source}".encode(errors="replace"), hashlib.sha256)

    def _forget_old(self) -> None:
        end = time.monotonic() - _FORGET_SECONDS
        # Oldest first: a dictionary keeps the order in which accounts were first refused.
        for known in [each for each, entry in self._entries.items() if entry.may_at < end]:
            del self._entries[known]
        while len(self._entries) >= _MOST_ENTRIES:
            del self._entries[next(iter(self._entries))]


class Slots:
    """How many may do something dear at once, and of each source one: nobody takes all the room for themselves."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._taken: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def take(self, source: str) -> Iterator[None]:
        """Hold a slot while the block runs; never waits. Raises SignInBusyError."""
        with self._lock:
            if source in self._taken or len(self._taken) >= self._number:
                raise SignInBusyError
            self._taken.add(source)
        try:
            yield
        finally:
            with self._lock:
                self._taken.discard(source)
