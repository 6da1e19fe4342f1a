"""The agency directory as this site needs it: places with their addresses, and agencies with the words of their names.

Read once for each version of the directory. What somebody looks for is kept nowhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from sqlalchemy import Connection

from models.agency_names import make_name_key
from models.counties import County, drop_kind, get_county, list_counties, make_slug, name_state
from models.county_agencies import find_county_fips, list_shown_agencies
from models.near_words import WordList
from models.place_words import KINDS, list_known_counties, list_known_towns, make_county_entry, split_words

# "so" and "pd" are too short to be what somebody misspelt.
_SHORTEST_KIND = 5


@dataclass(frozen=True)
class AgencyEntry:
    """An agency as it is looked for: `own_words` are those of its name, `words` those of all its names and places."""

    id: str
    name: str
    type: str
    state: str
    county: str
    county_fips: str
    city: str
    own_words: frozenset[str]
    words: frozenset[str]


class Directory:
    """All places and agencies of one version of the directory."""

    def __init__(self, version: int, agencies: Iterable[AgencyEntry]) -> None:
        """Take the agencies in, and put the counties that only they know beside the known ones."""
        self.version = version
        self.agencies = tuple(agencies)
        self._by_id = {agency.id: agency for agency in self.agencies}
        self.other_counties = _find_other_counties(self.agencies)

    def get_agency(self, agency_id: str) -> AgencyEntry | None:
        """Return an agency that the public may see."""
        return self._by_id.get(agency_id)

    def find_named(self, name: str, state: str) -> AgencyEntry | None:
        """Return the one agency of a state that is called exactly so; None when none is, or several are."""
        key = make_name_key(name)
        found = [each for each in self.agencies if each.state == state and make_name_key(each.name) == key]
        return found[0] if len(found) == 1 else None

    def list_places(self, state: str) -> tuple[County, ...]:
        """List the counties of a state by name; none for what is no state."""
        others = [place for place in self.other_counties if place.state == state]
        return tuple(sorted((*list_counties(state), *others), key=lambda place: place.name))

    def find_place(self, state: str, slug: str) -> County | None:
        """Find a county by its address."""
        return next((place for place in self.list_places(state) if place.slug == slug), None)

    def find_county_of(self, agency: AgencyEntry) -> County | None:
        """Find the county that an agency belongs to; None for those of a whole state."""
        if not agency.county_fips:
            return None
        others = (place for place in self.other_counties if place.fips == agency.county_fips)
        return get_county(agency.county_fips) or next(others, None)

    @cached_property
    def offices(self) -> dict[tuple[str, str], AgencyEntry]:
        """The agencies that are bound to no county, by state and the name that they have in an address."""
        found: dict[tuple[str, str], AgencyEntry] = {}
        for agency in self.agencies:
            if self.find_county_of(agency) is None:
                slug = make_slug(agency.name)
                is_taken = not slug or (agency.state, slug) in found
                found[agency.state, f"{slug}-{agency.id[:8]}".strip("-") if is_taken else slug] = agency
        return found

    @cached_property
    def office_slugs(self) -> dict[str, str]:
        """The name in an address of each agency that is bound to no county, by its id."""
        return {agency.id: slug for (_state, slug), agency in self.offices.items()}

    @cached_property
    def word_list(self) -> WordList:
        """All words of names that can be looked for, to find those that are spelt almost like what was typed."""
        entries = (*list_known_counties(), *list_known_towns(), *map(make_county_entry, self.other_counties))
        kinds = (word for word in KINDS if len(word) >= _SHORTEST_KIND)
        return WordList(chain(kinds, *(entry.words for entry in entries), *(agency.words for agency in self.agencies)))


def read_directory(connection: Connection, version: int) -> Directory:
    """Read the directory of a version."""
    return Directory(version, map(_read_entry, list_shown_agencies(connection)))


def _read_entry(row: Any) -> AgencyEntry:  # noqa: ANN401  # a database row
    own = split_words(row.name)
    county_fips = find_county_fips(row)
    known = None if row.county else get_county(county_fips)
    county = known.name if known else row.county
    places = f"{row.city} {county} {row.state} {name_state(row.state)}"
    return AgencyEntry(
        id=row.id,
        name=row.name,
        type=row.type,
        state=row.state,
        county=county,
        county_fips=county_fips,
        city=row.city,
        own_words=own,
        words=own | split_words(row.aliases.replace("\n", " ")) | split_words(places),
    )


def _find_other_counties(agencies: Sequence[AgencyEntry]) -> tuple[County, ...]:
    """Counties that the library of counties does not have: invented ones, and what it has under an older name."""
    found = {
        agency.county_fips: County(agency.county_fips, agency.county, agency.state, make_slug(drop_kind(agency.county)))
        for agency in agencies
        if agency.county_fips and agency.county and get_county(agency.county_fips) is None
    }
    return tuple(found.values())
