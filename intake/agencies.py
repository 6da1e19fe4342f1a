"""Names of agencies that the form offers; any other name can be written."""

from functools import lru_cache

from sqlalchemy import Engine

from models.agencies import list_agency_names
from models.engine import look_up
from web import clock

_REMEMBERED_SECONDS = 60


def list_known_agencies(engine: Engine, state: str) -> tuple[str, ...]:
    """List the names of the agencies of a state, and those of all states when none is chosen.

    Remembered for a minute: the directory changes a few times a year, and may hold thousands of names.
    """
    return _list_names(engine, state, int(clock.now().timestamp()) // _REMEMBERED_SECONDS)


@lru_cache(maxsize=64)
def _list_names(engine: Engine, state: str, _minute: int) -> tuple[str, ...]:
    with look_up(engine) as connection:
        return tuple(list_agency_names(connection, state))
