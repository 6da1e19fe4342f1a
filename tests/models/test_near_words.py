"""Words spelt almost alike: which are offered, and that the look stays cheap whatever is typed."""

from __future__ import annotations

import time

import pytest

from models.counties import get_county, list_counties
from models.near_words import WordList, count_slips
from models.towns import list_towns

WORDS = WordList(["dakota", "hennepin", "kandiyohi", "freeborn", "iowa", "rice", "pike"])


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("dakotta", ["dakota"]),
        ("dacota", ["dakota"]),
        ("dkaota", ["dakota"]),
        ("hennipen", ["hennepin"]),
        ("kandiohi", ["kandiyohi"]),
        ("ricce", ["rice"]),
        ("dicoda", []),
        ("ric", []),
        ("zzzzzzzz", []),
    ],
)
def test_nearest_words_are_found(word: str, near: list[str]) -> None:
    """One slip is forgiven in a word of four letters, two in one of seven, none in a shorter one."""
    assert WORDS.find_near(word) == near


def test_nearest_come_alone() -> None:
    """A word one slip away keeps out those that are two away; of equals no more than asked for are named."""
    words = WordList(["marshal", "marshall", "marsha"])
    assert words.find_near("marshalk") == ["marshal", "marshall"]
    assert words.find_near("marshalk", 1) == ["marshal"]


def test_slips_are_counted() -> None:
    """A letter too many, missing, another, or two changed about is one slip; more than asked for is one more."""
    assert [count_slips("rice", other, 2) for other in ("rice", "ricee", "ric", "rize", "irce", "pikes")] == [
        0, 1, 1, 1, 1, 3,
    ]  # fmt: skip


def test_beginnings_are_known() -> None:
    """A word that is only unfinished is not taken for misspelt."""
    assert WORDS.has_beginning("hen")
    assert WORDS.has_beginning("iowa")
    assert not WORDS.has_beginning("iowas")
    assert not WORDS.has_beginning("zz")


def test_looking_is_cheap() -> None:
    """A hundred looks among the names of all counties take less than two seconds of a busy machine."""
    every = [
        county.slug for state in ("TX", "GA", "VA", "KY", "MO", "KS", "IL", "NC") for county in list_counties(state)
    ]
    words = WordList(word + more for word in every for more in ("", "x", "yz"))
    begun = time.process_time()
    for number in range(100):
        words.find_near(f"washingtan{number}"[:12])
    assert time.process_time() - begun < 2.0


def test_towns_lie_in_counties_of_their_state() -> None:
    """Each town of the table has a county, none stands twice in a state, and no county of three states is left out."""
    towns = list_towns()
    assert len({(town.name, town.county.state) for town in towns}) == len(towns)
    assert all(get_county(town.county.fips) == town.county for town in towns)
    found = {town.county.fips for town in towns}
    for state in ("NE", "MN", "IA"):
        assert {county.fips for county in list_counties(state)} <= found
    where = {(town.name, town.county.state): town.county.name for town in towns}
    assert where["South Sioux City", "NE"] == "Dakota County"
    assert where["Sioux City", "IA"] == "Woodbury County"
