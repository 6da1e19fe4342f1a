"""What somebody asks to have made of a case: which document, which copy, and why. Plain values that can be sealed.

It must never hold anything of the case itself.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from exports.case_file import Variant


class DocumentKind(StrEnum):
    """What can be made of a case."""

    SUMMARY = "summary"
    FULL = "full"
    CHRONOLOGY = "chronology"
    EXHIBITS = "exhibits"
    LETTER = "letter"
    BUNDLE = "bundle"


@dataclass(frozen=True)
class Order:
    """One thing to be made. ``reason`` is what the person typed; it is sealed and never in the ledger.

    ``letter`` names a letter where the document is one. ``with_sealed_originals`` asks a bundle for the report and the
    files as they are stored, and the key that opens them. ``passphrase`` or ``recipient`` (age) seal a bundle to
    somebody outside.
    """

    kind: DocumentKind
    variant: Variant
    reason: str
    is_numbered: bool = False
    letter: str = ""
    with_sealed_originals: bool = False
    passphrase: str = field(default="", repr=False)
    recipient: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain values for sealing."""
        return asdict(self)

    def to_json_without_secrets(self) -> dict[str, Any]:
        """Return what the case's register may hold of it: everything but the passphrase."""
        return {name: value for name, value in asdict(self).items() if name != "passphrase"}


def read_order(plain: Mapping[str, Any]) -> Order:
    """Make an order of opened plain values.

    Raises:
        ValueError, TypeError, KeyError: they are not an order's.
    """
    return Order(**{**plain, "kind": DocumentKind(plain["kind"]), "variant": Variant(plain["variant"])})
