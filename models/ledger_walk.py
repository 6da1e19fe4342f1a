"""Walking a chain of the ledger from its beginning and saying, in plain words, what does not hold.

It reads entry after entry and keeps none, however long the chain is. It must never stop at the first fault as if that
were the only one, nor believe an entry that the site did not sign.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select

from models.tables import ledger_entries, ledger_heads

SignatureCheck = Callable[[bytes, bytes], None]

START = bytes(32)
# More faults than anybody reads; how many more there are is counted.
_MOST_FAULTS = 20
_PORTION = 500
_NAMES = frozenset({"kind", "previous", "sequence", "site", "subject"})


class Harm(StrEnum):
    """What was done to a chain."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"
    CUT = "cut off"
    ROLLED_BACK = "rolled back"


@dataclass(frozen=True)
class KeptHead:
    """The end that a chain had on some day, as somebody kept it outside the house: number and hash in hex."""

    sequence: int
    hash: str


@dataclass(frozen=True)
class Fault:
    """One thing that does not hold: which kind of harm, and what it is in words."""

    harm: Harm
    words: str


@dataclass(frozen=True)
class ChainReport:
    """What a walk found: how many entries there are, the hash of the last one in hex, and what does not hold.

    `more` counts the faults beyond those that are listed.
    """

    site: str
    entries: int
    head: str
    faults: tuple[Fault, ...] = ()
    more: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong with the chain."""
        return not self.faults


def walk_chain(
    connection: Connection, site: str, check_signature: SignatureCheck, kept: Iterable[KeptHead] = ()
) -> ChainReport:
    """Walk a site's whole chain, in one reading transaction of the caller's.

    `check_signature(entry, signature)` raises when the signature is not the site's. `kept` are heads that were kept
    outside the house: a chain that does not lead through them was cut or rolled back, which nothing inside it shows.
    """
    head = connection.execute(select(ledger_heads).where(ledger_heads.c.site == site)).one_or_none()
    walk = _Walk(connection, site, check_signature, head, tuple(kept))
    rows = connection.execute(
        select(ledger_entries)
        .where(ledger_entries.c.site == site)
        .order_by(ledger_entries.c.sequence)
        .execution_options(yield_per=_PORTION)
    )
    for row in rows:
        walk.take(row)
    return walk.finish()


@dataclass
class _Shift:
    """Signed entries that follow each other, all the same number of places away from where they were written."""

    first: int
    last: int
    places: int

    @property
    def written_as(self) -> int:
        """The number under which the last of them was written."""
        return self.last - self.places


@dataclass
class _Walk:
    """What is known of a chain on the way along it."""

    connection: Connection
    site: str
    check_signature: SignatureCheck
    head: Row[Any] | None
    kept: tuple[KeptHead, ...]
    count: int = 0
    place: int = 0
    digest: bytes = START
    # The number under which the last signed entry was written, and its hash; none after an entry that is not signed.
    link: tuple[int, bytes] | None = (0, START)
    is_in_place: bool = True
    newest: int = 0
    shifts: list[_Shift] = field(default_factory=list)
    foreign: int = 0
    faults: list[Fault] = field(default_factory=list)
    more: int = 0

    def _blame(self, harm: Harm, words: str) -> None:
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(Fault(harm, words))
        else:
            self.more += 1

    def take(self, row: Row[Any]) -> None:
        """Look at the next row of the chain."""
        if row.sequence < 1:
            self._blame(Harm.INSERTED, f"Entry {row.sequence} was put in before the beginning of the chain")
            return
        if row.sequence > self.place + 1:
            self._blame(Harm.REMOVED, _name_span(self.place + 1, row.sequence - 1, "was removed", "were removed"))
        raw = row.entry.encode()
        self.digest = hashlib.sha256(raw).digest()
        self.count, self.place = self.count + 1, row.sequence
        self._compare_kept(row.sequence)
        entry = self._read_signed(row, raw)
        self.is_in_place = entry is not None and entry["sequence"] == row.sequence
        if entry is None:
            self._take_foreign(row.sequence)
        else:
            self._take_signed(row, entry)

    def _read_signed(self, row: Row[Any], raw: bytes) -> dict[str, Any] | None:
        """Read an entry that the site signed; None where it did not, or where no site writes so."""
        try:
            self.check_signature(raw, row.signature)
            entry = json.loads(raw)
        except Exception:  # noqa: BLE001  # whatever a check raises and whatever stands there: it is not an entry
            return None
        is_whole = isinstance(entry, dict) and entry.keys() >= _NAMES and isinstance(entry["sequence"], int)
        return entry if is_whole and entry["site"] == self.site else None

    def _take_foreign(self, place: int) -> None:
        self.link = None
        if self.head is not None and place > self.head.sequence:
            self._blame(
                Harm.INSERTED, f"Entry {place} was put in behind the end of the chain: the site did not sign it"
            )
            return
        self.foreign = len(self.faults) + 1
        self._blame(Harm.CHANGED, f"Entry {place} was changed: it is not what the site signed")

    def _take_signed(self, row: Row[Any], entry: dict[str, Any]) -> None:
        place, written = row.sequence, entry["sequence"]
        if written != place:
            self._take_displaced(row, written)
        elif row.hash != self.digest or (row.kind, row.subject) != (entry["kind"], entry["subject"]):
            self._blame(Harm.CHANGED, f"What stands beside entry {place} (its hash, kind or subject) was changed")
        if self.link is not None and self.link[0] + 1 == written and entry["previous"] != self.link[1].hex():
            self._blame(
                Harm.CHANGED,
                f"Entry {self.link[0]} was replaced: entry {written} was written after another one",
            )
        self.link = (written, self.digest)
        self.newest = max(self.newest, written)
        self.foreign = 0

    def _take_displaced(self, row: Row[Any], written: int) -> None:
        place, last = row.sequence, self.shifts[-1] if self.shifts else None
        if last is not None and (last.last, last.places) == (place - 1, place - written):
            last.last = place
            return
        if self._stands_at(written, row.entry):
            self._blame(Harm.INSERTED, f"A second copy of entry {written} was put in as entry {place}")
            return
        if self.foreign and written == place - 1:
            # What the site did not sign pushed this one back: it was not changed, it was put in.
            self.faults[self.foreign - 1] = Fault(
                Harm.INSERTED, f"Something that the site did not sign was put in as entry {place - 1}"
            )
        self.shifts.append(_Shift(place, place, place - written))

    def _stands_at(self, place: int, entry: str) -> bool:
        """Whether the same entry stands in the place where it belongs as well."""
        statement = select(ledger_entries.c.entry).where(
            ledger_entries.c.site == self.site, ledger_entries.c.sequence == place
        )
        return bool(self.connection.scalar(statement) == entry)

    def _compare_kept(self, place: int) -> None:
        for head in self.kept:
            if head.sequence == place and head.hash != self.digest.hex():
                self._blame(
                    Harm.ROLLED_BACK,
                    f"Entry {place} is not the one of the head kept outside: an older ledger was put back and went on"
                    " from there, or the chain was written anew",
                )

    def finish(self) -> ChainReport:
        """Look at the end of the chain and say what was found."""
        for shift in self.shifts:
            self._blame(*self._name_shift(shift))
        self._compare_head()
        for head in self.kept:
            if head.sequence > self.place:
                self._blame(
                    Harm.CUT,
                    f"The head kept outside is entry {head.sequence}, and the chain ends at entry {self.place}: its end"
                    " was cut off, or an older ledger was put back",
                )
            if head.sequence == 0 and head.hash != START.hex():
                self._blame(Harm.ROLLED_BACK, "The head kept outside is not one of this chain")
        return ChainReport(self.site, self.count, self.digest.hex(), tuple(self.faults), self.more)

    def _name_shift(self, shift: _Shift) -> tuple[Harm, str]:
        reaches_end = shift.last == self.place
        span = _name_span(shift.first, shift.last, "stands", "stand")
        if reaches_end and shift.places > 0 and self.newest < self.place:
            return Harm.INSERTED, f"{span} {_count_places(shift)} later than written: something was put in before"
        if reaches_end and shift.places < 0 and self.newest > self.place:
            return Harm.REMOVED, f"{span} {_count_places(shift)} earlier than written: something was taken out before"
        return Harm.REORDERED, f"{span} in the wrong order: written as {_name_numbers(shift)}"

    def _compare_head(self) -> None:
        if self.head is None:
            self._blame(Harm.CUT, "The head of the chain was removed")
        elif self.head.sequence > self.place:
            self._blame(
                Harm.CUT,
                f"The end was cut off: the last entry is {self.place}, and the head says {self.head.sequence}",
            )
        elif self.is_in_place and (self.head.sequence, self.head.hash) != (self.place, self.digest):
            self._blame(
                Harm.CHANGED, f"The head was changed: it says {self.head.sequence}, and the last is {self.place}"
            )


def _name_span(first: int, last: int, one: str, many: str) -> str:
    return f"Entry {first} {one}" if first == last else f"Entries {first} to {last} {many}"


def _name_numbers(shift: _Shift) -> str:
    first, last = shift.first - shift.places, shift.written_as
    return f"{first}" if first == last else f"{first} to {last}"


def _count_places(shift: _Shift) -> str:
    places = abs(shift.places)
    return "1 place" if places == 1 else f"{places} places"
