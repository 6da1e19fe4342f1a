"""As much of JSON Schema 2020-12 as the schema of case.json uses; a word that it does not know is an error."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}
KNOWN = {
    *("$schema", "title", "description", "$defs", "$ref", "type", "format", "enum", "const", "anyOf", "pattern"),
    *("properties", "required", "additionalProperties", "items", "prefixItems", "minItems", "maxItems"),
}


class InvalidError(AssertionError):
    """A value is not what the schema says."""


def check_schema(value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None, at: str = "$") -> None:  # noqa: ANN401 - JSON
    """Check a value; raises InvalidError with the place."""
    root = root or schema
    assert schema.keys() <= KNOWN, schema.keys() - KNOWN
    if "$ref" in schema:
        check_schema(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, at)
    if "anyOf" in schema and not any(_holds(value, each, root) for each in schema["anyOf"]):
        raise InvalidError(at)
    if ("const" in schema and value != schema["const"]) or ("enum" in schema and value not in schema["enum"]):
        raise InvalidError(at)
    if "type" in schema:
        _check_type(value, schema, at)
    if isinstance(value, dict):
        _check_object(value, schema, root, at)
    if isinstance(value, list):
        _check_list(value, schema, root, at)


def _holds(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> bool:  # noqa: ANN401 - JSON
    try:
        check_schema(value, schema, root)
    except InvalidError:
        return False
    return True


def _check_type(value: Any, schema: dict[str, Any], at: str) -> None:  # noqa: ANN401 - JSON
    is_right = isinstance(value, TYPES[schema["type"]])
    if not is_right or (isinstance(value, bool) and schema["type"] != "boolean"):
        raise InvalidError(at)
    if "pattern" in schema and not re.search(schema["pattern"], value):
        raise InvalidError(at)
    try:
        match schema.get("format"):
            case "date":
                date.fromisoformat(value)
            case "date-time":
                assert datetime.fromisoformat(value).utcoffset() is not None
    except ValueError:
        raise InvalidError(at) from None


def _check_object(value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], at: str) -> None:
    properties = schema.get("properties", {})
    if not set(schema.get("required", ())) <= value.keys():
        raise InvalidError(at)
    if schema.get("additionalProperties") is False and not value.keys() <= properties.keys():
        raise InvalidError(at)
    for name, each in value.items():
        if name in properties:
            check_schema(each, properties[name], root, f"{at}.{name}")


def _check_list(value: list[Any], schema: dict[str, Any], root: dict[str, Any], at: str) -> None:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        raise InvalidError(at)
    places = schema.get("prefixItems", [])
    for number, each in enumerate(value):
        wanted = places[number] if number < len(places) else schema.get("items", {})
        check_schema(each, wanted, root, f"{at}[{number}]")
