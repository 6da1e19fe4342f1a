"""The case summary as text and as a file: what is on its pages, and what is not."""

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from exports.case_file import Answer, AnswerState, CaseFile, Incident, PrivilegeClass, Variant
from exports.documents.summary import build_summary_html, render_case_summary
from exports.legends import LEGENDS, Part
from exports.redaction.redacting import redact

ReadPages = Callable[[bytes], list[str]]


def squeeze(text: str) -> str:
    """The text with every run of white space made one space."""
    return " ".join(text.split())


def test_tells_the_case(facts_pdf: bytes, read_pages: ReadPages) -> None:
    """The pages hold the report's particulars, the story, its translation, contact rules and dates."""
    text = squeeze(" ".join(read_pages(facts_pdf)))
    for words in (
        "Case summary 7K2M-94PD",
        "Meadowlark Legal Aid",
        "Unsworn, unverified account received November 20, 2026 in Spanish, typed by a family member",
        "Ximena Quispe",
        "Teófilo Quispe",
        "alto, placa 4411",
        "June 1, 2024",
        "August 31, 2024",
        "verano, hace dos años",
        "Meadowlark County Sheriff",
        "Vehicle stop",
        "Yes, the car",
        "La patrulla me siguió tres cuadras.",
        "The patrol car followed me for three blocks.",
        "It is not certified.",
        "después de las seis",
        "December 1, 2026",
        "Notice of claim",
        "ab12" * 16,
        "cd34" * 16,
    ):
        assert words in text


def test_newest_contact_wishes_stand_first_and_older_ones_are_marked(facts_pdf: bytes, read_pages: ReadPages) -> None:
    """Counsel reads the newest wishes first, each with its day, and sees which were replaced."""
    text = squeeze(" ".join(read_pages(facts_pdf)))
    text = text[text.index("Part C.") :]
    order = (
        "Newest wishes: changed on November 22, 2026 by whoever held the code",
        "los domingos",
        "Older, replaced: changed on November 21, 2026 by whoever held the code",
        "al mediodía",
        "Older, from the report of November 20, 2026",
        "después de las seis",
    )
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_lists_the_files_with_length_and_digest(facts_pdf: bytes, read_pages: ReadPages) -> None:
    """Each file that was handed in stands there with its name, kind, exact length, day and SHA-256."""
    text = "".join(" ".join(read_pages(facts_pdf)).split())
    for words in ("grabación de mi primo.mp4", "Video", "48,123,456 bytes", "ef56" * 16, "120 bytes", "0a1b" * 16):
        assert words.replace(" ", "") in text


def test_a_blank_never_reads_as_no(facts_pdf: bytes, read_pages: ReadPages) -> None:
    """Not sure, preferred not to say, skipped and not asked are each said in words."""
    text = squeeze(" ".join(read_pages(facts_pdf)))
    assert "Time of day Not sure" in text
    assert "How it ended Preferred not to say" in text
    assert "Skipped, no answer given: What reason did they give?" in text
    assert "Not asked: Was anyone hurt?" in text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (AnswerState.ANSWERED, "Left empty"),
        (AnswerState.NOT_SURE, "Not sure"),
        (AnswerState.PREFER_NOT_TO_SAY, "Preferred not to say"),
        (AnswerState.SKIPPED, "Skipped: no answer given"),
        (AnswerState.NOT_ASKED, "Not asked"),
    ],
)
def test_a_story_that_is_missing_says_why(case_file: CaseFile, state: AnswerState, words: str) -> None:
    """Where there is no story, its page says how the question was met."""
    case = dataclasses.replace(case_file, story=Answer(state=state), translation=None)
    html = build_summary_html(redact(case, Variant.FACTS))
    assert f'<p class="state">{words}</p>' in html


def test_a_story_told_by_voice_is_not_left_empty(case_file: CaseFile) -> None:
    """Where a recording takes the place of the words, the page of the account says so."""
    spoken = dataclasses.replace(case_file.exhibits[0], kind="Sound, spoken account in Somali")
    case = dataclasses.replace(
        case_file, story=Answer(state=AnswerState.ANSWERED), translation=None, exhibits=(spoken, *case_file.exhibits)
    )
    html = build_summary_html(redact(case, Variant.FACTS))
    assert "Told by voice: the recording is among the files" in html
    assert "Left empty" not in html


def test_words_beside_a_state_are_kept(case_file: CaseFile) -> None:
    """Who is not sure and says more has both printed."""
    case = dataclasses.replace(case_file, incident=Incident(words=Answer("in spring?", AnswerState.NOT_SURE)))
    assert "in spring? <span" in build_summary_html(redact(case, Variant.FACTS))


def test_one_possible_day_is_one_date(case_file: CaseFile) -> None:
    """A date that is known exactly is not printed as a range."""
    day = case_file.incident.earliest_on
    case = dataclasses.replace(case_file, incident=Incident(earliest_on=day, latest_on=day))
    html = build_summary_html(redact(case, Variant.FACTS))
    assert "June 1, 2024" in html
    assert "possible date" not in html


def test_facts_copy_leaves_the_office_out_and_says_so(facts_pdf: bytes, read_pages: ReadPages) -> None:
    """No word of the office's own record is in the facts copy, which says that it is left out."""
    text = squeeze(" ".join(read_pages(facts_pdf)))
    assert "zur" not in text.lower()
    with pikepdf.open(BytesIO(facts_pdf)) as document:
        values = [each for part in document.objects if isinstance(part, pikepdf.Dictionary) for each in part.values()]
        strings = [str(each) for each in values if isinstance(each, pikepdf.String)]
    assert strings
    assert "zur" not in " ".join(strings).lower()
    assert "own record is left out of this copy" in text


def test_office_copy_holds_the_office_record(office_pdf: bytes, read_pages: ReadPages) -> None:
    """Every word of the office's own record is in the office copy."""
    text = squeeze(" ".join(read_pages(office_pdf)))
    for words in (
        "zurcheck cleared",
        "zurnames",
        "zurquestion zurscreen",
        "zuraccepted",
        "zurdocket",
        "zurdoubtful",
        "zurassigned",
        "zurnote first.",
        "zurnote second.",
        "zurreceived",
        "zuropened",
        "November 20, 2026, 20:05 UTC",
    ):
        assert words in text


def test_office_copy_needs_an_office_record(case_file: CaseFile) -> None:
    """An office copy without the office's record is refused and not drawn half empty."""
    with pytest.raises(ValueError, match="office record"):
        redact(case_file.without_office_record(), Variant.OFFICE)


@pytest.mark.parametrize("privilege_class", PrivilegeClass)
def test_each_page_has_its_parts_legend_and_its_number(
    case_file: CaseFile, read_pages: ReadPages, privilege_class: PrivilegeClass
) -> None:
    """Each page has the legend of its part after the report's class, its number, and the words on its worth."""
    case = dataclasses.replace(case_file, privilege_class=privilege_class)
    pages = [squeeze(page) for page in read_pages(render_case_summary(redact(case, Variant.OFFICE)).content)]
    parts = {"Part A.": Part.FACTS, "Part B.": Part.ACCOUNT, "Part C.": Part.COUNSEL, "Part D.": Part.OFFICE}
    part = Part.FACTS
    seen = set()
    for number, page in enumerate(pages, start=1):
        part = next((part for title, part in parts.items() if f"{title} " in page and page.count("Part ") == 1), part)
        seen.add(part)
        assert LEGENDS[privilege_class, part] in page
        assert f"Page {number} of {len(pages)}" in page
        assert "Unsworn, unverified account received November 20, 2026 in Spanish, typed by a family member" in page
        assert "Case 7K2M-94PD · sealed report SHA-256 ab12ab12ab12ab12…" in page
    assert seen >= {Part.ACCOUNT, Part.COUNSEL, Part.OFFICE}


def test_only_advice_is_marked_as_privileged_communication() -> None:
    """The account of a record or a tip claims no privilege, and facts never do."""
    for privilege_class in PrivilegeClass:
        claims = LEGENDS[privilege_class, Part.ACCOUNT].startswith("PRIVILEGED")
        assert claims == (privilege_class is PrivilegeClass.LEGAL_ADVICE_SOUGHT)
        assert "PRIVILEGED" not in LEGENDS[privilege_class, Part.FACTS]
        assert "PRIVILEGED" not in LEGENDS[privilege_class, Part.COUNSEL]


def test_demo_stands_on_every_page(case_file: CaseFile, read_pages: ReadPages) -> None:
    """A case of the demo office says DEMO on each page, and its legend is still there."""
    pages = read_pages(
        render_case_summary(redact(dataclasses.replace(case_file, is_demo=True), Variant.OFFICE)).content
    )
    assert all("DEMO —" in page for page in pages)
    assert "PREPARED IN ANTICIPATION OF LITIGATION" in squeeze(pages[-1])


def test_a_real_case_is_no_demo(office_pdf: bytes, read_pages: ReadPages) -> None:
    """A case that is not of the demo office nowhere says DEMO."""
    assert "DEMO" not in " ".join(read_pages(office_pdf))


def test_same_case_same_bytes(case_file: CaseFile, office_pdf: bytes) -> None:
    """The same case drawn twice gives the same bytes."""
    assert render_case_summary(redact(case_file, Variant.OFFICE)).content == office_pdf


def test_same_bytes_in_another_process(case_file: CaseFile, office_pdf: bytes) -> None:
    """Another process, with another hash seed and time zone, gives the same bytes."""
    program = (
        "import sys\n"
        "from exports.rendering import render_pdf\n"
        "html = sys.stdin.buffer.read().decode()\n"
        "sys.stdout.buffer.write(render_pdf(html, styles=('documents.css',)).content)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=build_summary_html(redact(case_file, Variant.OFFICE)).encode(),
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )
    assert done.stdout == office_pdf


def test_another_case_has_another_identifier(facts_pdf: bytes, office_pdf: bytes) -> None:
    """Two different documents never share a PDF identifier."""
    trailers = {pdf[pdf.rindex(b"/ID") :].split(b"]")[0] for pdf in (facts_pdf, office_pdf)}
    assert len(trailers) == 2
