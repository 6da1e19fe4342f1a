"""What is shown of the office's key: its fingerprint, who holds it, since when. Nothing of a private key."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine

from casework.ledger_writing import SITE, find_verify_keys, make_signature_check
from casework.office_vouching import is_office_key_vouched
from casework.permissions import Role
from casework.role_names import ROLE_NAMES
from casework.rotating import find_key_holders
from casework.sessions import StaffSession
from models.engine import read
from models.office_keys import get_office_key, list_holder_ids, list_keys
from models.recovery_keys import get_recovery_key
from models.staff import list_staff
from vault.contexts import Context
from vault.errors import UntrustedKeyError
from vault.signing import fingerprint_key, verify_recipient
from web.config import CaseworkConfig


@dataclass(frozen=True)
class Keeper:
    """Somebody who holds the office's key as shown. `gets_next` is false for who would not get a new one."""

    name: str
    role: str
    gets_next: bool


@dataclass(frozen=True)
class FormerKey:
    """A key that another took the place of."""

    made_on: date
    retired_on: date | None


@dataclass(frozen=True)
class OfficeKeyPage:
    """Everything that the page shows. `known` names key and holders as shown, so that a change in between is noticed.

    `is_behind` says that this session knows a newer key than the database: it was put back to an older state. Not
    `is_vouched`: the ledger recorded another key last.
    """

    fingerprint: str
    signing_fingerprint: str
    made_on: date
    is_rotation_due: bool
    keepers: tuple[Keeper, ...]
    is_on_paper: bool
    former: tuple[FormerKey, ...]
    known: str
    is_behind: bool
    is_vouched: bool


def find_office_fingerprint(engine: Engine, config: CaseworkConfig) -> str:
    """Find the fingerprint of today's office key; empty when the office did not sign what is stored."""
    with read(engine) as connection:
        row = get_office_key(connection)
    if row is None:
        return ""
    try:
        context = Context("office_recipient", (row.id,))
        return verify_recipient(
            row.recipient, row.recipient_signature, context=context, verify_key=config.office_verify_key
        ).fingerprint
    except UntrustedKeyError:
        return ""


def describe_office_key(engine: Engine, config: CaseworkConfig, session: StaffSession) -> OfficeKeyPage:
    """Describe today's office key and who holds it.

    Raises:
        UntrustedKeyError: there is none, or a stored public key is not signed by the office.
    """
    fingerprint = find_office_fingerprint(engine, config)
    with read(engine) as connection:
        row = get_office_key(connection)
        if row is None or not fingerprint:
            raise UntrustedKeyError
        next_holders = find_key_holders(connection, row.id, config)
        held_by = list_holder_ids(connection, row.id)
        people = [person for person in list_staff(connection) if person.id in set(held_by)]
        recovery = get_recovery_key(connection)
        former = [each for each in list_keys(connection) if each.id != row.id]
        is_vouched = is_office_key_vouched(connection, row.id, make_signature_check(find_verify_keys(config)[SITE]))
    keepers = tuple(
        Keeper(
            person.name,
            ROLE_NAMES[Role(person.role)] if person.role in set(Role) else person.role,
            person.id in next_holders.recipients,
        )
        for person in people
    )
    own = list(session.office_identities)
    return OfficeKeyPage(
        fingerprint=fingerprint,
        signing_fingerprint=fingerprint_key(config.office_verify_key),
        made_on=row.made_on,
        is_rotation_due=row.is_rotation_due,
        keepers=keepers,
        is_on_paper=recovery is not None and recovery.id in held_by,
        former=tuple(FormerKey(each.made_on, each.retired_on) for each in former),
        known=_name_state(row.id, next_holders.recipients),
        is_behind=bool(own) and own[0] != row.id,
        is_vouched=is_vouched,
    )


def _name_state(office_key_id: str, holder_ids: Iterable[str]) -> str:
    return hashlib.sha256("\n".join([office_key_id, *sorted(holder_ids)]).encode()).hexdigest()
