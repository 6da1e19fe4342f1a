"""Tables: no cell is a formula, nothing is lost in the JSON, and only what was chosen is in them."""

from __future__ import annotations

import csv
import dataclasses
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.bundles.tables import (
    COLUMNS,
    LoadRow,
    choose_columns,
    make_safe,
    write_answers_csv,
    write_cases_csv,
    write_cases_json,
    write_csv,
    write_load_file,
)
from exports.case_file import Answer, CaseFile, Variant
from exports.productions import Production
from exports.redaction.redacting import redact

FORMULAS = [
    '=HYPERLINK("http://x.example","y")',
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\uff1d1",
    "\ufeff=1",
]


def read_csv(content: bytes) -> list[list[str]]:
    """Read a table as a spreadsheet program does."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", [*FORMULAS, "x;=1+1", "x; @y"])
def test_no_cell_is_a_formula(text: str) -> None:
    """A cell that begins as a formula, in any separator, gets an apostrophe before it."""
    ((_head,), (cell,)) = read_csv(write_csv(["text"], [[text]]))
    for part in cell.split(";"):
        assert part.lstrip("\ufeff \n\t\r")[:1] not in {"=", "+", "-", "@", "\uff1d"}
    assert "'" in cell


@given(st.text())
def test_whatever_is_typed_no_cell_is_a_formula(text: str) -> None:
    """No text at all gives a cell that begins as a formula, and other text is unchanged."""
    safe = make_safe(text)
    assert safe.strip()[:1] not in {"=", "+", "-", "@"}
    assert "\r" not in safe
    assert "\t" not in safe


@pytest.mark.parametrize("text", ["Ella dijo: no.", "a-b", "1 + 1", "niño\nniña", 'He said "stop"', "a,b;c"])
def test_plain_text_stays_as_it_is(text: str) -> None:
    """Ordinary words, quotes, commas and line ends come back as they went in."""
    assert read_csv(write_csv(["text"], [[text]]))[1] == [text]


def test_opens_in_a_spreadsheet_program() -> None:
    """The file begins with the mark that tells UTF-8, has CRLF, and text is in quotes while numbers are numbers."""
    assert write_csv(["a", "b"], [["ñ", 3]]) == b'\xef\xbb\xbf"a","b"\r\n"\xc3\xb1",3\r\n'


def test_a_cell_that_is_too_long_says_so() -> None:
    """A cell longer than a spreadsheet's cell is cut, and its end says where the rest is."""
    cell = make_safe("x" * 40_000)
    assert len(cell) == 32_767
    assert cell.endswith("[cut here: the JSON has all of it]")


def test_only_what_was_chosen(case_file: CaseFile) -> None:
    """A table has the chosen columns in their own order, a row a case, the same in both forms."""
    columns = choose_columns(["story", "reference", "exhibits"])
    productions = [
        redact(case_file, Variant.FACTS),
        redact(dataclasses.replace(case_file, reference="B"), Variant.FACTS),
    ]
    rows = read_csv(write_cases_csv(productions, columns))
    assert rows[0] == ["reference", "exhibits", "story"]
    assert [row[:2] for row in rows[1:]] == [["7K2M-94PD", "2"], ["B", "2"]]
    assert json.loads(write_cases_json(productions, columns))[0] == {
        "reference": "7K2M-94PD",
        "exhibits": 2,
        "story": case_file.story.text,
    }


def test_json_is_to_the_letter(case_file: CaseFile) -> None:
    """What a cell would change stays as it was typed in the JSON."""
    production = Production(Variant.FACTS, dataclasses.replace(case_file, office=None, story=Answer("=1+1")))
    assert json.loads(write_cases_json([production], choose_columns(["story"]))) == [{"story": "=1+1"}]


@pytest.mark.parametrize("names", [[], ["passphrase"], ["story", "notes"]])
def test_refuses_fields_that_there_are_not(names: list[str]) -> None:
    """No field at all, and one that no table has, are refused."""
    with pytest.raises(ValueError, match="Choose"):
        choose_columns(names)


def test_every_column_tells_something_of_every_copy(case_file: CaseFile) -> None:
    """Each column reads each copy; names of columns are unique and no word of the office is in the facts copy."""
    names = [column.name for column in COLUMNS]
    assert len(set(names)) == len(names)
    production = redact(case_file, Variant.FACTS)
    row = dict(zip(names, read_csv(write_cases_csv([production], COLUMNS))[1], strict=True))
    assert all(row[name] for name in names if name != "agreement")
    assert "zur" not in str(row)
    assert row["how_it_ended"] == "Preferred not to say"
    assert "después de las seis" in row["contact"]


def test_a_blank_says_how_it_was_met(case_file: CaseFile) -> None:
    """Each answer has a row with the way the question was met, so that a blank never reads as no."""
    rows = read_csv(write_answers_csv([redact(case_file, Variant.FACTS)]))
    assert rows[0] == ["reference", "section", "question", "state", "answer", "language"]
    assert rows[1:] == [
        ["7K2M-94PD", "Search and force", "Was there a search?", "answered", "Yes, the car", ""],
        ["7K2M-94PD", "Search and force", "What reason did they give?", "skipped", "", ""],
        ["7K2M-94PD", "Search and force", "Was anyone hurt?", "not_asked", "", ""],
    ]


def test_load_file_names_each_range() -> None:
    """A load file has a row for each produced file, under the names that review programs know."""
    row = LoadRow(first_number="TST-000001", last_number="TST-000003", file_name="a.pdf", sha256="ab" * 32, pages=3)
    assert read_csv(write_load_file([row])) == [
        ["BEGBATES", "ENDBATES", "PAGES", "FILENAME", "SHA256"],
        ["TST-000001", "TST-000003", "3", "a.pdf", "ab" * 32],
    ]
