"""The search for a county, a town or an office: by any name, by a misspelt one, and told how much was found."""

from __future__ import annotations

import re

import pytest

from tests.intake.directory import lay_down_directory
from tests.intake.office import Office
from tests.page_client import PageClient


@pytest.fixture
def office(office: Office) -> Office:
    """An office whose directory has the facts that ship."""
    lay_down_directory(office.owner_url)
    return office


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("dakota", "Dakota County, Nebraska"),
        ("Dakota, Nebraska", "Dakota County, Nebraska"),
        ("alguacil del condado de Dakota", "Dakota County Sheriff's Office"),
        ("POLICÍA BEATRICE", "Beatrice Police Department"),
        ("beatr", "Beatrice Police Department"),
        ("saint louis minnesota", "St. Louis County, Minnesota"),
        ("st louis", "St. Louis County, Minnesota"),
        ("doña ana", "Doña Ana County, New Mexico"),
        ("dona ana", "Doña Ana County, New Mexico"),
        ("nebraska state patrol", "Nebraska State Patrol"),
        ("Nebraska", "Nebraska"),
        ("South Sioux City", "South Sioux City, Nebraska"),
        ("sioux city", "Sioux City, Iowa"),
        ("Omaha", "Omaha, Nebraska"),
        ("policía de Minneapolis", "Minneapolis, Minnesota"),
        ("Houston", "Houston, Texas"),
        ("ottertail", "Otter Tail County, Minnesota"),
        ("de kalb georgia", "DeKalb County, Georgia"),
    ],
)
def test_search_finds_by_any_name(reader: PageClient, office: Office, query: str, found: str) -> None:
    """A county, city or office is found by its name, a nickname, in Spanish, without accents, or by its beginning."""
    del office
    page = reader.get(f"/en/agencies?q={query}")
    links = ["".join(link.itertext()) for link in page.find_all("a")]
    assert found in links


def test_button_of_the_search_says_to_search(reader: PageClient, office: Office) -> None:
    """The button is not called like the form's page about searches of bodies and cars."""
    del office
    for lang, word in (("en", "Find"), ("es", "Buscar")):
        buttons = ["".join(button.itertext()).strip() for button in reader.get(f"/{lang}/agencies").find_all("button")]
        assert word in buttons


@pytest.mark.parametrize(
    ("town", "county"),
    [
        ("South Sioux City", "ne/dakota"),
        ("Omaha", "ne/douglas"),
        ("Minneapolis", "mn/hennepin"),
        ("Houston", "tx/harris"),
    ],
)
def test_town_leads_to_its_county(reader: PageClient, office: Office, town: str, county: str) -> None:
    """Who knows their town and not their county finds the county's page, and it comes before what is called alike."""
    del office
    page = reader.get(f"/en/agencies?q={town}")
    links = [link.get("href", "") for link in page.find_all("a")]
    counties = [link for link in links if link.count("/") == 4]
    assert counties[0] == f"/en/agencies/{county}"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("Dakotta", "Dakota County, Nebraska"),
        ("Dacota", "Dakota County, Nebraska"),
        ("Freborn", "Freeborn County, Minnesota"),
        ("Kandiohi", "Kandiyohi County, Minnesota"),
        ("Hennipen", "Hennepin County, Minnesota"),
        ("Minneapolys", "Minneapolis, Minnesota"),
        ("dakotta sherif", "Dakota County Sheriff's Office"),
        ("sherrif dakota", "Dakota County Sheriff's Office"),
    ],
)
@pytest.mark.parametrize(("lang", "question"), [("en", "Did you mean one of these?"), ("es", "¿Quiso decir")])
def test_misspelt_name_is_asked_about(
    reader: PageClient, office: Office, query: str, found: str, lang: str, question: str
) -> None:
    """A slip in a name does not lead to nothing: the page asks whether the nearest names are meant."""
    del office
    page = reader.get(f"/{lang}/agencies?q={query}")
    assert question in page.words
    assert found in ["".join(link.itertext()) for link in page.find_all("a")]


def test_name_spelt_right_is_no_question(reader: PageClient, office: Office) -> None:
    """What was found as it was typed is not put in doubt, and what is like nothing is not guessed at."""
    del office
    for query in ("dakota", "Freeborn", "Omaha 7", "qqqqqqqq"):
        assert "Did you mean" not in reader.get(f"/en/agencies?q={query}").words


def test_two_letters_of_a_state_are_that_state(reader: PageClient, office: Office) -> None:
    """With "NE" Dakota County in Nebraska is meant, and no county in North Dakota whose name begins so."""
    del office
    words = reader.get("/en/agencies?q=Dakota+NE").words.split("By state")[0]
    assert "Dakota County, Nebraska" in words
    assert "Nelson" not in words
    assert "Minnesota" not in words


def test_all_counties_of_a_name_are_shown(reader: PageClient, office: Office) -> None:
    """Of 24 Jackson Counties none is left out; where a list is cut, the page says by how many."""
    del office
    jackson = reader.get("/en/agencies?q=Jackson")
    for state in ("Texas", "Wisconsin", "West Virginia"):
        assert f"Jackson County, {state}" in jackson.words
    assert "more. Add the state" not in jackson.words
    many = reader.get("/en/agencies?q=mar")
    assert re.search(r"There are \d+ more\. Add the state, or more of the name\.", many.words)


def test_offices_of_a_state_are_not_lost_among_its_counties(reader: PageClient, office: Office) -> None:
    """The name of a state leads to the state's page, and not to its counties before the office that is meant."""
    del office
    page = reader.get("/en/agencies?q=Nebraska+State+Patrol")
    links = [link.get("href", "") for link in page.find_all("a")]
    assert "/en/agencies/ne" in links
    assert "Adams County" not in page.words


def test_cut_query_is_said_to_be(reader: PageClient, office: Office) -> None:
    """Who pastes a whole page into the line is told that only its beginning was looked for."""
    del office
    assert "its first 100 letters only" in reader.get(f"/en/agencies?q={'dakota ' * 700}").words
    assert "letters only" not in reader.get("/en/agencies?q=dakota").words


def test_name_of_a_county_is_not_lost_among_a_states(reader: PageClient, office: Office) -> None:
    """Who looks for "dakota" gets the two counties of that name, and not all of North and South Dakota."""
    del office
    words = reader.get("/en/agencies?q=dakota").words
    assert "Dakota County, Minnesota" in words
    assert "North Dakota" not in words.split("By state")[0]


def test_search_survives_everything(reader: PageClient, office: Office) -> None:
    """Nothing that can be typed breaks the search, and what was typed stays in the line."""
    del office
    for query in ("%00", "%F0%9F%99%8F", "a" * 5_000, "%25%27%22%3Cb%3E", "---", "sheriff", "condado", "%ED%A0%80"):
        assert reader.get(f"/en/agencies?q={query}", check=False).status == 200
    page = reader.get("/en/agencies?q=Omaha+7")
    assert "nothing of that name" in page.words
    (line,) = [field for field in page.find_all("input") if field.get("name") == "q"]
    assert line.get("value") == "Omaha 7"
