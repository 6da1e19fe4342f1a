"""Whether the office key that reports are sealed to is the one that the ledger recorded last.

A key that was replaced still carries the office's signature. Whoever brought its row back would have new reports sealed
to a key that a former holder may know.
"""

from sqlalchemy import Connection

from models.ledger_search import iterate_noun_rows, read_signed
from models.ledger_walk import SignatureCheck

FAULT = "The office key in use is not the one that the ledger recorded last: an older one may have been put back."


def is_office_key_vouched(connection: Connection, office_key_id: str, check: SignatureCheck) -> bool:
    """Whether the newest verified entry about the office's key names this one. `check` is that of casework's chain."""
    newest = ""
    for row in iterate_noun_rows(connection, ("office",)):
        entry = read_signed(row, check)
        newest = entry["subject"] if entry else newest
    return newest == office_key_id
