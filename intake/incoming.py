"""One file on its way from the connection into the store: sealed as it comes, kept whole or not at all.

It must never hold more of a file than two portions and its edges, and never writes a byte of it that is not sealed.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import uuid4

from sqlalchemy import Engine

from intake.file_kinds import EDGE_BYTES, FoundKind, find_kind
from models.blobs import BlobStore, BlobStoreError, BlobWriter, delete_blob_row, put_blob
from models.engine import write
from models.evidence import EvidenceFile
from vault.contexts import Context
from vault.files import FileFacts, FileSealer
from vault.recipients import Recipient
from web import clock
from web.config import IntakeConfig
from web.errors import log_failure

_SPACE_EVERY_BYTES: Final = 32 * 1024 * 1024
_NAME_LENGTH: Final = 120


class Fault(StrEnum):
    """Why a file was not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    REPORT_FULL = "report_full"
    UNKNOWN_KIND = "unknown_kind"
    NO_SPACE = "no_space"
    NOT_STORED = "not_stored"


@dataclass(frozen=True)
class Reception:
    """Whom the files of a post are sealed to, and how much may come. `room` is what the report can still take."""

    engine: Engine
    store: BlobStore
    config: IntakeConfig
    case_id: str
    recipient: Recipient
    room: int


@dataclass(frozen=True)
class ArrivedFile:
    """A file that came whole: stored and described, or not taken because of a fault."""

    field: str
    name: str
    file: EvidenceFile | None
    fault: Fault | None = None


def discard_blob(engine: Engine, store: BlobStore, blob_id: str) -> None:
    """Delete a blob and its row. Its bytes, if the store does not answer, are left to the sweep."""
    with write(engine) as connection:
        delete_blob_row(connection, blob_id)
    try:
        store.delete(blob_id)
    except BlobStoreError as error:
        log_failure(error)


_TURNING = re.compile(r"[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")


def clean_name(name: str) -> str:
    """Return a file's name without folders, and without signs that hide, turn or end text."""
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(sign for sign in _TURNING.sub("", last) if unicodedata.category(sign)[0] != "C")
    shown = " ".join(unicodedata.normalize("NFC", shown).split())
    if len(shown) <= _NAME_LENGTH:
        return shown
    stem, dot, ending = shown.rpartition(".")
    is_short = bool(dot) and len(ending) < 10  # noqa: PLR2004  # longer is no ending that says what a file is
    return f"{stem[: _NAME_LENGTH - len(ending) - 2]}….{ending}" if is_short else shown[:_NAME_LENGTH]


class IncomingFile:
    """One file on its way from the connection into the store."""

    def __init__(self, reception: Reception, field_name: str, name: str, declared: str, room: int) -> None:
        self._reception, self._field, self._name, self._declared = reception, field_name, clean_name(name), declared
        self._id = str(uuid4())
        self._limit = min(reception.config.file_limit, room)
        self._full = Fault.TOO_LARGE if room >= reception.config.file_limit else Fault.REPORT_FULL
        self._writer: BlobWriter | None = None
        self._sealer: FileSealer | None = None
        self._head, self._tail = b"", b""
        self._next_look = 0
        self._was_named = bool(name)
        self.fault: Fault | None = None

    def write(self, data: bytes) -> None:
        """Seal the next bytes; after a fault the rest is only let pass, so that the words behind it arrive."""
        if self.fault or not data:
            return
        try:
            self._seal(data)
        except BlobStoreError:
            self._give_up(Fault.NOT_STORED)

    def _seal(self, data: bytes) -> None:
        if self._sealer is None:
            self._writer = self._reception.store.begin(self._id)
            self._sealer = FileSealer(
                self._writer,
                recipients=[self._reception.recipient],
                context=Context("file", (self._reception.case_id, self._id)),
            )
        if self._sealer.length + len(data) > self._limit:
            self._give_up(self._full)
            return
        if self._sealer.length >= self._next_look:
            self._next_look = self._sealer.length + _SPACE_EVERY_BYTES
            free = self._reception.store.count_free_bytes()
            if free is not None and free < self._reception.config.free_space_floor:
                self._give_up(Fault.NO_SPACE)
                return
        if len(self._head) < EDGE_BYTES:
            self._head += data[: EDGE_BYTES - len(self._head)]
        self._tail = data[-EDGE_BYTES:] if len(data) >= EDGE_BYTES else (self._tail + data)[-EDGE_BYTES:]
        self._sealer.write(data)

    def _give_up(self, fault: Fault) -> None:
        self.fault = fault
        self.abort()

    def abort(self) -> None:
        """Leave nothing behind."""
        if self._writer is not None:
            self._writer.abort()

    def finish(self) -> ArrivedFile | None:
        """Make the file durable under its id; None for a field that was left empty."""
        if not self.fault and (self._sealer is None or self._writer is None):
            return ArrivedFile(self._field, self._name, None, Fault.EMPTY) if self._was_named else None
        if not self.fault:
            found = find_kind(self._head, self._tail, self._declared)
            if found is None:
                self._give_up(Fault.UNKNOWN_KIND)
            else:
                try:
                    return self._store(found)
                except BlobStoreError:
                    self._give_up(Fault.NOT_STORED)
        return ArrivedFile(self._field, self._name, None, self.fault)

    def _store(self, found: FoundKind) -> ArrivedFile:
        assert self._sealer is not None
        assert self._writer is not None
        facts: FileFacts = self._sealer.finish()
        self._writer.commit()
        today = clock.today(self._reception.config.time_zone)
        # At once, not with the form: the sweep must not take a finished file for a forgotten one while others follow.
        with write(self._reception.engine) as connection:
            put_blob(connection, id=self._id, case_id=self._reception.case_id, added_on=today)
        file = EvidenceFile(
            id=self._id,
            name=self._name,
            kind=found.kind.value,
            media_type=found.media_type,
            length=facts.length,
            sha256=facts.sha256,
            added_on=today.isoformat(),
        )
        return ArrivedFile(self._field, self._name, file)
