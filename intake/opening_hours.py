"""Whether the office is open now, and its hours in the reader's language."""

from datetime import time

from babel.dates import format_time, get_day_names

from web import clock
from web.config import IntakeConfig, OpeningHours
from web.languages import get_language


def is_open_now(config: IntakeConfig) -> bool:
    """Tell whether the office is open at this moment, where it is."""
    moment = clock.now().astimezone(config.time_zone)
    this_minute = moment.strftime("%H:%M")
    return any(
        span.first_day <= moment.weekday() <= span.last_day and span.opens <= this_minute < span.closes
        for span in config.office_hours
    )


def describe_hours(config: IntakeConfig) -> list[str]:
    """Write the office's hours out, a line a span."""
    return [_describe(span) for span in config.office_hours]


def _describe(span: OpeningHours) -> str:

    locale = get_language().format_locale
    names = get_day_names("wide", locale=locale)
    days = (
        names[span.first_day]
        if span.first_day == span.last_day
        else f"{names[span.first_day]} – {names[span.last_day]}"
    )
    opens, closes = (
        format_time(time.fromisoformat(text), format="short", locale=locale) for text in (span.opens, span.closes)
    )
    return f"{days}, {opens} – {closes}"
