"""What somebody does to their own second factors: passkeys, the app, recovery codes.

The document is read, changed and put back only if nobody changed it meanwhile. Nobody can take away their last way to
sign in, also not from two browsers at once. Nothing secret leaves here but what is shown to its owner once.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from sqlalchemy.exc import IntegrityError

from casework.caseworker import Caseworker
from casework.challenges import Challenge
from casework.errors import FactorsChangedError, InvalidPasskeyError, LastFactorError, WrongCodeError
from casework.factors import FactorKind, Factors, open_factors, seal_factors
from casework.ledger_writing import append_event
from casework.passkeys import make_creation_options, read_new_passkey
from casework.recovery_codes import hash_code, make_codes
from casework.totp import find_step, make_secret, read_code
from models.engine import read, write
from models.ledger import Event
from models.staff import get_staff, replace_factors
from models.used_challenges import use_challenge
from vault.contexts import Context
from vault.errors import CannotOpenError
from vault.opening import open_sealed
from vault.sealing import seal
from web import clock

#: More than anybody has devices; each makes the document that every sign-in opens a little longer.
MOST_PASSKEYS: Final = 20

_TRIES: Final = 3
# What a change makes of the document and whether there is an app: the columns to write.
_Change = Callable[[Factors, bool], Mapping[str, Any]]


@dataclass(frozen=True)
class ShownPasskey:
    """A passkey as its owner sees it in a list."""

    id: str
    name: str
    added_on: date


@dataclass(frozen=True)
class OwnFactors:
    """What somebody has, without anything secret."""

    passkeys: tuple[ShownPasskey, ...]
    has_app: bool
    recovery_codes_left: int

    @property
    def may_lose_passkey(self) -> bool:
        """Whether one passkey less would leave a way to sign in. Recovery codes do not count: they run out."""
        return self.has_app or len(self.passkeys) > 1

    @property
    def may_lose_app(self) -> bool:
        """Whether there is a way to sign in without the app."""
        return bool(self.passkeys)


@dataclass(frozen=True)
class NewApp:
    """A secret for an app that does not count yet; `sealed` is the text that brings it back when it is confirmed."""

    secret: bytes = field(repr=False)
    sealed: str = field(repr=False)


def list_own_factors(caseworker: Caseworker) -> OwnFactors:
    """List what somebody has.

    Raises:
        FactorsChangedError: the account got another key since this session began.
    """
    factors, has_app, _row = _read_own(caseworker)
    shown = tuple(ShownPasskey(each.id, each.name, each.added_on) for each in factors.passkeys)
    return OwnFactors(shown, has_app, len(factors.recovery_codes))


def make_own_creation_options(caseworker: Caseworker) -> dict[str, Any]:
    """Make what the browser asks a device for to add a passkey.

    Raises:
        InvalidPasskeyError: passkeys do not work at this site's address.
        FactorsChangedError: as `list_own_factors`.
    """
    session = caseworker.session
    factors, _has_app, _row = _read_own(caseworker)
    return make_creation_options(
        caseworker.config,
        staff_id=session.staff_id,
        email=session.email,
        name=session.name,
        passkeys=factors.passkeys,
    )


def add_passkey(caseworker: Caseworker, text: str, name: str) -> None:
    """Add the passkey that a device answered with, under the name that its owner gave it.

    Raises:
        InvalidPasskeyError: the answer is not what was asked for, was used before, or there are 20 passkeys.
        FactorsChangedError: the second factors were changed elsewhere.
    """
    passkey, challenge = read_new_passkey(caseworker.config, text, staff_id=caseworker.session.staff_id, name=name)

    def change(factors: Factors, _has_app: bool) -> Mapping[str, Any]:  # noqa: FBT001  # the shape of a change
        known = {each.credential_id for each in factors.passkeys}
        if passkey.credential_id in known or len(known) >= MOST_PASSKEYS:
            raise InvalidPasskeyError
        return _seal(caseworker, replace(factors, passkeys=(*factors.passkeys, passkey)))

    _change_own(caseworker, change, "factor:added", item=FactorKind.PASSKEY, challenge=challenge)


def remove_passkey(caseworker: Caseworker, passkey_id: str) -> None:
    """Remove a passkey: it signs nobody in any more. One that is gone already is no fault.

    Raises:
        LastFactorError: it is the last second factor.
        FactorsChangedError: the second factors were changed elsewhere.
    """

    def change(factors: Factors, has_app: bool) -> Mapping[str, Any]:  # noqa: FBT001  # the shape of a change
        left = tuple(each for each in factors.passkeys if each.id != passkey_id)
        if len(left) == len(factors.passkeys):
            return {}
        if not left and not has_app:
            raise LastFactorError
        return _seal(caseworker, replace(factors, passkeys=left))

    _change_own(caseworker, change, "factor:removed", item=FactorKind.PASSKEY)


def begin_app(caseworker: Caseworker) -> NewApp:
    """Make a secret for an app; it counts for nothing until `confirm_app`, and nothing is stored."""
    session = caseworker.session
    secret = make_secret()
    sealed = seal(secret, recipients=[session.identity.recipient], context=Context("totp_secret", (session.staff_id,)))
    return NewApp(secret, base64.b64encode(sealed).decode("ascii"))


def read_new_app(caseworker: Caseworker, sealed: str) -> NewApp:
    """Read what `begin_app` made, as the page brought it back.

    Raises:
        FactorsChangedError: it is not that, or the account got another key.
    """
    session = caseworker.session
    try:
        raw = base64.b64decode(sealed.encode(), validate=True)
        secret = open_sealed(raw, identity=session.identity, context=Context("totp_secret", (session.staff_id,)))
    except (binascii.Error, CannotOpenError, ValueError):
        raise FactorsChangedError from None
    return NewApp(secret, sealed)


def confirm_app(caseworker: Caseworker, app: NewApp, code: str) -> None:
    """Make an app's secret the one that counts, in the place of the one before; its first code is used up by it.

    Raises:
        WrongCodeError: the code is not the app's.
        FactorsChangedError: the second factors were changed elsewhere.
    """
    step = find_step(app.secret, read_code(code), clock.now())
    if step is None:
        raise WrongCodeError
    columns = {"sealed_totp_secret": base64.b64decode(app.sealed), "totp_last_step": step}
    _change_own(caseworker, lambda _factors, _has_app: columns, "factor:added", item=FactorKind.APP)


def remove_app(caseworker: Caseworker) -> None:
    """Switch the app off: its codes sign nobody in any more. One that is off already is no fault.

    Raises:
        LastFactorError: there is no passkey.
        FactorsChangedError: the second factors were changed elsewhere.
    """

    def change(factors: Factors, has_app: bool) -> Mapping[str, Any]:  # noqa: FBT001  # the shape of a change
        if not has_app:
            return {}
        if not factors.passkeys:
            raise LastFactorError
        return {"sealed_totp_secret": None}

    _change_own(caseworker, change, "factor:removed", item=FactorKind.APP)


def renew_recovery_codes(caseworker: Caseworker) -> tuple[str, ...]:
    """Make ten new recovery codes, to be shown once; those of before open nothing any more.

    Raises:
        FactorsChangedError: the second factors were changed elsewhere.
    """
    codes = make_codes()
    hashes = tuple(hash_code(code, staff_id=caseworker.session.staff_id) for code in codes)
    _change_own(
        caseworker,
        lambda factors, _has_app: _seal(caseworker, replace(factors, recovery_codes=hashes)),
        "factor:recovery_codes_made",
    )
    return codes


def _seal(caseworker: Caseworker, factors: Factors) -> Mapping[str, Any]:
    session = caseworker.session
    return {"sealed_factors": seal_factors(factors, recipient=session.identity.recipient, staff_id=session.staff_id)}


def _read_own(caseworker: Caseworker) -> tuple[Factors, bool, Any]:
    session = caseworker.session
    with read(caseworker.engine) as connection:
        row = get_staff(connection, session.staff_id)
    # What this session seals would open to nobody if the account had another key by now.
    if row is None or row.recipient != session.identity.recipient.raw:
        raise FactorsChangedError
    try:
        factors = open_factors(row.sealed_factors, identity=session.identity, staff_id=session.staff_id)
    except CannotOpenError:
        raise FactorsChangedError from None
    return factors, row.sealed_totp_secret is not None, row


def _change_own(
    caseworker: Caseworker, change: _Change, kind: str, *, item: str = "", challenge: Challenge | None = None
) -> None:
    """Change what somebody has, with its ledger entry; made again when the document changed meanwhile."""
    staff_id = caseworker.session.staff_id
    for _try in range(_TRIES):
        factors, has_app, row = _read_own(caseworker)
        columns = change(factors, has_app)
        if not columns:
            return
        try:
            with write(caseworker.engine) as connection:
                if not replace_factors(connection, row, **columns):
                    continue
                if challenge is not None:
                    now = int(clock.now().timestamp())
                    use_challenge(connection, challenge.id, expires_at=challenge.expires_at, now=now)
                append_event(connection, Event(kind, staff_id, actor=staff_id, item=item), caseworker.config)
        except IntegrityError:
            raise InvalidPasskeyError from None
        return
    raise FactorsChangedError
