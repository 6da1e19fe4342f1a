"""Previews: runs the child that looks into a file, and keeps what it found, sealed to the case's work key.

The parsers never run in this process. What comes back is taken as claims of a hostile file: bounded, checked for shape,
and nothing more than pictures and short lines.
"""

import hashlib
import io
import json
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import BoundedSemaphore
from time import monotonic
from typing import IO, Final
from uuid import uuid4

from casework.caseworker import Caseworker
from casework.errors import CaseworkError
from casework.files import FileEntry, open_stored
from casework.opening import OpenedCase, WorkItem
from casework.preview_process import LOOKS, PAGES, clean_facts
from casework.recording import NewItem, find_work_recipient, record_item
from exports.children.pipes import answer_reads, read_exactly
from exports.children.starting import end_child, kill_after, start_child
from models.blobs import BlobStore, BlobWriter, put_blob
from vault.contexts import Context
from vault.errors import CannotOpenError
from vault.files import FileOpener, FileSealer

SECONDS: Final = 20.0
_MOST_IMAGE_BYTES: Final = 24 * 1024 * 1024
_MOST_WORD_BYTES: Final = 64 * 1024
_FACTS: Final = frozenset(
    {"size", "device", "software", "taken_at", "place", "pages", "title", "author", "format", "duration"}
)
_PROGRAM: Final = Path(__file__).with_name("preview_process.py")
# Two cores' worth: staff looking at photos must not stop staff working.
_AT_ONCE = BoundedSemaphore(2)


class PreviewError(CaseworkError):
    """The file could not be looked into: its parser failed, ran into a limit or was killed."""


class PreviewBusyError(CaseworkError):
    """Too many files are being looked into, or this took too long for the machine as it is now. Try again."""


@dataclass(frozen=True)
class Look:
    """What a file says of itself, and pictures of it."""

    facts: dict[str, str] = field(repr=False)
    images: tuple[bytes, ...] = field(repr=False)


def can_look(entry: FileEntry) -> bool:
    """Whether there is a parser for files of this kind."""
    return entry.file.kind in LOOKS


def find_look(case: OpenedCase, file_id: str) -> WorkItem | None:
    """Return what was found in a file when somebody looked, or None where nobody did."""
    found = (item for item in case.list_items("file_facts") if item.is_vouched and item.has_opened)
    return next((item for item in found if item.text("file_id") == file_id), None)


def look_into(caseworker: Caseworker, store: BlobStore, case: OpenedCase, entry: FileEntry) -> None:
    """Look into a file and keep what was found; a file that no parser can read is remembered as that.

    Raises:
        PreviewBusyError: nothing was kept; try again.
        BlobMissingError, BlobStoreError, CannotOpenError: the stored file cannot be opened.
        UntrustedKeyError: the case's public key is not signed by whom it should be.
    """
    try:
        with open_stored(store, case, entry) as opener:
            look = run_child(opener, entry.file.kind, entry.file.length)
    except PreviewError:
        look = Look({}, ())
        has_failed = True
    else:
        has_failed = False
    values = {"file_id": entry.file.id, "facts": look.facts, "has_failed": has_failed}
    if not look.images:
        record_item(caseworker, case, NewItem("file_facts", "file:examined", values))
        return
    preview_id = str(uuid4())
    digest = _keep_images(caseworker, store, case, preview_id, look.images)
    values |= {"preview_id": preview_id, "sha256": digest, "images": [len(image) for image in look.images]}
    record_item(
        caseworker,
        case,
        NewItem("file_facts", "file:examined", values),
        change_row=lambda connection: put_blob(connection, id=preview_id, case_id=case.id, added_on=caseworker.today),
    )


def read_preview(store: BlobStore, case: OpenedCase, file_id: str, number: int) -> bytes | None:
    """Return one picture of a file as JPEG, counted from 1; None where there is none.

    Raises:
        BlobMissingError, BlobStoreError: the pictures are not there.
        CannotOpenError: they are not the ones that were kept.
    """
    item = find_look(case, file_id)
    sizes: list[int] = item.values.get("images", []) if item else []
    if item is None or not 1 <= number <= len(sizes) or case.work_keyring is None:
        return None
    preview_id = item.text("preview_id")
    with closing(store.open(preview_id)) as source:
        sealed = source.read()
    # Anybody can seal to a public key: only what the ledger vouches for is shown as ours.
    if hashlib.sha256(sealed).hexdigest() != item.text("sha256"):
        raise CannotOpenError
    context = Context("file", (case.id, preview_id))
    opener = FileOpener(io.BytesIO(sealed), identity=case.work_keyring, context=context)
    start = sum(sizes[: number - 1])
    return b"".join(opener.iterate(start, start + sizes[number - 1]))


class _DigestingWriter:
    """Passes on to a blob what is written, and knows its SHA-256."""

    def __init__(self, writer: BlobWriter) -> None:
        self._writer = writer
        self.sha256 = hashlib.sha256()

    def write(self, data: bytes, /) -> object:
        self.sha256.update(data)
        return self._writer.write(data)


def _keep_images(
    caseworker: Caseworker, store: BlobStore, case: OpenedCase, preview_id: str, images: tuple[bytes, ...]
) -> str:
    writer = store.begin(preview_id)
    try:
        target = _DigestingWriter(writer)
        sealer = FileSealer(
            target,
            recipients=[find_work_recipient(caseworker, case)],
            context=Context("file", (case.id, preview_id)),
        )
        for image in images:
            sealer.write(image)
        sealer.finish()
        writer.commit()
    except BaseException:
        writer.abort()
        raise
    return target.sha256.hexdigest()


def run_child(opener: FileOpener, kind: str, length: int, *, seconds: float = SECONDS) -> Look:
    """Let a child look into an open file of a kind and true length in bytes; it is killed after so many seconds.

    Raises:
        PreviewError: it failed, ran into its limits, or gave back something else than it should.
        PreviewBusyError: no room for another child, or it was killed for taking too long.
    """
    if not _AT_ONCE.acquire(timeout=seconds):
        raise PreviewBusyError
    try:
        return _run_child(opener, kind, length, seconds)
    finally:
        _AT_ONCE.release()


def _run_child(opener: FileOpener, kind: str, length: int, seconds: float) -> Look:
    started = monotonic()
    try:
        child = start_child(_PROGRAM, kind, str(length))
        try:
            assert child.stdin is not None
            assert child.stdout is not None
            with kill_after(child, seconds):
                said, _offset, size = answer_reads(opener, length, child.stdin, child.stdout)
                if said != b"D":
                    raise ValueError
                return _read_look(child.stdout, size)
        finally:
            end_child(child)
    except (OSError, EOFError, ValueError, KeyError, TypeError):
        is_late = monotonic() - started >= seconds
        raise (PreviewBusyError if is_late else PreviewError) from None


def _read_look(from_child: IO[bytes], size: int) -> Look:
    if size > _MOST_WORD_BYTES:
        raise ValueError
    said = json.loads(read_exactly(from_child, size))
    sizes = [int(each) for each in said["images"]]
    if len(sizes) > PAGES or any(each < 0 for each in sizes) or sum(sizes) > _MOST_IMAGE_BYTES:
        raise ValueError
    facts = clean_facts({name: str(text) for name, text in said["facts"].items() if name in _FACTS})
    images = tuple(read_exactly(from_child, each) for each in sizes)
    if not all(image.startswith(b"\xff\xd8\xff") for image in images):
        raise ValueError
    return Look(facts, images)
