"""Giving a colleague their key: only after the fingerprint was read aloud, and only by who may."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from casework import granting
from casework.errors import FingerprintError, MayNotGrantError, StaffChangedError
from casework.granting import find_grantee, grant_key
from casework.office_identities import open_office_identities
from casework.permissions import Role
from casework.sessions import StaffSession
from models import tables
from models.engine import create_engine, read, write
from models.office_keys import list_held_keys
from tests.casework.conftest import SignInAs
from tests.casework.filing import Filing
from tests.casework.newcomer import Newcomer, invite_on_page, join_on_pages
from tests.casework.staff_office import StaffOffice
from vault.contexts import Context
from vault.errors import UntrustedKeyError
from vault.identities import Identity
from vault.keyslots import unlock_identity
from vault.opening import open_sealed
from vault.signing import SigningKey, sign_recipient, verify_recipient

FINGERPRINT = "AAAA-AAAA-AAAA-AAAA"


@pytest.fixture
def newcomer(staff_site: Flask, sign_in_as: SignInAs) -> Newcomer:
    """Somebody who has joined as intake staff and waits for their key."""
    return join_on_pages(staff_site, invite_on_page(sign_in_as(Role.ADMINISTRATOR), "intake"))


def find_id(site: Flask, newcomer: Newcomer) -> str:
    """The id of the newcomer's account."""
    with read(site.extensions["engine"]) as connection:
        query = select(tables.staff.c.id).where(tables.staff.c.email == newcomer.email)
        return str(connection.execute(query).scalar_one())


def open_session(site: Flask, office: StaffOffice, role: Role) -> StaffSession:
    """A session as the sign-in desk makes it, with the person's real keys."""
    account = office.accounts[role]
    with read(site.extensions["engine"]) as connection:
        row = connection.execute(select(tables.staff).where(tables.staff.c.id == account.staff_id)).one()
        identity = unlock_identity(row.keyslot, account.passphrase, staff_id=row.id)
        identities = open_office_identities(connection, row.id, identity)
    return StaffSession(row.id, row.name, row.email, role, identity, identities)


def list_kinds(site: Flask, staff_id: str) -> list[str]:
    """The kinds of the ledger's entries about somebody, oldest first."""
    entries = tables.ledger_entries
    with read(site.extensions["engine"]) as connection:
        query = select(entries.c.kind).where(entries.c.subject == staff_id).order_by(entries.c.sequence)
        return list(connection.execute(query).scalars())


def test_key_is_given_after_reading_aloud(
    staff_site: Flask, staff_office: StaffOffice, sign_in_as: SignInAs, newcomer: Newcomer, filing: Filing
) -> None:
    """The right fingerprint, typed loosely, signs the key and lets the newcomer open what was filed before."""
    case = filing.file()
    staff_id = find_id(staff_site, newcomer)
    reader = sign_in_as(Role.SUPERVISING_ATTORNEY)
    assert "Waits for a key" in reader.get("/staff").words
    page = reader.get(f"/staff/{staff_id}/key")
    assert newcomer.fingerprint not in page.text
    loose = newcomer.fingerprint.replace("-", " ").lower()
    page = reader.submit(page, {"fingerprint": loose})
    assert (page.status, page.path) == (200, "/staff")
    assert newcomer.fingerprint in page.words
    assert "Waits for a key" not in page.words
    with read(staff_site.extensions["engine"]) as connection:
        row = connection.execute(select(tables.staff).where(tables.staff.c.id == staff_id)).one()
    verify_recipient(
        row.recipient,
        row.recipient_signature,
        context=Context("staff_recipient", (staff_id,)),
        verify_key=staff_office.ceremony.casework.office_verify_key,
    )
    page = newcomer.sign_in()
    assert page.path == "/cases"
    assert case.reference in page.text
    assert newcomer.browser.get(f"/cases/{case.reference}").status == 200
    assert newcomer.browser.get("/waiting").path == "/cases"
    assert list_kinds(staff_site, staff_id)[:3] == ["staff:invited", "staff:joined", "key:granted"]


def test_other_fingerprint_is_refused_loudly(staff_site: Flask, sign_in_as: SignInAs, newcomer: Newcomer) -> None:
    """A fingerprint that differs in one letter gives nothing, is told plainly, and stands in the ledger."""
    staff_id = find_id(staff_site, newcomer)
    reader = sign_in_as(Role.SUPERVISING_ATTORNEY)
    last = "A" if newcomer.fingerprint[-1] != "A" else "B"
    for wrong in (newcomer.fingerprint[:-1] + last, newcomer.fingerprint[:-1], "é", "x" * 150):
        page = reader.submit(reader.get(f"/staff/{staff_id}/key"), {"fingerprint": wrong})
        assert page.status == 409
        assert page.list_errors()[0].startswith("This is NOT the fingerprint")
        assert wrong in page.text
    assert reader.submit(reader.get(f"/staff/{staff_id}/key"), {"fingerprint": " "}).status == 400
    assert list_kinds(staff_site, staff_id)[-4:] == ["key:mismatch"] * 4
    assert newcomer.sign_in().path == "/waiting"


def test_supervising_attorney_gets_the_signing_key(
    staff_site: Flask, staff_office: StaffOffice, sign_in_as: SignInAs
) -> None:
    """A new supervising attorney gets the office signing key besides, so that they can give access themselves."""
    newcomer = join_on_pages(staff_site, invite_on_page(sign_in_as(Role.ADMINISTRATOR), "supervising_attorney"))
    staff_id = find_id(staff_site, newcomer)
    engine, config = staff_site.extensions["engine"], staff_office.ceremony.casework
    session = open_session(staff_site, staff_office, Role.SUPERVISING_ATTORNEY)
    grant_key(engine, config, session, staff_id, newcomer.fingerprint)
    with read(engine) as connection:
        (held,) = list_held_keys(connection, staff_id)
        row = connection.execute(select(tables.staff).where(tables.staff.c.id == staff_id)).one()
    identity = unlock_identity(row.keyslot, newcomer.passphrase, staff_id=staff_id)
    context = Context("office_signing_key", (held.office_key_id, staff_id))
    key = SigningKey.from_bytes(open_sealed(held.sealed_signing_key, identity=identity, context=context))
    assert key.verify_key == config.office_verify_key
    grantee = find_grantee(engine, config, staff_id)
    assert grantee is not None
    assert not grantee.waits


def test_only_who_holds_the_signing_key_grants(
    staff_site: Flask, staff_office: StaffOffice, newcomer: Newcomer
) -> None:
    """An attorney's keys sign nothing; and whose signing key was taken while their session lasts signs no more."""
    engine, config = staff_site.extensions["engine"], staff_office.ceremony.casework
    staff_id = find_id(staff_site, newcomer)
    attorney = open_session(staff_site, staff_office, Role.ATTORNEY)
    with pytest.raises(MayNotGrantError):
        grant_key(engine, config, attorney, staff_id, newcomer.fingerprint)
    supervisor = open_session(staff_site, staff_office, Role.SUPERVISING_ATTORNEY)
    with write(engine) as connection:
        connection.execute(update(tables.staff).where(tables.staff.c.id == supervisor.staff_id).values(is_active=False))
    with pytest.raises(MayNotGrantError):
        grant_key(engine, config, supervisor, staff_id, newcomer.fingerprint)
    assert "key:granted" not in list_kinds(staff_site, staff_id)


def test_swapped_key_is_never_signed(
    staff_site: Flask, staff_office: StaffOffice, newcomer: Newcomer, owner_url: str
) -> None:
    """When somebody puts their own public key in the newcomer's place, what the newcomer reads aloud does not match."""
    staff_id = find_id(staff_site, newcomer)
    engine = create_engine(owner_url)
    with write(engine) as connection:
        connection.execute(
            update(tables.staff)
            .where(tables.staff.c.id == staff_id)
            .values(recipient=Identity.generate().recipient.raw)
        )
    engine.dispose()
    session = open_session(staff_site, staff_office, Role.SUPERVISING_ATTORNEY)
    with pytest.raises(FingerprintError):
        grant_key(
            staff_site.extensions["engine"], staff_office.ceremony.casework, session, staff_id, newcomer.fingerprint
        )


@pytest.mark.parametrize("is_signed", [False, True])
def test_swapped_office_key_stops_granting(
    staff_site: Flask, staff_office: StaffOffice, newcomer: Newcomer, owner_url: str, *, is_signed: bool
) -> None:
    """With a stranger's key in the office's place nothing is given, not even when the office's own key signed it."""
    session = open_session(staff_site, staff_office, Role.SUPERVISING_ATTORNEY)
    signer = staff_office.ceremony.granter.signing_key if is_signed else SigningKey.generate()
    stranger = Identity.generate().recipient.raw
    engine = create_engine(owner_url)
    with write(engine) as connection:
        (key_id,) = connection.execute(select(tables.office_keys.c.id)).scalars()
        signature = sign_recipient(stranger, context=Context("office_recipient", (key_id,)), key=signer)
        connection.execute(update(tables.office_keys).values(recipient=stranger, recipient_signature=signature))
    engine.dispose()
    engine, config = staff_site.extensions["engine"], staff_office.ceremony.casework
    with pytest.raises(UntrustedKeyError):
        grant_key(engine, config, session, find_id(staff_site, newcomer), newcomer.fingerprint)


def test_nothing_to_grant_for_others(staff_site: Flask, staff_office: StaffOffice, sign_in_as: SignInAs) -> None:
    """A role without keys, an unknown id and a colleague who holds everything get no form to fill in."""
    reader = sign_in_as(Role.SUPERVISING_ATTORNEY)
    for role in (Role.ADMINISTRATOR, Role.ANALYST):
        staff_id = staff_office.accounts[role].staff_id
        assert reader.get(f"/staff/{staff_id}/key", check=False).status == 404
    assert reader.get("/staff/nobody/key", check=False).status == 404
    page = reader.get(f"/staff/{staff_office.accounts[Role.INTAKE].staff_id}/key")
    assert "has their key already" in page.words
    session = open_session(staff_site, staff_office, Role.SUPERVISING_ATTORNEY)
    with pytest.raises(StaffChangedError):
        grant_key(staff_site.extensions["engine"], staff_office.ceremony.casework, session, "nobody", FINGERPRINT)


def test_grant_notices_a_change_in_between(
    staff_site: Flask, staff_office: StaffOffice, newcomer: Newcomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the account is closed, or the office key replaced, between comparing and writing, nothing is given."""
    engine, staff_id = staff_site.extensions["engine"], find_id(staff_site, newcomer)
    session = open_session(staff_site, staff_office, Role.SUPERVISING_ATTORNEY)
    make = granting._make_rows

    def close_meanwhile(*arguments: object) -> object:
        rows = make(*arguments)  # type: ignore[arg-type]  # passed on as they came
        with write(engine) as connection:
            connection.execute(update(tables.staff).where(tables.staff.c.id == staff_id).values(is_active=False))
        return rows

    monkeypatch.setattr(granting, "_make_rows", close_meanwhile)
    with pytest.raises(StaffChangedError):
        grant_key(engine, staff_office.ceremony.casework, session, staff_id, newcomer.fingerprint)
    with read(engine) as connection:
        assert list_held_keys(connection, staff_id) == []
