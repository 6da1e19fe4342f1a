"""Offers agencies of the directory for words: those that a report tells, and those that staff type.

It looks as the reporter's form does, and must never decide: what it finds is offered to a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from models.agencies import AgencyMatch, find_matches, list_agencies
from models.agency_names import make_name_key
from models.agency_ranking import rank_agencies
from models.counties import drop_kind, name_state
from models.place_words import Query, read_query, split_words

MOST_OFFERED = 20
_MOST_SUGGESTED = 8
# "un" and "co" are the beginning of too many names to tell one.
_FEWEST_LETTERS = 3
_FEWEST_OF_ONE_WORD = 4


@dataclass(frozen=True)
class _Entry:
    id: str
    name: str
    state: str
    county: str
    own_words: frozenset[str]
    words: frozenset[str]


@dataclass(frozen=True)
class FoundAgencies:
    """What was found for words, the likeliest first. `is_called`: by a whole name or nickname."""

    matches: tuple[AgencyMatch, ...] = ()
    is_called: bool = False


def find_agencies(connection: Connection, text: str, state: str = "", county: str = "") -> FoundAgencies:
    """Find the agencies that words may mean: those called so; where none is, those that have all the words.

    In the state first, then anywhere; of the county before the others.
    """
    called = find_matches(connection, text)
    if called:
        return FoundAgencies(tuple(called), is_called=True)
    entries = list(map(_make_entry, list_agencies(connection)))
    query = read_query(text)
    for place in dict.fromkeys((state, "")):
        found = rank_agencies(entries, query, state=place, county=county)
        if found:
            return FoundAgencies(tuple(_list_matches(found)))
    return FoundAgencies()


def suggest_agencies(connection: Connection, told: str, state: str, county: str) -> list[AgencyMatch]:
    """Suggest the few agencies that come near to what a report tells; none where its words tell none.

    Within its state, where one is told. A word that is a whole word of a name is enough, if nothing has all words.
    """
    query = read_query(told)
    wanted = tuple(word for word in query.wanted if len(word) >= _FEWEST_LETTERS)
    if not wanted:
        return []
    entries = list(map(_make_entry, list_agencies(connection, state)))
    found = rank_agencies(entries, replace(query, wanted=wanted), county=county)
    return _list_matches((found or _find_by_one_word(entries, query, county))[:_MOST_SUGGESTED])


def _find_by_one_word(entries: Sequence[_Entry], query: Query, county: str) -> list[_Entry]:
    whole = frozenset(word for word in query.wanted if len(word) >= _FEWEST_OF_ONE_WORD)
    home = make_name_key(drop_kind(county))
    some = [entry for entry in entries if whole & entry.own_words]
    return sorted(
        some,
        key=lambda entry: (
            make_name_key(drop_kind(entry.county)) != home,
            -len(query.kinds & entry.own_words),
            entry.name,
            entry.id,
        ),
    )


def _list_matches(entries: Sequence[_Entry]) -> list[AgencyMatch]:
    return [AgencyMatch(entry.id, entry.name, entry.state, entry.county) for entry in entries]


def _make_entry(row: Any) -> _Entry:  # noqa: ANN401  # a database row
    own = split_words(row.name)
    places = f"{row.city} {row.county} {row.state} {name_state(row.state)}"
    words = own | split_words(row.aliases.replace("\n", " ")) | split_words(places)
    return _Entry(row.id, row.name, row.state, row.county, own, words)
