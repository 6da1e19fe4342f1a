"""The forms of a case's page and of the queue. Every message is ours; typed text is kept when something is wrong.

Field names differ between forms, because all of them stand on one page and an id may be there only once.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from wtforms import BooleanField, Field, StringField, TextAreaField, ValidationError

from casework.agency_searching import FoundAgencies
from casework.deadlines import DEADLINES
from casework.dispositions import DECLINE_CODES
from casework.words import CONFLICT
from models.agencies import AgencyMatch
from web.csrf import N_, BoxForm
from web.languages import gettext as _

Choice = tuple[str, str]
LONG, SHORT = 10_000, 1_000
_LINE_BREAKS = re.compile(r"\r\n?")
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_YEARS = range(1990, 2101)
_KEPT_CONTROLS = frozenset("\n\t")

CONTROLS = N_(
    "There were invisible control characters in this text. They are taken out now; look at it and send it again."
)
NOT_OFFERED = N_("Choose one of the answers offered")
NONE_NAMED = N_("The directory has no agency that goes with these words")
SEVERAL_NAMED = N_("Agencies found: {number}. The first are offered above now. Pick one, or write more of the name")
NO_DATE = N_("Write the date as 2026-12-31 or 12/31/2026, or leave it empty")
NEED_DATE = N_("Write the date as 2026-12-31 or 12/31/2026")


def make_lines_uniform(text: str | None) -> str:
    """Give a text plain line ends and no blank edges."""
    return _LINE_BREAKS.sub("\n", text or "").strip()


class Words:
    """Free text: no control characters, at most `limit` characters, and something in it when `required` says so."""

    def __init__(self, limit: int, required: str = "") -> None:
        self.limit = limit
        self.required = required

    def __call__(self, form: BoxForm, field: Field) -> None:
        """Check the field. Raises ValidationError."""
        del form
        text: str = field.data or ""
        clean = "".join(sign for sign in text if unicodedata.category(sign) != "Cc" or sign in _KEPT_CONTROLS)
        if clean != text:
            field.data = clean
            raise ValidationError(_(CONTROLS))
        if self.required and not text:
            raise ValidationError(_(self.required))
        if len(text) > self.limit:
            message = _(N_("This is {length} characters long; there is room for {limit}"))
            raise ValidationError(message.format(length=len(text), limit=self.limit))


class ChoiceField(StringField):
    """One code out of `choices` (code and words), which the shared templates draw as a list or as buttons."""

    def __init__(self, label: str, validators: list[Any], choices: Iterable[Choice] = (), **settings: Any) -> None:  # noqa: ANN401  # WTForms' own arguments
        super().__init__(label, validators, **settings)
        self.choices: list[Choice] = list(choices)

    @property
    def code(self) -> str:
        """The chosen code; empty when there is none."""
        return self.data or ""


class OneOf:
    """One of the choices that the field offers; none at all only where `required` is empty."""

    def __init__(self, required: str = "") -> None:
        self.required = required

    def __call__(self, form: BoxForm, field: ChoiceField) -> None:
        """Check the field. Raises ValidationError."""
        del form
        if not field.data:
            if self.required:
                raise ValidationError(_(self.required))
            return
        if field.data not in {value for value, _words in field.choices}:
            raise ValidationError(_(NOT_OFFERED))


class TypedDate:
    """A date in ISO or US form; the field's data is brought to ISO form. Nothing only where `required` is empty."""

    def __init__(self, required: str = "") -> None:
        self.required = required

    def __call__(self, form: BoxForm, field: Field) -> None:
        """Check the field. Raises ValidationError."""
        del form
        text = (field.data or "").strip()
        if not text:
            field.data = ""
            if self.required:
                raise ValidationError(_(self.required))
            return
        match = _US_DATE.fullmatch(text)
        if match:
            month, day, year = match.groups()
            text = f"{year}-{int(month):02}-{int(day):02}"
        try:
            found = date.fromisoformat(text)
        except ValueError:
            raise ValidationError(_(NEED_DATE if self.required else NO_DATE)) from None
        if found.year not in _YEARS:
            raise ValidationError(_(NEED_DATE if self.required else NO_DATE))
        field.data = found.isoformat()


def make_text(label: str, rule: Words, description: str = "") -> TextAreaField:
    """Make a field for words of several lines."""
    return TextAreaField(label, [rule], filters=[make_lines_uniform], description=description)


class ConflictForm(BoxForm):
    """What the check of names came to."""

    conflict_decision = ChoiceField(
        "What did the check of names come to?",
        [OneOf(N_("Choose what the check came to"))],
        choices=[(code, words) for code, words in CONFLICT.items() if code],
    )
    conflict_reason = make_text(
        "Reason", Words(SHORT), "Which names were checked, where, and why you decide so. Needed unless it is clear."
    )

    def validate_conflict_reason(self, field: Field) -> None:
        """Ask for a reason where the names are not clear. Raises ValidationError."""
        if self.conflict_decision.data not in {"", None, "clear"} and not field.data:
            raise ValidationError(_(N_("Write why")))


class DispositionForm(BoxForm):
    """What becomes of the case."""

    outcome = ChoiceField("What becomes of it?", [OneOf(N_("Choose what becomes of it"))])
    decline_code = ChoiceField(
        "If declined, because of",
        [OneOf()],
        choices=list(DECLINE_CODES.items()),
    )
    may_decline = False
    disposition_reason = make_text("Reason for this decision", Words(SHORT, N_("Write the reason")))


class NoteForm(BoxForm):
    """A note."""

    note = make_text("New note", Words(LONG, N_("Write the note")), "Sealed to this case. Never in the facts copy.")


class TranslationForm(BoxForm):
    """A working translation."""

    translation_text = make_text(
        "Working translation into English",
        Words(LONG, N_("Write the translation")),
        "Not certified. Keep the paragraphs of the original, so that the summary can set them side by side.",
    )


def _make_date(label: str) -> StringField:
    return StringField(label, [TypedDate()])


class DeadlinesForm(BoxForm):
    """The dates that an attorney signs for."""

    notice_of_claim_on = _make_date(DEADLINES["notice_of_claim"])
    limitation_on = _make_date(DEADLINES["limitation"])
    video_on = _make_date(DEADLINES["video"])
    deadlines_basis = make_text(
        "Basis", Words(SHORT), "The rule that each date comes from, and from which day it runs."
    )
    deadlines_signed = BooleanField("I have worked these dates out myself and sign for all of them")

    def validate_deadlines_signed(self, field: BooleanField) -> None:
        """Nobody signs by oversight. Raises ValidationError."""
        if not field.data:
            raise ValidationError(_(N_("Tick the box to sign, or leave the dates as they are")))


class MarkForm(BoxForm):
    """Setting or taking away a mark."""

    mark_change = ChoiceField("Mark this case", [OneOf(N_("Choose what to mark"))])
    mark_reason = make_text("Reason for the mark", Words(SHORT, N_("Write the reason")))


class AgencyForm(BoxForm):
    """Which agency of the directory the case is about. `looked_up` are those that the typed words may mean.

    Which of several is meant is then picked among the choices; `picked_before` is what stood there without a choice.
    """

    agency_picked = ChoiceField("Which agency is it?", [OneOf()])
    agency_named = make_text(
        "Or look for another one",
        Words(200),
        "Its name, nickname, county or city. What is found is offered above. Empty it to pick something else.",
    )
    looked_up = FoundAgencies()
    picked_before = ""
    named: AgencyMatch | None = None

    def validate_agency_picked(self, field: ChoiceField) -> None:
        """Ask for one of both. Raises ValidationError."""
        if not field.data and not self.agency_named.data:
            raise ValidationError(_(N_("Pick an agency, or say that it is none of them")))

    def validate_agency_named(self, field: Field) -> None:
        """Look the typed name up. Raises ValidationError."""
        if not field.data:
            return
        found = {match.id: match for match in self.looked_up.matches}
        picked = found.get(self.agency_picked.code)
        if picked is not None and picked.id != self.picked_before:
            self.named = picked
            return
        if len(found) != 1 or not self.looked_up.is_called:
            raise ValidationError(_(SEVERAL_NAMED if found else NONE_NAMED).format(number=len(found)))
        self.named = next(iter(found.values()))


class AssignmentForm(BoxForm):
    """Who works on the case."""

    assignee = ChoiceField("Who works on it?", [OneOf(N_("Choose a person, or nobody"))])


class QueueForm(BoxForm):
    """What to see of the queue; sent by GET, so it changes nothing and carries no token."""

    class Meta(BoxForm.Meta):
        """Without a token."""

        csrf = False

    status = ChoiceField("Status", [OneOf()])
    owner = ChoiceField("Owner", [OneOf()])
    language = ChoiceField("Language", [OneOf()])
    unread = BooleanField("Only those with something that I have not read")
    marked = BooleanField("Only doubtful and duplicate")

    def offer(self, *, status: dict[str, str], owner: dict[str, str], language: dict[str, str]) -> None:
        """Set what may be chosen."""
        self.status.choices = list(status.items())
        self.owner.choices = list(owner.items())
        self.language.choices = list(language.items())


def list_wrong_fields(form: BoxForm) -> Collection[str]:
    """List the names of the fields that did not pass."""
    return frozenset(name for name in form.errors if name)
