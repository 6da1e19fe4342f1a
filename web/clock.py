"""The one clock. Tests and the demo office set it; everything else asks it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_SECONDS_AN_HOUR = 3600
_set_to: ContextVar[datetime | None] = ContextVar("set_to", default=None)


def now() -> datetime:
    """Return this moment as an aware UTC datetime."""
    return _set_to.get() or datetime.now(UTC)


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Make the clock stand at another moment inside the block, for this thread alone; never called by a site."""
    token = _set_to.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _set_to.reset(token)


def today(time_zone: ZoneInfo) -> date:
    """Return today's date where the office is."""
    return now().astimezone(time_zone).date()


def hour() -> int:
    """Return the hours since 1970: as fine as the expiry of a box is stored."""
    return int(now().timestamp()) // _SECONDS_AN_HOUR
