"""The file behind the pages: what PDF/UA-1 and PDF/A-3 ask for, and what its metadata must not say."""

import itertools
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from exports.case_file import CaseFile, Language, Variant
from exports.documents.summary import render_case_summary
from exports.redaction.redacting import redact

TellStory = Callable[[Language, str], CaseFile]

PDF_A = "{http://www.aiim.org/pdfa/ns/id/}"
PDF_UA = "{http://www.aiim.org/pdfua/ns/id/}"


@pytest.fixture
def document(office_pdf: bytes) -> Iterator[pikepdf.Pdf]:
    """The office copy, opened."""
    with pikepdf.open(BytesIO(office_pdf)) as pdf:
        yield pdf


def walk_structure(element: Any) -> Iterator[Any]:  # noqa: ANN401 - pikepdf's objects have one type
    """Each structure element below this one, in reading order."""
    for kid in element.get("/K", ()) if isinstance(element.get("/K"), pikepdf.Array) else [element["/K"]]:
        if isinstance(kid, pikepdf.Dictionary):
            yield kid
            yield from walk_structure(kid)


def test_qpdf_finds_nothing(check_with_qpdf: Callable[[bytes], None], office_pdf: bytes, facts_pdf: bytes) -> None:
    """Another program's check of the file's syntax passes without a warning."""
    check_with_qpdf(office_pdf)
    check_with_qpdf(facts_pdf)


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
    assert document.docinfo["/Title"] == "Case summary 7K2M-94PD"
    assert set(document.docinfo) == {"/Title", "/Producer"}
    with document.open_outline() as outline:
        titles = [item.title for item in outline.root] + [kid.title for item in outline.root for kid in item.children]
    visible = " ".join(titles) + bytes(document.Root.Metadata.read_bytes()).decode()
    assert "Part B. The account" in titles
    for name in ("Ximena", "Quispe", "Teófilo", "Example", "zurattorney", "Meadowlark County"):
        assert name not in visible


def test_holds_nothing_active(document: pikepdf.Pdf) -> None:
    """The file has no script, no link, no form, no attachment and no image."""
    assert not {"/OpenAction", "/AA", "/AcroForm", "/AF"} & set(document.Root.keys())
    assert not document.attachments
    for page in document.pages:
        assert "/Annots" not in page
        assert not page.get_images()


def test_headings_never_skip_a_level(document: pikepdf.Pdf) -> None:
    """Headings go down one level at a time, from a single first one (PDF/UA-1, 7.4.2)."""
    tags = [str(element.S) for element in walk_structure(document.Root.StructTreeRoot)]
    levels = [int(tag[2]) for tag in tags if tag in {"/H1", "/H2", "/H3", "/H4"}]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper - level <= 1 for level, deeper in itertools.pairwise(levels))


def test_each_cell_names_its_headers(document: pikepdf.Pdf) -> None:
    """Every table cell refers to header cells that exist in its own table, and none spans columns (PDF/UA-1, 7.5)."""
    tables = [element for element in walk_structure(document.Root.StructTreeRoot) if element.S == "/Table"]
    assert len(tables) > 5
    for table in tables:
        parts = list(walk_structure(table))
        headers = {str(part.ID) for part in parts if part.S == "/TH" and "/ID" in part}
        cells = [part for part in parts if part.S == "/TD"]
        assert cells
        for cell in cells:
            named = [str(header) for header in cell.A.Headers]
            assert named
            assert set(named) <= headers
        assert all("/ColSpan" not in part.get("/A", {}) for part in parts if part.S in {"/TH", "/TD"})


def test_each_passage_says_its_language(document: pikepdf.Pdf) -> None:
    """Lines in Spanish are marked as Spanish, so that a screen reader changes its voice."""
    marked = {str(element.Lang) for element in walk_structure(document.Root.StructTreeRoot) if "/Lang" in element}
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
