"""The Jinja environment of paper: its own templates, strict about every name, escaping everything.

It must never see Flask's context, nor a template of either site.
"""

from datetime import date, datetime
from pathlib import Path
from typing import assert_never

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from exports.case_file import Answer, AnswerState
from exports.coarse_dates import MonthOfDay, MonthOfMoment
from exports.printable import find_direction, show_plain, show_text, split_paragraphs, strip_controls

TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "exports"

# Not strftime("%B"): its words follow the process's locale, and the same case must print the same bytes everywhere.
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def format_day(day: date) -> str:
    """A day as a US reader writes it: "November 23, 2026"; "November 2026" where only the month may be told."""
    if isinstance(day, MonthOfDay | MonthOfMoment):
        return f"{_MONTHS[day.month - 1]} {day.year}"
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def format_moment(moment: datetime) -> str:
    """A moment with its time zone: "November 23, 2026, 14:05 CST".

    Raises:
        ValueError: The moment has no time zone, so nobody could say when it was.
    """
    if moment.utcoffset() is None:
        raise ValueError("A moment on paper needs its time zone.")
    if isinstance(moment, MonthOfMoment):
        return format_day(moment)
    return f"{format_day(moment.date())}, {moment:%H:%M %Z}"


def describe_state(answer: Answer) -> str:
    """In words, how a question was met that has no printable answer."""
    match answer.state:
        case AnswerState.ANSWERED:
            return "Left empty"
        case AnswerState.NOT_SURE:
            return "Not sure"
        case AnswerState.PREFER_NOT_TO_SAY:
            return "Preferred not to say"
        case AnswerState.SKIPPED:
            return "Skipped: no answer given"
        case AnswerState.NOT_ASKED:
            return "Not asked"
        case _:
            assert_never(answer.state)


def is_readable(text: str) -> bool:
    """Whether anything is left to print of a text."""
    return bool(strip_controls(text).strip())


def make_environment() -> Environment:
    """A strict, escaping environment whose template names are full paths, such as "exports/case_summary.html"."""
    environment = Environment(
        loader=PrefixLoader({"exports": FileSystemLoader(TEMPLATES)}),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "day": format_day,
        "moment": format_moment,
        "plain": show_plain,
        "printable": show_text,
        "paragraphs": split_paragraphs,
        "direction": find_direction,
        "state_in_words": describe_state,
    }
    environment.tests["readable"] = is_readable
    return environment
