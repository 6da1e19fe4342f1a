"""Finding entries by day without reading the chain: the same as reading it, also where somebody harmed it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from models.engine import create_engine, read, write
from models.ledger_search import EntryFilter, count_entries, find_first_since, list_entry_rows
from models.tables import ledger_entries

FIRST = date(2026, 1, 1)


@pytest.fixture
def engine(owner_url: str) -> Iterator[Engine]:
    """An empty database."""
    engine = create_engine(owner_url)
    yield engine
    engine.dispose()


def put_entries(engine: Engine, days: list[int]) -> None:
    """Lay down entries of these days, in order."""
    rows = [
        {
            "site": "intake",
            "sequence": number,
            "kind": "note:added",
            "subject": "case",
            "entry": json.dumps({"actor": "ana_%", "when": f"{FIRST + timedelta(days=day)}"}, separators=(",", ":")),
            "hash": b"",
            "signature": b"",
        }
        for number, day in enumerate(days, 1)
    ]
    with write(engine) as connection:
        connection.execute(insert(ledger_entries), rows)


def find_by_reading(engine: Engine, since: date) -> int | None:
    """The first entry of a day or later, by looking at each; None where there is none."""
    with read(engine) as connection:
        rows = connection.execute(select(ledger_entries).order_by(ledger_entries.c.sequence)).all()
    return next((row.sequence for row in rows if json.loads(row.entry)["when"] >= since.isoformat()), None)


def find_fast(engine: Engine, since: date) -> int:
    """The same, as the ledger's page does it."""
    with read(engine) as connection:
        return find_first_since(connection, "intake", since.isoformat())


@pytest.mark.parametrize("seed", range(12))
def test_day_is_found_as_by_reading_everything(engine: Engine, seed: int) -> None:
    """On chains of every length, with days without entries and entries that were removed, the same entry is found."""
    moments = random.Random(seed)  # noqa: S311  # to be played again, not to be secret
    days = sorted(moments.randrange(30) for _entry in range(moments.randrange(1, 60)))
    put_entries(engine, days)
    gone = [number for number in range(1, len(days)) if moments.random() < 0.2]
    with write(engine) as connection:
        connection.execute(delete(ledger_entries).where(ledger_entries.c.sequence.in_(gone)))
    for day in range(-1, 32):
        since = FIRST + timedelta(days=day)
        expected = find_by_reading(engine, since)
        found = find_fast(engine, since)
        with read(engine) as connection:
            rows = list_entry_rows(connection, EntryFilter("intake", first=found), limit=1000)
        assert (rows[-1].sequence if rows else None) == expected, day


def test_entries_that_cannot_be_read_stop_nothing(engine: Engine) -> None:
    """Rubbish in the place of entries leads past them, and to an end."""
    put_entries(engine, list(range(20)))
    with write(engine) as connection:
        connection.execute(update(ledger_entries).where(ledger_entries.c.sequence.in_([9, 10, 11])).values(entry="{"))
    assert find_fast(engine, FIRST + timedelta(days=15)) == 16
    with write(engine) as connection:
        connection.execute(update(ledger_entries).values(entry="[]"))
    assert find_fast(engine, FIRST) == 21


def test_chain_without_entries_has_no_first_one(engine: Engine) -> None:
    """In an empty chain the next entry is the first one."""
    assert find_fast(engine, FIRST) == 1


def test_signs_of_a_pattern_are_no_pattern(engine: Engine) -> None:
    """An id with a percent sign or an underscore finds its own entries alone."""
    put_entries(engine, [1, 2, 3])
    with read(engine) as connection:
        found = [
            count_entries(connection, EntryFilter("intake", actor=actor)) for actor in ("ana_%", "ana", "%", "_" * 5)
        ]
    assert found == [3, 0, 0, 0]
