"""Languages: one row of a table and one catalogue each. Text is translated where it is shown.

Plain gettext catalogues, because translators' tools speak PO; our own table of languages, because the libraries' do
not know Hmong or Karen.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.dates import format_date as format_babel_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import g, request

TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"
DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True)
class Language:
    """One language of the site: its code (BCP 47), its name in itself, its direction, and where formats come from."""

    code: str
    endonym: str
    direction: str = "ltr"
    format_locale: str = "en"


LANGUAGES: dict[str, Language] = {
    language.code: language
    for language in (
        Language("en", "English", format_locale="en_US"),
        Language("es", "Español", format_locale="es_US"),
        # A made-up language for the tests: every message marked, right to left. Never configured in an office.
        Language("qps", "Pseudo", direction="rtl"),
    )
}


class _PseudoTranslations(NullTranslations):
    """Marks every message, so that a test sees which words were never offered for translation."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧" if message else ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


@cache
def load_translations(code: str) -> NullTranslations:
    """Load the catalogue of a language; English, the language of the messages themselves, has none."""
    if code == "qps":
        return _PseudoTranslations()
    path = TRANSLATIONS / code / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=None)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def get_language() -> Language:
    """Return the language of the page being made."""
    language: Language = g.get("language", LANGUAGES[DEFAULT_LANGUAGE])
    return language


def set_language(code: str) -> None:
    """Make the rest of this request speak a language."""
    g.language = LANGUAGES[code]


def gettext(message: str, language: str | None = None) -> str:
    """Translate a message into the language of the page, or into the one named."""
    return load_translations(language or get_language().code).gettext(message) if message else ""


def ngettext(singular: str, plural: str, number: int) -> str:
    """Translate a message that counts, and fill in `{number}`."""
    return load_translations(get_language().code).ngettext(singular, plural, number).format(number=number)


def format_date(day: date) -> str:
    """Write a date out in the language of the page."""
    return format_babel_date(day, format="long", locale=get_language().format_locale)


def choose_language(offered: tuple[str, ...]) -> str:
    """Choose the offered language that the browser asks for first; the first offered when it asks for none of them."""
    for wanted, _quality in request.accept_languages:
        code = re.split(r"[-_]", wanted)[0].lower()
        if code in offered:
            return code
    return offered[0]
