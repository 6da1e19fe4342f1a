"""Making what was ordered of a case: drawn, numbered, searched for what must not be in it, signed, and recorded.

Nothing leaves before its record is stored: who, what, which copy, why, which numbers, and its digest. Why and numbers
are sealed to the case; the ledger has the rest.
"""

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import IO, Final, cast

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
from casework.bundled_evidence import FileChangedError
from casework.bundles import SEALED_ZIP, ZIP, BundleDocument, BundleOptions, choose_lock, name_bundle, write_bundle
from casework.case_files import CannotExportError, build_case_file
from casework.caseworker import Caseworker
from casework.document_keys import open_document_key
from casework.drawing import draw_document, draw_exhibit_set
from casework.files import list_files
from casework.ledger_writing import append_event
from casework.opening import OpenedCase, open_case
from casework.orders import DocumentKind, Order
from casework.passage_marks import list_marks
from casework.recording import CaseChangedError, NewItem, record_item
from exports.bundles.bag import Sink
from exports.exhibit_numbers import list_exhibit_numbers
from exports.pictures import PagePicture, draw_pictures
from exports.productions import Drawing, Numbering, Omission, Production
from exports.redaction.redacting import redact
from exports.redaction.searching import search_for_removed
from models.blobs import BlobStore
from models.engine import write
from models.ledger import Event
from vault.errors import CannotOpenError, CannotSealError
from web import clock

PDF: Final = "application/pdf"
TITLES: Mapping[DocumentKind, str] = {
    DocumentKind.SUMMARY: "Case summary",
    DocumentKind.FULL: "Case file",
    DocumentKind.CHRONOLOGY: "Chronology",
    DocumentKind.EXHIBITS: "Exhibits",
    DocumentKind.LETTER: "Letter",
}
# What a bundle has on paper, numbered in one run.
_PARTS = {DocumentKind.BUNDLE: (DocumentKind.FULL, DocumentKind.EXHIBITS)}
_TRIES: Final = 5
_MOST_PLACES: Final = 5  # of words that must not be there; more help nobody
_MOST_FILES_AT_ONCE: Final = 10
_MOST_BYTES_AT_ONCE: Final = 16 * 1024 * 1024


@dataclass(frozen=True)
class Product:
    """What was made: a file whose name names nobody, its SHA-256 in hexadecimal and its length in bytes.

    ``first_number`` and ``last_number`` are 0 where pages have none.
    """

    file_name: str
    media_type: str
    sha256: str
    length: int
    pages: int = 0
    first_number: int = 0
    last_number: int = 0
    prefix: str = ""


class _Measure:
    """Passes on what is written, and knows its SHA-256 and length."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.sha256 = hashlib.sha256()
        self.length = 0

    def write(self, data: bytes, /) -> int:
        self._sink.write(data)
        self.sha256.update(data)
        self.length += len(data)
        return len(data)

    def flush(self) -> None:
        """There is nothing to flush; whoever packs files asks for it."""


def produce(caseworker: Caseworker, store: BlobStore, case: OpenedCase, order: Order) -> tuple[Product, bytes]:
    """Make what was ordered, signed with the office's document key; record it, and return it with its bytes.

    Raises:
        CannotExportError: the case may not go on paper now, its numbers cannot be told, or it cannot be drawn.
        UntrustedKeyError: a stored public key is not signed by whom it should be.
        BlobMissingError, BlobStoreError: the store of files does not answer.
    """
    signing_key = find_signing_key(caseworker)
    for _attempt in range(_TRIES):
        sink = io.BytesIO()
        product = make_product(caseworker, store, case, order, signing_key, sink)
        try:
            record_product(caseworker, case, order, product)
        except (NumbersTakenError, CaseChangedError):
            case = open_case(caseworker, case.reference)
        else:
            return product, sink.getvalue()
    raise CannotExportError("Others are working on this case at this moment. Try again in a minute.")


def is_long(case: OpenedCase, order: Order) -> bool:
    """Whether making this takes longer than somebody should wait for a page: then the worker makes it."""
    if order.kind not in {DocumentKind.EXHIBITS, DocumentKind.BUNDLE}:
        return False
    files = list_files(case)
    return len(files) > _MOST_FILES_AT_ONCE or sum(entry.file.length for entry in files) > _MOST_BYTES_AT_ONCE


def find_signing_key(caseworker: Caseworker) -> bytes | None:
    """Open the office's document key; None where the office has none.

    Raises:
        CannotExportError: this person cannot open it.
        UntrustedKeyError: what is stored is not the office's.
    """
    try:
        return open_document_key(caseworker)
    except CannotOpenError:
        raise CannotExportError(
            "Your account cannot open the key that the office signs documents with. "
            "Ask somebody who gives access to look at your account."
        ) from None


def make_product(  # who, from where, of what, which, signed with what, to where
    caseworker: Caseworker,
    store: BlobStore,
    case: OpenedCase,
    order: Order,
    signing_key: bytes | None,
    sink: Sink,
) -> Product:
    """Make what was ordered into a sink, and record nothing yet: it must not leave before `record_product`.

    Raises:
        CannotExportError, BlobMissingError, BlobStoreError: as `produce`.
    """
    production = make_production(caseworker, case, order)
    numbering = _plan_numbering(caseworker, case) if order.is_numbered else None
    measure = _Measure(sink)
    if order.kind is DocumentKind.BUNDLE:
        options = _find_options(order)
        documents = list(_make_documents(store, case, order, production, numbering, signing_key))
        pages = sum(document.pages for document in documents)
        try:
            write_bundle(measure, caseworker, store, case, production, documents, options)
        except FileChangedError:
            raise CannotExportError("A file changed in the store while it was read. Try again in a minute.") from None
        except CannotSealError:
            raise CannotExportError("The recipient's key is not safe to seal to. Ask for another one.") from None
        name, media_type = name_bundle(production, options), SEALED_ZIP if options.lock else ZIP
    else:
        name, media_type, pages = _write_documents(
            measure, case.reference, order, _make_documents(store, case, order, production, numbering, signing_key)
        )
    return Product(
        file_name=name,
        media_type=media_type,
        sha256=measure.sha256.hexdigest(),
        length=measure.length,
        pages=pages,
        first_number=numbering.first if numbering else 0,
        last_number=numbering.first + pages - 1 if numbering else 0,
        prefix=numbering.prefix if numbering else "",
    )


def _write_documents(
    measure: _Measure, reference: str, order: Order, documents: Iterator[BundleDocument]
) -> tuple[str, str, int]:
    """Write one document as it is, several as a ZIP, while they are made; return name, media type and pages."""
    first = next(documents)
    second = next(documents, None)
    if second is None:
        measure.write(first.content)
        return name_file(reference, order), PDF, first.pages
    pages = 0
    with zipfile.ZipFile(cast("IO[bytes]", measure), "w", zipfile.ZIP_STORED) as packed:
        for document in chain((first, second), documents):
            packed.writestr(zipfile.ZipInfo(document.name, (1980, 1, 1, 0, 0, 0)), document.content)
            pages += document.pages
    return name_file(reference, order, "zip"), ZIP, pages


def _make_documents(  # as make_product
    store: BlobStore,
    case: OpenedCase,
    order: Order,
    production: Production,
    numbering: Numbering | None,
    signing_key: bytes | None,
) -> Iterator[BundleDocument]:
    """Draw, check and sign every document of an order, numbered in one run."""
    for kind in _PARTS.get(order.kind, (order.kind,)):
        part = replace(order, kind=kind)
        for volume, drawing in enumerate(_draw(store, case, part, production, numbering), start=1):
            check_clean(drawing.content, production)
            after = numbering.skip(drawing.pages) if numbering else None
            yield BundleDocument(
                name=name_file(case.reference, part, f"{volume:03}.pdf"),
                content=_sign(drawing.content, part, signing_key),
                pages=drawing.pages,
                first_number=numbering.format_number(numbering.first) if numbering else "",
                last_number=numbering.format_number(numbering.first + drawing.pages - 1) if numbering else "",
                exhibits=list_exhibit_numbers(production, drawing.content, numbering)
                if numbering and kind is DocumentKind.EXHIBITS
                else (),
            )
            numbering = after


def make_production(caseworker: Caseworker, case: OpenedCase, order: Order) -> Production:
    """Return the case as the copy that was ordered shows it, with what staff marked in it.

    Raises:
        CannotExportError: the case may not go on paper now, or words could not be taken out.
    """
    try:
        return redact(build_case_file(caseworker, case), order.variant, [each.mark for each in list_marks(case)])
    except RuntimeError:
        raise CannotExportError("Words that must be removed could not all be taken out. Nothing was made.") from None


def check_clean(content: bytes, production: Production) -> None:
    """See to it that nothing that the copy must not hold is anywhere in a finished document.

    Raises:
        CannotExportError: something is.
    """
    places = search_for_removed(content, production)
    if places:
        raise CannotExportError(
            "A word that must not be in this copy was found in the finished document. Nothing was handed over. "
            f"It is in: {', '.join(places[:_MOST_PLACES])}. "
            "Look at the marks of this case, or choose another document."
        )


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
        **order.to_json_without_secrets(),
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

    Of a bundle the case file is shown, of exhibits their first volume.

    Raises:
        CannotExportError, BlobMissingError, BlobStoreError: as `produce`.
    """
    production = make_production(caseworker, case, order)
    numbering = _plan_numbering(caseworker, case) if order.is_numbered else None
    part = replace(order, kind=_PARTS.get(order.kind, (order.kind,))[0])
    drawing = next(_draw(store, case, part, production, numbering))
    check_clean(drawing.content, production)
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


def name_file(reference: str, order: Order, ending: str = "pdf") -> str:
    """A file name that gives away nobody's name: "case-7K2M-94PD-summary-facts.pdf"."""
    what = f"letter-{order.letter}" if order.letter else order.kind.value
    return f"case-{reference}-{what}-{order.variant.value}.{ending}"


def _name_order(order: Order) -> str:
    """Say which document and which copy, as the ledger does."""
    return f"{order.kind.value}-{order.variant.value}"


def _find_options(order: Order) -> BundleOptions:
    lock = choose_lock(passphrase=order.passphrase, recipient=order.recipient)
    return BundleOptions(with_sealed_originals=order.with_sealed_originals, lock=lock)


def _draw(
    store: BlobStore, case: OpenedCase, part: Order, production: Production, numbering: Numbering | None
) -> Iterator[Drawing]:
    if part.kind is DocumentKind.EXHIBITS:
        yield from draw_exhibit_set(store, case, production, numbering)
    else:
        yield draw_document(part, production, numbering)


def _sign(content: bytes, part: Order, signing_key: bytes | None) -> bytes:
    if signing_key is None:
        return content
    # It takes a second to load: who only reads the queue need not wait for it.
    from exports.signatures.signing import sign_pdf  # noqa: PLC0415

    return sign_pdf(content, signing_key, None, reason=TITLES[part.kind], at=clock.now())


def _plan_numbering(caseworker: Caseworker, case: OpenedCase) -> Numbering:
    try:
        return plan_numbering(case, caseworker.config.bates_prefix)
    except RegisterBrokenError:
        raise CannotExportError(
            "Part of the register of page numbers is missing, so nobody can say which numbers are free. "
            "Nothing can be numbered until whoever looks after the server has found out why. Keep the backups."
        ) from None
