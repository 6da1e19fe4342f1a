"""What the pages of agencies are made of, and the cache that keeps them: one cheap question to the database a page."""

from collections.abc import Callable
from threading import Lock

from flask import Flask, current_app, g
from sqlalchemy import Engine

from intake.directory import Directory, read_directory
from intake.page_cache import KeptPage, PageCache
from intake.reader import get_config
from models.counties import County
from models.directory_versions import get_directory_version
from models.engine import look_up, read
from web import clock
from web.county_facts import CountyFacts, StateFacts, gather_county_facts, gather_office_facts, gather_state_facts
from web.database import get_engine


class DirectoryPages:
    """The directory of its newest version, and the pages made of it."""

    def __init__(self, engine: Engine) -> None:
        """Begin with nothing read."""
        self._engine = engine
        self._directory: Directory | None = None
        self._lock = Lock()
        self._pages = PageCache()

    def get_directory(self) -> Directory:
        """Return the directory as it is now; read again when it was changed, and asked for once in a request."""
        if "directory" not in g:
            g.directory = self._read_newest()
        directory: Directory = g.directory
        return directory

    def _read_newest(self) -> Directory:
        with look_up(self._engine) as connection:
            version = get_directory_version(connection)
        kept = self._directory
        if kept is not None and kept.version == version:
            return kept
        with self._lock:
            # Whoever waited for the lock finds it read.
            if self._directory is None or self._directory.version != version:
                with read(self._engine) as connection:
                    self._directory = read_directory(connection, version)
            return self._directory

    def get_page(self, key: tuple[str, ...], make: Callable[[Directory], str]) -> KeptPage:
        """Return a page made of the directory of today."""
        directory = self.get_directory()
        today = clock.today(get_config().time_zone)
        return self._pages.get_page((directory.version, today), key, lambda: make(directory))


def install_directory_pages(app: Flask) -> None:
    """Give the site its directory."""
    app.extensions["directory_pages"] = DirectoryPages(app.extensions["engine"])


def get_directory_pages() -> DirectoryPages:
    """Return the directory of the site that is answering."""
    pages: DirectoryPages = current_app.extensions["directory_pages"]
    return pages


def read_county_facts(place: County) -> CountyFacts:
    """Read what is known of a county today."""
    with read(get_engine()) as connection:
        return gather_county_facts(connection, place, clock.today(get_config().time_zone))


def read_office_facts(agency_id: str) -> CountyFacts | None:
    """Read what is known today of an agency that is bound to no county."""
    with read(get_engine()) as connection:
        return gather_office_facts(connection, agency_id, clock.today(get_config().time_zone))


def read_state_facts(state: str) -> StateFacts:
    """Read which agencies of a state have an agreement today."""
    with read(get_engine()) as connection:
        return gather_state_facts(connection, state, clock.today(get_config().time_zone))
