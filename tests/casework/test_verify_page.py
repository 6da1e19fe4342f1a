"""The page that checks a PDF: whole or not, ours or not, in the ledger or not, and whose case only to who may know."""

from __future__ import annotations

import hashlib

import pytest
from flask import Flask
from sqlalchemy import Engine

from casework.document_checking import LARGEST_PDF
from casework.document_keys import list_certificates
from casework.ledger_writing import append_event
from casework.permissions import Role
from models.engine import read, write
from models.ledger import Event, get_head
from tests.casework.accessing import restrict
from tests.casework.conftest import SignInAs
from tests.casework.filing import Filing
from tests.casework.keyholders import Keyholders
from tests.casework.signing import sign_document
from tests.exports.signed import make_key, make_small_pdf, sign
from tests.page_client import Page, PageClient
from web.body_limit import BODY_LIMIT


def check(reader: PageClient, content: bytes | None) -> Page:
    """Choose a file and send it."""
    files = [("document", "from opposing counsel.pdf", content)] if content is not None else []
    return reader.submit(reader.get("/verify"), {}, action="/verify", files=files)


@pytest.fixture
def signed(keyholders: Keyholders) -> bytes:
    """A document of the office."""
    return sign_document(keyholders.sit_down(Role.ATTORNEY), make_small_pdf())


def record(keyholders: Keyholders, case_id: str, content: bytes) -> None:
    """Record that the attorney exported exactly this of a case."""
    attorney = keyholders.sit_down(Role.ATTORNEY)
    event = Event("case:exported", case_id, hashlib.sha256(content).hexdigest(), attorney.staff_id, item="facts")
    with write(keyholders.engine) as connection:
        append_event(connection, event, keyholders.config)


@pytest.mark.parametrize("role", [Role.INTAKE, Role.ATTORNEY, Role.SUPERVISING_ATTORNEY])
def test_own_file_is_whole_and_ours(sign_in_as: SignInAs, keyholders: Keyholders, signed: bytes, role: Role) -> None:
    """The office's own file is told as such, with its time and its certificate's fingerprint."""
    page = check(sign_in_as(role), signed)
    (certificate,) = list_certificates(keyholders.engine, keyholders.config)
    assert page.status == 200
    assert "Whole, and ours" in page.words
    assert certificate.fingerprint in page.words
    assert hashlib.sha256(signed).hexdigest() in page.words
    assert "No export with exactly these bytes was recorded" in page.words


def test_one_changed_byte_is_told(sign_in_as: SignInAs, signed: bytes) -> None:
    """A file with one byte changed is not to be relied on."""
    changed = signed[:200] + bytes([signed[200] ^ 1]) + signed[201:]
    page = check(sign_in_as(Role.INTAKE), changed)
    assert page.status == 200
    assert "Do not rely on this file" in page.words
    assert "changed after it was signed" in page.words
    assert "Whole" not in page.words


def test_file_under_our_name_and_another_key_is_not_ours(sign_in_as: SignInAs) -> None:
    """A file that somebody else signed under the office's name is called not ours."""
    page = check(sign_in_as(Role.INTAKE), sign(make_small_pdf(), make_key("Prairie Legal Aid")))
    assert "Whole, but not ours" in page.words


@pytest.mark.parametrize("content", [b"", b"words", make_small_pdf(), b"%PDF-/ByteRange [0 5 6 7]<>"])
def test_other_files_get_an_answer(sign_in_as: SignInAs, content: bytes) -> None:
    """An empty file, text, and PDFs without a signature are not to be relied on, and no error."""
    page = check(sign_in_as(Role.INTAKE), content)
    assert page.status == 200
    assert "Do not rely on this file" in page.words


def test_ledger_tells_whose_export_it_was_to_who_may_know(
    sign_in_as: SignInAs, keyholders: Keyholders, filing: Filing, signed: bytes
) -> None:
    """Who may open the case gets its reference; of a restricted case others learn only that the ledger has the file."""
    case = filing.file()
    record(keyholders, case.id, signed)
    attorney, intake = sign_in_as(Role.ATTORNEY), sign_in_as(Role.INTAKE)
    for reader in (attorney, intake):
        assert case.reference in check(reader, signed).words
    restrict(keyholders, case, Role.ATTORNEY)
    assert case.reference in check(attorney, signed).words
    told = check(intake, signed)
    assert case.reference not in told.text
    assert "attorney person" not in told.words
    assert "No export with exactly these bytes" not in told.words


def test_file_from_before_signing_is_known_by_its_digest(
    sign_in_as: SignInAs, keyholders: Keyholders, filing: Filing
) -> None:
    """An unsigned file that the ledger recorded is known as the office's; with one byte more it is not."""
    content = make_small_pdf()
    record(keyholders, filing.file().id, content)
    reader = sign_in_as(Role.ATTORNEY)
    assert "Ours, but not signed" in check(reader, content).words
    assert "Do not rely on this file" in check(reader, content + b"\n").words


def test_nothing_is_stored_or_recorded(
    sign_in_as: SignInAs, staff_site: Flask, keyholders: Keyholders, signed: bytes
) -> None:
    """Checking a file leaves no entry, no file and no trace of its name."""
    engine: Engine = staff_site.extensions["engine"]
    reader = sign_in_as(Role.INTAKE)
    kept = {path.name for path in keyholders.config.data_dir.rglob("*") if path.is_file()}
    with read(engine) as connection:
        before = get_head(connection, "casework")
    page = check(reader, signed)
    with read(engine) as connection:
        assert get_head(connection, "casework") == before
    assert "opposing counsel" not in page.text
    assert {path.name for path in keyholders.config.data_dir.rglob("*") if path.is_file()} == kept


def test_no_file_and_too_large_a_file_are_told(sign_in_as: SignInAs) -> None:
    """Without a file the field says so; one beyond the limit is refused."""
    reader = sign_in_as(Role.INTAKE)
    page = check(reader, None)
    assert page.status == 400
    assert page.list_errors() == ["Choose the PDF that you want to check"]
    assert check(reader, b"%PDF-" + bytes(LARGEST_PDF + BODY_LIMIT)).status == 413
