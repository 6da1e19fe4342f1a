"""What verifying a ledger of 10,000 entries costs, and how that compares with checking the bare signatures.

Processor time, best of several rounds, because a busy machine only ever makes it longer.
Run from the project's folder: python -m bench.ledger
"""

import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from sqlalchemy import select

from bench.table import Row, print_table
from casework.ledger_writing import PURPOSE, make_signature_check
from models import ledger
from models.engine import create_engine, migrate, read, write
from models.ledger_walk import walk_chain
from models.tables import ledger_entries
from vault.signing import SigningKey

ENTRIES = 10_000
ROUNDS = 3
LIMIT_MS = 2_000.0
LIMIT_RATIO = 1.6
SITE = "casework"


def measure(work: Callable[[], object]) -> float:
    """CPU milliseconds of some work, the best of several rounds."""
    times = []
    for _round in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times) * 1000


def run() -> Iterable[Row]:
    """Measure; yields name, unit, measured and limit."""
    key = SigningKey.generate()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/ledger.db"
        migrate(url)
        engine = create_engine(url)
        with write(engine) as connection:
            ledger.start_chain(connection, SITE)
            for number in range(ENTRIES):
                event = ledger.Event("case:opened", f"{number:036}", actor=f"{number % 10:036}")
                when = datetime.now(UTC)
                ledger.append(connection, SITE, event, when, lambda entry: key.sign(entry, purpose=PURPOSE))
        with read(engine) as connection:
            signed = [
                (row.entry.encode(), row.signature)
                for row in connection.execute(select(ledger_entries.c.entry, ledger_entries.c.signature))
            ]
        check = make_signature_check(key.verify_key)

        def verify_chain() -> None:
            with read(engine) as connection:
                report = walk_chain(connection, SITE, check)
            if not report.holds or report.entries != ENTRIES:
                raise RuntimeError("the ledger does not hold")

        def verify_signatures() -> None:
            for entry, signature in signed:
                check(entry, signature)

        walked, bare = measure(verify_chain), measure(verify_signatures)
        yield f"ledger, {ENTRIES} entries verified", "ms CPU", walked, LIMIT_MS
        yield "ledger, against checking the bare signatures", "times", walked / bare, LIMIT_RATIO
        engine.dispose()


if __name__ == "__main__":
    raise SystemExit(0 if print_table(run()) else 1)
