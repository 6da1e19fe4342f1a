"""Opening a case for one person: its report, and everything that the office wrote about it.

It must never open a case of which this person holds no key, nor let what the ledger does not vouch for decide anything.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row

from casework.case_keys import REPORT, WORK, open_case_keyring
from casework.caseworker import Caseworker
from casework.errors import CaseworkError
from casework.ledger_writing import append_event
from casework.vouching import CaseLedger, Entry, digest, find_keys_digest, read_case_ledger
from models.card import Card, read_card
from models.cases import (
    get_case,
    get_case_key,
    get_seen_sequence,
    list_case_holders,
    list_former_keys,
    list_sealed_items,
    mark_opened,
)
from models.engine import read, write
from models.incident_dates import DateRange, ImpossibleDateError, find_date_range
from models.ledger import Event
from models.report import Report, read_report
from models.withdrawals import get_withdrawal
from vault.contexts import Context
from vault.errors import CannotOpenError
from vault.identities import Identity, Unwrapper
from vault.keyrings import Keyring
from vault.opening import open_json, open_sealed


class CaseNotFoundError(CaseworkError):
    """No such case, or none of which this person holds a key: nobody is told which."""


class CaseWithdrawnError(CaseworkError):
    """Whoever holds the code took the report back: nobody opens it, and on `due_on` it is destroyed."""

    def __init__(self, reference: str, due_on: date) -> None:
        super().__init__()
        self.reference = reference
        self.due_on = due_on


class ConflictState(StrEnum):
    """What the check of names for conflicts of interest came to; before any decision it is `UNCHECKED`."""

    UNCHECKED = ""
    CLEAR = "clear"
    CONFLICT = "conflict"
    NEEDS_REVIEW = "needs_review"
    CANNOT_BE_CHECKED = "cannot_be_checked"


# What the reporter gave is sealed to the case's report key, everything else to its work key.
_REPORTER_KINDS = frozenset({"message"})

# A lawyer who has read the story of the other side may have to give up their own client (Model Rules 1.7 and 1.18):
# where names do conflict, or might, the story stays shut.
STORY_MAY_BE_READ = frozenset({ConflictState.CLEAR, ConflictState.CANNOT_BE_CHECKED})


@dataclass(frozen=True)
class WorkItem:
    """One thing that the office recorded. `values` is empty where it did not open."""

    id: str
    kind: str
    by: str
    by_name: str
    at: datetime
    values: Mapping[str, Any] = field(repr=False)
    is_vouched: bool
    has_opened: bool

    def text(self, name: str) -> str:
        """Return one of its values as text, empty where there is none."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else ""


@dataclass(frozen=True)
class OpenedCase:
    """A case as one person sees it while a request lasts."""

    row: Row[Any] = field(repr=False)
    report: Report | None = field(repr=False)
    report_digest: str
    opened_digest: str
    is_report_vouched: bool
    card: Card | None = field(repr=False)
    is_card_vouched: bool
    items: tuple[WorkItem, ...] = field(repr=False)
    ledger: CaseLedger = field(repr=False)
    missing: tuple[Entry, ...]
    seen_sequence: int = 0
    report_keyring: Keyring | None = field(default=None, repr=False)
    work_keyring: Keyring | None = field(default=None, repr=False)
    holder_ids: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The id of the case."""
        return str(self.row.id)

    @property
    def reference(self) -> str:
        """The reference that people say aloud."""
        return str(self.row.reference)

    def list_items(self, kind: str) -> list[WorkItem]:
        """List what was recorded of one kind, newest first, whether vouched for or not."""
        return [item for item in reversed(self.items) if item.kind == kind]

    def find_newest(self, kind: str) -> WorkItem | None:
        """Return the newest item of a kind that the ledger vouches for, or None."""
        return next((item for item in self.list_items(kind) if item.is_vouched and item.has_opened), None)

    @property
    def has_todays_keys(self) -> bool:
        """Whether the stored public keys are those that it was opened with, and those that the ledger names last.

        Where they are not, somebody put older ones back: what is sealed to them opens for whoever was shut out since.
        """
        public = (self.row.report_recipient, self.row.work_recipient)
        keyrings = (self.report_keyring, self.work_keyring)
        opened = tuple(each.newest.recipient.raw for each in keyrings if each is not None)
        return opened == public and self.ledger.vouches_for_keys(find_keys_digest(*public))

    @property
    def conflict(self) -> ConflictState:
        """What the newest conflict check came to."""
        check = self.find_newest("conflict_check")
        return ConflictState(check.text("decision")) if check else ConflictState.UNCHECKED

    @property
    def newest_message(self) -> int:
        """The place in intake's chain of the newest message that came in; 0 without any."""
        return max((entry.sequence for entry in self.ledger.entries if entry.kind == "message:received"), default=0)

    def is_new(self, item: WorkItem) -> bool:
        """Whether a message came since this person looked last."""
        entry = self.ledger.find_newest(item.id)
        return entry is not None and entry.kind == "message:received" and entry.sequence > self.seen_sequence

    @property
    def may_read_story(self) -> bool:
        """Whether the conflict check lets the story be read."""
        return self.conflict in STORY_MAY_BE_READ

    @property
    def marks(self) -> tuple[str, ...]:
        """The marks that are set: "doubtful", "duplicate"."""
        changes = {item.text("mark"): item.values.get("is_set") for item in self.items if self._is_change(item)}
        return tuple(mark for mark in ("doubtful", "duplicate") if changes.get(mark) is True)

    @staticmethod
    def _is_change(item: WorkItem) -> bool:
        return item.kind == "mark" and item.is_vouched and item.has_opened

    @property
    def dates(self) -> DateRange:
        """The earliest and the latest day on which it can have happened; open where the answers set no bound."""
        if self.report is None:
            return DateRange(None, None)
        try:
            answered_on = datetime.fromisoformat(self.report.answered_on).date()
            return find_date_range(self.report.values, answered_on)
        except (ImpossibleDateError, ValueError):
            return DateRange(None, None)


def open_case(caseworker: Caseworker, reference: str) -> OpenedCase:
    """Open a case by its reference.

    Raises:
        CaseNotFoundError: there is none, or this person holds no key of it.
        CaseWithdrawnError: it was taken back.
    """
    with read(caseworker.engine) as connection:
        row, key_row = _find_case(connection, caseworker, reference)
        withdrawal = get_withdrawal(connection, row.id)
        if withdrawal is not None:
            raise CaseWithdrawnError(row.reference, withdrawal.due_on)
        holder = caseworker.session.identity_for(key_row.holder_id)
        return open_case_with(connection, caseworker, row, key_row, holder)


def open_withdrawn_case(caseworker: Caseworker, reference: str) -> OpenedCase:
    """Open a case that was taken back, to write to it; nobody may be shown it.

    Raises:
        CaseNotFoundError: there is none, this person holds no key of it, or it is not taken back any more.
    """
    with read(caseworker.engine) as connection:
        row, key_row = _find_case(connection, caseworker, reference)
        if get_withdrawal(connection, row.id) is None:
            raise CaseNotFoundError
        holder = caseworker.session.identity_for(key_row.holder_id)
        return open_case_with(connection, caseworker, row, key_row, holder)


def _find_case(connection: Connection, caseworker: Caseworker, reference: str) -> tuple[Row[Any], Row[Any]]:
    row = get_case(connection, reference)
    key_row = get_case_key(connection, row.id, caseworker.session.holder_ids) if row else None
    if row is None or key_row is None:
        raise CaseNotFoundError
    return row, key_row


def open_case_with(
    connection: Connection, caseworker: Caseworker, row: Row[Any], key_row: Row[Any], holder: Identity
) -> OpenedCase:
    """Open a stored case with the identity of one of its holders."""
    former = list_former_keys(connection, row.id)
    return open_case_with_keyrings(
        connection,
        caseworker,
        row,
        report_keyring=open_case_keyring(REPORT, key_row, holder, former),
        work_keyring=open_case_keyring(WORK, key_row, holder, former),
        holder=holder,
    )


def open_case_with_keyrings(  # the halves of a case's keys, and whose they are
    connection: Connection,
    caseworker: Caseworker,
    row: Row[Any],
    *,
    report_keyring: Keyring | None,
    work_keyring: Keyring | None,
    holder: Identity,
) -> OpenedCase:
    """Open a stored case with keys of it that are open already; `holder` may open its card."""
    stored = list_sealed_items(connection, row.id)
    ledger = read_case_ledger(connection, row.id, caseworker.config)
    report_row = next((each for each in stored if each.kind == "report"), None)
    report, opened_digest = _open_report(report_row, report_keyring)
    identities = (*caseworker.session.office_identities.values(), caseworker.session.identity, holder)
    return OpenedCase(
        row=row,
        report=report,
        report_digest=digest(report_row.sealed) if report_row else "",
        opened_digest=opened_digest,
        is_report_vouched=report_row is not None and ledger.vouches_for(report_row),
        card=_open_card((*identities, *_as_tuple(work_keyring)), row.id, row.reference, row.sealed_card),
        is_card_vouched=ledger.vouches_for_card(row.id, row.sealed_card),
        items=_open_items(stored, report_keyring, work_keyring, ledger),
        ledger=ledger,
        missing=ledger.list_missing({each.id for each in stored}),
        seen_sequence=get_seen_sequence(connection, row.id, caseworker.staff_id),
        report_keyring=report_keyring,
        work_keyring=work_keyring,
        holder_ids=tuple(list_case_holders(connection, row.id)),
    )


def record_opening(caseworker: Caseworker, case: OpenedCase) -> None:
    """Record that this person opened this case, and mark it read for them."""
    with write(caseworker.engine) as connection:
        # Before the check of names nothing of a message is shown, so none counts as seen.
        seen = case.newest_message if case.conflict is not ConflictState.UNCHECKED else 0
        mark_opened(connection, case.id, caseworker.staff_id, seen_sequence=seen)
        append_event(connection, Event("case:opened", case.id, actor=caseworker.staff_id), caseworker.config)


def open_card(caseworker: Caseworker, case_id: str, reference: str, sealed: bytes) -> Card | None:
    """Open the card of a case with whichever identity of this person opens it, or return None.

    A case that has got new keys has a card that opens with its work key as well, for who holds the case under a key of
    their own that is newer than the card.
    """
    session = caseworker.session
    identities = (*session.office_identities.values(), session.identity)
    return _open_card(identities, case_id, reference, sealed) or _open_card(
        _find_work_keyring(caseworker, case_id), case_id, reference, sealed
    )


def _find_work_keyring(caseworker: Caseworker, case_id: str) -> tuple[Keyring, ...]:
    """Open the work key of a case that this person holds by name; nothing where they do not."""
    staff_id = caseworker.staff_id
    with read(caseworker.engine) as connection:
        key_row = get_case_key(connection, case_id, [staff_id])
        former = list_former_keys(connection, case_id) if key_row is not None else []
    if key_row is None:
        return ()
    return _as_tuple(open_case_keyring(WORK, key_row, caseworker.session.identity, former))


def _as_tuple(keyring: Keyring | None) -> tuple[Keyring, ...]:
    return () if keyring is None else (keyring,)


def _open_card(identities: Iterable[Unwrapper], case_id: str, reference: str, sealed: bytes) -> Card | None:
    context = Context("card", (case_id,))
    for identity in identities:
        try:
            card = read_card(open_json(sealed, identity=identity, context=context))
        except CannotOpenError:
            continue
        except (TypeError, AttributeError):
            return None
        return card if card.reference == reference else None
    return None


def _open_report(row: Row[Any] | None, identity: Keyring | None) -> tuple[Report | None, str]:
    if row is None or identity is None:
        return None, ""
    try:
        plaintext = open_sealed(row.sealed, identity=identity, context=Context("report", (row.case_id, row.id)))
        return read_report(json.loads(plaintext)), hashlib.sha256(plaintext).hexdigest()
    except (CannotOpenError, ValueError, TypeError, KeyError):
        return None, ""


def _open_items(
    stored: list[Row[Any]], report_keyring: Keyring | None, work_keyring: Keyring | None, ledger: CaseLedger
) -> tuple[WorkItem, ...]:
    items = [
        _open_item(row, report_keyring if row.kind in _REPORTER_KINDS else work_keyring, ledger)
        for row in stored
        if row.kind != "report"
    ]

    def find_order(item: WorkItem) -> tuple[int, str]:
        # By the ledger, whose order nobody can choose; what it does not vouch for comes first, as the oldest.
        entry = ledger.find_newest(item.id) if item.is_vouched else None
        return (entry.sequence if entry else 0, item.at.isoformat())

    return tuple(sorted(items, key=find_order))


def _open_item(row: Row[Any], identity: Keyring | None, ledger: CaseLedger) -> WorkItem:
    values: dict[str, Any] = {}
    at = datetime(row.added_on.year, row.added_on.month, row.added_on.day, tzinfo=UTC)
    has_opened = False
    if identity is not None:
        try:
            values = open_json(row.sealed, identity=identity, context=Context(row.kind, (row.case_id, row.id)))
            at = datetime.fromisoformat(values["at"]).astimezone(UTC)
            has_opened = True
        except (CannotOpenError, ValueError, TypeError, KeyError):
            values = {}
    return WorkItem(
        id=row.id,
        kind=row.kind,
        by=str(values.get("by", "")),
        by_name=str(values.get("by_name", "")),
        at=at,
        values=values,
        is_vouched=ledger.vouches_for(row),
        has_opened=has_opened,
    )
