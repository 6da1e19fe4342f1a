"""The case summary: one to a few pages that a lawyer puts in a file.

It must never put what the office thought or did into the facts copy, nor a name into metadata.
"""

from exports.documents.assembling import SUMMARY, build_html, draw_document
from exports.productions import Drawing, Numbering, Production


def render_case_summary(production: Production, *, numbering: Numbering | None = None) -> Drawing:
    """The case summary as a tagged PDF on US Letter; the same case gives the same bytes."""
    return draw_document(SUMMARY, production, numbering)


def build_summary_html(production: Production) -> str:
    """The HTML that a case summary is drawn from."""
    return build_html(SUMMARY, production)
