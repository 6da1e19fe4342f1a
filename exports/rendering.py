"""HTML of our own templates to PDF, by WeasyPrint: tagged (PDF/UA-1), archivable (PDF/A-3a), the same bytes each time.

It must never fetch anything: every address is refused, so a document holds only what its template and its case gave.
Only one document is drawn at a time in a process: fonts and parsed styles are kept between calls, and Pango's font
maps are not made for several threads.
"""

import hashlib
import threading
from collections.abc import Iterator
from functools import cache
from typing import Any, Never

import pydyf
from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from exports.environment import TEMPLATES

_DRAWING = threading.Lock()

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

    def fetch(self, url: str, headers: object = None) -> Never:
        """Refuse.

        Raises:
            FatalURLFetchingError: Always. An ordinary exception would be swallowed and the page drawn without the
                resource. The address is not in the message: it could hold what somebody typed.
        """
        raise FatalURLFetchingError("Documents fetch nothing.")


@cache
def _prepare_fonts() -> FontConfiguration:
    return FontConfiguration()


@cache
def prepare_styles(name: str) -> CSS:
    """The parsed style sheet of that file name, read once in a process."""
    return CSS(
        string=(TEMPLATES / name).read_text(encoding="utf-8"),
        font_config=_prepare_fonts(),
        url_fetcher=RefuseEveryAddress(),
    )


def render_pdf(html: str, *, styles: tuple[str, ...]) -> bytes:
    """Draw HTML with the named style sheets; the same HTML gives the same bytes.

    Raises:
        FatalURLFetchingError: The HTML names an address. It derives from BaseException.
    """
    with _DRAWING:
        drawn: bytes = HTML(string=html, url_fetcher=RefuseEveryAddress()).write_pdf(
            stylesheets=[prepare_styles(name) for name in styles],
            font_config=_prepare_fonts(),
            finisher=_finish,
            pdf_variant="pdf/a-3a",
            # Without one of its own, a PDF gets a random identifier and differs each time.
            pdf_identifier=hashlib.sha256(html.encode()).hexdigest()[:32].encode(),
        )
    return drawn


def _finish(document: Document, pdf: pydyf.PDF) -> None:
    _declare_pdf_ua(pdf)
    _mark_languages(document)


def _declare_pdf_ua(pdf: pydyf.PDF) -> None:
    number = int(pdf.catalog["Metadata"].split()[0])
    metadata = pdf.objects[number]
    metadata.stream[0] = metadata.stream[0].replace(b"</rdf:RDF>", _PDF_UA_XMP.strip(), 1)


def _mark_languages(document: Document) -> None:
    """Give each table cell in another language its Lang (WeasyPrint marks the language of the whole document only)."""
    root_language = document.metadata.lang
    for page in document.pages:
        for box in _walk_boxes(page._page_box):  # noqa: SLF001 - the drawn boxes have no public name
            if box.element is None or not isinstance(mark := getattr(box, "mark", None), pydyf.Dictionary):
                continue
            language = box.element.get("lang")
            if language and language != root_language:
                mark["Lang"] = pydyf.String(language)


def _walk_boxes(box: Any) -> Iterator[Any]:  # noqa: ANN401 - WeasyPrint's boxes have no types
    yield box
    for child in getattr(box, "children", ()):
        yield from _walk_boxes(child)
