"""The directory of agencies: found by what people call them, searched, merged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from models.agencies import (
    AgencySearch,
    find_matches,
    find_remaining,
    list_agencies,
    list_agency_names,
    list_states,
    merge_agency,
    put_agency,
    put_agreement,
    put_event,
    search_agencies,
)
from models.agency_names import clean_name, make_loose_key, make_name_key
from models.county_agencies import list_agreements, list_events
from models.engine import create_engine, migrate, read, write
from tests.conftest import DatabaseUrls

pytestmark = pytest.mark.database


@pytest.fixture
def engine(database_urls: DatabaseUrls) -> Iterator[Engine]:
    """A database with the directory's tables."""
    migrate(database_urls.owner)
    engine = create_engine(database_urls.casework)
    yield engine
    engine.dispose()


def put(engine: Engine, name: str, state: str = "NE", county: str = "", aliases: str = "") -> str:
    """Lay down an agency and return its id."""
    agency_id = str(uuid4())
    with write(engine) as connection:
        put_agency(
            connection,
            id=agency_id,
            name=name,
            aliases=aliases,
            ori="",
            type="county",
            state=state,
            county=county,
            county_fips="",
        )
    return agency_id


@pytest.mark.parametrize(
    ("said", "listed"),
    [
        ("Dakota County Sheriff’s Office ", "Dakota County Sheriff's Office"),
        ("dakota sheriff", "Dakota County Sheriff's Office"),
        ("DAKOTA CO. SHERIFFS DEPT", "Dakota County Sheriff's Office"),
        ("Platte Fork PD", "Platte Fork Police Department"),
        ("policía de Platte Fork", "Platte Fork Police Department"),
        ("Saint Louis County Sheriff", "St. Louis County Sheriff's Office"),
        ("alguacil del condado de Dakota", "Dakota County Sheriff's Office"),
    ],
)
def test_names_as_people_say_them_are_alike(said: str, listed: str) -> None:
    """What people say, in English or Spanish, leads to the name on the list."""
    assert make_loose_key(said) == make_loose_key(listed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Dakota County Sheriff's Office", "Dakota City Police Department"),
        ("Jackson County Sheriff", "Jackson Police"),
        ("Bullitt County Detention Center", "Bullitt County Sheriff's Office"),
    ],
)
def test_a_sheriff_is_no_police_and_no_jail(one: str, other: str) -> None:
    """Agencies of one place stay apart."""
    assert make_loose_key(one) != make_loose_key(other)
    assert make_name_key(one) != make_name_key(other)


def test_spellings_of_a_list_are_one_name() -> None:
    """Spaces at the end, curly apostrophes and case do not make another agency; another word does."""
    assert make_name_key("Autauga County Sheriff's Office ") == make_name_key("AUTAUGA  County Sheriff’s office")
    assert make_name_key("Nassau County Police Department") != make_name_key("Nassau County Sheriff's Office")
    assert clean_name(" Reno\u00a0County  Sheriff’s office\u200b ") == "Reno County Sheriff's office"


def test_a_name_in_two_states_is_ambiguous_until_the_state_is_known(engine: Engine) -> None:
    """Without a state both agencies of a name are found, with it one, and a blank or unknown name finds none."""
    put(engine, "Dakota County Sheriff's Office", "NE")
    put(engine, "Dakota County Sheriff's Office", "MN")
    with read(engine) as connection:
        assert len(find_matches(connection, "Dakota Sheriff")) == 2
        (found,) = find_matches(connection, "Dakota Sheriff", "NE")
        assert found.state == "NE"
        assert find_matches(connection, "", "NE") == []
        assert find_matches(connection, "the county", "NE") == []
        assert find_matches(connection, "Elm County Sheriff", "NE") == []


def test_a_county_narrows_an_alias_down(engine: Engine) -> None:
    """Two agencies of one nickname are told apart by the county, where it was told."""
    put(engine, "Elm County Jail", county="Elm County", aliases="the jail")
    put(engine, "Oak County Jail", county="Oak County", aliases="the jail")
    with read(engine) as connection:
        assert len(find_matches(connection, "The jail", "NE")) == 2
        assert [match.name for match in find_matches(connection, "The jail", "NE", "oak")] == ["Oak County Jail"]


def test_search_by_words_and_state(engine: Engine) -> None:
    """Each word must stand in name, alias or county; the state narrows; a page has its own rows and the whole count."""
    put(engine, "Elm County Sheriff", county="Elm County", aliases="Elm SO\n100% Elm")
    put(engine, "Elmwood Police", "MN", county="Oak County")
    with read(engine) as connection:
        assert search_agencies(connection, AgencySearch("elm"), limit=1)[1] == 2
        assert len(search_agencies(connection, AgencySearch("elm"), limit=1)[0]) == 1
        assert [row.name for row in search_agencies(connection, AgencySearch("oak elm"), limit=9)[0]] == [
            "Elmwood Police"
        ]
        assert search_agencies(connection, AgencySearch("elm", "MN"), limit=9)[1] == 1
        assert search_agencies(connection, AgencySearch("100%"), limit=9)[1] == 1
        assert search_agencies(connection, AgencySearch("%"), limit=9)[1] == 1
        assert list_states(connection) == ["MN", "NE"]


def test_merging_keeps_what_both_had(engine: Engine) -> None:
    """The one that remains has the other's agreements and events; the other's id leads to it and is shown to nobody."""
    wrong, right = put(engine, "Elm Sheriff"), put(engine, "Elm County Sheriff's Office")
    with write(engine) as connection:
        put_agreement(connection, agency_id=wrong, support_type="task_force_model", source="a newspaper")
        put_event(
            connection,
            agency_id=wrong,
            kind="applied",
            happened_on=date(2025, 1, 1),
            precision="month",
            what="applies",
            source="a newspaper",
            source_url="",
            cited_on=date(2025, 2, 1),
        )
        assert merge_agency(connection, wrong, right, "Elm Sheriff") == {"agreements": 1, "events": 1}
    with read(engine) as connection:
        assert [row.id for row in list_agencies(connection)] == [right]
        assert list_agency_names(connection, "NE") == ["Elm County Sheriff's Office"]
        assert len(list_agreements(connection, [right])[right]) == 1
        assert len(list_events(connection, [right])[right]) == 1
        remaining = find_remaining(connection, wrong)
        assert remaining is not None
        assert remaining.id == right
        assert [match.id for match in find_matches(connection, "elm sheriff")] == [right]
