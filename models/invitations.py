"""Invitations as stored: who is asked to join, or to join anew. Of the code there is only a hash."""

from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from models.tables import invitations


def put_invitation(connection: Connection, **columns: Any) -> None:  # noqa: ANN401  # columns of mixed types
    """Lay down an invitation with all its columns. Raises IntegrityError when the account has one already."""
    connection.execute(insert(invitations).values(**columns))


def get_invitation(connection: Connection, invitation_id: str) -> Row[Any] | None:
    """Return an invitation by the id that stands in its link, expired or not, or None."""
    return connection.execute(select(invitations).where(invitations.c.id == invitation_id)).one_or_none()


def get_invitation_of(connection: Connection, staff_id: str) -> Row[Any] | None:
    """Return the invitation of one account, expired or not, or None."""
    return connection.execute(select(invitations).where(invitations.c.staff_id == staff_id)).one_or_none()


def get_invitation_to(connection: Connection, email: str) -> Row[Any] | None:
    """Return an invitation to an e-mail address (in lower case), expired or not, or None."""
    return connection.execute(select(invitations).where(invitations.c.email == email).limit(1)).one_or_none()


def list_invitations(connection: Connection) -> list[Row[Any]]:
    """List all invitations by name, the expired ones too."""
    return list(connection.execute(select(invitations).order_by(invitations.c.name)))


def delete_invitation(connection: Connection, invitation_id: str) -> bool:
    """Delete an invitation; False when it was gone already, so that of two who use it at once one is told."""
    return connection.execute(delete(invitations).where(invitations.c.id == invitation_id)).rowcount == 1


def delete_invitation_of(connection: Connection, staff_id: str) -> bool:
    """Delete the invitation of one account, if there is one; tells whether there was."""
    return connection.execute(delete(invitations).where(invitations.c.staff_id == staff_id)).rowcount == 1


def delete_old_invitations(connection: Connection, expired_before: int) -> int:
    """Delete the invitations that expired before a second since 1970, and return how many there were."""
    return connection.execute(delete(invitations).where(invitations.c.expires_at < expired_before)).rowcount
