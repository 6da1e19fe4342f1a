"""Moments of the demo office's past, counted back from its first start. Never yields one that is still to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from demo.reports.report import DemoReport
from demo.work import Work

TIME_ZONE = ZoneInfo("America/Chicago")
_FOUNDED_DAYS_AGO = 70
_FIRST_HOUR, _HOURS_A_DAY = 7, 15
_DESK_HOUR, _DESK_HOURS = 9, 8
# Today's reports came in within the last hour, and what staff did about them within the last half hour.
_FILED_MINUTES_AGO, _WORKED_MINUTES_AGO = 55, 25


@dataclass(frozen=True)
class Timeline:
    """Turns days before the first start into moments, the same ones each time it is asked."""

    first_start_at: datetime

    @property
    def first_start_on(self) -> date:
        """The day of the first start where the office is."""
        return self.first_start_at.astimezone(TIME_ZONE).date()

    @property
    def founded_at(self) -> datetime:
        """When the office's keys were made."""
        return self._find(_FOUNDED_DAYS_AGO, _DESK_HOUR, 0)

    def list_deeds(
        self, reports: Sequence[DemoReport], works: Sequence[Work]
    ) -> list[tuple[datetime, DemoReport | Work]]:
        """List what came in and what was done, each with its moment, in the order in which it happened."""
        filed: list[tuple[datetime, DemoReport | Work]] = [
            (self._find_filed_at(report, position), report) for position, report in enumerate(reports)
        ]
        worked = [(self._find_worked_at(work, position), work) for position, work in enumerate(works)]
        return sorted([*filed, *worked], key=lambda pair: pair[0])

    def _find_filed_at(self, report: DemoReport, position: int) -> datetime:
        """When a report came in; `position` spreads reports over the day."""
        if report.days_ago == 0:
            return self._find_today(_FILED_MINUTES_AGO - position % 20)
        return self._find(report.days_ago, _FIRST_HOUR + position * 7 % _HOURS_A_DAY, position * 17 % 60)

    def _find_worked_at(self, work: Work, position: int) -> datetime:
        """When staff did something about a report; `position` spreads it over the hours of the office."""
        if work.days_ago == 0:
            return self._find_today(_WORKED_MINUTES_AGO)
        return self._find(work.days_ago, _DESK_HOUR + position * 3 % _DESK_HOURS, position * 13 % 60)

    def _find_today(self, minutes_ago: int) -> datetime:
        """So many minutes ago; fewer when the day is younger than an hour, because today's reports are of today."""
        since_midnight = self.first_start_at - datetime.combine(self.first_start_on, time(), TIME_ZONE)
        scale = min(1.0, since_midnight / timedelta(minutes=_FILED_MINUTES_AGO))
        return self.first_start_at - timedelta(minutes=minutes_ago) * scale

    def _find(self, days_ago: int, hour: int, minute: int) -> datetime:
        day = self.first_start_on - timedelta(days=days_ago)
        return datetime.combine(day, time(hour, minute), TIME_ZONE)
