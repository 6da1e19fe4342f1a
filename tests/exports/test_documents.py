"""What stands in the full case file, the chronology, the exhibit set and the letters, and what does not."""

import dataclasses
import re
import subprocess
from collections.abc import Callable

import pytest

from exports.case_file import Answer, CaseFile, Language, PrivilegeClass, Variant
from exports.documents.chronology import render_chronology
from exports.documents.exhibit_set import render_exhibit_set
from exports.documents.full_case_file import CHAPTERS, render_full_case_file
from exports.documents.letters import LetterKind, render_letter
from exports.exhibit_numbers import ExhibitNumbers, join_volumes, list_exhibit_numbers
from exports.exhibits.drawn import DrawnExhibit
from exports.legends import LEGENDS, Part
from exports.productions import Numbering, Omission
from exports.redaction.redacting import redact
from tests.exports.all_documents import DRAWN, draw_exhibits, make_page

ReadPages = Callable[[bytes], list[str]]


def squeeze(text: str) -> str:
    """The text with every run of white space made one space."""
    return " ".join(text.split())


@pytest.fixture(scope="module")
def full_pages(case_file: CaseFile, read_pages: ReadPages) -> list[str]:
    """The pages of the office copy of the full case file."""
    drawing = render_full_case_file(redact(case_file, Variant.OFFICE))
    pages = [squeeze(page) for page in read_pages(drawing.content)]
    assert len(pages) == drawing.pages
    return pages


def test_full_case_file_has_its_parts_in_order(full_pages: list[str]) -> None:
    """Every part stands where the contents say, in the order that lawyers expect."""
    contents = full_pages[0]
    for number, chapter in enumerate(CHAPTERS, start=1):
        heading = f"{number}. {chapter.title}"
        page = next(place for place, text in enumerate(full_pages[1:], start=2) if heading in text)
        assert f"{heading} {LEGENDS[PrivilegeClass.LEGAL_ADVICE_SOUGHT, chapter.part]} {page}" in contents


def test_each_page_of_it_has_one_marking(full_pages: list[str]) -> None:
    """Parts share a page only where they are marked alike, and the head of each page has that marking."""
    for page in full_pages[1:]:
        marked = {
            chapter.part for number, chapter in enumerate(CHAPTERS, start=1) if f"{number}. {chapter.title}" in page
        }
        assert len(marked) <= 1
        for part in marked:
            assert page.startswith(LEGENDS[PrivilegeClass.LEGAL_ADVICE_SOUGHT, part])


def test_full_case_file_holds_what_the_case_holds(full_pages: list[str]) -> None:
    """Chronology, consents, witnesses, agreement, custody and digests are on its pages."""
    text = " ".join(full_pages)
    for words in (
        "June 1, 2024 to August 31, 2024 verano, hace dos años",
        "Does not fit: what was said before",
        "Recordé la placa",
        "Yes, they asked me to",
        "la vecina de enfrente",
        "Signed before and in force on all of these days",
        "Came in with the report; SHA-256 taken",
        "The same as in the manifest",
        "Nobody has certified anything here.",
        "zurnote first.",
        "zurwrote",
        "a privilege log",
    ):
        assert words in text
    assert "ef56" * 16 in text.replace(" ", "")


def test_facts_copy_says_which_parts_it_has_not(case_file: CaseFile, read_pages: ReadPages) -> None:
    """The facts copy has no word of the office's record, and its last part names that part and the empty ones."""
    case = dataclasses.replace(case_file, deadlines=(), witnesses=())
    production = dataclasses.replace(
        redact(case, Variant.FACTS), omissions=(Omission("Telephone numbers", "The office’s rule", 3),)
    )
    pages = [squeeze(page) for page in read_pages(render_full_case_file(production).content)]
    assert "zur" not in " ".join(pages).lower()
    assert "Telephone numbers The office’s rule 3" in pages[-1]
    assert "Deadlines, Witnesses, The office’s own record." in pages[-1]


def test_chronology_alone_keeps_decisions_apart(case_file: CaseFile, read_pages: ReadPages) -> None:
    """The office copy has what the office decided under its own marking; the facts copy has nothing of it."""
    office = [squeeze(page) for page in read_pages(render_chronology(redact(case_file, Variant.OFFICE)).content)]
    facts = squeeze(" ".join(read_pages(render_chronology(redact(case_file, Variant.FACTS)).content)))
    assert "Recordé la placa" in office[0]
    assert "zur" not in office[0]
    assert "zuraccepted. zurdocket" in office[1]
    assert "PREPARED IN ANTICIPATION OF LITIGATION" in office[1]
    assert "Recordé la placa" in facts
    assert "zur" not in facts


def test_exhibit_set_has_a_slip_sheet_and_one_page_a_picture(case_file: CaseFile, read_pages: ReadPages) -> None:
    """The index has each exhibit with its numbers; a slip sheet stands before its pages, or says why it has none."""
    production = redact(case_file, Variant.FACTS)
    drawing = draw_exhibits(production, numbering=Numbering("TST", 101))
    pages = [squeeze(page) for page in read_pages(drawing.content)]
    assert "TST-000102 to TST-000102" in pages[0]
    assert "TST-000103 to TST-000106" in pages[0]
    assert pages[1].count("Exhibit 1") == 1
    assert "Not on paper. A video has no pages." in pages[1]
    assert "Length 0:01:30" in pages[1]
    assert "Pages 1 to 3 of 5 follow" in pages[2]
    assert "The last 2 pages: look at the file" in pages[2]
    assert ["Exhibit 2, page" in page for page in pages] == [False, False, False, True, True, True, False]
    assert "What was left out" in pages[-1]
    assert list_exhibit_numbers(production, drawing.content, Numbering("TST", 101)) == (
        ExhibitNumbers("e1", "TST-000102", "TST-000102"),
        ExhibitNumbers("e2", "TST-000103", "TST-000106"),
    )


def test_numbers_of_an_exhibit_in_two_volumes_are_one_range() -> None:
    """An exhibit that goes on in the next volume is told with its first number there and its last number here."""
    first = ExhibitNumbers("a", "T-1", "T-2")
    volumes = (first, ExhibitNumbers("b", "T-3", "T-9"), ExhibitNumbers("b", "T-11", "T-14"))
    assert join_volumes(volumes) == {"a": first, "b": ExhibitNumbers("b", "T-3", "T-14")}


def test_an_exhibit_that_the_copy_does_not_list_is_not_drawn(case_file: CaseFile, read_pages: ReadPages) -> None:
    """Pages of an exhibit that redaction took out of the case do not get onto paper by another way."""
    case = dataclasses.replace(case_file, exhibits=case_file.exhibits[:1])
    drawing = render_exhibit_set(redact(case, Variant.OFFICE), DRAWN)
    assert drawing.pages == 2
    assert "Exhibit 2" not in " ".join(read_pages(drawing.content))


def test_an_exhibit_that_the_copy_withholds_has_a_slip_sheet_alone(case_file: CaseFile, read_pages: ReadPages) -> None:
    """Where a copy may list a file and not show it, neither its pages nor their words are in the document."""
    production = dataclasses.replace(redact(case_file, Variant.OFFICE), withheld_exhibits=frozenset({"e2"}))
    drawing = render_exhibit_set(production, DRAWN)
    assert drawing.pages == 3
    assert "What is in this file is left out of this copy." in squeeze(" ".join(read_pages(drawing.content)))
    assert b"/Image" not in drawing.content


def test_a_later_volume_goes_on_where_the_first_ended(case_file: CaseFile, read_pages: ReadPages) -> None:
    """A volume says which it is and from which page of the exhibit it goes on."""
    drawn = DrawnExhibit("e2", (make_page(300, 400),), first_page=249, page_count=249)
    drawing = render_exhibit_set(redact(case_file, Variant.FACTS), (drawn,), volume=(2, 2))
    pages = [squeeze(page) for page in read_pages(drawing.content)]
    assert "volume 2 of 2" in pages[0]
    assert "Pages 249 to 249 of 249 follow" in pages[1]
    assert "Exhibit 2, page 249 of 249" in pages[2]


@pytest.mark.parametrize("kind", [LetterKind.PRESERVATION, LetterKind.RECORDS])
def test_a_letter_to_the_other_side_names_nobody(case_file: CaseFile, read_pages: ReadPages, kind: LetterKind) -> None:
    """It holds day, county and agency, says that it is a draft, and no name, story, or who typed the report."""
    text = squeeze(" ".join(read_pages(render_letter(redact(case_file, Variant.OFFICE), kind).content)))
    assert "DRAFT — NOT SENT" in text
    for words in ("June 1, 2024 to August 31, 2024", "Meadowlark County Sheriff", "our file 7K2M-94PD"):
        assert words in text
    for words in ("Ximena", "Quispe", "placa", "patrulla", "family member", "zur", "Spanish", "Unsworn"):
        assert words not in text


def test_the_letter_to_the_reporter_is_in_their_language(case_file: CaseFile, read_pages: ReadPages) -> None:
    """A reporter who wrote in Spanish gets the draft in Spanish, any other in English; both say who is not a lawyer."""
    spanish = squeeze(
        " ".join(read_pages(render_letter(redact(case_file, Variant.FACTS), LetterKind.REPORTER).content))
    )
    press = render_letter(redact(case_file, Variant.PRESS), LetterKind.REPORTER).content
    english_case = dataclasses.replace(case_file, language=Language("so", "Somali"))
    english = squeeze(
        " ".join(read_pages(render_letter(redact(english_case, Variant.FACTS), LetterKind.REPORTER).content))
    )
    assert "Recibimos su reporte el 20 de noviembre de 2026." in spanish
    assert "no nos convierte en sus abogados" in spanish
    assert "Recibimos su reporte en noviembre de 2026." in squeeze(" ".join(read_pages(press)))
    assert "Your report came to us on November 20, 2026." in english
    assert "does not make us your lawyers" in english


def test_characters_without_a_font_are_listed_at_the_end(case_file: CaseFile, read_pages: ReadPages) -> None:
    """A private and a pictured character stand in the story as code points, and on a page of their own at the end."""
    case = dataclasses.replace(case_file, story=Answer("Vi \U0001f46e \ue123"), translation=None)
    pages = [squeeze(page) for page in read_pages(render_full_case_file(redact(case, Variant.FACTS)).content)]
    assert any("Vi [U+1F46E] [U+E123]" in page for page in pages[:-1])
    assert "Characters that no font here has" in pages[-1]
    assert "U+1F46E Police officer" in pages[-1]
    assert "U+E123 Private character" in pages[-1]
    assert LEGENDS[PrivilegeClass.LEGAL_ADVICE_SOUGHT, Part.FACTS] in pages[-1]


def test_long_and_mixed_text_stays_on_the_page(case_file: CaseFile) -> None:
    """10,000 letters without a space in story, message and name of a file finish, and no word leaves the page."""
    long = "m" * 10_000
    exhibits = (dataclasses.replace(case_file.exhibits[0], name="n" * 200), *case_file.exhibits[1:])
    mixed = Answer(
        "أوقفني ABC-123 (plate) الشرطي at 6:30 “papers” ثم ذهب. " * 20, language=Language("ar", "Arabic", "rtl")
    )
    chronology = tuple(dataclasses.replace(entry, what=mixed, when=long[:300]) for entry in case_file.chronology)
    case = dataclasses.replace(case_file, story=Answer(long), exhibits=exhibits, chronology=chronology)
    for production in (redact(case, Variant.FACTS), redact(case, Variant.OFFICE)):
        for content in (
            render_full_case_file(production).content,
            draw_exhibits(production, numbering=Numbering("W" * 12 + "-R12345678", 1)).content,
            render_chronology(production).content,
        ):
            done = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=content, capture_output=True, check=True)
            words = [line for line in done.stdout.decode().splitlines() if "<word" in line]
            assert words
            assert all(float(word.split('xMin="')[1].split('"')[0]) >= 70 for word in words)
            assert all(float(word.split('xMax="')[1].split('"')[0]) <= 542 for word in words)


def test_two_hundred_exhibits_finish_and_no_heading_stands_alone(case_file: CaseFile, read_pages: ReadPages) -> None:
    """A case with 200 exhibits has each in index, custody log and manifest, and no page ends with a heading."""
    first = case_file.exhibits[0]
    exhibits = tuple(dataclasses.replace(first, id=f"x{number}", name=f"{number}.mp4") for number in range(200))
    custody = tuple(dataclasses.replace(case_file.custody[0], exhibit_id=exhibit.id) for exhibit in exhibits)
    case = dataclasses.replace(case_file, exhibits=exhibits, custody=custody)
    content = render_full_case_file(redact(case, Variant.FACTS)).content
    assert squeeze(" ".join(read_pages(content))).count("Exhibit 200 ") == 3
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    for page in done.stdout.decode().split("\f")[:-1]:
        body = page.split("Unsworn, unverified")[0].strip().splitlines()
        assert not re.fullmatch(r"Exhibit \d+|\d+\. [A-Z].*", body[-1])
