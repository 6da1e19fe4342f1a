"""What every document about a case has in common: its template filled, its marks, its numbers, and its last page.

It must never take a case that did not come through redaction: a document is made of a production and nothing else.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment

from exports.environment import format_day, make_environment
from exports.fonts import describe_character
from exports.legends import GROUNDS, Part, choose_legend, describe_copy
from exports.printable import list_missing_characters, show_plain, split_paragraphs
from exports.productions import Drawing, Numbering, Production
from exports.redaction.policies import COPY_NAMES
from exports.rendering import render_pdf

SUMMARY = "case_summary"  # the commonest, which needs no more than the frame
_STYLES = "documents.css"
_STYLES_OF_PARTS = "parts.css"
_DIGEST_ON_EVERY_PAGE = 16  # hexadecimal digits: 64 bits, to tell pages apart; the whole digest stands in the text
_END_OF_MAIN = "</main>"


def draw_document(
    name: str,
    production: Production,
    numbering: Numbering | None = None,
    *,
    pictures: Mapping[str, bytes] | None = None,
    **values: Any,  # noqa: ANN401 - whatever the template names
) -> Drawing:
    """Draw the document of that template name; the same values give the same bytes.

    ``pictures`` are JPEGs by the addresses that the template gives them; ``values`` are what it needs beyond the case.
    """
    html = build_html(name, production, numbering, **values)
    return render_pdf(html, styles=_choose_styles(name, production, numbering), pictures=pictures)


def build_html(
    name: str,
    production: Production,
    numbering: Numbering | None = None,
    **values: Any,  # noqa: ANN401 - the same
) -> str:
    """The HTML that a document is drawn from, with a last page of the characters that no font here has."""
    case = production.case_file
    received = format_day(case.received_on)
    html = (
        _load_environment()
        .get_template(f"exports/{name}.html")
        .render(
            case=case,
            variant=production.variant,
            omissions=production.omissions,
            numbering=numbering,
            copy_name=COPY_NAMES[production.variant],
            copy_note=describe_copy(production.variant),
            legends={part.value: choose_legend(case.privilege_class, part) for part in Part},
            ground=GROUNDS[case.privilege_class],
            account=pair_paragraphs(production),
            short_digest=case.digests.sealed_report[:_DIGEST_ON_EVERY_PAGE],
            received=received,
            unsworn=f"Unsworn, unverified account received {received} in {show_plain(case.language.name)}, "
            f"typed by {show_plain(case.typed_by)}",
            **values,
        )
    )
    return _add_missing_characters(html, choose_legend(case.privilege_class, Part.FACTS))


def pair_paragraphs(production: Production) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Rows of the account: each paragraph beside its translation, or one row of all where their numbers differ."""
    case = production.case_file
    original = split_paragraphs(case.story.text)
    if case.translation is None:
        return tuple(((paragraph,), ()) for paragraph in original)
    translated = split_paragraphs(case.translation.text)
    if len(original) != len(translated):
        return ((original, translated),)
    return tuple(((ours,), (theirs,)) for ours, theirs in zip(original, translated, strict=True))


def _choose_styles(name: str, production: Production, numbering: Numbering | None) -> tuple[str, ...]:
    return (
        _STYLES,
        *(() if name == SUMMARY else (_STYLES_OF_PARTS,)),
        *(("demo.css",) if production.case_file.is_demo else ()),
        *(("numbers.css",) if numbering else ()),
    )


def _add_missing_characters(html: str, legend: str) -> str:
    missing = list_missing_characters(html)
    if not missing:
        return html
    page = (
        _load_environment()
        .get_template("exports/missing_characters.html")
        .render(
            legend=legend,
            characters=[(f"U+{ord(character):04X}", describe_character(character)) for character in missing],
        )
    )
    # What was typed is escaped, so this stands once, at the end.
    return html.replace(_END_OF_MAIN, page + _END_OF_MAIN)


@cache
def _load_environment() -> Environment:
    return make_environment()
