"""The counties: all of them, and one address each."""

from __future__ import annotations

from models.counties import drop_kind, find_county, get_county, list_counties, list_state_codes, make_slug, name_state


def test_every_county_has_one_address_in_its_state() -> None:
    """All 3,234 counties are there, and no two of a state share an address."""
    counties = [county for state in list_state_codes() for county in list_counties(state)]
    assert len(counties) == 3234
    assert len({(county.state, county.slug) for county in counties}) == 3234
    assert all(find_county(county.state, county.slug) == county for county in counties)


def test_addresses_read_as_people_write_them() -> None:
    """Saints, parishes, accents, cities apart from their county: the name alone where that is enough."""
    assert [
        find_county(state, slug) is not None
        for state, slug in [
            ("NE", "dakota"),
            ("MN", "mille-lacs"),
            ("MN", "st-louis"),
            ("LA", "st-tammany"),
            ("VA", "richmond-city"),
            ("VA", "richmond-county"),
            ("PR", "mayaguez"),
            ("MD", "queen-annes"),
        ]
    ] == [True] * 8


def test_unknown_names_find_nothing() -> None:
    """A state or county that does not exist is nobody's, and raises nothing."""
    assert find_county("NE", "nowhere") is None
    assert find_county("XX", "dakota") is None
    assert get_county("31999") is None
    assert list_counties("XX") == ()
    assert name_state("XX") == "XX"


def test_codes_and_names() -> None:
    """A FIPS code leads to its county, a state's code to its name; the kind of county can be dropped."""
    county = get_county("31043")
    assert county is not None
    assert (county.name, county.state) == ("Dakota County", "NE")
    assert name_state("NE") == "Nebraska"
    assert drop_kind("St. Tammany Parish") == "St. Tammany"
    assert make_slug("Doña Ana County") == "dona-ana-county"
