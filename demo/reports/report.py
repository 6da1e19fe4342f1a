"""The shape of a fictional report, and how its dates are worked out. Never holds a fixed date: all count back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

STORIES = Path(__file__).parent / "stories"

Values = dict[str, str | list[str]]


@dataclass(frozen=True)
class When:
    """When something happened: a code of the question `when`, and what it takes to fill the rest in.

    `days_ago` counts from the office's first start (for a date or a month); with a `weekday` (0 is Monday), the
    last such day on or before that one is meant, because the story names it. `years_ago` goes with a season.
    """

    code: str
    days_ago: int = 0
    weekday: int | None = None
    season: str = ""
    years_ago: int = 0
    time_of_day: str = ""


@dataclass(frozen=True)
class DemoReport:
    """One fictional report.

    `language` is the form's, the story's stands in `values`. A question that `values` leaves out was skipped or
    not asked. What the demo office does about it stands in demo/work.py.
    """

    key: str
    language: str
    days_ago: int
    when: When
    values: Mapping[str, str | list[str]]


def read_story(key: str) -> str:
    """Read a story as its reporter typed it."""
    return (STORIES / f"{key}.txt").read_text(encoding="utf-8").strip()


def read_translation(key: str) -> str:
    """Read the working translation of a story into English; empty where nobody has made one yet."""
    path = STORIES / f"{key}.translation.txt"
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def find_filed_on(report: DemoReport, first_start_on: date) -> date:
    """Find the day on which a report was filed."""
    return first_start_on - timedelta(days=report.days_ago)


def list_values(report: DemoReport, first_start_on: date) -> Values:
    """List all answers of a report as its form would send them, with dates that count back from `first_start_on`."""
    when = report.when
    values: Values = {**report.values, "when": when.code}
    if when.time_of_day:
        values["time_of_day"] = when.time_of_day
    happened_on = first_start_on - timedelta(days=when.days_ago)
    if when.weekday is not None:
        happened_on -= timedelta(days=(happened_on.weekday() - when.weekday) % 7)
    if when.code in {"date", "month"}:
        values["when_month"] = str(happened_on.month)
        values["when_year"] = str(happened_on.year)
    if when.code == "date":
        values["when_day"] = str(happened_on.day)
    if when.code == "season":
        values["when_season"] = when.season
        values["when_year"] = str(first_start_on.year - when.years_ago)
    return values
