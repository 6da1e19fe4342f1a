"""Towns and the county that each lies in, for whoever knows their town and not their county (data/places/towns.csv).

It is no list of all towns: county seats and larger towns of the states whose facts ship, large cities of the others. A
town that lies in several counties stands with the one that most of its people live in.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from models.agency_names import make_name_key
from models.counties import County, get_county

_FILE = Path(__file__).resolve().parent.parent / "data" / "places" / "towns.csv"
# What the police of a city are called beside the city's name.
_OF_POLICE = frozenset({"police", "department", "pd"})


@dataclass(frozen=True)
class Town:
    """A town, and its county."""

    name: str
    county: County


@cache
def list_towns() -> tuple[Town, ...]:
    """List the towns by state and county.

    Raises:
        ValueError: a line names a county that does not exist, or one of another state.
    """
    with _FILE.open(encoding="utf-8", newline="") as lines:
        return tuple(_read_town(row["state"], row["county_fips"], row["town"]) for row in csv.DictReader(lines))


def find_county_of_police(name: str, city: str, state: str) -> County | None:
    """Find the county of a city's police by the city that they are called after; None for one that is not in the table.

    "Tampa Police Department" of Florida is that of Tampa; "Tampa Bay Transit Police" is that of no town.
    """
    words = [word for word in make_name_key(city or name).split() if city or word not in _OF_POLICE]
    return _index_towns().get((" ".join(words), state))


@cache
def _index_towns() -> dict[tuple[str, str], County]:
    return {(make_name_key(town.name), town.county.state): town.county for town in list_towns()}


def _read_town(state: str, fips: str, name: str) -> Town:
    county = get_county(fips)
    if county is None or county.state != state:
        raise ValueError(f"{_FILE.name}: {name}, {state} lies in no county {fips}")
    return Town(name, county)
