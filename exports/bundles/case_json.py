"""A case as JSON that a program of somebody else can read: `case.json`, described in docs/case-json.md.

It takes a production, never a whole case file: what a copy leaves out is not in its JSON either. The words that were
removed are never in it. The same production gives the same bytes.
"""

import dataclasses
import enum
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from exports.productions import Production

FORMAT: Final = "testimonio-case/1"

_HALF_SIGN: Final = re.compile("[\ud800-\udfff]")
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, kw_only=True)
class BundledFile:
    """One file that lies beside case.json in the same bag: what it is, its path under `data/`, SHA-256, and length.

    ``role`` is "document", "evidence", "cleaned_copy" or "sealed_original"; ``exhibit`` is the number of the exhibit
    (the first is 1), or 0. Where pages are numbered, ``first_number`` and ``last_number`` are their Bates numbers.
    ``missing`` says in a sentence why an exhibit's file is not there; then path and SHA-256 are empty.
    """

    role: str
    path: str = ""
    sha256: str = ""
    length: int = 0
    exhibit: int = 0
    pages: int = 0
    first_number: str = ""
    last_number: str = ""
    missing: str = ""


def describe_case(production: Production, files: Sequence[BundledFile] = ()) -> dict[str, Any]:
    """A copy of a case as plain values: strings, numbers, booleans, None, lists and dictionaries.

    Days are "2026-11-23", moments have their offset from UTC. What a copy leaves out is null or an empty list.
    """
    return {
        "format": FORMAT,
        "variant": production.variant.value,
        "case": to_plain(production.case_file),
        "omissions": to_plain(production.omissions),
        "files": to_plain(tuple(files)),
    }


def write_case_json(production: Production, files: Sequence[BundledFile] = ()) -> bytes:
    """Write a copy of a case as JSON (RFC 8259): UTF-8, letters of every script as they are, two spaces in."""
    return write_json(describe_case(production, files))


def write_json(plain: object) -> bytes:
    """Write plain values as JSON in UTF-8. Half of a sign, which UTF-8 cannot hold, becomes U+FFFD."""
    text = json.dumps(plain, ensure_ascii=False, allow_nan=False, indent=2)
    return f"{_HALF_SIGN.sub(_REPLACEMENT, text)}\n".encode()


def to_plain(value: object) -> Any:  # noqa: ANN401 - JSON has no static type
    """A frozen value of `exports/case_file.py` as plain values; every field of it, under its own name.

    Raises:
        TypeError: a value that has no form in JSON, such as bytes.
    """
    if isinstance(value, enum.Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: to_plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, tuple | list):
        return [to_plain(each) for each in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"A {type(value).__name__} has no form in JSON.")
