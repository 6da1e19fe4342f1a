"""The forms of signing in, unlocking and leaving."""

from wtforms import Field, HiddenField, StringField, ValidationError

from web.csrf import N_, BoxForm
from web.languages import gettext as _

_LONGEST_EMAIL, _LONGEST_PASSPHRASE, _LONGEST_CODE = 200, 500, 40
# Browsers send about one kilobyte; keys of the kinds to come are larger.
_LONGEST_ASSERTION = 20_000

_FACTOR_HINT = N_("The six digits that your app shows now, or one of your recovery codes.")
COPIED_PASSKEY = N_(
    "This passkey was refused: its counter went back, so somebody may have made a copy of it. "
    "Use another passkey or a code, then remove this one from your account and tell your supervisor."
)


def drop_controls(text: str | None) -> str:
    """Take out what cannot be typed or shown, so that a page that comes back is a whole page."""
    return "".join(letter for letter in text or "" if letter.isprintable())


class Filled:
    """The field has something in it, and not too much."""

    def __init__(self, message: str, longest: int) -> None:
        self.message = message
        self.longest = longest

    def __call__(self, form: BoxForm, field: Field) -> None:
        """Check the field. Raises ValidationError."""
        del form
        text = field.data or ""
        if not text.strip():
            raise ValidationError(_(self.message))
        if len(text) > self.longest:
            raise ValidationError(_(N_("This is too long")))


class EmailForm(BoxForm):
    """Who it is. A class of its own, first in the file: errors are listed in the order in which fields are made."""

    email = StringField("E-mail", [Filled(N_("Enter your e-mail address"), _LONGEST_EMAIL)], [drop_controls])


class PassphraseForm(BoxForm):
    """The passphrase. A class of its own, before the second factor, for the order of the errors."""

    passphrase = StringField("Passphrase", [Filled(N_("Enter your passphrase"), _LONGEST_PASSPHRASE)], [drop_controls])


class CodeOrPasskey:
    """There is a code, or in the field named what a passkey signed; neither is too much."""

    def __init__(self, assertion: str) -> None:
        self.assertion = assertion

    def __call__(self, form: BoxForm, field: Field) -> None:
        """Check the field of the code. Raises ValidationError."""
        signed = form[self.assertion].data or ""
        if len(signed) > _LONGEST_ASSERTION:
            raise ValidationError(_(N_("This passkey cannot be used here")))
        if not signed:
            Filled(N_("Enter a code, or use a passkey"), _LONGEST_CODE)(form, field)


class FactorForm(BoxForm):
    """A second factor: a code that is typed, or what a script puts there when a passkey has signed."""

    code = StringField("Code", [CodeOrPasskey("assertion")], [drop_controls], description=_FACTOR_HINT)
    assertion = HiddenField(filters=[drop_controls])

    def forget_factor(self) -> None:
        """Take the second factor out of the form, so that the page that is shown again does not hold it."""
        self.code.data = ""
        self.assertion.data = ""


class SecretsForm(PassphraseForm, FactorForm):
    """What both signing in and unlocking ask for, and where to go on."""

    next = HiddenField(filters=[drop_controls])
    kept = HiddenField(filters=[drop_controls])

    def forget_secrets(self) -> None:
        """Take the secrets out of the form, so that the page that is shown again does not hold them."""
        self.passphrase.data = ""
        self.forget_factor()


class SignInForm(EmailForm, SecretsForm):
    """E-mail, passphrase and second factor, all in one request."""


class UnlockForm(SecretsForm):
    """Passphrase and second factor of whoever locked the desk."""


class ConfirmForm(BoxForm):
    """The second factor alone. Its names are its own: the fields of another form may travel beside it."""

    confirm_code = StringField("Code", [CodeOrPasskey("confirm_assertion")], [drop_controls], description=_FACTOR_HINT)
    confirm_assertion = HiddenField(filters=[drop_controls])

    def forget_factor(self) -> None:
        """Take the second factor out of the form, so that the page that is shown again does not hold it."""
        self.confirm_code.data = ""
        self.confirm_assertion.data = ""


class LeaveForm(BoxForm):
    """A button that locks, signs out or goes on."""
