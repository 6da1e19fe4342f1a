"""case.json: every copy follows the published schema, and holds what the copy holds and no more."""

from __future__ import annotations

import copy
import dataclasses
import json
from typing import Any

import pytest

from exports.bundles.case_json import BundledFile, describe_case, to_plain, write_case_json, write_json
from exports.bundles.schema import SCHEMA_FILE, describe_schema, write_schema
from exports.case_file import Answer, CaseFile, Variant
from exports.productions import Omission, Production
from exports.redaction.redacting import redact
from tests.architecture.house import ROOT
from tests.exports.json_schema import InvalidError, check_schema

FILES = (
    BundledFile(role="document", path="documents/summary.pdf", sha256="ab" * 32, length=10, pages=2),
    BundledFile(role="evidence", exhibit=1, missing="It is not in the store of files any more."),
)


@pytest.mark.parametrize("variant", list(Variant))
def test_every_copy_follows_the_schema(case_file: CaseFile, variant: Variant) -> None:
    """Each copy of a whole case is what data/schemas/case-file.json says."""
    schema = json.loads(SCHEMA_FILE.read_bytes())
    check_schema(json.loads(write_case_json(redact(case_file, variant), FILES)), schema)


def test_the_published_schema_is_that_of_the_code() -> None:
    """The schema that ships is the one of today's classes."""
    assert SCHEMA_FILE.read_bytes() == write_schema(), "Write it anew: python -m exports.bundles.schema"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("case", "received_on"), "last week"),
        (("case", "received_on"), None),
        (("case", "exhibits", 0, "length"), "many"),
        (("case", "story", "state"), "told"),
        (("case", "more"), "x"),
        (("variant",), "everybody"),
        (("format",), "testimonio-case/2"),
    ],
)
def test_the_schema_refuses_what_is_not_a_case(case_file: CaseFile, path: tuple[Any, ...], value: object) -> None:
    """A wrong day, number, word or field does not pass: the check can fail."""
    plain = copy.deepcopy(describe_case(redact(case_file, Variant.FACTS)))
    place = plain
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(InvalidError):
        check_schema(plain, describe_schema())


def test_holds_the_account_to_the_letter(case_file: CaseFile) -> None:
    """The story stands there in its own letters, in its language, and days are days."""
    text = write_case_json(redact(case_file, Variant.FACTS)).decode()
    assert "Preguntó dónde nací." in text
    case = json.loads(text)["case"]
    assert case["story"]["text"] == case_file.story.text
    assert case["story"]["language"] == {"code": "es", "name": "Spanish", "direction": "ltr"}
    assert case["received_on"] == "2026-11-20"
    assert case["incident"]["earliest_on"] == "2024-06-01"


def test_the_facts_copy_has_no_word_of_the_office(case_file: CaseFile) -> None:
    """What the office thought is in the office copy's JSON and nowhere in the facts copy's."""
    assert b"zurnote" in write_case_json(redact(case_file, Variant.OFFICE))
    facts = write_case_json(redact(case_file, Variant.FACTS))
    assert b"zur" not in facts
    assert json.loads(facts)["case"]["office"] is None


def test_removed_words_are_not_listed(case_file: CaseFile) -> None:
    """Omissions say what and why and how often; the removed words themselves are nowhere."""
    production = Production(
        Variant.FACTS, case_file.without_office_record(), (Omission("a name", "safety", 3),), ("Zacarías",)
    )
    text = write_case_json(production).decode()
    assert "Zacarías" not in text
    assert json.loads(text)["omissions"] == [{"what": "a name", "ground": "safety", "times": 3}]


def test_writes_what_no_text_should_hold(case_file: CaseFile) -> None:
    """Half a sign becomes the replacement sign; control characters and hidden signs stay as JSON writes them."""
    odd = dataclasses.replace(case_file, office=None, story=Answer("a\ud800b\x00c\u202ed\U0001f600"))
    assert json.loads(write_case_json(Production(Variant.FACTS, odd)))["case"]["story"]["text"] == (
        "a\ufffdb\x00c\u202ed\U0001f600"
    )


def test_refuses_what_has_no_form() -> None:
    """Bytes, and numbers that JSON does not know, are refused."""
    with pytest.raises(TypeError):
        to_plain((b"x",))
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json({"x": float("nan")})


def test_the_page_names_the_top_of_the_file() -> None:
    """docs/case-json.md names every class and the top fields of the schema."""
    words = (ROOT / "docs" / "case-json.md").read_text(encoding="utf-8")
    schema = describe_schema()
    for name in (*schema["properties"], *schema["$defs"]["BundledFile"]["properties"]):
        assert f"`{name}`" in words
