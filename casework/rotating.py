"""Making a new office key: new reports go to it at once, and whoever gets it still opens everything before it.

The identity before it is sealed to the new one, so that nobody needs more than the newest. It must never be sealed to
a key that the office did not sign, nor to anybody who does not hold today's.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, Row

from casework.account_vouching import list_unvouched_accounts
from casework.accounts import Granter, make_holder
from casework.errors import CaseworkError
from casework.holders import find_holder, find_recovery_holder
from casework.ledger_writing import SITE, append_event, find_verify_keys, make_signature_check
from casework.permissions import GRANTING_ROLES, LEGAL_ROLES
from models.engine import read, write
from models.ledger import Event
from models.office_keys import (
    delete_holders,
    get_office_key,
    list_holder_ids,
    put_holder,
    put_office_key,
    retire_office_key,
)
from models.staff import list_staff
from vault.contexts import Context
from vault.identities import Identity
from vault.recipients import Recipient
from vault.sealing import seal_identity
from vault.signing import sign_recipient
from web import clock
from web.config import CaseworkConfig

#: Why a key is made anew; the ledger keeps the word, which is readable.
REASONS: dict[str, str] = {
    "left": "Somebody who held the key has left, or holds it no more",
    "lost": "A passphrase, a device or a copy may be in other hands",
    "planned": "It was time: the office makes a new key now and then",
    "other": "Another reason, kept elsewhere",
}


class KeyChangedError(CaseworkError):
    """Somebody else made a new key, or changed who holds it, at the same moment; nothing was changed."""


@dataclass(frozen=True)
class KeyHolders:
    """Who would get a new office key: recipients by holder id, and of these the ones who may give access to others.

    `left_out` are the ids of people who hold today's and will not get the new one: they left, their role needs none,
    their own key was not compared and signed yet, or their account is not as the ledger recorded it last.
    """

    recipients: Mapping[str, Recipient]
    granting: frozenset[str]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class RotatedKey:
    """The new office key: id and public half."""

    office_key_id: str
    recipient: Recipient = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Its fingerprint, to write down."""
        return self.recipient.fingerprint


def find_key_holders(connection: Connection, office_key_id: str, config: CaseworkConfig) -> KeyHolders:
    """Find who gets a new office key: active people of legal roles who hold this one, and the recovery key.

    Raises:
        UntrustedKeyError: a stored public key is not signed by the office.
    """
    holding = set(list_holder_ids(connection, office_key_id))
    people = [row for row in list_staff(connection) if row.id in holding]
    # Whoever writes to the database could bring a leaver's row back, whose key the office did sign.
    unvouched = list_unvouched_accounts(connection, make_signature_check(find_verify_keys(config)[SITE]))
    verified = {row.id: find_holder(connection, row.id, config) for row in people if _may_get_key(row)}
    fit = [row for row in people if row.id in verified and row.id not in unvouched]
    recovery = find_recovery_holder(connection, config)
    return KeyHolders(
        recipients={row.id: verified[row.id] for row in fit} | recovery,
        granting=frozenset({row.id for row in fit if row.role in GRANTING_ROLES} | set(recovery)),
        left_out=tuple(row.id for row in people if row not in fit),
    )


def _may_get_key(row: Row[Any]) -> bool:
    # No signature: they joined, or changed their passphrase, and nobody has compared their fingerprint yet.
    return bool(row.is_active and row.role in LEGAL_ROLES and row.recipient_signature)


def rotate_office_key(engine: Engine, config: CaseworkConfig, granter: Granter, *, reason: str = "other") -> RotatedKey:
    """Make a new office key and give it to everybody who holds today's and may; return it.

    Reports go to it from the moment of the commit. What was begun before is sealed to the key before, which every
    holder of the new one opens. Colleagues' open sessions find it at their next request.

    Raises:
        KeyChangedError: somebody else made one meanwhile, or whoever asks does not hold today's.
        UntrustedKeyError: a stored public key is not signed by the office; nothing was sealed.
    """
    with read(engine) as connection:
        today = get_office_key(connection)
        if today is None or today.id not in granter.office_identities:
            raise KeyChangedError
        holders = find_key_holders(connection, today.id, config)
    if granter.staff_id not in holders.recipients:
        raise KeyChangedError
    new_id, identity = str(uuid.uuid4()), Identity.generate()
    recipient = identity.recipient
    row = {
        "id": new_id,
        "recipient": recipient.raw,
        "recipient_signature": sign_recipient(
            recipient.raw, context=Context("office_recipient", (new_id,)), key=granter.signing_key
        ),
        "made_on": clock.today(config.time_zone),
        "retired_on": None,
        "predecessor_id": today.id,
        "sealed_predecessor": seal_identity(
            granter.office_identities[today.id],
            recipients=[recipient],
            context=Context("former_office_identity", (today.id, new_id)),
        ),
    }
    held = [
        make_holder(new_id, holder_id, each, identity, granter.signing_key if holder_id in holders.granting else None)
        for holder_id, each in holders.recipients.items()
    ]
    with write(engine) as connection:
        # Whoever comes second waits here, and then finds it retired.
        if not retire_office_key(connection, today.id, clock.today(config.time_zone)):
            raise KeyChangedError
        if find_key_holders(connection, today.id, config) != holders:
            raise KeyChangedError
        put_office_key(connection, **row)
        delete_holders(connection, today.id)
        for each in held:
            put_holder(connection, **each)
        append_event(connection, Event("office:rotated", new_id, actor=granter.staff_id, item=reason), config)
    return RotatedKey(new_id, recipient)
