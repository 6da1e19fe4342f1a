"""The drill of the stolen database: with everything but a passphrase, a code or enough shares, nothing opens.

Neither in what was taken, nor in what arrives after the thief put other public keys into the database.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, insert, select, update

from casework.access_changes import restrict_case
from casework.accounts import NewPerson, add_staff
from casework.conflicts import decide_conflict
from casework.export_runs import start_run
from casework.notes import add_note
from casework.opening import ConflictState, open_case
from casework.orders import DocumentKind, Order
from casework.permissions import Role
from casework.recovery import make_share_set
from casework.replies import list_readers, send_reply
from casework.rotating import rotate_office_key
from casework.run_listing import view_run
from casework.run_work import work_at_run
from casework.worker_keys import announce_worker, make_worker_key
from casework.workplace import Workplace
from exports.case_file import Variant
from intake.app import create_app as create_intake
from models import tables
from models.blobs import FolderStore
from models.engine import create_engine, read, write
from tests.casework.desks import open_supervisor, sit_down
from tests.casework.staff_office import StaffOffice, make_staff_office
from tests.conftest import DatabaseUrls
from tests.drills.thief import Loot, make_keys, open_all, open_boxed, open_locked, take
from tests.intake.conversing import enter, file_report
from tests.intake.test_report_journey import STORY, walk_to
from tests.page_client import PageClient
from vault.contexts import Context
from vault.errors import UntrustedKeyError
from vault.identities import Identity
from vault.keyslots import CHEAPEST
from vault.signing import SigningKey, sign_recipient

REPLY = "Llámenos el jueves, por favor."
NOTE = "La prima trabaja en el condado."
MESSAGE = "Otra vez pasó lo mismo."
REASON = "Para la reunión del viernes."


@dataclass
class World:
    """An office at work: its sites, its people, and the reporters who hold codes."""

    office: StaffOffice
    owner: Engine
    engine: Engine
    intake: Flask
    codes: dict[str, str]
    references: dict[str, str]
    log: pytest.LogCaptureFixture

    def take(self) -> Loot:
        """What the thief takes now."""
        ceremony = self.office.ceremony
        return take(self.owner, ceremony.casework.data_dir, ceremony.intake, ceremony.casework, self.log.text)


@pytest.fixture
def world(database_urls: DatabaseUrls, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[World]:
    """Reports, files, messages, replies, notes, a restricted case, shares, two office keys, runs, an unfinished one."""
    caplog.set_level(logging.DEBUG)
    office = make_staff_office(database_urls, tmp_path / "office")
    owner, engine = create_engine(database_urls.owner), create_engine(office.ceremony.casework.engine_url)
    intake = create_intake(office.ceremony.intake)
    world = World(office, owner, engine, intake, {}, {}, caplog)
    work(world)
    yield world
    intake.extensions["engine"].dispose()
    engine.dispose()
    owner.dispose()


def work(world: World) -> None:
    """Let an office work for a while."""
    config = world.office.ceremony.casework
    granter = open_supervisor(world.engine, world.office)
    other = NewPerson("Second Supervisor", "second@office.example", Role.SUPERVISING_ATTORNEY)
    add_staff(world.engine, config, granter, other, cost=CHEAPEST)
    make_share_set(
        sit_down(world.engine, world.office, Role.SUPERVISING_ATTORNEY), granter, threshold=2, count=3, replaces=None
    )
    for name, role in (("open", "affected"), ("restricted", "family")):
        world.codes[name] = file_report(PageClient(world.intake.test_client()), role=role)
    supervisor = sit_down(world.engine, world.office, Role.SUPERVISING_ATTORNEY)
    with read(world.owner) as connection:
        found = connection.execute(select(tables.cases.c.reference, tables.receipts.c.holder).join(tables.receipts))
        world.references = {"open" if row.holder == "person" else "restricted": row.reference for row in found}
    for name, reference in world.references.items():
        decide_conflict(supervisor, open_case(supervisor, reference), ConflictState.CLEAR, "Not known to us")
        add_note(supervisor, open_case(supervisor, reference), NOTE)
        talk(world, name)
    restrict_case(
        supervisor,
        granter,
        open_case(supervisor, world.references["restricted"]),
        [supervisor.staff_id, world.office.accounts[Role.ATTORNEY].staff_id],
        "Somebody knows them",
    )
    rotate_office_key(world.engine, config, granter)
    begin_runs(world)
    walk_to(PageClient(world.intake.test_client()), "what-happened", "es")


def begin_runs(world: World) -> None:
    """Let somebody ask for documents twice: a worker has made the first, and holds the keys for the second."""
    config, key = world.office.ceremony.casework, make_worker_key()
    announce_worker(world.engine, config, key)
    supervisor = sit_down(world.engine, world.office, Role.SUPERVISING_ATTORNEY)
    order = Order(DocumentKind.SUMMARY, Variant.FACTS, REASON)
    place = Workplace(world.engine, FolderStore(config.data_dir / "blobs"), config, key)
    run_id = start_run(supervisor, [world.references["open"]], order)
    work_at_run(place, run_id)
    assert view_run(supervisor, run_id).done == 1
    assert view_run(supervisor, start_run(supervisor, list(world.references.values()), order)).in_hand == 2


def talk(world: World, name: str) -> list[bool]:
    """Let a reporter and the office write to each other; tell of each whether it went through."""
    reader = PageClient(world.intake.test_client())
    enter(reader, world.codes[name])
    files = [("files", "a.png", b"\x89PNG\r\n\x1a\n" + bytes(64))]
    sent = reader.submit(reader.get("/es/inbox"), {"text": MESSAGE}, action="/inbox/message", files=files)
    went = [sent.status == 200]
    supervisor = sit_down(world.engine, world.office, Role.SUPERVISING_ATTORNEY)
    try:
        case = open_case(supervisor, world.references[name])
        receipt_id = next(iter(list_readers(supervisor, case)))
        send_reply(supervisor, case, receipt_id=receipt_id, text=REPLY, language="es", is_question=False)
        went.append(True)
    except UntrustedKeyError:
        went.append(False)
    try:
        add_note(supervisor, open_case(supervisor, world.references[name]), NOTE)
        went.append(True)
    except UntrustedKeyError:
        went.append(False)
    return went


def file_another(world: World) -> bool:
    """File one more report; tell whether the site took it."""
    reader = PageClient(world.intake.test_client())
    page = reader.get("/es/")
    return page.status == 200 and bool(file_report(reader))


def rob(loot: Loot, *own: Identity) -> list[str]:
    """Everything that a thief opens of the loot with every key that can be made of it."""
    return [*open_all(loot, make_keys(loot, own)), *open_locked(loot), *open_boxed(loot)]


def test_the_drill_would_notice(world: World) -> None:
    """With one passphrase the same script opens what that person opens: so its finding nothing means something."""
    loot = world.take()
    attorney = sit_down(world.engine, world.office, Role.ATTORNEY).session
    opened = open_all(loot, [attorney.identity, *attorney.office_identities.values()])
    assert len({name.split()[0] for name in opened}) >= 4
    assert len(loot.sealed) > 30


def test_nothing_opens_without_a_passphrase(world: World) -> None:
    """Database, files, logs and both settings: no key that can be made of them opens a single sealed thing."""
    loot = world.take()
    assert rob(loot) == []
    told = (
        STORY.encode(),
        REPLY.encode(),
        NOTE.encode(),
        MESSAGE.encode(),
        REASON.encode(),
        *(code.encode() for code in world.codes.values()),
    )
    whole = b"\n".join([*loot.files.values(), *loot.list_values(), *loot.sealed.values(), loot.log.encode()])
    assert not [word for word in told if word in whole]
    for account in world.office.accounts.values():
        assert account.passphrase.encode() not in whole
        assert account.totp_secret.encode() not in whole


# Whose keys lie in which table: the kind of context, the columns that name its place, the columns that hold a key.
SWAPPED = (
    (tables.office_keys, "office_recipient", "id", ("recipient",)),
    (tables.staff, "staff_recipient", "id", ("recipient",)),
    (tables.recovery_keys, "recovery_recipient", "id", ("recipient",)),
    (tables.emergency_keys, "emergency_recipient", "case_id id", ("recipient",)),
    (tables.receipts, "reporter_recipient", "case_id id", ("recipient",)),
    (tables.cases, "case", "id", ("report_recipient", "work_recipient")),
)


def put_own_keys(world: World, signer: SigningKey, only: tuple[str, ...]) -> Identity:
    """Put the thief's public key in the place of all others in some tables, signed with a key of the settings."""
    mine = Identity.generate()
    raw = mine.recipient.raw
    with write(world.owner) as connection:
        for table, kind, place, columns in SWAPPED:
            if table.name not in only:
                continue
            for row in connection.execute(select(table)).mappings().all():
                values: dict[str, bytes] = {}
                for column in columns:
                    context = Context(
                        f"case_{column}" if kind == "case" else kind, tuple(row[each] for each in place.split())
                    )
                    values |= {column: raw, f"{column}_signature": sign_recipient(raw, context=context, key=signer)}
                connection.execute(update(table).where(table.c.id == row["id"]).values(**values))
    return mine


@pytest.mark.parametrize(
    ("only", "settings"),
    [
        (("cases",), "intake"),
        (("receipts",), "intake"),
        (tuple(each[0].name for each in SWAPPED), "intake"),
        (tuple(each[0].name for each in SWAPPED), "casework"),
    ],
    ids=["cases", "readers", "everything", "everything, with the staff site's key"],
)
def test_nothing_opens_after_keys_were_swapped(world: World, only: tuple[str, ...], settings: str) -> None:
    """The thief's own keys, signed with what the settings hold, wait for new traffic: nothing of it is for them."""
    site = world.office.ceremony.intake if settings == "intake" else world.office.ceremony.casework
    mine = put_own_keys(world, SigningKey.from_bytes(site.signing_key), only)
    went = [*talk(world, "open"), *talk(world, "restricted"), file_another(world)]
    assert not all(went)
    loot = world.take()
    assert rob(loot, mine) == []


def test_nothing_opens_after_retired_keys_were_put_back(world: World) -> None:
    """An older office key, validly signed, is put back with made-up holders: a report goes to it, and does not open."""
    with write(world.owner) as connection:
        first = tables.office_keys.c.predecessor_id.is_(None)
        first_id = connection.execute(select(tables.office_keys.c.id).where(first)).scalar_one()
        connection.execute(
            update(tables.office_keys).where(~first).values(retired_on=date(2026, 1, 1), predecessor_id=None)
        )
        connection.execute(
            update(tables.office_keys).where(tables.office_keys.c.id == first_id).values(retired_on=None)
        )
        for number in range(2):
            held = {"office_key_id": first_id, "holder_id": f"nobody-{number}", "sealed_identity": bytes(32)}
            connection.execute(insert(tables.office_key_holders).values(held))
    assert file_another(world)
    assert rob(world.take()) == []


def test_one_share_opens_nothing(world: World) -> None:
    """A thief with one share of three, and everything else, opens nothing; its words are no key by themselves."""
    supervisor = sit_down(world.engine, world.office, Role.SUPERVISING_ATTORNEY)
    granter = open_supervisor(world.engine, world.office)
    with read(world.owner) as connection:
        today = connection.execute(
            select(tables.recovery_keys.c.id).where(tables.recovery_keys.c.retired_on.is_(None))
        ).scalar_one()
    share = make_share_set(supervisor, granter, threshold=2, count=3, replaces=today).shares[0]
    words = share.split()
    guesses = [Identity.from_seed(" ".join(words).encode()[start : start + 32]) for start in range(0, 160, 8)]
    assert open_all(world.take(), guesses) == []
