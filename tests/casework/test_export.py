"""A case's PDF summary: what is on it, in which copy, and what the ledger keeps of it."""

from __future__ import annotations

import hashlib
import io

import pikepdf
import pytest
from werkzeug.test import TestResponse

from casework.permissions import Role
from models.engine import read
from models.ledger import list_entries
from tests.casework.conftest import SignInAs
from tests.casework.filing import FiledCase, Filing
from tests.casework.test_case import decide, send
from tests.page_client import PageClient, read_fields


def export(reader: PageClient, case: FiledCase, variant: str) -> TestResponse:
    """Ask for one copy and return the answer as it came."""
    page = reader.get(f"/cases/{case.reference}/export")
    assert page.status == 200, page.words
    fields = dict(read_fields(page.find_form("/export"))) | {"variant": variant, "reason": "For the meeting on Friday"}
    return reader.client.post(f"/cases/{case.reference}/export", data=fields, headers={"Origin": reader.origin})


def test_is_refused_before_the_conflict_decision(sign_in_as: SignInAs, filing: Filing) -> None:
    """Before names were checked both the page and the post answer 409 and say why."""
    case = filing.file()
    reader = sign_in_as(Role.ATTORNEY)
    for page in (
        reader.get(f"/cases/{case.reference}/export"),
        reader.post(f"/cases/{case.reference}/export", [("variant", "facts")]),
    ):
        assert page.status == 409
        assert "Record a conflict decision first" in page.words


@pytest.mark.parametrize("variant", ["facts", "office"])
def test_hands_out_the_copy_asked_for(sign_in_as: SignInAs, filing: Filing, variant: str) -> None:
    """The answer is a PDF to download, named by reference alone, with its digest and its copy in the ledger."""
    case = filing.file()
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)
    send(reader, case, "notes", note="A note of the office's own")
    response = export(reader, case, variant)
    assert response.status_code == 200
    assert response.mimetype == "application/pdf"
    file_name = f"case-{case.reference}-summary-{variant}.pdf"
    assert response.headers["Content-Disposition"] == f"attachment; filename={file_name}"
    assert response.headers["Cache-Control"] == "no-store"
    with pikepdf.open(io.BytesIO(response.data)) as document:
        assert len(document.pages) > 1
    with read(filing.engine) as connection:
        entry = list_entries(connection, case.id)[-2]
    assert (entry["kind"], entry["item"]) == ("case:exported", f"summary-{variant}")
    assert entry["digest"] == hashlib.sha256(response.data).hexdigest()
    history = reader.get(f"/cases/{case.reference}").words
    assert f"Exported: case summary, {variant} copy" in history
    assert "Missing" not in history


def test_says_what_a_copy_does_not_hold(sign_in_as: SignInAs, filing: Filing) -> None:
    """No copy is said to hold all: the page names what stays out of both."""
    case = filing.file()
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    words = reader.get(f"/cases/{case.reference}/export").words
    assert "all of it" not in words
    assert "No copy holds the conversation, the reasons for a legal hold" in words


def test_the_facts_copy_is_the_default(sign_in_as: SignInAs, filing: Filing) -> None:
    """The page offers the facts copy first and ticked; a copy that there is none of comes back with 400."""
    case = filing.file()
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    page = reader.get(f"/cases/{case.reference}/export")
    assert dict(read_fields(page.find_form("/export")))["variant"] == "facts"
    wrong = reader.submit(page, {"variant": "everything", "reason": "For the meeting"}, action="/export")
    assert wrong.status == 400
    assert wrong.list_errors() == ["Choose one of the answers offered"]


def test_a_look_shows_the_pages_and_makes_nothing(sign_in_as: SignInAs, filing: Filing) -> None:
    """Looking first shows a picture and the words of each page, keeps what was typed, and gives out no number."""
    case = filing.file()
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)
    page = reader.get(f"/cases/{case.reference}/export")
    asked = {"reason": "Is it ready?", "numbered": "y", "preview": "yes"}
    look = reader.submit(page, asked, action="/export")
    assert look.status == 200
    number = case.reference.replace("-", "")
    assert f"{number}-000001 to {number}-0000" in look.words
    pictures = [image for image in look.find_all("img") if str(image.get("src")).startswith("data:image/jpeg")]
    assert len(pictures) > 1
    assert "Unsworn, unverified account" in look.words
    assert "Is it ready?" in str(look.find_all("textarea")[0].text)
    with read(filing.engine) as connection:
        kinds = [entry["kind"] for entry in list_entries(connection, case.id)]
    assert kinds[-1] == "case:previewed"
    assert not {"case:exported", "export:recorded"} & set(kinds)


def test_asks_why(sign_in_as: SignInAs, filing: Filing) -> None:
    """Where another reason is meant and none is written, the answer is at the field, and what was chosen stays."""
    case = filing.file()
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)
    asked = {"variant": "office", "purpose": "other"}
    page = reader.submit(reader.get(f"/cases/{case.reference}/export"), asked, action="/export")
    assert page.status == 400
    assert page.list_errors() == ["Write why it is made. It is kept, sealed, with the case"]
    assert dict(read_fields(page.find_form("/export")))["variant"] == "office"


def test_a_bundle_is_sealed_under_the_passphrase_that_the_page_made(sign_in_as: SignInAs, filing: Filing) -> None:
    """The page offers six fresh words; a bundle sealed with them is an age file, and the words are recorded nowhere."""
    case = filing.file()
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)
    page = reader.get(f"/cases/{case.reference}/export")
    fields = dict(read_fields(page.find_form("/export")))
    words = fields["passphrase"]
    assert len(words.split()) == 6
    asked = {**fields, "document": "bundle", "lock": "passphrase", "reason": "For the other lawyer"}
    response = reader.client.post(f"/cases/{case.reference}/export", data=asked, headers={"Origin": reader.origin})
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].endswith(".zip.age")
    assert response.data.startswith(b"age-encryption.org/v1\n-> scrypt ")
    weak = reader.submit(page, {"document": "bundle", "lock": "passphrase", "passphrase": "1234"}, action="/export")
    assert weak.list_errors() == ["Use the words that were made, or at least 20 characters"]
    alien = reader.submit(page, {"document": "bundle", "lock": "recipient", "recipient": "age1"}, action="/export")
    assert alien.list_errors() == ["This is no age recipient. It begins with age1"]


def test_a_letter_needs_to_be_chosen(sign_in_as: SignInAs, filing: Filing) -> None:
    """Whoever asks for a letter is asked which one, at the field."""
    case = filing.file()
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)
    page = reader.submit(reader.get(f"/cases/{case.reference}/export"), {"document": "letter"}, action="/export")
    assert page.list_errors() == ["Choose which letter to draft"]


def test_sealed_originals_go_with_whole_copies_only(sign_in_as: SignInAs, filing: Filing) -> None:
    """The key that opens everything is refused beside a copy that leaves things out, and the page says why."""
    case = filing.file()
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)
    page = reader.get(f"/cases/{case.reference}/export")
    asked = {"document": "bundle", "originals": "y", "variant": "press"}
    refused = reader.submit(page, asked, action="/export")
    assert refused.status == 409
    assert "Sealed originals hold everything" in refused.words
