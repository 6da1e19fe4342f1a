"""Alembic's entry: runs the migrations over our own engine, so that SQLite gets its pragmas."""

from alembic import context

from models.engine import create_engine
from models.tables import metadata


def _run() -> None:
    engine = create_engine(context.config.attributes["url"])
    with engine.connect().execution_options(is_writer=True) as connection:
        context.configure(connection=connection, target_metadata=metadata, render_as_batch=engine.name == "sqlite")
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


_run()
