"""Names of agencies that the form offers; any other name can be written."""

from sqlalchemy import Engine

from models.agencies import list_agency_names
from models.engine import read


def list_known_agencies(engine: Engine, state: str) -> list[str]:
    """List the names of the agencies of a state, and those of all states when none is chosen."""
    with read(engine) as connection:
        return list_agency_names(connection, state)
