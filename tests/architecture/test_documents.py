"""What the documents promise to list, they list; what they name, exists."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from sqlalchemy import text

from models.cases import Status
from models.engine import create_engine
from models.tables import metadata, passing
from tests.architecture.house import ROOT, list_files
from tests.postgres import read_engine_name
from vault.contexts import KINDS
from web.config import CaseworkConfig, IntakeConfig

DOCS = ROOT / "docs"
DEPLOYMENT = (DOCS / "deployment.md").read_text(encoding="utf-8")
INVENTORY = (DOCS / "data-inventory.md").read_text(encoding="utf-8")
PAPERS = sorted(path for path in list_files(".md") if path.parent == ROOT or DOCS in path.parents)
TABLES = {**metadata.tables, **passing.tables}
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))

_PATH = re.compile(r"(?<![\w./-])((?:[a-z_]+|\.ci)/(?:[\w.-]+/)*[\w.-]*)(?![\w<*{])")
_HEADING = re.compile(r"^### `(\w+)`$", re.MULTILINE)
_ROW = re.compile(r"^\| `(\w+)` \| .+ \| (readable|sealed|boxed|locked)\b.* \| .+ \|$", re.MULTILINE)
# What a person makes or is given on their own machine, and so is not in the repository.
_MADE_ELSEWHERE = ("var/", "config/")
_TOP = {path.name for path in ROOT.iterdir() if path.is_dir()}


def read_inventory() -> dict[str, dict[str, str]]:
    """How each column of each table lies there, by table and column, as the inventory has it."""
    parts = _HEADING.split(INVENTORY)[1:]
    return {
        table: dict(_ROW.findall(part.split("\n## ")[0])) for table, part in zip(parts[::2], parts[1::2], strict=True)
    }


def find_readers(table: str, column: str) -> set[str] | None:
    """The sites that the inventory names as readers of a readable column; None for one that must be opened."""
    part = INVENTORY.split(f"### `{table}`\n")[1].split("\n##")[0]
    (how, who) = re.findall(rf"^\| `{column}` \| .+ \| (\w+)\b.* \| ([^|]+) \|$", part, re.MULTILINE)[0]
    if how != "readable":
        return None
    # Row security lets each site see its own row of such a table.
    return {"intake", "casework"} if "its own site" in who else set(re.findall(r"intake|casework", who))


def list_columns() -> dict[str, set[str]]:
    """The names of the columns of each table, as the code has them."""
    return {name: {column.name for column in table.columns} for name, table in TABLES.items()}


def test_inventory_lists_every_column_and_no_other() -> None:
    """The inventory has a line for each column of each table, and none for a column that is gone."""
    assert {table: set(columns) for table, columns in read_inventory().items()} == list_columns()


def test_inventory_calls_nothing_readable_that_is_not() -> None:
    """A column is sealed, boxed or locked in the inventory exactly when its name says so in the code."""
    for table, columns in read_inventory().items():
        for column, how in columns.items():
            expected = {"record": "boxed", "keyslot": "locked"}.get(column, "readable")
            expected = "sealed" if column.split("_")[0] == "sealed" else expected
            assert how == expected, f"{table}.{column}"


if read_engine_name() == "postgresql":  # SQLite has no roles to compare with

    def test_inventory_says_which_site_reads_what(owner_url: str) -> None:
        """The inventory names a site as reader of a readable column exactly when its role has the right to read it."""
        engine = create_engine(owner_url)
        wanted = "SELECT has_column_privilege(:role, :table, :column, 'SELECT')"
        with engine.connect() as connection:
            for table, columns in read_inventory().items():
                for column in columns:
                    readers = {
                        site
                        for site in ("intake", "casework")
                        if connection.scalar(
                            text(wanted), {"role": f"testimonio_{site}", "table": table, "column": column}
                        )
                    }
                    said = find_readers(table, column)
                    assert said in (readers, None), f"{table}.{column}"
        engine.dispose()


def test_every_setting_is_documented_and_no_other() -> None:
    """docs/deployment.md names each setting, the sites that read it, and none that nobody reads."""
    rows = dict(re.findall(r"^\| `([A-Z0-9_]+)` \| (\w+) \|", DEPLOYMENT, re.MULTILINE))
    intake = {field.metadata["name"] for field in fields(IntakeConfig)}
    casework = {field.metadata["name"] for field in fields(CaseworkConfig)}
    expected = dict.fromkeys(intake & casework, "both")
    expected |= dict.fromkeys(intake - casework, "intake") | dict.fromkeys(casework - intake, "casework")
    assert rows == expected


def test_backups_leave_out_tables_that_exist() -> None:
    """The tables that a backup leaves out are called in the document what they are called in the database."""
    (line,) = (line for line in DEPLOYMENT.splitlines() if line.startswith("- **Backups**"))
    named = set(re.findall(r"`(\w+)`", line))
    assert named == {"boxes", "drafts", "sessions"}
    assert named <= set(TABLES)


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_decision_says_why(decision: Path) -> None:
    """A decision has its number, the day, what it was weighed against, what was decided, and what follows."""
    number, words = int(decision.name[:4]), decision.read_text(encoding="utf-8")
    assert re.match(rf"# {number}\. \S.*\n\n\d{{4}}-\d\d-\d\d\. Accepted\.\n", words)
    headings = re.findall(r"^## (.+)$", words, re.MULTILINE)
    wanted = ["Context", "Decision", "Consequences"]
    assert [heading for heading in headings if heading in wanted] == wanted


def test_decisions_are_numbered_without_a_gap() -> None:
    """No decision is missing, and no number is used twice."""
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: f"{path.relative_to(ROOT)}")
def test_paper_names_files_that_exist(paper: Path) -> None:
    """Every link inside the repository leads to a file, and every path in code marks is there."""
    words = paper.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", words):
        if not re.match(r"[a-z]+:", link):
            assert (paper.parent / link).exists(), link
    for mark in re.findall(r"`([^`\n]+)`", words):
        for path in _PATH.findall(mark):
            if path.startswith(_MADE_ELSEWHERE) or path.split("/")[0] not in _TOP:
                continue
            assert (ROOT / path).exists() or (DOCS / path).exists(), path


def test_sheet_for_counsel_names_every_text_block_that_promises_something() -> None:
    """The blocks in the sheet's third column exist, and none of those about confidence is missing from it."""
    sheet = (DOCS / "limits-of-confidence.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| .+ \| .+ \| ([^|]*) \|$", sheet, re.MULTILINE)
    named = {word for cell in cells for word in re.findall(r"`(\w+)`", cell)}
    blocks = {path.stem for path in (ROOT / "data" / "texts" / "en").glob("*.txt")}
    assert named <= blocks
    assert {"before", "privacy", "after_sending", "goal"} <= named


def test_glossary_explains_what_stands_in_rows() -> None:
    """Every table, status and kind of sealed thing or signed key has its line in the glossary."""
    explained = set(re.findall(r"`(\w+)`", (DOCS / "glossary.md").read_text(encoding="utf-8")))
    assert {*TABLES, *(status.value for status in Status), *KINDS} <= explained


def test_glossary_uses_words_that_the_code_uses() -> None:
    """Every word that the glossary gives as the code's own stands in the code."""
    glossary = (DOCS / "glossary.md").read_text(encoding="utf-8")
    words = re.findall(r"^\| [^|]+ \| ([^|]+) \|", glossary, re.MULTILINE)
    code = "\n".join(path.read_text(encoding="utf-8") for path in list_files(".py") if "tests" not in path.parts)
    named = {word for cell in words for word in re.findall(r"`([^`]+)`", cell)}
    assert named
    assert {word for word in named if not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", code)} == set()
