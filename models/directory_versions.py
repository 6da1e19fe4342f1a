"""Counts the changes of the agency directory: what is made of it, pages and paper, is made anew after one.

Whoever changes agencies, agreements, their events or the lists says so here, in the same transaction.
"""

from sqlalchemy import Connection, insert, select, update

from models.directory_tables import directory_versions
from models.jobs import ALL, enqueue_job

MAKE_TOOLKITS = "toolkits:make"
_THE_ROW = 1
_VERSION = select(directory_versions.c.version).where(directory_versions.c.id == _THE_ROW)


def get_directory_version(connection: Connection) -> int:
    """Return how often the directory was changed; 0 when nothing was ever laid down in it."""
    return connection.execute(_VERSION).scalar() or 0


def note_directory_change(connection: Connection) -> None:
    """Count a change of the directory and ask the worker for the paper that follows from it.

    The count also makes changes of the directory wait for each other.
    """
    counted = update(directory_versions).where(directory_versions.c.id == _THE_ROW)
    if connection.execute(counted.values(version=directory_versions.c.version + 1)).rowcount == 0:
        connection.execute(insert(directory_versions).values(id=_THE_ROW, version=1))
    enqueue_job(connection, MAKE_TOOLKITS, ALL)
