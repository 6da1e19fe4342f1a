"""Another public key in the database, whoever signed it: the staff site refuses, says so, and seals to no stranger."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, Table, select, update

from casework.access_changes import restrict_case
from casework.accounts import NewPerson, add_staff
from casework.conflicts import decide_conflict
from casework.ledger_commands import verify_chains
from casework.opening import ConflictState, open_case
from casework.permissions import Role
from casework.recovery import make_share_set
from models import tables
from models.engine import create_engine, read, write
from tests.casework.conftest import SignInAs
from tests.casework.desks import open_supervisor, sit_down
from tests.casework.staff_office import StaffOffice
from tests.casework.test_rotating import file_report
from tests.page_client import Page, PageClient
from vault.contexts import Context
from vault.identities import Identity
from vault.keyslots import CHEAPEST
from vault.signing import SigningKey, sign_recipient

_SEALED = ("cards", "sealed_items", "case_keys", "replies", "office_keys", "office_key_holders", "recovery_keys")


@dataclass(frozen=True)
class World:
    """An office with a case for everybody, a restricted one, shares on paper, and an emergency key."""

    office: StaffOffice
    engine: Engine
    owner_url: str
    reference: str
    restricted: str
    supervisor: PageClient


@pytest.fixture
def world(staff_office: StaffOffice, sign_in_as: SignInAs, owner_url: str) -> World:
    """The office, with its supervising attorney at the desk."""
    supervisor = sign_in_as(Role.SUPERVISING_ATTORNEY)
    engine: Engine = supervisor.client.application.extensions["engine"]
    granter, config = open_supervisor(engine, staff_office), staff_office.ceremony.casework
    other = NewPerson("Second Supervisor", "second@office.example", Role.SUPERVISING_ATTORNEY)
    add_staff(engine, config, granter, other, cost=CHEAPEST)
    caseworker = sit_down(engine, staff_office, Role.SUPERVISING_ATTORNEY)
    make_share_set(caseworker, granter, threshold=2, count=3, replaces=None)
    intake_engine = create_engine(staff_office.ceremony.intake.engine_url)
    references = [file_report(intake_engine, staff_office) for _ in range(2)]
    intake_engine.dispose()
    for reference in references:
        decide_conflict(caseworker, open_case(caseworker, reference), ConflictState.CLEAR, "Not known to us")
    people = [staff_office.accounts[role].staff_id for role in (Role.SUPERVISING_ATTORNEY, Role.ATTORNEY)]
    restrict_case(caseworker, granter, open_case(caseworker, references[1]), people, "Somebody knows them")
    return World(staff_office, engine, owner_url, references[0], references[1], supervisor)


def mark(world: World, reference: str) -> Page:
    """Mark a case as doubtful: its row in the queue is sealed anew to all who hold the case."""
    values = {"mark_change": "set-doubtful", "mark_reason": "It reads twice"}
    page = world.supervisor.get(f"/cases/{reference}")
    return world.supervisor.submit(page, values, action="/marks")


def mark_open(world: World) -> Page:
    """Mark the case that everybody holds."""
    return mark(world, world.reference)


def mark_restricted(world: World) -> Page:
    """Mark the restricted case."""
    return mark(world, world.restricted)


def write_note(world: World) -> Page:
    """Write a note."""
    page = world.supervisor.get(f"/cases/{world.reference}")
    return world.supervisor.submit(page, {"note": "Ask the cousin"}, action="/notes")


def restrict(world: World) -> Page:
    """Restrict the case that everybody holds."""
    page = world.supervisor.get(f"/cases/{world.reference}/access")
    me = world.office.accounts[Role.SUPERVISING_ATTORNEY].staff_id
    values = {"restrict_people": [me], "restrict_reason": "A cousin works here"}
    return world.supervisor.submit(page, values, action="/access/restrict")


def reply(world: World) -> Page:
    """Write to the reporter."""
    page = world.supervisor.get(f"/cases/{world.reference}")
    values = {"reply_text": "Please call us", "reply_language": "es"}
    choices = [each.get("value", "") for each in page.find_form("/reply").iter() if each.get("name") == "reply_to"]
    if choices:
        values["reply_to"] = choices[0]
    return world.supervisor.submit(page, values, action="/reply", go="send")


def rotate(world: World) -> Page:
    """Make a new office key; the page was opened before the swap, and its token is good still."""
    token = read_token(world.supervisor.get("/cases"))
    return world.supervisor.post("/office-key", [("csrf_token", token), ("reason", "lost"), ("known", "")])


def read_token(page: Page) -> str:
    """The token of this browser, from any form."""
    return next(each.get("value", "") for each in page.root.iter() if each.get("name") == "csrf_token")


Drive = Callable[[World], Page]
# What is swapped: the table, the kind of context, the columns that name its place and hold key and signature, and what
# somebody does then.
SWAPS: dict[str, tuple[Table, str, str, str, Drive]] = {
    "office, card": (tables.office_keys, "office_recipient", "id", "recipient", mark_open),
    "office, new key": (tables.office_keys, "office_recipient", "id", "recipient", rotate),
    "case, note": (tables.cases, "case_work_recipient", "id", "work_recipient", write_note),
    "case, new keys": (tables.cases, "case_report_recipient", "id", "report_recipient", restrict),
    "colleague, card": (tables.staff, "staff_recipient", "id", "recipient", mark_restricted),
    "colleague, new key": (tables.staff, "staff_recipient", "id", "recipient", rotate),
    "reporter, reply": (tables.receipts, "reporter_recipient", "case_id id", "recipient", reply),
    "recovery, card": (tables.recovery_keys, "recovery_recipient", "id", "recipient", mark_restricted),
    "recovery, new key": (tables.recovery_keys, "recovery_recipient", "id", "recipient", rotate),
    "emergency, card": (tables.emergency_keys, "emergency_recipient", "case_id id", "recipient", mark_restricted),
}


def swap(world: World, name: str, signer: SigningKey | None) -> None:
    """Put a stranger's key in every row, each signed by `signer`, or with the signature of the key before it."""
    table, kind, place, column, _drive = SWAPS[name]
    engine = create_engine(world.owner_url)
    with write(engine) as connection:
        rows = connection.execute(select(table)).mappings().all()
        assert rows
        me = world.office.accounts[Role.SUPERVISING_ATTORNEY].staff_id
        for row in (each for each in rows if each["id"] != me):  # one's own would only end one's session
            raw = Identity.generate().recipient.raw
            values = {column: raw}
            if signer:
                context = Context(kind, tuple(row[each] for each in place.split()))
                values[f"{column}_signature"] = sign_recipient(raw, context=context, key=signer)
            connection.execute(update(table).where(table.c.id == row["id"]).values(**values))
    engine.dispose()


def list_sealed(owner_url: str) -> dict[str, list[str]]:
    """Everything that is sealed to somebody."""
    engine = create_engine(owner_url)
    with read(engine) as connection:
        found = {
            name: sorted(repr(row) for row in connection.execute(tables.metadata.tables[name].select()))
            for name in _SEALED
        }
    engine.dispose()
    return found


@pytest.mark.parametrize("signed_by", ["nobody", "intake", "casework"])
@pytest.mark.parametrize("name", list(SWAPS))
def test_a_strangers_key_is_refused(world: World, caplog: pytest.LogCaptureFixture, name: str, signed_by: str) -> None:
    """Whichever key was swapped, and whichever site's key signed it: 503 in plain words, a loud log, nothing sealed."""
    ceremony = world.office.ceremony
    keys = {"intake": ceremony.intake.signing_key, "casework": ceremony.casework.signing_key}
    swap(world, name, SigningKey.from_bytes(keys[signed_by]) if signed_by in keys else None)
    before = list_sealed(world.owner_url)
    with caplog.at_level(logging.CRITICAL, logger="testimonio"):
        page = SWAPS[name][4](world)
    assert page.status == 503
    assert page.heading == "A stored key is not its owner's"
    assert list_sealed(world.owner_url) == before
    assert "refusing to seal" in caplog.text
    with read(world.engine) as connection:
        entries = connection.execute(select(tables.ledger_entries.c.kind)).scalars().all()
    assert entries.count("key:untrusted") == 1
    assert not any(report.faults for report in verify_chains(world.engine, ceremony.casework, {}))


def test_the_ledger_is_not_filled_by_reloading(world: World) -> None:
    """However often the page is tried within an hour, one entry stands in the ledger."""
    swap(world, "case, note", None)
    for _ in range(3):
        assert write_note(world).status == 503
    with read(world.engine) as connection:
        entries = connection.execute(select(tables.ledger_entries.c.kind)).scalars().all()
    assert entries.count("key:untrusted") == 1


@pytest.mark.parametrize(
    "drive", [mark_open, mark_restricted, write_note, restrict, reply], ids=lambda each: each.__name__
)
def test_with_the_right_keys_it_goes_through(world: World, drive: Drive) -> None:
    """What is refused above is done when no key was swapped, so that the refusal is the swap's."""
    before = list_sealed(world.owner_url)
    assert drive(world).status == 200
    assert list_sealed(world.owner_url) != before
