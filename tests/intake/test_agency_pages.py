"""The pages about agreements: the right answer with its dates, found by any name, kept until the facts change."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select, update

from intake.app import create_app
from intake.directory import Directory, read_directory
from models import toolkits
from models.agencies import put_agency
from models.directory_tables import agencies, agreements
from models.directory_versions import note_directory_change
from models.engine import create_engine, look_up, write
from models.tables import boxes, drafts
from tests.intake.directory import lay_down_directory
from tests.intake.office import Office
from tests.page_client import KEPT, Page, PageClient

STATIC = Path(__file__).resolve().parents[2] / "static"
DAKOTA = "/en/agencies/ne/dakota"
BUDGET_BYTES = 14_000
BLANK = dict.fromkeys(("aliases", "ori", "county", "county_fips", "city", "claims_office", "officials", "source"), "")


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


@pytest.fixture
def directory(owner: Engine) -> Directory:
    """The directory as this site reads it."""
    with look_up(owner) as connection:
        return read_directory(connection, 1)


def read_answer(page: Page) -> str:
    """Read the words of the box that holds the answer."""
    (box,) = [box for box in page.find_all("div") if "answer" in box.get("class", "").split()]
    return " ".join(" ".join(box.itertext()).split())


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        (
            "ne/dakota",
            "Yes. Dakota County Sheriff's Office has an agreement with ICE. The earliest date that we know is ",
        ),
        ("ne/dakota", "January 2018"),
        ("ne/dakota", "As of ICE's list of May 18, 2026."),
        ("ne/gage", "In part. Beatrice Police Department has an agreement"),
        ("ne/douglas", "Not on ICE's list of May 18, 2026. No office of this county is on that list."),
        ("ne/douglas", "Offices of the state with an agreement: Nebraska Department of Correctional Services;"),
        (
            "mn/jackson",
            "Not any more. Jackson County Sheriff's Office had an agreement with ICE. It was over by January 14, 2026",
        ),
        ("mn/crow-wing", "Yes."),
        ("tx/travis", "We have no record. We have not read a list of ICE for Texas"),
    ],
)
def test_county_has_its_answer_first(reader: PageClient, office: Office, address: str, answer: str) -> None:
    """Yes, in part, not any more, not on the list of a day, or no record: never a "no" where nobody looked."""
    del office
    page = reader.get(f"/en/agencies/{address}")
    assert page.status == 200
    assert answer in read_answer(page)
    assert page.words.index(read_answer(page)[:20]) < 200


def test_page_tells_what_each_source_says(reader: PageClient, office: Office) -> None:
    """Dates that contradict each other stand side by side, each with its source, and the document is one link away."""
    del office
    page = reader.get(DAKOTA)
    assert "Signed: January 2018." in page.words
    assert "Signed: June 9, 2020." in page.words
    assert "August 2017. The sheriff applies to join the program." in page.words
    documents = [link for link in page.find_all("a") if link.get("href", "").startswith("https://www.ice.gov/doclib/")]
    assert documents
    for link in documents:
        assert link.get("rel") == "noreferrer nofollow"
        assert "leads to www.ice.gov" in "".join(link.itertext())


def test_page_says_what_the_model_allows_and_whose_it_is(reader: PageClient, office: Office) -> None:
    """The jail model of a sheriff is not told as that of the state's patrol, which works on the street."""
    del office
    page = reader.get(DAKOTA)
    headings = ["".join(heading.itertext()) for heading in page.find_all("h3")]
    assert "Task force model: Nebraska State Patrol" in headings
    (jail,) = [heading for heading in headings if heading.startswith("Jail model: ")]
    assert "Dakota County Sheriff's Office" in jail
    assert "gives no power on the street" in page.words
    wheeler = reader.get("/en/agencies/ne/wheeler")
    assert "Task force model: Wheeler County Sheriff's Office, Nebraska State Patrol" in wheeler.words


@pytest.mark.parametrize(
    "address", ["xx", "ne/nowhere", "zz/dakota", "ne/dakota/nothing", "ne/nowhere/letter", "ne/nowhere/toolkit"]
)
def test_places_that_do_not_exist_are_not_found(reader: PageClient, office: Office, address: str) -> None:
    """An address of no state or county is 404, like any other that is not there."""
    del office
    assert reader.get(f"/en/agencies/{address}").status == 404
    assert reader.get(f"/xx/agencies/{address}").status == 404


def test_typed_capitals_lead_to_the_page(reader: PageClient, office: Office) -> None:
    """Somebody who copies an address from a poster may write it large."""
    del office
    assert reader.get("/en/agencies/NE/Dakota").path == DAKOTA
    assert reader.get("/en/agencies/NE").path == "/en/agencies/ne"


def test_state_lists_its_counties_and_who_is_in(reader: PageClient, office: Office) -> None:
    """A state's page links each county, and names each office with an agreement."""
    del office
    page = reader.get("/en/agencies/ne")
    links = {link.get("href") for link in page.find_all("a")}
    assert len([link for link in links if link and re.fullmatch(r"/en/agencies/ne/[a-z-]+", link)]) == 93
    assert "/en/agencies/ne/offices/nebraska-state-patrol" in links
    assert "Red Willow County Sheriff's Office" in page.words
    assert "Jackson County Sheriff's Office" not in reader.get("/en/agencies/mn").words
    assert "We know of none." in reader.get("/en/agencies/vt").words


def test_county_that_only_the_directory_knows_has_a_page(reader: PageClient, office: Office, owner: Engine) -> None:
    """An agency in a county that the library does not have brings the county with it."""
    del office
    with write(owner) as connection:
        place = {"state": "NE", "county": "Meadowlark County", "county_fips": "31901"}
        put_agency(connection, id=str(uuid4()), name="Meadowlark Sheriff", type="county", **{**BLANK, **place})
        note_directory_change(connection)
    page = reader.get("/en/agencies/ne/meadowlark")
    assert "Meadowlark County, Nebraska" in page.heading
    assert "Meadowlark County" in reader.get("/en/agencies/ne").words


def test_hidden_agency_is_nowhere(reader: PageClient, office: Office, owner: Engine) -> None:
    """What staff hide from the public is on no page, in no search, and cannot be chosen on the form."""
    del office
    with write(owner) as connection:
        connection.execute(update(agencies).where(agencies.c.county_fips == "31043").values(is_listed=False))
        note_directory_change(connection)
    assert "Not on ICE's list" in read_answer(reader.get(DAKOTA))
    for address in ("/en/agencies/ne", "/en/agencies?q=dakota+sheriff", DAKOTA):
        assert "Dakota County Sheriff" not in reader.get(address).words


def test_page_is_kept_until_the_directory_changes(site: Flask, reader: PageClient, owner: Engine) -> None:
    """A page is made once; a change of the directory shows on the next request."""
    before = reader.get(DAKOTA)
    with write(owner) as connection:
        connection.execute(update(agreements).values(signed_on=date(2019, 3, 4), signed_precision="day"))
    assert reader.get(DAKOTA).text == before.text
    with write(owner) as connection:
        note_directory_change(connection)
    assert "March 4, 2019" in reader.get(DAKOTA).text
    tag = site.test_client().get(DAKOTA).headers["ETag"]
    assert site.test_client().get(DAKOTA, headers={"If-None-Match": tag}).status_code == 304
    assert site.test_client().get(DAKOTA, headers={"If-None-Match": '"other"'}).status_code == 200


def test_page_is_the_same_for_everybody(reader: PageClient, elsewhere: PageClient, office: Office) -> None:
    """Somebody with a report under way gets the very same page, without a token, and their browser keeps none of it."""
    del office
    public = elsewhere.get(DAKOTA)
    assert public.headers["Cache-Control"] == KEPT
    assert public.headers["Vary"] == "Cookie"
    assert "csrf" not in public.text
    reader.submit(reader.get("/en/"), {}, action="/report/start")
    mine = reader.get(DAKOTA)
    assert mine.text == public.text
    assert mine.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in mine.headers


def test_reading_writes_nothing(reader: PageClient, office: Office, owner: Engine) -> None:
    """No page about agreements begins a report or sets a cookie, whatever its address says."""
    del office
    for address in ("?q=dakota", "/ne", "/ne/dakota", "/ne/dakota/letter", "/ne/dakota?agency=x&county=dakota"):
        page = reader.get(f"/en/agencies{address}", check=False)
        assert page.status == 200
        assert "Set-Cookie" not in page.headers
    with look_up(owner) as connection:
        for table in (drafts, boxes):
            assert connection.execute(select(func.count()).select_from(table)).scalar() == 0


@pytest.mark.parametrize("lang", ["en", "es"])
def test_county_page_is_small(reader: PageClient, office: Office, lang: str) -> None:
    """The longest county page with all that it fetches is at most 14,000 bytes gzipped."""
    del office
    files = [STATIC / name for name in ("site.css", "icon.svg")]
    for address in ("ne/dakota", "ne/red-willow", "mn/crow-wing"):
        page = reader.get(f"/{lang}/agencies/{address}")
        bodies = [page.text.encode(), *(file.read_bytes() for file in files)]
        assert sum(len(gzip.compress(body, 6)) for body in bodies) <= BUDGET_BYTES
        assert "<script" not in page.text


def test_letter_sends_nothing(reader: PageClient, office: Office) -> None:
    """The lines of the letter have no name and stand in no form: whatever is typed stays on the page."""
    del office
    page = reader.get(f"{DAKOTA}/letter")
    lines = page.find_all("input")
    assert len(lines) == 4
    assert all(line.get("name") is None for line in lines)
    assert [form.get("action") for form in page.find_all("form")] == ["/exit"]
    spanish = reader.get("/es/agencies/ne/dakota/letter")
    assert "Thank you for your time." in spanish.words
    assert "Gracias por su tiempo." in spanish.words


def test_toolkit_is_a_file_with_a_plain_name(site: Flask, office: Office, owner: Engine) -> None:
    """The paper of the county comes as a download in the reader's language; what is about more is called so."""
    del office
    with write(owner) as connection:
        for code, content in (("00000", b"%PDF any"), ("31000", b"%PDF state"), ("31043", b"%PDF dakota")):
            made = {"digest": code, "made_on": date(2026, 11, 23), "content": content}
            toolkits.put_toolkit(connection, code, "en", **made)  # type: ignore[arg-type]  # mixed values
    client = site.test_client()
    for county, content, name in (
        ("ne/dakota", b"%PDF dakota", "ne-dakota"),
        ("ne/douglas", b"%PDF state", "ne-any-county"),
        ("tx/travis", b"%PDF any", "any-county"),
    ):
        answer = client.get(f"/en/agencies/{county}/toolkit")
        assert answer.data == content
        assert answer.mimetype == "application/pdf"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}.pdf"'
    assert client.get("/es/agencies/ne/dakota/toolkit").status_code == 404
    assert client.get("/en/agencies/paper").data == b"%PDF any"
    assert client.get("/es/agencies/paper").status_code == 404


def test_no_other_paper_goes_by_a_countys_name(reader: PageClient, office: Office, owner: Engine) -> None:
    """Until a county's own paper is made, the page says that it is being made, and offers the other as what it is."""
    del office
    with write(owner) as connection:
        made = {"digest": "a", "made_on": date(2026, 11, 23), "content": b"%PDF any"}
        toolkits.put_toolkit(connection, toolkits.ANY_COUNTY, "en", **made)  # type: ignore[arg-type]  # mixed values
    page = reader.get("/en/agencies/ne/gage/toolkit")
    assert page.status == 404
    assert "The paper about Gage County is being made" in page.words
    assert "Paper for any county (PDF)" in page.words
    links = {
        "ne/gage": "Everything on paper (PDF)",
        "ne/douglas": "Paper for any county of this state, with its lists (PDF)",
        "tx/travis": "Paper for any county (PDF)",
    }
    for county, link in links.items():
        for tail in ("", "/action"):
            assert link in reader.get(f"/en/agencies/{county}{tail}").words


def test_two_sites_of_one_process_keep_their_pages_apart(office: Office, site: Flask) -> None:
    """What one site has kept is never shown by another."""
    other = create_app(office.config)
    site.test_client().get(DAKOTA)
    assert other.extensions["directory_pages"] is not site.extensions["directory_pages"]
    other.extensions["engine"].dispose()


def test_exact_name_in_a_state_is_that_agency(directory: Directory) -> None:
    """A name written as the directory has it is that agency, but only in its own state."""
    agency = directory.find_named("dakota county sheriffs office", "NE")
    assert agency is not None
    assert agency.county_fips == "31043"
    assert directory.find_named("Dakota County Sheriff's Office", "MN") is None
    assert directory.find_named("Dakota", "NE") is None
