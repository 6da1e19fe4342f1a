"""The ledger in readable words, a page at a time. It shows ids, kinds and digests: nothing that anybody wrote."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from casework.history import describe_entry
from casework.words import write_moment
from models.cases import list_references
from models.engine import read
from models.ledger import get_head, list_newest_entries
from models.ledger_walk import Harm
from models.staff import list_staff
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

_WORDS = {
    "office:made": "Office made at the key ceremony",
    "office:rotated": "New office key made",
    "staff:added": "Account added",
    "session:started": "Signed in",
    "session:locked": "Desk locked",
    "session:unlocked": "Desk unlocked",
    "session:confirmed": "Second factor shown again",
    "session:ended": "Signed out",
    "factor:added": "Second factor added",
    "factor:removed": "Second factor removed",
    "factor:recovery_code_used": "Recovery code used",
    "factor:recovery_codes_made": "Recovery codes made",
    "factor:copy_suspected": "Passkey refused: its counter went back, it may have been copied",
    "queue:viewed": "Queue viewed",
}


@dataclass(frozen=True)
class LedgerLine:
    """One entry as shown. `reference` is a case's, when it is about one."""

    sequence: int
    when: str
    what: str
    who: str
    reference: str
    about: str
    digest: str


@dataclass(frozen=True)
class LedgerPage:
    """A page of one site's entries, newest first, and the head of its chain."""

    site: str
    number: int
    pages: int
    entries: int
    head: str
    lines: tuple[LedgerLine, ...]


def list_ledger_page(engine: Engine, config: CaseworkConfig, site: str, number: int) -> LedgerPage | None:
    """List a page of a site's entries; None when there is no such page."""
    with read(engine) as connection:
        total, head = get_head(connection, site)
        pages = max(1, -(-total // PAGE_ENTRIES))
        if number > pages:
            return None
        entries = list_newest_entries(connection, site, limit=PAGE_ENTRIES, offset=(number - 1) * PAGE_ENTRIES)
        names = {person.id: person.name for person in list_staff(connection)}
        references = list_references(connection, {entry["subject"] for entry in entries})
    lines = tuple(_describe(entry, names, references, config.time_zone) for entry in entries)
    return LedgerPage(site, number, pages, total, head, lines)


def _describe(
    entry: dict[str, Any], names: Mapping[str, str], references: Mapping[str, str], time_zone: ZoneInfo
) -> LedgerLine:
    subject, actor = entry["subject"], entry["actor"]
    return LedgerLine(
        sequence=entry["sequence"],
        when=_write_when(entry["when"], time_zone),
        what=_WORDS.get(entry["kind"]) or describe_entry(entry["kind"], entry["item"]),
        who=names.get(actor, "Somebody without an account" if actor else SITES[entry["site"]]),
        reference=references.get(subject, ""),
        about=names.get(subject, "") if subject != actor else "",
        digest=entry["digest"],
    )


def _write_when(when: str, time_zone: ZoneInfo) -> str:
    if "T" in when:
        return write_moment(datetime.fromisoformat(when), time_zone)
    return f"{date.fromisoformat(when):%B %-d, %Y}"
