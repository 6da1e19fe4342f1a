"""What a file is, told by its own bytes: an allow-list of what phones and offices make.

Neither the name nor what the browser calls it decides; that word only breaks a tie where one container holds sound as
well as pictures and neither end of the file tells which. Nothing here unpacks, decodes or runs anything.
"""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from models.evidence import FileKind

# How much of a file's beginning and of its end is looked at.
EDGE_BYTES: Final = 64 * 1024


@dataclass(frozen=True)
class FoundKind:
    """What a file was found to be, and its media type (RFC 6838)."""

    kind: FileKind
    media_type: str


_PHOTO, _VIDEO, _AUDIO = FileKind.PHOTO, FileKind.VIDEO, FileKind.AUDIO
_DOCUMENT, _TEXT = FileKind.DOCUMENT, FileKind.TEXT

_BEGINNINGS: tuple[tuple[bytes, FoundKind], ...] = (
    (b"\xff\xd8\xff", FoundKind(_PHOTO, "image/jpeg")),
    (b"\x89PNG\r\n\x1a\n", FoundKind(_PHOTO, "image/png")),
    (b"GIF87a", FoundKind(_PHOTO, "image/gif")),
    (b"GIF89a", FoundKind(_PHOTO, "image/gif")),
    (b"%PDF-", FoundKind(FileKind.PDF, "application/pdf")),
    (b"#!AMR-WB\n", FoundKind(_AUDIO, "audio/amr-wb")),
    (b"#!AMR\n", FoundKind(_AUDIO, "audio/amr")),
    (b"ID3", FoundKind(_AUDIO, "audio/mpeg")),
    (b"fLaC", FoundKind(_AUDIO, "audio/flac")),
    (b"{\\rtf", FoundKind(_DOCUMENT, "application/rtf")),
)
_RIFF: dict[bytes, FoundKind] = {
    b"WEBP": FoundKind(_PHOTO, "image/webp"),
    b"WAVE": FoundKind(_AUDIO, "audio/wav"),
    b"AVI ": FoundKind(_VIDEO, "video/x-msvideo"),
}
_HEIF_BRANDS: dict[bytes, str] = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "image/heic"),
    **dict.fromkeys((b"mif1", b"msf1", b"avci"), "image/heif"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
}
# Names of parts stand readable in a zip file, in its entries and again in the list at its end.
_OFFICE_PARTS: tuple[tuple[bytes, str], ...] = (
    (b"word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_OPEN_DOCUMENT: Final = re.compile(
    rb"mimetype(application/vnd\.oasis\.opendocument\.(?:text|spreadsheet|presentation))(?=PK)"
)
_OLE_STREAMS: tuple[tuple[bytes, str], ...] = (
    ("WordDocument".encode("utf-16-le"), "application/msword"),
    ("PowerPoint Document".encode("utf-16-le"), "application/vnd.ms-powerpoint"),
    ("Workbook".encode("utf-16-le"), "application/vnd.ms-excel"),
)
# What a browser could run or draw although it reads as text.
_MARKUP: Final = re.compile(rb"^\s*<|<(?:!doctype|html|head|body|script|svg|iframe|\?xml)", re.IGNORECASE)
_TEXT_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SOUND_SYNCS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\xff[\xf0\xf1\xf8\xf9]"), "audio/aac"),
    (re.compile(rb"\xff[\xe2-\xe5\xf2-\xf5\xfa-\xfd][\x00-\xef]"), "audio/mpeg"),
)


def find_kind(head: bytes, tail: bytes, declared: str = "") -> FoundKind | None:
    """Tell what a file is from its first and last bytes (at most `EDGE_BYTES` each); None for what is not taken.

    `declared` is what the browser calls it, used only to choose between sound and video in one container.
    """
    for beginning, found in _BEGINNINGS:
        if head.startswith(beginning):
            return found
    if head[4:8] == b"ftyp":
        return _find_in_mp4(head, head + tail, is_said_to_sound=declared.startswith("audio/"))
    for container, find in _CONTAINERS:
        if head.startswith(container):
            return find(head, head + tail)
    for sync, media_type in _SOUND_SYNCS:
        if sync.match(head):
            return FoundKind(_AUDIO, media_type)
    return _find_text(head, tail)


def _find_in_riff(head: bytes, _edges: bytes) -> FoundKind | None:
    return _RIFF.get(head[8:12])


def _find_in_ogg(head: bytes, _edges: bytes) -> FoundKind:
    is_video = b"\x80theora" in head[:512]
    return FoundKind(_VIDEO, "video/ogg") if is_video else FoundKind(_AUDIO, "audio/ogg")


def _find_in_ole(_head: bytes, edges: bytes) -> FoundKind | None:
    found_type = next((name for stream, name in _OLE_STREAMS if stream in edges), None)
    return FoundKind(_DOCUMENT, found_type) if found_type else None


def _find_in_mp4(head: bytes, edges: bytes, *, is_said_to_sound: bool) -> FoundKind | None:
    brand = head[8:12]
    if brand in _HEIF_BRANDS:
        # Phones write "mif1" first and what it really is among the compatible brands.
        brands = [head[place : place + 4] for place in range(8, min(int.from_bytes(head[:4], "big"), 64), 4)]
        types = [_HEIF_BRANDS[one] for one in brands if one in _HEIF_BRANDS]
        return FoundKind(_PHOTO, next((one for one in types if one != "image/heif"), "image/heif"))
    if brand in {b"M4A ", b"M4B "}:
        return FoundKind(_AUDIO, "audio/mp4")
    family = {b"qt": "quicktime", b"3g": "3gpp"}.get(brand[:2], "mp4")
    has_pictures, has_sound = b"vide" in edges, b"soun" in edges
    if not has_pictures and (has_sound or is_said_to_sound):
        return FoundKind(_AUDIO, "audio/3gpp" if family == "3gpp" else "audio/mp4")
    return FoundKind(_VIDEO, f"video/{family}")


def _find_in_matroska(head: bytes, _edges: bytes) -> FoundKind:
    family = "webm" if b"webm" in head[:128] else "x-matroska"
    has_pictures, has_sound = b"V_" in head, b"A_" in head
    return (
        FoundKind(_AUDIO, f"audio/{family}") if has_sound and not has_pictures else FoundKind(_VIDEO, f"video/{family}")
    )


def _find_in_zip(head: bytes, edges: bytes) -> FoundKind | None:
    open_document = _OPEN_DOCUMENT.search(head[:256])
    if open_document:
        return FoundKind(_DOCUMENT, open_document.group(1).decode())
    if b"[Content_Types].xml" not in edges:
        return None
    found_type = next((name for part, name in _OFFICE_PARTS if part in edges), None)
    return FoundKind(_DOCUMENT, found_type) if found_type else None


_CONTAINERS: tuple[tuple[bytes, Callable[[bytes, bytes], FoundKind | None]], ...] = (
    (b"RIFF", _find_in_riff),
    (b"\x1aE\xdf\xa3", _find_in_matroska),
    (b"OggS", _find_in_ogg),
    (b"PK\x03\x04", _find_in_zip),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _find_in_ole),
)


def _find_text(head: bytes, tail: bytes) -> FoundKind | None:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = head[: len(head) // 2 * 2].decode("utf-16", "replace")
        is_whole = "\ufffd" not in text[:-1]
    else:
        # An edge may cut a character in two: up to three bytes of it.
        text = head.decode("utf-8", "replace")
        is_whole = "\ufffd" not in text[:-3] and "\ufffd" not in tail.decode("utf-8", "replace")[3:]
    if not is_whole or _TEXT_CONTROLS.search(text) or _MARKUP.search(text.encode()):
        return None
    return FoundKind(_TEXT, "text/plain")
