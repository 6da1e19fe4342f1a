"""Who may load whom: looked at from outside, in fresh processes, so that an indirect import is seen too."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.house import ROOMS, ROOT

# What must not be in memory after every module of a room has been loaded.
FORBIDDEN = {
    "vault": {"flask", "werkzeug", "sqlalchemy", "wtforms", "models", "web", "intake", "casework", "exports", "demo"},
    "models": {"flask", "werkzeug", "wtforms", "cryptography", "vault", "web", "intake", "casework", "exports", "demo"},
    "exports": {"flask", "werkzeug", "sqlalchemy", "vault", "models", "web", "intake", "casework", "demo"},
    "web": {"vault.keyslots", "vault.sealing", "vault.receipts", "exports", "intake", "casework", "demo"},
    "intake": {"vault.keyslots", "vault.shares", "exports", "weasyprint", "casework", "demo"},
    "casework": {"intake", "demo"},
}

LOAD_ROOM = """
import importlib, pkgutil, sys
room = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
    if not module.name.endswith("__main__") and ".migrations" not in module.name:
        importlib.import_module(module.name)
print("\\n".join(sys.modules))
"""


def load_room(room: str, folder: Path = ROOT) -> set[str]:
    """Names of everything in memory after a fresh Python has loaded every module of a room."""
    done = subprocess.run(
        [sys.executable, "-c", LOAD_ROOM, room], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("room", sorted(FORBIDDEN))
def test_room_loads_nothing_that_it_may_not(room: str) -> None:
    """Loading all of a room brings nothing into memory that the plan keeps from it."""
    loaded = load_room(room)
    assert room in loaded
    assert loaded & FORBIDDEN[room] == set()


@pytest.mark.parametrize("room", ["vault", "models", "exports"])
def test_exports_and_leaves_stand_alone(room: str) -> None:
    """The leaves and exports load with no other room of ours in reach."""
    others = set(ROOMS) - {room}
    assert load_room(room) & others == set()


def run_contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the import contracts of the tree in `folder`."""
    command = [f"{ROOT}/.venv/bin/lint-imports", "--no-cache", "--config", "pyproject.toml"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("intake/app.py", "import vault.keyslots"),
        ("intake/app.py", "import casework.app"),
        ("casework/app.py", "import intake.app"),
        ("exports/documents/summary.py", "import vault.opening"),
        ("models/engine.py", "import vault.contexts"),
        ("vault/sealing.py", "import models.engine"),
        ("web/site.py", "import vault.sealing"),
    ],
)
def test_contracts_bite(tmp_path: Path, module: str, line: str) -> None:
    """A forbidden import, added to a copy of the tree that keeps its contracts, breaks one."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    path = tmp_path / module
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    done = run_contracts(tmp_path)
    assert done.returncode == 1, done.stdout
    assert "BROKEN" in done.stdout


def test_contracts_are_kept() -> None:
    """The tree as it is keeps every import contract."""
    done = run_contracts(ROOT)
    assert done.returncode == 0, done.stdout
