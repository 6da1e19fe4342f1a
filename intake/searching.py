"""Finding places and agencies by what somebody typed: by their names first, and by names spelt almost so after that.

What somebody looks for is kept nowhere. It must never pass a likeness off as what was asked for: `is_near` says which.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice, product

from intake.directory import AgencyEntry, Directory
from models.agency_ranking import rank_agencies
from models.place_words import (
    KINDS,
    PlaceEntry,
    Query,
    has_all,
    list_known_counties,
    list_known_towns,
    list_states_called,
    make_county_entry,
    read_query,
)

_MOST_WORDS_CORRECTED = 6
_MOST_CORRECTIONS = 9


@dataclass(frozen=True)
class Found:
    """What was found: states by code, counties and towns, agencies; the likeliest first, and all of them.

    `is_near`: nothing is called so, these are spelt almost like it. `begins_with_towns`: a town is called just so and
    no county.
    """

    states: tuple[str, ...] = ()
    counties: tuple[PlaceEntry, ...] = ()
    towns: tuple[PlaceEntry, ...] = ()
    agencies: tuple[AgencyEntry, ...] = ()
    is_near: bool = False
    begins_with_towns: bool = False

    def __bool__(self) -> bool:
        """Whether anything was found."""
        return bool(self.states or self.counties or self.towns or self.agencies)


def search_directory(directory: Directory, text: str) -> Found:
    """Find states, counties, towns and agencies by what was typed.

    Accents and capitals do not count, a word may be unfinished, and the state's name or letters may stand beside it.
    """
    query = read_query(text)
    found = _search(directory, query)
    if found:
        return found
    for corrected in _correct(directory, query):
        near = _search(directory, corrected)
        found = Found(
            tuple(dict.fromkeys((*found.states, *near.states))),
            tuple(dict.fromkeys((*found.counties, *near.counties))),
            tuple(dict.fromkeys((*found.towns, *near.towns))),
            tuple(dict.fromkeys((*found.agencies, *near.agencies))),
            is_near=True,
        )
    return found


def find_agencies(directory: Directory, text: str, *, state: str = "", county: str = "") -> list[AgencyEntry]:
    """Find agencies by name, nickname, city or county, the likeliest first; those of the county called `county` before.

    In the state first, then anywhere; by what was typed first, then by what is spelt almost so.
    """
    query = read_query(text)
    for queries in ((query,), tuple(_correct(directory, query))):
        for place in dict.fromkeys((state, "")):
            found = [
                each for one in queries for each in rank_agencies(directory.agencies, one, state=place, county=county)
            ]
            if found:
                return list(dict.fromkeys(found))
    return []


def _search(directory: Directory, query: Query) -> Found:
    states = list_states_called(query)
    others = tuple(map(make_county_entry, directory.other_counties))
    counties = _find_places((*list_known_counties(), *others), query, needs_name=bool(states))
    towns = _find_places(list_known_towns(), query, needs_name=True)
    return Found(
        tuple(states),
        tuple(counties),
        tuple(towns),
        tuple(rank_agencies(directory.agencies, query)),
        begins_with_towns=_measure_name(towns, query) - bool(query.kinds & {"county", "sheriff"})
        >= max(_measure_name(counties, query), 1),
    )


def _measure_name(entries: Iterable[PlaceEntry], query: Query) -> int:
    """How many words of what was typed are the whole name of a place; 0 where no place is called so."""
    return max((len(entry.own_words) for entry in entries if entry.is_called(query)), default=0)


def _find_places(entries: Iterable[PlaceEntry], query: Query, *, needs_name: bool) -> list[PlaceEntry]:
    """Find places that have all the words, and of them those that have the most of these in their own name.

    "Dakota" means the two counties of that name, and not every county of the two states.
    """
    found = [
        (-sum(has_all(entry.own_words, [piece]) for piece in query.wanted), not entry.is_called(query), entry)
        for entry in entries
        if has_all(entry.words, query.wanted) or entry.is_one_word_of(query)
        or (not query.wanted and entry.own_words <= query.words)
    ]  # fmt: skip
    most = min((row[0] for row in found), default=0)
    kept = [row for row in found if not row[1] or row[0] == most]
    kept.sort(key=lambda row: (row[1], row[0], _sort_place(row[2], query)))
    return [entry for in_name, is_other, entry in kept if in_name or not is_other or not needs_name]


def _sort_place(entry: PlaceEntry, query: Query) -> tuple[int, int, str, str]:
    name = entry.town or entry.county.name
    return -len(query.kinds & entry.own_words), len(entry.own_words), name, entry.county.state


def _correct(directory: Directory, query: Query) -> Iterator[Query]:
    """Yield the query with words that nothing is called by replaced by those spelt almost so; none where none are."""
    known = directory.word_list
    unknown = [word for word in query.wanted if not known.has_beginning(word)]
    if not 0 < len(unknown) <= _MOST_WORDS_CORRECTED:
        return
    choices = [known.find_near(word) if word in unknown else [word] for word in query.wanted]
    for words in islice(product(*choices), _MOST_CORRECTIONS):
        kinds = query.kinds | {KINDS[word] for word in words if word in KINDS}
        wanted = tuple(word for word in words if word not in KINDS)
        if wanted or kinds:
            yield replace(query, wanted=wanted, kinds=kinds, words=frozenset(words) | kinds, joined="".join(wanted))
