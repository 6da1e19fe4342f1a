"""The pages of staff and ledger, for those who watch over the office."""

from __future__ import annotations

from sqlalchemy import update

from casework.ledger_writing import append_event
from casework.permissions import Role
from models import tables
from models.engine import create_engine, write
from models.ledger import Event
from tests.casework.conftest import SignInAs
from tests.casework.staff_office import StaffOffice
from tests.page_client import Page
from vault.identities import Identity
from vault.recipients import Recipient


def list_entries(page: Page) -> list[str]:
    """The entries on a ledger's page, in words."""
    lists = [each for each in page.find_all("ol") if each.get("class") == "entries"]
    return [" ".join("".join(item.itertext()).split()) for each in lists for item in each]


def test_staff_page_shows_people_with_fingerprints(
    staff_office: StaffOffice, sign_in_as: SignInAs, owner_url: str
) -> None:
    """Each account stands with its role, its key's fingerprint and what it can open."""
    page = sign_in_as(Role.ADMINISTRATOR).get("/staff")
    engine = create_engine(owner_url)
    with engine.connect() as connection:
        rows = connection.execute(tables.staff.select()).all()
    engine.dispose()
    assert len(rows) == len(staff_office.accounts) == 5
    for row in rows:
        assert Recipient.from_bytes(row.recipient).fingerprint in page.words
        assert row.email in page.words
    assert page.words.count("Nothing that reporters sent") == 2
    assert page.words.count("may give others access") == 1


def test_staff_page_names_a_key_that_the_office_did_not_sign(
    staff_office: StaffOffice, sign_in_as: SignInAs, owner_url: str
) -> None:
    """A colleague's key that somebody replaced in the database is shown as not to be trusted."""
    reader = sign_in_as(Role.ADMINISTRATOR)
    engine = create_engine(owner_url)
    with write(engine) as connection:
        connection.execute(
            update(tables.staff)
            .where(tables.staff.c.id == staff_office.accounts[Role.INTAKE].staff_id)
            .values(recipient=Identity.generate().recipient.raw)
        )
    engine.dispose()
    assert "do not trust this key" in reader.get("/staff").words


def test_ledger_page_is_readable_and_paged(staff_office: StaffOffice, sign_in_as: SignInAs) -> None:
    """Entries stand newest first, fifty a page, in words and with names; a page that is not there is a 404."""
    reader = sign_in_as(Role.SUPERVISING_ATTORNEY)
    config = staff_office.ceremony.casework
    engine = create_engine(config.engine_url)
    with write(engine) as connection:
        for _number in range(60):
            append_event(connection, Event("queue:viewed", "", actor="gone"), config)
    engine.dispose()
    first, second = list_entries(reader.get("/ledger")), list_entries(reader.get("/ledger?page=2"))
    assert len(first) == 50
    assert first[0].startswith("Queue viewed")
    assert first[0].endswith("Somebody without an account")
    assert any(line.startswith("Signed in") and line.endswith("supervising_attorney person") for line in second)
    assert second[-1].startswith("Office made at the key ceremony")
    assert list_entries(reader.get("/ledger?site=intake")) == []
    for wrong in ("page=3", "page=0", "page=x", "page=²", "page=99999999999", "site=other"):
        assert reader.get(f"/ledger?{wrong}", check=False).status == 404, wrong
