"""The form of the page where a case goes on paper: which document, for whom, why, and whether pages are numbered."""

from wtforms import BooleanField

from casework.case_forms import SHORT, ChoiceField, OneOf, Words, make_text
from casework.orders import DocumentKind, Order
from exports.case_file import Variant
from web.csrf import N_, BoxForm

DOCUMENTS = ((DocumentKind.SUMMARY.value, "Case summary: a few pages"),)
COPIES = (
    (Variant.FACTS.value, "Facts copy: without what the office checked, decided and wrote for itself"),
    (
        Variant.OFFICE.value,
        "Office copy, not to leave the office: also checks, decisions, marks, assignments, notes and history",
    ),
)


class ExportForm(BoxForm):
    """What to make of a case, and why."""

    document = ChoiceField(
        "Which document?",
        [OneOf(N_("Choose which document to make"))],
        choices=DOCUMENTS,
        default=DocumentKind.SUMMARY.value,
    )
    variant = ChoiceField(
        "Which copy?", [OneOf(N_("Choose which copy to make"))], choices=COPIES, default=Variant.FACTS.value
    )
    numbered = BooleanField("Number the pages (Bates numbers)")
    reason = make_text(
        "Why is it made, and for whom?",
        Words(SHORT, N_("Write why it is made. It is kept, sealed, with the case")),
        "For example: for the co-counsel meeting on Friday. Only who may open the case can read this.",
    )

    def make_order(self) -> Order:
        """What was asked for; only after the form was found to be right."""
        return Order(
            kind=DocumentKind(self.document.code),
            variant=Variant(self.variant.code),
            reason=self.reason.data or "",
            is_numbered=bool(self.numbered.data),
        )
