"""The search of finished files for removed words: it finds them in every layer, and finds nothing in what is ours."""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from collections.abc import Callable

import pikepdf
import pytest

from exports.bundles.case_json import write_case_json
from exports.case_file import Answer, CaseFile, Language, Party, Variant
from exports.documents.summary import render_case_summary
from exports.redaction.marks import Ground, Mark
from exports.redaction.own_words import list_unsearchable
from exports.redaction.redacting import redact
from exports.redaction.searching import CANNOT_SEARCH, find_removed, search_for_removed

SPANISH = Language("es", "Spanish")
NAME = "Ximena Quispe"
Hide = Callable[[pikepdf.Pdf], None]


def alter(pdf: bytes, hide: Hide) -> bytes:
    """The same PDF with something put into it."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        hide(document)
        document.save(target)
    return target.getvalue()


@pytest.fixture(scope="session")
def agency_pdf(case_file: CaseFile) -> bytes:
    """The agency's copy of the case, drawn."""
    return render_case_summary(redact(case_file, Variant.AGENCY)).content


@pytest.mark.parametrize("variant", [Variant.COURT, Variant.AGENCY, Variant.PRESS])
def test_nothing_is_found_in_a_copy(case_file: CaseFile, variant: Variant) -> None:
    """Copies of a case, drawn and as JSON, hold no removed word in any layer."""
    production = redact(case_file, variant)
    assert production.removed
    assert search_for_removed(render_case_summary(production).content, production) == ()
    assert search_for_removed(write_case_json(production), production) == ()


def test_names_are_found_in_a_copy_that_holds_them(case_file: CaseFile, facts_pdf: bytes) -> None:
    """The facts copy names people: a search for what an agency's copy must not hold finds them, and on which page."""
    removed = redact(case_file, Variant.AGENCY).removed
    assert "text of page 1" in find_removed(facts_pdf, removed)


def _in_title(document: pikepdf.Pdf) -> None:
    document.docinfo["/Title"] = f"Report of {NAME}"


def _in_xmp(document: pikepdf.Pdf) -> None:
    with document.open_metadata() as metadata:
        metadata["dc:description"] = f"of {NAME.upper()}"


def _in_outline(document: pikepdf.Pdf) -> None:
    with document.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(f"Story of {NAME}", 0))


def _in_words_for_screen_readers(document: pikepdf.Pdf) -> None:
    document.Root.StructTreeRoot.K[0].Alt = pikepdf.String(f"Photo of {NAME}")


def _in_page_content(document: pikepdf.Pdf) -> None:
    document.pages[0].contents_add(f"/Span <</ActualText ({NAME})>> BDC EMC".encode())


def _in_attachment(document: pikepdf.Pdf) -> None:
    document.attachments["case.json"] = json.dumps({"story": f"soy {NAME}"}).encode()


def _in_name_of_attachment(document: pikepdf.Pdf) -> None:
    document.attachments["ximena_quispe.txt"] = b"nothing"


def _in_zip_in_attachment(document: pikepdf.Pdf) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", "<w:t>Xime</w:t><w:t>na Quispe</w:t>")
    document.attachments["papers.docx"] = target.getvalue()


def _in_stream(document: pikepdf.Pdf) -> None:
    document.Root.PieceInfo = document.make_stream(b"\x00\xff" + NAME.encode("utf-16-be") + b"\xff")


@pytest.mark.parametrize(
    "hide",
    [
        _in_title,
        _in_xmp,
        _in_outline,
        _in_words_for_screen_readers,
        _in_page_content,
        _in_attachment,
        _in_name_of_attachment,
        _in_zip_in_attachment,
        _in_stream,
    ],
)
def test_a_name_is_found_in_every_layer(case_file: CaseFile, agency_pdf: bytes, hide: Hide) -> None:
    """Put into any layer of a clean PDF, a name is found, and what is said about it does not hold it."""
    production = redact(case_file, Variant.AGENCY)
    found = search_for_removed(alter(agency_pdf, hide), production)
    assert found
    assert not any("quispe" in place.lower() for place in found)


@pytest.mark.parametrize(
    "content",
    [
        b"name,phone\r\nQUISPE,1\r\n",
        "\ufeffQuispe".encode(),
        "Quispe".encode("utf-16"),
        b'{"who": "Qu\\u0069spe"}',
        b'{"Quispe": 1}',
        b"\xff\xd8\xff\xe1 Ximena Quispe \xff\xd9",
    ],
)
def test_a_name_is_found_in_other_files(content: bytes) -> None:
    """Tables, text in any encoding, JSON with its escapes and its keys, and the metadata of a picture are searched."""
    assert find_removed(content, (NAME, "Quispe"))


@pytest.mark.parametrize("content", [b"PK\x03\x04 broken", b"%PDF-1.7 broken"])
def test_what_cannot_be_opened_does_not_pass(content: bytes) -> None:
    """A broken archive or PDF counts as a find: nobody can say what is in it."""
    assert CANNOT_SEARCH in find_removed(content, (NAME,))


@pytest.mark.parametrize("name", ["March", "Page", "Case", "Cass", "May Copy", "Bo", "Ada"])
def test_a_name_that_is_a_word_of_ours_stops_nothing(case_file: CaseFile, name: str) -> None:
    """Who is called like a word of every document still gets a copy, and the name is gone from what was typed."""
    case = dataclasses.replace(
        case_file,
        story=Answer(f"Dijo que {name} no estaba", language=SPANISH),
        translation=None,
        parties=(Party("Reporter", Answer(name, language=SPANISH)),),
    )
    production = redact(case, Variant.AGENCY)
    assert production.case_file.story.text == "Dijo que [name removed] no estaba"
    assert search_for_removed(render_case_summary(production).content, production) == ()


def test_says_which_words_cannot_be_searched_for(case_file: CaseFile) -> None:
    """Words that are ours as well are named, so that somebody can look for them by eye; other names are not."""
    parties = (Party("Reporter", Answer("Ximena March", language=SPANISH)),)
    production = redact(dataclasses.replace(case_file, parties=parties), Variant.AGENCY)
    assert list_unsearchable(production) == ("March",)


def test_a_replacement_that_names_somebody_is_not_used(case_file: CaseFile) -> None:
    """Where the office's own words in the bracket hold a removed name, plain words stand there instead."""
    mark = Mark("tres cuadras", Ground.PLACE, frozenset({Variant.AGENCY}), "to the house of Quispe")
    assert "[words removed]" in redact(case_file, Variant.AGENCY, [mark]).case_file.story.text
