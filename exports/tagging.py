"""What a drawn PDF says about its text beyond its shapes: the language of each line, and the words behind the glyphs.

It must never change what is seen. It reads WeasyPrint's drawn boxes beside the structure tree that WeasyPrint made of
them, because WeasyPrint marks the language of the whole document only, and maps each glyph to characters once for the
whole file: in scripts that join and reorder, such as Burmese and S'gaw Karen, copied text then loses letters.
"""

import re
from collections.abc import Iterator
from typing import Any

import pydyf  # type: ignore[import-untyped]  # ships no types
from weasyprint import Document, Page
from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder

# Scripts whose glyphs stand for changing runs of characters: the Indic blocks, Tibetan, Myanmar and its extensions,
# Khmer, Javanese to Cham. Right-to-left scripts are not among them: their glyphs map well, and readers of PDF disagree
# on the order of replacement text in a line that runs right to left.
_REORDERING_SCRIPTS = re.compile("[\u0900-\u0dff\u0f00-\u109f\u1780-\u17ff\ua980-\uaadf]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_POINTS_PER_PIXEL = 0.75


def describe_text(document: Document, pdf: pydyf.PDF) -> None:
    """Give each drawn line its language, where it is not the document's, and its characters, where glyphs lose them.

    Sets Lang and ActualText (ISO 32000-1, 14.9.2 and 14.9.4).

    Raises:
        ValueError: The drawn lines and the structure tree do not match: WeasyPrint has changed.
    """
    document_language = document.metadata.lang
    leaves = list(_walk_leaves(pdf, _resolve(pdf, pdf.catalog["StructTreeRoot"])))
    for page, reference in zip(document.pages, pdf.page_references, strict=True):
        sheet = _resolve(pdf, reference)
        contents = _resolve(pdf, sheet["Contents"])
        marks = {
            mark["MCID"]: mark for mark in contents.stream if isinstance(mark, pydyf.Dictionary) and "MCID" in mark
        }
        drawn = _walk_drawn(page._page_box)  # noqa: SLF001 - the drawn boxes have no public name
        on_page = [(leaf, mark) for leaf, mark in leaves if leaf["Pg"] == reference]
        for box, (leaf, mark) in zip(drawn, on_page, strict=True):
            if leaf["S"] == "/Link":
                _name_link(pdf, leaf, box.text)
            if isinstance(box, boxes.ReplacedBox):
                _place_figure(leaf, box, height=sheet["MediaBox"][3])
                continue
            if (language := box.style["lang"]) and language != document_language:
                leaf["Lang"] = pydyf.String(language)
            if _REORDERING_SCRIPTS.search(box.text) and not _RIGHT_TO_LEFT.search(box.text):
                marks[mark]["ActualText"] = pydyf.String(box.text)


def list_lines(page: Page) -> Iterator[str]:
    """The lines of a drawn page, in reading order, each as it was written, whichever way it runs."""
    for line in page._page_box.descendants():  # noqa: SLF001 - the drawn boxes have no public name
        if isinstance(line, boxes.LineBox):
            yield "".join(box.text for box in line.descendants() if isinstance(box, boxes.TextBox))


def _resolve(pdf: pydyf.PDF, reference: bytes) -> Any:  # noqa: ANN401 - pydyf has no types
    return pdf.objects[int(reference.split()[0])]


def _walk_leaves(pdf: pydyf.PDF, element: Any) -> Iterator[tuple[Any, int]]:  # noqa: ANN401 - pydyf has no types
    """The structure elements that hold text or a picture themselves, each with its mark, in reading order."""
    for kid in element["K"]:
        if isinstance(kid, int):
            yield element, kid
            continue
        below = _resolve(pdf, kid)
        if below["Type"] != "/OBJR":  # the link's annotation, which holds no text
            yield from _walk_leaves(pdf, below)


def _walk_drawn(box: Any) -> Iterator[Any]:  # noqa: ANN401 - WeasyPrint's boxes have no types
    """The lines of text and the pictures of a page, in reading order, without its margins, which are no content."""
    if isinstance(box, AbsolutePlaceholder):  # the mark of a list item, outside of its text
        box = box._box  # noqa: SLF001 - no public name
    if isinstance(box, boxes.TextBox | boxes.ReplacedBox):
        yield box
    elif isinstance(box, boxes.ParentBox) and not isinstance(box, boxes.MarginBox):
        for child in box.children:
            yield from _walk_drawn(child)


def _place_figure(leaf: Any, box: Any, *, height: float) -> None:  # noqa: ANN401 - neither has types
    """Say where a picture stands, in points from the foot of the page: WeasyPrint writes pixels from its head."""
    left, top = box.content_box_x(), box.content_box_y()
    edges = (left, top + box.height, left + box.width, top)
    points = [edge * _POINTS_PER_PIXEL for edge in edges]
    leaf["A"]["BBox"] = pydyf.Array((points[0], height - points[1], points[2], height - points[3]))


def _name_link(pdf: pydyf.PDF, leaf: Any, words: str) -> None:  # noqa: ANN401 - pydyf has no types
    """Say in words where a link leads (PDF/UA-1, 7.18.5): what stands on the page, in place of the target's name."""
    for kid in leaf["K"]:
        if not isinstance(kid, int) and (reference := _resolve(pdf, kid))["Type"] == "/OBJR":
            annotation = _resolve(pdf, reference["Obj"])
            annotation["Contents"] = pydyf.String(f"Go to {words.strip()}")
