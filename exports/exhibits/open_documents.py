"""The words of an OpenDocument text (ISO/IEC 26300-1) as simple markup: headings, paragraphs, lists, tables, pictures.

It must never run in a process that holds keys. Runs in `exports/exhibits/child.py`; its markup goes through the same
sieve as that of a Word file.
"""

import zipfile
from collections.abc import Callable, Iterator
from typing import Final
from xml.etree import ElementTree as ET  # in a child under limits, which is where files are read

from markupsafe import escape

from exports.exhibits.failures import FailedError, Failure

OPEN_TEXT: Final = "application/vnd.oasis.opendocument.text"
_NAMES: Final = "{urn:oasis:names:tc:opendocument:xmlns:"
_TEXT, _TABLE, _OFFICE = f"{_NAMES}text:1.0}}", f"{_NAMES}table:1.0}}", f"{_NAMES}office:1.0}}"
_IMAGE: Final = f"{_NAMES}drawing:1.0}}image"
_ADDRESS: Final = "{http://www.w3.org/1999/xlink}href"
_ELEMENTS: Final = {
    f"{_TEXT}h": "h2",
    f"{_TEXT}p": "p",
    f"{_TEXT}list": "ul",
    f"{_TEXT}list-item": "li",
    f"{_TABLE}table": "table",
    f"{_TABLE}table-row": "tr",
    f"{_TABLE}table-cell": "td",
}
# Comments of editors, what was deleted, and the mark of a note whose words stand there as well.
_SKIPPED: Final = frozenset({f"{_OFFICE}annotation", f"{_TEXT}tracked-changes", f"{_TEXT}note-citation"})

Keep = Callable[[bytes], str]


def read_open_text(parts: zipfile.ZipFile, keep: Keep) -> str:
    """Markup of a document; ``keep`` takes a picture's bytes and returns its address, or nothing.

    Raises:
        FailedError: it is locked, or has no text.
        xml.etree.ElementTree.ParseError, KeyError: it is broken.
    """
    if b"encryption-data" in parts.read("META-INF/manifest.xml"):
        raise FailedError(Failure.LOCKED)
    body = ET.fromstring(parts.read("content.xml")).find(f"{_OFFICE}body/{_OFFICE}text")  # noqa: S314  # the same
    if body is None:
        raise FailedError(Failure.BROKEN)

    def walk(element: ET.Element) -> Iterator[str]:
        tag = _ELEMENTS.get(element.tag, "")
        if tag:
            yield f"<{tag}>"
        if element.tag not in _SKIPPED:
            yield _show_leaf(element, parts, keep)
            yield escape(element.text or "")
            for child in element:
                yield from walk(child)
                yield escape(child.tail or "")
        if tag:
            yield f"</{tag}>"

    return "".join(walk(body))


def _show_leaf(element: ET.Element, parts: zipfile.ZipFile, keep: Keep) -> str:
    """Markup of an element that stands for a sign or a picture."""
    if element.tag == f"{_TEXT}line-break":
        return "<br>"
    if element.tag in {f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}note-body"}:
        return " "
    if element.tag == _IMAGE:
        try:
            address = keep(parts.read(element.get(_ADDRESS, "")))
        except KeyError:
            address = ""
        return f'<img src="{escape(address)}">'
    return ""
