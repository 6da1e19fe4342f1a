"""The office identities that one person holds: today's, sealed to them, and through it every one before it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from models.office_keys import list_held_keys, list_keys
from vault.contexts import Context
from vault.identities import Identity
from vault.opening import open_identity


def open_office_identities(connection: Connection, holder_id: str, identity: Identity) -> dict[str, Identity]:
    """Open every office identity that a person or the recovery key can reach, by office key id, newest first.

    Raises:
        CannotOpenError: a row that names this holder is not sealed to them.
    """
    held = {
        row.office_key_id: open_identity(
            row.sealed_identity, identity=identity, context=Context("office_identity", (row.office_key_id, holder_id))
        )
        for row in list_held_keys(connection, holder_id)
    }
    return _follow_chain(held, list_keys(connection)) if held else {}


def _follow_chain(held: dict[str, Identity], keys: Sequence[Row[Any]]) -> dict[str, Identity]:
    """Add to the identities held those that they open, one rotation after another."""
    by_id = {row.id: row for row in keys}
    opened: dict[str, Identity] = {}
    for held_id, held_identity in held.items():
        key_id, current = held_id, held_identity
        opened[key_id] = current
        # The chain is as long as there were rotations: a ring in it, which only a forger could make, ends there.
        while (row := by_id.get(key_id)) is not None and row.predecessor_id and row.predecessor_id not in opened:
            context = Context("former_office_identity", (row.predecessor_id, row.id))
            current = open_identity(row.sealed_predecessor, identity=current, context=context)
            key_id = row.predecessor_id
            opened[key_id] = current
    return opened
