"""Recovery on paper: one more holder of everything that the office holds, whose private half is only in shares.

The private half must never outlive the request, or the command, in which the shares were made or typed: it is in no
row, no box, no file and no log.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row

from casework.accounts import Granter, make_holder
from casework.case_keys import REPORT, WORK, open_case_keyring
from casework.caseworker import Caseworker
from casework.errors import CaseworkError
from casework.ledger_writing import append_event
from casework.office_identities import open_office_identities
from models.case_keys import delete_case_key
from models.cases import get_case_key, put_case_key
from models.engine import read, write
from models.ledger import Event
from models.office_keys import delete_holder, get_office_key, list_held_keys, lock_office_key, put_holder
from models.recovery_keys import (
    find_recovery_key,
    get_recovery_key,
    list_restricted_cases,
    put_recovery_key,
    retire_recovery_key,
)
from vault.contexts import Context
from vault.errors import CannotOpenError, UntrustedKeyError
from vault.identities import Identity
from vault.opening import open_sealed
from vault.recipients import Recipient
from vault.sealing import seal_identity
from vault.shares import join, split
from vault.signing import SigningKey, sign_recipient, verify_recipient


class SharesChangedError(CaseworkError):
    """Other shares were made since the page was opened, or the office key changed; nothing was changed."""


class SharesReplacedError(CaseworkError):
    """These shares were replaced on `on` by others: they open nothing of today."""

    def __init__(self, on: date) -> None:
        super().__init__()
        self.on = on


@dataclass(frozen=True)
class ShareSet:
    """New shares, to be shown this once. `cases_left` counts restricted cases that their maker cannot open."""

    recovery_key_id: str
    threshold: int
    shares: tuple[str, ...] = field(repr=False)
    fingerprint: str = ""
    made_on: date | None = None
    cases_left: int = 0


@dataclass(frozen=True)
class OpenedRecovery:
    """What the shares open: the recovery identity, every office identity (newest first), the office signing key."""

    recovery_key_id: str
    identity: Identity = field(repr=False)
    office_identities: Mapping[str, Identity] = field(repr=False)
    signing_key: SigningKey = field(repr=False)


def make_share_set(
    caseworker: Caseworker, granter: Granter, *, threshold: int, count: int, replaces: str | None
) -> ShareSet:
    """Make a recovery identity, give it what the office holds, and return its private half as shares.

    `replaces` is the id of the recovery key that whoever asks has seen, None for none: so the same page sent twice
    makes one set, and two people at once make one. Shares from before open nothing that is sealed from then on.

    Raises:
        SharesChangedError: other shares, or another office key, were made meanwhile.
        CannotSealError: not 2 to 16 shares, or fewer than are needed.
    """
    engine, config = caseworker.engine, caseworker.config
    identity, recovery_id = Identity.generate(), str(uuid.uuid4())
    shares = tuple(split(identity.seed, threshold=threshold, count=count))
    with read(engine) as connection:
        office_key = get_office_key(connection)
        office_key_id = office_key.id if office_key else ""
        cases, left = _seal_cases(connection, caseworker, recovery_id, identity.recipient)
    if office_key_id not in granter.office_identities:
        raise SharesChangedError
    holder = make_holder(
        office_key_id,
        recovery_id,
        identity.recipient,
        granter.office_identities[office_key_id],
        granter.signing_key,
    )
    row = {
        "id": recovery_id,
        "recipient": identity.recipient.raw,
        "recipient_signature": sign_recipient(
            identity.recipient.raw, context=Context("recovery_recipient", (recovery_id,)), key=granter.signing_key
        ),
        "threshold": threshold,
        "share_count": count,
        "made_on": caseworker.today,
    }
    with write(engine) as connection:
        _replace(connection, caseworker.today, office_key_id, replaces)
        put_recovery_key(connection, **row)
        put_holder(connection, **holder)
        for case_key in cases:
            put_case_key(connection, **case_key)
            if replaces:
                delete_case_key(connection, case_key["case_id"], replaces)
        append_event(connection, Event("recovery:made", recovery_id, actor=caseworker.staff_id), config)
    return ShareSet(recovery_id, threshold, shares, identity.recipient.fingerprint, caseworker.today, left)


def _replace(connection: Connection, on: date, office_key_id: str, replaces: str | None) -> None:
    """Retire the shares from before, if they and the office key are those that were seen. Raises SharesChangedError."""
    office_key = lock_office_key(connection)
    today = get_recovery_key(connection)
    if office_key is None or office_key.id != office_key_id or (today.id if today else None) != replaces:
        raise SharesChangedError
    if today is not None:
        if not retire_recovery_key(connection, today.id, on):
            raise SharesChangedError
        delete_holder(connection, office_key_id, today.id)


def _seal_cases(
    connection: Connection, caseworker: Caseworker, recovery_id: str, recipient: Recipient
) -> tuple[list[dict[str, Any]], int]:
    """Seal the keys of the restricted cases that this person opens to a new recovery key, and count the others."""
    sealed, left = [], 0
    for case in list_restricted_cases(connection):
        key_row = get_case_key(connection, case.id, caseworker.session.holder_ids)
        opened = _open_case(caseworker, key_row) if key_row is not None else None
        if opened is None:
            left += 1
            continue
        held: dict[str, Any] = {"case_id": case.id, "holder_id": recovery_id}
        for which, identity in opened.items():
            context = Context(f"{which}_identity", (case.id, recovery_id))
            held[f"sealed_{which}_identity"] = seal_identity(identity, recipients=[recipient], context=context)
        sealed.append(held)
    return sealed, left


def _open_case(caseworker: Caseworker, key_row: Row[Any]) -> dict[str, Identity] | None:
    holder = caseworker.session.identity_for(key_row.holder_id)
    rings = {which: open_case_keyring(which, key_row, holder, []) for which in (REPORT, WORK)}
    return {which: ring.newest for which, ring in rings.items() if ring} if all(rings.values()) else None


def open_recovery(connection: Connection, shares: Sequence[str]) -> OpenedRecovery:
    """Open what shares open, and check that one office signed it all.

    Whose signing key that is, the caller must compare: with the pinned one, or on a new machine with the paper.

    Raises:
        InvalidShareError: a share is misspelt; it tells which.
        SharesReplacedError: the shares are whole, but others took their place.
        CannotOpenError: too few or mixed shares, shares of another office, or rows that are not theirs.
        UntrustedKeyError: a stored public key is not signed by the office that the shares are of.
    """
    identity = Identity.from_seed(join(shares))
    row = find_recovery_key(connection, identity.recipient.raw)
    if row is None:
        raise CannotOpenError
    if row.retired_on is not None:
        raise SharesReplacedError(row.retired_on)
    office_identities = open_office_identities(connection, row.id, identity)
    office_key = get_office_key(connection)
    held = next((each for each in list_held_keys(connection, row.id) if each.sealed_signing_key), None)
    if office_key is None or held is None or next(iter(office_identities), "") != office_key.id:
        raise CannotOpenError
    raw = open_sealed(
        held.sealed_signing_key,
        identity=identity,
        context=Context("office_signing_key", (held.office_key_id, row.id)),
    )
    signing_key = SigningKey.from_bytes(raw)
    _check_signed(row, Context("recovery_recipient", (row.id,)), signing_key)
    opened = _check_signed(office_key, Context("office_recipient", (office_key.id,)), signing_key)
    if opened != office_identities[office_key.id].recipient:
        raise UntrustedKeyError
    return OpenedRecovery(row.id, identity, office_identities, signing_key)


def _check_signed(row: Row[Any], context: Context, signing_key: SigningKey) -> Recipient:
    return verify_recipient(row.recipient, row.recipient_signature, context=context, verify_key=signing_key.verify_key)
