"""The emergency key of a restricted case: its private half exists only in shares, one sealed to each who may lend one.

Any two shares make it whole and one alone tells nothing of it, whatever the program does. It must never be kept whole,
and nobody who is walled off may get a share.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection

from casework.access import Access, Colleague, find_colleagues
from casework.accounts import Granter
from casework.holders import find_holder
from casework.permissions import Role
from models.emergency_keys import delete_emergency_key, put_emergency_key
from vault.contexts import Context
from vault.errors import CannotOpenError, InvalidShareError
from vault.identities import Identity
from vault.recipients import Recipient
from vault.sealing import seal
from vault.shares import MOST, join, split
from vault.signing import sign_recipient
from web.config import CaseworkConfig

THRESHOLD: Final = 2


@dataclass(frozen=True)
class EmergencyKey:
    """A new emergency key: its public half, and the shares, each sealed to one person."""

    id: str
    recipient: Recipient
    row: Mapping[str, Any] = field(repr=False)
    shares: Sequence[Mapping[str, Any]] = field(repr=False)

    def put(self, connection: Connection) -> None:
        """Lay it down; part of a deed's transaction."""
        put_emergency_key(connection, self.row, self.shares)


def list_lenders(colleagues: Iterable[Colleague], walled_ids: Collection[str] = ()) -> list[Colleague]:
    """List who may hold a share: the supervising attorneys who are not walled off, sixteen at most, by name.

    Whoever's key waits to be compared gets one with the next new keys.
    """
    lenders = [each for each in colleagues if each.role is Role.SUPERVISING_ATTORNEY and not each.waits]
    return [each for each in lenders if each.id not in walled_ids][:MOST]


def make_emergency_key(
    connection: Connection, granter: Granter, case_id: str, access: Access, config: CaseworkConfig
) -> EmergencyKey | None:
    """Make the emergency key of a case; None where fewer than two may hold a share.

    Raises:
        UntrustedKeyError: the key of somebody who is to hold a share is not signed by the office.
    """
    lenders = list_lenders(find_colleagues(connection, config).values(), access.walled_ids)
    if not access.is_restricted or len(lenders) < THRESHOLD:
        return None
    key_id, identity = str(uuid4()), Identity.generate()
    recipient = identity.recipient
    words = split(identity.seed, threshold=THRESHOLD, count=len(lenders))
    shares = [
        {
            "staff_id": lender.id,
            "sealed_share": seal(
                share.encode("ascii"),
                recipients=[find_holder(connection, lender.id, config)],
                context=Context("emergency_share", (key_id, lender.id)),
            ),
        }
        for lender, share in zip(lenders, words, strict=True)
    ]
    context = Context("emergency_recipient", (case_id, key_id))
    signature = sign_recipient(recipient.raw, context=context, key=granter.signing_key)
    row = {"id": key_id, "case_id": case_id, "recipient": recipient.raw, "recipient_signature": signature}
    return EmergencyKey(key_id, recipient, row, shares)


def exchange_emergency_key(connection: Connection, case_id: str, key: EmergencyKey | None) -> None:
    """Put a new emergency key, or none, in the place of the one that a case has; who asked must ask again."""
    delete_emergency_key(connection, case_id)
    if key is not None:
        key.put(connection)


def join_shares(shares: Sequence[str], recipient: bytes) -> Identity:
    """Make an emergency key whole from two shares.

    Raises:
        CannotOpenError: they do not belong together, or not to this key.
    """
    try:
        identity = Identity.from_seed(join(shares))
    except InvalidShareError:
        raise CannotOpenError from None
    if identity.recipient.raw != recipient:
        raise CannotOpenError
    return identity
