"""Whether an account is as the ledger recorded it last: its name, address, role, state and public key.

These stand readable in a row, so whoever writes to the database can change them, or put an older row back. Every entry
about an account therefore carries a digest of how it stands after the deed; `append_event` sees to that.
"""

import hashlib
import json
from typing import Any, Final

from sqlalchemy import Connection, Row

from models.ledger_search import iterate_noun_rows, read_signed
from models.ledger_walk import SignatureCheck
from models.staff import get_staff, list_staff

ACCOUNT_NOUNS: Final = ("staff", "key", "passphrase")
# Entries from before an account's row was there say nothing of it.
_BEFORE_THE_ROW: Final = frozenset({"staff:invited"})


def digest_account(row: Row[Any]) -> str:
    """Compute the digest of an account as it stands: SHA-256, in hex."""
    values = [
        row.id,
        row.email,
        row.name,
        row.role,
        bool(row.is_active),
        row.recipient.hex(),
        bool(row.recipient_signature),
    ]
    return hashlib.sha256(json.dumps(values, separators=(",", ":")).encode()).hexdigest()


def is_about_account(kind: str) -> bool:
    """Whether entries of a kind are about an account, and so carry its digest."""
    return kind.partition(":")[0] in ACCOUNT_NOUNS


def find_account_digest(connection: Connection, staff_id: str) -> str:
    """Compute the digest of an account as it stands in this transaction; empty where there is none yet."""
    row = get_staff(connection, staff_id)
    return digest_account(row) if row is not None else ""


def list_unvouched_accounts(connection: Connection, check: SignatureCheck) -> frozenset[str]:
    """List the ids of accounts that are not as the newest verified entry about each recorded them.

    An account that no entry knows is among them. `check` is that of casework's chain.
    """
    recorded: dict[str, frozenset[str]] = {}
    for row in iterate_noun_rows(connection, ACCOUNT_NOUNS):
        entry = read_signed(row, check)
        if entry is not None and (entry["item"] or entry["digest"] or entry["kind"] not in _BEFORE_THE_ROW):
            recorded[entry["subject"]] = frozenset({entry["item"], entry["digest"]})
    return frozenset(row.id for row in list_staff(connection) if not _is_vouched(row, recorded.get(row.id)))


def _is_vouched(row: Row[Any], recorded: frozenset[str] | None) -> bool:
    return recorded is not None and digest_account(row) in recorded
