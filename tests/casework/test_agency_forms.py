"""What the directory's forms refuse and ask: days that cannot be, signs that nobody sees, a name that is known."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Engine

from casework.permissions import Role
from casework.shipped_facts import load_shipped_facts
from models.agencies import list_agencies
from models.directory_versions import get_directory_version
from models.engine import read
from tests.casework.conftest import SignInAs
from tests.casework.ice_workbook import list_plain, make_workbook
from tests.casework.staff_office import StaffOffice
from tests.casework.test_agency_pages import SOURCE, find_id, press, upload
from tests.page_client import PageClient


@pytest.fixture
def engine(staff_site: Flask, staff_office: StaffOffice) -> Engine:
    """The office's database, with the facts that ship in it."""
    found: Engine = staff_site.extensions["engine"]
    load_shipped_facts(found, staff_office.ceremony.casework)
    return found


@pytest.fixture
def admin(engine: Engine, sign_in_as: SignInAs) -> PageClient:
    """An administrator at the desk, who may change the directory."""
    del engine
    return sign_in_as(Role.ADMINISTRATOR)


@pytest.mark.parametrize(
    ("page_name", "values", "error"),
    [
        ("agreements/new", {"signed": "2026-05-01", "ended": "2025-01-01"}, "This is before the day of signing."),
        ("agreements/new", {"signed": "2026-05", "ended": "2026-04"}, "This is before the day of signing."),
        ("agreements/new", {"signed": "2031-01"}, "This day is still to come"),
        ("agreements/new", {"cited_on": "2031-01-01"}, "This day is still to come"),
        ("events/new", {"happened": "2030", "what": "A march", "kind": "opposed"}, "This day is still to come"),
        ("edit", {"cited_on": "2031-01-01"}, "This day is still to come"),
    ],
)
def test_days_that_cannot_be_are_refused(
    engine: Engine, admin: PageClient, page_name: str, values: dict[str, str], error: str
) -> None:
    """Nothing ends before it was signed or happens on a day to come; what was typed stays, and nothing is stored."""
    with read(engine) as connection:
        version = get_directory_version(connection)
    path = f"/agencies/{find_id(engine, 'Dakota')}/{page_name}"
    sent = {**({"support_type": "task_force_model"} if "agreements" in path else {}), **SOURCE, **values}
    page = admin.submit(admin.get(path), sent)
    assert page.status == 400
    assert [message for message in page.list_errors() if message.startswith(error)] == page.list_errors()
    assert len(page.list_errors()) == 1
    with read(engine) as connection:
        assert get_directory_version(connection) == version


def test_an_end_within_the_month_of_signing_or_to_come_may_be_told(engine: Engine, admin: PageClient) -> None:
    """A month that is the same for both, and an end that was set for later, are as the source has them."""
    path = f"/agencies/{find_id(engine, 'Cass')}/agreements/new"
    for ended in ("2026-05", "2029-12-31"):
        sent = {"support_type": "task_force_model", "signed": "2026-05-20", "ended": ended, **SOURCE}
        assert admin.submit(admin.get(path), sent).status == 200


def test_signs_that_nobody_sees_do_not_get_into_the_directory(engine: Engine, admin: PageClient) -> None:
    """A source that would read backwards on the public page is stored as its letters stand."""
    agency_id = find_id(engine, "Cass")
    typed = {"name": "Cass\u200b County Sheriff", "officials": "The\u202e board", "source": "List\u202e of\u2066 ICE"}
    page = admin.submit(admin.get(f"/agencies/{agency_id}/edit"), {**typed, "cited_on": "2026-05-02"})
    assert page.status == 200, page.list_errors()
    with read(engine) as connection:
        row = next(row for row in list_agencies(connection) if row.id == agency_id)
    assert (row.name, row.officials, row.source) == ("Cass County Sheriff", "The board", "List of ICE")


def test_day_of_a_list_is_not_called_optional(admin: PageClient) -> None:
    """What is no day is told to be written as one; that it could be left empty is not said."""
    page = upload(admin, make_workbook(list_plain(3)))
    page = admin.submit(page, {"published_on": "tomorrow"}, action="/details")
    assert page.list_errors() == ["Write the date as 2026-12-31 or 12/31/2026"]
    page = admin.submit(page, {"published_on": ""}, action="/details")
    assert page.list_errors() == ["Write the day on which ICE published this list"]


def test_sentences_of_an_import_do_not_run_together(admin: PageClient) -> None:
    """Between two sentences of one line stands a space."""
    content = make_workbook(list_plain(3))
    press(admin, upload(admin, content), "/apply")
    page = upload(admin, content)
    assert "has changed yet. This very file" in " ".join(page.text.split())


def test_second_agency_of_a_name_is_asked_about(engine: Engine, admin: PageClient) -> None:
    """A name that the state has already is told at the field, however it is spelt; only a tick adds another one."""
    values = {"name": "CASS COUNTY SHERIFFS OFFICE", "type": "county", **SOURCE}
    with read(engine) as connection:
        state = next(row.state for row in list_agencies(connection) if row.name.startswith("Cass"))
    page = admin.get("/agencies/new")
    assert "another agency of the same name" not in page.words
    page = admin.submit(page, {**values, "state": state})
    assert page.status == 400
    assert page.list_errors()[0].startswith(
        "This state has an agency of this name in the directory already: Cass County"
    )
    assert admin.submit(admin.get("/agencies/new"), {**values, "state": "WY"}).status == 200
    page = admin.submit(page, {"is_another": "y"})
    assert (page.status, page.heading) == (200, "CASS COUNTY SHERIFFS OFFICE")
    assert admin.submit(admin.get(f"{page.path}/edit"), {"city": "Plattsmouth"}).status == 200
    with read(engine) as connection:
        other = next(row.id for row in list_agencies(connection, state) if not row.name.casefold().startswith("cass"))
    renamed = admin.submit(admin.get(f"/agencies/{other}/edit"), {"name": values["name"]})
    assert renamed.status == 400
