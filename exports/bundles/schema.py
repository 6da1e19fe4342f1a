"""The JSON Schema of `case.json`, made of the very classes that it is made of, so that the two cannot drift apart.

`data/schemas/case-file.json` is what comes out; `python -m exports.bundles.schema` writes it anew, and a test compares.
"""

import dataclasses
import enum
import inspect
import sys
import types
import typing
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from exports.bundles.case_json import FORMAT, BundledFile, write_json
from exports.case_file import CaseFile, Variant
from exports.productions import Omission

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_FILE: Final = Path(__file__).resolve().parents[2] / "data" / "schemas" / "case-file.json"


def describe_schema() -> dict[str, Any]:
    """The schema as plain values: each class is one definition, each of its fields is required, and nothing else."""
    definitions: dict[str, Any] = {}
    properties = {
        "format": {"const": FORMAT},
        "variant": _describe(Variant, definitions),
        "case": _describe(CaseFile, definitions),
        "omissions": {"type": "array", "items": _describe(Omission, definitions)},
        "files": {"type": "array", "items": _describe(BundledFile, definitions)},
    }
    return {
        "$schema": DIALECT,
        "title": "case.json",
        "description": "One copy of a case, as docs/case-json.md describes it.",
        **_describe_object(properties),
        "$defs": {name: definitions[name] for name in sorted(definitions)},
    }


def write_schema() -> bytes:
    """The schema as it lies in data/schemas."""
    return write_json(describe_schema())


def _describe_object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _describe(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - types have no static type
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _refer(kind, definitions)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return {"enum": [each.value for each in kind]}
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        return _describe_tuple(arguments, definitions)
    if origin in {typing.Union, types.UnionType}:
        return {"anyOf": [_describe(each, definitions) for each in arguments]}
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    return dict(_SIMPLE[kind])


# A copy that must not tell days has months in their place: exports/coarse_dates.py.
_MONTH: Final[dict[str, Any]] = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"}
_SIMPLE: Final[dict[Any, dict[str, Any]]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    types.NoneType: {"type": "null"},
    # A moment is a date too, for Python: it is asked for by its own class here.
    datetime: {"anyOf": [{"type": "string", "format": "date-time"}, _MONTH]},
    date: {"anyOf": [{"type": "string", "format": "date"}, _MONTH]},
}


def _describe_tuple(arguments: tuple[Any, ...], definitions: dict[str, Any]) -> dict[str, Any]:
    if arguments[-1] is Ellipsis:
        return {"type": "array", "items": _describe(arguments[0], definitions)}
    count = len(arguments)
    places = [_describe(each, definitions) for each in arguments]
    return {"type": "array", "prefixItems": places, "minItems": count, "maxItems": count}


def _refer(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    if kind.__name__ not in definitions:
        definitions[kind.__name__] = {}  # a class that holds itself would never end
        hints = typing.get_type_hints(kind)
        properties = {each.name: _describe(hints[each.name], definitions) for each in dataclasses.fields(kind)}
        words = " ".join((inspect.getdoc(kind) or "").split()).replace("``", "`")
        definitions[kind.__name__] = {"description": words, **_describe_object(properties)}
    return {"$ref": f"#/$defs/{kind.__name__}"}


if __name__ == "__main__":
    SCHEMA_FILE.write_bytes(write_schema())
    sys.exit(0)
