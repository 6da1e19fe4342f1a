"""Drawing: what it refuses, what it never writes down, and what it survives."""

import dataclasses
import logging
import subprocess
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from weasyprint.urls import FatalURLFetchingError

from exports.case_file import Answer, CaseFile, Language, Party, Variant, WorkingTranslation
from exports.documents.summary import render_case_summary
from exports.redaction.redacting import redact
from exports.rendering import RefuseEveryAddress, render_pdf

TellStory = Callable[[Language, str], CaseFile]
ReadPages = Callable[[bytes], list[str]]

SPANISH = Language("es", "Spanish")
ARABIC = Language("ar", "Arabic", "rtl")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def squeeze(text: str) -> str:
    """The text without white space, which readers of PDF put where a line breaks."""
    return "".join(text.split())


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/hostname",
        "http://127.0.0.1:9/",
        "https://127.0.0.1:9/",
        "ftp://127.0.0.1:9/",
        "data:text/plain,hello",
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E",
        "FILE:///etc/hostname",
    ],
)
@pytest.mark.parametrize(
    "place",
    [
        '<img alt="x" src="{}">',
        '<link rel="stylesheet" href="{}">',
        '<style>p {{ background: url("{}") }}</style>',
        '<style>@import "{}";</style>',
        '<object data="{}"></object>',
    ],
)
def test_refuses_every_address(address: str, place: str) -> None:
    """A document that names an address is not drawn, wherever the address stands and whatever its scheme."""
    with pytest.raises(FatalURLFetchingError):
        render_pdf(f'<html lang="en"><title>t</title>{place.format(address)}<p>text</p></html>', styles=())


def test_refusal_does_not_repeat_the_address() -> None:
    """The error does not hold the address, which could hold what somebody typed."""
    with pytest.raises(FatalURLFetchingError) as caught:
        RefuseEveryAddress().fetch("http://127.0.0.1/Ximena")
    assert "Ximena" not in str(caught.value)


def test_typed_markup_is_only_text(tell_story: TellStory, read_pages: ReadPages) -> None:
    """HTML, template marks and addresses in a story are printed as typed, and fetch or run nothing."""
    story = '<img src="file:///etc/hostname"> {{ 7*7 }} <script>alert(1)</script> &amp; https://example.org/?q'
    pages = read_pages(render_case_summary(redact(tell_story(SPANISH, story), Variant.FACTS)).content)
    assert squeeze(story) in squeeze("".join(pages))


def test_hidden_characters_are_gone_or_shown(tell_story: TellStory, read_pages: ReadPages) -> None:
    """Control characters vanish, and a right-to-left override is shown by its code point and overrides nothing."""
    story = "before\x00\x07\x1b\x9f \u202ereversed\u202c \u2066isolated\u2069 \ud800\ufffeafter"
    case = dataclasses.replace(
        tell_story(SPANISH, story), typed_by="a \u202efriend\x00", office_name="Aid\x00 \u202eOffice"
    )
    text = squeeze("".join(read_pages(render_case_summary(redact(case, Variant.FACTS)).content)))
    assert "before[U+202E]reversed[U+202C][U+2066]isolated[U+2069]after" in text
    assert text.count("typedbya[U+202E]friend") > 1
    assert "Aid[U+202E]Office" in text


def test_an_answer_of_control_characters_is_not_blank(case_file: CaseFile, read_pages: ReadPages) -> None:
    """An answer with nothing to see in it is called empty and leaves no blank cell."""
    case = dataclasses.replace(case_file, parties=(Party("Officer 9", Answer("\x00 \x07")),))
    assert "Officer9Leftempty" in squeeze("".join(read_pages(render_case_summary(redact(case, Variant.FACTS)).content)))


@pytest.mark.parametrize("translated", [False, True])
def test_ten_thousand_characters_without_a_space(
    tell_story: TellStory, read_pages: ReadPages, check_with_qpdf: Callable[[bytes], None], *, translated: bool
) -> None:
    """A story of 10,000 letters and no space breaks across lines and pages, and none of them is lost."""
    case = tell_story(SPANISH, "m" * 10_000)
    if translated:
        translation = WorkingTranslation(text="w" * 9_000, translated_by="R", translated_at=NOON)
        case = dataclasses.replace(case, translation=translation)
    pdf = render_case_summary(redact(case, Variant.FACTS)).content
    longest = "".join(line for page in read_pages(pdf) for line in page.splitlines() if set(line) == {"m"})
    assert len(longest) == 10_000
    check_with_qpdf(pdf)
    assert_nothing_leaves_the_page(pdf)


def test_mixed_directions_stay_on_the_page(tell_story: TellStory) -> None:
    """Arabic and English in one line, with figures, brackets and an emoji, is drawn within the page."""
    story = "أوقفني ABC-123 (plate) الشرطي \U0001f600 at 6:30 وقال “show me your papers” ثم ذهب. " * 30
    assert_nothing_leaves_the_page(render_case_summary(redact(tell_story(ARABIC, story), Variant.FACTS)).content)


def assert_nothing_leaves_the_page(pdf: bytes) -> None:
    """Every word that another program finds lies inside the margins of US Letter."""
    done = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True)
    words = [line for line in done.stdout.decode().splitlines() if "<word" in line]
    assert words
    for word in words:
        assert float(word.split('xMin="')[1].split('"')[0]) >= 70
        assert float(word.split('xMax="')[1].split('"')[0]) <= 542


def test_logs_hold_nothing_of_a_story(caplog: pytest.LogCaptureFixture) -> None:
    """WeasyPrint's warning about a character without a font says where in its code, and not which character."""
    caplog.set_level(logging.DEBUG)
    missing = "\U000f1234"
    render_pdf(f'<html lang="en"><title>t</title><p>Ximena {missing}</p></html>', styles=())
    assert caplog.records
    assert "Ximena" not in caplog.text
    assert missing not in caplog.text
    assert "F1234" not in caplog.text


def test_leaves_no_file_behind(case_file: CaseFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing writes nothing into the folder for temporary files."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    render_case_summary(redact(case_file, Variant.FACTS))
    assert not list(tmp_path.iterdir())


def test_threads_draw_whole_documents(case_file: CaseFile, facts_pdf: bytes) -> None:
    """Several threads that draw at the same moment each get their own whole document."""
    drawn: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: drawn.append(render_case_summary(redact(case_file, Variant.FACTS)).content))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert drawn == [facts_pdf] * 4


def test_a_row_may_break_across_pages(tell_story: TellStory) -> None:
    """A paragraph longer than a page goes on on the next, under a repeated head of its table."""
    with pikepdf.open(
        BytesIO(render_case_summary(redact(tell_story(SPANISH, "palabra " * 1200), Variant.FACTS)).content)
    ) as pdf:
        assert len(pdf.pages) >= 4
