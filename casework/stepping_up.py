"""Stepping up: somebody who is signed in shows their second factor again, before what cannot be taken back.

It asks for no passphrase: that opened the session. Whoever sits at an open desk without phone or key is stopped here.
Nothing here may log or raise with what was typed.
"""

from collections.abc import Callable

from sqlalchemy import Engine

from casework.errors import SignInDelayedError, SignInRefusedError
from casework.factors import FactorAnswer, check_second_factor
from casework.sessions import StaffSession, keep_confirmation
from casework.throttle import Throttle
from models.engine import write
from models.ledger import Event
from vault.boxes import BoxKey
from web.config import CaseworkConfig


class StepUpDesk:
    """What one process remembers between confirmations: the refused ones."""

    def __init__(self, engine: Engine, config: CaseworkConfig, *, tell_refused: Callable[[str], None]) -> None:
        self._engine = engine
        self._config = config
        self._tell_refused = tell_refused
        self._throttle = Throttle()

    def confirm(self, key: BoxKey, session: StaffSession, answer: FactorAnswer) -> StaffSession:
        """Check the second factor of whoever is signed in, and return their session as one that is fresh.

        The delay after refusals belongs to this one session: nobody else's tries make anybody wait.

        Raises:
            CopiedPasskeyError: the passkey that was shown may have been copied.
            SignInRefusedError: the factor is wrong, or was used before.
            SignInDelayedError: too many refusals before, in this session.
        """
        wait = self._throttle.find_wait(session.staff_id, key.lookup_id)
        if wait:
            raise SignInDelayedError(wait)
        try:
            check_second_factor(
                self._engine,
                self._config,
                staff_id=session.staff_id,
                identity=session.identity,
                answer=answer,
                then=Event("session:confirmed", session.staff_id, actor=session.staff_id),
            )
        except SignInRefusedError:
            self._throttle.count_refusal(session.staff_id, key.lookup_id)
            self._tell_refused(session.staff_id)
            raise
        self._throttle.forget(session.staff_id, key.lookup_id)
        with write(self._engine) as connection:
            confirmed = keep_confirmation(connection, key, session)
        if confirmed is None:
            raise SignInRefusedError
        return confirmed
