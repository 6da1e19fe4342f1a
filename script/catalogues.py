"""Keep the translations in step with the words in the code.

Without an argument it writes translations/messages.pot and brings every catalogue to the same messages, leaving new
ones empty for the translator. With --check it changes nothing and fails when a catalogue is behind, incomplete, unsure
(fuzzy) or has lost a placeholder. It must never invent a translation by guessing from a similar message.
"""

from __future__ import annotations

import argparse
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from babel import localedata
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from web.languages import DEFAULT_LANGUAGE, LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "translations"
TEMPLATE = TRANSLATIONS / "messages.pot"

# What the public site can show. The staff site speaks English.
SOURCES: dict[str, str] = {
    "intake": "**.py",
    "web": "**.py",
    "models": "**.py",
    "templates/intake": "**.html",
    "templates/shared": "**.html",
    "data/agreements": "**.toml",
}
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
PRIVATE_USE = re.compile(r"q[a-t][a-z]")  # ISO 639: made-up languages, such as the one the tests use
PLACEHOLDER = re.compile(r"\{[a-z_]*\}|%\([a-z_]+\)[sd]|</?[a-z]+[^>]*>")
# Dates would change the file when no word did; the others hold nobody's name or address.
UNWANTED_HEADERS = tuple(
    f'"{name}:'
    for name in (
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Generated-By",
        "Report-Msgid-Bugs-To",
        "Last-Translator",
        "Language-Team",
    )
)
SHOWN_FAULTS = 30


def extract_facts(file: BinaryIO, *_asked: object, **_more: object) -> Iterator[tuple[int, str, str, list[str]]]:
    """Yield the sentences and sources of shipped facts that a public page shows, as Babel's extractors do."""
    for agency in tomllib.loads(file.read().decode())["agencies"]:
        texts = [agency.get("claims_office", ""), agency.get("officials", "")]
        for fact in [*agency.get("agreements", ()), *agency.get("events", ())]:
            texts += [fact.get("what", ""), fact["source"]]
        yield from ((0, "_", text, []) for text in texts if text)


METHODS: dict[str, Any] = {"**.py": "python", "**.html": "jinja2", "**.toml": extract_facts}


def list_locales() -> list[str]:
    """Codes of the languages that need a catalogue: all but the one that the messages are written in."""
    return [code for code in LANGUAGES if code != DEFAULT_LANGUAGE and not PRIVATE_USE.fullmatch(code)]


def find_catalogue(locale: str) -> Path:
    """Where the catalogue of a language lies."""
    return TRANSLATIONS / locale / "LC_MESSAGES" / "messages.po"


def make_catalogue(locale: str | None = None) -> Catalog:
    """Make an empty catalogue under our own heading."""
    heading = "# Testimonio: messages of the public site."
    return Catalog(
        locale=locale, charset="utf-8", project="Testimonio", version="1", header_comment=heading, fuzzy=False
    )


def extract_messages() -> Catalog:
    """Collect every message that the public site can show, with the files it stands in."""
    template = Catalog(
        project="Testimonio", charset="utf-8", header_comment="# Testimonio: messages of the public site."
    )
    for folder, pattern in SOURCES.items():
        found = extract_from_dir(
            ROOT / folder,
            method_map=[(pattern, METHODS[pattern])],
            options_map={pattern: {"trimmed": "true", "silent": "false"}},
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
        )
        for name, _line, message, comments, context in sorted(found, key=lambda item: (item[0], item[1])):
            template.add(message, None, [(f"{folder}/{name}", 0)], auto_comments=comments, context=context)
    return template


def list_ids(catalogue: Catalog) -> set[object]:
    """Return the ids of all messages, without the header."""
    return {message.id for message in catalogue if message.id}


def read_catalogue(path: Path, locale: str | None = None) -> Catalog:
    """Read one catalogue or the template; an empty one when the file is not there."""
    if locale and not localedata.exists(locale):
        locale = None  # Babel does not know every language that people speak: the file's own header then counts
    if not path.exists():
        return make_catalogue(locale)
    with path.open("rb") as source:
        return read_po(source, locale=locale)


def write_catalogue(path: Path, catalogue: Catalog) -> None:
    """Write without line numbers and dates, so that a change in the file is a change in the words."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        write_po(target, catalogue, width=100, include_lineno=False, ignore_obsolete=True, omit_header=False)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(UNWANTED_HEADERS)]
    path.write_text("".join(kept), encoding="utf-8")


def check_message(message: Message) -> Iterator[str]:
    """Yield what is wrong with one translation."""
    sources = message.id if isinstance(message.id, (list, tuple)) else [message.id]
    strings = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    texts = [text for text in strings if text]
    if len(texts) < len(strings):
        yield "not translated"
        return
    if message.fuzzy:
        yield "marked fuzzy: somebody has to look at it"
    wanted = [sorted(PLACEHOLDER.findall(source)) for source in sources]
    for text in texts:
        if sorted(PLACEHOLDER.findall(text)) not in wanted:
            yield "placeholders or tags differ from the original"


def check_catalogues() -> list[str]:
    """Return everything that is wrong, one line each; nothing when all is well."""
    template = extract_messages()
    wanted = list_ids(template)
    faults = []
    if list_ids(read_catalogue(TEMPLATE)) != wanted:
        faults.append("translations/messages.pot is behind the code: run script/catalogues")
    for locale in list_locales():
        path = find_catalogue(locale)
        catalogue = read_catalogue(path, locale)
        name = f"{path.relative_to(ROOT)}"
        faults += [f"{name}: missing: {lost!r}" for lost in sorted(map(str, wanted - list_ids(catalogue)))]
        faults += [f"{name}: no longer in the code: {old!r}" for old in sorted(map(str, list_ids(catalogue) - wanted))]
        for message in catalogue:
            if message.id:
                faults += [f"{name}: {fault}: {message.id!r}" for fault in check_message(message)]
    return faults


def update_catalogues() -> None:
    """Write the template and bring every catalogue to its messages."""
    template = extract_messages()
    write_catalogue(TEMPLATE, template)
    for locale in list_locales():
        catalogue = read_catalogue(find_catalogue(locale), locale)
        catalogue.update(template, no_fuzzy_matching=True)
        write_catalogue(find_catalogue(locale), catalogue)
        missing = sum(1 for message in catalogue if message.id and any(check_message(message)))
        print(f"{locale}: {len(list_ids(catalogue))} messages, {missing} to do")


def main() -> None:
    """Update, or with --check only look."""
    parser = argparse.ArgumentParser(
        prog="script/catalogues", description="Keep the translations in step with the code."
    )
    parser.add_argument("--check", action="store_true", help="change nothing; fail when something is to be done")
    if not parser.parse_args().check:
        update_catalogues()
        return
    faults = check_catalogues()
    print("\n".join(faults[:SHOWN_FAULTS]))
    if len(faults) > SHOWN_FAULTS:
        print(f"and {len(faults) - SHOWN_FAULTS} more")
    raise SystemExit(1 if faults else 0)


if __name__ == "__main__":
    main()
