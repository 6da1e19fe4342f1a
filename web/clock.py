"""The one clock. Tests move it; everything else asks it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_SECONDS_AN_HOUR = 3600


def now() -> datetime:
    """Return this moment as an aware UTC datetime."""
    return datetime.now(UTC)


def today(time_zone: ZoneInfo) -> date:
    """Return today's date where the office is."""
    return now().astimezone(time_zone).date()


def hour() -> int:
    """Return the hours since 1970: as fine as the expiry of a box is stored."""
    return int(now().timestamp()) // _SECONDS_AN_HOUR
