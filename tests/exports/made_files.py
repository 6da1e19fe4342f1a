"""Files as people hand them in, and as nobody should: made here, real, each with something to find or to fear."""

from __future__ import annotations

import io
import subprocess
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pikepdf
from PIL import Image, PngImagePlugin

from exports.exhibits.drawing import LIMITS, ExhibitFile, Limits, iterate_volumes
from exports.exhibits.drawn import DrawnExhibit

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OPEN_TEXT = "application/vnd.oasis.opendocument.text"
HIDDEN = b"palabra-escondida"
DEVICE = "Inventado"


class Bytes:
    """A file that lies in memory."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def iterate(self, start: int, end: int) -> Iterator[bytes]:
        """The bytes from start to before end."""
        yield self.content[start:end]


def draw_volumes(content: bytes, kind: str, media_type: str = "", limits: Limits = LIMITS) -> list[DrawnExhibit]:
    """All volumes of a file of this content."""
    file = ExhibitFile("exhibit", kind, media_type, len(content))
    return list(iterate_volumes(Bytes(content), file, limits=limits))


def draw_one(content: bytes, kind: str, media_type: str = "", limits: Limits = LIMITS) -> DrawnExhibit:
    """The only volume of a file of this content."""
    (volume,) = draw_volumes(content, kind, media_type, limits)
    return volume


def make_photo(form: str = "JPEG", size: tuple[int, int] = (800, 400), orientation: int = 6) -> bytes:
    """A photo with place, time, device and a word of its own in it; on its side unless told otherwise."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = DEVICE, "Telefono 7", orientation
    detail, place = exif.get_ifd(0x8769), exif.get_ifd(0x8825)
    detail[0x9003], detail[0x9011], detail[0x9286] = "2026:05:01 21:03:12", "-05:00", HIDDEN
    place[1], place[2], place[3], place[4] = "N", (41.0, 15.0, 30.5), "W", (96.0, 0.0, 7.0)
    target = io.BytesIO()
    image = Image.new("RGB", size, "red")
    image.paste("blue", (0, 0, size[0] // 2, size[1]))
    if form == "PNG":
        words = PngImagePlugin.PngInfo()
        words.add_text("Comment", HIDDEN.decode())
        image.save(target, form, exif=exif, pnginfo=words)
    elif form == "JPEG":
        image.save(target, form, exif=exif, comment=HIDDEN)
    else:
        image.save(target, form, exif=exif)
    return target.getvalue()


def make_pdf(pages: int = 2, *, words: str = "Citatorio", lock: pikepdf.Encryption | None = None) -> bytes:
    """A PDF of so many pages on US Letter, each with its number in words; locked on request."""
    paper = pikepdf.new()
    font = paper.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    )
    for number in range(1, pages + 1):
        page = paper.add_blank_page(page_size=(612, 792))
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.obj.Contents = paper.make_stream(f"BT /F1 24 Tf 72 700 Td ({words} {number}) Tj ET".encode())
    target = io.BytesIO()
    paper.save(target, encryption=lock or False)
    return target.getvalue()


def make_word_file(body: str, pictures: Mapping[str, bytes] | None = None) -> bytes:
    """A Word file (ECMA-376) whose body is this markup; pictures by the ids that the markup gives them."""
    target = io.BytesIO()
    office = "http://schemas.openxmlformats.org"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{office}/package/2006/content-types"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" '
            f'ContentType="{WORD}.main+xml"/></Types>',
        )
        parts.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{office}/package/2006/relationships"><Relationship Id="r1" Target='
            f'"word/document.xml" Type="{office}/officeDocument/2006/relationships/officeDocument"/></Relationships>',
        )
        related = "".join(
            f'<Relationship Id="{each}" Type="{office}/officeDocument/2006/relationships/image" Target="media/{each}"/>'
            for each in pictures or {}
        )
        parts.writestr(
            "word/_rels/document.xml.rels",
            f'<Relationships xmlns="{office}/package/2006/relationships">{related}</Relationships>',
        )
        for each, content in (pictures or {}).items():
            parts.writestr(f"word/media/{each}", content)
        parts.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{office}/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>',
        )
    return target.getvalue()


def make_open_text(body: str, pictures: Mapping[str, bytes] | None = None, *, is_locked: bool = False) -> bytes:
    """An OpenDocument text (ISO/IEC 26300) whose body is this markup; pictures by their names in it."""
    target, names = io.BytesIO(), "urn:oasis:names:tc:opendocument:xmlns:"
    spaces = "".join(
        f' xmlns:{short}="{names}{long}:1.0"'
        for short, long in (("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"))
    )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("mimetype", OPEN_TEXT, zipfile.ZIP_STORED)
        lock = '<manifest:encryption-data manifest:checksum="x"/>' if is_locked else ""
        parts.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{names}manifest:1.0">{lock}</manifest:manifest>',
        )
        parts.writestr(
            "content.xml",
            f'<office:document-content{spaces} xmlns:xlink="http://www.w3.org/1999/xlink"><office:body><office:text>'
            f"{body}</office:text></office:body></office:document-content>",
        )
        for name, content in (pictures or {}).items():
            parts.writestr(name, content)
    return target.getvalue()


def make_paragraph(text: str, style: str = "") -> str:
    """One paragraph of a Word file."""
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{properties}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def make_picture(relation: str) -> str:
    """A paragraph of a Word file that shows a picture."""
    office = "http://schemas.openxmlformats.org"
    return (
        f'<w:p><w:r><w:drawing><wp:inline xmlns:wp="{office}/drawingml/2006/wordprocessingDrawing">'
        f'<a:graphic xmlns:a="{office}/drawingml/2006/main"><a:graphicData>'
        f'<pic:pic xmlns:pic="{office}/drawingml/2006/picture"><pic:blipFill>'
        f'<a:blip xmlns:r="{office}/officeDocument/2006/relationships" r:embed="{relation}"/>'
        "</pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )


def make_recording(path: Path, *options: str, seconds: float = 2, with_picture: bool = False) -> bytes:
    """A recording that ffmpeg makes at this path, whose ending says its form; with place, device, title and chapter."""
    chapters = path.with_suffix(".chapters")
    chapters.write_text(
        f";FFMETADATA1\ntitle={HIDDEN.decode()}\nlocation=+41.2584-096.0019/\nlocation-eng=+41.2584-096.0019/\n"
        f"com.apple.quicktime.make={DEVICE}\nmake={DEVICE}\nartist={DEVICE}\ncomment={DEVICE}\n"
        f"creation_time=2026-05-01T21:03:12Z\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle={HIDDEN.decode()}\n",
        encoding="utf-8",
    )
    sources = ["-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=16000:duration={seconds}"]
    if with_picture:
        sources += ["-f", "lavfi", "-i", f"testsrc=size=160x120:rate=10:duration={seconds}"]
    command = ["ffmpeg", "-v", "error", "-y", *sources, "-i", str(chapters), "-map_metadata", f"{len(sources) // 4}"]
    maps = ["-map", "0:a", *(["-map", "1:v", "-pix_fmt", "yuv420p"] if with_picture else [])]
    stream = ["-metadata:s:a:0", f"title={HIDDEN.decode()}"]
    command += [*maps, *stream, "-shortest", *options, str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    return path.read_bytes()


def _pack(paper: pikepdf.Pdf, content: bytes, **entries: object) -> pikepdf.Stream:
    stream = paper.make_stream(b"", **entries)
    stream.write(zlib.compress(content, 9), filter=pikepdf.Name.FlateDecode)
    return stream


def _fill_with_lines(paper: pikepdf.Pdf, page: pikepdf.Page) -> None:
    page.obj.Contents = _pack(paper, b"0 0 m 9 9 l S " * 10_000_000)


def _fill_with_pixels(paper: pikepdf.Pdf, page: pikepdf.Page) -> None:
    entries = {"Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Image, "ColorSpace": pikepdf.Name.DeviceGray}
    picture = _pack(paper, bytes(60_000 * 7500), Width=60_000, Height=60_000, BitsPerComponent=1, **entries)
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=picture))
    page.obj.Contents = paper.make_stream(b"q 612 0 0 792 0 0 cm /P Do Q")


def _fill_with_forms(paper: pikepdf.Pdf, page: pikepdf.Page) -> None:
    """Thirty forms, each of which shows the one before twice: a thousand million squares."""
    form = paper.make_stream(b"0 0 100 100 re f")
    for number in range(30):
        form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        form.BBox = pikepdf.Array([0, 0, 600, 700])
        inner = form
        form = paper.make_stream(b"/F Do /F Do" if number < 29 else b"/F Do")  # the last is the page
        form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=inner))
    page.obj.Contents, page.obj.Resources = form, form.Resources


HOSTILE_PAGES: dict[str, Callable[[pikepdf.Pdf, pikepdf.Page], None]] = {
    "lines": _fill_with_lines,
    "pixels": _fill_with_pixels,
    "forms": _fill_with_forms,
}


def make_hostile_pdf(name: str) -> bytes:
    """A PDF of three pages, small on the disk, whose second page unfolds into more than anybody can draw."""
    with pikepdf.open(io.BytesIO(make_pdf(3))) as paper:
        HOSTILE_PAGES[name](paper, paper.pages[1])
        target = io.BytesIO()
        paper.save(target)
    return target.getvalue()
