"""How the words that somebody looks for are read and compared: what kind of office, which words a name must have.

What somebody looks for is kept nowhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from models.agency_names import make_name_key
from models.counties import County, drop_kind, list_counties, list_state_codes, name_state
from models.towns import Town, list_towns

LONGEST_QUERY = 100
# Words that say what kind of office it is, as people say them. They help to sort what was found, and decide only where
# nothing else was typed.
KINDS: dict[str, str] = {
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
_FEWEST_LETTERS = 2


@dataclass(frozen=True)
class Query:
    """What was typed: words that must be met, words of kinds, all words, and the name in one word, for "ottertail"."""

    wanted: tuple[str, ...]
    kinds: frozenset[str]
    words: frozenset[str]
    joined: str


@dataclass(frozen=True)
class PlaceEntry:
    """A county, or a town in it (`town` is blank for the county itself), with the words that it is found by."""

    town: str
    county: County
    own_words: frozenset[str]
    words: frozenset[str]
    joined: str

    def is_called(self, query: Query) -> bool:
        """Tell whether its whole name was typed, with or without the state's."""
        return self.own_words <= query.words or self.is_one_word_of(query)

    def is_one_word_of(self, query: Query) -> bool:
        """Tell whether its name was typed whole but with other gaps ("ottertail"), with or without the state's."""
        rest = query.joined.removeprefix(self.joined)
        return query.joined == self.joined or (rest != query.joined and rest in _name_state_in_one(self.county.state))


def read_query(text: str) -> Query:
    """Read what was typed, up to its longest length."""
    every = make_name_key(text[:LONGEST_QUERY]).split()
    wanted = tuple(word for word in every if word not in KINDS and word not in _SMALL_WORDS)
    kinds = frozenset(KINDS[word] for word in every if word in KINDS)
    return Query(wanted, kinds, frozenset(every) | kinds, _join(every))


def _join(words: Sequence[str]) -> str:
    """Join the words of a name: a city is called "Sioux City", but nobody is called "Dakota Sheriff"."""
    return "".join(word for word in words if KINDS.get(word, "city") == "city")


def split_words(text: str) -> frozenset[str]:
    """Return the words of a name as they are compared, those of kinds of offices also by their one word for it."""
    words = make_name_key(text).split()
    return frozenset(words) | frozenset(KINDS[word] for word in words if word in KINDS)


def has_all(words: frozenset[str], pieces: Sequence[str]) -> bool:
    """Tell whether each piece is a word of these, or the beginning of one.

    A single letter must be the whole word, and so must the two letters of a state: "Dakota NE" is not "Nelson, Dakota".
    """
    return bool(pieces) and all(piece in words or _begins_one(piece, words) for piece in pieces)


def _begins_one(piece: str, words: frozenset[str]) -> bool:
    if len(piece) < _FEWEST_LETTERS or piece in _list_codes():
        return False
    return any(word.startswith(piece) for word in words)


@cache
def _list_codes() -> frozenset[str]:
    return frozenset(code.lower() for code in list_state_codes())


def list_states_called(query: Query) -> list[str]:
    """List the codes of the states whose whole name was typed, or whose two letters, and nothing else."""
    return [code for code in list_state_codes() if query.joined in _name_state_in_one(code)]


@cache
def _name_state_in_one(code: str) -> tuple[str, str]:
    return code.lower(), make_name_key(name_state(code)).replace(" ", "")


@cache
def list_known_counties() -> tuple[PlaceEntry, ...]:
    """List all counties with their words."""
    return tuple(make_county_entry(county) for state in list_state_codes() for county in list_counties(state))


@cache
def list_known_towns() -> tuple[PlaceEntry, ...]:
    """List all towns that are known with their words."""
    return tuple(_make_town_entry(town) for town in list_towns())


def make_county_entry(county: County) -> PlaceEntry:
    """Give a county the words that it is found by."""
    return _make_entry("", county, drop_kind(county.name))


def _make_town_entry(town: Town) -> PlaceEntry:
    return _make_entry(town.name, town.county, town.name)


def _make_entry(town: str, county: County, name: str) -> PlaceEntry:
    own = split_words(name)
    words = own | split_words(f"{name_state(county.state)} {county.state}")
    return PlaceEntry(town, county, own, words, _join(make_name_key(name).split()))
