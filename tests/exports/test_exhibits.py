"""Exhibits become pages: one real file of each kind, and every bad one, ends as pages or as words, soon."""

from __future__ import annotations

import io
import os
import time
import zipfile
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from exports.exhibits.claims import read_jpeg_size
from exports.exhibits.drawing import Limits, pack_volumes
from exports.exhibits.drawn import DrawnExhibit, ExhibitPage
from exports.exhibits.failures import WORDS, Failure
from tests.exports.made_files import (
    DEVICE,
    HIDDEN,
    HOSTILE_PAGES,
    OPEN_TEXT,
    WORD,
    draw_one,
    draw_volumes,
    make_hostile_pdf,
    make_open_text,
    make_paragraph,
    make_pdf,
    make_photo,
    make_picture,
    make_recording,
    make_word_file,
)


def open_page(page: ExhibitPage) -> Image.Image:
    """The picture of a page, after a look at what it says of itself."""
    image = Image.open(io.BytesIO(page.image))
    assert (image.format, image.size) == ("JPEG", (page.width, page.height))
    assert not image.getexif()
    assert "icc_profile" not in image.info
    return image


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "GIF"])
def test_photo_of_every_kind_becomes_one_page(form: str) -> None:
    """Each kind of photo that phones make is one page of at most 1,700 pixels a side, with its own size as a fact."""
    if form in {"HEIF", "AVIF"}:
        import pillow_heif  # noqa: PLC0415  # it changes what Pillow knows

        pillow_heif.register_heif_opener(thumbnails=False)
    drawn = draw_one(make_photo(form, (2400, 1200), orientation=1), "photo")
    (page,) = drawn.pages
    assert open_page(page).size == (1700, 850)
    assert drawn.failure == ""
    assert drawn.facts == (("Size of the photo", "2400 x 1200 pixels"),)


def test_photo_stands_upright_and_says_nothing_else() -> None:
    """A photo that lies on its side is turned, and no byte of place, device or comment is in its page or its facts."""
    photo = make_photo()
    assert HIDDEN in photo
    drawn = draw_one(photo, "photo")
    (page,) = drawn.pages
    image = open_page(page)
    assert image.size == (400, 800)
    # It lay with its right side up, so what was its left half is now the upper one.
    red, _green, blue = image.convert("RGB").getpixel((200, 100))  # type: ignore[misc]  # Pillow types any mode
    assert blue > red
    for hidden in (HIDDEN, DEVICE.encode(), b"Telefono"):
        assert hidden not in page.image + repr(drawn.facts).encode()


def test_photo_with_a_hole_is_drawn_on_white() -> None:
    """What can be seen through in a picture is white on its page."""
    target = io.BytesIO()
    Image.new("RGBA", (60, 60), (255, 0, 0, 0)).save(target, "PNG")
    (page,) = draw_one(target.getvalue(), "photo").pages
    assert open_page(page).convert("RGB").getpixel((30, 30)) == (255, 255, 255)


def test_photo_of_a_hundred_megapixels_is_drawn_or_refused_in_words() -> None:
    """A JPEG of 100 megapixels is read smaller and drawn; a PNG of as many, which cannot be, is refused in words."""
    large = Image.new("L", (11_600, 8_700), 200)
    jpeg, pair, png = io.BytesIO(), io.BytesIO(), io.BytesIO()
    large.save(jpeg, "JPEG")
    # As phones write it, with a second, smaller picture behind the first.
    large.save(pair, "MPO", save_all=True, append_images=[Image.new("L", (640, 480))])
    large.save(png, "PNG", compress_level=1)
    for photo in (jpeg, pair):
        (page,) = draw_one(photo.getvalue(), "photo").pages
        assert page.width == 1700
    refused = draw_one(png.getvalue(), "photo")
    assert (refused.pages, refused.failure) == ((), WORDS[Failure.TOO_MANY_PIXELS])


def test_pdf_becomes_pages_with_their_words() -> None:
    """Each page of a PDF is drawn at 150 dots an inch, with the words on it, in order."""
    drawn = draw_one(make_pdf(3), "pdf")
    assert [page.text for page in drawn.pages] == ["Citatorio 1", "Citatorio 2", "Citatorio 3"]
    assert open_page(drawn.pages[0]).size == (1275, 1650)
    assert (drawn.first_page, drawn.page_count, drawn.left_out) == (1, 3, 0)
    assert drawn.facts == (("Pages", "3"),)


def test_long_pdf_comes_in_volumes() -> None:
    """No volume holds more pages than it may; together they are the whole paper, and each says where it begins."""
    volumes = draw_volumes(make_pdf(120), "pdf", limits=Limits(pages_a_volume=50))
    assert [(each.first_page, len(each.pages), each.page_count) for each in volumes] == [
        (1, 50, 120),
        (51, 50, 120),
        (101, 20, 120),
    ]
    assert volumes[2].pages[-1].text == "Citatorio 120"
    # Above a hundred pages the pictures are smaller.
    assert volumes[0].pages[0].width == 850


def test_volume_ends_when_its_pictures_weigh_enough() -> None:
    """A volume is closed as soon as its pictures are as large as it may hold, whatever its number of pages."""
    volumes = draw_volumes(make_pdf(5), "pdf", limits=Limits(bytes_a_volume=1))
    assert [each.first_page for each in volumes] == [1, 2, 3, 4, 5]


def test_pages_above_the_most_are_counted_as_left_out() -> None:
    """A paper with more pages than are shown says how many are missing."""
    drawn = draw_one(make_pdf(5), "pdf", limits=Limits(most_pages=3))
    assert (len(drawn.pages), drawn.left_out, drawn.failure) == (3, 2, WORDS[Failure.TOO_MANY_PAGES])


def test_filled_form_shows_what_was_typed() -> None:
    """What somebody typed into the fields of a PDF is on its page."""
    with pikepdf.open(io.BytesIO(make_pdf(1))) as paper:
        field = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            FT=pikepdf.Name.Tx,
            T="name",
            V="XXXXXXXX",
            DA="/Helv 40 Tf 0 g",
            Rect=pikepdf.Array([72, 300, 500, 360]),
            F=4,
        )
        widget = paper.make_indirect(field)
        paper.pages[0].obj.Annots = pikepdf.Array([widget])
        paper.Root.AcroForm = paper.make_indirect(
            pikepdf.Dictionary(Fields=pikepdf.Array([widget]), DA="/Helv 0 Tf 0 g", NeedAppearances=True)
        )
        target = io.BytesIO()
        paper.save(target)
    (page,) = draw_one(target.getvalue(), "pdf").pages
    below = open_page(page).convert("L").crop((150, 890, 1050, 1030))
    assert min(below.tobytes()) < 100


def test_word_file_becomes_pages_of_its_words() -> None:
    """Headings, paragraphs and tables of a Word file are set in order; the slip sheet says what is not shown."""
    cells = "".join(f"<w:tc>{make_paragraph(words)}</w:tc>" for words in ("placa", "4411"))
    table = f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
    body = make_paragraph("Lo que vi", "Heading1") + make_paragraph("La patrulla &lt;b&gt; volvió.") + table
    drawn = draw_one(make_word_file(body), "document", WORD)
    (page,) = drawn.pages
    for words in ("Lo que vi", "La patrulla <b> volvió.", "placa", "4411"):
        assert words in page.text
    assert ("Shown here", "words and pictures in simple order; comments and layout are not shown") in drawn.facts


def test_pictures_in_a_word_file_are_on_its_pages() -> None:
    """A photo that somebody put into a Word file is drawn anew where it stood; one that cannot be is told in words."""
    body = make_paragraph("Antes") + make_picture("r7") + make_picture("r8") + make_paragraph("Luego")
    content = make_word_file(body, {"r7": make_photo(), "r8": b"no picture at all"})
    (page,) = draw_one(content, "document", WORD).pages
    assert page.text.split("\n") == ["Antes", "[a picture that cannot be shown here]", "Luego"]
    # White paper has much green in it; the photo, which is red and blue, has next to none.
    assert sum(open_page(page).convert("RGB").getchannel("G").histogram()[:60]) > 50_000
    assert HIDDEN not in page.image


def test_open_document_becomes_pages_of_its_words() -> None:
    """An OpenDocument text is set as a Word file is, without comments and without what was deleted."""
    body = (
        "<text:tracked-changes><text:p>borrado</text:p></text:tracked-changes><text:h>Lo que vi</text:h>"
        "<text:p>La<text:s/>patrulla<office:annotation><text:p>nota</text:p></office:annotation> &lt;b&gt; va</text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>4411</text:p></table:table-cell></table:table-row>"
        '</table:table><text:p>عند الباب</text:p><text:p><draw:image xlink:href="Pictures/1.jpg"/></text:p>'
        '<text:p><draw:image xlink:href="../1.jpg"/></text:p>'
    )
    (page,) = draw_one(
        make_open_text(body, {"Pictures/1.jpg": make_photo(size=(300, 200))}), "document", OPEN_TEXT
    ).pages
    lines = [line for line in page.text.split("\n") if line]
    assert lines == [
        "Lo que vi",
        "La patrulla <b> va",
        "4411",
        "عند الباب",
        "[a picture that cannot be shown here]",
    ]
    assert sum(open_page(page).convert("RGB").getchannel("G").histogram()[:60]) > 50_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_file_becomes_pages(encoding: str) -> None:
    """A text of several scripts is set line by line, whatever the usual coding; markup in it is only words."""
    text = "Primera línea\n\n<script>alert(1)</script>\nЖизнь\n"
    (page,) = draw_one(text.encode(encoding), "text", "text/plain").pages
    assert [line for line in page.text.split("\n") if line] == ["Primera línea", "<script>alert(1)</script>", "Жизнь"]


def test_words_of_every_script_are_told_as_they_were_written() -> None:
    """The words beside a page are those of the file, also where a line runs both ways or letters join."""
    lines = ["Luis: عند الباب ok", "قال Luis لي في 12 مايو", "ပုလိပ်က ကျွန်တော့်ကို တားခဲ့တယ်", "می\u200cروم"]
    (page,) = draw_one("\n".join(lines).encode(), "text", "text/plain").pages
    assert page.text.split("\n") == lines
    body = "".join(make_paragraph(line) for line in lines)
    (page,) = draw_one(make_word_file(body), "document", WORD).pages
    assert page.text.split("\n") == lines


def test_story_without_a_space_stays_on_its_pages() -> None:
    """Ten thousand characters without a space are broken into lines, and all of them are there."""
    drawn = draw_one(b"x" * 10_000, "text", "text/plain")
    assert sum(page.text.count("x") for page in drawn.pages) == 10_000


@pytest.mark.parametrize(("name", "kind", "has_picture"), [("a.wav", "audio", False), ("v.mp4", "video", True)])
def test_recording_has_no_pages_and_says_how_long_it_is(
    tmp_path: Path, name: str, kind: str, *, has_picture: bool
) -> None:
    """Sound and video have no pages; length, form and size are told, and never place or device."""
    drawn = draw_one(make_recording(tmp_path / name, seconds=3, with_picture=has_picture), kind)
    assert (drawn.pages, drawn.failure) == ((), "")
    facts = dict(drawn.facts)
    assert facts["Length"] == "0:00:03"
    assert set(facts) == ({"Length", "Format", "Size of the picture"} if has_picture else {"Length", "Format"})


def make_bomb() -> bytes:
    """A small PNG that would unfold to 900 million pixels."""
    target = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(target, "PNG")
    return target.getvalue()


def lock_pdf() -> bytes:
    """A PDF that opens with a password only."""
    return make_pdf(2, lock=pikepdf.Encryption(owner="dueño", user="llave"))


def make_turning_tree() -> bytes:
    """A PDF whose tree of pages leads back into itself."""
    return (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 99999999>>"
        b"endobj\ntrailer<</Root 1 0 R>>"
    )


BILLION_LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><x>&j;</x>"
)


@pytest.mark.parametrize(
    ("content", "kind", "media_type", "failure"),
    [
        (b"\xff\xd8\xff not a photo", "photo", "", Failure.BROKEN),
        (make_photo()[:700], "photo", "", Failure.BROKEN),
        (make_bomb(), "photo", "", Failure.TOO_MANY_PIXELS),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo", "", Failure.BROKEN),
        (b"", "photo", "", Failure.BROKEN),
        (lock_pdf(), "pdf", "", Failure.LOCKED),
        (b"%PDF-1.7 not a pdf", "pdf", "", Failure.BROKEN),
        (os.urandom(100_000), "pdf", "", Failure.BROKEN),
        (b"", "pdf", "", Failure.BROKEN),
        (b"PK\x03\x04 not a zip", "document", WORD, Failure.BROKEN),
        (make_word_file("")[:200], "document", WORD, Failure.BROKEN),
        (make_word_file("<w:p>"), "document", WORD, Failure.BROKEN),
        (make_word_file("x" * (70 << 20)), "document", WORD, Failure.TOO_LARGE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "document", WORD, Failure.LOCKED),
        (b"{\\rtf1 hola}", "document", "application/rtf", Failure.NOT_DRAWN),
        (b"PK\x03\x04", "document", OPEN_TEXT, Failure.BROKEN),
        (make_word_file(""), "document", OPEN_TEXT, Failure.BROKEN),
        (make_open_text("<text:p>"), "document", OPEN_TEXT, Failure.BROKEN),
        (make_open_text("", is_locked=True), "document", OPEN_TEXT, Failure.LOCKED),
        (make_open_text("<text:p>" * 20_000 + "</text:p>" * 20_000), "document", OPEN_TEXT, Failure.BROKEN),
        (b"PK\x03\x04", "document", "application/vnd.oasis.opendocument.spreadsheet", Failure.NOT_DRAWN),
        (b"x y\n" * 200_000, "text", "text/plain", Failure.TOO_LARGE),
        (b"not a recording", "audio", "audio/mpeg", Failure.NOT_HEARD),
    ],
    ids=lambda value: value.value if isinstance(value, Failure) else "",
)
def test_what_cannot_be_drawn_is_said_in_words(content: bytes, kind: str, media_type: str, failure: Failure) -> None:
    """Junk, locks, bombs and unknown kinds end as one sentence, soon, and never as an exception."""
    started = time.monotonic()
    drawn = draw_one(content, kind, media_type)
    assert (drawn.pages, drawn.failure) == ((), WORDS[failure])
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("content", [make_turning_tree(), make_pdf(2)[:400], make_pdf(2).replace(b"Tj ET", b"Tj BT")])
def test_twisted_pdf_ends_as_pages_or_words(content: bytes) -> None:
    """A PDF that is cut, or turns in itself, gives pages or a sentence, and no exception."""
    drawn = draw_volumes(content, "pdf", limits=Limits(seconds=30, most_pages=20))
    assert drawn
    assert all(each.pages or each.failure for each in drawn)


@pytest.mark.parametrize("name", sorted(HOSTILE_PAGES))
def test_hostile_page_costs_its_own_place_at_most(name: str) -> None:
    """A page that unfolds without end is drawn or left blank when its time is over; the pages around it are there."""
    content = make_hostile_pdf(name)
    assert len(content) < 2 << 20
    drawn = draw_volumes(content, "pdf", limits=Limits(seconds_a_page=5))
    pages = [page for each in drawn for page in each.pages]
    assert [page.text for page in pages[::2]] == ["Citatorio 1", "Citatorio 3"]
    assert pages[1].text in {"", "Page 2 of this file could not be shown."}
    assert not any(each.failure for each in drawn)


@pytest.mark.parametrize("size", [(14_400, 14_400), (14_400, 3)])
def test_page_of_any_size_becomes_a_picture_of_bounded_size(size: tuple[int, int]) -> None:
    """A page of five metres, or of five metres by a millimetre, is a picture of at most 2,200 pixels a side."""
    paper = pikepdf.new()
    paper.add_blank_page(page_size=size)
    target = io.BytesIO()
    paper.save(target)
    (page,) = draw_one(target.getvalue(), "pdf").pages
    assert max(open_page(page).size) == 2200


def test_entities_that_unfold_without_end_are_refused() -> None:
    """A Word file whose XML would unfold to a thousand million letters is broken, at once."""
    word_file = make_word_file("@@@")
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word_file)) as parts, zipfile.ZipFile(target, "w") as made:
        for part in parts.namelist():
            made.writestr(part, BILLION_LAUGHS if part == "word/document.xml" else parts.read(part))
    assert draw_one(target.getvalue(), "document", WORD).failure == WORDS[Failure.BROKEN]


def test_volumes_of_a_set_hold_no_more_than_they_may() -> None:
    """Exhibits are put together in order until a volume is full; one without pages goes with its neighbours."""
    page = ExhibitPage(b"\xff\xd8\xff" + bytes(97), 1, 1)
    exhibits = [DrawnExhibit(f"{number}", (page,) * number) for number in (2, 0, 1, 3, 1)]
    packed = list(pack_volumes(exhibits, limits=Limits(pages_a_volume=3)))
    assert [[each.exhibit_id for each in volume] for volume in packed] == [["2", "0", "1"], ["3"], ["1"]]
    by_size = list(pack_volumes(exhibits, limits=Limits(bytes_a_volume=250)))
    assert [[each.exhibit_id for each in volume] for volume in by_size] == [["2", "0"], ["1"], ["3"], ["1"]]


def test_size_is_read_from_the_picture_itself() -> None:
    """Width and height are those of the JPEG's own frame, for grey, coloured and progressive ones."""
    for mode, options in (("L", {}), ("RGB", {}), ("RGB", {"progressive": True})):
        target = io.BytesIO()
        Image.new(mode, (31, 7)).save(target, "JPEG", **options)
        assert read_jpeg_size(target.getvalue()) == (31, 7)
