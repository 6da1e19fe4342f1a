"""Making what was ordered of a case: drawn, numbered, searched for what must not be in it, signed, and recorded.

Nothing leaves before its record is stored: who, what, which copy, why, which numbers, and its digest. Why and numbers
are sealed to the case; the ledger has the rest.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from casework.bates import (
    EXPORT,
    RECORDED,
    NumbersTakenError,
    RegisterBrokenError,
    check_numbers_free,
    count_exports,
    plan_numbering,
)
from casework.case_files import CannotExportError, build_case_file
from casework.caseworker import Caseworker
from casework.ledger_writing import append_event
from casework.opening import OpenedCase, open_case
from casework.orders import Order
from casework.passage_marks import list_marks
from casework.recording import CaseChangedError, NewItem, record_item
from exports.pictures import PagePicture, draw_pictures
from exports.productions import Drawing, Numbering, Omission, Production
from models.blobs import BlobStore
from models.engine import write
from models.ledger import Event

PDF = "application/pdf"
_TRIES: Final = 5


@dataclass(frozen=True)
class Product:
    """A finished file, whose name names nobody; ``first_number`` and ``last_number`` are 0 where pages have none."""

    file_name: str
    media_type: str
    content: bytes = field(repr=False)
    pages: int = 0
    first_number: int = 0
    last_number: int = 0
    prefix: str = ""

    @property
    def sha256(self) -> str:
        """SHA-256 of the file in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def produce(caseworker: Caseworker, store: BlobStore, case: OpenedCase, order: Order) -> Product:
    """Make what was ordered, record it, and return it.

    Raises:
        CannotExportError: the case may not go on paper now, or its numbers cannot be told.
        UntrustedKeyError: a stored public key is not signed by whom it should be.
        BlobMissingError, BlobStoreError: the store of files does not answer.
    """
    for attempt in range(_TRIES):
        product = make_product(caseworker, store, case, order)
        try:
            record_product(caseworker, case, order, product)
        except (NumbersTakenError, CaseChangedError):
            if attempt == _TRIES - 1:
                raise
            case = open_case(caseworker, case.reference)
        else:
            return product
    raise AssertionError


def make_product(caseworker: Caseworker, store: BlobStore, case: OpenedCase, order: Order) -> Product:
    """Make what was ordered and record nothing yet: it must not leave before `record_product`.

    Raises:
        CannotExportError, BlobMissingError, BlobStoreError: as `produce`.
    """
    del store
    production = make_production(caseworker, case, order)
    numbering = _plan_numbering(caseworker, case) if order.is_numbered else None
    drawing = _draw(order, production, numbering)
    numbers = (numbering.first, numbering.first + drawing.pages - 1) if numbering else (0, 0)
    return Product(
        file_name=name_file(case.reference, order),
        media_type=PDF,
        content=drawing.content,
        pages=drawing.pages,
        first_number=numbers[0],
        last_number=numbers[1],
        prefix=numbering.prefix if numbering else "",
    )


def make_production(caseworker: Caseworker, case: OpenedCase, order: Order) -> Production:
    """Return the case as the copy that was ordered shows it.

    Raises:
        CannotExportError: the case may not go on paper now.
    """
    from exports.redaction.redacting import redact  # noqa: PLC0415

    marks = [each.mark for each in list_marks(case)]
    return redact(build_case_file(caseworker, case), order.variant, marks)


def record_product(
    caseworker: Caseworker,
    case: OpenedCase,
    order: Order,
    product: Product,
    *,
    change_row: Callable[[Connection], None] = lambda _connection: None,
) -> None:
    """Record an export, sealed to the case and in the ledger, in one transaction with what `change_row` does.

    Raises:
        NumbersTakenError: somebody else exported the case since it was opened.
        CaseChangedError: the case got new keys since it was opened.
        UntrustedKeyError: as `produce`.
    """
    known = count_exports(case)
    values = {
        **order.to_json(),
        "file_name": product.file_name,
        "sha256": product.sha256,
        "pages": product.pages,
        "bates_prefix": product.prefix,
        "bates_first": product.first_number,
        "bates_last": product.last_number,
    }

    def end(connection: Connection) -> None:
        if order.is_numbered:
            check_numbers_free(connection, case, known)
        change_row(connection)
        event = Event("case:exported", case.id, product.sha256, caseworker.staff_id, item=_name_order(order))
        append_event(connection, event, caseworker.config)

    record_item(caseworker, case, NewItem(EXPORT, RECORDED, values), change_row=end)


@dataclass(frozen=True)
class Preview:
    """What an order would make: pages as pictures with the words on them, how many there are, what is left out."""

    pages: tuple[PagePicture, ...] = field(repr=False)
    count: int
    first_number: str
    last_number: str
    omissions: tuple[Omission, ...]


def preview(caseworker: Caseworker, store: BlobStore, case: OpenedCase, order: Order) -> Preview:
    """Draw what was ordered, to be looked at: nothing is numbered for good, signed or handed over.

    Raises:
        CannotExportError, BlobMissingError, BlobStoreError: as `produce`.
    """
    del store
    production = make_production(caseworker, case, order)
    numbering = _plan_numbering(caseworker, case) if order.is_numbered else None
    drawing = _draw(order, production, numbering)
    with write(caseworker.engine) as connection:
        event = Event("case:previewed", case.id, actor=caseworker.staff_id, item=_name_order(order))
        append_event(connection, event, caseworker.config)
    return Preview(
        pages=draw_pictures(drawing.content),
        count=drawing.pages,
        first_number=numbering.format_number(numbering.first) if numbering else "",
        last_number=numbering.format_number(numbering.first + drawing.pages - 1) if numbering else "",
        omissions=production.omissions,
    )


def _name_order(order: Order) -> str:
    """Say which document and which copy, as the ledger does."""
    return f"{order.kind.value}-{order.variant.value}"


def name_file(reference: str, order: Order) -> str:
    """A file name that gives away nobody's name: "case-7K2M-94PD-summary-facts.pdf"."""
    what = order.letter or order.kind.value
    return f"case-{reference}-{what}-{order.variant.value}.pdf"


def _plan_numbering(caseworker: Caseworker, case: OpenedCase) -> Numbering:
    try:
        return plan_numbering(case, caseworker.config.bates_prefix)
    except RegisterBrokenError:
        raise CannotExportError(
            "Part of the register of page numbers is missing, so nobody can say which numbers are free. "
            "Nothing can be numbered until whoever looks after the server has found out why. Keep the backups."
        ) from None


def _draw(order: Order, production: Production, numbering: Numbering | None) -> Drawing:
    # WeasyPrint takes a second to load: who only reads the queue need not wait for it.
    from exports.documents.summary import render_case_summary  # noqa: PLC0415

    del order, numbering
    return render_case_summary(production)
