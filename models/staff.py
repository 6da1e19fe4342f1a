"""Staff accounts as stored: who they are, their public key, and their locked private key."""

from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from models.tables import staff


def put_staff(connection: Connection, **columns: Any) -> None:  # noqa: ANN401  # columns of mixed types
    """Lay down a staff account with all its columns; `email` in lower case."""
    connection.execute(insert(staff).values(**columns))


def get_staff_by_email(connection: Connection, email: str) -> Row[Any] | None:
    """Return the active account with this e-mail address (in lower case), or None."""
    return connection.execute(select(staff).where(staff.c.email == email, staff.c.is_active.is_(True))).one_or_none()


def get_staff(connection: Connection, staff_id: str) -> Row[Any] | None:
    """Return an account, active or not, or None."""
    return connection.execute(select(staff).where(staff.c.id == staff_id)).one_or_none()


def find_email_owner(connection: Connection, email: str) -> str:
    """Return the id of the account, active or not, with this e-mail address (in lower case), or an empty text."""
    return connection.execute(select(staff.c.id).where(staff.c.email == email)).scalar() or ""


def change_staff(connection: Connection, staff_id: str, **columns: Any) -> None:  # noqa: ANN401  # columns of mixed types
    """Change columns of an account."""
    connection.execute(update(staff).where(staff.c.id == staff_id).values(**columns))


def sign_staff(connection: Connection, staff_id: str, recipient: bytes, signature: bytes) -> bool:
    """Lay the office's signature beside a public key, if it is still the account's; tells whether it was."""
    is_same = (staff.c.id == staff_id) & (staff.c.recipient == recipient)
    return connection.execute(update(staff).where(is_same).values(recipient_signature=signature)).rowcount == 1


def lock_staff(connection: Connection, staff_id: str) -> None:
    """Make whoever else changes this account wait until this transaction ends. SQLite has one writer anyway."""
    connection.execute(select(staff.c.id).where(staff.c.id == staff_id).with_for_update())


def replace_account(connection: Connection, staff_id: str, **columns: Any) -> None:  # noqa: ANN401  # columns of mixed types
    """Make an account anew, whatever it held: other name, role, public key and second factor under the same id."""
    connection.execute(update(staff).where(staff.c.id == staff_id).values(**columns))


def list_staff(connection: Connection) -> list[Row[Any]]:
    """List all accounts by name."""
    return list(connection.execute(select(staff).order_by(staff.c.name)))


def use_totp_step(connection: Connection, staff_id: str, step: int) -> bool:
    """Mark a one-time code's step as used; False when it, or a later one, was used before (RFC 6238, section 5.2)."""
    result = connection.execute(
        update(staff).where(staff.c.id == staff_id, staff.c.totp_last_step < step).values(totp_last_step=step)
    )
    return result.rowcount == 1


def replace_factors(connection: Connection, seen: Row[Any], **columns: Any) -> bool:  # noqa: ANN401  # mixed types
    """Change an account's second factors if they still are as they were `seen`; tells whether it did."""
    result = connection.execute(
        update(staff)
        .where(
            staff.c.id == seen.id,
            staff.c.is_active.is_(True),
            staff.c.sealed_factors.is_not_distinct_from(seen.sealed_factors),
            staff.c.sealed_totp_secret.is_not_distinct_from(seen.sealed_totp_secret),
        )
        .values(**columns)
    )
    return result.rowcount == 1
