"""What a file is, by its own bytes: what phones and offices make is known, what could run in a browser is not taken."""

from __future__ import annotations

import struct
import wave
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from intake.file_kinds import EDGE_BYTES, find_kind


def make_zip(*names: str, first: tuple[str, bytes] | None = None, padding: int = 0) -> bytes:
    """Write a zip file with entries of these names; `first` is stored as it is, as OpenDocument wants it."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        if first:
            packed.writestr(zipfile.ZipInfo(first[0]), first[1])
        for name in names:
            packed.writestr(name, b"<xml/>")
        if padding:
            packed.writestr(zipfile.ZipInfo("media/film.bin"), bytes(padding))
    return target.getvalue()


def make_wave() -> bytes:
    """Write a real, short WAV file."""
    target = BytesIO()
    with wave.open(target, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8_000)
        sound.writeframes(bytes(16_000))
    return target.getvalue()


def make_mp4(brand: bytes, *handlers: bytes, compatible: tuple[bytes, ...] = (), media: int = 0) -> bytes:
    """Write the boxes of an MP4 file that tell what it is, with `media` bytes of data before them."""
    brands = b"".join(compatible)
    ftyp = struct.pack(">I4s4sI", 16 + len(brands), b"ftyp", brand, 512) + brands
    mdat = struct.pack(">I4s", 8 + media, b"mdat") + bytes(media)
    tracks = b"".join(struct.pack(">I4sII4s", 20, b"hdlr", 0, 0, handler) for handler in handlers)
    return ftyp + mdat + struct.pack(">I4s", 8 + len(tracks), b"moov") + tracks


def tell(content: bytes, declared: str = "") -> str:
    """Return the media type that is found; empty for what is not taken."""
    found = find_kind(content[:EDGE_BYTES], content[-EDGE_BYTES:], declared)
    return f"{found.kind} {found.media_type}" if found else ""


OFFICE = "application/vnd.openxmlformats-officedocument"
KNOWN: dict[str, tuple[bytes, str]] = {
    "jpeg": (b"\xff\xd8\xff\xe1\x00\x18Exif", "photo image/jpeg"),
    "png": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "photo image/png"),
    "gif": (b"GIF89a\x01\x00", "photo image/gif"),
    "webp": (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "photo image/webp"),
    "heic": (make_mp4(b"heic", compatible=(b"mif1", b"heic")), "photo image/heic"),
    "heic of a phone": (make_mp4(b"mif1", compatible=(b"mif1", b"heic")), "photo image/heic"),
    "heif": (make_mp4(b"mif1", compatible=(b"mif1",)), "photo image/heif"),
    "avif": (make_mp4(b"avif"), "photo image/avif"),
    "mp4": (make_mp4(b"isom", b"vide", b"soun"), "video video/mp4"),
    "mp4 with its list at the end": (make_mp4(b"mp42", b"soun", b"vide", media=500_000), "video video/mp4"),
    "mov": (make_mp4(b"qt  ", b"vide"), "video video/quicktime"),
    "3gp": (make_mp4(b"3gp5", b"vide", b"soun"), "video video/3gpp"),
    "recorder's 3gp": (make_mp4(b"3gp4", b"soun"), "audio audio/3gpp"),
    "m4a": (make_mp4(b"M4A ", b"soun"), "audio audio/mp4"),
    "recorder's mp4": (make_mp4(b"mp42", b"soun"), "audio audio/mp4"),
    "webm": (b"\x1aE\xdf\xa3\x9fB\x82\x84webm" + bytes(40) + b"V_VP9" + b"A_OPUS", "video video/webm"),
    "recorder's webm": (b"\x1aE\xdf\xa3\x9fB\x82\x84webm" + bytes(40) + b"A_OPUS", "audio audio/webm"),
    "mkv": (b"\x1aE\xdf\xa3\x9fB\x82\x88matroska" + b"V_MPEG4", "video video/x-matroska"),
    "avi": (b"RIFF\x10\x00\x00\x00AVI LIST", "video video/x-msvideo"),
    "mp3 with a tag": (b"ID3\x04\x00", "audio audio/mpeg"),
    "mp3": (b"\xff\xfb\x90\x64\x00", "audio audio/mpeg"),
    "aac": (b"\xff\xf1\x50\x80", "audio audio/aac"),
    "ogg": (b"OggS\x00\x02" + bytes(22) + b"OpusHead", "audio audio/ogg"),
    "ogg video": (b"OggS\x00\x02" + bytes(22) + b"\x80theora", "video video/ogg"),
    "amr": (b"#!AMR\n\x3c", "audio audio/amr"),
    "wide amr": (b"#!AMR-WB\n\x3c", "audio audio/amr-wb"),
    "flac": (b"fLaC\x00", "audio audio/flac"),
    "wav": (make_wave(), "audio audio/wav"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", "pdf application/pdf"),
    "docx": (
        make_zip("[Content_Types].xml", "word/document.xml"),
        f"document {OFFICE}.wordprocessingml.document",
    ),
    "large docx, list of parts at its end": (
        make_zip("word/document.xml", "[Content_Types].xml", padding=300_000),
        f"document {OFFICE}.wordprocessingml.document",
    ),
    "xlsx": (make_zip("[Content_Types].xml", "xl/workbook.xml"), f"document {OFFICE}.spreadsheetml.sheet"),
    "pptx": (
        make_zip("[Content_Types].xml", "ppt/presentation.xml"),
        f"document {OFFICE}.presentationml.presentation",
    ),
    "odt": (
        make_zip("content.xml", first=("mimetype", b"application/vnd.oasis.opendocument.text")),
        "document application/vnd.oasis.opendocument.text",
    ),
    "doc": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "WordDocument".encode("utf-16-le"),
        "document application/msword",
    ),
    "rtf": (b"{\\rtf1\\ansi Hola}", "document application/rtf"),
    "text": ("Me pararon por una luz. ¿Por qué?\n".encode(), "text text/plain"),
    "long text, cut in the middle of a letter": (b"x" + "ñ".encode() * 60_000, "text text/plain"),
    "text of Windows": ("Hola, ñandú".encode("utf-16"), "text text/plain"),
}
REFUSED: dict[str, bytes] = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "svg behind a declaration": b'\xef\xbb\xbf<?xml version="1.0"?><svg/>',
    "html": b"<!doctype html><script>alert(1)</script>",
    "html behind words": b"Good day. <SCRIPT src=x></SCRIPT>",
    "html of Windows": "<html><script>alert(1)</script>".encode("utf-16"),
    "zip": make_zip("a.txt"),
    "zip that only has an office name": make_zip("word/document.xml"),
    "program of Windows": b"MZ\x90\x00" + bytes(200),
    "program of Linux": b"\x7fELF\x02" + bytes(200),
    "installer": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
    "text in a code of one byte": "¿Por qué?".encode("latin-1"),
    "noise": bytes(range(256)) * 4,
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_kinds(name: str) -> None:
    """Each kind that the form promises to take is found, with its media type, whatever its name is."""
    content, expected = KNOWN[name]
    assert tell(content) == expected


@pytest.mark.parametrize("name", REFUSED)
def test_refused_kinds(name: str) -> None:
    """Markup, archives, programs and noise are not taken, also when the browser calls them a photo."""
    assert tell(REFUSED[name]) == tell(REFUSED[name], "image/jpeg") == ""


def test_two_kinds_in_one_file() -> None:
    """A file that is a photo to one program and a page to another counts as what it begins with, never as a page."""
    assert tell(b"\xff\xd8\xff\xe0<html><script>alert(1)</script>%PDF-1.4") == "photo image/jpeg"


def test_browser_breaks_a_tie_only() -> None:
    """Where a container does not tell, the browser's word decides between sound and video; it decides nothing else."""
    silent = make_mp4(b"isom")
    assert tell(silent) == "video video/mp4"
    assert tell(silent, "audio/mp4") == "audio audio/mp4"
    assert tell(make_mp4(b"isom", b"vide"), "audio/mp4") == "video video/mp4"


def test_real_files_of_this_repository() -> None:
    """A picture of the documentation and the code's own text are what they are."""
    root = Path(__file__).resolve().parents[2]
    picture = next((root / "docs" / "pictures").glob("*.png"))
    assert tell(picture.read_bytes()) == "photo image/png"
    assert tell((root / "LICENSE").read_bytes()) == "text text/plain"
