"""Word files, OpenDocument texts and plain text as pages: their words and pictures in simple order, set anew.

It must never run in a process that holds keys, nor let markup of a file through: only our own elements are drawn, with
attributes of ours, pictures are drawn anew, and nothing is fetched. Runs in `exports/exhibits/child.py`.
"""

import codecs
import io
import zipfile
from collections.abc import Collection, Mapping
from html.parser import HTMLParser
from typing import Any, BinaryIO, Final
from xml.parsers.expat import ExpatError

import mammoth  # type: ignore[import-untyped]  # ships no types
import mammoth.images  # type: ignore[import-untyped]  # the same

from exports.exhibits.failures import FailedError, Failure
from exports.exhibits.open_documents import OPEN_TEXT, read_open_text
from exports.exhibits.photos import draw_photo
from exports.printable import find_direction, show_text
from exports.rendering import set_words

Written = tuple[bytes, tuple[str, ...]]

_MOST_CHARACTERS: Final = 400_000  # about 150 pages
_MOST_BYTES: Final = 32 * 1024 * 1024
_MOST_UNPACKED: Final = 64 * 1024 * 1024
_LOCKED_OFFICE: Final = b"\xd0\xcf\x11\xe0"  # an OLE file: what Word makes of a document with a password
_KEPT: Final = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "table", "tr", "td", "th", "strong", "em", "br"}
)
_INLINE: Final = frozenset({"strong", "em", "br"})
_MOST_PICTURES: Final = 200
_NO_PICTURE: Final = "[a picture that cannot be shown here]"
_DROPPED: Final = frozenset({"script", "style", "title"})


def set_text(file: BinaryIO) -> Written:
    """Set a plain text as a PDF, with the words of each page.

    Raises:
        FailedError: it is too long.
    """
    raw = file.read(_MOST_CHARACTERS * 4 + 1)
    is_wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = raw.decode("utf-16" if is_wide else "utf-8-sig", "replace")
    if len(text) > _MOST_CHARACTERS:
        raise FailedError(Failure.TOO_LARGE)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return _set("".join(f'<p dir="{find_direction(line)}">{show_text(line)}</p>' for line in lines))


def set_document(file: BinaryIO, media_type: str) -> Written:
    """Set a Word file (ECMA-376) or OpenDocument text as a PDF: headings, lists, tables and pictures, no comments.

    Raises:
        FailedError: it is locked, broken or too large.
    """
    raw = file.read(_MOST_BYTES + 1)
    if len(raw) > _MOST_BYTES:
        raise FailedError(Failure.TOO_LARGE)
    if raw.startswith(_LOCKED_OFFICE):
        raise FailedError(Failure.LOCKED)
    pictures = _Pictures()
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as parts:
            # zipfile gives out no more of a part than the list at the end says it has.
            if sum(part.file_size for part in parts.infolist()) > _MOST_UNPACKED:
                raise FailedError(Failure.TOO_LARGE)
            is_open_text = media_type == OPEN_TEXT
            found = read_open_text(parts, pictures.keep) if is_open_text else _read_word(raw, pictures)
    except (zipfile.BadZipFile, ExpatError, SyntaxError, LookupError, ValueError, AttributeError, TypeError, OSError):
        raise FailedError(Failure.BROKEN) from None
    reader = _Plain(pictures.drawn)
    reader.feed(found)
    reader.close()
    return _set(reader.markup(), pictures.drawn)


def _read_word(raw: bytes, pictures: "_Pictures") -> str:
    def keep(image: Any) -> dict[str, str]:  # noqa: ANN401  # mammoth's image, which has no type
        try:
            with image.open() as stored:
                address = pictures.keep(stored.read(_MOST_BYTES))
        except Exception:  # noqa: BLE001  # it may lie elsewhere, which is not looked at; the words go on
            address = ""
        return {"src": address}

    found: str = mammoth.convert_to_html(
        io.BytesIO(raw),
        convert_image=mammoth.images.img_element(keep),
        include_embedded_style_map=False,
        external_file_access=False,
    ).value
    return found


class _Pictures:
    """The pictures of a document, each drawn anew under an address that only the drawing knows."""

    def __init__(self) -> None:
        self.drawn: dict[str, bytes] = {}

    def keep(self, stored: bytes) -> str:
        """Draw one picture anew, and return its address; one that cannot be drawn has none."""
        if len(self.drawn) >= _MOST_PICTURES:
            return ""
        try:
            jpeg, _size, _own = draw_photo(io.BytesIO(stored))
        except Exception:  # noqa: BLE001  # readers of pictures fail in every way there is; the words go on
            return ""
        address = f"page:{len(self.drawn) + 1}"
        self.drawn[address] = jpeg
        return address


class _Plain(HTMLParser):
    """Reads markup and keeps words, simple elements and pictures that were drawn anew."""

    def __init__(self, pictures: Collection[str]) -> None:
        super().__init__(convert_charrefs=True)
        self._pictures = pictures
        self._parts: list[str] = []
        self._open: list[str] = []
        self._length = 0
        self._undirected = -1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element of ours, without its attributes; of a picture, the address that we gave it."""
        if tag == "br":
            self._parts.append("<br>")
        elif tag == "img":
            address = dict(attrs).get("src")
            self._parts.append(f'<img src="{address}" alt="">' if address in self._pictures else _NO_PICTURE)
        elif tag in _KEPT or tag in _DROPPED:
            self._open.append(tag)
            if tag in _KEPT:
                if tag not in _INLINE:
                    self._undirected = len(self._parts)
                self._parts.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        """Close an element that is open, and what stands open in it."""
        while tag in self._open:
            closed = self._open.pop()
            if closed in _KEPT:
                self._parts.append(f"</{closed}>")
            if closed == tag:
                return

    def handle_data(self, data: str) -> None:
        """Keep words."""
        if _DROPPED.intersection(self._open):
            return
        self._length += len(data)
        if self._length > _MOST_CHARACTERS:
            raise FailedError(Failure.TOO_LARGE)
        if self._undirected >= 0 and any(sign.isalpha() for sign in data):
            if find_direction(data) == "rtl":
                self._parts[self._undirected] = f'{self._parts[self._undirected][:-1]} dir="rtl">'
            self._undirected = -1
        # Each run is trimmed by itself, so the spaces at its ends are put back.
        start, end = data[: len(data) - len(data.lstrip())], data[len(data.rstrip()) :]
        self._parts.append((" " if start else "") + str(show_text(data)) + (" " if end else ""))

    def markup(self) -> str:
        """All of it, closed."""
        return "".join([*self._parts, *(f"</{tag}>" for tag in reversed(self._open))])


def _set(body: str, pictures: Mapping[str, bytes] | None = None) -> Written:
    return set_words(
        f'<!doctype html><html lang="und"><head><title>Exhibit</title></head><body>{body}</body></html>',
        styles=("exhibit_text.css",),
        pictures=pictures,
    )
