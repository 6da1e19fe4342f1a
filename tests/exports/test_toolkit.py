"""The paper for the public: tagged, valid, the same bytes each time, with the letter on a page of its own."""

import dataclasses
import io
from collections.abc import Callable

import pikepdf

from exports.documents.toolkit import Part, Toolkit, render_toolkit

ReadPages = Callable[[bytes], list[str]]

TOOLKIT = Toolkit(
    title="287(g): Meadowlark County, Nebraska",
    language="es",
    direction="ltr",
    foot="Información general",
    parts=(
        Part("h2", ("¿Mi condado tiene un acuerdo?",)),
        Part("lead", ("Sí.",)),
        Part("p", ("Un <b>párrafo</b> & más.",)),
        Part("h3", ("Modelo de cárcel",)),
        Part("ul", ("uno", "dos")),
        Part("ol", ("primera fuente https://facts.example/a", "segunda fuente")),
    ),
    letter=(Part("blank", ("Date",), "en"), Part("p", ("I ask you to end it.",), "en")),
)


def test_holds_every_part_as_text(read_pages: ReadPages) -> None:
    """Every line stands on the paper, and markup in it is only text."""
    text = " ".join(" ".join(page.split()) for page in read_pages(render_toolkit(TOOLKIT)))
    for part in (*TOOLKIT.parts, *TOOLKIT.letter):
        for line in part.lines:
            assert line in text
    assert "1. primera" in text


def test_letter_stands_alone_on_the_last_page(read_pages: ReadPages) -> None:
    """The last page holds the letter and nothing else, so that it can go in the mail."""
    *pages, letter = read_pages(render_toolkit(TOOLKIT))
    assert letter.split() == ["Date:", "I", "ask", "you", "to", "end", "it."]
    assert all("Información general" in page for page in pages)


def test_is_a_valid_tagged_document(check_with_qpdf: Callable[[bytes], None]) -> None:
    """The paper is tagged, says its title and language, and marks passages in another one."""
    drawn = render_toolkit(TOOLKIT)
    check_with_qpdf(drawn)
    with pikepdf.open(io.BytesIO(drawn)) as document:
        assert document.Root.Lang == "es"
        assert document.Root.MarkInfo.Marked
        assert document.docinfo["/Title"] == TOOLKIT.title
        assert b"pdfuaid" in document.Root.Metadata.read_bytes()
        parts = [each for each in document.objects if isinstance(each, pikepdf.Dictionary)]
        spoken = [part for part in parts if part.get("/Lang") == "en"]
        assert len(spoken) == len(TOOLKIT.letter)


def test_same_values_same_bytes() -> None:
    """Drawn twice it is the same file, and with another word another."""
    drawn = render_toolkit(TOOLKIT)
    assert drawn == render_toolkit(TOOLKIT)
    assert drawn != render_toolkit(dataclasses.replace(TOOLKIT, foot="Otra"))


def test_runs_from_right_to_left(read_pages: ReadPages) -> None:
    """A paper in Arabic is drawn with its letters, and its title can be read back."""
    title = "اتفاقية"
    arabic = dataclasses.replace(TOOLKIT, title=title, language="ar", direction="rtl", parts=(Part("p", ("نعم",)),))
    assert title in read_pages(render_toolkit(arabic))[0]
