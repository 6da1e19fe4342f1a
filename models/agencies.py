"""The agency directory: public facts about police agencies and their 287(g) agreements."""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select

from models.directory_tables import agencies, agreements

_NAMES = select(agencies.c.name).order_by(agencies.c.name)
_NAMES_OF_STATE = _NAMES.where(agencies.c.state == bindparam("state"))


def put_agency(connection: Connection, **columns: str) -> None:
    """Lay down an agency with all its columns; `aliases` one per line."""
    connection.execute(insert(agencies).values(**columns))


def put_agreement(connection: Connection, **columns: Any) -> None:  # noqa: ANN401  # columns of mixed types
    """Lay down an agency's 287(g) agreement."""
    connection.execute(insert(agreements).values(**columns))


def list_agencies(connection: Connection, state: str = "") -> list[Row[Any]]:
    """List the agencies of a state, or of all states, by name."""
    statement = select(agencies).order_by(agencies.c.name)
    return list(connection.execute(statement.where(agencies.c.state == state) if state else statement))


def list_agency_names(connection: Connection, state: str = "") -> list[str]:
    """List the names of the agencies of a state, or of all states, in order."""
    if state:
        return list(connection.execute(_NAMES_OF_STATE, {"state": state}).scalars())
    return list(connection.execute(_NAMES).scalars())
