"""The page of the key that documents are signed with: shown, made anew, brought in, its certificates taken along."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from flask import Flask
from sqlalchemy import Engine, delete

from casework.document_keys import list_certificates
from casework.permissions import Role
from casework.rotating import rotate_office_key
from exports.signatures.certificates import read_certificates
from exports.signatures.verifying import verify_pdf
from models import tables
from models.engine import create_engine, read, write
from models.ledger_search import EntryFilter, list_entry_rows
from tests.casework.conftest import SignInAs
from tests.casework.keyholders import Keyholders
from tests.casework.signing import sign_document
from tests.casework.staff_office import StaffOffice
from tests.exports.signed import make_small_pdf
from tests.page_client import Page, PageClient
from web.clock import now

CERTIFICATE = "/document-key/certificate"


@pytest.fixture
def engine(staff_site: Flask) -> Engine:
    """The site's database."""
    found: Engine = staff_site.extensions["engine"]
    return found


def make_key_file(passphrase: bytes = b"six words", *, has_ended: bool = False) -> bytes:
    """A key with a certificate from elsewhere, as a file."""
    key = ec.generate_private_key(ec.SECP384R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Prairie by an authority")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 11)
        .not_valid_before(now() - timedelta(days=9))
        .not_valid_after(now() + timedelta(days=-1 if has_ended else 400))
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(b"own", key, certificate, None, BestAvailableEncryption(passphrase))


def bring(reader: PageClient, content: bytes | None, passphrase: str) -> Page:
    """Fill in the form for a key of the office's own and send it."""
    files = [("key_file", "office.p12", content)] if content is not None else []
    page = reader.get("/document-key/own")
    return reader.submit(page, {"passphrase": passphrase}, action="/document-key/own", files=files)


@pytest.mark.parametrize("role", [Role.INTAKE, Role.ATTORNEY, Role.SUPERVISING_ATTORNEY])
def test_legal_staff_see_the_key_and_take_certificates(
    sign_in_as: SignInAs, staff_office: StaffOffice, engine: Engine, role: Role
) -> None:
    """Name, fingerprint and dates stand on the page, the certificate is a file; only supervising attorneys replace."""
    reader = sign_in_as(role)
    page = reader.get("/document-key")
    (certificate,) = list_certificates(engine, staff_office.ceremony.casework)
    assert certificate.fingerprint in page.words
    assert "Prairie Legal Aid" in page.words
    assert ("Make a new key" in page.words) == (role is Role.SUPERVISING_ATTORNEY)
    taken = reader.client.get(CERTIFICATE)
    assert read_certificates(taken.data) == (certificate.certificate,)
    assert taken.headers["Content-Disposition"] == "attachment; filename=office-certificates.pem"
    assert "/document-key" in reader.get("/office-key").text


def test_new_key_takes_the_place_of_the_old_one(
    sign_in_as: SignInAs, staff_office: StaffOffice, engine: Engine
) -> None:
    """One button makes a new key; the old fingerprint stays on the page; the stale page makes no third."""
    supervisor = sign_in_as(Role.SUPERVISING_ATTORNEY)
    page = supervisor.get("/document-key")
    made = supervisor.submit(page, {}, action="/document-key")
    assert made.status == 200
    assert "From now on documents are signed with the key below" in made.words
    todays, former = list_certificates(engine, staff_office.ceremony.casework)
    assert made.words.index(todays.fingerprint) < made.words.index(former.fingerprint)
    stale = supervisor.submit(page, {}, action="/document-key")
    assert stale.status == 409
    assert "Somebody else has replaced the key" in stale.list_errors()[0]
    assert len(read_certificates(supervisor.client.get(CERTIFICATE).data)) == 2
    with read(engine) as connection:
        wanted = EntryFilter("casework", kinds=("document_key:retired", "document_key:made"))
        kinds = [row.kind for row in connection.execute(tables.ledger_entries.select()) if row.kind in wanted.kinds]
        assert len(list_entry_rows(connection, wanted, limit=9)) == 3
    assert kinds == ["document_key:made", "document_key:retired", "document_key:made"]


def test_key_of_their_own_signs_from_then_on(sign_in_as: SignInAs, keyholders: Keyholders) -> None:
    """A PKCS#12 file with the right passphrase is taken, and documents are signed with it."""
    supervisor = sign_in_as(Role.SUPERVISING_ATTORNEY)
    page = bring(supervisor, make_key_file(), "six words")
    assert page.status == 200, page.words
    assert "Prairie by an authority" in page.words
    signed = sign_document(keyholders.sit_down(Role.ATTORNEY), make_small_pdf())
    assert verify_pdf(signed, supervisor.client.get(CERTIFICATE).data).signer == "Prairie by an authority"


def test_faults_of_a_key_file_stand_at_their_fields(
    sign_in_as: SignInAs, staff_office: StaffOffice, engine: Engine
) -> None:
    """No file, another file, a wrong passphrase and an expired certificate are each named; nothing is replaced."""
    supervisor = sign_in_as(Role.SUPERVISING_ATTORNEY)
    cases = [
        (None, "six words", "Choose the key file"),
        (b"%PDF-1.7", "six words", "not a key file"),
        (make_key_file(), "seven words", "This passphrase does not open the file"),
        (make_key_file(), "", "This passphrase does not open the file"),
        (make_key_file(has_ended=True), "six words", "has expired"),
    ]
    for content, passphrase, words in cases:
        page = bring(supervisor, content, passphrase)
        assert page.status == 400
        assert words in page.list_errors()[0]
        assert "seven words" not in page.text
    assert len(list_certificates(engine, staff_office.ceremony.casework)) == 1
    too_large = bring(supervisor, b"x" * 1_000_000, "six words")
    assert too_large.status == 413


def test_office_without_a_key_makes_its_first(sign_in_as: SignInAs, owner_url: str) -> None:
    """An office from before document keys is told that there is none, and makes one on the page."""
    owner = create_engine(owner_url)
    with write(owner) as connection:
        connection.execute(delete(tables.document_keys))
        kind = tables.ledger_entries.c.kind
        connection.execute(delete(tables.ledger_entries).where(kind == "document_key:made"))
    owner.dispose()
    supervisor = sign_in_as(Role.SUPERVISING_ATTORNEY)
    page = supervisor.get("/document-key")
    assert "There is no key yet" in page.words
    assert supervisor.client.get(CERTIFICATE).data == b""
    made = supervisor.submit(page, {}, action="/document-key")
    assert made.status == 200
    assert "There is no key yet" not in made.words


def test_page_reminds_after_a_new_office_key(sign_in_as: SignInAs, keyholders: Keyholders) -> None:
    """When the office key was made anew, the page asks whether this one should be too; a new one quiets it."""
    supervisor = sign_in_as(Role.SUPERVISING_ATTORNEY)
    assert "The office key was made anew since" not in supervisor.get("/document-key").words
    rotate_office_key(keyholders.engine, keyholders.config, keyholders.open_granter())
    page = supervisor.get("/document-key")
    assert "The office key was made anew since" in page.words
    made = supervisor.submit(page, {}, action="/document-key")
    assert made.status == 200
    assert "The office key was made anew since" not in made.words


def test_swapped_certificate_shuts_the_page(sign_in_as: SignInAs, owner_url: str) -> None:
    """A certificate that the office did not sign is not shown as the office's: the page is shut and says so."""
    owner = create_engine(owner_url)
    with write(owner) as connection:
        connection.execute(tables.document_keys.update().values(certificate_signature=b"\x00" * 64))
    owner.dispose()
    page = sign_in_as(Role.ATTORNEY).get("/document-key")
    assert page.status == 503
