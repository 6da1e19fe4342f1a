"""The agency on the form: found in the directory without script, chosen or not, and what was typed is never lost."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from models.engine import create_engine, look_up
from models.tables import drafts
from tests.intake.directory import lay_down_directory
from tests.intake.office import Office
from tests.intake.test_report_journey import ANSWERS, walk_to
from tests.page_client import Page, PageClient, read_fields

DAKOTA = "Dakota County Sheriff's Office"
# The test's own place is an invented county; here it is a real one.
WHERE: dict[str, str | list[str]] = {"state": "NE", "county": "Dakota", "place_kind": "road"}


@pytest.fixture
def office(office: Office) -> Office:
    """An office whose directory has the facts that ship."""
    lay_down_directory(office.owner_url)
    return office


@pytest.fixture
def police(reader: PageClient, office: Office) -> Page:
    """The page that asks for the agency, of a report from Dakota County."""
    del office
    return walk_to(reader, "police", "en", where=WHERE)


def list_choices(page: Page) -> dict[str, str]:
    """The agencies that a page offers, by name without the place."""
    labels = {label.get("for"): label for label in page.find_all("label")}
    radios = [field for field in page.find_all("input") if field.get("name") == "agency_choice"]
    return {(labels[radio.get("id")].text or "").strip(): radio.get("value", "") for radio in radios}


def read_field(page: Page, name: str) -> list[str]:
    """What stands in a field of the page's form."""
    return [value for field, value in read_fields(page.find_form("/police")) if field == name]


def send(reader: PageClient, police: Page, lang: str = "en") -> None:
    """Answer the rest and send."""
    page = reader.submit(police, {"encounter_type": "vehicle"})
    while not page.path.endswith("/check"):
        page = reader.submit(page, ANSWERS.get(page.path.rsplit("/", 1)[-1], {}))
    assert reader.submit(page, {}, go="send").path == f"/{lang}/report/receipt"


@pytest.mark.parametrize("typed", ["dakota sheriff", "Alguacil del condado de Dakota", "DAKOTA COUNTY DEPUTIES", "dak"])
def test_agency_is_found_and_chosen_without_script(
    reader: PageClient, office: Office, police: Page, typed: str
) -> None:
    """Who looks a nickname up gets the agency as a choice; chosen, the report names it and knows which it is."""
    found = reader.submit(police, {"agency": typed}, go="find")
    assert read_field(found, "agency") == [typed]
    choices = list_choices(found)
    assert next(iter(choices)) == DAKOTA
    after = reader.submit(found, {"agency_choice": choices[DAKOTA], "encounter_type": "vehicle"})
    assert after.path.endswith("/what-happened")
    again = reader.get("/en/report/police")
    assert read_field(again, "agency") == [DAKOTA]
    assert read_field(again, "agency_choice") == [choices[DAKOTA]]
    send(reader, again)
    (report,) = office.open_reports()
    assert report.values["agency"] == DAKOTA
    assert report.agency_id == choices[DAKOTA]


@pytest.mark.parametrize("typed", ["Dakotta sherif", "dacota"])
def test_misspelt_agency_is_suggested(reader: PageClient, police: Page, typed: str) -> None:
    """A slip in the name does not keep the agency from being offered, and what was typed stays in the line."""
    found = reader.submit(police, {"agency": typed}, go="find")
    assert DAKOTA in list_choices(found)
    assert read_field(found, "agency") == [typed]


def test_own_words_need_no_choice(reader: PageClient, office: Office, police: Page) -> None:
    """What is in no list is kept as it was typed; the page says that this is all right."""
    page = reader.submit(police, {"agency": "hombres de negro 7"}, go="find")
    assert list_choices(page) == {}
    assert "That is all right" in page.words
    send(reader, page)
    (report,) = office.open_reports()
    assert (report.values["agency"], report.agency_id) == ("hombres de negro 7", "")


def test_suggestions_need_no_answer(reader: PageClient, office: Office, police: Page) -> None:
    """Who chooses none of the suggestions keeps their own words."""
    page = reader.submit(police, {"agency": "dakota deputies"}, go="find")
    page = reader.submit(page, {"agency_choice": "", "encounter_type": "vehicle"}, go="back")
    page = reader.get("/en/report/police")
    assert read_field(page, "agency") == ["dakota deputies"]
    send(reader, page)
    (report,) = office.open_reports()
    assert (report.values["agency"], report.agency_id) == ("dakota deputies", "")


def test_name_as_it_is_in_the_list_is_that_agency(reader: PageClient, office: Office, police: Page) -> None:
    """Whose browser completed the whole name has chosen the agency, without another page."""
    names = [option.get("value") for option in police.find_all("option")]
    assert DAKOTA in names
    page = reader.submit(police, {"agency": DAKOTA, "encounter_type": "vehicle"})
    page = reader.get("/en/report/police")
    assert next(iter(list_choices(page))) == DAKOTA
    send(reader, page)
    (report,) = office.open_reports()
    assert report.agency_id


def test_new_words_win_over_an_old_choice(reader: PageClient, office: Office, police: Page) -> None:
    """Who chose an agency and then edits the line means what the line says."""
    page = reader.submit(police, {"agency": "dakota"}, go="find")
    reader.submit(page, {"agency_choice": list_choices(page)[DAKOTA]}, go="find")
    page = reader.submit(page, {"agency_choice": list_choices(page)[DAKOTA], "encounter_type": "vehicle"})
    page = reader.get("/en/report/police")
    assert read_field(page, "agency_choice")
    page = reader.submit(page, {"agency": "Omaha Police"}, go="back")
    page = reader.get("/en/report/police")
    assert read_field(page, "agency") == ["Omaha Police"]
    assert read_field(page, "agency_choice") == []
    send(reader, page)
    (report,) = office.open_reports()
    assert (report.values["agency"], report.agency_id) == ("Omaha Police", "")


def test_not_sure_is_always_there(reader: PageClient, office: Office, police: Page) -> None:
    """Nobody has to name an agency, whatever the list offers."""
    boxes = [field.get("value") for field in police.find_all("input") if field.get("type") == "checkbox"]
    assert boxes == ["not_sure"]
    page = reader.submit(police, {"agency": ["", "not_sure"]}, go="find")
    assert list_choices(page) == {}
    assert "That is all right" not in page.words
    send(reader, page)
    (report,) = office.open_reports()
    answer = report.find_answer("agency")
    assert answer is not None
    assert (answer.state, report.agency_id) == ("not_sure", "")


def test_error_on_the_page_keeps_line_and_choices(reader: PageClient, police: Page) -> None:
    """A name that is too long comes back with everything typed, and other faults keep the suggestions."""
    page = reader.submit(police, {"agency": "dakota " * 40}, go="find")
    assert page.status == 400
    assert read_field(page, "agency") == [("dakota " * 40).strip()]
    fields = [("agency", "dakota"), ("encounter_type", "?"), ("go", "next")]
    page = reader.post("/en/report/police", [*read_fields(police.find_form("/police"))[:1], *fields])
    assert page.status == 400
    assert DAKOTA in list_choices(page)


def test_choice_of_nothing_known_is_passed_over(reader: PageClient, office: Office, police: Page) -> None:
    """An id that is in no list, or was hidden since, changes nothing."""
    token = read_fields(police.find_form("/police"))[0]
    fields = [token, ("agency", "Sheriff"), ("agency_choice", "7"), ("encounter_type", "vehicle"), ("go", "next")]
    assert reader.post("/en/report/police", fields).path.endswith("/what-happened")
    page = reader.get("/en/report/police")
    assert read_field(page, "agency") == ["Sheriff"]
    send(reader, page)
    (report,) = office.open_reports()
    assert report.agency_id == ""


def press(reader: PageClient, county: Page, button: int) -> Page:
    """Press a button of the county page's form."""
    form = county.find_form("/report/start")
    buttons = list(form.iter("{http://www.w3.org/1999/xhtml}button"))
    name, value = buttons[button].get("name"), buttons[button].get("value", "")
    return reader.post("/en/report/start", [*read_fields(form), *([(name, value)] if name else [])])


def test_report_begins_on_the_countys_page(reader: PageClient, office: Office) -> None:
    """From the county's page the form opens with state, county and agency answered, and the report says so."""
    page = press(reader, reader.get("/en/agencies/ne/dakota"), 0)
    assert page.path.endswith("/report/urgent")
    while not page.path.endswith("/where"):
        page = reader.submit(page, ANSWERS.get(page.path.rsplit("/", 1)[-1], {}))
    shown = dict(read_fields(page.find_form("/where")))
    assert (shown["state"], shown["county"]) == ("NE", "Dakota County")
    page = reader.submit(page, {"place_kind": "road"})
    page = reader.submit(page, ANSWERS["when"])
    assert read_field(page, "agency") == [DAKOTA]
    assert read_field(page, "agency_choice")
    send(reader, page)
    (report,) = office.open_reports()
    assert report.values["state"] == "NE"
    assert report.values["county"] == "Dakota County"
    assert report.values["agency"] == DAKOTA
    assert report.agency_id


@pytest.mark.parametrize(
    "address", ["pr/adjuntas", "gu/guam", "vi/st-croix", "as/eastern", "mp/saipan", "dc/district-of-columbia"]
)
def test_report_begins_in_a_territory(reader: PageClient, office: Office, address: str) -> None:
    """The form knows every state and territory that has a page of places, and takes it with the next button."""
    del office
    page = press(reader, reader.get(f"/en/agencies/{address}"), -1)
    while not page.path.endswith("/where"):
        page = reader.submit(page, ANSWERS.get(page.path.rsplit("/", 1)[-1], {}))
    assert dict(read_fields(page.find_form("/where")))["state"] == address[:2].upper()
    assert reader.submit(page, {"place_kind": "road"}).path.endswith("/when")


def test_another_office_begins_with_the_place_only(reader: PageClient, office: Office) -> None:
    """The last button of a county's page chooses no agency."""
    del office
    county = reader.get("/en/agencies/ne/dakota")
    press(reader, county, -1)
    page = reader.get("/en/report/police")
    assert read_field(page, "agency") == [""]
    assert dict(read_fields(reader.get("/en/report/where").find_form("/where")))["county"] == "Dakota County"


def test_report_under_way_keeps_its_own_place(reader: PageClient, police: Page) -> None:
    """Who has said already where it was keeps that, whatever county's page they pass."""
    del police
    press(reader, reader.get("/en/agencies/mn/jackson"), 0)
    assert dict(read_fields(reader.get("/en/report/where").find_form("/where")))["county"] == "Dakota"
    assert read_field(reader.get("/en/report/police"), "agency") == [""]


def test_report_that_has_no_place_yet_takes_the_countys(reader: PageClient, office: Office) -> None:
    """Who began a report and then finds the county's page has place and agency put in."""
    del office
    reader.submit(reader.get("/en/"), {}, action="/report/start")
    press(reader, reader.get("/en/agencies/ne/dakota"), 0)
    assert read_field(reader.get("/en/report/police"), "agency") == [DAKOTA]


def test_place_comes_only_from_a_page_of_this_site(site: Flask, reader: PageClient, office: Office) -> None:
    """A post that no browser vouches for changes no report, and one from elsewhere is refused."""
    del reader
    client = site.test_client()
    sent = {"state": "NE", "county": "dakota"}
    assert client.post("/en/report/start", data=sent, headers={"Origin": "https://other.example"}).status_code == 403
    assert client.post("/en/report/start", data=sent).status_code == 403
    assert client.post("/en/report/start", headers={"Origin": "http://localhost"}).status_code == 303
    assert client.post("/en/report/start", data=sent).status_code == 303
    assert 'value="Dakota County"' not in client.get("/en/report/where").get_data(as_text=True)
    engine = create_engine(office.owner_url)
    with look_up(engine) as connection:
        assert connection.execute(select(func.count()).select_from(drafts)).scalar() == 1
    engine.dispose()


@pytest.mark.parametrize("county", ["nowhere", "", "x" * 5_000, "\x00"])
def test_place_that_is_not_known_begins_a_plain_report(reader: PageClient, office: Office, county: str) -> None:
    """Whatever is sent for a county, a report begins, and nothing of it is put in."""
    del office
    page = reader.post("/en/report/start", [("state", "NE"), ("county", county), ("agency", "?")])
    assert page.path.endswith("/report/urgent")
    assert dict(read_fields(reader.get("/en/report/where").find_form("/where")))["county"] == ""
