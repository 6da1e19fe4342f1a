"""Challenges that a passkey signed and that were taken: remembered until they expire, so that none is taken twice."""

from sqlalchemy import Connection, delete, insert

from models.tables import used_challenges


def use_challenge(connection: Connection, challenge_id: str, *, expires_at: int, now: int) -> None:
    """Put a challenge down as used and forget those that have expired; times are seconds since 1970.

    Raises:
        IntegrityError: it was used before.
    """
    delete_expired_challenges(connection, now)
    connection.execute(insert(used_challenges).values(id=challenge_id, expires_at=expires_at))


def delete_expired_challenges(connection: Connection, now: int) -> int:
    """Delete the challenges that nobody could use any more, and return how many there were."""
    return connection.execute(delete(used_challenges).where(used_challenges.c.expires_at <= now)).rowcount
