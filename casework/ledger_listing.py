"""The ledger in readable words, a page at a time. It shows ids, kinds and digests: nothing that anybody wrote."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, Row

from casework.errors import CaseworkError
from casework.history import CASE_WORDS, describe_entry
from casework.last_check import BROKEN, HEAD_ONLY
from casework.ledger_writing import find_verify_keys, make_signature_check
from casework.refusals import REFUSED, UNKNOWN
from casework.words import write_moment
from models.cases import find_case_id, list_references
from models.engine import read
from models.ledger import get_head
from models.ledger_search import EntryFilter, count_entries, find_first_since, list_entry_rows
from models.ledger_walk import Harm, SignatureCheck
from models.staff import list_staff
from vault.errors import UntrustedKeyError
from web.config import CaseworkConfig

PAGE_ENTRIES = 50
SITES = {"casework": "Casework", "intake": "Public site"}
HARM_NAMES = {
    Harm.CHANGED: "Changed",
    Harm.REMOVED: "Removed",
    Harm.INSERTED: "Put in",
    Harm.REORDERED: "Order changed",
    Harm.CUT: "End cut off",
    Harm.ROLLED_BACK: "Older ledger put back",
}

_OFFICE_WORDS = {
    "office:made": "Office made at the key ceremony",
    "office:rotated": "New office key made",
    "document_key:made": "New key for signing documents made",
    "document_key:imported": "Own key for signing documents brought in",
    "document_key:retired": "Key for signing documents replaced",
    "recovery:made": "Recovery shares made",
    "settings:stored": "Settings stored for recovery",
    "office:recovered": "Office recovered from its shares",
    "staff:recovered": "Account made, or made anew, at recovery",
    "key:untrusted": "A stored public key was not its owner's: refused",
    "staff:added": "Account added",
    "staff:invited": "Invited to join",
    "invitation:ended": "Invitation taken back",
    "staff:joined": "Joined, without a key",
    "staff:changed": "Name or role changed",
    "staff:reset": "Access taken, and asked to join anew",
    "staff:left": "Account closed",
    "passphrase:changed": "Passphrase and own key changed",
    "key:granted": "Key compared, signed and given",
    "key:mismatch": "Fingerprint read aloud was NOT that of the stored key",
    "session:started": "Signed in",
    "session:locked": "Desk locked",
    "session:unlocked": "Desk unlocked",
    "session:confirmed": "Second factor shown again",
    "session:ended": "Signed out",
    "session:refused": "Sign-in refused",
    "factor:added": "Second factor added",
    "factor:removed": "Second factor removed",
    "factor:recovery_code_used": "Recovery code used",
    "factor:recovery_codes_made": "Recovery codes made",
    "factor:copy_suspected": "Passkey refused: its counter went back, it may have been copied",
    "queue:viewed": "Queue viewed",
    "export:resumed": "Documents of several cases: keys given to another worker",
    "export:cancelled": "Documents of several cases cancelled",
    "export:taken": "Documents of several cases taken",
    "agencies:loaded": "Facts about agencies that ship loaded",
    "agencies:uploaded": "ICE's list uploaded",
    "agencies:imported": "ICE's list applied to the directory",
    "agencies:dropped": "ICE's list dropped",
    "agency:added": "Agency added",
    "agency:changed": "Agency corrected",
    "agency:merged": "Agency merged with another",
    "agreement:added": "Agreement added",
    "agreement:changed": "Agreement corrected",
    "agreement:removed": "Agreement removed",
    "timeline:added": "Agency's timeline added to",
    "timeline:removed": "Taken out of an agency's timeline",
    "ledger:verified": "Ledger verified: it holds",
    "ledger:broken": "Ledger verified: it does NOT hold",
    "ledger:exported": "Ledger exported",
    "head:taken": "Heads of the ledger taken as a file",
    "head:sent": "Heads of the ledger sent by mail",
    "counts:viewed": "Counts viewed",
}
_FACTOR_EVENTS = frozenset({"factor:added", "factor:removed"})


@dataclass(frozen=True)
class LedgerLine:
    """One entry as shown. `reference` is a case's, when it is about one; `is_signed`: by the site whose chain it is."""

    sequence: int
    when: str
    what: str
    who: str
    reference: str
    about: str
    digest: str
    is_signed: bool


@dataclass(frozen=True)
class LedgerPage:
    """A page of the entries of one site's chain that a filter finds, newest first, and the head of the chain.

    `found` counts what the filter finds, `entries` the whole chain.
    """

    site: str
    number: int
    pages: int
    found: int
    entries: int
    head: str
    lines: tuple[LedgerLine, ...]


@dataclass(frozen=True)
class LedgerWishes:
    """Which entries somebody wants to see: empty values mean all. Days are where the office is, both included."""

    site: str = "casework"
    person: str = ""
    kind: str = ""
    reference: str = ""
    from_on: date | None = None
    to_on: date | None = None


class UnknownCaseError(CaseworkError):
    """No case has this reference."""


def list_kinds() -> dict[str, str]:
    """List the kinds of entries with their words, by their words."""
    words = {**CASE_WORDS, **_OFFICE_WORDS}
    return dict(sorted(words.items(), key=lambda pair: pair[1].lower()))


def list_people(engine: Engine) -> dict[str, str]:
    """List whom entries can name: id to name, by name."""
    with read(engine) as connection:
        return {person.id: person.name for person in list_staff(connection)}


def list_ledger_page(engine: Engine, config: CaseworkConfig, wishes: LedgerWishes, number: int) -> LedgerPage | None:
    """List a page of the entries that somebody wants to see; None when there is no such page.

    Raises:
        UnknownCaseError: the wishes name a case that is not there.
    """
    with read(engine) as connection:
        total, head = get_head(connection, wishes.site)
        wanted = _make_filter(connection, wishes, config.time_zone)
        found = count_entries(connection, wanted)
        pages = max(1, -(-found // PAGE_ENTRIES))
        if number > pages:
            return None
        rows = list_entry_rows(connection, wanted, limit=PAGE_ENTRIES, offset=(number - 1) * PAGE_ENTRIES)
        names = {person.id: person.name for person in list_staff(connection)}
        entries = [_read_entry(row) for row in rows]
        references = list_references(connection, {entry["subject"] for entry in entries if entry})
    check = make_signature_check(find_verify_keys(config)[wishes.site])
    lines = tuple(
        _describe(row, entry, names, references, config.time_zone, is_signed=_is_signed(row, check))
        for row, entry in zip(rows, entries, strict=True)
    )
    return LedgerPage(wishes.site, number, pages, found, total, head, lines)


def _make_filter(connection: Connection, wishes: LedgerWishes, time_zone: ZoneInfo) -> EntryFilter:
    case_id = find_case_id(connection, wishes.reference) if wishes.reference else ""
    if case_id is None:
        raise UnknownCaseError
    site, first, last = wishes.site, 1, None
    if wishes.from_on is not None:
        first = find_first_since(connection, site, _write_start(site, wishes.from_on, time_zone))
    if wishes.to_on is not None:
        last = find_first_since(connection, site, _write_start(site, wishes.to_on + timedelta(days=1), time_zone)) - 1
    kinds = (wishes.kind,) if wishes.kind else ()
    return EntryFilter(site, wishes.person, kinds, case_id, first, last)


def _write_start(site: str, day: date, time_zone: ZoneInfo) -> str:
    """Write the beginning of a day as the entries of a chain would: intake's have the office's date alone."""
    if site == "intake":
        return day.isoformat()
    return datetime.combine(day, time(), time_zone).astimezone(UTC).isoformat()


def _read_entry(row: Row[Any]) -> dict[str, Any] | None:
    """Read a stored entry; None where somebody put something else in its place."""
    try:
        entry = json.loads(row.entry)
        return {name: str(entry[name]) for name in ("kind", "item", "subject", "actor", "when", "digest")}
    except (ValueError, TypeError, KeyError):
        return None


def _is_signed(row: Row[Any], check: SignatureCheck) -> bool:
    try:
        check(row.entry.encode(), row.signature)
    except UntrustedKeyError:
        return False
    return True


def _describe(
    row: Row[Any],
    entry: dict[str, Any] | None,
    names: Mapping[str, str],
    references: Mapping[str, str],
    time_zone: ZoneInfo,
    *,
    is_signed: bool,
) -> LedgerLine:
    if entry is None:
        return LedgerLine(row.sequence, "", "This entry cannot be read", "", "", "", "", is_signed)
    subject, actor, kind = entry["subject"], entry["actor"], entry["kind"]
    return LedgerLine(
        sequence=row.sequence,
        when=_write_when(entry["when"], time_zone),
        what=_describe_deed(kind, entry["item"], subject),
        who=names.get(actor, "Somebody without an account" if actor else SITES[row.site]),
        reference=references.get(subject, ""),
        about=names.get(subject, "") if subject != actor else "",
        digest=entry["digest"],
        is_signed=is_signed,
    )


def _describe_deed(kind: str, item: str, subject: str) -> str:
    if (kind, subject) == (REFUSED, UNKNOWN):
        return "Sign-in refused: no such account"
    if (kind, item) == (BROKEN, HEAD_ONLY):
        return "Ledger verified: the chains hold, and a head that was given does not fit"
    words = _OFFICE_WORDS.get(kind) or describe_entry(kind, item)
    return f"{words}: {item}" if kind in _FACTOR_EVENTS else words


def _write_when(when: str, time_zone: ZoneInfo) -> str:
    try:
        if "T" in when:
            return write_moment(datetime.fromisoformat(when), time_zone)
        return f"{date.fromisoformat(when):%B %-d, %Y}"
    except ValueError:
        return when
