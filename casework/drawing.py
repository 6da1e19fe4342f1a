"""Having documents drawn: in children that hold no key, each under limits of time and memory.

It must never draw in this process, nor let a document that cannot be drawn be anything but a sentence for who asked.
"""

import atexit
from collections.abc import Iterator
from functools import cache
from threading import Lock

from casework.case_files import CannotExportError
from casework.files import find_file, open_stored
from casework.opening import OpenedCase
from casework.orders import DocumentKind, Order
from exports.children.pool import DrawingError, DrawingPool, WhyNotDrawn
from exports.exhibits.drawing import ExhibitFile, iterate_volumes, pack_volumes
from exports.exhibits.drawn import DrawnExhibit
from exports.productions import Drawing, Numbering, Production
from exports.redaction.exhibit_pages import NOT_FIT, withhold_pages
from models.blobs import BlobMissingError, BlobStore
from vault.errors import CannotOpenError

_WORDS = {
    WhyNotDrawn.LATE: "It took too long to draw, and was stopped. Try a shorter document.",
    WhyNotDrawn.OUT_OF_MEMORY: "It needs more memory to draw than there is. Try a shorter document.",
    WhyNotDrawn.FAILED: "It could not be drawn. The log of the server says where it stopped.",
    WhyNotDrawn.CLOSED: "The site is just ending. Try again in a minute.",
}
_GONE = "The file could not be opened: it is missing from the store, or was changed there."


_MAKING = Lock()


def _get_pool() -> DrawingPool:
    """The one pool of this process, however many threads ask for it first."""
    with _MAKING:
        return _make_pool()


@cache
def _make_pool() -> DrawingPool:
    pool = DrawingPool()
    atexit.register(pool.close)
    return pool


def draw_document(order: Order, production: Production, numbering: Numbering | None) -> Drawing:
    """Draw a document that is one file.

    Raises:
        CannotExportError: it could not be drawn; says why.
    """
    options: dict[str, object] = {"numbering": numbering}
    if order.kind is DocumentKind.LETTER:
        options["kind"] = order.letter
    return _draw(order.kind.value, production, **options)


def draw_exhibit_set(
    store: BlobStore, case: OpenedCase, production: Production, numbering: Numbering | None
) -> Iterator[Drawing]:
    """Draw the exhibits that a copy lists, volume after volume; never are more than two volumes' pages held.

    Raises:
        CannotExportError: a volume could not be drawn; says why.
        BlobStoreError: the store does not answer.
    """
    volumes = pack_volumes(_iterate_exhibits(store, case, production))
    here: tuple[DrawnExhibit, ...] | None = next(volumes, ())
    number = 1
    while here is not None:
        later = next(volumes, None)
        # How many there are is known only at the end: the first pages do not wait for the last.
        of = 1 if number == 1 and later is None else 0
        drawing = _draw("exhibits", production, drawn=here, numbering=numbering, volume=(number, of))
        yield drawing
        numbering = numbering.skip(drawing.pages) if numbering else None
        here, number = later, number + 1


def _iterate_exhibits(store: BlobStore, case: OpenedCase, production: Production) -> Iterator[DrawnExhibit]:
    for exhibit in production.case_file.exhibits:
        if exhibit.id in production.withheld_exhibits:
            yield DrawnExhibit(exhibit.id, failure=NOT_FIT)
            continue
        entry = find_file(case, exhibit.id)
        file = ExhibitFile(entry.file.id, entry.file.kind, entry.file.media_type, entry.file.length)
        try:
            with open_stored(store, case, entry) as opener:
                for drawn in iterate_volumes(opener, file):
                    yield from withhold_pages(production, (drawn,))
        except (BlobMissingError, CannotOpenError):
            yield DrawnExhibit(exhibit.id, failure=_GONE)


def _draw(name: str, production: Production, **options: object) -> Drawing:
    try:
        return _get_pool().draw(name, production, **options)
    except DrawingError as error:
        raise CannotExportError(_WORDS[error.why]) from None
