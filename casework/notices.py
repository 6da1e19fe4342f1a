"""Notices: what a person must be told about a case, until they say that they have read it.

A notice says what kind of thing happened, never a word of the case; only who holds the case sees it.
"""

from dataclasses import dataclass
from datetime import date

from casework.caseworker import Caseworker
from models.engine import read, write
from models.notices import delete_notice, list_notices

ASKED, OPENED = "emergency_asked", "emergency_opened"
_WORDS = {
    ASKED: "A supervising attorney who does not hold this case asked to open it in an emergency.",
    OPENED: "This case was opened in an emergency: two supervising attorneys agreed, and one more person holds it now.",
}


@dataclass(frozen=True)
class Notice:
    """One notice as shown."""

    id: str
    reference: str
    words: str
    on: date


def list_own_notices(caseworker: Caseworker, case_id: str = "") -> list[Notice]:
    """List what this person must be told, oldest first; with a case's id, of that case alone."""
    with read(caseworker.engine) as connection:
        rows = list_notices(connection, caseworker.staff_id, caseworker.session.holder_ids)
    return [
        Notice(row.id, row.reference, _WORDS.get(row.kind, row.kind), row.added_on)
        for row in rows
        if case_id in {"", row.case_id}
    ]


def dismiss_notice(caseworker: Caseworker, notice_id: str) -> bool:
    """Forget a notice that this person has read; tells whether it was theirs."""
    with write(caseworker.engine) as connection:
        return delete_notice(connection, notice_id, caseworker.staff_id)
