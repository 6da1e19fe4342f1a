"""The forms of the directory's pages. What is typed into them is public: it appears on the public site."""

import re
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from wtforms import BooleanField, Field, StringField, TextAreaField, ValidationError

from casework.agreement_words import EVENT_KIND, MODEL
from casework.case_forms import ChoiceField, OneOf, TypedDate, Words, make_lines_uniform
from casework.county_matching import Found, find_listed_county
from casework.words import read_date
from models.agencies import AgencyType
from models.agency_names import drop_invisible
from models.agreements import Precision, find_last_day
from models.counties import list_state_codes, name_state
from web.csrf import N_, BoxForm
from web.languages import gettext as _

_SHORT, _LONG = 200, 2_000
_PARTS = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_YEARS = range(1990, 2101)
_ORI = re.compile(r"[A-Z]{2}[A-Z0-9]{7}")

NO_WHEN = N_("Write the day as 2026-12-31, the month as 2026-12, or the year as 2026")
NO_ADDRESS = N_("Write an address of the web that begins with https:// or http://")
NO_COUNTY = N_("This state has no county of this name. Leave it empty for an agency of the whole state.")
NO_ORI = N_("Such a number has nine signs: two letters, then letters and digits. Leave it empty if you do not know it.")
NEED_SOURCE = N_("Write where this stands: who published it, and when")
NEED_WHAT = N_("Write what happened, in a sentence")
NEED_DAY = N_("Write when it happened")
NEED_NAME = N_("Write the agency's name")
NEED_CITED = N_("Write on which day you looked there")
NEED_PUBLISHED = N_("Write the day on which ICE published this list")
NAMESAKE = N_(
    "This state has an agency of this name in the directory already: {agency}. Correct that one, or tick below that "
    "this is another one."
)
NOT_YET = N_("This day is still to come")
ENDED_EARLY = N_("This is before the day of signing. Look at both.")

TYPE_WORDS: dict[str, str] = {
    AgencyType.COUNTY: "County (sheriff, jail)",
    AgencyType.MUNICIPALITY: "City or town police",
    AgencyType.STATE: "Agency of the state",
    AgencyType.TRIBAL: "Tribal police",
    AgencyType.CAMPUS: "School or campus police",
    AgencyType.OTHER: "Something else",
}


def read_when(text: str) -> tuple[date, Precision] | None:
    """Read a day, a month or a year; None when it is none."""
    match = _US_DATE.fullmatch(text.strip())
    parts = (match[3], match[1], match[2]) if match else None
    if parts is None:
        found = _PARTS.fullmatch(text.strip())
        if found is None:
            return None
        parts = (found[1], found[2], found[3])
    year, month, day = parts
    try:
        on = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    if on.year not in _YEARS:
        return None
    return on, Precision.DAY if day else Precision.MONTH if month else Precision.YEAR


def write_when(on: date | None, precision: str) -> str:
    """Write a day, month or year as `read_when` reads it."""
    if on is None:
        return ""
    return on.isoformat()[: {Precision.YEAR: 4, Precision.MONTH: 7}.get(Precision(precision), 10)]


class When:
    """A day, a month or a year; nothing only where `required` is empty."""

    def __init__(self, required: str = "") -> None:
        self.required = required

    def __call__(self, form: BoxForm, field: Field) -> None:
        """Check the field. Raises ValidationError."""
        del form
        text = (field.data or "").strip()
        if not text and self.required:
            raise ValidationError(_(self.required))
        if text and read_when(text) is None:
            raise ValidationError(_(NO_WHEN))


class WebAddress:
    """An address of the web, or nothing."""

    def __call__(self, form: BoxForm, field: Field) -> None:
        """Check the field. Raises ValidationError."""
        del form
        text = (field.data or "").strip()
        field.data = text
        if not text:
            return
        try:
            parts = urlsplit(text)
        except ValueError:
            raise ValidationError(_(NO_ADDRESS)) from None
        is_plain = text.isprintable() and " " not in text and len(text) <= _LONG
        if not is_plain or parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
            raise ValidationError(_(NO_ADDRESS))


def _list_states() -> list[tuple[str, str]]:
    return [(code, name_state(code)) for code in list_state_codes()]


def _clean(text: str | None) -> str:
    """Everything that is typed here is public: nothing that turns or hides letters goes in."""
    return drop_invisible(make_lines_uniform(text))


def _make_line(label: str, rules: list[Any], description: str = "") -> StringField:
    return StringField(label, rules, filters=[_clean], description=description)


def _make_lines(label: str, rule: Words, description: str = "") -> TextAreaField:
    return TextAreaField(label, [rule], filters=[_clean], description=description)


class DatedForm(BoxForm):
    """A form whose days must not be still to come; whoever makes it says which day today is."""

    today = date.max

    def check_not_to_come(self, on: date) -> None:
        """Check that a day has come already. Raises ValidationError."""
        if on > self.today:
            raise ValidationError(_(NOT_YET))


class AgencySearchForm(BoxForm):
    """What somebody looks for in the directory."""

    class Meta(BoxForm.Meta):
        """A search changes nothing, so it needs no token."""

        csrf = False

    words = _make_line(N_("Name, county or city"), [Words(_SHORT)])
    state = ChoiceField(N_("State"), [OneOf()], choices=_list_states())


class AgencyForm(DatedForm):
    """What the directory says of an agency itself."""

    name = _make_line(N_("Name, as it calls itself"), [Words(_SHORT, NEED_NAME)])
    aliases = _make_lines(N_("Other names, one a line"), Words(_LONG), N_("As people call it, in any language."))
    type = ChoiceField(N_("What it is"), [OneOf(N_("Choose what it is"))], choices=list(TYPE_WORDS.items()))
    state = ChoiceField(N_("State"), [OneOf(N_("Choose the state"))], choices=_list_states())
    county = _make_line(N_("County"), [Words(100)], N_("Empty for an agency of the whole state."))
    city = _make_line(N_("City or town"), [Words(100)])
    ori = _make_line(N_("Number of the FBI (ORI)"), [Words(9)])
    claims_office = _make_lines(N_("Office that takes claims, and its address"), Words(_LONG))
    officials = _make_lines(
        N_("Who decides, and how to reach them"), Words(_LONG), N_("Offices, not people: this is on the public site.")
    )
    source = _make_line(N_("Where this stands"), [Words(_LONG, NEED_SOURCE)])
    cited_on = StringField(N_("Looked there on"), [TypedDate(NEED_CITED)])
    is_listed = BooleanField(N_("Show it on the public site"))
    is_another = BooleanField(N_("It is another agency of the same name"))
    known_county = ("", "")

    def refuse_namesake(self, name: str, county: str) -> None:
        """Say at the field that the directory has an agency of this name; a tick says that it is another one."""
        known = f"{name}, {county}" if county else name
        self.name.errors = [*self.name.errors, _(NAMESAKE).format(agency=known)]

    def validate_ori(self, field: Field) -> None:
        """Check the number. Raises ValidationError."""
        field.data = (field.data or "").upper()
        if field.data and not _ORI.fullmatch(field.data):
            raise ValidationError(_(NO_ORI))

    def validate_county(self, field: Field) -> None:
        """Find the county in its state. Raises ValidationError."""
        if field.data and field.data != self.known_county[0] and not self._find_fips():
            raise ValidationError(_(NO_COUNTY))

    def validate_cited_on(self, field: Field) -> None:
        """Check that somebody can have looked there by now. Raises ValidationError."""
        if on := read_date(field.data):
            self.check_not_to_come(on)

    def _find_fips(self) -> tuple[str, str] | None:
        found = find_listed_county(self.state.code, self.county.data or "", "")
        return (found.county.name, found.county.fips) if found.county and found.found is not Found.BLANK else None

    def list_columns(self) -> dict[str, Any]:
        """The columns of the table `agencies`, once the form is valid."""
        typed = self.county.data or ""
        county, fips = self.known_county if typed == self.known_county[0] else self._find_fips() or ("", "")
        columns = {
            name: self[name].data or "" for name in ("name", "city", "ori", "claims_office", "officials", "source")
        }
        return {
            **columns,
            "aliases": "\n".join(line.strip() for line in (self.aliases.data or "").splitlines() if line.strip()),
            "type": self.type.code,
            "state": self.state.code,
            "county": county,
            "county_fips": fips,
            "cited_on": date.fromisoformat(self.cited_on.data or ""),
            "is_listed": bool(self.is_listed.data),
        }


def _make_source() -> StringField:
    return _make_line(N_("Where this stands"), [Words(_LONG, NEED_SOURCE)], N_("Who published it, and when."))


class _CitedForm(DatedForm):
    """Where a fact stands, and when somebody looked there. Its fields are made by those who inherit, as their last."""

    source: StringField
    source_url: StringField
    cited_on: StringField

    def validate_cited_on(self, field: Field) -> None:
        """Check that somebody can have looked there by now. Raises ValidationError."""
        if on := read_date(field.data):
            self.check_not_to_come(on)

    def list_citation(self) -> dict[str, Any]:
        """The columns that say where a fact stands."""
        return {
            "source": self.source.data or "",
            "source_url": self.source_url.data or "",
            "cited_on": date.fromisoformat(self.cited_on.data or ""),
        }


class AgreementForm(_CitedForm):
    """What a source says of an agreement."""

    support_type = ChoiceField(N_("Model"), [OneOf(N_("Choose the model"))], choices=list(MODEL.items()))
    signed = _make_line(N_("Signed"), [When()], N_("2020-06-09, or 2020-06, or 2020. Empty if it is not known."))
    ended = _make_line(N_("Ended"), [When()], N_("The last day on which it held. Empty while it goes on."))
    moa_url = _make_line(N_("Address of the agreement's text"), [WebAddress()])
    addendum_url = _make_line(N_("Address of what was added to it"), [WebAddress()])
    source = _make_source()
    source_url = _make_line(N_("Its address"), [WebAddress()])
    cited_on = StringField(N_("Looked there on"), [TypedDate(NEED_CITED)])

    def validate_signed(self, field: Field) -> None:
        """An agreement that is known was signed. Raises ValidationError."""
        if found := read_when(field.data):
            self.check_not_to_come(found[0])

    def validate_ended(self, field: Field) -> None:
        """It ended after it was signed; an end that is set for a day to come may be told. Raises ValidationError."""
        signed, ended = read_when(self.signed.data or ""), read_when(field.data)
        if signed and ended and find_last_day(*ended) < signed[0]:
            raise ValidationError(_(ENDED_EARLY))

    def list_columns(self) -> dict[str, Any]:
        """The columns of the table `agreements`, once the form is valid."""
        columns: dict[str, Any] = {"support_type": self.support_type.code, **self.list_citation()}
        for name in ("signed", "ended"):
            found = read_when(self[name].data or "")
            columns[f"{name}_on"] = found[0] if found else None
            columns[f"{name}_precision"] = (found[1] if found else Precision.DAY).value
        return {**columns, "moa_url": self.moa_url.data or "", "addendum_url": self.addendum_url.data or ""}


class EventForm(_CitedForm):
    """Something that happened around an agency's agreements."""

    kind = ChoiceField(N_("What kind of thing"), [OneOf(N_("Choose one"))], choices=list(EVENT_KIND.items()))
    happened = _make_line(N_("When"), [When(NEED_DAY)], N_("2020-06-09, or 2020-06, or 2020."))
    what = _make_lines(N_("What happened"), Words(_LONG, NEED_WHAT), N_("One plain sentence, without anybody's name."))
    source = _make_source()
    source_url = _make_line(N_("Its address"), [WebAddress()])
    cited_on = StringField(N_("Looked there on"), [TypedDate(NEED_CITED)])

    def validate_happened(self, field: Field) -> None:
        """The timeline tells what happened, not what may. Raises ValidationError."""
        if found := read_when(field.data):
            self.check_not_to_come(found[0])

    def list_columns(self) -> dict[str, Any]:
        """The columns of the table `agreement_events`, once the form is valid."""
        found = read_when(self.happened.data or "")
        assert found
        return {
            "kind": self.kind.code,
            "happened_on": found[0],
            "precision": found[1].value,
            "what": self.what.data or "",
            **self.list_citation(),
        }


class MergeForm(BoxForm):
    """Which agency this one is the same as."""

    remaining = ChoiceField(N_("It is the same as"), [OneOf(N_("Choose the other agency"))])


class ButtonForm(BoxForm):
    """One button."""


class ListUploadForm(BoxForm):
    """ICE's list as a file."""

    list = StringField(N_("The list: a workbook (XLSX) or a table of text (CSV)"))


class ListDetailsForm(BoxForm):
    """When a list was published. The counties that a person chooses come beside it, one field each."""

    published_on = StringField(
        N_("Published on"), [TypedDate(NEED_PUBLISHED)], description=N_("As ICE's page or the file's name says.")
    )
