"""Counts: how many reports came in which month, and how they stand. Nothing of any single case.

An analyst must never see a number so small that it could be a person.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from casework.caseworker import Caseworker
from casework.ledger_writing import append_event
from casework.permissions import LEGAL_ROLES, Role
from casework.words import STATUS
from models.cases import Status, count_by_day, count_by_status
from models.engine import read, write
from models.ledger import Event

SMALLEST_SHOWN = 5
UNDER = f"under {SMALLEST_SHOWN}"
AT_LEAST = f"{SMALLEST_SHOWN} or more"
MONTHS = 12


@dataclass(frozen=True)
class CountLine:
    """One line of a table: what is counted, and the number as this person may see it."""

    label: str
    number: str


@dataclass(frozen=True)
class Patterns:
    """The counts that somebody may see, newest month first; `is_own` without the cases that they do not hold."""

    by_month: tuple[CountLine, ...]
    by_status: tuple[CountLine, ...]
    hides_small: bool
    is_own: bool


def view_patterns(caseworker: Caseworker) -> Patterns:
    """Count, and record that this person saw the counts."""
    # A case that somebody may not know of must not show as the difference between these counts and their queue.
    holder_ids = caseworker.session.holder_ids if caseworker.session.role in LEGAL_ROLES else None
    with read(caseworker.engine) as connection:
        days, statuses = count_by_day(connection, holder_ids), count_by_status(connection, holder_ids)
    hides_small = caseworker.session.role is Role.ANALYST
    months = _list_months(days, caseworker.today)
    standing = [(STATUS.get(status, status), statuses.get(status, 0)) for status in _list_statuses(statuses)]
    with write(caseworker.engine) as connection:
        staff_id = caseworker.staff_id
        append_event(connection, Event("counts:viewed", staff_id, actor=staff_id), caseworker.config)
    return Patterns(
        write_lines(months, hides_small=hides_small),
        write_lines(standing, hides_small=hides_small),
        hides_small,
        is_own=holder_ids is not None,
    )


def write_lines(counts: Sequence[tuple[str, int]], *, hides_small: bool) -> tuple[CountLine, ...]:
    """Write counts as lines. With `hides_small`, small numbers are "under 5", and never one line alone.

    A single hidden line could be computed from the total of another table: then the smallest of the others is
    written as "5 or more".
    """
    small = [index for index, (_label, number) in enumerate(counts) if number < SMALLEST_SHOWN]
    shown = {index: str(number) for index, (_label, number) in enumerate(counts)}
    if hides_small:
        shown |= dict.fromkeys(small, UNDER)
        others = [index for index in range(len(counts)) if index not in small]
        if len(small) == 1 and others:
            shown[min(others, key=lambda index: counts[index][1])] = AT_LEAST
    return tuple(CountLine(label, shown[index]) for index, (label, _number) in enumerate(counts))


def _list_months(days: Sequence[tuple[date, int]], today: date) -> list[tuple[str, int]]:
    """Count the last twelve months one by one, and everything before them together."""
    counted: Counter[tuple[int, int]] = Counter()
    for day, number in days:
        counted[day.year, day.month] += number
    newest = today.year * 12 + today.month - 1
    shown = [divmod(newest - back, 12) for back in range(MONTHS)]
    lines = [(f"{date(year, month + 1, 1):%B %Y}", counted.pop((year, month + 1), 0)) for year, month in shown]
    return [*lines, ("Earlier", counted.total())]


def _list_statuses(found: dict[str, int]) -> list[str]:
    known = [status.value for status in Status]
    return [*known, *sorted(set(found) - set(known))]
