"""The forms about people: inviting, joining, comparing keys, changing, closing."""

from wtforms import BooleanField, Field, StringField, ValidationError

from casework.accounts import is_email, is_name
from casework.case_forms import ChoiceField, OneOf
from casework.forms import Filled, drop_controls
from casework.permissions import Role
from casework.role_names import ROLE_NAMES
from web.csrf import N_, BoxForm
from web.languages import gettext as _

_LONGEST = 200
ROLE_CHOICES = tuple((role.value, ROLE_NAMES[role]) for role in Role)


class Name:
    """The field has a name in it."""

    def __call__(self, form: BoxForm, field: Field) -> None:
        """Check the field. Raises ValidationError."""
        del form
        if not is_name(field.data or ""):
            raise ValidationError(_(N_("Enter a name of 200 characters at most")))


class Email:
    """The field has something in it that could be an e-mail address."""

    def __call__(self, form: BoxForm, field: Field) -> None:
        """Check the field. Raises ValidationError."""
        del form
        if not is_email(field.data or ""):
            raise ValidationError(_(N_("Enter an e-mail address, such as name@office.example")))


class InviteForm(BoxForm):
    """Who is asked to join."""

    name = StringField("Name", [Name()], [drop_controls])
    email = StringField("E-mail", [Email()], [drop_controls], description="To sign in with. Nothing is sent to it.")
    role = ChoiceField("Role", [OneOf(N_("Choose a role"))], ROLE_CHOICES)


class JoinForm(BoxForm):
    """The code that was told apart from the link."""

    invitation_code = StringField(
        "Code",
        [Filled(N_("Enter the code that you were told"), _LONGEST)],
        [drop_controls],
        description="Twelve letters and digits. Spaces and capitals do not matter.",
    )


class GoOnForm(BoxForm):
    """A button that goes on, and nothing to fill in."""


class ProofForm(BoxForm):
    """The new passphrase, typed back from the paper."""

    new_passphrase = StringField(
        "The six words, from your paper",
        [Filled(N_("Type the six words that you wrote down"), _LONGEST)],
        [drop_controls],
    )


class PresentPassphraseForm(BoxForm):
    """The passphrase that one has."""

    present_passphrase = StringField(
        "Your present passphrase", [Filled(N_("Enter your passphrase"), 500)], [drop_controls]
    )


class FactorForm(BoxForm):
    """The first code from the app."""

    code = StringField(
        "Code from your app",
        [Filled(N_("Enter the six digits that your app shows now"), _LONGEST)],
        [drop_controls],
        description="Six digits. A new one comes every 30 seconds.",
    )


class GrantForm(BoxForm):
    """What the colleague read aloud."""

    fingerprint = StringField(
        "What they read to you",
        [Filled(N_("Type the sixteen letters and digits that they read to you"), _LONGEST)],
        [drop_controls],
        description="Sixteen letters and digits. Spaces, dashes and capitals do not matter.",
    )


class ChangeForm(BoxForm):
    """A person's name and role."""

    name = StringField("Name", [Name()], [drop_controls])
    role = ChoiceField("Role", [OneOf(N_("Choose a role"))], ROLE_CHOICES)


class CloseForm(BoxForm):
    """Whether new keys are made at once when somebody leaves."""

    new_keys = BooleanField("Make new keys now")
