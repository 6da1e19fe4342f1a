"""The ledger: appended under many writers, and every tampering found."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from models import ledger
from models.engine import create_engine, read, write
from models.tables import ledger_entries, ledger_heads
from vault.signing import SigningKey, verify_signature

PURPOSE = "ledger-entry"


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
                lambda entry: self.key.sign(entry, purpose=PURPOSE),
            )

    def verify(self, outside_head: str = "") -> int:
        """Verify the whole chain."""

        def check(entry: bytes, signature: bytes) -> None:
            verify_signature(entry, signature, purpose=PURPOSE, verify_key=self.key.verify_key)

        with read(self.engine) as connection:
            return ledger.verify(connection, "casework", check, outside_head)


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
        ledger.append(connection, "intake", event, date(2026, 1, 2), lambda _: b"")
    with read(chain.engine) as connection:
        (entry,) = ledger.iterate_entries(connection, "intake")
    assert entry["when"] == "2026-01-02"
    chain.engine.dispose()


def _change(chain: Chain, what: str) -> None:
    with write(chain.engine) as connection:
        if what == "changed":
            row = connection.execute(select(ledger_entries).where(ledger_entries.c.sequence == 3)).one()
            changed = row.entry.replace("someone", "another")
            connection.execute(update(ledger_entries).where(ledger_entries.c.sequence == 3).values(entry=changed))
        elif what == "removed":
            connection.execute(delete(ledger_entries).where(ledger_entries.c.sequence == 3))
        elif what == "inserted":
            row = connection.execute(select(ledger_entries).where(ledger_entries.c.sequence == 5)).one()
            connection.execute(insert(ledger_entries).values(**{**row._mapping, "sequence": 6}))
        elif what == "reordered":
            for old, new in ((2, 90), (3, 2), (90, 3)):
                connection.execute(update(ledger_entries).where(ledger_entries.c.sequence == old).values(sequence=new))
        elif what == "resigned":
            connection.execute(update(ledger_entries).where(ledger_entries.c.sequence == 3).values(signature=bytes(64)))
        elif what == "cut without its head":
            connection.execute(delete(ledger_entries).where(ledger_entries.c.sequence > 3))


@pytest.mark.parametrize("what", ["changed", "removed", "inserted", "reordered", "resigned", "cut without its head"])
def test_tampering_is_found(chain: Chain, what: str) -> None:
    """A changed, removed, inserted, reordered or unsigned entry, or a cut tail, breaks the chain."""
    _change(chain, what)
    with pytest.raises(ledger.LedgerBrokenError):
        chain.verify()
    chain.engine.dispose()


def test_rollback_is_found_against_a_head_kept_outside(chain: Chain) -> None:
    """A tail that was cut together with its head is found only by a head that was kept outside the house."""
    with read(chain.engine) as connection:
        _number, kept = ledger.get_head(connection, "casework")
        earlier = connection.execute(select(ledger_entries).where(ledger_entries.c.sequence == 3)).one()
    assert chain.verify(kept) == 5
    with write(chain.engine) as connection:
        connection.execute(delete(ledger_entries).where(ledger_entries.c.sequence > 3))
        connection.execute(
            update(ledger_heads).where(ledger_heads.c.site == "casework").values(sequence=3, hash=earlier.hash)
        )
    assert chain.verify() == 3
    with pytest.raises(ledger.LedgerBrokenError, match="kept outside"):
        chain.verify(kept)
    chain.engine.dispose()
