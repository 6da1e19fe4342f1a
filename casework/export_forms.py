"""The form of the page where a case goes on paper: which document, for whom, why, and whether pages are numbered."""

from wtforms import BooleanField, Field, StringField, ValidationError

from casework.case_forms import SHORT, ChoiceField, OneOf, Words, make_text
from casework.orders import DocumentKind, Order
from casework.passphrases import make_passphrase
from exports.case_file import Variant
from vault.errors import CannotSealError
from vault.outside import read_outside_recipient
from web.csrf import N_, BoxForm
from web.languages import gettext as _

DOCUMENTS = (
    (DocumentKind.SUMMARY.value, "Case summary: a few pages"),
    (DocumentKind.FULL.value, "Full case file: every part, with contents, custody log and a draft certificate"),
    (DocumentKind.CHRONOLOGY.value, "Chronology alone"),
    (DocumentKind.EXHIBITS.value, "Exhibit set: index, slip sheets, and the files as pages"),
    (DocumentKind.LETTER.value, "Letter, as a draft: choose which one below"),
    (
        DocumentKind.BUNDLE.value,
        "Bundle: case file, exhibit set, the files themselves, tables, and what proves them (BagIt, in one ZIP)",
    ),
)
COPIES = (
    (Variant.FACTS.value, "Facts copy: without what the office checked, decided and wrote for itself"),
    (
        Variant.OFFICE.value,
        "Office copy, not to leave the office: also checks, decisions, marks, assignments, notes and history",
    ),
    (Variant.COURT.value, "Court copy: for filing, after Fed. R. Civ. P. 5.2, and without ways to reach anybody"),
    (Variant.CO_COUNSEL.value, "Co-counsel’s copy: the facts and the files, without ways to reach the person"),
    (Variant.AGENCY.value, "Agency’s copy: without names, places and times that lead to somebody"),
    (Variant.PRESS.value, "Press copy: no names, no place below the county, the month only"),
    (Variant.REPORTER.value, "Reporter’s own copy: what they told us, nothing of the office’s"),
)
LETTERS = (
    ("reporter", "To the person who reported"),
    ("preservation", "To the agency: keep the evidence"),
    ("records", "To the agency: request for public records"),
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

LOCKS = (
    ("none", "No: whoever has the file can open it"),
    ("passphrase", "With the passphrase below"),
    ("recipient", "To a lawyer outside, by their age recipient"),
)
_SHORTEST_PASSPHRASE = 20


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
    letter = ChoiceField("Which letter?", [OneOf()], choices=LETTERS)
    numbered = BooleanField("Number the pages (Bates numbers)")
    originals = BooleanField(
        "Put in the sealed originals and the key that opens them",
        description=(
            "For a court's expert. Whoever gets this bundle can open everything that the reporter ever gave in this "
            "case, also later messages and files. Only in the facts copy and the office copy."
        ),
    )
    lock = ChoiceField(
        "Is the bundle sealed on its way?", [OneOf(N_("Choose how it is sealed"))], choices=LOCKS, default="none"
    )
    passphrase = StringField(
        "The passphrase",
        [Words(SHORT)],
        default=make_passphrase,
        description="Made just now. Write it down: it is kept nowhere. Tell it by voice. Any age tool opens it so.",
    )
    recipient = StringField(
        "Their age recipient", [Words(SHORT)], description="It begins with age1. They give it to you."
    )
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

    def validate_letter(self, field: ChoiceField) -> None:
        """Ask which letter, where it is one. Raises ValidationError."""
        if self.document.code == DocumentKind.LETTER.value and not field.code:
            raise ValidationError(_(N_("Choose which letter to draft")))

    def validate_passphrase(self, field: Field) -> None:
        """Refuse a passphrase that can be guessed. Raises ValidationError."""
        if self.lock.code == "passphrase" and len((field.data or "").strip()) < _SHORTEST_PASSPHRASE:
            raise ValidationError(_(N_("Use the words that were made, or at least 20 characters")))

    def validate_recipient(self, field: Field) -> None:
        """Check whom the bundle is to be sealed to. Raises ValidationError."""
        if self.lock.code != "recipient":
            return
        try:
            read_outside_recipient((field.data or "").strip())
        except CannotSealError:
            raise ValidationError(_(N_("This is no age recipient. It begins with age1"))) from None

    def make_order(self) -> Order:
        """What was asked for; only after the form was found to be right."""
        is_bundle = self.document.code == DocumentKind.BUNDLE.value
        return Order(
            kind=DocumentKind(self.document.code),
            variant=Variant(self.variant.code),
            reason=": ".join(filter(None, (dict(PURPOSES)[self.purpose.code], self.reason.data))),
            is_numbered=bool(self.numbered.data),
            with_sealed_originals=bool(self.originals.data) and is_bundle,
            passphrase=self._find_lock("passphrase", self.passphrase),
            recipient=self._find_lock("recipient", self.recipient),
            letter=self.letter.code if self.document.code == DocumentKind.LETTER.value else "",
        )

    def _find_lock(self, kind: str, field: Field) -> str:
        is_meant = self.document.code == DocumentKind.BUNDLE.value and self.lock.code == kind
        return (field.data or "").strip() if is_meant else ""
