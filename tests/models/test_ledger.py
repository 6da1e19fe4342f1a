"""The ledger: appended under many writers, and every tampering found."""

from __future__ import annotations

import hashlib
import json
import random
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any, Self

import pytest
from sqlalchemy import Engine, Row, delete, insert, select, update

from models import ledger
from models.engine import create_engine, read, write
from models.ledger_walk import ChainReport, Harm, KeptHead, walk_chain
from models.tables import ledger_entries as entries
from models.tables import ledger_heads
from vault.signing import SigningKey, verify_signature

PURPOSE = "ledger-entry"
TODAY = date(2026, 1, 2)


class Chain:
    """One site's chain and the key that signs it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.key = SigningKey.generate()
        with write(engine) as connection:
            ledger.start_chain(connection, "intake")
            ledger.start_chain(connection, "casework")

    def append(self, number: int) -> int:
        """Append one entry."""
        with write(self.engine) as connection:
            return ledger.append(
                connection,
                "casework",
                ledger.Event("note:added", f"case-{number}", digest="00", actor="someone"),
                datetime(2026, 1, 1, tzinfo=UTC),
                self.sign,
            )

    def sign(self, entry: bytes) -> bytes:
        """Sign as the site does."""
        return self.key.sign(entry, purpose=PURPOSE)

    def walk(self, *kept: KeptHead) -> ChainReport:
        """Walk the whole chain."""

        def check(entry: bytes, signature: bytes) -> None:
            verify_signature(entry, signature, purpose=PURPOSE, verify_key=self.key.verify_key)

        with read(self.engine) as connection:
            return walk_chain(connection, "casework", check, kept)

    def verify(self) -> int:
        """Walk it, be sure that it holds, and return its length."""
        report = self.walk()
        assert report.holds, report.faults
        return report.entries


@pytest.fixture
def chain(owner_url: str) -> Chain:
    """A chain of five entries."""
    chain = Chain(create_engine(owner_url))
    for number in range(5):
        chain.append(number)
    return chain


def test_whole_chain_verifies(chain: Chain) -> None:
    """An untouched chain verifies and tells its length."""
    assert chain.verify() == 5
    chain.engine.dispose()


def test_many_writers_keep_one_chain(chain: Chain) -> None:
    """Sixteen writers at once make one unbroken chain, every entry with a number of its own."""
    with ThreadPoolExecutor(16) as pool:
        numbers = list(pool.map(chain.append, range(64)))
    assert sorted(numbers) == list(range(6, 70))
    assert chain.verify() == 69
    chain.engine.dispose()


def test_entry_of_intake_has_a_day_and_no_time(chain: Chain) -> None:
    """What the public site writes down has the date alone."""
    with write(chain.engine) as connection:
        event = ledger.Event("report:received", "c")
        ledger.append(connection, "intake", event, TODAY, lambda _: b"")
    with read(chain.engine) as connection:
        (entry,) = ledger.iterate_entries(connection, "intake")
    assert entry["when"] == "2026-01-02"
    chain.engine.dispose()


class Harmer:
    """Somebody who writes to the database, and who may have stolen the key that signs."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain

    def change(self, number: int, **values: object) -> Self:
        """Change columns of an entry's row."""
        with write(self.chain.engine) as connection:
            connection.execute(update(entries).where(entries.c.sequence == number).values(values))
        return self

    def read(self, sequence: int) -> Row[Any]:
        """Read an entry's row."""
        with read(self.chain.engine) as connection:
            return connection.execute(select(entries).where(entries.c.sequence == sequence)).one()

    def remove(self, *numbers: int) -> Self:
        """Delete rows."""
        with write(self.chain.engine) as connection:
            connection.execute(delete(entries).where(entries.c.sequence.in_(numbers)))
        return self

    def insert(self, number: int, **values: object) -> Self:
        """Lay a row down: a copy of the first, changed."""
        row = {**self.read(1)._mapping, **values, "sequence": number}
        with write(self.chain.engine) as connection:
            connection.execute(insert(entries).values(row))
        return self

    def move(self, *moves: tuple[int, int]) -> Self:
        """Give rows other numbers, one after the other."""
        for old, new in moves:
            self.change(old, sequence=new)
        return self

    def set_head(self, number: int) -> Self:
        """Make the head name another entry."""
        with write(self.chain.engine) as connection:
            heads = update(ledger_heads).where(ledger_heads.c.site == "casework")
            connection.execute(heads.values(sequence=number, hash=self.read(number).hash))
        return self

    def resign(self, number: int, **values: str) -> Self:
        """Write another entry in the place of one, signed with the stolen key."""
        entry = json.dumps({**json.loads(self.read(number).entry), **values}, separators=(",", ":"), sort_keys=True)
        return self.change(
            number,
            entry=entry,
            hash=hashlib.sha256(entry.encode()).digest(),
            signature=self.chain.key.sign(entry.encode(), purpose=PURPOSE),
        )


HARMS: dict[str, tuple[Callable[[Harmer], object], list[tuple[Harm, str]]]] = {
    "changed words": (
        lambda harmer: harmer.change(3, entry=harmer.read(3).entry.replace("someone", "another")),
        [(Harm.CHANGED, "Entry 3 was changed")],
    ),
    "changed to nonsense": (lambda harmer: harmer.change(3, entry="{"), [(Harm.CHANGED, "Entry 3 was changed")]),
    "changed kind beside it": (lambda harmer: harmer.change(3, kind="x:y"), [(Harm.CHANGED, "stands beside entry 3")]),
    "changed hash": (lambda harmer: harmer.change(3, hash=bytes(32)), [(Harm.CHANGED, "stands beside entry 3")]),
    "changed signature": (
        lambda harmer: harmer.change(3, signature=b"short"),
        [(Harm.CHANGED, "Entry 3 was changed: it is not what the site signed")],
    ),
    "replaced with the stolen key": (
        lambda harmer: harmer.resign(3, actor="another"),
        [(Harm.CHANGED, "Entry 3 was replaced: entry 4 was written after another one")],
    ),
    "first removed": (lambda harmer: harmer.remove(1), [(Harm.REMOVED, "Entry 1 was removed")]),
    "several removed": (lambda harmer: harmer.remove(2, 3), [(Harm.REMOVED, "Entries 2 to 3 were removed")]),
    "removed, and the rest moved up": (
        lambda harmer: harmer.remove(3).move((4, 3), (5, 4)).set_head(4),
        [(Harm.REMOVED, "Entries 3 to 4 stand 1 place earlier than written: something was taken out before")],
    ),
    "copy put in at the end": (
        lambda harmer: harmer.insert(6, **harmer.read(5)._mapping),
        [(Harm.INSERTED, "A second copy of entry 5 was put in as entry 6")],
    ),
    "own entry put in at the end": (
        lambda harmer: harmer.insert(6, entry="{}"),
        [(Harm.INSERTED, "Entry 6 was put in behind the end")],
    ),
    "own entry put in before the beginning": (
        lambda harmer: harmer.insert(0),
        [(Harm.INSERTED, "Entry 0 was put in before the beginning")],
    ),
    "own entry put in between": (
        lambda harmer: harmer.move((5, 6), (4, 5), (3, 4)).insert(3, entry="{}").set_head(6),
        [
            (Harm.INSERTED, "Something that the site did not sign was put in as entry 3"),
            (Harm.INSERTED, "Entries 4 to 6 stand 1 place later than written: something was put in before"),
        ],
    ),
    "two swapped": (
        lambda harmer: harmer.move((2, 90), (3, 2), (90, 3)),
        [
            (Harm.REORDERED, "Entry 2 stands in the wrong order: written as 3"),
            (Harm.REORDERED, "Entry 3 stands in the wrong order: written as 2"),
        ],
    ),
    "last two swapped": (
        lambda harmer: harmer.move((4, 90), (5, 4), (90, 5)),
        [
            (Harm.REORDERED, "Entry 4 stands in the wrong order: written as 5"),
            (Harm.REORDERED, "Entry 5 stands in the wrong order: written as 4"),
        ],
    ),
    "end cut off": (
        lambda harmer: harmer.remove(4, 5),
        [(Harm.CUT, "The end was cut off: the last entry is 3, and the head says 5")],
    ),
    "everything cut off": (
        lambda harmer: harmer.remove(1, 2, 3, 4, 5),
        [(Harm.CUT, "The end was cut off: the last entry is 0")],
    ),
    "head set back": (
        lambda harmer: harmer.set_head(3),
        [(Harm.CHANGED, "The head was changed: it says 3, and the last is 5")],
    ),
}


@pytest.mark.parametrize("what", HARMS)
def test_tampering_is_found_and_named(chain: Chain, what: str) -> None:
    """What was changed, removed, inserted, reordered or cut off is found, named as that, and nothing else is blamed."""
    harm, expected = HARMS[what]
    harm(Harmer(chain))
    found = chain.walk().faults
    assert [fault.harm for fault in found] == [kind for kind, _words in expected], found
    assert all(words in fault.words for fault, (_kind, words) in zip(found, expected, strict=True)), found
    chain.engine.dispose()


def harm_at_random(harmer: Harmer, moments: random.Random) -> str:
    """Do one thing to the rows that no site does, and say what."""
    number, other = moments.sample(range(1, 6), 2)
    deed = moments.choice(["byte", "remove", "swap", "copy", "column", "cut"])
    if deed == "byte":
        text = harmer.read(number).entry
        place = moments.randrange(len(text))
        harmer.change(number, entry=f"{text[:place]}{chr(ord(text[place]) ^ 1)}{text[place + 1 :]}")
    elif deed == "remove":
        harmer.remove(number)
    elif deed == "swap":
        harmer.move((number, 90), (other, number), (90, other))
    elif deed == "copy":
        harmer.insert(moments.choice([6, 7, 60]), **harmer.read(number)._mapping)
    elif deed == "column":
        column = moments.choice(["subject", "hash", "signature"])
        harmer.change(number, **{column: getattr(harmer.read(other), column)})
    else:
        harmer.remove(*range(number, 6))
    return f"{deed} {number} {other}"


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_done_to_the_rows_is_found(chain: Chain, seed: int) -> None:
    """A flipped bit anywhere in an entry, a row moved, copied or taken, a column of another row: none is missed."""
    moments = random.Random(seed)  # noqa: S311  # to be played again, not to be secret
    assert chain.verify() == 5
    harmer = Harmer(chain)
    done = harm_at_random(harmer, moments)
    assert not chain.walk().holds, done
    chain.engine.dispose()


def test_removed_head_is_found(chain: Chain) -> None:
    """Without its head a chain does not hold, and nothing breaks on the way to saying so."""
    with write(chain.engine) as connection:
        connection.execute(delete(ledger_heads))
    assert [fault.words for fault in chain.walk().faults] == ["The head of the chain was removed"]
    chain.engine.dispose()


def test_many_faults_are_counted(chain: Chain) -> None:
    """A chain that was changed all over names the first faults and counts the others."""
    for number in range(5, 40):
        chain.append(number)
    with write(chain.engine) as connection:
        connection.execute(update(entries).values(signature=bytes(64)))
    report = chain.walk()
    assert (len(report.faults), report.more, report.holds) == (20, 20, False)
    chain.engine.dispose()


def keep_head(chain: Chain) -> KeptHead:
    """The head as somebody keeps it outside today."""
    with read(chain.engine) as connection:
        return KeptHead(*ledger.get_head(connection, "casework"))


def test_cut_tail_is_found_against_a_head_kept_outside(chain: Chain) -> None:
    """A tail that was cut together with its head is found only by a head that was kept outside the house."""
    kept = keep_head(chain)
    assert chain.walk(kept).holds
    harmer = Harmer(chain)
    harmer.remove(4, 5)
    harmer.set_head(3)
    assert chain.verify() == 3
    (fault,) = chain.walk(kept).faults
    assert fault.harm is Harm.CUT
    assert "The head kept outside is entry 5, and the chain ends at entry 3" in fault.words
    chain.engine.dispose()


def test_rollback_is_found_against_heads_kept_outside(chain: Chain) -> None:
    """An older ledger that was put back and went on is found by the heads since then; those before it agree."""
    early = keep_head(chain)
    chain.append(5)
    late = keep_head(chain)
    harmer = Harmer(chain)
    harmer.remove(6)
    harmer.set_head(5)
    for number in range(6, 9):
        chain.append(number)
    assert chain.verify() == 8
    assert chain.walk(early).holds
    (fault,) = chain.walk(early, late).faults
    assert fault.harm is Harm.ROLLED_BACK
    assert "Entry 6 is not the one of the head kept outside: an older ledger was put back" in fault.words
    chain.engine.dispose()


def test_walk_keeps_nothing_of_what_it_has_seen(chain: Chain) -> None:
    """Four times as many entries take no more memory to walk."""
    peaks = []
    for length in (1_000, 4_000):
        with write(chain.engine) as connection:
            for number in range(length):
                ledger.append(connection, "casework", ledger.Event("note:added", f"{number}"), TODAY, chain.sign)
        tracemalloc.start()
        chain.verify()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]
    chain.engine.dispose()
