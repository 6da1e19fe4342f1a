"""What a case says of its agency's agreement on the day: on its page and on paper, and who may put it right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import update

from casework.case_agreements import Found, find_case_agreement
from casework.case_files import build_case_file
from casework.caseworker import Caseworker
from casework.conflicts import decide_conflict
from casework.opening import ConflictState, open_case
from casework.permissions import Role
from casework.shipped_facts import load_shipped_facts
from exports.case_file import Variant
from exports.documents.summary import build_summary_html
from exports.redaction.redacting import redact
from models.agencies import list_agencies, put_agency
from models.agreements import Standing, SupportType
from models.directory_tables import agencies
from models.engine import read, write
from models.report import Value
from models.tables import sealed_items
from tests.casework.conftest import SignInAs
from tests.casework.filing import PLAIN_VALUES, FiledCase, Filing, make_report
from tests.casework.test_case import decide, list_kinds, open_page, send
from tests.page_client import Page

DAKOTA = "Dakota County Sheriff's Office"
FileAt = Callable[..., FiledCase]


@pytest.fixture
def file_at(filing: Filing, caseworker: Caseworker) -> FileAt:
    """Files a report about an agency on a day, in an office whose directory has the facts that ship."""
    load_shipped_facts(filing.engine, caseworker.config)

    def file(agency: str, on: str = "2026-03-03", *, chosen: str = "", **changes: Value) -> FiledCase:
        year, month, day = (part.lstrip("0") for part in on.split("-"))
        told = {"when": "date", "when_year": year, "when_month": month, "when_day": day}
        place = {"state": "NE", "county": "Dakota County", "agency": agency}
        report = make_report({**PLAIN_VALUES, **told, **place, **changes}, answered_on=date(2026, 11, 20))
        with read(filing.engine) as connection:
            ids = {row.name: row.id for row in list_agencies(connection)}
        with write(filing.intake_engine) as connection:
            return filing.put(connection, replace(report, agency_id=ids.get(chosen, "")), date(2026, 11, 20))

    return file


def read_part(page: Page) -> str:
    """The words of the part about the agreement."""
    (part,) = [part for part in page.find_all("section") if part.get("id") == "agency"]
    return " ".join(" ".join(part.itertext()).split())


@pytest.mark.parametrize(
    ("told", "when", "found", "answer"),
    [
        ("Dakota sheriff", "2026-03-03", "Found by the name in the report", "Agreement Yes"),
        ("alguacil del condado de Dakota", "2026-03-03", "Found by the name", "March 3, 2026: Jail enforcement model."),
        ("Dakota sheriff", "2026-11-08", "Found by the name", "Agreement Yes, as far as is known"),
        ("Dakota sheriff", "2017-06-01", "Found by the name", "Agreement No, as far as is known"),
        ("hombres de negro", "2026-03-03", "No agency could be told from these words", "Agreement Unknown"),
        ("Un alguacil del condado", "2026-03-03", "No agency could be told from these words", "Agreement Unknown"),
        ("", "2026-03-03", "The report names no agency", "Which agency it was is not known yet."),
    ],
)
def test_case_page_says_how_it_stood_on_the_day(
    sign_in_as: SignInAs, file_at: FileAt, told: str, when: str, found: str, answer: str
) -> None:
    """The agency is found by any of its names, and how it stood that day is said; unknown is never called no."""
    case = file_at(told, when)
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    part = read_part(open_page(reader, case))
    assert found in part
    assert answer in part
    assert "not in the directory." not in part


def test_choice_of_the_reporter_needs_no_guess(caseworker: Caseworker, file_at: FileAt) -> None:
    """Whom the reporter chose from the directory is the agency, whatever other name is like it."""
    case = file_at("the sheriff", chosen=DAKOTA)
    agreement = find_case_agreement(caseworker.engine, open_case(caseworker, case.reference))
    assert agreement.found is Found.CHOSEN
    assert agreement.agency_name == DAKOTA
    assert agreement.status.standing is Standing.YES
    assert agreement.status.models == (SupportType.JAIL_ENFORCEMENT_MODEL,)


@pytest.mark.parametrize(
    ("answers", "standing"),
    [
        ({"when": "month", "when_month": "1", "when_year": "2018", "when_day": ""}, Standing.PARTLY_UNCLEAR),
        ({"when": "season", "when_season": "winter", "when_year": "2018", "when_month": ""}, Standing.CHANGED_WITHIN),
        ({"when": "month", "when_month": "6", "when_year": "2019", "when_day": ""}, Standing.YES),
        ({"when": "not_sure"}, Standing.CHANGED_WITHIN),
    ],
)
def test_vague_day_is_asked_about_as_a_range(
    caseworker: Caseworker, file_at: FileAt, answers: dict[str, Value], standing: Standing
) -> None:
    """A month, a season or no day at all: the answer is for every day that it may have been."""
    case = file_at("Dakota sheriff", **answers)
    agreement = find_case_agreement(caseworker.engine, open_case(caseworker, case.reference))
    assert agreement.status.standing is standing
    assert agreement.latest_on is not None
    assert agreement.latest_on <= date(2026, 11, 20)


def test_name_of_two_agencies_is_said_to_be_so_and_can_be_settled(
    sign_in_as: SignInAs, file_at: FileAt, filing: Filing
) -> None:
    """Where a name fits several agencies nothing is guessed; staff pick one, and that stands in the ledger."""
    columns = {"aliases": "Dakota Sheriff", "ori": "", "type": "county", "state": "NE", "county": "Dakota County"}
    with write(filing.engine) as connection:
        put_agency(connection, id="second", name="Dakota Posse", county_fips="31043", **columns)
    case = file_at("dakota sheriff")
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    part = read_part(open_page(reader, case))
    assert "fits several agencies; pick one" in part
    assert "Agreement Unknown" in part
    with read(filing.engine) as connection:
        (dakota,) = [row.id for row in list_agencies(connection, "NE") if row.name == DAKOTA]
    part = read_part(send(reader, case, "agency", agency_picked=dakota))
    assert "Picked by staff" in part
    assert "Agreement Yes" in part
    assert "agency:chosen" in list_kinds(filing, case)


def test_staff_can_name_any_agency_or_none(sign_in_as: SignInAs, file_at: FileAt) -> None:
    """A name looks through the whole directory; "none of them" takes a wrong match away; the newest choice counts."""
    case = file_at("Dakota sheriff")
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)
    part = read_part(send(reader, case, "agency", agency_named="Jackson County Sheriff's Office"))
    assert "Jackson County Sheriff's Office" in part
    assert "Picked by staff" in part
    part = read_part(send(reader, case, "agency", agency_picked="none"))
    assert "Not in the directory, say staff" in part
    assert "This agency is not in the directory." in part
    assert "Agreement Unknown" in part
    assert part.count("–") == 2


@pytest.mark.parametrize(
    ("told", "offered"),
    [
        ("Sheriff del condado de Dakota, la cárcel", DAKOTA),
        ("Dakota sheriff, from what the uncle heard", DAKOTA),
        ("los del condado de Dakota", DAKOTA),
    ],
)
def test_names_that_come_near_are_offered_and_never_taken(
    sign_in_as: SignInAs, file_at: FileAt, told: str, offered: str
) -> None:
    """A name with more words around it settles nothing, and the agency that it comes near to can be picked."""
    case = file_at(told)
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    page = open_page(reader, case)
    assert "some come near, pick one if it is meant" in read_part(page)
    assert "Agreement Unknown" in read_part(page)
    assert "not in the directory." not in read_part(page)
    labels = [" ".join("".join(label.itertext()).split()) for label in page.find_all("label")]
    assert any(label.startswith(offered) for label in labels)


def test_words_find_agencies_to_pick(sign_in_as: SignInAs, file_at: FileAt, filing: Filing) -> None:
    """A county or an unfinished word brings agencies into the list, and one of them is then picked."""
    case = file_at("hombres de negro")
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)
    page = send(reader, case, "agency", agency_named="jackson sher")
    assert page.status == 400
    assert "offered above now" in page.list_errors()[0]
    assert "Jackson County Sheriff's Office, Jackson County" in read_part(page)
    with read(filing.engine) as connection:
        (jackson,) = [row.id for row in list_agencies(connection, "MN") if row.name.startswith("Jackson")]
    page = reader.submit(page, {"agency_picked": jackson}, action="/agency")
    assert "Picked by staff" in read_part(page)
    assert "Jackson County Sheriff's Office" in read_part(page)


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"agency_picked": "", "agency_named": ""}, "Pick an agency"),
        ({"agency_picked": "7"}, "Choose one of the answers offered"),
        ({"agency_named": "Nowhere Police"}, "no agency that goes with these words"),
        ({"agency_named": "sheriff"}, "Agencies found: "),
        ({"agency_named": "x" * 300}, "there is room for 200"),
    ],
)
def test_choice_that_leads_nowhere_is_said_at_the_field(
    sign_in_as: SignInAs, file_at: FileAt, values: dict[str, str], error: str
) -> None:
    """What is wrong stands at the field, what was typed is still there, and nothing is recorded."""
    case = file_at("Dakota sheriff")
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    page = send(reader, case, "agency", **values)
    assert page.status == 400
    assert any(error in message for message in page.list_errors())
    assert values.get("agency_named", "") in page.text
    assert "Picked by staff" not in read_part(page)


def test_part_stays_shut_with_the_story(sign_in_as: SignInAs, file_at: FileAt, filing: Filing) -> None:
    """Before the check of names, and where names conflict, neither the part nor its form is there."""
    case = file_at("Dakota sheriff")
    reader = sign_in_as(Role.INTAKE)
    assert 'id="agency"' not in open_page(reader, case).text
    token = [("agency_picked", "none")]
    assert reader.post(f"/cases/{case.reference}/agency", token).status == 409
    decide(reader, case, "conflict", "We act for the county")
    assert 'id="agency"' not in open_page(reader, case).text
    assert reader.post(f"/cases/{case.reference}/agency", token).status == 409
    assert "agency:chosen" not in list_kinds(filing, case)


def test_choice_that_the_ledger_does_not_vouch_for_decides_nothing(
    caseworker: Caseworker, sign_in_as: SignInAs, file_at: FileAt, filing: Filing
) -> None:
    """Another sealed thing that somebody put in the place of the choice is passed over."""
    case = file_at("Dakota sheriff")
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    send(reader, case, "agency", agency_picked="none")
    agreement = find_case_agreement(caseworker.engine, open_case(caseworker, case.reference))
    assert agreement.found is Found.SET_ASIDE
    with write(filing.engine) as connection:
        chosen = sealed_items.c.kind == "agency_choice"
        connection.execute(update(sealed_items).where(chosen).values(sealed=b"something else"))
    agreement = find_case_agreement(caseworker.engine, open_case(caseworker, case.reference))
    assert agreement.found is Found.MATCHED


def test_merged_agency_leads_to_the_one_it_became(caseworker: Caseworker, file_at: FileAt, filing: Filing) -> None:
    """A report that names an agency by an id follows it when staff merge that agency into another."""
    columns = {"aliases": "", "ori": "", "type": "county", "state": "NE", "county": "Dakota County"}
    with write(filing.engine) as connection:
        put_agency(connection, id="old", name="Dakota SO (old)", county_fips="31043", **columns)
    case = file_at("Dakota SO (old)", chosen="Dakota SO (old)")
    with write(filing.engine) as connection:
        (into,) = [row.id for row in list_agencies(connection, "NE") if row.name == DAKOTA]
        connection.execute(update(agencies).where(agencies.c.id == "old").values(merged_into_id=into))
    agreement = find_case_agreement(caseworker.engine, open_case(caseworker, case.reference))
    assert (agreement.found, agreement.agency_name) == (Found.CHOSEN, DAKOTA)


def test_remarks_stand_on_the_page_and_in_the_offices_copy_only(
    caseworker: Caseworker, sign_in_as: SignInAs, file_at: FileAt
) -> None:
    """The facts copy has how the agency stood, with every source; what a lawyer should check stays in the office."""
    case = file_at("Dakota sheriff", how_it_ended=["handed_to_ice"])
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)
    remark = "gives power in the jail only"
    part = read_part(open_page(reader, case))
    assert remark in part
    assert "A lawyer should check" in part
    paper = build_case_file(caseworker, open_case(caseworker, case.reference))
    assert paper.agreement is not None
    assert paper.agreement.agency == DAKOTA
    assert paper.agreement.answer == "Yes"
    assert any("https://www.ice.gov/doclib/" in url for source in paper.agreement.sources for url in source.addresses)
    facts, office = (build_summary_html(redact(paper, variant)) for variant in (Variant.FACTS, Variant.OFFICE))
    for copy in (facts, office):
        assert "287(g) agreement with ICE on the days of the incident" in copy
        assert "January 2018" in copy
        assert "June 9, 2020" in copy
    assert remark in office
    assert remark not in facts


def test_paper_of_an_agency_that_nobody_knows_says_so(caseworker: Caseworker, file_at: FileAt) -> None:
    """Without an agency in the directory the paper says unknown, and not that there was none."""
    case = file_at("hombres de negro")
    decide_conflict(caseworker, open_case(caseworker, case.reference), ConflictState.CLEAR, "Not known")
    paper = build_case_file(caseworker, open_case(caseworker, case.reference))
    assert paper.agreement is not None
    assert paper.agreement.agency == "hombres de negro"
    assert paper.agreement.answer == "Unknown"
    assert paper.agreement.sentences == ("Which agency it was is not known yet.",)
