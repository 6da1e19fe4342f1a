"""Habits that hold in every file: size, names, words at the top, and nothing fetched from anybody else."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.house import ROOMS, ROOT, list_files

LONGEST_FILE = 400
LONGEST_FUNCTION = 50
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}
FOREIGN_ADDRESS = re.compile(r"(?:https?:)?//(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.IGNORECASE)
# Names of formats, never fetched.
NOT_FETCHED = {"www.w3.org"}

PYTHON_FILES = list(list_files(".py"))


def name_of(path: Path) -> str:
    """Path from the root, for a test's name."""
    return f"{path.relative_to(ROOT)}"


@pytest.mark.parametrize("room", ["models", "vault", "exports"])
def test_leaf_packages_only_say_what_they_are(room: str) -> None:
    """The __init__.py of models, vault and exports is a docstring and nothing else."""
    tree = ast.parse((ROOT / room / "__init__.py").read_text(encoding="utf-8"))
    assert len(tree.body) == 1
    assert ast.get_docstring(tree)


@pytest.mark.parametrize("path", PYTHON_FILES, ids=name_of)
def test_python_file_keeps_our_habits(path: Path) -> None:
    """A Python file is at most 400 lines, starts with a docstring, and no function in it is over 50 lines."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert len(text.splitlines()) <= LONGEST_FILE
    assert ast.get_docstring(tree)
    long = {
        node.name: node.end_lineno - node.lineno + 1
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.end_lineno
        and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
        # A migration is one straight list of tables; cutting it up would hide it.
        and "migrations" not in path.parts
    }
    assert long == {}


@pytest.mark.parametrize("path", list(list_files(".html", ".css", ".js")), ids=name_of)
def test_page_file_is_short_and_fetches_nothing(path: Path) -> None:
    """A template, style sheet or script is at most 400 lines and names no host but those of formats."""
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    assert {match["host"] for match in FOREIGN_ADDRESS.finditer(text)} <= NOT_FETCHED


def test_no_file_has_an_empty_name() -> None:
    """Nothing is called utils, helpers, manager or common: such a name says nothing about what is inside."""
    found = [
        path
        for path in list_files(".py", ".html")
        if EMPTY_NAMES & {part.removesuffix(path.suffix) for part in path.parts}
    ]
    assert found == []


def test_every_test_says_what_it_expects() -> None:
    """Each test function has a docstring, so that a failure reads as a broken promise."""
    silent = [
        f"{name_of(path)}: {node.name}"
        for path in PYTHON_FILES
        if path.name.startswith("test_")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_tests_are_found_without_packages() -> None:
    """No __init__.py lies in tests/, so that two rooms may have test files of the same name."""
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_every_room_is_there() -> None:
    """Each room of the house is a package."""
    assert [room for room in ROOMS if not (ROOT / room / "__init__.py").exists()] == []


def test_what_runs_is_what_was_tested() -> None:
    """Every pin of requirements.txt stands in requirements-dev.txt too, and each one has a hash."""
    pin = re.compile(r"^([a-z0-9][a-z0-9._-]*==\S+)", re.MULTILINE)
    run_time = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    tested = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    assert set(pin.findall(run_time)) <= set(pin.findall(tested))
    for text in (run_time, tested):
        blocks = re.split(r"\n(?=[a-z0-9])", text)
        assert [block for block in blocks if "==" in block and "--hash=sha256:" not in block] == []
