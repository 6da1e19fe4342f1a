"""Changing one's own passphrase: a new key, everything sealed anew, and the old words worth nothing."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select, update

from casework import passphrase_changes
from casework.access_changes import restrict_case
from casework.errors import SignInRefusedError, StaffChangedError
from casework.factors import Factors, open_factors, seal_factors
from casework.holders import find_holder
from casework.marks import Mark, change_mark
from casework.opening import open_case
from casework.passphrase_changes import change_passphrase
from casework.permissions import Role
from casework.queue import QueueFilter, read_queue
from casework.signing_in import SignInDesk
from models import tables
from models.engine import create_engine, read, write
from models.held_keys import list_share_rows
from models.staff import change_staff, get_staff
from tests.casework.conftest import SignInAs
from tests.casework.filing import Filing
from tests.casework.keyholders import Keyholders
from tests.casework.newcomer import read_words
from vault.contexts import Context
from vault.errors import UntrustedKeyError
from vault.header import read_header
from vault.identities import Identity
from vault.keyslots import CHEAPEST, unlock_identity
from vault.opening import open_sealed
from vault.recipients import Recipient
from vault.streams import ByteReader

BOSS, ATTORNEY = Role.SUPERVISING_ATTORNEY, Role.ATTORNEY
WORDS = "six new words for this test"


@dataclass
class Changed:
    """Somebody after the change: their new identity."""

    staff_id: str
    identity: Identity


def change(keyholders: Keyholders, who: Role | str) -> Changed:
    """Change somebody's passphrase to `WORDS`."""
    session = keyholders.sit_down(who).session
    desk = change_passphrase(keyholders.engine, keyholders.config, session, WORDS, cost=CHEAPEST)
    assert desk.session is not None
    return Changed(session.staff_id, desk.session.identity)


def test_passphrase_is_changed_on_the_pages(keyholders: Keyholders, sign_in_as: SignInAs, filing: Filing) -> None:
    """Old passphrase, new words, typed back: this session goes on, others end, and only the new words sign in."""
    case = filing.file()
    other, reader = sign_in_as(ATTORNEY), sign_in_as(ATTORNEY)
    account = keyholders.find_account(ATTORNEY)
    page = reader.submit(reader.get("/account/passphrase"), {"present_passphrase": account.passphrase})
    assert page.path == "/account/passphrase/new"
    words = read_words(page)
    page = reader.submit(page, {})
    assert words not in page.text
    assert reader.get("/account/passphrase/new").path == "/account/passphrase/proof"
    wrong = reader.submit(page, {"new_passphrase": account.passphrase})
    assert (wrong.status, len(wrong.list_errors())) == (400, 1)
    page = reader.submit(page, {"new_passphrase": words.upper()})
    assert (page.status, page.path) == (200, "/account")
    assert "not compared yet" in page.words
    assert case.reference in reader.get("/cases").text
    assert reader.get(f"/cases/{case.reference}").status == 200
    assert other.get("/cases").path == "/sign-in"
    with read(keyholders.engine) as connection:
        row = get_staff(connection, account.staff_id)
    assert row is not None
    unlock_identity(row.keyslot, words, staff_id=row.id)
    door = SignInDesk(keyholders.engine, keyholders.config, cost=CHEAPEST)
    with pytest.raises(SignInRefusedError):
        door.sign_in(account.person.email, account.passphrase, "000000", source="here")
    assert reader.get("/account/passphrase/proof").path == "/account/passphrase"


@pytest.mark.parametrize("typed", ["", "six words that are not mine", "x" * 600])
def test_wrong_present_passphrase_changes_nothing(keyholders: Keyholders, sign_in_as: SignInAs, typed: str) -> None:
    """Another passphrase is told at the field, is not in the page that comes back, and makes whoever tries wait."""
    reader = sign_in_as(ATTORNEY)
    page = reader.submit(reader.get("/account/passphrase"), {"present_passphrase": typed})
    assert page.status in {400, 401}
    assert len(page.list_errors()) == 1
    assert not typed or typed not in page.text
    for path in ("new", "proof"):
        assert reader.get(f"/account/passphrase/{path}").path == "/account/passphrase"
    assert reader.post("/account/passphrase/proof", [("new_passphrase", WORDS)]).path == "/account/passphrase"
    if typed.startswith("six"):
        for _try in range(2):
            page = reader.submit(reader.get("/account/passphrase"), {"present_passphrase": typed})
        account = keyholders.find_account(ATTORNEY)
        page = reader.submit(reader.get("/account/passphrase"), {"present_passphrase": account.passphrase})
        assert (page.status, "Retry-After" in page.headers) == (429, True)


def test_everything_held_opens_with_the_new_key_alone(keyholders: Keyholders, filing: Filing, owner_url: str) -> None:
    """Office key, signing key, restricted case, share, code secret and factors are sealed to the new key alone."""
    case = filing.file()
    keyholders.join("Second", BOSS)
    boss = keyholders.sit_down(BOSS)
    old = boss.session.identity
    both = [boss.staff_id, keyholders.find_id("Second")]
    restrict_case(boss, keyholders.open_granter(), open_case(boss, case.reference), both, "two")
    with write(keyholders.engine) as connection:
        sealed = seal_factors(Factors((), ("ab",)), recipient=old.recipient, staff_id=boss.staff_id)
        change_staff(connection, boss.staff_id, sealed_factors=sealed)
    new = change(keyholders, BOSS).identity
    keyholders.office.accounts[BOSS] = replace(keyholders.find_account(BOSS), passphrase=WORDS)
    opened = open_case(keyholders.sit_down(BOSS), case.reference)
    assert (opened.report, opened.card is not None) == (case.report, True)
    (entry,) = read_queue(keyholders.sit_down(BOSS), QueueFilter()).entries
    assert entry.card is not None
    assert keyholders.open_granter().signing_key.verify_key == keyholders.config.office_verify_key
    with read(keyholders.engine) as connection:
        row = get_staff(connection, boss.staff_id)
        (share,) = list_share_rows(connection, boss.staff_id)
    assert row is not None
    assert open_factors(row.sealed_factors, identity=new, staff_id=row.id).recovery_codes == ("ab",)
    context = Context("emergency_share", (share.emergency_key_id, row.id))
    assert open_sealed(share.sealed_share, identity=new, context=context)
    secret = open_sealed(row.sealed_totp_secret, identity=new, context=Context("totp_secret", (row.id,)))
    assert len(secret) == 20
    # The card was sealed before, to the old key among others; it says no more than before until it is next renewed.
    assert _list_opened_by(owner_url, old) == ["sealed"]
    other = keyholders.sit_down("Second")
    change_mark(other, open_case(other, case.reference), Mark.DOUBTFUL, "why", is_set=True)
    assert not _list_opened_by(owner_url, old)


def _list_opened_by(owner_url: str, identity: Identity) -> list[str]:
    """Every sealed column of the main database that an identity opens, whatever its context."""
    opened = []
    engine = create_engine(owner_url)
    with read(engine) as connection:
        for table in tables.metadata.sorted_tables:
            columns = [column for column in table.columns if column.name.startswith("sealed")]
            for row in connection.execute(select(*columns)) if columns else ():
                opened += [column.name for column, value in zip(columns, row, strict=True) if _opens(value, identity)]
    engine.dispose()
    return opened


def _opens(value: bytes | None, identity: Identity) -> bool:
    if value is None:
        return False
    header = read_header(ByteReader(io.BytesIO(value)))
    return any(identity.unwrap_file_key(each) is not None for each in header.stanzas[1:])


def test_new_key_waits_to_be_compared(keyholders: Keyholders) -> None:
    """Nobody seals to the new key before somebody compared it; who holds the signing key signs their own."""
    attorney, boss = change(keyholders, ATTORNEY), change(keyholders, BOSS)
    with read(keyholders.engine) as connection:
        with pytest.raises(UntrustedKeyError):
            find_holder(connection, attorney.staff_id, keyholders.config)
        signed = find_holder(connection, boss.staff_id, keyholders.config)
    assert signed == boss.identity.recipient


def test_colleagues_work_on_with_who_waits(keyholders: Keyholders, filing: Filing) -> None:
    """A restricted case of somebody whose new key waits can be worked on, and they read its row in the queue."""
    case = filing.file()
    boss = keyholders.sit_down(BOSS)
    both = [boss.staff_id, keyholders.find_id(ATTORNEY)]
    restrict_case(boss, keyholders.open_granter(), open_case(boss, case.reference), both, "two")
    change(keyholders, ATTORNEY)
    keyholders.office.accounts[ATTORNEY] = replace(keyholders.find_account(ATTORNEY), passphrase=WORDS)
    change_mark(boss, open_case(boss, case.reference), Mark.DOUBTFUL, "why", is_set=True)
    (entry,) = read_queue(keyholders.sit_down(ATTORNEY), QueueFilter()).entries
    assert entry.card is not None
    assert entry.card.marks == ("doubtful",)


def test_change_notices_what_happened_meanwhile(keyholders: Keyholders, monkeypatch: pytest.MonkeyPatch) -> None:
    """When something that the person holds changes between sealing and writing, nothing is written at all."""
    session = keyholders.sit_down(ATTORNEY).session
    reseal = passphrase_changes._reseal_rows

    def take_meanwhile(*arguments: object) -> object:
        with write(keyholders.engine) as connection:
            connection.execute(
                update(tables.office_key_holders)
                .where(tables.office_key_holders.c.holder_id == session.staff_id)
                .values(sealed_identity=b"another")
            )
        return reseal(*arguments)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(passphrase_changes, "_reseal_rows", take_meanwhile)
    with pytest.raises(StaffChangedError):
        change_passphrase(keyholders.engine, keyholders.config, session, WORDS, cost=CHEAPEST)
    with read(keyholders.engine) as connection:
        row = get_staff(connection, session.staff_id)
    assert row is not None
    assert Recipient.from_bytes(row.recipient) == session.identity.recipient


def test_two_changes_at_once_make_one(keyholders: Keyholders) -> None:
    """Of two browsers that change the same passphrase at once one does, and its words are the ones that work."""
    session = keyholders.sit_down(ATTORNEY).session
    done: list[str] = []
    barrier = threading.Barrier(2)

    def run(words: str) -> None:
        barrier.wait()
        try:
            change_passphrase(keyholders.engine, keyholders.config, session, words, cost=CHEAPEST)
            done.append(words)
        except StaffChangedError:
            done.append("")

    threads = [threading.Thread(target=run, args=(words,)) for words in ("first words", "second words")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [words for words in done if words]
    with read(keyholders.engine) as connection:
        row = get_staff(connection, session.staff_id)
    assert row is not None
    assert unlock_identity(row.keyslot, winner, staff_id=row.id).recipient.raw == row.recipient
