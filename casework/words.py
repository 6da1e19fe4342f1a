"""Short words for staff: what the codes of reports and decisions are called in the queue and on a case's page.

Staff read English; what a person wrote is never changed here.
"""

from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time

from exports.case_file import Language
from models.places import STATE_NAMES
from models.questionnaire.question import AnswerState
from models.questionnaire.vocabularies import STORY_LANGUAGE
from web.languages import LANGUAGES

URGENCY: dict[str, str] = {
    "held_now": "Held now",
    "child_alone": "Child without a parent",
    "hurt": "Someone hurt",
    "court_date": "Court date soon",
}
GOAL: dict[str, str] = {"lawyer": "Wants a lawyer", "record": "For the record", "tip": "Tip"}
ROLE: dict[str, str] = {
    "affected": "Affected person",
    "family": "Family member",
    "witness": "Witness",
    "organisation": "Helper or group",
}
TYPED_BY: dict[str, str] = {
    "affected": "the person it happened to",
    "family": "a family member",
    "witness": "a witness",
    "organisation": "somebody who helps the person",
}
CONSENT: dict[str, str] = {
    "beside_me": "is beside them",
    "asked_me": "asked for it",
    "does_not_know": "does not know",
    "cannot_be_asked": "cannot be asked now",
    "not_sure": "consent not known",
    "prefer_not_to_say": "consent not told",
}
ENCOUNTER: dict[str, str] = {
    "vehicle": "Vehicle stop",
    "passenger": "Passenger in a stop",
    "pedestrian": "On foot",
    "checkpoint": "Checkpoint",
    "home_visit": "At home",
    "worksite": "At work",
    "called_for_help": "Called for help",
    "jail": "In jail",
    "other": "Other",
}
ENDED: dict[str, str] = {
    "let_go": "Let go",
    "warning": "Warning",
    "citation": "Citation",
    "arrest": "Arrest",
    "held": "Held for a time",
    "held_for_immigration": "Held for immigration past release",
    "handed_to_ice": "Handed to ICE",
    "other": "Other",
}
REACH: dict[str, str] = {
    "code": "Code only",
    "phone": "Phone",
    "text": "Text",
    "signal": "Signal",
    "whatsapp": "WhatsApp",
    "email": "E-mail",
    "organisation": "Through a group",
    "post": "Letter",
}
LAWYER: dict[str, str] = {"no": "No", "criminal": "Criminal", "immigration": "Immigration", "civil": "Civil"}
CONFLICT: dict[str, str] = {
    "": "Not checked",
    "clear": "Clear",
    "conflict": "Conflict",
    "needs_review": "Needs review",
    "cannot_be_checked": "Cannot be checked yet",
}
MARK: dict[str, str] = {"doubtful": "Doubtful", "duplicate": "Duplicate"}
STATUS: dict[str, str] = {
    "undecided": "Undecided",
    "accepted": "Accepted",
    "referred": "Referred",
    "declined": "Declined",
    "advised": "Advised",
    "recorded": "Recorded only",
}
FILE_KIND: dict[str, str] = {
    "photo": "Photo",
    "video": "Video",
    "audio": "Sound",
    "pdf": "PDF",
    "document": "Document",
    "text": "Text",
}
FILE_FACT: dict[str, str] = {
    "taken_at": "Date and time",
    "place": "Place (latitude, longitude)",
    "device": "Device",
    "duration": "Length",
    "size": "Width and height",
    "pages": "Pages",
    "title": "Title",
    "author": "Author",
    "software": "Program",
    "format": "Format",
}
STATE: dict[str, str] = {
    AnswerState.NOT_SURE.value: "Not sure",
    AnswerState.PREFER_NOT_TO_SAY.value: "Prefers not to say",
    AnswerState.SKIPPED.value: "Skipped",
    AnswerState.NOT_ASKED.value: "Not asked",
}
_OPEN_ENDS = {"not_sure": "Not sure", "prefer_not_to_say": "Prefers not to say"}

_LANGUAGE_NAMES = {term.code: term.text for term in STORY_LANGUAGE}
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "ur", "ps", "he"})


def join_words(words: dict[str, str], codes: tuple[str, ...] | str, *, empty: str = "Not told") -> str:
    """Write codes out in their short words, with commas; an unknown code stands as it is."""
    listed = (codes,) if isinstance(codes, str) else codes
    return ", ".join(words.get(code, _OPEN_ENDS.get(code, code)) for code in listed if code) or empty


def find_language(code: str) -> Language:
    """Find a written language by code, with its English name and the way it runs; "other" or none is undetermined."""
    if not code:
        return Language("und", "language not told")
    if code == "other":
        return Language("und", "Another language")
    direction: Literal["ltr", "rtl"] = "rtl" if code in _RIGHT_TO_LEFT else "ltr"
    if code in LANGUAGES and LANGUAGES[code].direction == "rtl":
        direction = "rtl"
    return Language(code, _LANGUAGE_NAMES.get(code, code), direction)


def describe_place(county: str, state: str) -> str:
    """Write county and state in one line."""
    known = state if state in STATE_NAMES else ""
    return ", ".join(part for part in (county, known) if part) or "Not told"


def describe_days_since(earliest: date | None, latest: date | None, today: date) -> str:
    """Say how many days ago it happened, as a number or a span, or that it was still going on when it was told."""
    if latest is None:
        return "Not known"
    shortest = max((today - latest).days, 0)
    if earliest is None:
        return f"Ongoing when told, {describe_age(latest, today).lower()}"
    longest = max((today - earliest).days, 0)
    return count_days(shortest) if shortest == longest else f"{shortest} to {count_days(longest)}"


def count_days(days: int) -> str:
    """Write a number of days."""
    return "1 day" if days == 1 else f"{days} days"


def describe_age(day: date, today: date) -> str:
    """Say how long ago a day was."""
    days = (today - day).days
    return "Today" if days <= 0 else f"{count_days(days)} ago"


def read_date(text: str) -> date | None:
    """Read an ISO date out of a sealed record; None where there is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def write_moment(moment: datetime, time_zone: ZoneInfo, *, is_to_the_minute: bool = False) -> str:
    """Write a moment in the office's time, without seconds where they are not known."""
    if is_to_the_minute:
        day = format_date(moment.astimezone(time_zone), "medium", locale="en_US")
        time = format_time(moment, "short", tzinfo=time_zone, locale="en_US")
        return f"{day}, {time}".replace("\u202f", " ")
    # CLDR puts a narrow no-break space before AM and PM, which few staff fonts have.
    return format_datetime(moment, "medium", tzinfo=time_zone, locale="en_US").replace("\u202f", " ")


def write_size(length: int) -> str:
    """Write a length in bytes as people read it, and exactly."""
    size, unit = float(length), "bytes"
    for larger in ("kB", "MB", "GB"):
        if size < 1000:  # noqa: PLR2004  # SI prefixes go by thousands
            break
        size, unit = size / 1000, larger
    return f"{length} bytes" if unit == "bytes" else f"{size:.1f} {unit} ({length:,} bytes)"


def describe_seconds(seconds: int) -> str:
    """Say roughly how long something takes."""
    if seconds < 60:  # noqa: PLR2004  # a minute
        return "less than a minute"
    minutes = round(seconds / 60)
    return "about a minute" if minutes == 1 else f"about {minutes} minutes"
