"""The child that looks into one file: what it says of itself, and pictures of it, made anew.

Run as a program of its own by `exports/children/starting.py`, with KIND and LENGTH: parsers meet hostile files, so they
run where no key, no setting, no database and no open file of the site is, under limits, and are killed when they take
too long.
It must never write a file. It asks its parent for bytes of the file over a pipe, and gives back JSON and JPEGs.
"""

import io
import json
import math
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, BinaryIO, Final

from exports.children.limits import MEGABYTE, limit_itself
from exports.children.pipes import FRAME, RemoteFile

PAGES: Final = 10
_MEMORY: Final = 1536 * MEGABYTE
_CPU_SECONDS: Final = 15
_LONGEST_SIDE: Final = 1600
_MOST_PIXELS: Final = 120_000_000
_LONGEST_FACT: Final = 200
_PHOTO_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "HEIF", "AVIF")
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_MAKE, _MODEL, _SOFTWARE, _TAKEN, _TAKEN_OFFSET, _CHANGED = 0x010F, 0x0110, 0x0131, 0x9003, 0x9011, 0x0132

_PDF_DATE: Final = re.compile(r"^D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)")  # ISO 32000-1, section 7.9.4

Facts = dict[str, str]
Found = tuple[Facts, list[bytes]]


def look_at_photo(file: BinaryIO) -> Found:
    """Read a photo's place, time and device, and draw it anew: turned upright, small, without anything hidden in it."""
    from PIL import Image, ImageOps  # noqa: PLC0415  # after the decision which parser is needed at all

    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(file, formats=_PHOTO_FORMATS) as image:
        facts = {"size": f"{image.width} x {image.height}"} | _read_exif(image.getexif())
        image.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
        image.load()
        image.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
        upright = ImageOps.exif_transpose(image)
        return facts, [_write_jpeg(upright)]


def _write_jpeg(image: Any) -> bytes:  # noqa: ANN401  # Pillow's image, imported only where it is needed
    from PIL import Image  # noqa: PLC0415

    whole = image.convert("RGBA")
    plain = Image.new("RGB", whole.size, "white")
    plain.paste(whole, mask=whole)
    target = io.BytesIO()
    plain.save(target, "JPEG", quality=85)
    return target.getvalue()


def _read_exif(exif: Any) -> Facts:  # noqa: ANN401  # Pillow's Exif
    detail, place = exif.get_ifd(_EXIF_IFD), exif.get_ifd(_GPS_IFD)
    taken = str(detail.get(_TAKEN) or exif.get(_CHANGED) or "")
    facts = {
        "device": " ".join(str(exif.get(tag) or "") for tag in (_MAKE, _MODEL)),
        "software": str(exif.get(_SOFTWARE) or ""),
        "taken_at": f"{taken.replace(':', '-', 2)} {detail.get(_TAKEN_OFFSET) or ''}" if taken else "",
    }
    with suppress(KeyError, ValueError, TypeError, ZeroDivisionError, IndexError):
        facts["place"] = f"{_read_degrees(place[2], place[1], 'S')}, {_read_degrees(place[4], place[3], 'W')}"
    return facts


def _read_degrees(parts: Iterable[Any], side: str, negative: str) -> str:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value):
        raise ValueError
    return f"{-value if side == negative else value:.6f}"


def look_at_pdf(file: BinaryIO) -> Found:
    """Draw the first pages of a PDF, and read what it says about who made it."""
    import pypdfium2  # noqa: PLC0415

    document = pypdfium2.PdfDocument(file)
    said = document.get_metadata_dict()
    facts = {
        "pages": str(len(document)),
        "title": said.get("Title", ""),
        "author": said.get("Author", ""),
        "software": said.get("Producer") or said.get("Creator", ""),
        "taken_at": _PDF_DATE.sub(r"\1-\2-\3 \4:\5:\6 ", said.get("CreationDate", "")),
    }
    images = []
    for number in range(min(len(document), PAGES)):
        page = document[number]
        # A page may be as large as it likes: the picture is not.
        scale = min(_LONGEST_SIDE / max(*page.get_size(), 1), 2)
        images.append(_write_jpeg(page.render(scale=scale, may_draw_forms=False).to_pil()))
        page.close()
    return facts, images


def look_at_recording(file: BinaryIO) -> Found:
    """Read a recording's length, place, time and device; nothing is played or drawn."""
    from pymediainfo import MediaInfo  # noqa: PLC0415

    tracks = [track.to_data() for track in MediaInfo.parse(file).tracks]
    general: Mapping[str, Any] = next((track for track in tracks if track["track_type"] == "General"), {})
    video: Mapping[str, Any] = next((track for track in tracks if track["track_type"] == "Video"), {})

    def first(*names: str) -> str:
        return next((str(general[name]) for name in names if general.get(name)), "")

    facts = {
        "taken_at": first("comapplequicktimecreationdate", "recorded_date", "encoded_date", "tagged_date"),
        "place": first("recorded_location", "comapplequicktimelocationiso6709", "xyz"),
        "device": " ".join(
            part
            for part in (
                first("comapplequicktimemake", "performer", "make"),
                first("comapplequicktimemodel", "encoded_hardware_name", "model"),
            )
            if part
        ),
        "software": first("comapplequicktimesoftware", "writing_application", "encoded_application"),
        "format": first("format"),
    }
    if video.get("width") and video.get("height"):
        facts["size"] = f"{video['width']} x {video['height']}"
    with suppress(ValueError):
        seconds = round(float(first("duration")) / 1000)
        facts["duration"] = f"{seconds // 60}:{seconds % 60:02}"
    return facts, []


LOOKS: Final[Mapping[str, Callable[[BinaryIO], Found]]] = {
    "photo": look_at_photo,
    "pdf": look_at_pdf,
    "audio": look_at_recording,
    "video": look_at_recording,
}


def clean_facts(facts: Mapping[str, str]) -> Facts:
    """Make facts short lines of signs that can be shown."""
    lines = {
        name: " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:_LONGEST_FACT]
        for name, text in facts.items()
    }
    return {name: line for name, line in lines.items() if line}


def main() -> None:
    """Look into the file that the parent has, and give back what was found."""
    kind, length = sys.argv[1], int(sys.argv[2])
    asks, answers = sys.stdout.buffer, sys.stdin.buffer
    if kind == "photo":
        import pillow_heif  # noqa: PLC0415

        pillow_heif.register_heif_opener(thumbnails=False)
    limit_itself(memory=_MEMORY, cpu_seconds=_CPU_SECONDS)
    file = io.BufferedReader(RemoteFile(asks, answers, length), 64 * 1024)
    facts, images = LOOKS[kind](file)
    said = json.dumps({"facts": clean_facts(facts), "images": [len(image) for image in images]}).encode()
    asks.write(FRAME.pack(b"D", 0, len(said)) + said + b"".join(images))
    asks.flush()


if __name__ == "__main__":
    main()
