"""The ledger: what came in and what staff did, as hash-chained, signed entries; one chain a site.

Entries hold ids, kinds and digests of ciphertext, never content. Intake's chain has a date and no time.
The head row is locked last in the caller's transaction, so that writers queue for as short as possible.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from models.ledger_walk import START, KeptHead, SignatureCheck, walk_chain
from models.tables import ledger_entries, ledger_heads

Signer = Callable[[bytes], bytes]


class LedgerBrokenError(Exception):
    """The chain of a site does not hold: says the first thing that is wrong with it."""


@dataclass(frozen=True)
class Event:
    """What happened: `kind` is `noun:deed`, `subject` the id it happened to, `digest` the SHA-256 of the ciphertext."""

    kind: str
    subject: str
    digest: str = ""
    actor: str = ""
    item: str = ""


def start_chain(connection: Connection, site: str) -> None:
    """Lay down the head row of a site's chain; part of making an office."""
    connection.execute(insert(ledger_heads).values(site=site, sequence=0, hash=START))


def append(connection: Connection, site: str, event: Event, when: date | datetime, signer: Signer) -> int:
    """Append one event to a site's chain and return its sequence; call it last in a write transaction.

    `when` is a date on intake's chain (no time of day is kept there) and an aware datetime on casework's.
    """
    head = connection.execute(select(ledger_heads).where(ledger_heads.c.site == site).with_for_update()).one()
    sequence = int(head.sequence) + 1
    entry = json.dumps(
        {
            "actor": event.actor,
            "digest": event.digest,
            "item": event.item,
            "kind": event.kind,
            "previous": head.hash.hex(),
            "sequence": sequence,
            "site": site,
            "subject": event.subject,
            "when": when.isoformat(),
        },
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
    )
    digest = hashlib.sha256(entry.encode()).digest()
    connection.execute(
        insert(ledger_entries),
        {
            "site": site,
            "sequence": sequence,
            "kind": event.kind,
            "subject": event.subject,
            "entry": entry,
            "hash": digest,
            "signature": signer(entry.encode()),
        },
    )
    connection.execute(update(ledger_heads).where(ledger_heads.c.site == site).values(sequence=sequence, hash=digest))
    return sequence


def get_head(connection: Connection, site: str) -> tuple[int, str]:
    """Return the sequence and the hash, in hex, of a site's newest entry."""
    head = connection.execute(select(ledger_heads).where(ledger_heads.c.site == site)).one()
    return head.sequence, head.hash.hex()


def list_entries(connection: Connection, subject: str) -> list[dict[str, Any]]:
    """List the entries about one subject, of both sites, oldest first within each site, intake's before casework's."""
    rows = connection.execute(
        select(ledger_entries.c.entry)
        .where(ledger_entries.c.subject == subject)
        .order_by(ledger_entries.c.site.desc(), ledger_entries.c.sequence)
    )
    return [json.loads(row.entry) for row in rows]


def list_signed_entries(connection: Connection, subject: str) -> list[Row[Any]]:
    """List the entries about one subject as stored (site, entry, signature), for whoever checks before believing."""
    return list(
        connection.execute(
            select(ledger_entries.c.site, ledger_entries.c.entry, ledger_entries.c.signature)
            .where(ledger_entries.c.subject == subject)
            .order_by(ledger_entries.c.site.desc(), ledger_entries.c.sequence)
        )
    )


def list_newest_of_kinds(
    connection: Connection, subject: str, kinds: Sequence[str], *, limit: int
) -> list[dict[str, Any]]:
    """List the entries of some kinds about one subject on casework's chain, newest first."""
    rows = connection.execute(
        select(ledger_entries.c.entry)
        .where(
            ledger_entries.c.site == "casework", ledger_entries.c.subject == subject, ledger_entries.c.kind.in_(kinds)
        )
        .order_by(ledger_entries.c.sequence.desc())
        .limit(limit)
    )
    return [json.loads(row.entry) for row in rows]


def list_newest_entries(connection: Connection, site: str, *, limit: int, offset: int = 0) -> list[dict[str, Any]]:
    """List a site's entries, newest first, a page at a time."""
    rows = connection.execute(
        select(ledger_entries.c.entry)
        .where(ledger_entries.c.site == site)
        .order_by(ledger_entries.c.sequence.desc())
        .limit(limit)
        .offset(offset)
    )
    return [json.loads(row.entry) for row in rows]


def iterate_entries(connection: Connection, site: str) -> Iterator[dict[str, Any]]:
    """Yield every entry of a site in order, as the parsed entry."""
    rows = connection.execute(
        select(ledger_entries.c.entry).where(ledger_entries.c.site == site).order_by(ledger_entries.c.sequence)
    )
    for row in rows:
        yield json.loads(row.entry)


def verify(connection: Connection, site: str, check_signature: SignatureCheck, kept: Iterable[KeptHead] = ()) -> int:
    """Walk a site's whole chain and return the number of entries; see models/ledger_walk.py for who wants to know more.

    Raises:
        LedgerBrokenError: an entry was changed, removed, inserted or reordered, or the tail was cut.
    """
    report = walk_chain(connection, site, check_signature, kept)
    if report.faults:
        raise LedgerBrokenError(f"{site}: {report.faults[0].words}")
    return report.entries
