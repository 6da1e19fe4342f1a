"""Pages that everybody sees alike, kept in the process until what they are made of changes.

It must never hold a page that was made for one reader: no token, no answer, no name of a draft goes in here.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock

_MOST_BYTES = 24_000_000


@dataclass(frozen=True)
class KeptPage:
    """A finished page, and the mark by which a browser asks whether it is still the same (RFC 9110, 8.8.3)."""

    body: bytes
    tag: str


class PageCache:
    """The newest pages of one version, up to so many bytes; the one not asked for longest goes first."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        """Begin empty."""
        self._most_bytes = most_bytes
        self._pages: OrderedDict[Hashable, KeptPage] = OrderedDict()
        self._version: Hashable = None
        self._bytes = 0
        self._lock = Lock()

    def get_page(self, version: Hashable, key: Hashable, make: Callable[[], str]) -> KeptPage:
        """Return the page of that key, made anew when `version` is another than that of the pages kept.

        Two requests at once may both make it; neither waits for the other.
        """
        with self._lock:
            if version != self._version:
                self._pages.clear()
                self._version, self._bytes = version, 0
            kept = self._pages.get(key)
            if kept is not None:
                self._pages.move_to_end(key)
                return kept
        body = make().encode()
        kept = KeptPage(body, hashlib.sha256(body).hexdigest()[:32])
        with self._lock:
            if version == self._version and key not in self._pages:
                self._pages[key] = kept
                self._bytes += len(body)
                while self._bytes > self._most_bytes:
                    _key, oldest = self._pages.popitem(last=False)
                    self._bytes -= len(oldest.body)
        return kept
