"""Every document of a case, in every copy: drawn, numbered, signed, searched, recorded, and nothing else given."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pypdfium2
import pytest
from flask import Flask

from casework.case_files import CannotExportError
from casework.caseworker import Caseworker
from casework.conflicts import decide_conflict
from casework.document_keys import list_certificates
from casework.opening import ConflictState, OpenedCase, open_case
from casework.orders import DocumentKind, Order, read_order
from casework.passage_marks import mark_passage
from casework.permissions import Role
from casework.producing import check_clean, is_long, make_production, produce
from exports.case_file import Variant
from exports.redaction.marks import Ground, Mark
from exports.signatures.verifying import verify_pdf
from models.blobs import BlobStore, BlobStoreError
from tests.casework.conftest import SignInAs
from tests.casework.corresponding import Correspondence, make_pdf, make_photo
from tests.casework.filing import STORY, Filing

DOCUMENTS = [kind for kind in DocumentKind if kind is not DocumentKind.BUNDLE]


@pytest.fixture
def store(staff_site: Flask) -> BlobStore:
    """The sealed files of the staff site."""
    found: BlobStore = staff_site.extensions["blob_store"]
    return found


@pytest.fixture
def case(caseworker: Caseworker, filing: Filing, store: BlobStore) -> OpenedCase:
    """A case whose names were checked, with a photo and a paper of two pages."""
    filed = filing.file()
    reporter = Correspondence(filing, store, filed)
    photo = reporter.put_file(make_photo(), "foto.jpg", "photo", "image/jpeg")
    paper = reporter.put_file(make_pdf(2), "multa.pdf", "pdf", "application/pdf")
    reporter.name_in_report(photo, paper)
    decide_conflict(caseworker, open_case(caseworker, filed.reference), ConflictState.CLEAR, "Not known to us")
    return open_case(caseworker, filed.reference)


def order(kind: DocumentKind, variant: Variant = Variant.FACTS, *, is_numbered: bool = True) -> Order:
    """Ask for a document, for a plain reason."""
    letter = "preservation" if kind is DocumentKind.LETTER else ""
    return Order(kind, variant, "To work on the case", is_numbered=is_numbered, letter=letter)


def read_pages(content: bytes) -> list[str]:
    """The words on each page of a PDF."""
    document = pypdfium2.PdfDocument(content)
    return [page.get_textpage().get_text_range() for page in document]


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_every_document_is_numbered_page_by_page_and_signed(
    caseworker: Caseworker, store: BlobStore, case: OpenedCase, kind: DocumentKind
) -> None:
    """Each page has its own number, one after the other; the file is whole, and ours by the office's certificate."""
    product, content = produce(caseworker, store, case, order(kind))
    pages = read_pages(content)
    assert len(pages) == product.pages == product.last_number - product.first_number + 1
    for number, words in enumerate(pages, start=product.first_number):
        assert f"{product.prefix}-{number:06}" in words
    (certificate,) = list_certificates(caseworker.engine, caseworker.config)
    assert verify_pdf(content, certificate.certificate).is_ours
    assert (product.sha256, product.length) == (hashlib.sha256(content).hexdigest(), len(content))


@pytest.mark.parametrize("variant", list(Variant))
def test_every_copy_of_the_case_file_can_be_made(
    caseworker: Caseworker, store: BlobStore, case: OpenedCase, variant: Variant
) -> None:
    """All seven copies come out, and only those for the office's friends hold the reporter's name or number."""
    _product, content = produce(caseworker, store, case, order(DocumentKind.FULL, variant))
    words = " ".join(" ".join(read_pages(content)).split())
    may_name = variant not in {Variant.AGENCY, Variant.PRESS}
    may_reach = variant in {Variant.FACTS, Variant.OFFICE, Variant.REPORTER}
    assert ("Nombre-Inventado" in words.replace("- ", "-")) is may_name
    assert ("402-555-0134" in words.replace("- ", "-")) is may_reach


def test_a_marked_passage_is_in_no_copy_that_it_was_marked_for(
    caseworker: Caseworker, store: BlobStore, case: OpenedCase
) -> None:
    """What staff mark is gone from the copies that they chose and stands in the others."""
    passage = " ".join(STORY.split()[:4])
    mark_passage(caseworker, case, Mark(passage, Ground.OTHER, frozenset({Variant.COURT})))
    case = open_case(caseworker, case.reference)
    court, facts = (
        " ".join(read_pages(produce(caseworker, store, case, order(DocumentKind.SUMMARY, variant))[1]))
        for variant in (Variant.COURT, Variant.FACTS)
    )
    assert passage in facts
    assert passage not in court
    assert "[words removed]" in court


def test_nothing_is_handed_over_when_a_removed_word_is_found_in_it(
    caseworker: Caseworker, store: BlobStore, case: OpenedCase
) -> None:
    """A document that holds what its copy must not hold is refused, whatever let it in."""
    _product, whole = produce(caseworker, store, case, order(DocumentKind.SUMMARY, Variant.OFFICE))
    production = make_production(caseworker, case, order(DocumentKind.SUMMARY, Variant.PRESS))
    with pytest.raises(CannotExportError) as refused:
        check_clean(whole, production)
    assert "Nothing was handed over" in refused.value.words


def test_a_name_that_is_a_word_of_ours_stops_no_copy(caseworker: Caseworker, filing: Filing, store: BlobStore) -> None:
    """Somebody is called Page, as every page says: their case can be handed over, on paper and as a bundle."""
    filed = filing.file(name_to_use="Page")
    decide_conflict(caseworker, open_case(caseworker, filed.reference), ConflictState.CLEAR, "Not known to us")
    case = open_case(caseworker, filed.reference)
    for kind in (DocumentKind.SUMMARY, DocumentKind.BUNDLE):
        product, content = produce(caseworker, store, case, order(kind, Variant.PRESS, is_numbered=False))
        assert product.length == len(content)


def test_exhibits_are_pages_behind_their_slip_sheets(
    caseworker: Caseworker, store: BlobStore, case: OpenedCase
) -> None:
    """A photo and a paper of two pages give three pages of pictures, each file announced with its digest."""
    _product, content = produce(caseworker, store, case, order(DocumentKind.EXHIBITS))
    pages = read_pages(content)
    words = "".join("".join(pages).split())
    for exhibit in make_production(caseworker, case, order(DocumentKind.EXHIBITS)).case_file.exhibits:
        assert exhibit.sha256 in words
    pictures = [
        page
        for page in pypdfium2.PdfDocument(content)
        if any(each.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE for each in page.get_objects())
    ]
    assert len(pictures) == 3


def test_a_bundle_holds_paper_files_and_data_numbered_in_one_run(
    caseworker: Caseworker, store: BlobStore, case: OpenedCase
) -> None:
    """Case file and exhibits lie in it signed, numbers running on, beside the files as they came."""
    product, content = produce(caseworker, store, case, order(DocumentKind.BUNDLE))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        papers = [packed.read(name) for name in packed.namelist() if name.endswith(".pdf") and "documents" in name]
        files = [packed.read(name) for name in packed.namelist()]
    assert len(papers) == 2
    numbers = [words for paper in papers for words in read_pages(paper)]
    for number, words in enumerate(numbers, start=product.first_number):
        assert f"{product.prefix}-{number:06}" in words
    digests = {hashlib.sha256(file).hexdigest() for file in files}
    exhibits = make_production(caseworker, case, order(DocumentKind.BUNDLE)).case_file.exhibits
    assert {exhibit.sha256 for exhibit in exhibits} <= digests
    assert all(verify_pdf(paper).is_whole for paper in papers)


def test_many_files_are_for_the_worker(caseworker: Caseworker, filing: Filing, store: BlobStore) -> None:
    """Exhibits of many files are long work; a summary of the same case is not."""
    filed = filing.file()
    reporter = Correspondence(filing, store, filed)
    reporter.name_in_report(*(reporter.put_file(b"x", f"{number}.txt", "text", "text/plain") for number in range(11)))
    decide_conflict(caseworker, open_case(caseworker, filed.reference), ConflictState.CLEAR, "Not known to us")
    case = open_case(caseworker, filed.reference)
    assert is_long(case, order(DocumentKind.EXHIBITS))
    assert not is_long(case, order(DocumentKind.SUMMARY))


def test_an_order_survives_being_sealed_and_its_passphrase_is_not_recorded() -> None:
    """An order read back is the same; what the case's register keeps of it has no passphrase."""
    asked = Order(DocumentKind.BUNDLE, Variant.COURT, "For filing", passphrase="six words that nobody knows here")
    assert read_order(asked.to_json()) == asked
    assert "six words" not in str(asked.to_json_without_secrets())
    assert "six words" not in repr(asked)


def test_a_store_that_does_not_answer_is_said_and_nothing_is_recorded(
    staff_site: Flask, sign_in_as: SignInAs, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the files cannot be had, the page says so with an honest status, and no export is on record."""

    def fail(_store: object, _blob_id: str) -> None:
        raise BlobStoreError

    reader = sign_in_as(Role.ATTORNEY)
    case: OpenedCase = request.getfixturevalue("case")
    monkeypatch.setattr(type(staff_site.extensions["blob_store"]), "open", fail)
    page = reader.get(f"/cases/{case.reference}/export")
    answer = reader.submit(page, {"document": "exhibits"}, action="/export")
    assert answer.status == 503
    assert "does not answer" in answer.words
    assert "case:exported" not in {entry.kind for entry in case.ledger.entries}
