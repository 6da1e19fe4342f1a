"""The files of a case: which there are, opening them at any place, and proving that one is what was handed in.

A file is never opened whole into memory, never written to disk, and never opened without a line in the ledger.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import BinaryIO, Final

from casework.caseworker import Caseworker
from casework.errors import CaseworkError
from casework.ledger_writing import append_event
from casework.opening import OpenedCase, WorkItem
from casework.vouching import Entry, read_case_ledger
from models.blobs import BlobStore
from models.engine import write
from models.evidence import EvidenceFile, read_evidence_file
from models.ledger import Event
from vault.contexts import Context
from vault.errors import CannotOpenError
from vault.files import FileOpener
from web import clock

# Looking at one file asks for many pieces of it: all within this time are one opening.
ONE_OPENING: Final = timedelta(minutes=15)


class FileNotListedError(CaseworkError):
    """This case has no such file, or its story is shut."""


@dataclass(frozen=True)
class FileEntry:
    """A file as the case lists it: with the report, or with a message; vouched for as that is."""

    file: EvidenceFile = field(repr=False)
    message: WorkItem | None = field(repr=False)
    is_vouched: bool


def list_files(case: OpenedCase) -> tuple[FileEntry, ...]:
    """List a case's files in the order in which they came; none while its story is shut.

    Of two that claim the same id the one that the ledger vouches for counts.
    """
    if not case.may_read_story:
        return ()
    listed: dict[str, FileEntry] = {}
    given = [FileEntry(file, None, case.is_report_vouched) for file in (case.report.files if case.report else ())]
    for item in reversed(case.list_items("message")):
        given += [FileEntry(file, item, item.is_vouched) for file in read_message_files(item)]
    for entry in given:
        known = listed.get(entry.file.id)
        if known is None or (entry.is_vouched and not known.is_vouched):
            listed[entry.file.id] = entry
    return tuple(listed.values())


def read_message_files(item: WorkItem) -> list[EvidenceFile]:
    """Read which files came with a message."""
    files = item.values.get("files", [])
    try:
        return [read_evidence_file(each) for each in files]
    except (TypeError, KeyError):
        return []


def find_file(case: OpenedCase, file_id: str) -> FileEntry:
    """Find a file of the case.

    Raises:
        FileNotListedError: there is none, or the story is shut.
    """
    for entry in list_files(case):
        if entry.file.id == file_id:
            return entry
    raise FileNotListedError


def open_source(store: BlobStore, case: OpenedCase, entry: FileEntry) -> tuple[BinaryIO, FileOpener]:
    """Open a stored file; whoever asks closes the first of the two.

    Raises:
        BlobMissingError, BlobStoreError: the store does not have it, or does not answer.
        CannotOpenError: it is not sealed to this case and place, or was changed or cut.
    """
    if case.report_keyring is None:
        raise CannotOpenError
    source = store.open(entry.file.id)
    try:
        context = Context("file", (case.id, entry.file.id))
        opener = FileOpener(source, identity=case.report_keyring, context=context)
    except BaseException:
        source.close()
        raise
    if opener.length < entry.file.length:
        source.close()
        raise CannotOpenError
    return source, opener


@contextmanager
def open_stored(store: BlobStore, case: OpenedCase, entry: FileEntry) -> Iterator[FileOpener]:
    """Open a stored file for as long as the block lasts. Raises as `open_source`."""
    source, opener = open_source(store, case, entry)
    try:
        yield opener
    finally:
        source.close()


def verify_file(caseworker: Caseworker, store: BlobStore, case: OpenedCase, entry: FileEntry) -> bool:
    """Compute the SHA-256 of a stored file anew, compare it with the day it came, and write down what it is.

    Raises:
        BlobMissingError, BlobStoreError, CannotOpenError: as `open_source`.
    """
    digest = hashlib.sha256()
    with open_stored(store, case, entry) as opener:
        for portion in opener.iterate(0, entry.file.length):
            digest.update(portion)
    is_same = digest.hexdigest() == entry.file.sha256
    record_use(caseworker, case, "file:verified" if is_same else "file:differs", entry, digest.hexdigest())
    return is_same


def record_use(caseworker: Caseworker, case: OpenedCase, kind: str, entry: FileEntry, digest: str = "") -> None:
    """Write down in the ledger what this person did with a file."""
    event = Event(kind, case.id, digest, caseworker.staff_id, item=entry.file.id)
    with write(caseworker.engine) as connection:
        append_event(connection, event, caseworker.config)


def record_file_opening(caseworker: Caseworker, case: OpenedCase, entry: FileEntry) -> None:
    """Write down that this person looks at a file, once for all the pieces of it that they ask for now."""
    if _is_recorded(caseworker, case.ledger.entries, entry):
        return
    with write(caseworker.engine) as connection:
        # A page asks for several pieces at once: by now another request may have written it.
        entries = read_case_ledger(connection, case.id, caseworker.config).entries
        if not _is_recorded(caseworker, entries, entry):
            event = Event("file:opened", case.id, actor=caseworker.staff_id, item=entry.file.id)
            append_event(connection, event, caseworker.config)


def _is_recorded(caseworker: Caseworker, entries: tuple[Entry, ...], entry: FileEntry) -> bool:
    since = clock.now() - ONE_OPENING
    return any(
        each.kind == "file:opened"
        and (each.item, each.actor) == (entry.file.id, caseworker.staff_id)
        and isinstance(each.when, datetime)
        and each.when >= since
        for each in reversed(entries)
    )


def find_last_check(case: OpenedCase, file_id: str) -> Entry | None:
    """Return the newest entry about a comparison of a file with the day it came, or None."""
    kinds = {"file:verified", "file:differs"}
    return next((each for each in reversed(case.ledger.entries) if each.kind in kinds and each.item == file_id), None)
