"""The forms of the page where a case is made ready for copies. Field names differ, because all stand on one page."""

from typing import Any

from wtforms import BooleanField, Field, HiddenField, StringField, ValidationError

from casework.case_forms import NOT_OFFERED, SHORT, Choice, ChoiceField, OneOf, Words, make_text
from casework.forms import drop_controls
from exports.case_file import Variant
from exports.redaction.marks import GROUND_WORDS, Ground, Mark
from exports.redaction.matching import make_needle
from exports.redaction.policies import COPY_NAMES, is_redacting
from web.csrf import N_, BoxForm
from web.languages import gettext as _

MARKABLE: tuple[Variant, ...] = tuple(variant for variant in Variant if variant is not Variant.OFFICE)
_COPIES: tuple[Choice, ...] = tuple((variant.value, COPY_NAMES[variant]) for variant in MARKABLE)
_USUAL = [variant.value for variant in MARKABLE if is_redacting(variant)]
_LONGEST_REPLACEMENT = 80
_FILE_COPIES: tuple[Choice, ...] = tuple(
    (variant.value, COPY_NAMES[variant]) for variant in MARKABLE if is_redacting(variant) or variant is Variant.REPORTER
)


class CopiesField(Field):
    """Several copies out of `choices`."""

    def __init__(self, label: str, validators: list[Any], choices: tuple[Choice, ...], **settings: Any) -> None:  # noqa: ANN401  # WTForms' own arguments
        super().__init__(label, validators, **settings)
        self.choices = list(choices)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was ticked, each once."""
        self.data = list(dict.fromkeys(valuelist))

    @property
    def variants(self) -> frozenset[Variant]:
        """The copies that were ticked; only after the form was found to be right."""
        return frozenset(Variant(each) for each in self.data or ())


class Copies:
    """Only copies that are offered; at least one where `required` says so."""

    def __init__(self, required: str = "") -> None:
        self.required = required

    def __call__(self, form: BoxForm, field: CopiesField) -> None:
        """Check the field. Raises ValidationError."""
        del form
        if self.required and not field.data:
            raise ValidationError(_(self.required))
        if not set(field.data or ()) <= {value for value, _words in field.choices}:
            raise ValidationError(_(NOT_OFFERED))


class MarkPassageForm(BoxForm):
    """A passage that goes from copies."""

    passage = make_text(
        "Name or passage",
        Words(SHORT, N_("Write or paste the passage")),
        "As it stands in the text. Capital letters, accents and line ends make no difference. It goes everywhere.",
    )
    passage_ground = ChoiceField(
        "Why does it go?",
        [OneOf(N_("Choose why it goes"))],
        choices=[(ground.value, words) for ground, words in GROUND_WORDS.items()],
    )
    passage_copies = CopiesField(
        "From which copies?", [Copies(N_("Choose at least one copy"))], choices=_COPIES, default=_USUAL
    )
    passage_replacement = StringField(
        "What stands there instead",
        [Words(_LONGEST_REPLACEMENT)],
        [drop_controls],
        description="It is put in brackets. Leave it empty for the usual words, such as [name removed].",
    )

    def validate_passage(self, field: Field) -> None:
        """Ask for something that can be found. Raises ValidationError."""
        if field.data and make_needle(field.data) is None:
            raise ValidationError(_(N_("There is no letter and no digit in this, so it cannot be found")))

    def validate_passage_replacement(self, field: Field) -> None:
        """Do not put back what goes. Raises ValidationError."""
        mark = Mark(self.passage.data or "", Ground.OTHER, frozenset(), field.data or "")
        if field.data and mark.stands_in_bracket:
            raise ValidationError(_(N_("This holds the words that are to go. Write something else")))

    def make_mark(self) -> Mark:
        """The mark that was asked for; only after the form was found to be right."""
        return Mark(
            self.passage.data or "",
            Ground(self.passage_ground.code),
            self.passage_copies.variants,
            (self.passage_replacement.data or "").strip(),
        )


class FitExhibitForm(BoxForm):
    """For which copies a file is fit."""

    fit_file = ChoiceField("Which file?", [OneOf(N_("Choose a file"))])
    fit_copies = CopiesField("Fit for which copies? None takes it back", [Copies()], choices=_FILE_COPIES)
    fit_looked = BooleanField("I have looked at or listened to all of it, and nothing in it leads to a person")

    def validate_fit_looked(self, field: BooleanField) -> None:
        """Nobody lets a file out by oversight. Raises ValidationError."""
        if self.fit_copies.data and not field.data:
            raise ValidationError(_(N_("Tick the box when you have looked at all of it")))


class RemoveMarkForm(BoxForm):
    """A button that takes a mark away."""

    mark_id = HiddenField(filters=[drop_controls])
