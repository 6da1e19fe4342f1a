"""A fresh office for the benchmarks, on SQLite and on a private PostgreSQL.

Made the way the tests make theirs: `tests/postgres.py` and `tests/intake/office.py` are the one place that knows how.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench.reference import make_table
from models.engine import migrate
from tests.intake.directory import lay_down_directory
from tests.intake.office import make_office
from tests.postgres import OWNER, make_url, run_postgresql
from web.config import IntakeConfig

DATABASES = ("SQLite", "PostgreSQL")


@contextlib.contextmanager
def run_office(database: str) -> Iterator[IntakeConfig]:
    """Make an office with its keys and the reference's table; yield the public site's configuration."""
    folder = Path(tempfile.mkdtemp(prefix="testimonio-bench-"))
    try:
        with contextlib.ExitStack() as running:
            owner = intake = f"sqlite:///{folder / 'bench.db'}"
            if database == "PostgreSQL":
                sockets = running.enter_context(run_postgresql())
                owner, intake = make_url(sockets, OWNER), make_url(sockets, "testimonio_intake")
            migrate(owner)
            office = make_office(owner, intake, folder)
            lay_down_directory(owner)
            make_table(owner)
            # Two languages, as an office has; the tests' made-up third one is for layout only.
            yield replace(office.config, languages=("en", "es"))
    finally:
        shutil.rmtree(folder)
