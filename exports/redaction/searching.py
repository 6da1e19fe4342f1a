"""Searching a finished file for words that must not be in it: the last look before anything leaves.

It looks at what a reader sees and at what nobody sees: raw bytes, every stream, text layer, metadata, outlines, words
for screen readers, attachments, and files inside files. It must never say which word it found, only where, and what it
cannot open it does not let pass. What stands in a picture's pixels or in a sound it cannot search.
"""

import html
import io
import json
import re
import zipfile
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pikepdf

from exports.productions import Production
from exports.redaction.matching import Haystack, Needle, make_needle
from exports.redaction.own_words import OwnWords, hold_standing_words

CANNOT_SEARCH = "a part that cannot be opened to be searched"
_DEEPEST = 5
_SHORTEST_RAW = 6  # bytes; shorter ones turn up in compressed data by chance
_SHORTEST_NUMBER = 6  # digits; shorter ones are lengths, pages and days of any document
_DIGEST = re.compile(r"(?<![0-9A-Za-z])(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{12,}(?![0-9A-Za-z])")
_TAG = re.compile(r"<[^<>]*>")
_KEY = re.compile(r"[a-z0-9_$/. -]*")
_PDF_WORDS = re.compile(rb"/(?:ActualText|Alt|E)\s*(\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]*>)", re.DOTALL)
_GAP = " \N{OBJECT REPLACEMENT CHARACTER} \N{OBJECT REPLACEMENT CHARACTER} \N{OBJECT REPLACEMENT CHARACTER} "


@dataclass(frozen=True)
class _Wanted:
    """What is searched for: by words, and by bytes."""

    needles: tuple[Needle, ...] = field(repr=False)
    raw: tuple[bytes, ...] = field(repr=False)


def search_for_removed(content: bytes, production: Production) -> tuple[str, ...]:
    """The places of a finished file where removed words of its production stand; empty when there is none.

    Words that are ours as well are not looked for: see `exports/redaction/own_words.py`.
    """
    ours = OwnWords(production)
    return find_removed(content, production.removed, is_ours=ours.hold)


def find_removed(
    content: bytes, removed: tuple[str, ...], *, is_ours: Callable[[Needle], bool] = hold_standing_words
) -> tuple[str, ...]:
    """The places of a file (PDF, ZIP, JSON, text, picture) where removed words stand, each place once.

    Words of our templates and lists are not looked for; `search_for_removed` knows those of one case as well.
    A place reads like "text of page 3" or "attachment 1: JSON". A part that cannot be opened counts as a place.
    """
    wanted = _choose_wanted(removed, is_ours)
    if not wanted.needles:
        return ()
    return tuple(dict.fromkeys(_search(content, wanted, "", 0)))


def _choose_wanted(removed: tuple[str, ...], is_ours: Callable[[Needle], bool]) -> _Wanted:
    needles: dict[Needle, None] = {}
    raw: dict[bytes, None] = {}
    for text in removed:
        needle = make_needle(text)
        if needle is None or (needle.joined.isdigit() and len(needle.joined) < _SHORTEST_NUMBER) or is_ours(needle):
            continue
        needles[needle] = None
        for form in {text.strip().lower(), " ".join(needle.words)}:
            for encoding in ("utf-8", "utf-16-be", "utf-16-le"):
                raw[form.encode(encoding, "ignore")] = None
    return _Wanted(tuple(needles), tuple(form for form in raw if len(form) >= _SHORTEST_RAW))


def _search(content: bytes, wanted: _Wanted, place: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        yield f"{place}{CANNOT_SEARCH}"
        return
    lowered = content.lower()
    if any(form in lowered for form in wanted.raw):
        yield f"{place}bytes"
    if b"%PDF-" in content[:1024]:
        yield from _search_pdf(content, wanted, place, depth)
    elif content.startswith(b"PK\x03\x04"):
        yield from _search_zip(content, wanted, place, depth)
    else:
        text = _read_text(content)
        if text is not None:
            yield from _search_text(text, wanted, place)


def _read_text(content: bytes) -> str | None:
    """The file as text, or None where it is none."""
    encodings = ["utf-16"] if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ["utf-8-sig"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def _search_text(text: str, wanted: _Wanted, place: str) -> Iterator[str]:
    try:
        plain = json.loads(text)
    except ValueError:
        plain = None
    if isinstance(plain, dict | list):
        if _has_any(_GAP.join(_iterate_json(plain)), wanted):
            yield f"{place}JSON"
        return
    if _has_any(text, wanted):
        yield f"{place}text"
    elif "<" in text and any(_has_any(html.unescape(_TAG.sub(gap, text)), wanted) for gap in ("", " ")):
        yield f"{place}markup"


def _iterate_json(plain: object) -> Iterator[str]:
    """Every text of a JSON value; keys too, but for those that only a program can have written."""
    if isinstance(plain, str):
        yield plain
    elif isinstance(plain, list):
        for each in plain:
            yield from _iterate_json(each)
    elif isinstance(plain, dict):
        for key, each in plain.items():
            if not _KEY.fullmatch(key):
                yield key
            yield from _iterate_json(each)
    elif isinstance(plain, int) and not isinstance(plain, bool):
        yield str(plain)


def _search_zip(content: bytes, wanted: _Wanted, place: str, depth: int) -> Iterator[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = _GAP.join([*archive.namelist(), archive.comment.decode("utf-8", "replace")])
            if _has_any(names, wanted):
                yield f"{place}names of files"
            for number, each in enumerate(archive.infolist(), start=1):
                yield from _search(archive.read(each), wanted, f"{place}file {number}: ", depth + 1)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError):
        yield f"{place}{CANNOT_SEARCH}"


def _search_pdf(content: bytes, wanted: _Wanted, place: str, depth: int) -> Iterator[str]:
    try:
        yield from _search_text_layer(content, wanted, place)
        with pikepdf.open(io.BytesIO(content)) as pdf:
            words: list[str] = []
            for thing in pdf.objects:
                _collect_strings(thing, words, 0)
            for thing in pdf.objects:
                if isinstance(thing, pikepdf.Stream):
                    yield from _search_stream(thing, wanted, place, words, depth)
            if _has_any(_GAP.join(words), wanted):
                yield f"{place}metadata or words for screen readers"
    except (pikepdf.PdfError, ValueError, RuntimeError):
        yield f"{place}{CANNOT_SEARCH}"


def _search_text_layer(content: bytes, wanted: _Wanted, place: str) -> Iterator[str]:
    import pypdfium2  # noqa: PLC0415  # loaded when it is needed: who only reads the queue need not wait for it

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        yield f"{place}{CANNOT_SEARCH}"
        return
    try:
        pages = []
        for page in document:
            pages.append(page.get_textpage().get_text_range())
            page.close()
    finally:
        document.close()
    text = "\n".join(pages)
    starts = [0]
    for page_text in pages:
        starts.append(starts[-1] + len(page_text) + 1)
    for start in _find_places(text, wanted):
        yield f"{place}text of page {bisect_right(starts, start)}"


def _collect_strings(thing: pikepdf.Object, words: list[str], depth: int) -> None:
    """Every string that a PDF object holds itself: titles, names of files, outlines, words for screen readers."""
    if depth > 60:  # noqa: PLR2004 - no document of ours nests so deep
        raise ValueError("nested too deep")
    if isinstance(thing, pikepdf.String):
        words.append(str(thing))
    elif isinstance(thing, pikepdf.Array):
        for each in thing:
            _collect_direct(each, words, depth)
    elif isinstance(thing, pikepdf.Dictionary):
        for each in thing.values():
            _collect_direct(each, words, depth)
    elif isinstance(thing, pikepdf.Stream):
        for each in thing.stream_dict.values():
            _collect_direct(each, words, depth)


def _collect_direct(each: object, words: list[str], depth: int) -> None:
    # What is indirect is in the list of objects itself.
    if isinstance(each, pikepdf.Object) and not each.is_indirect:
        _collect_strings(each, words, depth + 1)


def _search_stream(stream: pikepdf.Stream, wanted: _Wanted, place: str, words: list[str], depth: int) -> Iterator[str]:
    """Search what a stream holds once it is unpacked. A filter that only pictures have is left packed."""
    try:
        content = stream.read_bytes()
    except pikepdf.PdfError:
        content = stream.read_raw_bytes()
    kind = stream.stream_dict.get("/Type")
    if kind == pikepdf.Name.EmbeddedFile:
        yield from _search(content, wanted, f"{place}attachment: ", depth + 1)
        return
    lowered = content.lower()
    if any(form in lowered for form in wanted.raw):
        yield f"{place}bytes of a stream"
    if kind == pikepdf.Name.Metadata:
        text = _read_text(content)
        if text is None:
            yield f"{place}{CANNOT_SEARCH}"
        else:
            yield from _search_text(text, wanted, f"{place}metadata: ")
    words.extend(str(pikepdf.Object.parse(found[1])) for found in _PDF_WORDS.finditer(content))


def _has_any(text: str, wanted: _Wanted) -> bool:
    return any(True for _start in _find_places(text, wanted))


def _find_places(text: str, wanted: _Wanted) -> Iterator[int]:
    # Digests are letters and digits by chance; a name of three letters is in one of fifty of them.
    haystack = Haystack(_DIGEST.sub(lambda found: " " * len(found[0]), text))
    for needle in wanted.needles:
        for start, _end in haystack.find(needle):
            yield start
