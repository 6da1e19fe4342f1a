"""When it happened, from what people can say: the earliest and the latest day that an answer allows."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

_SEASON_MONTHS = {"winter": (12, 2), "spring": (3, 5), "summer": (6, 8), "fall": (9, 11)}
_DECEMBER = 12


class ImpossibleDateError(ValueError):
    """Day, month and year do not make a date; `part` names the question at fault."""

    def __init__(self, part: str) -> None:
        """Remember which question is at fault."""
        super().__init__(part)
        self.part = part


@dataclass(frozen=True)
class DateRange:
    """The earliest and the latest possible day of an incident; None where an answer sets no bound."""

    earliest: date | None
    latest: date | None


def _read_number(values: Mapping[str, str | list[str]], name: str) -> int:
    text = str(values.get(name) or "").strip()
    try:
        return int(text)  # also other scripts' digits
    except ValueError:
        raise ImpossibleDateError(name) from None


def _read_year(values: Mapping[str, str | list[str]], latest: int) -> int:
    year = _read_number(values, "when_year")
    if not latest - 100 <= year <= latest:
        raise ImpossibleDateError("when_year")
    return year


def _read_month(values: Mapping[str, str | list[str]]) -> int:
    month = _read_number(values, "when_month")
    if not 1 <= month <= _DECEMBER:
        raise ImpossibleDateError("when_month")
    return month


def find_date_range(values: Mapping[str, str | list[str]], answered_on: date) -> DateRange:
    """Find the days that the answers to "when" allow, seen from the day they were given.

    Winter of a year is December of the year before to February, and also December of that year: people mean both,
    and an earlier day is the safer one for a deadline. Still going on: no earliest day, and the day it was told.

    Raises:
        ImpossibleDateError: the parts make no date, or one in the future.
    """
    when = values.get("when")
    if when in {"today", "yesterday"}:
        day = answered_on - timedelta(days=when == "yesterday")
        return DateRange(day, day)
    if when == "ongoing":
        return DateRange(None, answered_on)
    if when not in {"date", "month", "season"}:
        return DateRange(None, None)
    year = _read_year(values, answered_on.year)
    if when == "season":
        first, last = _SEASON_MONTHS.get(str(values.get("when_season")), (0, 0))
        if not first:
            raise ImpossibleDateError("when_season")
        begin = date(year - 1 if first == _DECEMBER else year, first, 1)
        end_month = _DECEMBER if first == _DECEMBER else last
        found = DateRange(begin, date(year, end_month, calendar.monthrange(year, end_month)[1]))
    else:
        month = _read_month(values)
        if when == "month":
            found = DateRange(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
        else:
            try:
                found = DateRange(*[date(year, month, _read_number(values, "when_day"))] * 2)
            except ImpossibleDateError:
                raise
            except ValueError:
                raise ImpossibleDateError("when_day") from None
    if found.earliest and found.earliest > answered_on:
        raise ImpossibleDateError("when_year")
    return DateRange(found.earliest, min(found.latest or answered_on, answered_on))
