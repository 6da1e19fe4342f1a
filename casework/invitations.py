"""Invitations: somebody is asked to join, by a link and by a code that is told apart from it.

The link alone opens nothing, and the code is in no address. An invitation gives no key: whoever joins with it holds
nothing before somebody who may grant has compared their fingerprint. The code must never be stored or logged.
"""

import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, Row
from sqlalchemy.exc import IntegrityError

from casework.accounts import NewPerson, is_email, is_name
from casework.errors import AccountExistsError, InvalidPersonError, InvitationOverError
from casework.fingerprints import read_letters, write_groups
from casework.ledger_writing import append_event
from casework.permissions import Role
from models.engine import read, write
from models.invitations import (
    delete_invitation_of,
    get_invitation,
    get_invitation_of,
    get_invitation_to,
    put_invitation,
)
from models.ledger import Event
from models.staff import find_email_owner
from web import clock
from web.config import CaseworkConfig

HOURS = 72
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # base32, RFC 4648: nothing that is easily misheard for a digit
_CODE_LETTERS = 12  # 60 bits, for three days


@dataclass(frozen=True)
class Invited:
    """What is told once: the path of the link, and the code for the telephone."""

    staff_id: str
    person: NewPerson
    path: str
    code: str = field(repr=False)


def invite(engine: Engine, config: CaseworkConfig, person: NewPerson, *, invited_by: str) -> Invited:
    """Ask somebody to join who has no account.

    Raises:
        AccountExistsError: the e-mail address has an account or an invitation already.
        InvalidPersonError: no name, or nothing that could be an e-mail address.
    """
    if not (is_name(person.name) and is_email(person.email)):
        raise InvalidPersonError
    person = NewPerson(person.name.strip(), person.email.strip().lower(), person.role)
    try:
        with write(engine) as connection:
            if find_email_owner(connection, person.email) or get_invitation_to(connection, person.email):
                raise AccountExistsError
            invited = lay_down_invitation(connection, str(uuid.uuid4()), person, invited_by=invited_by)
            append_event(connection, Event("staff:invited", invited.staff_id, actor=invited_by), config)
    except IntegrityError:
        raise AccountExistsError from None
    return invited


def lay_down_invitation(connection: Connection, staff_id: str, person: NewPerson, *, invited_by: str) -> Invited:
    """Make an invitation in the place of one that the account may have; part of a deed."""
    delete_invitation_of(connection, staff_id)
    invitation_id = str(uuid.uuid4())
    code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LETTERS))
    put_invitation(
        connection,
        id=invitation_id,
        staff_id=staff_id,
        email=person.email,
        name=person.name,
        role=person.role.value,
        code_hash=_hash_code(invitation_id, code),
        expires_at=int(clock.now().timestamp()) + HOURS * 3600,
        invited_by=invited_by,
    )
    return Invited(staff_id, person, f"/join/{invitation_id}", write_groups(code))


def renew_invitation(engine: Engine, config: CaseworkConfig, staff_id: str, *, invited_by: str) -> Invited:
    """Make a new link and a new code; the old ones are good for nothing from then on.

    Raises:
        InvitationOverError: there is no invitation; it was used or taken back meanwhile.
    """
    with write(engine) as connection:
        row = get_invitation_of(connection, staff_id)
        if row is None or row.role not in set(Role):
            raise InvitationOverError
        person = NewPerson(row.name, row.email, Role(row.role))
        invited = lay_down_invitation(connection, staff_id, person, invited_by=invited_by)
        append_event(connection, Event("staff:invited", staff_id, actor=invited_by), config)
    return invited


def take_back_invitation(engine: Engine, config: CaseworkConfig, staff_id: str, *, taken_back_by: str) -> None:
    """End an invitation.

    Raises:
        InvitationOverError: there is none; it was used or taken back meanwhile.
    """
    with write(engine) as connection:
        if not delete_invitation_of(connection, staff_id):
            raise InvitationOverError
        append_event(connection, Event("invitation:ended", staff_id, actor=taken_back_by), config)


def find_invitation(engine: Engine, invitation_id: str) -> Row[Any]:
    """Find an invitation that can still be used.

    Raises:
        InvitationOverError: there is none, or it is too old.
    """
    with read(engine) as connection:
        row = get_invitation(connection, invitation_id)
    if row is None or is_over(row):
        raise InvitationOverError
    return row


def is_over(row: Row[Any]) -> bool:
    """Whether an invitation is too old to be used."""
    return bool(row.expires_at <= int(clock.now().timestamp()))


def is_its_code(row: Row[Any], typed: str) -> bool:
    """Whether somebody typed the code of this invitation; case, spaces and dashes do not count."""
    return hmac.compare_digest(row.code_hash, _hash_code(row.id, read_letters(typed)))


def _hash_code(invitation_id: str, code: str) -> bytes:
    # No slow derivation: 60 random bits and three days are out of reach for guessing, and the code opens no key.
    return hashlib.sha256(f"invitation-code/v1\n{invitation_id}\n{code}".encode()).digest()
