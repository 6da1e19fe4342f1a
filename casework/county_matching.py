"""Which county a cell of a list means. Guesses spelling, never place: two counties that are as likely are none.

The fixes below are for what ICE's lists were seen to write; a county's seat, an old name, another state's word for it.
"""

import difflib
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from models.agency_names import make_name_key
from models.counties import County, get_county, list_counties

_BLANK = frozenset({"", "na", "n a", "none", "null", "unknown", "tbd", "statewide", "various"})
_KINDS = frozenset(
    {"county", "parish", "borough", "municipio", "municipality", "census", "area", "district", "city", "island"}
)
_ALIKE = 0.84
_CLEARLY = 0.05
_COUNTY_IN_NAME = re.compile(r"^(?P<name>.+?) (?:county|parish|borough)\b", re.IGNORECASE)

# By state and name without "County" and spaces; the value is a FIPS code of the Census.
_FIXES: dict[tuple[str, str], str] = {
    ("AK", "wadehampton"): "02158",  # Kusilvak since 2015
    ("AR", "bowie"): "05091",  # the Arkansas side of Texarkana is in Miller County; Bowie is in Texas
    ("FL", "dade"): "12086",
    ("GA", "columbus"): "13215",  # Columbus-Muscogee
    ("GU", "kattan"): "66010",
    ("KY", "louisville"): "21111",
    ("KY", "lexington"): "21067",
    ("LA", "chalmette"): "22087",  # seat of St. Bernard
    ("LA", "germancoast"): "22089",  # old name of St. Charles
    ("LA", "neworleans"): "22071",
    ("MO", "north"): "29189",  # "North County" is the north of St. Louis County
    ("NV", "ormsby"): "32510",
    ("NY", "bronx"): "36005",
    ("NY", "brooklyn"): "36047",
    ("NY", "manhattan"): "36061",
    ("NY", "newyorkcity"): "36061",
    ("NY", "staten"): "36085",
    ("SD", "shannon"): "46102",  # Oglala Lakota since 2015
    ("TN", "nashville"): "47037",
    ("TN", "spartawhite"): "47185",
}


class Found(StrEnum):
    """How a county was found, or why not."""

    BLANK = "blank"
    AS_WRITTEN = "as_written"
    FROM_AGENCY = "from_agency"
    CORRECTED = "corrected"
    NOT_FOUND = "not_found"


@dataclass(frozen=True)
class FoundCounty:
    """What was found for a cell."""

    found: Found
    county: County | None = None


def find_listed_county(state: str, cell: str, agency: str) -> FoundCounty:
    """Find the county that a list's cell names, within its state; from the agency's name where the cell is blank."""
    words = make_name_key(cell).replace("#", "")
    if words in _BLANK:
        match = _COUNTY_IN_NAME.match(agency)
        county = _match_exactly(state, make_name_key(match["name"])) if match else None
        return FoundCounty(Found.FROM_AGENCY, county) if county else FoundCounty(Found.BLANK)
    county = _match_exactly(state, words)
    if county:
        return FoundCounty(Found.AS_WRITTEN, county)
    county = get_county(_FIXES.get((state, _squeeze(words)), "")) or _match_nearly(state, words)
    return FoundCounty(Found.CORRECTED, county) if county else FoundCounty(Found.NOT_FOUND)


def _squeeze(words: str) -> str:
    """A name without what kind of county it is, and without spaces: "De Kalb County" is "dekalb"."""
    kept = [word for word in words.split() if word not in _KINDS and not _is_misspelt_county(word)]
    return "".join(kept or words.split())


def _is_misspelt_county(word: str) -> bool:
    return any(difflib.SequenceMatcher(None, word, kind).ratio() > _ALIKE for kind in ("county", "parish"))


def _match_exactly(state: str, words: str) -> County | None:
    candidates = _index(state).get(_squeeze(words), ())
    if len(candidates) > 1:
        # A city apart from the county of its name says that it is one.
        is_city = words.endswith(" city")
        candidates = tuple(county for county in candidates if county.name.lower().endswith("city") is is_city)
    return candidates[0] if len(candidates) == 1 else None


def _match_nearly(state: str, words: str) -> County | None:
    squeezed = _squeeze(words)
    rated = sorted(
        ((difflib.SequenceMatcher(None, squeezed, key).ratio(), key) for key in _index(state)), reverse=True
    )[:2]
    if not rated or rated[0][0] < _ALIKE or (len(rated) > 1 and rated[1][0] > rated[0][0] - _CLEARLY):
        return None
    candidates = _index(state)[rated[0][1]]
    return candidates[0] if len(candidates) == 1 else None


@cache
def _index(state: str) -> dict[str, tuple[County, ...]]:
    found: dict[str, tuple[County, ...]] = {}
    for county in list_counties(state):
        key = _squeeze(make_name_key(county.name))
        found[key] = (*found.get(key, ()), county)
    return found
