"""Stepping up: somebody who is signed in shows their second factor again, before what cannot be taken back.

It asks for no passphrase: that opened the session, and whoever sits at an open desk without the phone is stopped here.
Nothing here may log or raise with what was typed.
"""

from dataclasses import replace

from sqlalchemy import Engine

from casework.errors import SignInDelayedError, SignInRefusedError
from casework.ledger_writing import append_event
from casework.sessions import StaffSession, keep_confirmation
from casework.throttle import Throttle
from casework.totp import find_step, read_code
from models.engine import read, write
from models.ledger import Event
from models.staff import get_staff, use_totp_step
from vault.boxes import BoxKey
from vault.contexts import Context
from vault.opening import open_sealed
from web import clock
from web.config import CaseworkConfig


class StepUpDesk:
    """What one process remembers between confirmations: the refused ones."""

    def __init__(self, engine: Engine, config: CaseworkConfig) -> None:
        self._engine = engine
        self._config = config
        self._throttle = Throttle()

    def confirm(self, key: BoxKey, session: StaffSession, code: str) -> StaffSession:
        """Check the second factor of whoever is signed in, and return their session as one that is fresh.

        The delay after refusals belongs to this one session: nobody else's tries make anybody wait.

        Raises:
            SignInRefusedError: the code is wrong, or was used before.
            SignInDelayedError: too many refusals before, in this session.
        """
        wait = self._throttle.find_wait(session.staff_id, key.lookup_id)
        if wait:
            raise SignInDelayedError(wait)
        step = self._find_step(session, code)
        if step is None or not self._record(key, session, step):
            self._throttle.count_refusal(session.staff_id, key.lookup_id)
            raise SignInRefusedError
        self._throttle.forget(session.staff_id, key.lookup_id)
        return replace(session, confirmed_at=int(clock.now().timestamp()))

    def _find_step(self, session: StaffSession, code: str) -> int | None:
        with read(self._engine) as connection:
            person = get_staff(connection, session.staff_id)
        if person is None or person.sealed_totp_secret is None:
            return None
        context = Context("totp_secret", (person.id,))
        secret = open_sealed(person.sealed_totp_secret, identity=session.identity, context=context)
        return find_step(secret, read_code(code), clock.now())

    def _record(self, key: BoxKey, session: StaffSession, step: int) -> bool:
        event = Event("session:confirmed", session.staff_id, actor=session.staff_id)
        with write(self._engine) as connection:
            if not use_totp_step(connection, session.staff_id, step):
                return False
            keep_confirmation(connection, key, session)
            append_event(connection, event, self._config)
        return True
