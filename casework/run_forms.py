"""The forms of the pages of runs: which cases, which document and why; and what their words are."""

import re
from typing import Final

from wtforms import HiddenField

from casework.export_forms import COPIES, DOCUMENTS, ExportForm
from casework.orders import Order
from web.csrf import BoxForm

_REFERENCE: Final = re.compile(r"[A-Z0-9]-?[A-Z0-9-]{1,14}")
_DOCUMENT_WORDS: Final = {code: words.partition(":")[0] for code, words in DOCUMENTS}
_COPY_WORDS: Final = {code: words.partition(":")[0].partition(",")[0] for code, words in COPIES}


class CasesForm(BoxForm):
    """A form about chosen cases, which stand in it, so that a slow decision changes none."""

    references = HiddenField()

    def list_references(self) -> list[str]:
        """List what reads like a reference, each once."""
        words = (self.references.data or "").split()
        return list(dict.fromkeys(word for word in words if _REFERENCE.fullmatch(word)))


class RunForm(CasesForm, ExportForm):
    """What to make of all chosen cases, and why."""


def describe_order(order: Order | None) -> str:
    """Say in words what was asked for."""
    if order is None:
        return "Documents"
    document = _DOCUMENT_WORDS.get(order.kind.value, order.kind.value)
    copy = _COPY_WORDS.get(order.variant.value, order.variant.value)
    return f"{document}, {copy[:1].lower()}{copy[1:]}"
