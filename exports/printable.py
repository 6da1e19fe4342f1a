"""Text as typed, made fit to print.

It must never lose what a reader could see, nor let a character that nobody sees change what is read: control
characters go, and characters that reorder or hide text, or that no font here can draw, are shown by their code point.
"""

import itertools
import re
import unicodedata
from typing import Literal

from markupsafe import Markup, escape

from exports.fonts import has_shape

# These belong to the spelling of Persian, Burmese, emoji or justified text, or only nudge neutral characters inside a
# passage that is already isolated: zero width (non-)joiner, LRM, RLM, ALM, soft hyphen, zero width space, word joiner.
_HARMLESS_FORMAT = frozenset("\u200c\u200d\u200e\u200f\u061c\u00ad\u200b\u2060")
# Format characters that have a shape: Arabic and Syriac number and verse signs, Kaithi number signs.
_VISIBLE_FORMAT = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
_HIDDEN_MARK = Markup('<span class="hidden-character">{}</span>')
_MISSING_MARK = Markup('<span class="hidden-character missing-character">{}</span>')
_MISSING = re.compile(r'<span class="hidden-character missing-character">\[U\+([0-9A-F]+)\]</span>')
_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


def strip_controls(text: str) -> str:
    """Text without control characters, lone surrogates and noncharacters; every kind of line end becomes a newline.

    Control characters have no shape, and a PDF or XML text may not hold them.
    """
    text = _LINE_BREAKS.sub("\n", text).replace("\t", " ")
    return "".join(
        character
        for character in text
        if character == "\n"
        or not (unicodedata.category(character) in {"Cc", "Cs"} or (ord(character) & 0xFFFE) == 0xFFFE)  # noqa: PLR2004 - U+..FFFE and U+..FFFF
    )


def is_hidden(character: str) -> bool:
    """Whether a character reorders or hides text without being seen, such as a right-to-left override."""
    return (
        unicodedata.category(character) == "Cf"
        and character not in _HARMLESS_FORMAT
        and character not in _VISIBLE_FORMAT
    )


def show_text(text: str) -> Markup:
    """Text as escaped markup for one cell, with what cannot be seen or drawn by its code point, such as [U+202E]."""
    return Markup("").join(
        escape("".join(run)) if mark is None else Markup("").join(mark.format(_name_code_point(each)) for each in run)
        for mark, run in itertools.groupby(strip_controls(text).strip(), _choose_mark)
    )


def show_plain(text: str) -> str:
    """Text on one line for a page margin or a title, with what cannot be seen or drawn by its code point."""
    line = " ".join(strip_controls(text).split())
    return "".join(character if _choose_mark(character) is None else _name_code_point(character) for character in line)


def list_missing_characters(html: str) -> tuple[str, ...]:
    """The characters that the HTML of a document shows by their code point because no font here has them, in order.

    Typed text is escaped, so nobody can write such a mark.
    """
    return tuple(sorted({chr(int(point, 16)) for point in _MISSING.findall(html)}))


def _choose_mark(character: str) -> Markup | None:
    if is_hidden(character):
        return _HIDDEN_MARK
    return None if has_shape(character) else _MISSING_MARK


def _name_code_point(character: str) -> str:
    return f"[U+{ord(character):04X}]"


def split_paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a text, in order: blank lines part them, or, where there are none, each new line does."""
    text = strip_controls(text).strip()
    separator = r"\n\s*\n" if re.search(r"\n\s*\n", text) else r"\n"
    return tuple(piece for paragraph in re.split(separator, text) if (piece := paragraph.strip()))


def find_direction(text: str) -> Literal["ltr", "rtl"]:
    """The way a text without a known language runs: that of its first letter that has one (rule P2 of UAX #9)."""
    for character in text:
        match unicodedata.bidirectional(character):
            case "L":
                return "ltr"
            case "R" | "AL":
                return "rtl"
    return "ltr"
