"""The ledger under many writers: sixteen threads in two processes, on a real database."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import select

from casework.ledger_writing import make_signature_check
from models import ledger
from models.engine import create_engine, read, write
from models.ledger_walk import walk_chain
from models.tables import ledger_entries
from tests.faults.ledger_writer import SITES, THREADS
from vault.signing import SigningKey

ROOT = Path(__file__).resolve().parents[2]
PROCESSES = ("one", "two")
ENTRIES = 20


def test_sixteen_writers_in_two_processes_keep_one_unbroken_chain(owner_url: str) -> None:
    """Every entry of every writer is in its chain once, each writer's in the order written, and both chains hold."""
    key, engine = SigningKey.generate(), create_engine(owner_url)
    with write(engine) as connection:
        for site in SITES:
            ledger.start_chain(connection, site)
    command = [sys.executable, "-m", "tests.faults.ledger_writer", owner_url, key.to_bytes().hex()]
    writers = [subprocess.Popen([*command, name, f"{ENTRIES}"], cwd=ROOT) for name in PROCESSES]
    assert [writer.wait(timeout=90) for writer in writers] == [0, 0]
    found: dict[str, list[str]] = {}
    with read(engine) as connection:
        for site in SITES:
            report = walk_chain(connection, site, make_signature_check(key.verify_key))
            assert (report.faults, report.entries) == ((), len(PROCESSES) * THREADS * ENTRIES // 2)
            statement = select(ledger_entries.c.subject).where(ledger_entries.c.site == site)
            found[site] = list(connection.scalars(statement.order_by(ledger_entries.c.sequence)))
    engine.dispose()
    for which, site in enumerate(SITES):
        for writer in {subject.rsplit("-", 1)[0] for subject in found[site]}:
            own = [int(subject.rsplit("-", 1)[1]) for subject in found[site] if subject.startswith(f"{writer}-")]
            assert own == list(range(which, ENTRIES, 2)), writer
    assert len({subject.rsplit("-", 1)[0] for subjects in found.values() for subject in subjects}) == 16
