"""A file that a reporter handed in, as plain values: what it is, how long, and its digest on the day it came."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class FileKind(StrEnum):
    """What a file is, decided by its content and never by its name."""

    PHOTO = "photo"
    VIDEO = "video"
    AUDIO = "audio"
    PDF = "pdf"
    DOCUMENT = "document"
    TEXT = "text"


@dataclass(frozen=True)
class EvidenceFile:
    """One file. `length` in bytes and `sha256` in hex are of the content as it came; `media_type` as RFC 6838.

    `name` is the name it came with, without path and without signs that hide or turn text. `is_story` says that it is
    a spoken account; then `language` is the code that its speaker chose.
    """

    id: str
    name: str
    kind: str
    media_type: str
    length: int
    sha256: str
    added_on: str
    is_story: bool = False
    language: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain values for sealing."""
        return asdict(self)


def read_evidence_file(plain: Mapping[str, Any]) -> EvidenceFile:
    """Make a file's description of opened plain values."""
    return EvidenceFile(**plain)
