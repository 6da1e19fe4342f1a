"""The forms of the office's document key, and of the page that checks a PDF. No file and no passphrase is kept."""

from wtforms import HiddenField, StringField

from casework.forms import drop_controls
from web.csrf import N_, BoxForm


class NewDocumentKeyForm(BoxForm):
    """A new key; and the one that whoever asks has seen."""

    known = HiddenField(filters=[drop_controls])


class OwnDocumentKeyForm(BoxForm):
    """A key that the office brings, as a file with its passphrase; and the key that whoever asks has seen."""

    key_file = StringField(
        N_("Key file (PKCS#12)"), description=N_("Its name ends in .p12 or .pfx. It holds the key and its certificate.")
    )
    passphrase = StringField(N_("Passphrase of the file"), description=N_("Leave it empty if the file has none."))
    known = HiddenField(filters=[drop_controls])


class VerifyForm(BoxForm):
    """A PDF to check."""

    document = StringField(N_("The PDF"), description=N_("40 MB at most. It is looked at and kept nowhere."))
