"""Numbers on pages: each is given out once, whoever asks at once, and the register is as whole as the ledger."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from sqlalchemy import delete

from casework.bates import EXPORT, NumbersTakenError, plan_numbering
from casework.case_files import CannotExportError
from casework.caseworker import Caseworker
from casework.conflicts import decide_conflict
from casework.opening import ConflictState, OpenedCase, open_case
from casework.orders import DocumentKind, Order, read_order
from casework.producing import Product, make_product, produce, record_product
from exports.case_file import Variant
from models.blobs import BlobStore
from models.engine import write
from models.tables import sealed_items
from tests.casework.filing import Filing

NUMBERED = Order(DocumentKind.SUMMARY, Variant.FACTS, "For the file", is_numbered=True)


@pytest.fixture
def store(staff_site: Flask) -> BlobStore:
    """The sealed files of the staff site."""
    found: BlobStore = staff_site.extensions["blob_store"]
    return found


@pytest.fixture
def reference(caseworker: Caseworker, filing: Filing) -> str:
    """A case whose names were checked."""
    case = filing.file()
    decide_conflict(caseworker, open_case(caseworker, case.reference), ConflictState.CLEAR, "Not known to us")
    return case.reference


def reopen(caseworker: Caseworker, reference: str) -> OpenedCase:
    """Open the case as it is now."""
    return open_case(caseworker, reference)


def list_numbers(product: Product) -> range:
    """The numbers on a product's pages."""
    return range(product.first_number, product.last_number + 1)


def test_numbers_run_on_from_one_export_to_the_next(caseworker: Caseworker, store: BlobStore, reference: str) -> None:
    """The first page of the second export has the number after the last page of the first; a page has one each."""
    first, _content = produce(caseworker, store, reopen(caseworker, reference), NUMBERED)
    unnumbered, _content = produce(
        caseworker, store, reopen(caseworker, reference), Order(DocumentKind.SUMMARY, Variant.FACTS, "A look")
    )
    second, _content = produce(caseworker, store, reopen(caseworker, reference), NUMBERED)
    assert (first.first_number, len(list_numbers(first))) == (1, first.pages)
    assert (unnumbered.first_number, unnumbered.last_number) == (0, 0)
    assert second.first_number == first.last_number + 1
    assert first.prefix == reference.replace("-", "")


def test_two_at_once_never_share_a_number(caseworker: Caseworker, store: BlobStore, reference: str) -> None:
    """Whoever drew with numbers that somebody else was given meanwhile records nothing, and gets others."""
    case = reopen(caseworker, reference)
    late = make_product(caseworker, store, case, NUMBERED, None, io.BytesIO())
    first, _content = produce(caseworker, store, reopen(caseworker, reference), NUMBERED)
    with pytest.raises(NumbersTakenError):
        record_product(caseworker, case, NUMBERED, late)
    assert len(reopen(caseworker, reference).list_items(EXPORT)) == 1
    second, _content = produce(caseworker, store, case, NUMBERED)
    assert not set(list_numbers(first)) & set(list_numbers(second))


def test_nothing_is_numbered_when_the_register_has_a_hole(
    caseworker: Caseworker, store: BlobStore, reference: str
) -> None:
    """With a record taken out of the database nobody can say what is free: no numbers, but plain paper."""
    produce(caseworker, store, reopen(caseworker, reference), NUMBERED)
    with write(caseworker.engine) as connection:
        connection.execute(delete(sealed_items).where(sealed_items.c.kind == EXPORT))
    with pytest.raises(CannotExportError) as refused:
        produce(caseworker, store, reopen(caseworker, reference), NUMBERED)
    assert "register" in refused.value.words
    assert produce(
        caseworker, store, reopen(caseworker, reference), Order(DocumentKind.SUMMARY, Variant.FACTS, "A look")
    )[1]


def test_the_office_puts_its_letters_before_the_reference(caseworker: Caseworker, reference: str) -> None:
    """A page's number begins with the office's prefix, the case's reference follows, and zeros fill it up."""
    numbering = plan_numbering(reopen(caseworker, reference), "TST")
    assert numbering.format_number(12) == f"TST-{reference.replace('-', '')}-000012"


def test_the_reason_is_sealed_with_the_case(caseworker: Caseworker, store: BlobStore, reference: str) -> None:
    """Why a file was made, its numbers and its digest can be read by who opens the case, and by nobody else."""
    product, _content = produce(caseworker, store, reopen(caseworker, reference), NUMBERED)
    case = reopen(caseworker, reference)
    record = case.find_newest(EXPORT)
    assert record is not None
    assert record.text("reason") == "For the file"
    assert record.text("sha256") == product.sha256
    assert read_order({name: record.values[name] for name in NUMBERED.to_json_without_secrets()}) == NUMBERED
    assert "For the file" not in str(case.ledger.entries)
