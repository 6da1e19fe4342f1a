"""Giving a chain of the ledger away as JSON lines, so that an outsider can verify it with the public keys alone.

It must never hold more than a few entries in memory, nor leave out or repair what does not hold: that is for whoever
verifies to find. The form of a line is described in docs/ledger.md.
"""

import json
from collections.abc import Iterator
from contextlib import closing

from sqlalchemy import Engine

from casework.ledger_writing import append_event
from models.engine import read, write
from models.ledger import Event, get_head
from models.ledger_search import EntryFilter, iterate_entry_rows
from web.config import CaseworkConfig


def export_chain(engine: Engine, config: CaseworkConfig, site: str, staff_id: str) -> Iterator[bytes]:
    """Record that somebody takes a chain away, and return its lines up to that moment, oldest entry first."""
    with write(engine) as connection:
        sequence, head = get_head(connection, site)
        append_event(connection, Event("ledger:exported", staff_id, head, staff_id, site), config)
    return _write_lines(engine, EntryFilter(site, last=sequence))


def _write_lines(engine: Engine, wanted: EntryFilter) -> Iterator[bytes]:
    # Closed when a reader goes away in the middle, too.
    with read(engine) as connection, closing(iterate_entry_rows(connection, wanted)) as rows:
        for row in rows:
            line = {
                "site": row.site,
                "sequence": row.sequence,
                "entry": row.entry,
                "hash": row.hash.hex(),
                "signature": row.signature.hex(),
            }
            yield f"{json.dumps(line, ensure_ascii=False)}\n".encode()
