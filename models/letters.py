"""The letter inside a reply: the exact text that the staff site signs and the public site checks before showing it.

Whoever can write to the database can seal something to a reporter; only the staff site can sign it. The letter names
its case, reply and receipt, so that a signed one cannot be put into another inbox.
"""

import json
from collections.abc import Mapping
from typing import Any

LETTER_FORMAT = "testimonio-reply/1"
LETTER_PURPOSE = "reply"


def write_letter(case_id: str, reply_id: str, receipt_id: str, values: Mapping[str, Any]) -> str:
    """Write a letter as one line of JSON with sorted keys: what is signed, byte for byte."""
    place = {"format": LETTER_FORMAT, "case_id": case_id, "reply_id": reply_id, "receipt_id": receipt_id}
    return json.dumps({**values, **place}, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def read_letter(letter: str, case_id: str, reply_id: str, receipt_id: str) -> dict[str, Any]:
    """Read a letter whose signature was checked. Raises ValueError when it belongs to another place."""
    values: dict[str, Any] = json.loads(letter)
    place = (values.get("format"), values.get("case_id"), values.get("reply_id"), values.get("receipt_id"))
    if place != (LETTER_FORMAT, case_id, reply_id, receipt_id):
        raise ValueError("a letter of another place")
    return values
