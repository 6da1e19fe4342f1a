"""The order in which agencies are offered for what somebody typed or told: the same on both sites.

It must never decide which agency is meant: a person does.
"""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from models.agency_names import make_name_key
from models.counties import drop_kind
from models.place_words import Query, has_all


class Findable(Protocol):
    """An agency as it is looked for: `own_words` are those of its name, `words` those of all its names and places."""

    @property
    def id(self) -> str:
        """Its id in the directory."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def state(self) -> str:
        """The code of its state."""

    @property
    def county(self) -> str:
        """Its county; blank for an agency of a whole state."""

    @property
    def own_words(self) -> frozenset[str]:
        """The words of its name."""

    @property
    def words(self) -> frozenset[str]:
        """The words of all its names and places."""


Agency = TypeVar("Agency", bound=Findable)


def rank_agencies(agencies: Iterable[Agency], query: Query, *, state: str = "", county: str = "") -> list[Agency]:
    """List the agencies that have all the words, the likeliest first; those of the county called `county` before."""
    home = make_name_key(drop_kind(county))
    found = []
    for agency in agencies:
        if (state and agency.state != state) or not has_all(agency.words, query.wanted or sorted(query.kinds)):
            continue
        is_away = not home or make_name_key(drop_kind(agency.county)) != home
        in_name = sum(has_all(agency.own_words, [piece]) for piece in query.wanted)
        of_kind = len(query.kinds & agency.own_words)
        found.append(((is_away, -in_name, -of_kind, len(agency.own_words), agency.name, agency.id), agency))
    return [agency for _order, agency in sorted(found, key=lambda row: row[0])]
