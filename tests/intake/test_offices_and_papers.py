"""Pages of agreements say no more than is known: whose reach it is, if there is one to end, whose paper it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from models.agencies import put_agency, put_agreement
from models.directory_versions import note_directory_change
from models.engine import create_engine, write
from tests.intake.directory import lay_down_directory
from tests.intake.office import Office
from tests.page_client import PageClient, read_fields

BLANK = dict.fromkeys(("aliases", "ori", "county", "county_fips", "city", "claims_office", "officials", "source"), "")
COLLEGE = "Board of Trustees of Larkspur State College"


@pytest.fixture
def office(office: Office) -> Office:
    """An office whose directory has the facts that ship."""
    lay_down_directory(office.owner_url)
    return office


@pytest.fixture
def owner(office: Office) -> Iterator[Engine]:
    """The database, with the right to change the directory."""
    engine = create_engine(office.owner_url)
    yield engine
    engine.dispose()


def lay_down_agency(owner: Engine, name: str, kind: str, **place: str) -> str:
    """Put an agency of Nebraska with an agreement into the directory."""
    agency_id = str(uuid4())
    with write(owner) as connection:
        put_agency(connection, id=agency_id, name=name, state="NE", type=kind, **{**BLANK, **place})
        put_agreement(
            connection,
            agency_id=agency_id,
            support_type="task_force_model",
            signed_on=date(2025, 3, 5),
            first_seen_on=date(2026, 5, 18),
            last_seen_on=date(2026, 5, 18),
            moa_url="https://www.ice.gov/doclib/larkspur.pdf",
            source="ICE, list of participating agencies of 18 May 2026",
            source_url="https://www.ice.gov/identify-and-arrest/287g",
            cited_on=date(2026, 11, 23),
        )
        note_directory_change(connection)
    return agency_id


def test_college_is_not_told_to_reach_the_whole_state(reader: PageClient, owner: Engine) -> None:
    """What a state runs in one place is on no other county's page, whatever ICE calls it; the patrol is on all."""
    lay_down_agency(owner, COLLEGE, "state")
    words = reader.get("/en/agencies/ne/douglas").words
    assert COLLEGE not in words
    assert "Nebraska State Patrol" in words
    assert COLLEGE in reader.get("/en/agencies/ne").words


def test_office_of_the_state_in_one_county_is_on_that_countys_page(reader: PageClient, owner: Engine) -> None:
    """Once staff say where it is, it counts there and nowhere else."""
    lay_down_agency(owner, COLLEGE, "state", county="Douglas County", county_fips="31055")
    assert COLLEGE in reader.get("/en/agencies/ne/douglas").words
    assert COLLEGE not in reader.get("/en/agencies/ne/lancaster").words


@pytest.mark.parametrize(("lang", "costs"), [("en", "cost so far"), ("es", "ha costado el acuerdo")])
def test_letter_does_not_take_an_agreement_for_granted(
    reader: PageClient, office: Office, lang: str, costs: str
) -> None:
    """Where none is known the letter asks whether there is one and not to sign it; its cost is asked where it is."""
    del office
    assert costs in reader.get(f"/{lang}/agencies/ne/dakota/letter").words
    for address in ("ne/douglas", "mn/jackson", "tx/travis"):
        words = reader.get(f"/{lang}/agencies/{address}/letter").words
        assert costs not in words
        assert "if there is such an agreement today" in words


@pytest.mark.parametrize(
    ("lang", "paid", "asked"),
    [("en", "What did the county pay last year", "Has anybody asked"), ("es", "¿Cuánto pagó", "¿Alguien ha pedido")],
)
def test_points_do_not_take_an_agreement_for_granted(
    reader: PageClient, office: Office, lang: str, paid: str, asked: str
) -> None:
    """What was paid under the agreement is a question only where there is one."""
    del office
    with_one = reader.get(f"/{lang}/agencies/ne/gage/action").words
    without = reader.get(f"/{lang}/agencies/ne/douglas/action").words
    assert (paid in with_one, asked in with_one) == (True, False)
    assert (paid in without, asked in without) == (False, True)


def test_office_without_a_county_has_its_facts(reader: PageClient, owner: Engine) -> None:
    """A city's police whose county no list tells is found by name, with the answer, model, day, document and source."""
    lay_down_agency(owner, "Larkspur Police Department", "municipality")
    found = reader.get("/en/agencies?q=larkspur+police")
    (link,) = [link.get("href", "") for link in found.find_all("a") if "Larkspur" in "".join(link.itertext())]
    assert link == "/en/agencies/ne/offices/larkspur-police-department"
    assert link in {each.get("href") for each in reader.get("/en/agencies/ne").find_all("a")}
    page = reader.get(link)
    for words in (
        "Does Larkspur Police Department have an agreement with ICE?",
        "Yes. Larkspur Police Department has an agreement with ICE, since March 5, 2025.",
        "Task force model",
        "The agreement itself (leads to www.ice.gov)",
        "As of ICE's list of May 18, 2026.",
    ):
        assert words in page.words


def test_report_begins_on_an_offices_page(reader: PageClient, owner: Engine) -> None:
    """The form then knows the state and the office, and asks for the county."""
    agency_id = lay_down_agency(owner, "Larkspur Police Department", "municipality")
    page = reader.get("/en/agencies/ne/offices/larkspur-police-department")
    fields = [*read_fields(page.find_form("/report/start")), ("agency", agency_id)]
    assert reader.post("/en/report/start", fields).path.endswith("/report/urgent")
    where = dict(read_fields(reader.get("/en/report/where").find_form("/where")))
    assert (where["state"], where["county"]) == ("NE", "")
    police = dict(read_fields(reader.get("/en/report/police").find_form("/police")))
    assert (police["agency"], police["agency_choice"]) == ("Larkspur Police Department", agency_id)


def test_state_that_is_not_the_agencys_begins_a_plain_report(reader: PageClient, owner: Engine) -> None:
    """An office is put in with its own state only."""
    agency_id = lay_down_agency(owner, "Larkspur Police Department", "municipality")
    reader.post("/en/report/start", [("state", "MN"), ("agency", agency_id)])
    assert dict(read_fields(reader.get("/en/report/where").find_form("/where")))["state"] == ""


def test_county_page_says_that_some_offices_have_no_county(reader: PageClient, owner: Engine) -> None:
    """A county is not said to be free of agreements without a word on offices whose county nobody knows."""
    sentence = "Offices with an agreement of which we do not know the county"
    assert sentence not in reader.get("/en/agencies/ne/douglas").words
    lay_down_agency(owner, "Larkspur Police Department", "municipality")
    lay_down_agency(owner, COLLEGE, "state")
    assert f"{sentence}: 2. The page of Nebraska names them." in reader.get("/en/agencies/ne/douglas").words
    assert sentence not in reader.get("/en/agencies/mn/hennepin").words


def test_two_offices_of_one_name_have_two_pages(reader: PageClient, owner: Engine) -> None:
    """Neither is lost behind the other."""
    for _number in range(2):
        lay_down_agency(owner, "Larkspur Police Department", "municipality")
    links = {link.get("href", "") for link in reader.get("/en/agencies/ne").find_all("a")}
    offices = sorted(link for link in links if "/offices/larkspur" in link)
    assert len(offices) == 2
    assert all(reader.get(office).status == 200 for office in offices)


@pytest.mark.parametrize("address", ["ne/offices/nothing", "xx/offices/nebraska-state-patrol", "mn/offices/x"])
def test_office_that_does_not_exist_is_not_found(reader: PageClient, office: Office, address: str) -> None:
    """An address of no office, or of one in another state, is 404."""
    del office
    assert reader.get(f"/en/agencies/{address}").status == 404


def test_office_of_the_state_has_a_page(reader: PageClient, office: Office) -> None:
    """The state's patrol, which stands with no county, has the answer and a way to tell what happened."""
    del office
    page = reader.get("/en/agencies/ne/offices/nebraska-state-patrol")
    assert "Yes. Nebraska State Patrol has an agreement with ICE" in page.words
    assert "Report what happened: Nebraska State Patrol" in page.words


def test_police_of_a_known_city_are_on_its_countys_page(reader: PageClient, owner: Engine) -> None:
    """ICE's list tells no county of a city's police; where the city is known they are on the county's page."""
    lay_down_agency(owner, "Papillion Police Department", "municipality")
    page = reader.get("/en/agencies/ne/sarpy")
    assert "In part. Papillion Police Department has an agreement with ICE" in page.words
    assert "Report what happened: Papillion Police Department" in page.words
    found = reader.get("/en/agencies?q=papillion+police")
    links = {"".join(link.itertext()): link.get("href") for link in found.find_all("a")}
    assert links["Papillion Police Department"] == "/en/agencies/ne/sarpy"
    assert "Papillion" not in reader.get("/en/agencies/ne/douglas").words


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Papillion Township Police Department", "municipality"),
        ("Papillion Bay Transit Police", "municipality"),
        ("Papillion", "campus"),
    ],
)
def test_office_is_put_into_no_county_by_a_likeness(reader: PageClient, owner: Engine, name: str, kind: str) -> None:
    """Only police who are called just as the city are taken for the city's."""
    lay_down_agency(owner, name, kind)
    assert name not in reader.get("/en/agencies/ne/sarpy").words
