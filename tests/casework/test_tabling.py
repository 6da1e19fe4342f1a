"""A table of several cases: all of them or none, only what was chosen, and recorded with each."""

from __future__ import annotations

import csv
import hashlib
import io
import json

import pytest
from werkzeug.datastructures import MultiDict

from casework.caseworker import Caseworker
from casework.conflicts import decide_conflict
from casework.opening import ConflictState, open_case
from casework.permissions import Role
from casework.tabling import CSV, JSON, MOST_CASES, TableOrder, TableRefusedError, make_table
from exports.bundles.tables import COLUMNS
from exports.case_file import Variant
from models.engine import read
from models.ledger import list_entries
from tests.casework.conftest import SignInAs
from tests.casework.filing import FiledCase, Filing
from tests.page_client import Page, read_fields

CHOSEN = ("reference", "parties", "story")


@pytest.fixture
def cases(caseworker: Caseworker, filing: Filing) -> list[FiledCase]:
    """Two cases whose names were checked; one tells a formula."""
    filed = [filing.file(), filing.file(what_happened="=1+1", name_to_use="Otro Nombre")]
    for case in filed:
        decide_conflict(caseworker, open_case(caseworker, case.reference), ConflictState.CLEAR, "Not known to us")
    return filed


def order(variant: Variant = Variant.FACTS, form: str = CSV) -> TableOrder:
    """Ask for some fields."""
    return TableOrder(CHOSEN, variant, form, "For the report to our funder")


def read_rows(content: bytes) -> list[dict[str, str]]:
    """Read a CSV as a spreadsheet program does."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_holds_the_chosen_fields_of_the_chosen_cases(caseworker: Caseworker, cases: list[FiledCase]) -> None:
    """A row a case, in the order chosen, with the chosen fields and no formula; the JSON is to the letter."""
    references = [case.reference for case in cases]
    rows = read_rows(make_table(caseworker, references, order()).content)
    assert [row["reference"] for row in rows] == references
    assert set(rows[0]) == set(CHOSEN)
    assert rows[1]["story"] == "'=1+1"
    assert json.loads(make_table(caseworker, references, order(form=JSON)).content)[1]["story"] == "=1+1"


def test_each_case_records_it(caseworker: Caseworker, filing: Filing, cases: list[FiledCase]) -> None:
    """Every case's ledger names the table's digest and copy, and why it was made is sealed with the case."""
    table = make_table(caseworker, [case.reference for case in cases], order())
    for case in cases:
        with read(filing.engine) as connection:
            (entry,) = [each for each in list_entries(connection, case.id) if each["kind"] == "case:exported"]
        assert (entry["item"], entry["digest"]) == ("table-facts", hashlib.sha256(table.content).hexdigest())
        record = open_case(caseworker, case.reference).find_newest("export")
        assert record is not None
        assert record.text("reason") == "For the report to our funder"


def test_a_redacted_copy_names_nobody(caseworker: Caseworker, cases: list[FiledCase]) -> None:
    """The table of the press copy holds no name of either case."""
    content = make_table(caseworker, [case.reference for case in cases], order(Variant.PRESS, JSON)).content.decode()
    assert "Nombre" not in content
    assert "Badge" in content or "officer" in content.lower()


def test_all_cases_or_none(caseworker: Caseworker, filing: Filing, cases: list[FiledCase]) -> None:
    """A case that was not checked, or is not there, is named, and there is no table; nor of none or too many."""
    unchecked = filing.file()
    with pytest.raises(TableRefusedError) as refusal:
        make_table(caseworker, [cases[0].reference, unchecked.reference, "R-0000-0000"], order())
    assert unchecked.reference in refusal.value.words
    assert "R-0000-0000" in refusal.value.words
    assert cases[0].reference not in refusal.value.words
    for references in ([], [f"R-{number:04}-0000" for number in range(MOST_CASES + 1)]):
        with pytest.raises(TableRefusedError):
            make_table(caseworker, references, order())
    with read(filing.engine) as connection:
        assert "case:exported" not in {each["kind"] for each in list_entries(connection, cases[0].id)}


def read_kept(page: Page) -> dict[str, str]:
    """What the form of the page would send as it is, but for the fields of the table and the reason."""
    fields = read_fields(page.find_form("/exports/table"))
    return {name: value for name, value in fields if name not in {"columns", "reason"}}


def test_the_page_gives_the_table(sign_in_as: SignInAs, cases: list[FiledCase]) -> None:
    """From ticked cases to the file, without script; a page with an error keeps what was chosen."""
    reader = sign_in_as(Role.ATTORNEY)
    address = "/exports/table?" + "&".join(f"case={case.reference}" for case in cases)
    page = reader.get(address)
    assert page.status == 200
    assert "2 cases are chosen" in page.words
    kept = read_kept(page)
    wrong = reader.client.post("/exports/table", data=MultiDict({**kept, "columns": ["story"]}))
    assert wrong.status_code == 400
    assert "Write why it is made" in wrong.text
    right = reader.client.post(
        "/exports/table", data=MultiDict({**kept, "columns": ["reference", "story"], "reason": "Funder"})
    )
    assert right.status_code == 200, right.text
    assert right.headers["Content-Disposition"].startswith("attachment; filename=table-facts-")
    assert [set(row) for row in read_rows(right.data)] == [{"reference", "story"}] * 2


@pytest.mark.parametrize(
    "change", [{"columns": []}, {"columns": ["notes"]}, {"variant": "office"}, {"file_form": "xls"}]
)
def test_the_page_refuses_what_is_not_offered(
    sign_in_as: SignInAs, cases: list[FiledCase], change: dict[str, object]
) -> None:
    """No field, a field that no table has, a copy or a form that there is not: the page says so at the field."""
    reader = sign_in_as(Role.ATTORNEY)
    kept = read_kept(reader.get(f"/exports/table?case={cases[0].reference}"))
    data = MultiDict({**kept, "columns": [COLUMNS[0].name], "reason": "Funder", **change})
    answer = reader.client.post("/exports/table", data=data)
    assert answer.status_code == 400
    assert "Error:" in answer.text


def test_a_page_without_cases_says_so(sign_in_as: SignInAs) -> None:
    """Without a ticked case there is no form, but words that say what to do."""
    page = sign_in_as(Role.ATTORNEY).get("/exports/table")
    assert page.status == 400
    assert "Choose cases in the list first" in page.words
