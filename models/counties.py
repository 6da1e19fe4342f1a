"""The counties of the United States and its territories, from the library `us` (Census names and FIPS codes).

Connecticut has its eight old counties. Names of places are not translated.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import us

_KINDS = re.compile(
    r" (county|parish|borough|city and borough|census area|municipality|municipio|island|district|city)$", re.IGNORECASE
)


@dataclass(frozen=True)
class County:
    """A county or what a state has in its place; `slug` names it in an address, within its state."""

    fips: str
    name: str
    state: str
    slug: str


def make_slug(name: str) -> str:
    """Make a name fit for an address: "St. Louis County" becomes "st-louis-county"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower().replace("'", "")).strip("-")


def drop_kind(name: str) -> str:
    """Return a county's name without the word "County" or what stands for it."""
    return _KINDS.sub("", name.strip())


@cache
def list_counties(state: str) -> tuple[County, ...]:
    """List the counties of a state or territory ("NE", "GU") by name; none when there is no such state."""
    found = _find_state(state)
    if found is None:
        return ()
    names = sorted((county.name, county.fips) for county in found.counties)
    short = [make_slug(drop_kind(name)) for name, _ in names]
    return tuple(
        # Where two of a state have the same name (Richmond city, Richmond County) both keep what they are.
        County(fips, name, found.abbr, slug if short.count(slug) == 1 else make_slug(name))
        for (name, fips), slug in zip(names, short, strict=True)
    )


def find_county(state: str, slug: str) -> County | None:
    """Find a county by the name that it has in an address."""
    return _index_slugs(state).get(slug)


def get_county(fips: str) -> County | None:
    """Find a county by its FIPS code of five digits."""
    return _index_fips().get(fips)


@cache
def _index_slugs(state: str) -> dict[str, County]:
    return {county.slug: county for county in list_counties(state)}


@cache
def _index_fips() -> dict[str, County]:
    return {county.fips: county for state in list_state_codes() for county in list_counties(state)}


@cache
def list_state_codes() -> tuple[str, ...]:
    """List the codes of the states, the District of Columbia and the territories."""
    return tuple(dict.fromkeys(state.abbr for state in [*us.states.STATES_AND_TERRITORIES, us.states.DC]))


@cache
def name_state(code: str) -> str:
    """Return the name of a state or territory; the code itself when there is none."""
    found = _find_state(code)
    return code if found is None else found.name


def _find_state(code: str) -> us.states.State | None:
    for state in [*us.states.STATES_AND_TERRITORIES, us.states.DC]:
        if state.abbr == code:
            return state
    return None
