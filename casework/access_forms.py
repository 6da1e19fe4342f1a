"""The forms of “Who may open this case” and of an emergency. Field names differ, because forms share pages."""

from typing import Any

from wtforms import BooleanField, Field, StringField, ValidationError

from casework.access_listing import AccessListing
from casework.case_forms import NOT_OFFERED, SHORT, Choice, ChoiceField, OneOf, Words, make_text
from web.csrf import N_, BoxForm
from web.languages import gettext as _

CHOOSE_PERSON = N_("Choose a person")
WRITE_REASON = N_("Write the reason")
WITHOUT_ME = "I know that I cannot open this case any more after this"
LEFT_OUT = N_("You would shut yourself out. Tick the box if you mean it, or change your choice.")
_LONGEST_REFERENCE = 16


class PeopleField(Field):
    """Several people out of `choices` (account id and name)."""

    def __init__(self, label: str, validators: list[Any], **settings: Any) -> None:  # noqa: ANN401  # WTForms' own arguments
        super().__init__(label, validators, **settings)
        self.choices: list[Choice] = []

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was ticked, each once."""
        self.data = list(dict.fromkeys(valuelist))


class SomeOf:
    """One of the choices at least, and nothing else."""

    def __call__(self, form: BoxForm, field: PeopleField) -> None:
        """Check the field. Raises ValidationError."""
        del form
        if not field.data:
            raise ValidationError(_(N_("Choose who may open this case")))
        if not set(field.data) <= {value for value, _words in field.choices}:
            raise ValidationError(_(NOT_OFFERED))


class RestrictForm(BoxForm):
    """To whom a case is restricted. `own_id` is who asks."""

    own_id = ""
    restrict_people = PeopleField("Who may open it from now on?", [SomeOf()])
    restrict_without_me = BooleanField(WITHOUT_ME)
    restrict_reason = make_text("Reason for restricting", Words(SHORT, WRITE_REASON))

    def validate_restrict_without_me(self, field: BooleanField) -> None:
        """Nobody shuts themselves out by oversight. Raises ValidationError."""
        if self.restrict_people.data and self.own_id not in self.restrict_people.data and not field.data:
            raise ValidationError(_(LEFT_OUT))


class WallForm(BoxForm):
    """Whom to wall off. `own_id` is who asks."""

    own_id = ""
    wall_person = ChoiceField("Who must never open it?", [OneOf(CHOOSE_PERSON)])
    wall_without_me = BooleanField(WITHOUT_ME)
    wall_reason = make_text(
        "Reason for the wall",
        Words(SHORT, WRITE_REASON),
        "Such as a former client or a relative. Read by everybody who can open the case, and not by who is walled off.",
    )

    def validate_wall_without_me(self, field: BooleanField) -> None:
        """Nobody shuts themselves out by oversight. Raises ValidationError."""
        if self.wall_person.data == self.own_id and not field.data:
            raise ValidationError(_(LEFT_OUT))


class LiftForm(BoxForm):
    """Whose wall to lift."""

    lift_person = ChoiceField("Whose wall?", [OneOf(CHOOSE_PERSON)])
    lift_reason = make_text("Reason for lifting the wall", Words(SHORT, WRITE_REASON))


class GrantForm(BoxForm):
    """Whom to give the case to."""

    grant_person = ChoiceField("Who may open it as well?", [OneOf(CHOOSE_PERSON)])
    grant_reason = make_text("Reason for giving it", Words(SHORT, WRITE_REASON))


class TakeForm(BoxForm):
    """Whom to take the case away from. `own_id` is who asks."""

    own_id = ""
    take_person = ChoiceField("Who shall open it no more?", [OneOf(CHOOSE_PERSON)])
    take_without_me = BooleanField(WITHOUT_ME)
    take_reason = make_text("Reason for taking it away", Words(SHORT, WRITE_REASON))

    def validate_take_without_me(self, field: BooleanField) -> None:
        """Nobody shuts themselves out by oversight. Raises ValidationError."""
        if self.take_person.data == self.own_id and not field.data:
            raise ValidationError(_(LEFT_OUT))


class HandOverForm(BoxForm):
    """Whom to hand the case over to."""

    KEEP, GIVE_UP = "keep", "give_up"
    hand_over_person = ChoiceField("Who works on it from now on?", [OneOf(CHOOSE_PERSON)])
    hand_over_own = ChoiceField(
        "Do you keep it?",
        [OneOf(N_("Choose whether you keep the case"))],
        choices=[(KEEP, "Yes, I can still open it"), (GIVE_UP, "No, I cannot open it any more")],
    )


class OpenForm(BoxForm):
    """Opening a case to the office again."""

    open_reason = make_text("Reason for opening it", Words(SHORT, WRITE_REASON))


class RenewForm(BoxForm):
    """New keys for whoever may open the case today."""

    renew_reason = make_text("Reason for new keys", Words(SHORT, WRITE_REASON))


class AskForm(BoxForm):
    """Asking for a restricted case in an emergency."""

    ask_reference = StringField("Reference of the case", description="As on the receipt, such as R-1234-5678.")
    ask_reason = make_text(
        "Why can it not wait?",
        Words(SHORT, WRITE_REASON),
        "Read by the other supervising attorneys, and by everybody who holds the case once it is open.",
    )

    def validate_ask_reference(self, field: Field) -> None:
        """Ask for a reference. Raises ValidationError."""
        field.data = "".join(sign for sign in field.data or "" if sign.isprintable()).strip().upper()
        if not 0 < len(field.data) <= _LONGEST_REFERENCE:
            raise ValidationError(_(N_("Enter the reference of the case")))


class ApproveForm(BoxForm):
    """Agreeing that somebody opens a case in an emergency."""

    approve_reason = make_text("Why do you agree?", Words(SHORT, WRITE_REASON))


def offer_people(form: BoxForm, listing: AccessListing, own_id: str) -> None:
    """Set whom a form may name, as the standing of the case allows."""
    access = listing.access
    names = {each: colleague.name for each, colleague in listing.colleagues.items()}
    waiting = {each for each, colleague in listing.colleagues.items() if colleague.waits}
    free = {each: name for each, name in names.items() if each not in access.walled_ids}
    ready = {each: name for each, name in free.items() if each not in waiting}
    holding = {opener.id for opener in listing.openers if opener.has_keys}
    if isinstance(form, RestrictForm):
        form.own_id = own_id
        chosen = {each: name for each, name in free.items() if each in ready or each in access.people}
        form.restrict_people.choices = list(chosen.items())
    elif isinstance(form, WallForm):
        form.own_id = own_id
        form.wall_person.choices = list(free.items())
    elif isinstance(form, LiftForm):
        form.lift_person.choices = [(wall.staff_id, wall.name) for wall in access.walls]
    elif isinstance(form, GrantForm):
        form.grant_person.choices = [(each, name) for each, name in ready.items() if each not in holding]
    elif isinstance(form, TakeForm):
        form.own_id = own_id
        form.take_person.choices = [(each, names.get(each, each)) for each in access.people]
    elif isinstance(form, HandOverForm):
        form.hand_over_person.choices = [(each, name) for each, name in ready.items() if each != own_id]
        if not access.is_restricted:
            # Everybody in the office can open it: there is nothing to give up.
            form.hand_over_own.data = form.KEEP
