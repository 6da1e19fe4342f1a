"""The forms of the ledger's page: which entries to see, and what to compare the chains with."""

from datetime import date

from wtforms import BooleanField, Field, FileField, StringField, ValidationError

from casework.case_forms import ChoiceField, OneOf, TypedDate, Words, make_text
from casework.ledger_heads import NoHeadsError, read_kept_heads
from casework.words import read_date
from models.ledger_walk import KeptHead
from web.csrf import N_, BoxForm
from web.languages import gettext as _

# Ten years of a head a day.
_LONGEST_HEADS = 400_000
NO_SUCH_CASE = N_("No case has this reference")
NO_HEADS = N_("There is no head in this: a line has the name of a chain, a number and 64 letters and digits")


class LedgerFilterForm(BoxForm):
    """Which entries to see; sent by GET, so it changes nothing and carries no token."""

    class Meta(BoxForm.Meta):
        """Without a token."""

        csrf = False

    person = ChoiceField("Person", [OneOf()])
    kind = ChoiceField("What", [OneOf()])
    case = StringField("Case", [Words(16)], [lambda text: (text or "").strip().upper()])
    from_on = StringField("From (day)", [TypedDate()])
    to_on = StringField("To (day)", [TypedDate()])

    def find_day(self, name: str) -> date | None:
        """Return the day that was typed into a field, or None."""
        return read_date(self[name].data or "")

    def validate_to_on(self, field: Field) -> None:
        """Nothing lies between a day and one before it. Raises ValidationError."""
        first, last = read_date(self.from_on.data or ""), read_date(field.data or "")
        if first and last and last < first:
            raise ValidationError(_(N_("This day is before the first one")))


class VerifyForm(BoxForm):
    """What to compare the chains with."""

    kept_heads = make_text(
        "Heads that were kept outside, if you have some",
        Words(_LONGEST_HEADS),
        "Paste lines from a mail, a file or a printed page, of one day or of many. Other lines are passed over.",
    )
    heads_file = FileField("Or the file that holds them")
    file_text = ""
    compares_stored = BooleanField("Also compare everything that is stored with the ledger (this can take minutes)")

    def validate_kept_heads(self, field: Field) -> None:
        """What was pasted holds heads. Raises ValidationError."""
        _check_heads(field.data or "")

    def validate_heads_file(self, field: Field) -> None:
        """What was chosen holds heads. Raises ValidationError."""
        raw = field.data.read() if field.data else b""
        self.file_text = raw.decode("utf-8", errors="replace")
        _check_heads(self.file_text)

    def read_heads(self) -> dict[str, tuple[KeptHead, ...]]:
        """Read all heads that were given; empty where there are none. Call it after validation."""
        text = f"{self.kept_heads.data or ''}\n{self.file_text}"
        return read_kept_heads(text) if text.strip() else {}


def _check_heads(text: str) -> None:
    if not text.strip():
        return
    try:
        read_kept_heads(text)
    except NoHeadsError:
        raise ValidationError(_(NO_HEADS)) from None
