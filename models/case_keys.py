"""A case's keys as stored: who holds them, the generation they are of, and exchanging them for new ones."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from models.tables import case_keys, cases, former_case_keys


def lock_key_generation(connection: Connection, case_id: str) -> int | None:
    """Return how often a case got new keys, or None; until the transaction ends nobody gives it others."""
    statement = select(cases.c.key_generation).where(cases.c.id == case_id)
    return connection.execute(statement.with_for_update()).scalar_one_or_none()


def delete_case_key(connection: Connection, case_id: str, holder_id: str) -> bool:
    """Take a case's keys from one holder; tells whether they had them."""
    held = (case_keys.c.case_id == case_id) & (case_keys.c.holder_id == holder_id)
    return connection.execute(delete(case_keys).where(held)).rowcount == 1


def exchange_case_keys(
    connection: Connection,
    case_id: str,
    *,
    generation: int,
    public: Mapping[str, Any],
    held: Iterable[Mapping[str, Any]],
    former: Mapping[str, Any],
) -> bool:
    """Give a case new keys, if it still has those of this generation; tells whether it had.

    `public` are the columns of `cases` with the new recipients and their signatures, `held` the rows of the new
    holders, in place of all there were, and `former` the sealed private halves that the case had until now.
    """
    exchanged = connection.execute(
        update(cases)
        .where(cases.c.id == case_id, cases.c.key_generation == generation)
        .values(**public, key_generation=generation + 1, is_rekey_due=False)
    )
    if exchanged.rowcount != 1:
        return False
    connection.execute(delete(case_keys).where(case_keys.c.case_id == case_id))
    for row in held:
        connection.execute(insert(case_keys), {"case_id": case_id, **row})
    connection.execute(insert(former_case_keys), {"case_id": case_id, "generation": generation, **former})
    return True


def mark_rekey_due(connection: Connection, case_ids: Iterable[str]) -> None:
    """Remember that somebody who held the keys of these cases may not any more."""
    connection.execute(update(cases).where(cases.c.id.in_(list(case_ids))).values(is_rekey_due=True))


def list_held_cases(connection: Connection, holder_id: str) -> list[str]:
    """List the ids of the cases of which somebody holds the keys under this very name."""
    return list(connection.execute(select(case_keys.c.case_id).where(case_keys.c.holder_id == holder_id)).scalars())
