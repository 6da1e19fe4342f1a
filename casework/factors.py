"""Second factors: what somebody shows besides the passphrase. Each answer works once, wherever it is given.

Passkeys and recovery codes lie in one document a person, sealed to their own key, so it can be read only while they
are signed in or signing in. Nothing here may log or raise with what was typed or sent.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row
from sqlalchemy.exc import IntegrityError

from casework.challenges import Challenge
from casework.errors import CopiedPasskeyError, FactorsChangedError, InvalidPasskeyError, SignInRefusedError
from casework.ledger_writing import append_event
from casework.passkeys import Passkey, UsedPasskey, read_passkey, read_used_passkey, write_passkey
from casework.recovery_codes import CODES, hash_code, read_recovery_code
from casework.totp import find_step, make_secret, read_code
from models.engine import read, write
from models.ledger import Event
from models.staff import get_staff, replace_factors, use_totp_step
from models.used_challenges import use_challenge
from vault.contexts import Context
from vault.errors import CannotOpenError
from vault.identities import Identity
from vault.opening import open_json, open_sealed
from vault.recipients import Recipient
from vault.sealing import seal, seal_json
from web import clock
from web.config import CaseworkConfig

_NOBODY: Final = "nobody"
# How often the document may change under a check before the check gives up: two browsers of one person at once.
_TRIES: Final = 3
# The public key of a passkey that nobody has: P-256's own base point, in COSE form. Its private key is the number one,
# and knowing that helps nobody, because what this key signs is refused like everything else.
_BASE_POINT: Final = bytes.fromhex(
    "a50102032620012158206b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "2258204fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)
_DECOY_PASSKEY: Final = Passkey(_NOBODY, b"", _BASE_POINT, 0, "", date.min)


class FactorKind(StrEnum):
    """What kind of second factor somebody showed."""

    APP = "app"
    PASSKEY = "passkey"
    RECOVERY_CODE = "recovery_code"


@dataclass(frozen=True)
class FactorAnswer:
    """What was sent as second factor: a code as typed (of the app, or a recovery code), or what a passkey signed."""

    code: str = field(default="", repr=False)
    assertion: str = field(default="", repr=False)


@dataclass(frozen=True)
class Factors:
    """A person's passkeys, and the hashes of the recovery codes that are left."""

    passkeys: tuple[Passkey, ...] = ()
    recovery_codes: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class _Shown:
    """What an answer proved, and what taking it uses up; `factors` is the document afterwards, if it changes."""

    kind: FactorKind
    step: int = 0
    challenge: Challenge | None = None
    factors: Factors | None = None
    is_copied: bool = False


def seal_factors(factors: Factors, *, recipient: Recipient, staff_id: str) -> bytes:
    """Seal a person's document of second factors to their own key, in 8 KiB or a doubling of that."""
    value = {
        "passkeys": [write_passkey(passkey) for passkey in factors.passkeys],
        "recovery_codes": list(factors.recovery_codes),
    }
    return seal_json(value, recipients=[recipient], context=Context("second_factors", (staff_id,)))


def open_factors(sealed: bytes | None, *, identity: Identity, staff_id: str) -> Factors:
    """Open a person's document of second factors; without one there are none.

    Raises:
        CannotOpenError: wrong identity, another person's, changed, or malformed.
    """
    if sealed is None:
        return Factors()
    value: Mapping[str, Any] = open_json(sealed, identity=identity, context=Context("second_factors", (staff_id,)))
    try:
        passkeys = tuple(read_passkey(each) for each in value["passkeys"])
        return Factors(passkeys, tuple(str(code) for code in value["recovery_codes"]))
    except (KeyError, TypeError, ValueError):
        raise CannotOpenError from None


def check_second_factor(
    engine: Engine,
    config: CaseworkConfig,
    *,
    staff_id: str,
    identity: Identity,
    answer: FactorAnswer,
    then: Event | None = None,
) -> FactorKind:
    """Check a second factor and use it up; `then` is a ledger entry of what it was shown for, in the same transaction.

    A deed of its own: a one-time code, a recovery code or a challenge that was taken here is taken nowhere again, and
    of two requests with the same one, one gets through.

    Raises:
        CopiedPasskeyError: the passkey is right but its counter did not grow; this is in the ledger.
        SignInRefusedError: anything else is wrong; nobody is told what.
    """
    for _try in range(_TRIES):
        with read(engine) as connection:
            person = get_staff(connection, staff_id)
        if person is None or not person.is_active:
            break
        shown = _find_shown(person, identity, answer, config)
        if shown is None:
            break
        sealed = seal_factors(shown.factors, recipient=identity.recipient, staff_id=staff_id) if shown.factors else b""
        try:
            with write(engine) as connection:
                _use_up(connection, person, shown, sealed)
                for event in _list_events(staff_id, shown, then):
                    append_event(connection, event, config)
        except FactorsChangedError:
            continue
        except IntegrityError:
            break  # a challenge that was used before
        if shown.is_copied:
            raise CopiedPasskeyError
        return shown.kind
    raise SignInRefusedError


class Decoy:
    """Second factors of nobody, for checks that cannot succeed: they take as long as those of an account."""

    def __init__(self) -> None:
        self._identity = Identity.generate()
        recipient = self._identity.recipient
        self._totp = seal(make_secret(), recipients=[recipient], context=Context("totp_secret", (_NOBODY,)))
        self._factors = seal_factors(
            Factors((_DECOY_PASSKEY,), tuple(secrets.token_hex(32) for _ in range(CODES))),
            recipient=recipient,
            staff_id=_NOBODY,
        )

    def check(self, engine: Engine, config: CaseworkConfig, answer: FactorAnswer) -> None:
        """Do the work of a check whose outcome is known."""
        with read(engine) as connection:
            get_staff(connection, _NOBODY)
        factors = open_factors(self._factors, identity=self._identity, staff_id=_NOBODY)
        secret = open_sealed(self._totp, identity=self._identity, context=Context("totp_secret", (_NOBODY,)))
        _check_answer(_NOBODY, secret, factors, answer, config)


def _find_shown(person: Row[Any], identity: Identity, answer: FactorAnswer, config: CaseworkConfig) -> _Shown | None:
    try:
        factors = open_factors(person.sealed_factors, identity=identity, staff_id=person.id)
        secret = (
            open_sealed(person.sealed_totp_secret, identity=identity, context=Context("totp_secret", (person.id,)))
            if person.sealed_totp_secret is not None
            else None
        )
    except CannotOpenError:
        return None  # the account got another key since this identity was unlocked
    return _check_answer(person.id, secret, factors, answer, config)


def _check_answer(
    staff_id: str, secret: bytes | None, factors: Factors, answer: FactorAnswer, config: CaseworkConfig
) -> _Shown | None:
    if answer.assertion:
        try:
            used = read_used_passkey(
                config, answer.assertion, staff_id=staff_id, passkeys=factors.passkeys, decoy=_DECOY_PASSKEY
            )
        except InvalidPasskeyError:
            return None
        return _show_passkey(factors, used)
    step = find_step(secret or make_secret(), read_code(answer.code), clock.now())
    if secret is not None and step is not None:
        return _Shown(FactorKind.APP, step=step)
    code = read_recovery_code(answer.code)
    wanted = hash_code(code, staff_id=staff_id)
    left = tuple(each for each in factors.recovery_codes if not hmac.compare_digest(each, wanted))
    if code and len(left) < len(factors.recovery_codes):
        return _Shown(FactorKind.RECOVERY_CODE, factors=replace(factors, recovery_codes=left))
    return None


def _show_passkey(factors: Factors, used: UsedPasskey) -> _Shown:
    changed = replace(used.passkey, sign_count=max(used.sign_count, used.passkey.sign_count))
    passkeys = tuple(changed if each.id == changed.id else each for each in factors.passkeys)
    return _Shown(
        FactorKind.PASSKEY,
        challenge=used.challenge,
        factors=replace(factors, passkeys=passkeys) if changed != used.passkey else None,
        is_copied=used.is_copied,
    )


def _use_up(connection: Connection, person: Row[Any], shown: _Shown, sealed: bytes) -> None:
    """Use up what was shown; `sealed` is the changed document, if it changes.

    Raises:
        SignInRefusedError: the one-time code was used before.
        IntegrityError: the challenge was used before.
        FactorsChangedError: the document was changed in between.
    """
    if shown.kind is FactorKind.APP and not use_totp_step(connection, person.id, shown.step):
        raise SignInRefusedError
    if shown.challenge is not None:
        now = int(clock.now().timestamp())
        use_challenge(connection, shown.challenge.id, expires_at=shown.challenge.expires_at, now=now)
    if sealed and not replace_factors(connection, person, sealed_factors=sealed):
        raise FactorsChangedError


def _list_events(staff_id: str, shown: _Shown, then: Event | None) -> list[Event]:
    if shown.is_copied:
        return [Event("factor:copy_suspected", staff_id, actor=staff_id)]
    used = [Event("factor:recovery_code_used", staff_id, actor=staff_id)]
    return (used if shown.kind is FactorKind.RECOVERY_CODE else []) + ([then] if then else [])
