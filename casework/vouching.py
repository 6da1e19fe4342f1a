"""Which stored things the ledger vouches for.

Whoever can write to the database can put an older version of a row back, or a row of their own: both would open. So
nothing is believed before a signed entry of the right site names its digest. Unsigned entries count for nothing here.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row

from casework.ledger_writing import SITE, find_verify_keys, make_signature_check
from models.ledger import list_signed_entries
from models.ledger_search import read_signed
from models.ledger_walk import SignatureCheck
from web.config import CaseworkConfig

INTAKE = "intake"
CARD_EVENT = "card:changed"
KEYS_EVENT = "case:rekeyed"
ACCESS_EVENT = "access:changed"

# What each kind of entry records, as kinds of sealed items.
ITEM_OF_EVENT: dict[str, str] = {
    "report:received": "report",
    "conflict:decided": "conflict_check",
    "note:added": "note",
    "translation:added": "translation",
    "deadlines:signed": "deadlines",
    "disposition:decided": "disposition",
    "mark:changed": "mark",
    "redaction:marked": "redaction_mark",
    "case:assigned": "assignment",
    "message:received": "message",
    "reply:recorded": "reply",
    "file:examined": "file_facts",
    "hold:changed": "hold",
    ACCESS_EVENT: "access_change",
    "agency:chosen": "agency_choice",
    "export:recorded": "export",
}
_KINDS_OF_INTAKE = frozenset({"report", "message"})


@dataclass(frozen=True)
class Entry:
    """One verified entry about a case. `when` is a date on intake's chain and an aware datetime on casework's."""

    site: str
    sequence: int
    kind: str
    item: str
    digest: str
    actor: str
    when: date | datetime


@dataclass(frozen=True)
class CaseLedger:
    """The verified entries about one case, intake's before casework's, each oldest first."""

    entries: tuple[Entry, ...]
    forged: int

    def find_newest(self, item: str) -> Entry | None:
        """Return the newest entry that records this item, or None."""
        return next(
            (entry for entry in reversed(self.entries) if entry.item == item and entry.kind in _RECORDING), None
        )

    def vouches_for(self, row: Row[Any]) -> bool:
        """Whether a sealed item is, byte for byte, what the newest entry about it records."""
        entry = self.find_newest(row.id)
        if entry is None or ITEM_OF_EVENT.get(entry.kind) != row.kind:
            return False
        is_right_site = entry.site == (INTAKE if row.kind in _KINDS_OF_INTAKE else SITE)
        return is_right_site and entry.digest == digest(row.sealed)

    def vouches_for_card(self, case_id: str, sealed: bytes) -> bool:
        """Whether a card is the one that was sealed last, by the public site or here."""
        entry = self.find_newest(case_id)
        return entry is not None and entry.digest == digest(sealed)

    def vouches_for_keys(self, keys_digest: str) -> bool:
        """Whether these are the public keys that the case got last; before the first new ones, any are."""
        kinds = (entry for entry in reversed(self.entries) if entry.kind == KEYS_EVENT and entry.site == SITE)
        newest = next(kinds, None)
        return newest is None or newest.digest == keys_digest

    def list_missing(self, item_ids: set[str]) -> tuple[Entry, ...]:
        """List the entries that record an item which is not stored any more."""
        return tuple(entry for entry in self.entries if entry.kind in ITEM_OF_EVENT and entry.item not in item_ids)


_RECORDING = frozenset({*ITEM_OF_EVENT, CARD_EVENT})


def digest(sealed: bytes) -> str:
    """SHA-256 of a sealed thing, in hexadecimal, as the ledger names it."""
    return hashlib.sha256(sealed).hexdigest()


def find_keys_digest(report_recipient: bytes, work_recipient: bytes) -> str:
    """SHA-256 of a case's two public keys, in hexadecimal, as the ledger names them."""
    return digest(report_recipient + work_recipient)


def read_case_ledger(connection: Connection, case_id: str, config: CaseworkConfig) -> CaseLedger:
    """Read and check the entries about a case; what is not signed by its site is counted and left out."""
    checks = {site: make_signature_check(key) for site, key in find_verify_keys(config).items()}
    rows = list_signed_entries(connection, case_id)
    found = [_read_entry(row, case_id, checks) for row in rows]
    verified = tuple(entry for entry in found if entry is not None)
    return CaseLedger(verified, forged=len(found) - len(verified))


def _read_entry(row: Row[Any], case_id: str, checks: Mapping[str, SignatureCheck]) -> Entry | None:
    check = checks.get(row.site)
    plain = read_signed(row, check) if check else None
    if plain is None or (plain["site"], plain["subject"]) != (row.site, case_id):
        return None
    text = plain["when"]
    return Entry(
        site=plain["site"],
        sequence=plain["sequence"],
        kind=plain["kind"],
        item=plain["item"],
        digest=plain["digest"],
        actor=plain["actor"],
        when=datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text),
    )
