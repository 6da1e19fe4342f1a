"""What staff mark by hand: passages that must not be in some copies, and exhibits that may be.

A mark must always give a reason, which is told in the list of what was left out; its passage never is.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from exports.case_file import Variant
from exports.redaction.matching import Haystack, make_needle
from exports.redaction.names import make_initials


class Ground(enum.StrEnum):
    """Why a passage is left out."""

    NAME = "name"
    CHILD = "child"
    PLACE = "place"
    CONTACT = "contact"
    STATUS = "status"
    HEALTH = "health"
    SAFETY = "safety"
    PRIVILEGE = "privilege"
    OTHER = "other"


GROUND_WORDS: Mapping[Ground, str] = MappingProxyType(
    {
        Ground.NAME: "Name of a person",
        Ground.CHILD: "Name of a child: only initials stay (Fed. R. Civ. P. 5.2(a)(3))",
        Ground.PLACE: "Place that leads to a person",
        Ground.CONTACT: "Way to reach a person",
        Ground.STATUS: "Immigration status",
        Ground.HEALTH: "Health",
        Ground.SAFETY: "Safety of a person",
        Ground.PRIVILEGE: "Privileged words",
        Ground.OTHER: "Other reason of the office",
    }
)
BRACKETS_OF_GROUNDS: Mapping[Ground, str] = MappingProxyType(
    {
        Ground.NAME: "[name removed]",
        Ground.PLACE: "[place removed]",
        Ground.CONTACT: "[contact removed]",
        Ground.STATUS: "[words on immigration status removed]",
        Ground.HEALTH: "[words on health removed]",
        Ground.SAFETY: "[words removed for safety]",
        Ground.PRIVILEGE: "[privileged words removed]",
        Ground.OTHER: "[words removed]",
    }
)


@dataclass(frozen=True)
class Mark:
    """A passage that must not be in copies of these variants. ``replacement`` stands in brackets in its place.

    Without a replacement the ground says what stands there: for a child's name, its initials.
    """

    text: str = field(repr=False)
    ground: Ground
    variants: frozenset[Variant]
    replacement: str = ""

    @property
    def stands_in_bracket(self) -> bool:
        """Whether what stands in its place holds the passage itself."""
        needle = make_needle(self.text)
        return needle is not None and Haystack(self.bracket).has(needle)

    @property
    def bracket(self) -> str:
        """What stands in the text instead."""
        if self.replacement:
            return f"[{self.replacement.strip('[] ')}]"
        return f"[{make_initials(self.text)}]" if self.ground is Ground.CHILD else BRACKETS_OF_GROUNDS[self.ground]


@dataclass(frozen=True)
class FitExhibit:
    """Somebody looked at all of an exhibit and found it fit for copies of these variants."""

    exhibit_id: str
    variants: frozenset[Variant]
