"""The case summary: one to a few pages that a lawyer puts in a file.

It must never put what the office thought or did into the facts copy, nor a name into a file name or into metadata.
"""

from functools import cache

from jinja2 import Template

from exports.case_file import Answer, CaseFile
from exports.environment import make_environment
from exports.legends import GROUNDS, Part, choose_legend
from exports.printable import split_paragraphs
from exports.productions import Drawing, Production
from exports.rendering import render_pdf

_DIGEST_ON_EVERY_PAGE = 16  # hexadecimal digits: 64 bits, to tell pages apart; the whole digest stands in the text


def render_case_summary(production: Production) -> Drawing:
    """The case summary as a tagged PDF on US Letter; the same case gives the same bytes."""
    styles = ("case_summary.css", "demo.css") if production.case_file.is_demo else ("case_summary.css",)
    return render_pdf(build_summary_html(production), styles=styles)


def build_summary_html(production: Production) -> str:
    """The HTML that a case summary is drawn from."""
    case_file = production.case_file
    return _load_template().render(
        case=case_file,
        variant=production.variant,
        legends={part.value: choose_legend(case_file.privilege_class, part) for part in Part},
        ground=GROUNDS[case_file.privilege_class],
        account=_pair_paragraphs(case_file),
        short_digest=case_file.digests.sealed_report[:_DIGEST_ON_EVERY_PAGE],
    )


@cache
def _load_template() -> Template:
    return make_environment().get_template("exports/case_summary.html")


def _pair_paragraphs(case_file: CaseFile) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Rows of the account: each paragraph beside its translation, or one row of all where their numbers differ."""
    original = _split_answer(case_file.story)
    if case_file.translation is None:
        return tuple(((paragraph,), ()) for paragraph in original)
    translated = split_paragraphs(case_file.translation.text)
    if len(original) != len(translated):
        return ((original, translated),)
    return tuple(((ours,), (theirs,)) for ours, theirs in zip(original, translated, strict=True))


def _split_answer(answer: Answer) -> tuple[str, ...]:
    return split_paragraphs(answer.text)
