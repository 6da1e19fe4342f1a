"""What docs/ledger-events.md says is written into the ledger: no kind and no address is missing, and it is so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from casework.ledger_listing import list_kinds
from casework.permissions import Permission, Role
from casework.worker import DEEDS, ROUNDS
from models.blobs import FolderStore
from models.engine import read
from models.tables import ledger_entries
from tests.architecture.house import ROOT
from tests.casework.accessing import restrict
from tests.casework.conftest import SignInAs
from tests.casework.corresponding import Correspondence, make_recording
from tests.casework.filing import Filing
from tests.casework.keyholders import Keyholders
from tests.casework.staff_office import StaffOffice
from tests.casework.test_case import decide, open_page, send
from tests.casework.test_permissions import EXPECTED
from tests.page_client import PageClient, read_fields

DOCUMENT = (ROOT / "docs" / "ledger-events.md").read_text(encoding="utf-8")
_KIND = re.compile(r"[a-z_]+:[a-z_]+")


def list_documented_kinds() -> list[str]:
    """The kinds in the tables of kinds."""
    return re.findall(r"^\| `([a-z_]+:[a-z_]+)` \| .+ \| .+ \|.*\|.*\|$", DOCUMENT, re.MULTILINE)


def read_addresses() -> dict[tuple[str, str], str]:
    """What each address writes, by method and rule, in the words of the table of addresses."""
    rows = re.findall(r"^\| `(GET|POST) (\S+)` \| ([^|]*) \|$", DOCUMENT, re.MULTILINE)
    assert len({(method, rule) for method, rule, _words in rows}) == len(rows), "an address stands twice"
    return {(method, rule): words for method, rule, words in rows}


def list_written(method: str, rule: str) -> list[str]:
    """The kinds that an address writes when it does what it is for, in order: without "or", and what stands behind."""
    words = re.split(r"; |, or |, once ", read_addresses()[method, rule])[0]
    return re.findall(r"`([a-z_]+:[a-z_]+)`", words)


def iterate_texts(folder: str) -> Iterator[str]:
    """Every text in the code of a room, but for the migrations."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        if "migrations" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def list_kinds_in_code() -> set[str]:
    """Whatever reads like `noun:deed` in the code and is neither a permission nor a job of the worker's."""
    found = {text for folder in ("casework", "intake") for text in iterate_texts(folder) if _KIND.fullmatch(text)}
    return found - {permission.value for permission in Permission} - set(ROUNDS) - set(DEEDS)


def test_every_kind_is_documented_once_and_no_other() -> None:
    """The tables have each kind that the code writes, and none that nobody writes."""
    documented = list_documented_kinds()
    assert len(documented) == len(set(documented))
    assert set(documented) == list_kinds_in_code()


def test_every_kind_has_words() -> None:
    """The ledger's page and a case's history call every kind by words of its own."""
    words = list_kinds()
    assert set(words) == list_kinds_in_code()
    assert len(set(words.values())) == len(words)
    assert not any(":" in each.split(":")[0] and _KIND.fullmatch(each) for each in words.values())


def test_every_address_is_documented() -> None:
    """The table of addresses has each address behind the sign-in, and each that posts, and none that is gone."""
    wanted = {address for address, roles in EXPECTED.items() if roles is not None or address[0] == "POST"}
    documented = set(read_addresses())
    assert wanted - documented == set()
    assert documented - set(EXPECTED) == set()


def test_addresses_write_kinds_that_exist() -> None:
    """What the table of addresses names stands in the tables of kinds."""
    named = {kind for words in read_addresses().values() for kind in re.findall(r"`([a-z_]+:[a-z_]+)`", words)}
    assert named
    assert named <= set(list_documented_kinds())


class Chain:
    """What casework's chain has got since somebody looked last."""

    def __init__(self, filing: Filing) -> None:
        self.filing = filing
        self.seen = 0
        self.take()

    def take(self) -> list[str]:
        """The kinds of the entries since the last time, in order."""
        rows = ledger_entries.c
        statement = select(rows.sequence, rows.kind).where(rows.site == "casework", rows.sequence > self.seen)
        with read(self.filing.engine) as connection:
            found = connection.execute(statement.order_by(rows.sequence)).all()
        self.seen = max((row.sequence for row in found), default=self.seen)
        return [row.kind for row in found]


@pytest.fixture
def chain(filing: Filing, staff_office: StaffOffice) -> Chain:
    """Casework's chain of a fresh office."""
    assert staff_office.accounts
    return Chain(filing)


def expect(chain: Chain, method: str, rule: str, *then: str) -> None:
    """Be sure that an address wrote what the document says, and then what the pages that it led to wrote."""
    assert chain.take() == [*list_written(method, rule), *then], (method, rule)


def test_a_day_at_a_desk_writes_what_the_document_says(
    chain: Chain, filing: Filing, staff_office: StaffOffice, sign_in_as: SignInAs
) -> None:
    """Signing in, reading, deciding, writing, exporting and leaving each write exactly the documented entries."""
    case = filing.file()
    path, rule = f"/cases/{case.reference}", "/cases/<reference>"
    chain.take()
    reader = sign_in_as(Role.SUPERVISING_ATTORNEY)
    expect(chain, "POST", "/sign-in", "queue:viewed")
    reader.get("/cases")
    expect(chain, "GET", "/cases")
    reader.get(path)
    expect(chain, "GET", rule)
    # Each form leads back to the page of the case, and is sent from it.
    opened = ["case:opened", "case:opened"]

    def work(part: str, **values: str) -> None:
        send(reader, case, part, **values)
        written = list_written("POST", f"{rule}/{part}")
        assert chain.take() == [opened[0], *written, opened[1]], part

    decide(reader, case)
    assert chain.take() == ["case:opened", *list_written("POST", f"{rule}/conflict"), "case:opened"]
    work("notes", note="A note")
    work("translation", translation_text="They stopped me")
    work("dates", notice_of_claim_on="2027-01-02", deadlines_signed="y")
    work("disposition", outcome="accepted", disposition_reason="Strong case")
    work("marks", mark_change="set-doubtful", mark_reason="To see it")
    work("assignment", assignee=staff_office.accounts[Role.INTAKE].staff_id)
    work("hold", hold_reason="Litigation is likely")
    reader.get(f"{path}/export")
    expect(chain, "GET", f"{rule}/export")
    fields = dict(read_fields(reader.get(f"{path}/export").find_form("/export")))
    headers = {"Origin": reader.origin}
    asked = {**fields, "variant": "facts", "reason": "For the file"}
    assert reader.client.post(f"{path}/export", data=asked, headers=headers).status_code == 200
    expect(chain, "POST", f"{rule}/export")
    leave(reader, chain)


def leave(reader: PageClient, chain: Chain) -> None:
    """Look at the ledger, take it away, lock the desk and sign out."""
    for path in ("/ledger", "/ledger/head", "/ledger/head.txt", "/ledger/export?site=intake", "/staff"):
        reader.client.get(path)
        expect(chain, "GET", path.partition("?")[0])
    reader.submit(reader.get("/ledger"), {}, action="/ledger/verify")
    expect(chain, "POST", "/ledger/verify")
    page = reader.submit(reader.get("/ledger"), {}, action="/lock")
    expect(chain, "POST", "/lock")
    reader.submit(page, {}, action="/sign-out")
    expect(chain, "POST", "/sign-out")


def test_files_and_replies_write_what_the_document_says(
    chain: Chain, filing: Filing, sign_in_as: SignInAs, staff_site: Flask
) -> None:
    """Playing, taking and verifying a file, and writing to a reporter, each write exactly the documented entries."""
    case, rule = filing.file(), "/cases/<reference>"
    store = staff_site.extensions["blob_store"]
    assert isinstance(store, FolderStore)
    correspondence = Correspondence(filing, store, case)
    sound = correspondence.put_file(make_recording(1), "nota.wav", "audio", "audio/wav")
    receipt = correspondence.make_receipt()
    correspondence.send(receipt, "Aquí está", files=[sound])
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)
    page = open_page(reader, case)
    chain.take()
    for what in ("play", "original"):
        reader.client.get(f"/cases/{case.reference}/files/{sound.id}/{what}", buffered=True)
        expect(chain, "GET", f"{rule}/files/<file_id>/{what}")
    reader.submit(page, {}, action=f"/files/{sound.id}/verify")
    expect(chain, "POST", f"{rule}/files/<file_id>/verify", "case:opened")
    reader.submit(page, {}, action="/previews")
    assert set(chain.take()) == {*list_written("POST", f"{rule}/previews"), "case:opened"}
    reader.submit(page, {"reply_text": "We got it", "reply_language": "en"}, action="/reply", go="send")
    expect(chain, "POST", f"{rule}/reply", "case:opened")


def test_changes_of_access_write_what_the_document_says(
    chain: Chain, filing: Filing, keyholders: Keyholders, sign_in_as: SignInAs
) -> None:
    """Each form of who may open a case writes exactly the documented entries."""
    case, rule = filing.file(), "/cases/<reference>/access"
    supervisor = sign_in_as(Role.SUPERVISING_ATTORNEY)
    mine, attorney, intake = (
        keyholders.find_id(role) for role in (Role.SUPERVISING_ATTORNEY, Role.ATTORNEY, Role.INTAKE)
    )
    chain.take()

    def change(action: str, **values: str | list[str]) -> None:
        page = supervisor.get(f"/cases/{case.reference}/access")
        expect(chain, "GET", rule)
        page = supervisor.submit(page, values, action=f"/access/{action}")
        assert page.status == 200, page.words
        expect(chain, "POST", f"{rule}/{action}", "case:opened")

    change("restrict", restrict_people=[mine, attorney], restrict_reason="A cousin asked")
    change("grant", grant_person=intake, grant_reason="She knows the family")
    change("take", take_person=intake, take_reason="Done")
    change("wall", wall_person=intake, wall_reason="Acted for the deputy")
    change("lift", lift_person=intake, lift_reason="A mistake")
    change("renew", renew_reason="To be sure")
    change("open", open_reason="Over")


def test_an_emergency_writes_what_the_document_says(
    chain: Chain, filing: Filing, keyholders: Keyholders, sign_in_as: SignInAs, staff_site: Flask
) -> None:
    """Asking for a restricted case in an emergency, refusing and agreeing write exactly the documented entries."""
    keyholders.join("Second Supervisor", Role.SUPERVISING_ATTORNEY)
    case = filing.file()
    restrict(keyholders, case, Role.ATTORNEY)
    first = sign_in_as(Role.SUPERVISING_ATTORNEY)
    second = keyholders.sign_in(staff_site, "Second Supervisor")
    for answer, values in (("refuse", {}), ("approve", {"approve_reason": "Called her"})):
        page = first.get("/emergency")
        chain.take()
        first.submit(page, {"ask_reference": case.reference, "ask_reason": "She is ill"}, action="/emergency")
        expect(chain, "POST", "/emergency")
        links = [each.get("href", "") for each in second.get("/emergency").find_all("a")]
        page = second.get(next(link for link in links if link.startswith("/emergency/")))
        chain.take()
        second.submit(page, values, action=f"/{answer}")
        expect(chain, "POST", f"/emergency/<request_id>/{answer}")
