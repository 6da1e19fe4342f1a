"""The migrations make what the code expects, on both databases, and give each site just its rights."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import ProgrammingError

from models import tables
from models.engine import create_engine, migrate, read, write
from tests.conftest import DatabaseUrls
from tests.postgres import read_engine_name


def test_schema_is_what_the_tables_say(database_urls: DatabaseUrls) -> None:
    """A migrated database differs from models/tables.py in nothing, and migrating again changes nothing."""
    migrate(database_urls.owner)
    engine = create_engine(database_urls.owner)
    with read(engine) as connection:
        # On SQLite what passes is in a file of its own, made from the tables themselves.
        wanted = [tables.metadata, *([tables.passing] if engine.name == "postgresql" else [])]
        assert compare_metadata(MigrationContext.configure(connection), wanted) == []  # type: ignore[arg-type]  # takes several
    engine.dispose()


FORBIDDEN_TO_INTAKE: dict[str, Callable[[Connection], object]] = {
    "read reports": lambda connection: connection.execute(select(tables.sealed_items.c.sealed)),
    "read cards": lambda connection: connection.execute(select(tables.cards)),
    "read case keys": lambda connection: connection.execute(select(tables.case_keys)),
    "read references": lambda connection: connection.execute(select(tables.cases.c.reference)),
    "read sealed office keys": lambda connection: connection.execute(
        select(tables.office_key_holders.c.sealed_identity)
    ),
    "read document keys": lambda connection: connection.execute(select(tables.document_keys.c.certificate)),
    "read staff": lambda connection: connection.execute(select(tables.staff)),
    "read staff sessions": lambda connection: connection.execute(select(tables.sessions)),
    "read the ledger": lambda connection: connection.execute(select(tables.ledger_entries)),
    "change a case": lambda connection: connection.execute(update(tables.cases).values(status="declined")),
    "delete reports": lambda connection: connection.execute(delete(tables.sealed_items)),
    "rewrite the ledger": lambda connection: connection.execute(update(tables.ledger_entries).values(entry="")),
    "make an office key": lambda connection: connection.execute(
        insert(tables.office_keys).values(id="x", recipient=b"", recipient_signature=b"", made_on="2026-01-01")
    ),
    "write casework's ledger": lambda connection: connection.execute(
        insert(tables.ledger_entries).values(
            site="casework", sequence=1, kind="k", subject="s", entry="{}", hash=b"", signature=b""
        )
    ),
}
FORBIDDEN_TO_CASEWORK: dict[str, Callable[[Connection], object]] = {
    "read drafts": lambda connection: connection.execute(select(tables.drafts)),
    "read reporters' boxes": lambda connection: connection.execute(select(tables.boxes)),
    "delete a document key": lambda connection: connection.execute(delete(tables.document_keys)),
    "rewrite the ledger": lambda connection: connection.execute(update(tables.ledger_entries).values(entry="")),
    "cut the ledger": lambda connection: connection.execute(delete(tables.ledger_entries)),
    "write intake's ledger": lambda connection: connection.execute(
        insert(tables.ledger_entries).values(
            site="intake", sequence=1, kind="k", subject="s", entry="{}", hash=b"", signature=b""
        )
    ),
}
CASES = [("intake", name) for name in FORBIDDEN_TO_INTAKE] + [("casework", name) for name in FORBIDDEN_TO_CASEWORK]


# SQLite has no roles; docs/limitations.md says so.
if read_engine_name() == "postgresql":

    @pytest.mark.parametrize(("site", "deed"), CASES)
    def test_site_has_no_right_beyond_its_work(database_urls: DatabaseUrls, site: str, deed: str) -> None:
        """On PostgreSQL the database itself refuses what a site has no business with."""
        forbidden = FORBIDDEN_TO_INTAKE if site == "intake" else FORBIDDEN_TO_CASEWORK
        engine = create_engine(database_urls.intake if site == "intake" else database_urls.casework)
        with (
            pytest.raises(ProgrammingError, match=r"permission denied|row-level security"),
            write(engine) as connection,
        ):
            forbidden[deed](connection)
        engine.dispose()
