"""Handing over what a run made: one file, or all of them as a ZIP, opened on the way with the key of who asked.

Nothing is opened whole into memory or written to disk, and nothing leaves without a line in the ledger.
"""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from casework.caseworker import Caseworker
from casework.ledger_writing import append_event
from casework.run_listing import RunCase, RunView
from models.blobs import BlobStore
from models.engine import write
from models.ledger import Event
from vault.contexts import Context
from vault.errors import CannotOpenError
from vault.files import FileOpener

LIST_NAME: Final = "what-is-not-here.txt"


@contextmanager
def open_result(caseworker: Caseworker, store: BlobStore, run: RunView, case: RunCase) -> Iterator[FileOpener]:
    """Open what was made of one case for as long as the block lasts.

    Raises:
        BlobMissingError, BlobStoreError: the store does not have it, or does not answer.
        CannotOpenError: it is not sealed to this person and place, or was changed or cut.
    """
    with store.open(case.result_id) as source:
        context = Context("run_result", (run.id, case.case_id))
        opener = FileOpener(source, identity=caseworker.session.identity, context=context)
        if opener.length < case.length:
            raise CannotOpenError
        yield opener


def record_taking(caseworker: Caseworker, run: RunView, case: RunCase | None = None) -> None:
    """Write down that this person took what a run made: of one case, or all of it."""
    item = case.case_id if case else ""
    with write(caseworker.engine) as connection:
        append_event(connection, Event("export:taken", run.id, "", caseworker.staff_id, item), caseworker.config)


def iterate_result(caseworker: Caseworker, store: BlobStore, run: RunView, case: RunCase) -> Iterator[bytes]:
    """Yield what was made of one case, piece by piece. Raises as `open_result`."""
    with open_result(caseworker, store, run, case) as opener:
        yield from opener.iterate(0, case.length)


def iterate_zip(caseworker: Caseworker, store: BlobStore, run: RunView) -> Iterator[bytes]:
    """Yield a ZIP of all that was made, and of a list of what was not. Raises as `open_result`."""
    target = _Pipe()
    made_at = run.created_at.astimezone(caseworker.config.time_zone)
    with zipfile.ZipFile(target, "w", allowZip64=True) as archive:
        for case in run.list_cases("done"):
            with archive.open(_describe(case.file_name, made_at), "w", force_zip64=True) as member:
                for portion in iterate_result(caseworker, store, run, case):
                    member.write(portion)
                    yield target.take()
        missing = _list_missing(run)
        if missing:
            archive.writestr(_describe(LIST_NAME, made_at), missing)
    yield target.take()


def _list_missing(run: RunView) -> str:
    words = {"failed": "", "cancelled": "The run was cancelled before.", "waiting": "It is not made yet."}
    lines = [
        f"{case.reference}: {case.words or words[case.state.value]}\r\n"
        for case in run.cases
        if case.state.value in words
    ]
    return "".join(lines)


def _describe(name: str, made_at: datetime) -> zipfile.ZipInfo:
    """A member of the archive, stored as it is: documents are compressed already."""
    info = zipfile.ZipInfo(name, made_at.timetuple()[:6])
    info.compress_type = zipfile.ZIP_STORED
    return info


class _Pipe(io.RawIOBase):
    """What is written waits here until it is taken; nothing can be looked at again."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]  # typeshed's Buffer is wider
        self._waiting += data
        return len(data)

    def take(self) -> bytes:
        """Give what was written since the last time."""
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken
