"""What the ledger has about one case, with what lets somebody outside check each line of it.

It must never hold an entry about another case, nor one that its site did not sign. Which entries a copy gets goes by
the copy: who decided what stays in the office's.
"""

import json
from collections.abc import Callable
from contextlib import closing
from typing import Any

from sqlalchemy import Row

from casework.caseworker import Caseworker
from casework.ledger_heads import SITES, read_current_heads
from casework.ledger_writing import find_verify_keys, make_signature_check
from casework.opening import OpenedCase
from exports.bundles.bag import Payload
from exports.bundles.case_json import write_json
from exports.bundles.wording import CAME_IN, DONE_WITH_FILES, LEDGER_PAGE
from exports.case_file import Variant
from exports.productions import Production
from models.engine import read
from models.ledger_search import EntryFilter, iterate_entry_rows, read_signed


def list_extract(caseworker: Caseworker, case: OpenedCase, production: Production) -> tuple[Payload, ...]:
    """List the files of the extract for a copy; none for a copy that has no record of custody."""
    is_shown = _choose_entries(production)
    if is_shown is None:
        return ()
    entries: list[bytes] = []
    checks = {site: make_signature_check(key) for site, key in find_verify_keys(caseworker.config).items()}
    with read(caseworker.engine) as connection:
        for site in reversed(SITES):
            with closing(iterate_entry_rows(connection, EntryFilter(site, subject=case.id))) as rows:
                for row in rows:
                    plain = read_signed(row, checks[site])
                    if plain is not None and plain["subject"] == case.id and is_shown(plain["kind"], plain["item"]):
                        entries.append(_write_line(row))
        heads = read_current_heads(connection, caseworker.today).text
    keys = {site: key.hex() for site, key in find_verify_keys(caseworker.config).items()}
    contents = {
        "README.txt": LEDGER_PAGE.encode(),
        "entries.jsonl": b"".join(entries),
        "heads.txt": heads.encode(),
        "keys.json": write_json(keys),
    }
    return tuple(Payload(f"ledger/{name}", [content], len(content)) for name, content in contents.items())


def _choose_entries(production: Production) -> Callable[[str, str], bool] | None:
    """Which entries a copy gets, by kind and item; None for a copy that gets none."""
    exhibits = {exhibit.id for exhibit in production.case_file.exhibits}
    if production.variant is Variant.OFFICE:
        return lambda _kind, _item: True
    if production.variant is Variant.FACTS or production.case_file.custody:
        return lambda kind, item: kind in CAME_IN or (kind in DONE_WITH_FILES and item in exhibits)
    return None


def _write_line(row: Row[Any]) -> bytes:
    line = {
        "site": row.site,
        "sequence": row.sequence,
        "entry": row.entry,
        "hash": row.hash.hex(),
        "signature": row.signature.hex(),
    }
    return f"{json.dumps(line, ensure_ascii=False)}\n".encode()
