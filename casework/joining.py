"""Joining: with link and code, somebody gets their passphrase, sets up their second factor and makes their key.

Between the steps everything lies in a box under the browser's key. Nothing here may log or raise with what was typed,
and whoever has joined holds no key of the office.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from casework.accounts import make_credentials
from casework.challenges import Challenge
from casework.errors import InvitationOverError
from casework.factors import Factors, seal_factors
from casework.invitations import find_invitation, is_its_code
from casework.ledger_writing import append_event
from casework.passkeys import read_new_passkey
from casework.passphrases import is_same_passphrase, make_passphrase
from casework.steps import keep_steps, read_steps
from casework.totp import find_step, make_secret, read_code
from models.engine import write
from models.invitations import delete_invitation
from models.ledger import Event
from models.staff import change_staff, get_staff, put_staff
from models.used_challenges import use_challenge
from vault.boxes import BoxKey
from vault.identities import Identity
from vault.keyslots import RFC_9106_LOW_MEMORY, Cost
from web import clock
from web.config import CaseworkConfig

_PURPOSE = "join"


TOLD, ASKED, PROVEN, DONE = "told", "asked", "proven", "done"


@dataclass(frozen=True)
class Joining:
    """How far somebody has come: the passphrase is shown, asked back, typed back right, or everything is done."""

    invitation_id: str
    staff_id: str
    name: str
    email: str
    role: str
    passphrase: str = field(default="", repr=False)
    totp_secret: str = field(default="", repr=False)  # in hexadecimal
    stage: str = TOLD
    fingerprint: str = ""  # of the new key, once everything is done


def begin_joining(engine: Engine, invitation_id: str, code: str) -> BoxKey:
    """Begin with the code of an invitation; return the key for the browser's cookie.

    Raises:
        InvitationOverError: no such invitation, too old, or another code: never which.
    """
    row = find_invitation(engine, invitation_id)
    if not is_its_code(row, code):
        raise InvitationOverError
    key = BoxKey.generate()
    joining = Joining(row.id, row.staff_id, row.name, row.email, row.role, make_passphrase(), make_secret().hex())
    _keep(engine, key, joining)
    return key


def find_joining(engine: Engine, key: BoxKey | None, invitation_id: str) -> Joining | None:
    """Find how far whoever has this key has come with this invitation; None when they have not begun."""
    kept = read_steps(engine, key, _PURPOSE)
    if kept is None or kept["invitation_id"] != invitation_id:
        return None
    return Joining(**kept)


def ask_passphrase(engine: Engine, key: BoxKey, joining: Joining) -> None:
    """Go on to asking the passphrase back: it is shown no more."""
    _keep(engine, key, replace(joining, stage=ASKED))


def prove_passphrase(engine: Engine, key: BoxKey, joining: Joining, typed: str) -> bool:
    """Go on when the passphrase was typed back right; tells whether it was."""
    if not is_same_passphrase(typed, joining.passphrase):
        return False
    _keep(engine, key, replace(joining, stage=PROVEN))
    return True


def make_another_passphrase(engine: Engine, key: BoxKey, joining: Joining) -> None:
    """Begin again with another passphrase, for whoever did not write it down."""
    _keep(engine, key, replace(joining, passphrase=make_passphrase(), stage=TOLD))


def finish_joining(
    engine: Engine,
    config: CaseworkConfig,
    key: BoxKey,
    joining: Joining,
    code: str,
    *,
    cost: Cost = RFC_9106_LOW_MEMORY,
) -> bool:
    """Make the account with an app as its second factor; False when the code from the app is not right.

    Its public key is unsigned: nobody seals anything to it. The invitation is used up.

    Raises:
        InvitationOverError: it was used, taken back or ran out meanwhile.
    """
    secret = bytes.fromhex(joining.totp_secret)
    step = find_step(secret, read_code(code), clock.now())
    if step is None:
        return False
    find_invitation(engine, joining.invitation_id)
    identity = Identity.generate()
    credentials = make_credentials(identity, joining.passphrase, secret, staff_id=joining.staff_id, cost=cost)
    _lay_down(engine, config, joining, {**credentials, "sealed_factors": None, "totp_last_step": step})
    _keep_done(engine, key, joining, identity)
    return True


def finish_joining_with_passkey(
    engine: Engine,
    config: CaseworkConfig,
    key: BoxKey,
    joining: Joining,
    text: str,
    name: str,
    *,
    cost: Cost = RFC_9106_LOW_MEMORY,
) -> None:
    """Make the account with a passkey as its second factor, as a device answered; otherwise as `finish_joining`.

    Raises:
        InvalidPasskeyError: the answer is not what was asked for.
        InvitationOverError: the invitation was used, taken back or ran out meanwhile.
    """
    staff_id = joining.staff_id
    passkey, challenge = read_new_passkey(config, text, staff_id=staff_id, name=name)
    find_invitation(engine, joining.invitation_id)
    identity = Identity.generate()
    credentials = make_credentials(identity, joining.passphrase, None, staff_id=staff_id, cost=cost)
    sealed = seal_factors(Factors((passkey,)), recipient=identity.recipient, staff_id=staff_id)
    columns = {**credentials, "sealed_factors": sealed, "totp_last_step": 0}
    _lay_down(engine, config, joining, columns, challenge)
    _keep_done(engine, key, joining, identity)


def _lay_down(
    engine: Engine,
    config: CaseworkConfig,
    joining: Joining,
    credentials: dict[str, Any],
    challenge: Challenge | None = None,
) -> None:
    try:
        with write(engine) as connection:
            if not delete_invitation(connection, joining.invitation_id):
                raise InvitationOverError
            if challenge is not None:
                now = int(clock.now().timestamp())
                use_challenge(connection, challenge.id, expires_at=challenge.expires_at, now=now)
            if get_staff(connection, joining.staff_id) is None:
                who = {"id": joining.staff_id, "email": joining.email, "name": joining.name, "role": joining.role}
                put_staff(connection, **who, is_active=True, **credentials)
            else:
                change_staff(connection, joining.staff_id, is_active=True, **credentials)
            append_event(connection, Event("staff:joined", joining.staff_id, actor=joining.staff_id), config)
    except IntegrityError:
        raise InvitationOverError from None


def _keep_done(engine: Engine, key: BoxKey, joining: Joining, identity: Identity) -> None:
    # The passphrase and the secret have served: only the fingerprint is still to be read aloud.
    fingerprint = identity.recipient.fingerprint
    _keep(engine, key, replace(joining, passphrase="", totp_secret="", stage=DONE, fingerprint=fingerprint))


def _keep(engine: Engine, key: BoxKey, joining: Joining) -> None:
    keep_steps(engine, key, _PURPOSE, dict(vars(joining)))
