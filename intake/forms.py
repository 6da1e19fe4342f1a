"""One form a page, made of its questions. A form checks what was typed and keeps all of it, good or bad."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from wtforms import Field, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField, ValidationError

from models.incident_dates import ImpossibleDateError, find_date_range
from models.questionnaire.pages import PAGES, Page
from models.questionnaire.question import NOT_SURE, Kind, Question
from models.report import Value
from web import clock
from web.csrf import N_, BoxForm
from web.languages import gettext

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Long lists read better as a drop-down; the rest are buttons that a thumb can hit.
_DROP_DOWNS = frozenset({"state", "when_month", "when_season", "story_language"})

UNSEEN = N_("There were signs in this text that cannot be kept. We took them out. Please look at it, then go on.")
TOO_LONG = N_("This is too long. Please shorten it to {limit} characters; it has {length} now.")
NOT_LISTED = N_("Please choose from the list.")
ONLY_ONE = N_("“{choice}” cannot stand beside other choices. Please choose again.")
DATE_PARTS = {
    "when_day": N_("Please write a day that the month has, like 5 or 23."),
    "when_month": N_("Please choose the month."),
    "when_season": N_("Please choose the season."),
    "when_year": N_("Please write the year with four digits, like 2025. The day cannot be in the future."),
}


def clean_text(text: str) -> str:
    """Return text with line ends as LF, without characters that no keyboard types, and without blanks around it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _LONE_SURROGATE.sub("", _CONTROL.sub("", text)).strip()


class PageForm(BoxForm):
    """The form of one page. `hidden` names questions that have an answer which is shown no more."""

    page: ClassVar[Page]

    def __init__(
        self,
        formdata: Any = None,  # noqa: ANN401  # WTForms' signature
        *,
        values: Mapping[str, Value],
        hidden: frozenset[str],
        answered: frozenset[str] = frozenset(),
    ) -> None:
        """Fill in from what was posted, or from what was saved. `answered` are questions answered in another way."""
        self.hidden = hidden
        self.answered = answered
        shown = {question: value for question, value in values.items() if question not in hidden}
        super().__init__(formdata, data=shown)
        for question in self.page.questions:
            field: Any = self[question.id]  # any of four kinds, with our own extras on it
            field.question = question
            field.label.text = gettext(question.text)
            field.description = gettext(question.hint)
            field.raw_text = field.data
            if question.vocabulary:
                field.choices = [(term.code, gettext(term.text)) for term in question.vocabulary]
            if question.kind is not Kind.CHOICES:
                # What was saved is clean already.
                typed = clean_text(str(field.data or "")) if formdata else field.data or ""
                field.data = typed or _read_unsure(question, formdata)
            elif field.data is None:
                field.data = []

    @property
    def values(self) -> dict[str, Value]:
        """What may be saved: every text as typed, and the choices that the lists know."""
        found: dict[str, Value] = {}
        for question in self.page.questions:
            data = self[question.id].data
            if question.kind is Kind.CHOICES:
                found[question.id] = [code for code in data if code in question.codes]
            elif question.kind is Kind.CHOICE:
                found[question.id] = data if data in question.codes else ""
            else:
                found[question.id] = data
        return found

    def check(self) -> None:
        """Check saved values, outside of a post: there is no token to compare."""
        self._fields.pop("csrf_token", None)
        self.validate()

    def check_question(self, field: Any) -> None:  # noqa: ANN401  # any of four kinds of field
        """Check one answer. Raises ValidationError with what to do about it."""
        question: Question = field.question
        _check_value(question, field.data, is_open=question.id not in self.hidden | self.answered)
        if question.vocabulary or not field.raw_text:
            return
        if _CONTROL.search(str(field.raw_text).replace("\r", "\n")):
            raise ValidationError(gettext(UNSEEN))


def _read_unsure(question: Question, formdata: Any) -> str:  # noqa: ANN401  # WTForms takes any multidict
    """Return the code of "I am not sure" where that was ticked beside an empty line."""
    is_ticked = question.may_be_unsure and formdata and NOT_SURE.code in formdata.getlist(question.id)
    return NOT_SURE.code if is_ticked else ""


def _check_value(question: Question, value: Value, *, is_open: bool) -> None:
    if not value:
        if question.required and is_open:
            raise ValidationError(gettext(question.required))
        return
    if question.vocabulary:
        _check_choice(question, [value] if isinstance(value, str) else value)
    elif len(value) > question.limit:
        raise ValidationError(gettext(TOO_LONG).format(limit=question.limit, length=len(value)))


def may_be_sent(
    page: Page, values: Mapping[str, Value], hidden: frozenset[str], answered: frozenset[str] = frozenset()
) -> bool:
    """Tell whether the saved answers of a page may be sent: what its form would say, without making the form."""
    shown = {question.id: values.get(question.id, "") for question in page.questions if question.id not in hidden}
    try:
        for question in page.questions:
            _check_value(question, shown.get(question.id, ""), is_open=question.id not in hidden | answered)
        if page.stem == "when":
            find_date_range(shown, clock.now().date())
    except (ValidationError, ImpossibleDateError):
        return False
    return True


def _check_choice(question: Question, codes: list[str]) -> None:
    if not set(codes) <= question.codes:
        raise ValidationError(gettext(NOT_LISTED))
    alone = next((code for code in codes if code in question.exclusive), None)
    if alone and len(codes) > 1:
        words = next(term.text for term in question.vocabulary if term.code == alone)
        raise ValidationError(gettext(ONLY_ONE).format(choice=gettext(words)))


def _check_field(form: PageForm, field: Field) -> None:
    form.check_question(field)


def _make_field(question: Question) -> Any:  # noqa: ANN401  # WTForms' unbound fields have no public type
    validators = [_check_field]
    if question.kind is Kind.CHOICES:
        return SelectMultipleField(validators=validators, choices=[], validate_choice=False)
    if question.kind is Kind.CHOICE:
        kind = SelectField if question.id in _DROP_DOWNS else RadioField
        return kind(validators=validators, choices=[], validate_choice=False)
    return (TextAreaField if question.kind is Kind.TEXT else StringField)(validators=validators)


def _check_when(form: PageForm) -> None:
    """Check that day, month, season and year make a time that has been. Puts the error at the part at fault."""
    try:
        find_date_range(form.values, clock.now().date())
    except ImpossibleDateError as fault:
        field = form[fault.part]
        field.errors = [*field.errors, gettext(DATE_PARTS[fault.part])]


class WhenForm(PageForm):
    """The form of the page "when", whose parts must make a date together."""

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401  # WTForms' signature
        """Check each part, then the parts together."""
        is_valid = super().validate(extra_validators)
        _check_when(self)
        return is_valid and not self.errors


def _make_form(page: Page) -> type[PageForm]:
    base = WhenForm if page.stem == "when" else PageForm
    name = "".join(part.title() for part in page.stem.split("_")) + "Form"
    fields: dict[str, Any] = {question.id: _make_field(question) for question in page.questions}
    return type(name, (base,), {"page": page, "__doc__": f"The form of the page {page.stem}.", **fields})


FORMS: dict[str, type[PageForm]] = {page.stem: _make_form(page) for page in PAGES}
