"""What a drawn PDF says about its text beyond its shapes: the language of each line, and the words behind the glyphs.

It must never change what is seen. It reads WeasyPrint's drawn boxes beside the structure tree that WeasyPrint made of
them, because WeasyPrint marks the language of the whole document only, and maps each glyph to characters once for the
whole file: in scripts that join and reorder, such as Burmese and S'gaw Karen, copied text then loses letters.
"""

import re
from collections.abc import Iterator
from typing import Any

import pydyf  # type: ignore[import-untyped]  # ships no types
from weasyprint import Document
from weasyprint.formatting_structure import boxes

# Scripts whose glyphs stand for changing runs of characters: the Indic blocks, Tibetan, Myanmar and its extensions,
# Khmer, Javanese to Cham. Right-to-left scripts are not among them: their glyphs map well, and readers of PDF disagree
# on the order of replacement text in a line that runs right to left.
_REORDERING_SCRIPTS = re.compile("[\u0900-\u0dff\u0f00-\u109f\u1780-\u17ff\ua980-\uaadf]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")


def describe_text(document: Document, pdf: pydyf.PDF) -> None:
    """Give each drawn line its language, where it is not the document's, and its characters, where glyphs lose them.

    Sets Lang and ActualText (ISO 32000-1, 14.9.2 and 14.9.4).

    Raises:
        ValueError: The drawn lines and the structure tree do not match: WeasyPrint has changed.
    """
    document_language = document.metadata.lang
    leaves = list(_walk_leaves(pdf, _resolve(pdf, pdf.catalog["StructTreeRoot"])))
    for page, reference in zip(document.pages, pdf.page_references, strict=True):
        contents = _resolve(pdf, _resolve(pdf, reference)["Contents"])
        marks = {
            mark["MCID"]: mark for mark in contents.stream if isinstance(mark, pydyf.Dictionary) and "MCID" in mark
        }
        lines = _walk_lines(page._page_box)  # noqa: SLF001 - the drawn boxes have no public name
        for line, leaf in zip(lines, (leaf for leaf in leaves if leaf["Pg"] == reference), strict=True):
            if (language := line.style["lang"]) and language != document_language:
                leaf["Lang"] = pydyf.String(language)
            if _REORDERING_SCRIPTS.search(line.text) and not _RIGHT_TO_LEFT.search(line.text):
                marks[leaf["K"][0]]["ActualText"] = pydyf.String(line.text)


def _resolve(pdf: pydyf.PDF, reference: bytes) -> Any:  # noqa: ANN401 - pydyf has no types
    return pdf.objects[int(reference.split()[0])]


def _walk_leaves(pdf: pydyf.PDF, element: Any) -> Iterator[Any]:  # noqa: ANN401 - pydyf has no types
    """The structure elements that hold text themselves, in reading order."""
    for kid in element["K"]:
        if isinstance(kid, int):
            yield element
        else:
            yield from _walk_leaves(pdf, _resolve(pdf, kid))


def _walk_lines(box: Any) -> Iterator[Any]:  # noqa: ANN401 - WeasyPrint's boxes have no types
    """The lines of text of a page, in reading order, without its margins (which are no part of the structure)."""
    if isinstance(box, boxes.TextBox):
        yield box
    elif isinstance(box, boxes.ParentBox) and not isinstance(box, boxes.MarginBox):
        for child in box.children:
            yield from _walk_lines(child)
