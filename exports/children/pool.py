"""A pool of warm children that draw documents: as many at once as there are cores, each killed when it takes too long.

It must never draw in the process that calls it, which holds keys, nor let one document that has no end, or takes all
memory, stop the others.
"""

import enum
import os
import subprocess
from pathlib import Path
from queue import LifoQueue
from threading import Lock
from time import monotonic
from types import TracebackType
from typing import Final, Self

from exports.children.limits import MEGABYTE
from exports.children.requests import DRAWN, NO_MEMORY, READY, read_answer, write_request
from exports.children.starting import end_child, kill_after, start_child
from exports.productions import Drawing, Production

SECONDS: Final = 120.0
# Of addresses, not of memory in use: libraries and fonts that are only mapped count as well.
MEMORY: Final = 1536 * MEGABYTE
_SECONDS_TO_START: Final = 60.0
_PROGRAM: Final = Path(__file__).with_name("drawing_child.py")

_Child = subprocess.Popen[bytes]


class WhyNotDrawn(enum.StrEnum):
    """Why there is no document."""

    LATE = "late"
    OUT_OF_MEMORY = "out_of_memory"
    FAILED = "failed"
    CLOSED = "closed"


class DrawingError(Exception):
    """A document could not be drawn; ``why`` says why, and nothing of what was in it."""

    def __init__(self, why: WhyNotDrawn) -> None:
        super().__init__(why.value)
        self.why = why


class DrawingPool:
    """Draws documents in children. Threads may share it; each call of ``draw`` uses one child for itself.

    Children start when they are first needed, and stay. To be closed when nothing more is drawn.
    """

    def __init__(self, size: int | None = None, *, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        """Make a pool of so many children, one a core by default; seconds are for one document, memory is in bytes."""
        self._seconds, self._memory = seconds, memory
        self._free: LifoQueue[_Child | None] = LifoQueue()
        for _number in range(size or len(os.sched_getaffinity(0))):
            self._free.put(None)
        self._living: set[_Child] = set()
        self._lock = Lock()
        self._is_closed = False

    def draw(self, name: str, production: Production, **options: object) -> Drawing:
        """Draw a document by its name (see ``DOCUMENTS`` in `exports/children/drawing_child.py`).

        Waits for a free child first; the time limit begins when a warm child gets the document.

        Raises:
            DrawingError: it took too long, took too much memory, or failed.
        """
        child = self._free.get()
        is_spent = True
        try:
            if child is not None and child.poll() is not None:
                self._forget(child)
                child = None
            child = child or self._start()
            drawing, is_spent = self._ask(child, name, production, options)
        finally:
            if is_spent:
                self._forget(child)
            self._free.put(None if is_spent else child)
        if isinstance(drawing, WhyNotDrawn):
            raise DrawingError(drawing)
        return drawing

    def list_process_ids(self) -> tuple[int, ...]:
        """The ids of the children that live, to look at what they use."""
        with self._lock:
            return tuple(sorted(child.pid for child in self._living))

    def close(self) -> None:
        """End all children; whoever still waits for a document gets an error."""
        with self._lock:
            self._is_closed = True
            living = tuple(self._living)
            self._living.clear()
        for child in living:
            end_child(child)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> _Child:
        with self._lock:
            if self._is_closed:
                raise DrawingError(WhyNotDrawn.CLOSED)
            try:
                child = start_child(_PROGRAM, str(self._memory))
            except OSError:
                raise DrawingError(WhyNotDrawn.FAILED) from None
            self._living.add(child)
        if not _is_ready(child):
            self._forget(child)
            raise DrawingError(self._why_gone())
        return child

    def _why_gone(self) -> WhyNotDrawn:
        return WhyNotDrawn.CLOSED if self._is_closed else WhyNotDrawn.FAILED

    def _forget(self, child: _Child | None) -> None:
        if child is None:
            return
        with self._lock:
            self._living.discard(child)
        end_child(child)

    def _ask(
        self, child: _Child, name: str, production: Production, options: dict[str, object]
    ) -> tuple[Drawing | WhyNotDrawn, bool]:
        """What the child drew, or why it did not; and whether it is of no more use."""
        assert child.stdin is not None
        assert child.stdout is not None
        began = monotonic()
        try:
            with kill_after(child, self._seconds):
                write_request(child.stdin, (name, production, options))
                how, drawing = read_answer(child.stdout)
        except (OSError, EOFError, ValueError):
            return (WhyNotDrawn.LATE if monotonic() - began >= self._seconds else self._why_gone()), True
        if drawing is None or how != DRAWN:
            return (WhyNotDrawn.OUT_OF_MEMORY if how == NO_MEMORY else WhyNotDrawn.FAILED), how == NO_MEMORY
        return drawing, False


def _is_ready(child: _Child) -> bool:
    """Whether a child that was just started says, in time, that it has loaded everything and is limited."""
    assert child.stdout is not None
    try:
        with kill_after(child, _SECONDS_TO_START):
            return read_answer(child.stdout)[0] == READY
    except (OSError, EOFError, ValueError):
        return False
