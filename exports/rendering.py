"""HTML of our own templates to PDF, by WeasyPrint: tagged (PDF/UA-1), archivable (PDF/A-3a), the same bytes each time.

It must never fetch anything: every address but those of the pictures handed in with the HTML is refused, so a document
holds only what its template and its case gave.
Nor may a log hold what is drawn.
Only one document is drawn at a time in a process: fonts and parsed styles are kept between calls, and Pango's font
maps are not made for several threads.
"""

import atexit
import gc
import hashlib
import io
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import resources
from typing import Never

import pydyf  # type: ignore[import-untyped]  # ships no types
from weasyprint import CSS, HTML, Document
from weasyprint.css import ColorProfile
from weasyprint.logger import LOGGER, PROGRESS_LOGGER
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from exports.environment import TEMPLATES
from exports.productions import Drawing
from exports.tagging import describe_text, list_lines

_DRAWING = threading.Lock()
_OUTPUT_INTENT = "--srgb"


def _keep_place_only(record: logging.LogRecord) -> bool:
    """Make a record of WeasyPrint's say where and no longer what: its warnings quote the text that is drawn."""
    record.msg, record.args = "WeasyPrint: see %s, line %d", (record.module, record.lineno)
    record.exc_info = record.exc_text = record.stack_info = None
    return True


for _logger in (LOGGER, PROGRESS_LOGGER):
    _logger.addFilter(_keep_place_only)

# WeasyPrint writes one standard's mark at a time. ISO 14289-1 asks for this identifier, and ISO 19005-3 asks that a
# schema outside its own list is described in the file.
_PDF_UA_XMP = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
    xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
  <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
    <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
    <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
    <pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
    <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
      <pdfaProperty:category>internal</pdfaProperty:category>
      <pdfaProperty:description>Part of ISO 14289 that the file follows</pdfaProperty:description>
      <pdfaProperty:name>part</pdfaProperty:name>
      <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
    </rdf:li></rdf:Seq></pdfaSchema:property>
  </rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>"""


class RefuseEveryAddress(URLFetcher):  # type: ignore[misc]  # WeasyPrint ships no types
    """A fetcher that stops the document at the first address that it meets."""

    def fetch(self, url: str, headers: object = None) -> Never:  # noqa: ARG002 - WeasyPrint's signature
        """Refuse.

        Raises:
            FatalURLFetchingError: Always. An ordinary exception would be swallowed and the page drawn without the
                resource. The address is not in the message: it could hold what somebody typed.
        """
        raise FatalURLFetchingError("Documents fetch nothing.")


class ServePicturesInMemory(RefuseEveryAddress):
    """A fetcher of the pictures that are handed in with the HTML, by the very addresses that they have there."""

    def __init__(self, pictures: Mapping[str, bytes]) -> None:
        super().__init__()
        self._pictures = pictures

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """Serve a JPEG from memory. Raises as `RefuseEveryAddress` for any other address."""
        picture = self._pictures.get(url)
        if picture is None:
            super().fetch(url, headers)
        return URLFetcherResponse(url, body=picture, headers={"Content-Type": "image/jpeg"})


class _StandardColors(ColorProfile):  # type: ignore[misc]  # WeasyPrint ships no types
    """The sRGB profile that PDF/A asks for, as it is in the file.

    Left to itself, WeasyPrint opens that file anew for each document and never closes it, and LittleCMS writes a
    profile back in other bytes the second time.
    """

    def __init__(self, profile: bytes) -> None:
        super().__init__(io.BytesIO(profile), "sRGB2014.icc", "relative-colorimetric", ["r", "g", "b"])
        self._bytes = profile

    @property
    def content(self) -> bytes:
        return self._bytes


@cache
def _prepare_fonts() -> FontConfiguration:
    return FontConfiguration()


@cache
def _prepare_colors() -> dict[str, ColorProfile]:
    return {_OUTPUT_INTENT: _StandardColors((resources.files("weasyprint.pdf") / "sRGB2014.icc").read_bytes())}


@cache
def prepare_styles(name: str) -> CSS:
    """The parsed style sheet of that file name, read once in a process."""
    return CSS(
        string=(TEMPLATES / name).read_text(encoding="utf-8"),
        font_config=_prepare_fonts(),
        url_fetcher=RefuseEveryAddress(),
    )


@atexit.register
def _let_fonts_go() -> None:
    """Let go of the fonts while the libraries that free them are there: left to the end, that crashes the process."""
    prepare_styles.cache_clear()
    _prepare_fonts.cache_clear()
    gc.collect()


def render_pdf(html: str, *, styles: tuple[str, ...], pictures: Mapping[str, bytes] | None = None) -> Drawing:
    """Draw HTML with the named style sheets; the same HTML and pictures give the same bytes.

    ``pictures`` are JPEGs by the addresses that the HTML gives them.

    Raises:
        FatalURLFetchingError: The HTML names another address. It derives from BaseException.
    """
    fetcher = ServePicturesInMemory(pictures) if pictures else RefuseEveryAddress()
    # Without one of its own, a PDF gets a random identifier and differs each time.
    identifier = hashlib.sha256(html.encode())
    for picture in (pictures or {}).values():
        identifier.update(hashlib.sha256(picture).digest())
    with _DRAWING, _one_collection():
        pages = 0

        def finish(document: Document, pdf: pydyf.PDF) -> None:
            nonlocal pages
            pages = len(document.pages)
            _finish(document, pdf)

        content: bytes = HTML(string=html, url_fetcher=fetcher).write_pdf(
            stylesheets=[prepare_styles(name) for name in styles],
            font_config=_prepare_fonts(),
            finisher=finish,
            color_profiles=_prepare_colors(),
            output_intent=_OUTPUT_INTENT,
            pdf_variant="pdf/a-3a",
            pdf_identifier=identifier.hexdigest()[:32].encode(),
        )
    return Drawing(content, pages)


def set_words(
    html: str, *, styles: tuple[str, ...], pictures: Mapping[str, bytes] | None = None
) -> tuple[bytes, tuple[str, ...]]:
    """Draw HTML as a bare PDF to take pictures of its pages, with the words of each page as they were written.

    Reading them back out of the PDF would lose letters of scripts that join, and the order of lines that run both ways.

    Raises:
        FatalURLFetchingError: The HTML names another address. It derives from BaseException.
    """
    with _DRAWING, _one_collection():
        fetcher = ServePicturesInMemory(pictures) if pictures else RefuseEveryAddress()
        document = HTML(string=html, url_fetcher=fetcher).render(
            stylesheets=[prepare_styles(name) for name in styles], font_config=_prepare_fonts()
        )
        words = tuple("\n".join(list_lines(page)) for page in document.pages)
        content: bytes = document.write_pdf()
    return content, words


@contextmanager
def _one_collection() -> Iterator[None]:
    """Collect garbage once, after the drawing, among what the drawing made.

    A document is some hundred thousand objects that refer to each other and all die together. Left to itself, Python
    walks them, and everything else in the process, many times over before it finds that out: a fifth of the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect(0)
        if was_enabled:
            gc.enable()


def _finish(document: Document, pdf: pydyf.PDF) -> None:
    _declare_pdf_ua(pdf)
    describe_text(document, pdf)


def _declare_pdf_ua(pdf: pydyf.PDF) -> None:
    number = int(pdf.catalog["Metadata"].split()[0])
    metadata = pdf.objects[number]
    metadata.stream[0] = metadata.stream[0].replace(b"</rdf:RDF>", _PDF_UA_XMP.strip(), 1)
