"""The ledger's part of a bundle: an outsider checks it alone, and each copy gets no more than it may know."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, select, update

from casework.caseworker import Caseworker
from casework.conflicts import decide_conflict
from casework.notes import add_note
from casework.opening import ConflictState, open_case
from exports.case_file import Variant
from models.engine import create_engine, write
from models.tables import ledger_entries
from tests.casework.corresponding import Correspondence
from tests.casework.filing import FiledCase, Filing
from tests.casework.unpacked_bundle import Bundling


@pytest.fixture
def case(filing: Filing) -> FiledCase:
    """A case as filed."""
    return filing.file()


@pytest.fixture
def owner(owner_url: str) -> Iterator[Engine]:
    """Whoever may change every row, as a person with the database's own account."""
    engine = create_engine(owner_url)
    yield engine
    engine.dispose()


@pytest.fixture
def bundling(caseworker: Caseworker, filing: Filing, staff_site: Flask, case: FiledCase, tmp_path: Path) -> Bundling:
    """A way to make bundles of a case with a file, a message, a decision and a note."""
    store = staff_site.extensions["blob_store"]
    reporter = Correspondence(filing, store, case)
    reporter.name_in_report(reporter.put_file(b"said", "nota.txt", "text", "text/plain"))
    reporter.send(reporter.make_receipt(), "Aquí está")
    decide_conflict(caseworker, open_case(caseworker, case.reference), ConflictState.CLEAR, "Not known to us")
    add_note(caseworker, open_case(caseworker, case.reference), "Our own thought")
    return Bundling(caseworker, store, case, tmp_path)


def test_an_outsider_checks_the_extract_by_its_readme(bundling: Bundling) -> None:
    """The program of the extract's README accepts every line, and finds one that was changed."""
    ledger = bundling.make() / "ledger"
    words = (ledger / "README.txt").read_text(encoding="utf-8")
    start = words.index("    import hashlib")
    program = "\n".join(line[4:] for line in words[start : words.index("\n\n", start)].splitlines())
    assert _run(program, ledger).stdout == "every entry holds\n"
    entries = ledger / "entries.jsonl"
    entries.chmod(0o600)
    entries.write_text(entries.read_text(encoding="utf-8").replace("report:received", "report:receivef"), "utf-8")
    assert _run(program, ledger).returncode == 1


def _run(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def read_kinds(data: Path) -> list[str]:
    """The kinds of the entries of an extract."""
    lines = (data / "ledger/entries.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(json.loads(line)["entry"])["kind"] for line in lines]


def test_the_facts_extract_says_what_came_and_not_what_was_decided(bundling: Bundling) -> None:
    """Custody is in the facts copy's extract; conflict decisions and notes are in the office's alone."""
    assert set(read_kinds(bundling.make())) == {"report:received", "message:received"}
    assert {"conflict:decided", "note:added", "report:received"} <= set(read_kinds(bundling.make(Variant.OFFICE)))


def test_no_forged_or_foreign_entry_is_in_an_extract(
    bundling: Bundling, filing: Filing, owner: Engine, case: FiledCase
) -> None:
    """An entry that its site did not sign, and entries about another case, are in no extract."""
    other = filing.file()
    with write(owner) as connection:
        newest = select(ledger_entries.c.sequence).where(
            ledger_entries.c.subject == case.id, ledger_entries.c.kind == "note:added"
        )
        forged = connection.execute(newest).scalar_one()
        row = (ledger_entries.c.site == "casework") & (ledger_entries.c.sequence == forged)
        connection.execute(update(ledger_entries).where(row).values(signature=bytes(64)))
    data = bundling.make(Variant.OFFICE)
    assert "note:added" not in read_kinds(data)
    assert other.id not in (data / "ledger/entries.jsonl").read_text(encoding="utf-8")


def test_copies_without_custody_have_no_extract(bundling: Bundling) -> None:
    """What the press gets names no day and no account of the office: no ledger either."""
    assert not (bundling.make(Variant.PRESS) / "ledger").exists()
