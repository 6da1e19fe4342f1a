"""Staff accounts: making one, and giving it what its role may open.

Passphrase and code secret exist in the clear only in the `NewAccount` that the caller shows once.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from casework.errors import AccountExistsError, InvalidPersonError, MayNotGrantError, StaffChangedError
from casework.ledger_writing import append_event
from casework.passphrases import make_passphrase
from casework.permissions import GRANTING_ROLES, LEGAL_ROLES, Role
from casework.sessions import StaffSession
from casework.totp import make_enrolment_uri, make_secret, write_secret
from models.engine import read, write
from models.held_keys import lock_office_key
from models.ledger import Event
from models.office_keys import list_held_keys, put_holder
from models.staff import put_staff
from vault.contexts import Context
from vault.identities import Identity
from vault.keyslots import RFC_9106_LOW_MEMORY, Cost, lock_identity
from vault.opening import open_sealed
from vault.recipients import Recipient
from vault.sealing import seal, seal_identity
from vault.signing import SigningKey, sign_recipient
from web.config import CaseworkConfig

_LONGEST = 200  # characters, as the table holds them
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")


@dataclass(frozen=True)
class NewPerson:
    """Who gets an account; the e-mail address in any case of letters."""

    name: str
    email: str
    role: Role


@dataclass(frozen=True)
class NewAccount:
    """A new account, with what its owner must be told once. `totp_secret` is in base32, as apps take it."""

    staff_id: str
    person: NewPerson
    passphrase: str = field(repr=False)
    totp_secret: str = field(repr=False)
    enrolment_uri: str = field(repr=False)


@dataclass(frozen=True)
class Granter:
    """Somebody who may give others access: the open office signing key, and the office identities by office key id."""

    staff_id: str
    signing_key: SigningKey = field(repr=False)
    office_identities: Mapping[str, Identity] = field(repr=False)


@dataclass(frozen=True)
class AccountRows:
    """A new account ready to be laid down: nothing in it can be read without the passphrase."""

    staff: dict[str, Any] = field(repr=False)
    holders: tuple[dict[str, Any], ...] = field(repr=False)


def is_name(text: str) -> bool:
    """Whether an account can have this name: 1 to 200 characters that can be seen."""
    name = text.strip()
    return name.isprintable() and 0 < len(name) <= _LONGEST


def is_email(text: str) -> bool:
    """Whether an account can have this e-mail address: something on both sides of one @, 200 characters at most."""
    address = text.strip()
    return address.isprintable() and len(address) <= _LONGEST and _EMAIL.fullmatch(address) is not None


def open_granter(engine: Engine, session: StaffSession) -> Granter:
    """Open what a signed-in person needs to give others access.

    Raises:
        MayNotGrantError: they do not hold the office signing key.
    """
    with read(engine) as connection:
        held = [row for row in list_held_keys(connection, session.staff_id) if row.sealed_signing_key]
    if not held:
        raise MayNotGrantError
    raw = open_sealed(
        held[0].sealed_signing_key,
        identity=session.identity,
        context=Context("office_signing_key", (held[0].office_key_id, session.staff_id)),
    )
    return Granter(session.staff_id, SigningKey.from_bytes(raw), session.office_identities)


def make_account(
    person: NewPerson,
    *,
    office_name: str,
    signing_key: SigningKey,
    office_identities: Mapping[str, Identity],
    staff_id: str = "",
    cost: Cost = RFC_9106_LOW_MEMORY,
) -> tuple[NewAccount, AccountRows]:
    """Make an account with a new identity, and seal to it what its role may open. `staff_id` names one made anew.

    Raises:
        InvalidPersonError: no name, or nothing that could be an e-mail address.
    """
    if not (is_name(person.name) and is_email(person.email)):
        raise InvalidPersonError
    staff_id = staff_id or str(uuid.uuid4())
    identity, passphrase, secret = Identity.generate(), make_passphrase(), make_secret()
    recipient, email = identity.recipient, person.email.strip().lower()
    staff = {
        "id": staff_id,
        "email": email,
        "name": person.name.strip(),
        "role": person.role.value,
        "is_active": True,
        "totp_last_step": 0,
        **make_credentials(identity, passphrase, secret, staff_id=staff_id, cost=cost),
        "recipient_signature": sign_recipient(
            recipient.raw, context=Context("staff_recipient", (staff_id,)), key=signing_key
        ),
    }
    holders: tuple[dict[str, Any], ...] = ()
    if person.role in LEGAL_ROLES:
        granted_key = signing_key if person.role in GRANTING_ROLES else None
        # Newest first: today's, which opens every one before it.
        key_id, office_identity = next(iter(office_identities.items()))
        holders = (make_holder(key_id, staff_id, recipient, office_identity, granted_key),)
    uri = make_enrolment_uri(secret, email=email, office_name=office_name)
    account = NewAccount(staff_id, person, passphrase, write_secret(secret), uri)
    return account, AccountRows(staff, holders)


def make_credentials(
    identity: Identity,
    passphrase: str,
    totp_secret: bytes | None,
    *,
    staff_id: str,
    cost: Cost = RFC_9106_LOW_MEMORY,
) -> dict[str, Any]:
    """Lock a new identity under a passphrase and seal the app's secret to it, if there is one: columns of an account.

    Its public key is not signed yet: nobody seals anything to it before somebody who may grant has compared it.
    """
    context = Context("totp_secret", (staff_id,))
    return {
        "recipient": identity.recipient.raw,
        "recipient_signature": b"",
        "keyslot": lock_identity(identity, passphrase, staff_id=staff_id, cost=cost),
        "sealed_totp_secret": seal(totp_secret, recipients=[identity.recipient], context=context)
        if totp_secret is not None
        else None,
    }


def put_account(connection: Connection, rows: AccountRows) -> None:
    """Lay down an account and what it holds. Raises IntegrityError when the e-mail address has an account."""
    put_staff(connection, **rows.staff)
    for holder in rows.holders:
        put_holder(connection, **holder)


def add_staff(
    engine: Engine,
    config: CaseworkConfig,
    granter: Granter,
    person: NewPerson,
    *,
    cost: Cost = RFC_9106_LOW_MEMORY,
) -> NewAccount:
    """Add a person to the office and give them what their role may open.

    Raises:
        AccountExistsError: the e-mail address has an account.
        InvalidPersonError: no name, or nothing that could be an e-mail address.
        StaffChangedError: the office got a new key at this moment.
    """
    account, rows = make_account(
        person,
        office_name=config.office_name,
        signing_key=granter.signing_key,
        office_identities=granter.office_identities,
        cost=cost,
    )
    try:
        with write(engine) as connection:
            key = lock_office_key(connection)
            # Made anew at this very moment: what was sealed here is not today's any more.
            if key is None or any(each["office_key_id"] != key.id for each in rows.holders):
                raise StaffChangedError
            put_account(connection, rows)
            append_event(connection, Event("staff:added", account.staff_id, actor=granter.staff_id), config)
    except IntegrityError:
        raise AccountExistsError from None
    return account


def make_holder(
    key_id: str, staff_id: str, recipient: Recipient, office_identity: Identity, signing_key: SigningKey | None
) -> dict[str, Any]:
    """Seal an office identity to somebody, and for those who may grant the office signing key: a row of holders.

    `recipient` must have been verified, or compared by voice, by whoever calls.
    """
    return {
        "office_key_id": key_id,
        "holder_id": staff_id,
        "sealed_identity": seal_identity(
            office_identity, recipients=[recipient], context=Context("office_identity", (key_id, staff_id))
        ),
        "sealed_signing_key": seal(
            signing_key.to_bytes(),
            recipients=[recipient],
            context=Context("office_signing_key", (key_id, staff_id)),
        )
        if signing_key
        else None,
    }
