"""Holders: who holds the private half of an office's or a case's keys, and the public key to seal it to.

It must never give a recipient that the office did not sign.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from models.emergency_keys import get_emergency_key
from models.office_keys import get_office_key
from models.recovery_keys import get_recovery_key
from models.staff import get_staff
from vault.contexts import Context
from vault.errors import UntrustedKeyError
from vault.recipients import Recipient
from vault.signing import verify_recipient
from web.config import CaseworkConfig


def find_holder(connection: Connection, holder_id: str, config: CaseworkConfig) -> Recipient:
    """Find the public key of a holder: an office key, a person, the recovery key, or a case's emergency key.

    Raises:
        UntrustedKeyError: there is no such holder, or the office did not sign its key.
    """
    found = (
        (get_office_key(connection, holder_id), "office_recipient"),
        (get_staff(connection, holder_id), "staff_recipient"),
        (get_recovery_key(connection, holder_id), "recovery_recipient"),
    )
    row, kind = next((each for each in found if each[0] is not None), (None, ""))
    context = Context(kind, (holder_id,)) if row is not None else None
    if row is None:
        row = get_emergency_key(connection, holder_id)
        context = Context("emergency_recipient", (row.case_id, holder_id)) if row is not None else None
    if row is None or context is None:
        raise UntrustedKeyError
    return verify_recipient(
        row.recipient, row.recipient_signature, context=context, verify_key=config.office_verify_key
    )


def find_card_recipients(connection: Connection, holder_ids: Sequence[str], config: CaseworkConfig) -> list[Recipient]:
    """Find the public keys that a case's card is sealed to, one a holder.

    A person whose new key nobody has compared yet is left out: they open the card with the case's work key.

    Raises:
        UntrustedKeyError: a holder's key is signed by somebody else than the office.
    """
    people = ((holder_id, get_staff(connection, holder_id)) for holder_id in holder_ids)
    waiting = {holder_id for holder_id, row in people if row is not None and not row.recipient_signature}
    return [find_holder(connection, each, config) for each in holder_ids if each not in waiting]


def find_recovery_holder(connection: Connection, config: CaseworkConfig) -> dict[str, Recipient]:
    """Find the recovery key as a holder (id to recipient); empty where no shares were made.

    Raises:
        UntrustedKeyError: the office did not sign it.
    """
    row = get_recovery_key(connection)
    return {} if row is None else {row.id: find_holder(connection, row.id, config)}
