"""What of a case is deleted when its reporter took it back and the wait is over, and what is left to be deleted.

The row in `cases` stays, without a key, so that the ledger's entries still belong to something.
"""

from collections.abc import Collection
from datetime import date
from typing import Final

from sqlalchemy import Connection, delete, exists, or_, select, update

from models.cases import Status
from models.export_tables import export_run_cases
from models.tables import (
    blobs,
    cards,
    case_keys,
    case_openings,
    cases,
    drafts,
    emergency_keys,
    emergency_requests,
    emergency_shares,
    former_case_keys,
    notices,
    receipts,
    replies,
    sealed_items,
    withdrawals,
)

WITHDRAWN: Final = "withdrawn"
# Replies before the receipts that they point to.
_CONTENTS: Final = (
    *(case_keys, former_case_keys, emergency_keys, cards, sealed_items, replies, receipts, case_openings, notices),
    *(export_run_cases, withdrawals),
)


def lock_withdrawal(connection: Connection, case_id: str) -> date | None:
    """Return when a report that was taken back is due, or None; until the transaction ends nobody calls it back."""
    statement = select(withdrawals.c.due_on).where(withdrawals.c.case_id == case_id)
    return connection.execute(statement.with_for_update()).scalar_one_or_none()


def lock_case(connection: Connection, case_id: str) -> tuple[str, bool] | None:
    """Return a case's status and whether it is held, or None; until the transaction ends nothing is added to it."""
    statement = select(cases.c.status, cases.c.is_held).where(cases.c.id == case_id)
    row = connection.execute(statement.with_for_update()).one_or_none()
    return (row.status, row.is_held) if row else None


def delete_contents(connection: Connection, case_id: str) -> int:
    """Delete everything that is stored under a case but its own row and its files; return how many rows there were.

    Files keep their rows until their bytes are gone, so that nobody forgets them halfway.
    """
    emergency = select(emergency_keys.c.id).where(emergency_keys.c.case_id == case_id)
    for table in (emergency_requests, emergency_shares):
        connection.execute(delete(table).where(table.c.emergency_key_id.in_(emergency)))
    rows = [connection.execute(delete(table).where(table.c.case_id == case_id)).rowcount for table in _CONTENTS]
    connection.execute(update(cases).where(cases.c.id == case_id).values(status=WITHDRAWN, assignee_id=None))
    return sum(rows)


def list_to_settle(connection: Connection, today: date) -> list[str]:
    """List the cases at which withdrawing is not finished.

    The wait is over; or staff accepted or held the case in the same moment, which stops it; or it was destroyed and
    something of it is there again or still: a file whose store did not answer, a message that was on its way.
    """
    is_stopped = or_(cases.c.is_held, cases.c.status == Status.ACCEPTED.value)
    asked = (
        select(withdrawals.c.case_id)
        .join(cases, cases.c.id == withdrawals.c.case_id)
        .where(or_(withdrawals.c.due_on <= today, is_stopped))
    )
    remains = (exists().where(table.c.case_id == cases.c.id) for table in (*_CONTENTS, blobs))
    left = select(cases.c.id).where(cases.c.status == WITHDRAWN, or_(*remains))
    return sorted({*connection.execute(asked).scalars(), *connection.execute(left).scalars()})


def delete_ownerless_blob_rows(connection: Connection, before: date) -> int:
    """Forget the files, older than a day, of drafts that were never sent and are gone; return how many there were."""
    owners = (select(column).where(column == blobs.c.case_id) for column in (cases.c.id, drafts.c.case_id))
    has_owner = or_(*(exists(owner) for owner in owners))
    return connection.execute(delete(blobs).where(blobs.c.added_on < before, ~has_owner)).rowcount


def find_known_blobs(connection: Connection, blob_ids: Collection[str]) -> set[str]:
    """Return those of these files that belong to a case or a draft."""
    return set(connection.execute(select(blobs.c.id).where(blobs.c.id.in_(blob_ids))).scalars())
