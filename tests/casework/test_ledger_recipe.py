"""The recipe of docs/ledger.md, as an outsider would follow it: with an export, a public key and a head."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from casework.ledger_exporting import export_chain
from casework.ledger_writing import find_verify_keys
from casework.permissions import Role
from models.engine import create_engine
from tests.architecture.house import ROOT
from tests.casework.staff_office import StaffOffice

RECIPE = (ROOT / "docs" / "ledger.md").read_text(encoding="utf-8")


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """The recipe's program, in a file of its own."""
    (words,) = re.findall(r"```python\n(.*?)```", RECIPE, re.DOTALL)
    path = tmp_path / "verify.py"
    path.write_text(words, encoding="utf-8")
    return path


@pytest.fixture
def export(staff_office: StaffOffice, tmp_path: Path) -> Path:
    """Casework's chain as somebody took it away."""
    config, engine = staff_office.ceremony.casework, create_engine(staff_office.ceremony.casework.engine_url)
    path = tmp_path / "ledger.jsonl"
    supervisor = staff_office.accounts[Role.SUPERVISING_ATTORNEY]
    path.write_bytes(b"".join(export_chain(engine, config, "casework", supervisor.staff_id)))
    engine.dispose()
    return path


def follow(script: Path, export: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the recipe from a folder where none of our code is."""
    command = [sys.executable, f"{script}", f"{export}", *words]
    return subprocess.run(command, cwd=export.parent, capture_output=True, text=True, check=False, timeout=60)


def test_outsider_verifies_an_export(staff_office: StaffOffice, script: Path, export: Path) -> None:
    """The program of the recipe prints the head of an untouched export, and takes that head as one kept outside."""
    key = find_verify_keys(staff_office.ceremony.casework)["casework"].hex()
    done = follow(script, export, key)
    assert done.returncode == 0, done.stderr
    number, head = done.stdout.split()
    assert int(number) == len(export.read_text(encoding="utf-8").splitlines())
    assert follow(script, export, key, number, head).returncode == 0
    assert "not in this chain" in follow(script, export, key, number, "ab" * 32).stderr


@pytest.mark.parametrize("harm", ["changed", "removed", "swapped", "other key"])
def test_outsider_finds_what_does_not_hold(staff_office: StaffOffice, script: Path, export: Path, harm: str) -> None:
    """A changed, removed or moved line, or another site's key, ends the program with an error."""
    keys = find_verify_keys(staff_office.ceremony.casework)
    lines = export.read_text(encoding="utf-8").splitlines(keepends=True)
    if harm == "changed":
        lines[2] = lines[2].replace("staff:added", "staff:moved")
    elif harm == "removed":
        del lines[2]
    elif harm == "swapped":
        lines[1:3] = lines[2], lines[1]
    export.write_text("".join(lines), encoding="utf-8")
    key = keys["intake" if harm == "other key" else "casework"].hex()
    assert follow(script, export, key).returncode == 1
