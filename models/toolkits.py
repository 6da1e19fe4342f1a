"""Papers about a county's agreements, ready to be handed out. Public facts only; the worker makes them."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from models.directory_tables import toolkits

# The paper for a county that has none of its own. No county has this number.
ANY_COUNTY = "00000"


def name_state_paper(county_fips: str) -> str:
    """Return the code of the paper for all counties of a county's state that have none of their own.

    The state's two digits and three zeros, as the Census writes a whole state; no county has that number.
    """
    return f"{county_fips[:2]}000"


def get_toolkit(connection: Connection, code: str, language: str) -> Row[Any] | None:
    """Return the paper of that very code (a county's, a state's, or any county's); None when it was not made yet."""
    statement = select(toolkits).where(toolkits.c.county_fips == code, toolkits.c.language == language)
    return connection.execute(statement).one_or_none()


def list_digests(connection: Connection) -> dict[tuple[str, str], str]:
    """List of what each paper was made, by county and language."""
    rows = connection.execute(select(toolkits.c.county_fips, toolkits.c.language, toolkits.c.digest))
    return {(row.county_fips, row.language): row.digest for row in rows}


def put_toolkit(
    connection: Connection, county_fips: str, language: str, *, digest: str, made_on: date, content: bytes
) -> None:
    """Lay down a paper in the place of the one before."""
    delete_toolkit(connection, county_fips, language)
    connection.execute(
        insert(toolkits).values(
            county_fips=county_fips, language=language, digest=digest, made_on=made_on, content=content
        )
    )


def delete_toolkit(connection: Connection, county_fips: str, language: str) -> None:
    """Take a paper away, if it is there."""
    mine = (toolkits.c.county_fips == county_fips, toolkits.c.language == language)
    connection.execute(delete(toolkits).where(*mine))
