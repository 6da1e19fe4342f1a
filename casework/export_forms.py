"""The form of the page where a case goes on paper: which document, for whom, why, and whether pages are numbered."""

from wtforms import BooleanField, Field, ValidationError

from casework.case_forms import SHORT, ChoiceField, OneOf, Words, make_text
from casework.orders import DocumentKind, Order
from exports.case_file import Variant
from web.csrf import N_, BoxForm
from web.languages import gettext as _

DOCUMENTS = ((DocumentKind.SUMMARY.value, "Case summary: a few pages"),)
COPIES = (
    (Variant.FACTS.value, "Facts copy: without what the office checked, decided and wrote for itself"),
    (
        Variant.OFFICE.value,
        "Office copy, not to leave the office: also checks, decisions, marks, assignments, notes and history",
    ),
)

OTHER = "other"
PURPOSES = (
    ("work", "To work on the case"),
    ("court", "To file it in court"),
    ("counsel", "For co-counsel or an expert"),
    ("agency", "For the agency or its lawyers"),
    ("reporter", "For the person who reported"),
    (OTHER, "Another reason, written below"),
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
    purpose = ChoiceField(
        "Why is it made?", [OneOf(N_("Choose why it is made"))], choices=PURPOSES, default=PURPOSES[0][0]
    )
    reason = make_text(
        "More about why, and for whom",
        Words(SHORT),
        "For example: for the meeting with co-counsel on Friday. Only who may open the case can read this.",
    )

    def validate_reason(self, field: Field) -> None:
        """Ask for words where none of the reasons offered fits. Raises ValidationError."""
        if self.purpose.code == OTHER and not field.data:
            raise ValidationError(_(N_("Write why it is made. It is kept, sealed, with the case")))

    def make_order(self) -> Order:
        """What was asked for; only after the form was found to be right."""
        return Order(
            kind=DocumentKind(self.document.code),
            variant=Variant(self.variant.code),
            reason=": ".join(filter(None, (dict(PURPOSES)[self.purpose.code], self.reason.data))),
            is_numbered=bool(self.numbered.data),
        )
