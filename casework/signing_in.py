"""Signing in: passphrase and code open a person's identity, and that opens the office identities that they hold.

Unknown accounts cost the same work and get the same words as a wrong passphrase or a wrong code. Nothing here may log
or raise with what was typed.
"""

import threading
from typing import Any

from sqlalchemy import Engine, Row

from casework.errors import SignInBusyError, SignInDelayedError, SignInRefusedError
from casework.ledger_writing import append_event
from casework.office_identities import open_office_identities
from casework.permissions import Role
from casework.sessions import Desk, StaffSession, put_session
from casework.throttle import Throttle
from casework.totp import find_step, make_secret, read_code
from models.boxes import delete_box
from models.engine import read, write
from models.ledger import Event
from models.staff import get_staff, get_staff_by_email, use_totp_step
from models.tables import sessions
from vault.boxes import BoxKey
from vault.contexts import Context
from vault.errors import CannotOpenError
from vault.identities import Identity
from vault.keyslots import RFC_9106_LOW_MEMORY, Cost, spend_unlock, unlock_identity
from vault.opening import open_sealed
from vault.sealing import seal
from web import clock
from web.config import CaseworkConfig

# Each derivation takes 64 MiB: more at once would let strangers fill the server's memory.
_MOST_DERIVATIONS = 2
_NOBODY = "nobody"


class SignInDesk:
    """What one process remembers between sign-ins: refusals, and how many derivations are under way."""

    def __init__(self, engine: Engine, config: CaseworkConfig, *, cost: Cost = RFC_9106_LOW_MEMORY) -> None:
        self._engine = engine
        self._config = config
        self._cost = cost
        self._throttle = Throttle()
        self._derivations = threading.BoundedSemaphore(_MOST_DERIVATIONS)
        # Opened in the place of a real account's, so that a wrong passphrase takes as long as a wrong code.
        self._decoy = Identity.generate()
        self._decoy_totp = seal(
            make_secret(), recipients=[self._decoy.recipient], context=Context("totp_secret", (_NOBODY,))
        )

    def sign_in(self, email: str, passphrase: str, code: str, *, source: str, old_key: BoxKey | None = None) -> Desk:
        """Open a session; `source` is the address that the request came from, and is kept nowhere.

        Raises:
            SignInRefusedError: account, passphrase or code is wrong.
            SignInDelayedError: too many refusals before, for this account from this source.
            SignInBusyError: two others are signing in at this moment.
        """
        account = email.strip().lower()
        with read(self._engine) as connection:
            person = get_staff_by_email(connection, account)
        return self._sign_in(person, account, passphrase, code, source=source, old_key=old_key, kind="session:started")

    def unlock(self, staff_id: str, passphrase: str, code: str, *, source: str, old_key: BoxKey) -> Desk:
        """Open the session of whoever locked the desk, in a box of its own. Raises as :meth:`sign_in` does."""
        with read(self._engine) as connection:
            person = get_staff(connection, staff_id)
        if person is not None and not person.is_active:
            person = None
        account = person.email if person else staff_id
        return self._sign_in(person, account, passphrase, code, source=source, old_key=old_key, kind="session:unlocked")

    def _sign_in(
        self,
        person: Row[Any] | None,
        account: str,
        passphrase: str,
        code: str,
        *,
        source: str,
        old_key: BoxKey | None,
        kind: str,
    ) -> Desk:
        wait = self._throttle.find_wait(account, source)
        if wait:
            raise SignInDelayedError(wait)
        if not self._derivations.acquire(blocking=False):
            raise SignInBusyError
        try:
            identity, step = self._check_secrets(person, passphrase, code)
        finally:
            self._derivations.release()
        if person is not None and identity is not None and step is not None:
            session = self._make_session(person, identity)
            key = self._start(session, step, old_key, kind)
            if key is not None:
                self._throttle.forget(account, source)
                return Desk(key, session=session)
        self._throttle.count_refusal(account, source)
        raise SignInRefusedError

    def _check_secrets(self, person: Row[Any] | None, passphrase: str, code: str) -> tuple[Identity | None, int | None]:
        identity = None
        if person is None:
            spend_unlock(passphrase, cost=self._cost)
        else:
            try:
                identity = unlock_identity(person.keyslot, passphrase, staff_id=person.id)
            except CannotOpenError:
                identity = None
        if person is not None and identity is not None:
            secret = open_sealed(
                person.sealed_totp_secret, identity=identity, context=Context("totp_secret", (person.id,))
            )
        else:
            secret = open_sealed(self._decoy_totp, identity=self._decoy, context=Context("totp_secret", (_NOBODY,)))
        return identity, find_step(secret, read_code(code), clock.now())

    def _make_session(self, person: Row[Any], identity: Identity) -> StaffSession:
        with read(self._engine) as connection:
            office_identities = open_office_identities(connection, person.id, identity)
        return StaffSession(
            staff_id=person.id,
            name=person.name,
            email=person.email,
            role=Role(person.role),
            identity=identity,
            office_identities=office_identities,
            signed_in_at=int(clock.now().timestamp()),
        )

    def _start(self, session: StaffSession, step: int, old_key: BoxKey | None, kind: str) -> BoxKey | None:
        with write(self._engine) as connection:
            if not use_totp_step(connection, session.staff_id, step):
                return None
            if old_key is not None:
                delete_box(connection, sessions, old_key.lookup_id)
            key = put_session(connection, session, self._config)
            append_event(connection, Event(kind, session.staff_id, actor=session.staff_id), self._config)
        return key
