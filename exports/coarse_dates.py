"""Days of which only the month may be told. They must never give the day back, in whatever form they are written."""

from datetime import date, datetime, timezone

_SHAPE = "%Y-%m"


class MonthOfDay(date):
    """The month of a day, as a date that writes itself without the day; its day is always the first."""

    @classmethod
    def of(cls, day: date) -> "MonthOfDay":
        """The month that a day is in."""
        return cls(day.year, day.month, 1)

    def isoformat(self) -> str:
        """The month alone: "2026-11"."""
        return self.strftime(_SHAPE)

    __str__ = isoformat


class MonthOfMoment(datetime):
    """The month of a moment, as an aware datetime that writes itself without day and time."""

    @classmethod
    def of(cls, moment: datetime) -> "MonthOfMoment":
        """The month that a moment is in, at its own place."""
        offset = moment.utcoffset()
        return cls(moment.year, moment.month, 1, tzinfo=timezone(offset) if offset is not None else None)

    def isoformat(self, sep: str = "T", timespec: str = "auto") -> str:  # noqa: ARG002 - datetime's signature
        """The month alone: "2026-11"."""
        return self.strftime(_SHAPE)

    __str__ = isoformat
