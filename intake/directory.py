"""The agency directory as this site needs it: places with their addresses, and agencies found by any of their names.

Read once for each version of the directory. What somebody looks for is kept nowhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection

from models.agency_names import make_name_key
from models.counties import County, drop_kind, get_county, list_counties, list_state_codes, make_slug, name_state
from models.county_agencies import list_shown_agencies

# Words that say what kind of office it is, as people say them. They help to sort what was found, and decide only where
# nothing else was typed.
_KINDS: dict[str, str] = {
    **dict.fromkeys(("sheriff", "sheriffs", "sherif", "so", "deputy", "deputies", "alguacil", "alguaciles"), "sheriff"),
    **dict.fromkeys(("police", "pd", "policia", "policias", "cop", "cops"), "police"),
    **dict.fromkeys(("jail", "carcel", "prison", "prision"), "jail"),
    **dict.fromkeys(("patrol", "trooper", "troopers", "patrulla"), "patrol"),
    **dict.fromkeys(("county", "condado", "parish"), "county"),
    **dict.fromkeys(("city", "ciudad", "town", "pueblo"), "city"),
    **dict.fromkeys(("state", "estado", "estatal"), "state"),
    **dict.fromkeys(("office", "oficina", "department", "departamento"), "office"),
}
_SMALL_WORDS = frozenset({"de", "del", "la", "las", "los", "el", "of", "the", "in", "en", "and", "y"})
_LONGEST_QUERY = 100
_FEWEST_LETTERS = 2


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


@dataclass(frozen=True)
class _PlaceEntry:
    place: County
    own_words: frozenset[str]
    words: frozenset[str]


class Directory:
    """All places and agencies of one version of the directory."""

    def __init__(self, version: int, agencies: Iterable[AgencyEntry]) -> None:
        """Take the agencies in, and put the counties that only they know beside the known ones."""
        self.version = version
        self.agencies = tuple(agencies)
        self._by_id = {agency.id: agency for agency in self.agencies}
        self._others = _find_other_counties(self.agencies)

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
        others = [place for place in self._others if place.state == state]
        return tuple(sorted((*list_counties(state), *others), key=lambda place: place.name))

    def find_place(self, state: str, slug: str) -> County | None:
        """Find a county by its address."""
        return next((place for place in self.list_places(state) if place.slug == slug), None)

    def find_county_of(self, agency: AgencyEntry) -> County | None:
        """Find the county that an agency belongs to; None for those of a whole state."""
        if not agency.county_fips:
            return None
        others = (place for place in self._others if place.fips == agency.county_fips)
        return get_county(agency.county_fips) or next(others, None)

    def find_agencies(self, query: str, *, state: str = "", county: str = "", limit: int = 20) -> list[AgencyEntry]:
        """Find agencies by name, nickname, city or county, the likeliest first; only those of `state` when given.

        Accents and capitals do not count, a word may be unfinished, and those of the county called `county` come first.
        """
        wanted, kinds = _read_query(query)
        home = make_name_key(drop_kind(county))
        found = []
        for agency in self.agencies:
            if (state and agency.state != state) or not _has_all(agency.words, wanted or sorted(kinds)):
                continue
            is_away = not home or make_name_key(drop_kind(agency.county)) != home
            in_name = sum(_has_all(agency.own_words, [piece]) for piece in wanted)
            of_kind = len(kinds & agency.own_words)
            found.append((is_away, -in_name, -of_kind, len(agency.own_words), agency.name, agency.id))
        return [self._by_id[row[-1]] for row in sorted(found)[:limit]]

    def find_places(self, query: str, limit: int = 20) -> list[County]:
        """Find counties by their name, with or without the state's, or all of a state by the state's name alone."""
        wanted, _kinds = _read_query(query)
        if not wanted:
            return []
        found = [
            (-sum(_has_all(entry.own_words, [piece]) for piece in wanted), len(entry.own_words), entry.place)
            for entry in (*_list_known_places(), *map(_make_place_entry, self._others))
            if _has_all(entry.words, wanted)
        ]
        found.sort(key=lambda row: (*row[:2], row[2].name, row[2].state))
        # "Dakota" means the two counties of that name, and not every county of the two states.
        named = [row for row in found if row[0]]
        return [row[-1] for row in (named or found)[:limit]]


def read_directory(connection: Connection, version: int) -> Directory:
    """Read the directory of a version."""
    return Directory(version, map(_read_entry, list_shown_agencies(connection)))


def _read_entry(row: Any) -> AgencyEntry:  # noqa: ANN401  # a database row
    own = _split_words(row.name)
    places = f"{row.city} {row.county} {row.state} {name_state(row.state)}"
    return AgencyEntry(
        id=row.id,
        name=row.name,
        type=row.type,
        state=row.state,
        county=row.county,
        county_fips=row.county_fips,
        city=row.city,
        own_words=own,
        words=own | _split_words(row.aliases.replace("\n", " ")) | _split_words(places),
    )


def _find_other_counties(agencies: Sequence[AgencyEntry]) -> tuple[County, ...]:
    """Counties that the library of counties does not have: invented ones, and what it has under an older name."""
    found = {
        agency.county_fips: County(agency.county_fips, agency.county, agency.state, make_slug(drop_kind(agency.county)))
        for agency in agencies
        if agency.county_fips and agency.county and get_county(agency.county_fips) is None
    }
    return tuple(found.values())


@cache
def _list_known_places() -> tuple[_PlaceEntry, ...]:
    return tuple(_make_place_entry(place) for state in list_state_codes() for place in list_counties(state))


def _make_place_entry(place: County) -> _PlaceEntry:
    own = _split_words(drop_kind(place.name))
    return _PlaceEntry(place, own, own | _split_words(f"{name_state(place.state)} {place.state}"))


def _split_words(text: str) -> frozenset[str]:
    """The words of a name as they are compared, those of kinds of offices by their one word for it."""
    words = make_name_key(text).split()
    return frozenset(_KINDS.get(word, word) for word in words)


def _read_query(query: str) -> tuple[list[str], frozenset[str]]:
    """Split what was typed into words that must be met, and words of kinds."""
    words = [word for word in make_name_key(query[:_LONGEST_QUERY]).split() if word not in _SMALL_WORDS]
    kinds = frozenset(_KINDS[word] for word in words if word in _KINDS)
    return [word for word in words if word not in _KINDS], kinds


def _has_all(words: frozenset[str], pieces: Sequence[str]) -> bool:
    """Whether each piece is a word of these, or the beginning of one; a single letter must be the whole word."""
    return bool(pieces) and all(
        piece in words or (len(piece) >= _FEWEST_LETTERS and any(word.startswith(piece) for word in words))
        for piece in pieces
    )
