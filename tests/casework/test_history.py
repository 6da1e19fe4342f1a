"""A case's history out of two chains: an order that claims no more than is known."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from casework.history import list_history
from casework.vouching import Entry

CHICAGO = ZoneInfo("America/Chicago")
NAMES = {"ana": "Ana Abogada"}


def came(sequence: int, kind: str, day: int) -> Entry:
    """An entry of the public site's chain."""
    return Entry("intake", sequence, kind, "", "", "", date(2026, 11, day))


def done(sequence: int, kind: str, day: int, hour: int, actor: str = "ana") -> Entry:
    """An entry of casework's chain."""
    return Entry("casework", sequence, kind, "", "", actor, datetime(2026, 11, day, hour, tzinfo=UTC))


def list_words(*entries: Entry) -> list[str]:
    """What the history says, without who and when."""
    return [line.what for line in list_history(entries, NAMES, CHICAGO)]


def test_chains_are_merged_by_day_and_what_came_stands_first_in_a_day() -> None:
    """A message of a day stands before what staff did on that day, and after what they did the day before."""
    words = list_words(
        came(1, "report:received", 2),
        came(9, "message:received", 4),
        came(12, "message:received", 9),
        done(20, "conflict:decided", 3, 15),
        done(21, "note:added", 4, 9),
        done(25, "reply:sent", 4, 18),
    )
    assert words == [
        *("Report received", "Conflict decision recorded", "Message received", "Note added", "Reply sent"),
        "Message received",
    ]


def test_days_are_the_offices() -> None:
    """What staff did at two in the morning UTC was the evening before where the office is."""
    words = list_words(came(1, "report:received", 2), came(2, "message:received", 4), done(3, "note:added", 4, 2))
    assert words == ["Report received", "Note added", "Message received"]


def test_each_chain_keeps_its_own_order() -> None:
    """A clock that was set back does not move an entry before one that was written earlier."""
    words = list_words(
        came(1, "report:received", 5),
        came(2, "withdrawal:asked", 3),
        came(3, "withdrawal:called_back", 5),
        done(7, "note:added", 6, 12),
        done(8, "hold:changed", 4, 12),
    )
    assert words == [
        *("Report received", "Taken back by whoever holds the code", "Called back by whoever holds the code"),
        *("Note added", "Legal hold changed"),
    ]


def test_openings_on_both_sides_of_a_message_are_two_lines() -> None:
    """Openings are counted together only where nothing else happened in between."""
    lines = list_history(
        [
            came(1, "report:received", 2),
            came(2, "message:received", 4),
            *(done(3 + number, "case:opened", 3, 15 + number) for number in range(3)),
            done(8, "case:opened", 5, 15),
        ],
        NAMES,
        CHICAGO,
    )
    assert [(line.what, line.times) for line in lines] == [
        ("Report received", 1),
        ("Case opened", 3),
        ("Message received", 1),
        ("Case opened", 1),
    ]
