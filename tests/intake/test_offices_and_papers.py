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
from tests.page_client import PageClient

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
