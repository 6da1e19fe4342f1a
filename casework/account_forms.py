"""The forms of the page "Your account"."""

from wtforms import HiddenField, StringField

from casework.forms import Filled, drop_controls
from web.csrf import N_, BoxForm

NOT_ADDED = N_("The passkey was not added. Please try again, on the device that it is to be on.")
PRESS_AGAIN = N_("No passkey has come yet. Press the button once more; your browser must allow script on this page.")
_LONGEST_NAME, _LONGEST_CODE = 60, 40


class PasskeyForm(BoxForm):
    """A new passkey: the name that its owner gives it, and what a script puts there when the device has answered."""

    passkey_name = StringField(
        "Name of the new passkey",
        [Filled(N_("Give the passkey a name"), _LONGEST_NAME)],
        [drop_controls],
        description="Such as the device that it is on. Only you see it.",
    )
    credential = HiddenField(filters=[drop_controls])

    def forget_answer(self) -> None:
        """Take out what the device answered: it is good for one try."""
        self.credential.data = ""


class AppForm(BoxForm):
    """The first code of a new app, and the app's secret, sealed to its owner."""

    code = StringField(
        "Code that the app shows now",
        [Filled(N_("Enter the six digits that the app shows now"), _LONGEST_CODE)],
        [drop_controls],
        description="Six digits. A new one comes every 30 seconds.",
    )
    sealed = HiddenField(filters=[drop_controls])
