"""Unfinished reports: begun by the first post, saved by every button, gone after a day or by the exit.

The answers lie in the database under a key that only the reporter's cookie holds. The keys of the case-to-be are made
when a draft begins, sealed to the office in the same call: files can be sealed to the case before it is sent, and this
site never holds a key that opens them.
"""

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from models import blobs, boxes, drafts, office_keys, tables
from models.blobs import BlobStore, BlobStoreError
from models.engine import read, write
from models.evidence import EvidenceFile, read_evidence_file
from models.report import Value
from vault.boxes import BoxKey, close_box, open_box
from vault.contexts import Context
from vault.errors import CannotOpenError
from vault.recipients import Recipient
from vault.sealing import make_case_keys
from vault.signing import verify_recipient
from web import clock
from web.config import IntakeConfig
from web.errors import ClosedError, log_failure

_CONTEXT = "draft"
_TRIES = 8
_HOLDERS_TO_OPEN = 2


class DraftBusyError(Exception):
    """Other requests of the same reporter kept changing the draft; nothing was saved."""


class DraftGoneError(Exception):
    """Another request of the same reporter sent or erased the draft while this one was on its way."""


@dataclass(frozen=True)
class DraftKeys:
    """The keys of the case-to-be: public halves, and private halves sealed to the office key `holder_id`."""

    case_id: str
    holder_id: str
    report_recipient: bytes
    work_recipient: bytes
    sealed_report_identity: bytes
    sealed_work_identity: bytes

    @property
    def digest(self) -> str:
        """SHA-256 over all of them; kept inside the record, so that a swapped key in the database is noticed."""
        parts = (
            self.case_id.encode(),
            self.holder_id.encode(),
            self.report_recipient,
            self.work_recipient,
            self.sealed_report_identity,
            self.sealed_work_identity,
        )
        return hashlib.sha256(b"".join(len(part).to_bytes(4, "big") + part for part in parts)).hexdigest()


@dataclass(frozen=True)
class Waiting:
    """The code under which a draft waits: its digits while they are shown, its box's key as text, and its last hour."""

    code: str = field(repr=False)
    key: str = field(repr=False)
    until_hour: int


@dataclass
class Draft:
    """An opened draft.

    `hidden` are questions whose answers are shown no more, `hidden_files` files whose names are not; `seen` are the
    stems of posted pages.
    """

    key: BoxKey
    revision: int
    keys: DraftKeys
    saved_at: int
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    hidden: frozenset[str] = frozenset()
    files: list[EvidenceFile] = field(default_factory=list)
    waiting: Waiting | None = None
    hidden_files: frozenset[str] = frozenset()

    @property
    def has_spoken_story(self) -> bool:
        """Whether the account was spoken: then nothing has to be written."""
        return any(file.is_story for file in self.files)

    def count_bytes(self) -> int:
        """Count the bytes of all files, as they came."""
        return sum(file.length for file in self.files)

    @property
    def values(self) -> dict[str, Value]:
        """The saved values by question id."""
        return {question: answer["value"] for question, answer in self.answers.items() if answer["value"]}

    @property
    def agency_id(self) -> str:
        """The agency of the directory that the answer names; blank when it is not from there."""
        return str(self.answers.get("agency", {}).get("agency_id", ""))

    def put_agency(self, name: str, agency_id: str) -> None:
        """Note which agency of the directory the answer is, as long as the answer stays as it is."""
        known = self.answers.get("agency")
        if known is not None and known["value"] == name:
            self.answers["agency"] = {**known, "agency_id": agency_id}

    def put_answers(self, stem: str, values: Mapping[str, Value], *, language: str, time_zone: ZoneInfo) -> None:
        """Take in what a page sent. A blank leaves a hidden answer as it is."""
        today = clock.today(time_zone).isoformat()
        for question, value in values.items():
            if question in self.hidden and not value:
                continue
            known = self.answers.get(question)
            if known is None or known["value"] != value:
                self.answers[question] = {"value": value, "language": language, "on": today}
        self.hidden -= {question for question, value in values.items() if value}
        self.seen.add(stem)

    def remove_answers(self, questions: list[str]) -> None:
        """Remove answers that the reporter no longer wants to give, also hidden ones."""
        for question in questions:
            self.answers.pop(question, None)
        self.hidden -= set(questions)

    def close(self) -> bytes:
        """Return the record to store."""
        plain = {
            "answers": self.answers,
            "seen": sorted(self.seen),
            "hidden": sorted(self.hidden),
            "saved_at": self.saved_at,
            "keys": self.keys.digest,
            "files": [file.to_json() for file in self.files],
            "waiting": vars(self.waiting) if self.waiting else None,
            "hidden_files": sorted(self.hidden_files),
        }
        return close_box(json.dumps(plain, ensure_ascii=False).encode(), key=self.key, context=_CONTEXT)


def _open_row(row: Any, key: BoxKey, hide_after_minutes: float) -> Draft | None:  # noqa: ANN401  # a database row
    try:
        plain = json.loads(open_box(row.record, key=key, context=_CONTEXT))
    except CannotOpenError:
        return None
    keys = DraftKeys(
        row.case_id,
        row.holder_id,
        row.report_recipient,
        row.work_recipient,
        row.sealed_report_identity,
        row.sealed_work_identity,
    )
    if keys.digest != plain["keys"]:
        return None
    draft = Draft(key, row.revision, keys, plain["saved_at"], plain["answers"], set(plain["seen"]))
    draft.files = [read_evidence_file(file) for file in plain.get("files", ())]
    draft.waiting = Waiting(**plain["waiting"]) if plain.get("waiting") else None
    is_old = clock.now().timestamp() - draft.saved_at > hide_after_minutes * 60
    draft.hidden = frozenset(draft.values) if is_old else frozenset(plain["hidden"])
    if is_old and draft.waiting:
        draft.waiting = replace(draft.waiting, code="")
    all_files = frozenset(file.id for file in draft.files)
    draft.hidden_files = all_files if is_old else all_files & frozenset(plain.get("hidden_files", ()))
    return draft


def load_draft(connection: Connection, key: BoxKey, config: IntakeConfig, *, by_code: bool = False) -> Draft | None:
    """Open the draft of this browser; None when there is none, it has expired, or it was tampered with.

    `by_code`: whoever opens it has just typed its code, so what was shown when the code was made is shown again.
    """
    row = drafts.get_draft(connection, key.lookup_id, clock.hour())
    return _open_row(row, key, math.inf if by_code else config.hide_after_minutes) if row else None


def find_office_recipient(
    connection: Connection, config: IntakeConfig, office_key_id: str | None = None
) -> tuple[str, Recipient]:
    """Return the id and the recipient of the office, verified against the pinned key: today's, or the one named.

    One that was retired since a draft began still takes that draft's report: whoever holds today's opens it.

    Raises:
        ClosedError: the office cannot take reports yet: it has no key, fewer than two people could open reports, or it
            has not said how it is reached. The demo office is always open.
        UntrustedKeyError: the stored recipient is not signed by the office.
    """
    today = office_keys.get_held_office_key(connection)
    row = today if office_key_id is None else office_keys.get_office_key(connection, office_key_id)
    if row is None or today is None:
        raise ClosedError
    if not config.is_demo:
        is_reachable = config.office_line and config.office_hours and config.duty_address
        if not is_reachable or today.holder_count < _HOLDERS_TO_OPEN:
            raise ClosedError
    recipient = verify_recipient(
        row.recipient,
        row.recipient_signature,
        context=Context("office_recipient", (row.id,)),
        verify_key=config.office_verify_key,
    )
    return row.id, recipient


def make_draft_keys(case_id: str, holder_id: str, office: Recipient) -> DraftKeys:
    """Make the keys of a case-to-be, their private halves sealed to the office."""
    made = make_case_keys(case_id, holders={holder_id: office})
    sealed = made.sealed[0]
    return DraftKeys(case_id, holder_id, made.report.raw, made.work.raw, sealed.report_identity, sealed.work_identity)


def begin_draft(engine: Engine, config: IntakeConfig) -> Draft:
    """Begin a draft under a new key. Sweeps out what has expired. Raises as `find_office_recipient`."""
    with read(engine) as connection:
        holder_id, office = find_office_recipient(connection, config)
    keys = make_draft_keys(str(uuid4()), holder_id, office)
    draft = Draft(BoxKey.generate(), 1, keys, int(clock.now().timestamp()))
    record = draft.close()
    with write(engine) as connection:
        # The bytes of their files, which belong to nothing then, are the sweep's.
        drafts.delete_expired_drafts(connection, clock.hour())
        boxes.delete_expired_boxes(connection, tables.boxes, clock.hour())
        drafts.put_draft(
            connection,
            id=draft.key.lookup_id,
            record=record,
            expires_hour=find_expiry(config, draft),
            case_id=keys.case_id,
            holder_id=keys.holder_id,
            report_recipient=keys.report_recipient,
            work_recipient=keys.work_recipient,
            sealed_report_identity=keys.sealed_report_identity,
            sealed_work_identity=keys.sealed_work_identity,
        )
    return draft


def find_expiry(config: IntakeConfig, draft: Draft) -> int:
    """Find the hour (since 1970) of a draft's end: after a day without use, but not before its code ends."""
    return max(clock.hour() + config.draft_hours + 1, draft.waiting.until_hour if draft.waiting else 0)


def save_answers(
    engine: Engine,
    config: IntakeConfig,
    draft: Draft,
    stem: str,
    values: Mapping[str, Value],
    *,
    language: str,
    remove: list[str] | None = None,
) -> Draft:
    """Save what a page sent and return the draft as it is now. Raises as `change_draft`."""

    def put(draft: Draft) -> None:
        draft.put_answers(stem, values, language=language, time_zone=config.time_zone)
        draft.remove_answers(remove or [])

    return change_draft(engine, config, draft, put)


def change_draft(
    engine: Engine,
    config: IntakeConfig,
    draft: Draft,
    change: Callable[[Draft], None],
    *,
    write_beside: Callable[[Connection], None] | None = None,
) -> Draft:
    """Change a draft, save it, and return it as it is now; `write_beside` writes in the same transaction.

    Two posts at once (a double tap) both count: whoever comes second reads again and makes its own change on that, so
    `change` may be called several times.

    Raises:
        DraftBusyError: it was never this request's turn.
        DraftGoneError: it was sent or erased meanwhile.
    """
    for _try in range(_TRIES):
        change(draft)
        draft.saved_at = int(clock.now().timestamp())
        record = draft.close()
        with write(engine) as connection:
            if drafts.replace_record(
                connection,
                draft.key.lookup_id,
                revision=draft.revision,
                record=record,
                expires_hour=find_expiry(config, draft),
            ):
                if write_beside:
                    write_beside(connection)
                draft.revision += 1
                return draft
        with read(engine) as connection:
            newer = load_draft(connection, draft.key, config)
        if newer is None:
            raise DraftGoneError
        draft = newer
    raise DraftBusyError


def erase(engine: Engine, store: BlobStore, key: BoxKey) -> None:
    """Erase whatever this browser has here: a draft with its files, or a receipt box."""
    files: list[str] = []
    with write(engine) as connection:
        case_id = drafts.get_case_id(connection, key.lookup_id)
        # Only a draft's own: the files of a report that was sent belong to the case.
        if case_id is not None and drafts.delete_draft(connection, key.lookup_id):
            files = [row.id for row in blobs.list_blobs(connection, case_id)]
            for blob_id in files:
                blobs.delete_blob_row(connection, blob_id)
        boxes.delete_box(connection, tables.boxes, key.lookup_id)
    delete_bytes(store, files)


def delete_bytes(store: BlobStore, blob_ids: Iterable[str]) -> None:
    """Delete the bytes of files that belong to nothing any more. What the store does not delete now, the sweep does."""
    for blob_id in blob_ids:
        try:
            store.delete(blob_id)
        except BlobStoreError as error:
            log_failure(error)
