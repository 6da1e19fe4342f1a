"""The lie of the land, for the tests of the house itself: its rooms, and which files are ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("vault", "models", "web", "intake", "casework", "exports", "demo")
NOT_OURS = {".git", ".venv", "var", "node_modules", "__pycache__"}


def list_files(*suffixes: str) -> Iterator[Path]:
    """Every file of ours with one of these endings, in a steady order."""
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            if path.name in NOT_OURS or path.name.endswith("_cache") or path.is_symlink():
                continue
            if path.is_dir():
                folders.append(path)
            elif path.suffix in suffixes:
                yield path
