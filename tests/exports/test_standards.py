"""The file behind the pages: what PDF/UA-1 and PDF/A-3 ask for, and what its metadata must not say.

The rules are those by which small changes of a template broke conformance when they were tried one by one.
"""

import hashlib
import itertools
import logging
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from weasyprint.logger import LOGGER

from exports.case_file import CaseFile, Language, Variant
from exports.documents.summary import render_case_summary
from exports.productions import Numbering
from exports.redaction.redacting import redact
from tests.exports.all_documents import DOCUMENTS

TellStory = Callable[[Language, str], CaseFile]

PDF_A = "{http://www.aiim.org/pdfa/ns/id/}"
PDF_UA = "{http://www.aiim.org/pdfua/ns/id/}"
COPIES = [(name, variant) for name in DOCUMENTS for variant in Variant]


@pytest.fixture(scope="session")
def complaints() -> dict[tuple[str, Variant], list[str]]:
    """What WeasyPrint warned of while it drew each document in each copy."""
    return {copy: [] for copy in COPIES}


@pytest.fixture(scope="session")
def drawn(case_file: CaseFile, complaints: dict[tuple[str, Variant], list[str]]) -> dict[tuple[str, Variant], bytes]:
    """Each document in each copy, numbered."""
    numbering = Numbering("TST-7K2M94PD", 12)
    pdfs = {}
    for name, variant in COPIES:
        listener = logging.Handler(logging.WARNING)
        listener.emit = lambda record, heard=complaints[name, variant]: heard.append(record.getMessage())  # type: ignore[misc,method-assign]  # mypy cannot type a default
        LOGGER.addHandler(listener)
        pdfs[name, variant] = DOCUMENTS[name](redact(case_file, variant), numbering=numbering).content
        LOGGER.removeHandler(listener)
    return pdfs


@pytest.fixture(params=COPIES, ids=lambda copy: f"{copy[0]}-{copy[1].value}")
def content(request: pytest.FixtureRequest, drawn: dict[tuple[str, Variant], bytes]) -> bytes:
    """One document in one copy."""
    return drawn[request.param]


@pytest.fixture
def document(content: bytes) -> Iterator[pikepdf.Pdf]:
    """The same, opened."""
    with pikepdf.open(BytesIO(content)) as pdf:
        yield pdf


def walk_structure(element: Any) -> Iterator[Any]:  # noqa: ANN401 - pikepdf's objects have one type
    """Each structure element below this one, in reading order."""
    for kid in element.get("/K", ()) if isinstance(element.get("/K"), pikepdf.Array) else [element["/K"]]:
        if isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") != "/OBJR":
            yield kid
            yield from walk_structure(kid)


def test_qpdf_finds_nothing(check_with_qpdf: Callable[[bytes], None], content: bytes) -> None:
    """Another program's check of the file's syntax passes without a warning."""
    check_with_qpdf(content)


def test_is_tagged_and_says_its_language(document: pikepdf.Pdf) -> None:
    """The file is tagged, shows its title, names its language, and claims both standards."""
    assert document.Root.MarkInfo.Marked == True  # noqa: E712 - a PDF object, not a bool
    assert document.Root.Lang == "en"
    assert document.Root.ViewerPreferences.DisplayDocTitle == True  # noqa: E712 - the same
    assert "/StructTreeRoot" in document.Root
    assert document.Root.OutputIntents[0].S == "/GTS_PDFA1"
    with document.open_metadata() as metadata:
        assert metadata[f"{PDF_A}part"] == "3"
        assert metadata[f"{PDF_A}conformance"] == "A"
        assert metadata[f"{PDF_UA}part"] == "1"


def test_is_us_letter(document: pikepdf.Pdf) -> None:
    """Every page is US Letter, upright."""
    for page in document.pages:
        assert [float(edge) for edge in page.mediabox] == [0, 0, 612, 792]


def test_metadata_name_nobody(document: pikepdf.Pdf) -> None:
    """Title and metadata hold the reference and no name, and outlines hold headings alone."""
    assert "7K2M-94PD" in str(document.docinfo["/Title"])
    assert set(document.docinfo) == {"/Title", "/Producer"}
    with document.open_outline() as outline:
        titles = [item.title for item in outline.root] + [kid.title for item in outline.root for kid in item.children]
    assert titles
    visible = " ".join(titles) + bytes(document.Root.Metadata.read_bytes()).decode()
    for name in ("Ximena", "Quispe", "Teófilo", "Example", "zurattorney", "Meadowlark County", "primo"):
        assert name not in visible


def test_holds_nothing_active(document: pikepdf.Pdf) -> None:
    """The file has no script, form or attachment, and its links lead nowhere but to its own pages, in words."""
    assert not {"/OpenAction", "/AA", "/AcroForm", "/AF"} & set(document.Root.keys())
    assert not document.attachments
    for page in document.pages:
        for annotation in page.get("/Annots", ()):
            assert annotation.Subtype == "/Link"
            assert "/A" not in annotation
            assert "/Dest" in annotation
            assert "/StructParent" in annotation
            assert str(annotation.Contents).startswith("Go to ")


def test_headings_never_skip_a_level(document: pikepdf.Pdf) -> None:
    """Headings go down one level at a time, from a single first one (PDF/UA-1, 7.4.2)."""
    tags = [str(element.S) for element in walk_structure(document.Root.StructTreeRoot)]
    levels = [int(tag[2]) for tag in tags if re.fullmatch(r"/H[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper - level <= 1 for level, deeper in itertools.pairwise(levels))


def test_each_cell_names_its_headers(document: pikepdf.Pdf) -> None:
    """Every table cell refers to header cells that exist in its own table, and none spans columns (PDF/UA-1, 7.5)."""
    for table in (element for element in walk_structure(document.Root.StructTreeRoot) if element.S == "/Table"):
        parts = list(walk_structure(table))
        headers = {str(part.ID) for part in parts if part.S == "/TH" and "/ID" in part}
        cells = [part for part in parts if part.S == "/TD"]
        assert cells
        for cell in cells:
            named = [str(header) for header in cell.A.Headers]
            assert named
            assert set(named) <= headers
        assert all("/ColSpan" not in part.get("/A", {}) for part in parts if part.S in {"/TH", "/TD"})


def test_pictures_say_what_they_show(document: pikepdf.Pdf) -> None:
    """Every figure has words and a place on its page (PDF/UA-1, 7.3); no picture is to be smoothed (PDF/A-3, 6.2.8)."""
    figures = [element for element in walk_structure(document.Root.StructTreeRoot) if element.S == "/Figure"]
    images = {image.objgen: image for page in document.pages for image in page.get_images().values()}
    assert len(figures) == len(images)
    assert not any(bool(image.get("/Interpolate", False)) for image in images.values())
    for figure in figures:
        assert str(figure.Alt).strip()
        left, bottom, right, top = (float(edge) for edge in figure.A.BBox)
        assert 0 < left < right < 612
        assert 0 < bottom < top < 792


def test_nothing_is_translucent(document: pikepdf.Pdf) -> None:
    """No page draws through anything: opacity broke conformance (PDF/UA-1, 7.1)."""
    for each in document.objects:
        if isinstance(each, pikepdf.Dictionary) and ("/ca" in each or "/CA" in each):
            assert float(each.get("/ca", 1)) == float(each.get("/CA", 1)) == 1
        if isinstance(each, pikepdf.Stream):
            assert "/SMask" not in each


def test_every_font_is_an_embedded_part(document: pikepdf.Pdf) -> None:
    """Each font travels in the file, cut down to what is used, with a table from glyphs to characters."""
    fonts = [
        each for each in document.objects if isinstance(each, pikepdf.Dictionary) and each.get("/Subtype") == "/Type0"
    ]
    assert fonts
    for font in fonts:
        assert re.match(r"/[A-Z]{6}\+", str(font.BaseFont))
        assert "/ToUnicode" in font
        (descendant,) = font.DescendantFonts
        assert {"/FontFile2", "/FontFile3"} & set(descendant.FontDescriptor.keys())


def test_weasyprint_complains_of_nothing(
    complaints: dict[tuple[str, Variant], list[str]], request: pytest.FixtureRequest, content: bytes
) -> None:
    """No warning comes while a document is drawn: of a character without a shape, a picture without words, a style."""
    assert content
    assert complaints[request.node.callspec.params["content"]] == []


def test_each_page_has_one_number(content: bytes, read_pages: Callable[[bytes], list[str]]) -> None:
    """The pages of every document carry their numbers in one run from the first, one a page, beside the page's own."""
    pages = read_pages(content)
    for number, page in enumerate(pages, start=12):
        foot = re.findall(r"TST-7K2M94PD-\d{6}", page)
        assert f"TST-7K2M94PD-{number:06}" == foot[-1]
        assert f"Page {number - 11} of {len(pages)}" in page


@pytest.mark.parametrize("name", DOCUMENTS)
def test_same_case_same_bytes(case_file: CaseFile, drawn: dict[tuple[str, Variant], bytes], name: str) -> None:
    """The same case drawn again gives the same bytes."""
    again = DOCUMENTS[name](redact(case_file, Variant.FACTS), numbering=Numbering("TST-7K2M94PD", 12))
    assert again.content == drawn[name, Variant.FACTS]


def test_same_bytes_in_another_process(drawn: dict[tuple[str, Variant], bytes]) -> None:
    """Another process, with another hash seed and time zone, gives the same bytes for every document."""
    program = (
        "import hashlib\n"
        "from exports.case_file import Variant\n"
        "from exports.productions import Numbering\n"
        "from exports.redaction.redacting import redact\n"
        "from tests.exports.all_documents import DOCUMENTS\n"
        "from tests.exports.conftest import case_file\n"
        "production = redact(case_file.__wrapped__(), Variant.FACTS)\n"
        "numbering = Numbering('TST-7K2M94PD', 12)\n"
        "for name, draw in DOCUMENTS.items():\n"
        "    print(name, hashlib.sha256(draw(production, numbering=numbering).content).hexdigest())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )
    digests = dict(line.split() for line in done.stdout.decode().splitlines())
    assert digests == {name: hashlib.sha256(drawn[name, Variant.FACTS]).hexdigest() for name in DOCUMENTS}


def test_each_passage_says_its_language(office_pdf: bytes) -> None:
    """Lines in Spanish are marked as Spanish, so that a screen reader changes its voice."""
    with pikepdf.open(BytesIO(office_pdf)) as document:
        marked = {str(part.Lang) for part in walk_structure(document.Root.StructTreeRoot) if "/Lang" in part}
    assert marked == {"es"}


def test_glyphs_that_join_keep_their_characters(tell_story: TellStory) -> None:
    """Lines in a script whose glyphs are no letters carry the letters as replacement text; lines in others do not."""
    karen = tell_story(Language("ksw", "S'gaw Karen"), "ပၢၤကီၢ်ပတုာ်ယၤ")
    spanish = tell_story(Language("es", "Spanish"), "El oficial me detuvo")
    counts = []
    for case in (karen, spanish):
        with pikepdf.open(BytesIO(render_case_summary(redact(case, Variant.FACTS)).content)) as pdf:
            counts.append(sum(page.Contents.read_bytes().count(b"/ActualText") for page in pdf.pages))
    assert counts == [1, 0]
