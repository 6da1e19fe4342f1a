"""What a document is made of: a case as one copy shows it, and the numbers that its pages get.

Only `exports/redaction/redacting.py` makes a production, and every document, table and bundle takes nothing else: so
nothing that a copy must not hold can reach any of them by another way.
"""

from dataclasses import dataclass, field, replace

from exports.case_file import CaseFile, Variant


@dataclass(frozen=True)
class Omission:
    """What was left out of a copy: what kind of thing, on which ground, and how often. Never the words themselves."""

    what: str
    ground: str
    times: int = 1


@dataclass(frozen=True)
class Production:
    """A case as one copy shows it.

    ``removed`` are the words that must be nowhere in anything made of it, for the search that proves it.
    ``withheld_exhibits`` are the ids of exhibits whose content may not be in it, neither drawn nor as a file.
    """

    variant: Variant
    case_file: CaseFile = field(repr=False)
    omissions: tuple[Omission, ...] = ()
    removed: tuple[str, ...] = field(default=(), repr=False)
    withheld_exhibits: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Numbering:
    """Bates numbers for the pages of a document: one a page, in one run, without a gap."""

    prefix: str
    first: int
    digits: int = 6

    def format_number(self, number: int) -> str:
        """The number as it stands on the page: "TST-7K2M94PD-000012"."""
        return f"{self.prefix}-{number:0{self.digits}}"

    def skip(self, pages: int) -> "Numbering":
        """The numbering of what comes after so many pages."""
        return replace(self, first=self.first + pages)


@dataclass(frozen=True)
class Drawing:
    """A finished PDF and how many pages it has."""

    content: bytes = field(repr=False)
    pages: int
