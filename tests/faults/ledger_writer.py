"""One process that writes to both chains of a ledger with eight threads at once; started by test_ledger_writers.py.

Its arguments: the database, the key that signs, in hex, a name, and how many entries each thread appends.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from models import ledger
from models.engine import create_engine, write
from vault.signing import SigningKey

THREADS = 8
SITES = ("casework", "intake")


def main(url: str, secret: str, name: str, entries: str) -> None:
    """Append to one chain and to the other in turn, each entry in a transaction of its own."""
    engine, key = create_engine(url), SigningKey.from_bytes(bytes.fromhex(secret))

    def append(thread: int) -> None:
        for number in range(int(entries)):
            event = ledger.Event("note:added", f"{name}-{thread}-{number}")
            with write(engine) as connection:
                ledger.append(
                    connection,
                    SITES[number % 2],
                    event,
                    datetime.now(UTC),
                    lambda entry: key.sign(entry, purpose="ledger-entry"),
                )

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(append, range(THREADS)))
    engine.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
