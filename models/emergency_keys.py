"""Emergency keys of restricted cases as stored: their public half, their sealed shares, and who asks."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from models.tables import cases, emergency_keys, emergency_requests, emergency_shares


def get_emergency_key(connection: Connection, emergency_key_id: str) -> Row[Any] | None:
    """Return an emergency key by its id, or None."""
    return connection.execute(select(emergency_keys).where(emergency_keys.c.id == emergency_key_id)).one_or_none()


def get_case_emergency_key(connection: Connection, case_id: str) -> Row[Any] | None:
    """Return the emergency key of a case, or None where it has none."""
    return connection.execute(select(emergency_keys).where(emergency_keys.c.case_id == case_id)).one_or_none()


def put_emergency_key(connection: Connection, key: Mapping[str, Any], shares: Iterable[Mapping[str, Any]]) -> None:
    """Lay down a case's emergency key (id, case_id, recipient, recipient_signature) and its sealed shares."""
    connection.execute(insert(emergency_keys), dict(key))
    for share in shares:
        connection.execute(insert(emergency_shares), {"emergency_key_id": key["id"], **share})


def delete_emergency_key(connection: Connection, case_id: str) -> None:
    """Delete the emergency key of a case with its shares and with whoever asked for it."""
    owned = select(emergency_keys.c.id).where(emergency_keys.c.case_id == case_id)
    for table in (emergency_requests, emergency_shares):
        connection.execute(delete(table).where(table.c.emergency_key_id.in_(owned)))
    connection.execute(delete(emergency_keys).where(emergency_keys.c.case_id == case_id))


def list_shares(connection: Connection, emergency_key_id: str) -> list[Row[Any]]:
    """List the sealed shares of an emergency key, by who holds them."""
    statement = select(emergency_shares).where(emergency_shares.c.emergency_key_id == emergency_key_id)
    return list(connection.execute(statement.order_by(emergency_shares.c.staff_id)))


def drop_shares(connection: Connection, staff_id: str) -> None:
    """Delete the shares of somebody who leaves or may supervise no more, and what they asked for."""
    for table in (emergency_requests, emergency_shares):
        connection.execute(delete(table).where(table.c.staff_id == staff_id))


def put_request(connection: Connection, **columns: Any) -> None:  # noqa: ANN401  # columns of mixed types
    """Lay down what somebody asks: id, emergency_key_id, staff_id, expires_at (seconds since 1970), sealed."""
    connection.execute(insert(emergency_requests), columns)


def list_requests(connection: Connection, staff_id: str, now: int) -> list[Row[Any]]:
    """List the requests that are not too old and of whose key this person holds a share, with the case they are for."""
    held = select(emergency_shares.c.emergency_key_id).where(emergency_shares.c.staff_id == staff_id)
    return list(
        connection.execute(
            select(emergency_requests, emergency_keys.c.case_id, cases.c.reference)
            .join(emergency_keys, emergency_keys.c.id == emergency_requests.c.emergency_key_id)
            .join(cases, cases.c.id == emergency_keys.c.case_id)
            .where(emergency_requests.c.emergency_key_id.in_(held), emergency_requests.c.expires_at > now)
            .order_by(emergency_requests.c.expires_at)
        )
    )


def delete_request(connection: Connection, request_id: str) -> bool:
    """Delete a request; tells whether it was still there."""
    return connection.execute(delete(emergency_requests).where(emergency_requests.c.id == request_id)).rowcount == 1


def delete_expired_requests(connection: Connection, now: int) -> list[str]:
    """Delete the requests that nobody answered in time; return the ids of the cases that they were for."""
    is_expired = emergency_requests.c.expires_at <= now
    key_ids = select(emergency_requests.c.emergency_key_id).where(is_expired)
    case_ids = connection.execute(select(emergency_keys.c.case_id).where(emergency_keys.c.id.in_(key_ids))).scalars()
    found = list(case_ids)
    connection.execute(delete(emergency_requests).where(is_expired))
    return found
