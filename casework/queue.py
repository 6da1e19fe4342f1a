"""The queue: which cases wait, in which order, as far as their cards tell. No names, no story.

Cards are sealed, so what is sorted by urgency has to be opened first: all that are undecided, and of the decided ones
only those of the page. A card that does not open keeps its row; it must never break the page.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from casework.caseworker import Caseworker
from casework.ledger_writing import append_event
from casework.opening import open_card
from models.card import URGENT_FIRST, Card
from models.cases import CaseFilter, Status, count_cases, count_withdrawn, list_cards
from models.engine import read, write
from models.ledger import Event
from models.likeness import Sketch, find_alike, find_bursts

PAGE_SIZE = 50
MINE, NOBODY = "me", "nobody"
_DECIDED = tuple(status.value for status in Status if status is not Status.UNDECIDED)


class NoSuchPageError(Exception):
    """The queue has no page of this number."""


@dataclass(frozen=True)
class QueueFilter:
    """What somebody wants to see: empty values mean everything. `owner` is MINE, NOBODY or an account's id."""

    status: str = ""
    owner: str = ""
    language: str = ""
    is_unread: bool = False
    is_marked: bool = False


@dataclass(frozen=True)
class QueueEntry:
    """One case in the queue; `card` is None where it cannot be opened.

    `alike` are the references of others whose story reads nearly the same; `is_in_burst` tells that many came at once.
    """

    row: Row[Any]
    card: Card | None
    alike: tuple[str, ...] = ()
    is_in_burst: bool = False

    @property
    def is_undecided(self) -> bool:
        """Whether nothing has been decided about it."""
        return bool(self.row.status == Status.UNDECIDED.value)

    @property
    def is_urgent(self) -> bool:
        """Whether its report said that something is urgent."""
        return self.card is not None and self.card.urgency < len(URGENT_FIRST)

    @property
    def is_marked(self) -> bool:
        """Whether it is marked doubtful or duplicate, and so left out of the counts."""
        return self.card is not None and bool(self.card.marks)

    @property
    def is_unread(self) -> bool:
        """Whether the person who looks never opened it."""
        return self.row.opened_by is None

    @property
    def has_new_message(self) -> bool:
        """Whether a message came since the person who looks opened it."""
        return bool(self.row.has_new_message)

    def sort_key(self) -> tuple[bool, int, bool, int]:
        """Marked ones last; then most urgent, unowned, oldest first."""
        urgency = self.card.urgency if self.card else len(URGENT_FIRST)
        return (self.is_marked, urgency, self.row.assignee_id is not None, self.row.sequence)


@dataclass(frozen=True)
class QueueCounts:
    """Counts of what the filter found and is undecided; marked cases are counted only as such.

    `withdrawn` counts all that were taken back and are not destroyed yet, whatever the filter.
    """

    undecided: int
    urgent: int
    unread: int
    marked: int
    withdrawn: int


@dataclass(frozen=True)
class QueuePage:
    """One page of the queue."""

    entries: tuple[QueueEntry, ...]
    counts: QueueCounts
    number: int
    pages: int
    total: int


def view_queue(caseworker: Caseworker, wanted: QueueFilter, number: int = 1) -> QueuePage:
    """Open one page of the queue and record that this person saw it, once for the page.

    Raises:
        NoSuchPageError: there are fewer pages.
    """
    page = read_queue(caseworker, wanted, number)
    with write(caseworker.engine) as connection:
        staff_id = caseworker.staff_id
        append_event(connection, Event("queue:viewed", staff_id, actor=staff_id), caseworker.config)
    return page


def read_queue(caseworker: Caseworker, wanted: QueueFilter, number: int = 1) -> QueuePage:
    """Read and open one page of the queue.

    Raises:
        NoSuchPageError: there are fewer pages.
    """
    undecided = _list_undecided(caseworker, wanted)
    decided = _list_decided_statuses(wanted)
    start = (number - 1) * PAGE_SIZE
    room_from = max(start - len(undecided), 0)
    room = max(start + PAGE_SIZE - len(undecided), 0) - room_from
    entries, decided_total = undecided[start : start + PAGE_SIZE], 0
    if decided:
        case_filter = _make_case_filter(caseworker, wanted, decided)
        if wanted.language or wanted.is_marked:
            # What these ask for is sealed, so every decided card has to be opened too.
            found = [each for each in _open_cards(caseworker, case_filter) if _is_wanted(each, wanted)]
            decided_total = len(found)
            entries = [*entries, *found[room_from : room_from + room]]
        else:
            with read(caseworker.engine) as connection:
                decided_total = count_cases(connection, case_filter)
            if room:
                entries = [*entries, *_open_cards(caseworker, case_filter, limit=room, offset=room_from)]
    total = len(undecided) + decided_total
    pages = max(math.ceil(total / PAGE_SIZE), 1)
    if not 1 <= number <= pages:
        raise NoSuchPageError
    with read(caseworker.engine) as connection:
        withdrawn = count_withdrawn(connection, caseworker.session.holder_ids)
    return QueuePage(_flag(entries, undecided), _count(undecided, withdrawn), number, pages, total)


def list_references(caseworker: Caseworker, wanted: QueueFilter, most: int) -> list[str]:
    """List the references of all that the filter finds, in the order of the queue; one more than `most` at most."""
    found = _list_undecided(caseworker, wanted)
    decided = _list_decided_statuses(wanted)
    if decided and len(found) <= most:
        case_filter = _make_case_filter(caseworker, wanted, decided)
        if wanted.language or wanted.is_marked:
            found += [each for each in _open_cards(caseworker, case_filter) if _is_wanted(each, wanted)]
        else:
            with read(caseworker.engine) as connection:
                rows = list_cards(connection, case_filter, limit=most + 1 - len(found), offset=0)
            found += [QueueEntry(row, None) for row in rows]
    return [each.row.reference for each in found[: most + 1]]


def _flag(entries: Sequence[QueueEntry], undecided: Sequence[QueueEntry]) -> tuple[QueueEntry, ...]:
    """Tell of each entry which others read alike and whether it came in a burst, as far as cards were opened."""
    cards = {each.row.reference: each.card for each in (*undecided, *entries) if each.card is not None}
    alike = find_alike({reference: _read_sketch(card) for reference, card in cards.items()})
    arrivals = [(moment, reference) for reference, card in cards.items() if (moment := _read_arrival(card))]
    bursts = find_bursts(arrivals)
    return tuple(
        replace(each, alike=tuple(alike.get(each.row.reference, ())), is_in_burst=each.row.reference in bursts)
        for each in entries
    )


def _read_sketch(card: Card) -> Sketch:
    """What a card says of its story; nothing where somebody sealed nonsense."""
    values: Any = card.sketch
    return tuple(value for value in values if isinstance(value, int)) if isinstance(values, tuple) else ()


def _read_arrival(card: Card) -> datetime | None:
    try:
        return datetime.fromisoformat(card.received_at).replace(tzinfo=UTC)
    except (TypeError, ValueError):
        return None


def _list_undecided(caseworker: Caseworker, wanted: QueueFilter) -> list[QueueEntry]:
    if wanted.status not in {"", Status.UNDECIDED.value}:
        return []
    case_filter = _make_case_filter(caseworker, wanted, (Status.UNDECIDED.value,))
    entries = [each for each in _open_cards(caseworker, case_filter) if _is_wanted(each, wanted)]
    return sorted(entries, key=QueueEntry.sort_key)


def _list_decided_statuses(wanted: QueueFilter) -> tuple[str, ...]:
    if not wanted.status:
        return _DECIDED
    return () if wanted.status == Status.UNDECIDED.value else (wanted.status,)


def _make_case_filter(caseworker: Caseworker, wanted: QueueFilter, statuses: Sequence[str]) -> CaseFilter:
    owner = caseworker.staff_id if wanted.owner == MINE else wanted.owner
    return CaseFilter(
        staff_id=caseworker.staff_id,
        holder_ids=caseworker.session.holder_ids,
        statuses=statuses,
        assignee_id="" if owner == NOBODY else owner,
        is_unowned=owner == NOBODY,
        is_unread=wanted.is_unread,
    )


def _open_cards(
    caseworker: Caseworker, case_filter: CaseFilter, *, limit: int | None = None, offset: int = 0
) -> list[QueueEntry]:
    with read(caseworker.engine) as connection:
        rows = list_cards(connection, case_filter, limit=limit, offset=offset)
    return [QueueEntry(row, open_card(caseworker, row.id, row.reference, row.sealed)) for row in rows]


def _is_wanted(entry: QueueEntry, wanted: QueueFilter) -> bool:
    if wanted.is_marked and not entry.is_marked:
        return False
    return not wanted.language or (entry.card is not None and entry.card.story_language == wanted.language)


def _count(undecided: Sequence[QueueEntry], withdrawn: int) -> QueueCounts:
    counted = [entry for entry in undecided if not entry.is_marked]
    return QueueCounts(
        undecided=len(counted),
        urgent=sum(entry.is_urgent for entry in counted),
        unread=sum(entry.is_unread or entry.has_new_message for entry in counted),
        marked=len(undecided) - len(counted),
        withdrawn=withdrawn,
    )
