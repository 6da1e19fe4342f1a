"""Every word of the public site in every language: none missing, none unmarked, none left in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest
from babel.dates import format_date as format_babel_date
from playwright.sync_api import Browser

from models.places import STATE_NAMES
from script import catalogues
from tests.intake.every_page import read_every_page
from tests.intake.office import Office
from tests.page_client import Page
from web import clock
from web.languages import LANGUAGES, load_translations
from web.texts import read_text

ROOT = Path(__file__).resolve().parents[2]
TEXTS = ROOT / "data" / "texts"
TRANSLATED = catalogues.list_locales()
BLOCKS = sorted(path.stem for path in (TEXTS / "en").glob("*.txt"))
MARKED = re.compile(r"⟦[^⟦⟧]*⟧")
LETTER = re.compile(r"[^\W\d_]")
# What a reader sees or hears besides the text itself.
SPOKEN_ATTRIBUTES = ("aria-label", "title", "alt", "placeholder")
# The elements of a page whose content does not fit; what only screen readers see is clipped on purpose.
WIDER_INSIDE = """() => [...document.querySelectorAll("html, body *:not(svg *):not(option)")]
  .filter(e => e.clientWidth && e.scrollWidth > e.clientWidth + 1 && !e.matches(".sr, .skip, input, textarea"))
  .map(e => `${e.localName}: ${e.textContent.trim().slice(0, 60)}`)"""
# Names of languages and of services that are the same in Spanish, and words that happen to be.
SAME_IN_SPANISH = {
    *("Signal", "WhatsApp", "Hmong", "Karen", "Oromo", "Nuer", "K'iche'"),
    *("No", "Error:", "Video", "PDF"),
    *("{number} GB", "{number} MB", "{number} kB", "{number} bytes"),
}


class Listener(NullTranslations):
    """Stands behind a catalogue, where gettext asks for what the catalogue lacks, and writes it down."""

    def __init__(self) -> None:
        """Begin with an empty list."""
        super().__init__()
        self.missing: set[str] = set()

    def gettext(self, message: str) -> str:
        """Write down a message that has no translation."""
        self.missing.add(message)
        return message


def list_unmarked_words(page: Page, names: set[str]) -> list[str]:
    """List the words of a page that were never offered for translation and are none of these names."""
    return [text for piece in _list_pieces(page.root) if LETTER.search(text := _strip(piece, names))]


def _list_pieces(element: Element, inherited: str = "qps") -> Iterator[str]:
    """Yield every piece of text, but for what readers typed themselves, values, and names of other languages."""
    language = element.get("lang", inherited)
    is_value = element.get("translate") == "no" or "value" in element.get("class", "").split()
    if language == "qps" and not is_value and str(element.tag).rsplit("}", 1)[-1] not in {"datalist", "svg", "style"}:
        yield element.text or ""
        yield from (element.get(name, "") for name in SPOKEN_ATTRIBUTES)
        for child in element:
            yield from _list_pieces(child, language)
            yield child.tail or ""


def _strip(text: str, names: set[str]) -> str:
    """Take out what is marked, from the innermost mark on, and the names."""
    while MARKED.search(text):
        text = MARKED.sub("", text)
    for name in names:
        text = text.replace(name, "")
    return text


def _measure(page: Page) -> int:
    return len(page.text)


def test_marked_words_are_told_from_unmarked_ones() -> None:
    """The reading of these tests itself sees an unmarked word, also in a label, and lets marked and own words be."""
    html = "<body><p>⟦a “⟦b⟧” c⟧ 7 Notes<b translate='no'>own</b></p><p aria-label='Oops'>⟦x⟧ left</p></body>"
    root = html5lib.parse(html)
    pieces = [_strip(piece, {"Notes"}).strip() for piece in _list_pieces(root)]
    assert [piece for piece in pieces if LETTER.search(piece)] == ["left", "Oops"]


def test_catalogues_are_complete() -> None:
    """No catalogue is behind the code, and no message is untranslated, fuzzy or without one of its placeholders."""
    assert catalogues.check_catalogues() == []
    assert TRANSLATED


def test_nothing_is_left_in_english() -> None:
    """A translation that equals the English is one of a few names and words that are the same in both."""
    catalogue = catalogues.read_catalogue(catalogues.find_catalogue("es"), "es")
    same = {message.id for message in catalogue if message.id and message.id == message.string}
    assert same == SAME_IN_SPANISH


@pytest.mark.parametrize("lang", TRANSLATED)
def test_every_page_has_every_word_in_its_language(office: Office, lang: str) -> None:
    """On every page, with every error, no message lacks its translation but the names of states."""
    load_translations.cache_clear()
    translations = load_translations(lang)
    assert isinstance(translations, GNUTranslations)
    listener = Listener()
    translations.add_fallback(listener)
    try:
        pages = read_every_page(office, lang)
    finally:
        load_translations.cache_clear()
    assert listener.missing <= set(STATE_NAMES.values())
    assert {page.root.get("lang") for page in pages} == {lang}
    assert [page.path for page in pages if "{" in page.words] == []


def test_no_word_is_unmarked_and_pages_run_from_right_to_left(office: Office) -> None:
    """In a made-up language every word on every page is marked as translated; only names and digits are not."""
    pages = read_every_page(office, "qps")
    today = format_babel_date(clock.today(office.config.time_zone), format="long", locale="en")
    names = {office.config.site_name, LANGUAGES["qps"].endonym, "DEMO", today}
    unmarked = {page.path: words for page in pages if (words := list_unmarked_words(page, names))}
    assert unmarked == {}
    assert {(page.root.get("lang"), page.root.get("dir")) for page in pages} == {("qps", "rtl")}


@pytest.mark.parametrize("lang", [*TRANSLATED, "qps"])
@pytest.mark.parametrize("block", BLOCKS)
def test_every_text_block_has_the_same_parts_in_every_language(block: str, lang: str) -> None:
    """A block has as many paragraphs, headings and items of lists in every language, in the same order."""
    kinds = [(passage.kind, len(passage.lines)) for passage in read_text(block, "en")]
    assert [(passage.kind, len(passage.lines)) for passage in read_text(block, lang)] == kinds


def test_every_text_block_is_one_that_a_page_shows() -> None:
    """Each block that a template names exists, and each block is named by a template, in every language alike."""
    templates = "".join(path.read_text("utf-8") for path in (ROOT / "templates" / "intake").glob("*.html"))
    assert sorted(set(re.findall(r'passages\("(\w+)"\)', templates))) == BLOCKS
    for lang in TRANSLATED:
        assert sorted(path.stem for path in (TEXTS / lang).glob("*.txt")) == BLOCKS


@pytest.mark.parametrize("lang", ["en", *TRANSLATED])
def test_first_words_are_few(lang: str) -> None:
    """What stands before the first button is 120 words at most."""
    words = [word for passage in read_text("start", lang) for line in passage.lines for word in line.split()]
    assert len(words) <= 120


@pytest.mark.parametrize("lang", ["en", *TRANSLATED, "qps"])
def test_nothing_is_cut_off_on_a_narrow_phone(office: Office, browser: Browser, lang: str) -> None:
    """At 320 pixels no page scrolls sideways and no element is wider inside than outside (WCAG 2.2, 1.4.10)."""
    style = f"<style>{(ROOT / 'static' / 'site.css').read_text('utf-8')}</style>"
    context = browser.new_context(viewport={"width": 320, "height": 640}, offline=True)
    screen = context.new_page()
    cut = {}
    # Of an inbox in all its states, the longest page.
    for page in {
        (page.path, page.status): page for page in sorted(read_every_page(office, lang), key=_measure)
    }.values():
        screen.set_content(re.sub(r'<link rel="stylesheet"[^>]*>', style, page.text))
        if found := screen.evaluate(WIDER_INSIDE):
            cut[page.path, page.status] = found
    context.close()
    assert cut == {}
