"""The forms of the office's key and of recovery. Typed text is kept when something is wrong."""

from collections.abc import Iterable
from typing import Any

from wtforms import Field, HiddenField, StringField, TextAreaField, ValidationError

from casework.case_forms import ChoiceField, OneOf
from casework.forms import drop_controls
from casework.rotating import REASONS
from vault.errors import InvalidShareError
from vault.shares import FEWEST, MOST, check
from web.csrf import N_, BoxForm
from web.languages import gettext as _

_LONGEST_SHARE = 2_000


class ShareNumber:
    """A number of shares, 2 to 16."""

    def __call__(self, form: BoxForm, field: Field) -> None:
        """Check the field. Raises ValidationError."""
        del form
        text = (field.data or "").strip()
        if not (text.isascii() and text.isdecimal() and len(text) <= 2 and FEWEST <= int(text) <= MOST):  # noqa: PLR2004  # two digits
            raise ValidationError(_(N_("Enter a number from 2 to 16")))


class RotateForm(BoxForm):
    """Why a new office key is made; and the state that whoever asks has seen."""

    reason = ChoiceField("Why?", [OneOf(N_("Say why a new key is made"))], REASONS.items())
    known = HiddenField(filters=[drop_controls])


class ShareSetForm(BoxForm):
    """How many shares, how many of them open; and the recovery key that whoever asks has seen."""

    threshold = StringField(
        "How many shares are needed to open",
        [ShareNumber()],
        [drop_controls],
        description="2 at least. With more, more people must come together.",
    )
    count = StringField(
        "How many shares to make",
        [ShareNumber()],
        [drop_controls],
        description="16 at most. Make one or two more than are needed: one may get lost.",
    )
    known = HiddenField(filters=[drop_controls])

    def validate_count(self, field: Field) -> None:
        """Check that there are as many as are needed. Raises ValidationError."""
        needed, made = (self.threshold.data or "").strip(), (field.data or "").strip()
        if needed.isdecimal() and made.isdecimal() and int(made) < int(needed):
            raise ValidationError(_(N_("Make at least as many shares as are needed to open")))


class Share:
    """The words of one share, spelt as they were written."""

    def __call__(self, form: BoxForm, field: Field) -> None:
        """Check the field. Raises ValidationError."""
        del form
        try:
            check((field.data or "")[:_LONGEST_SHARE])
        except InvalidShareError as fault:
            message, number = find_share_fault(fault)
            raise ValidationError(_(message).format(number=number)) from None


def find_share_fault(fault: InvalidShareError) -> tuple[str, int]:
    """Say what is wrong with a share in plain words, none of them its own: a message, and its `{number}`."""
    if fault.word:
        return N_("Word {number} is not a word of any share. Look at it again."), fault.word
    if fault.words is not None:
        return N_("There are {number} words. A share has 33."), fault.words
    return N_("A word is wrong, or two have changed places. Compare it with the paper, word by word."), 0


def make_check_form(count: int, data: Any = None) -> BoxForm:  # noqa: ANN401  # what WTForms takes as form data
    """Make a form with a field for each of so many shares."""
    fields = {
        f"share_{number}": TextAreaField(f"Share {number}", [Share()], description="33 words, in their order.")
        for number in range(1, count + 1)
    }
    form: BoxForm = type("CheckForm", (BoxForm,), fields)(data)
    return form


def list_share_fields(form: BoxForm) -> Iterable[Field]:
    """List the fields of such a form that hold shares, in their order."""
    return [field for field in form if field.name.startswith("share_")]
