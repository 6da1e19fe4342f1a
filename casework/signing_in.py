"""Signing in: the passphrase opens a person's identity, and that opens the office identities that they hold.

A second factor is shown in the same request. Unknown accounts cost the same work and get the same words as a wrong
passphrase or a wrong second factor. Nothing here may log or raise with what was typed.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, Row

from casework.errors import CopiedPasskeyError, SignInDelayedError, SignInRefusedError
from casework.factors import Decoy, FactorAnswer, check_second_factor
from casework.office_identities import open_office_identities
from casework.permissions import Role
from casework.refusals import UNKNOWN, RefusalLog
from casework.sessions import Desk, StaffSession, put_session
from casework.throttle import Slots, Throttle
from models.boxes import delete_box
from models.engine import read, write
from models.ledger import Event
from models.staff import get_staff, get_staff_by_email
from models.tables import sessions
from vault.boxes import BoxKey
from vault.errors import CannotOpenError
from vault.identities import Identity
from vault.keyslots import RFC_9106_LOW_MEMORY, Cost, spend_unlock, unlock_identity
from web import clock
from web.config import CaseworkConfig

# Each derivation takes 64 MiB: more at once would let strangers fill the server's memory.
_MOST_DERIVATIONS = 2
# Wrong codes with the right passphrase, from anywhere, before these wait as well.
_FREE_CODES = 10


class SignInDesk:
    """What one process remembers between sign-ins: refusals, and for whom derivations are under way.

    `tell_refused` is called with a staff id, or UNKNOWN, when a sign-in was refused; without it the ledger is written
    at once, which whoever waits for the answer could measure.
    """

    def __init__(
        self,
        engine: Engine,
        config: CaseworkConfig,
        *,
        cost: Cost = RFC_9106_LOW_MEMORY,
        tell_refused: Callable[[str], None] | None = None,
    ) -> None:
        self._engine = engine
        self._config = config
        self._cost = cost
        self._tell_refused = tell_refused or RefusalLog(engine, config).note
        self._throttle = Throttle()
        # By account alone: only who knows the passphrase can make it wait, and many sources are no help to them.
        self._codes = Throttle(free_refusals=_FREE_CODES)
        self._derivations = Slots(_MOST_DERIVATIONS)
        # Checked in the place of a real account's, so that a wrong passphrase takes as long as a wrong code.
        self._decoy = Decoy()

    def sign_in(
        self,
        email: str,
        passphrase: str,
        code: str = "",
        *,
        assertion: str = "",
        source: str,
        old_key: BoxKey | None = None,
    ) -> Desk:
        """Open a session; `source` is the address that the request came from, and is kept nowhere.

        `code` is a one-time code of an app or a recovery code; `assertion` is what a passkey signed, as JSON, and when
        there is one it is what counts.

        Raises:
            CopiedPasskeyError: the passkey that was shown may have been copied.
            SignInRefusedError: account, passphrase or second factor is wrong.
            SignInDelayedError: too many refusals before, for this account from this source.
            SignInBusyError: somebody else from this source, or two others, are signing in at this moment.
        """
        account = email.strip().lower()
        with read(self._engine) as connection:
            person = get_staff_by_email(connection, account)
        answer = FactorAnswer(code, assertion)
        return self._open(person, account, passphrase, answer, source=source, old_key=old_key, kind="session:started")

    def unlock(
        self,
        staff_id: str,
        passphrase: str,
        code: str = "",
        *,
        assertion: str = "",
        source: str,
        old_key: BoxKey,
    ) -> Desk:
        """Open the session of whoever locked the desk, in a box of its own. As :meth:`sign_in`.

        Refusals are counted for this locked desk alone: no stranger can make anybody wait at their own.
        """
        with read(self._engine) as connection:
            person = get_staff(connection, staff_id)
        if person is not None and not person.is_active:
            person = None
        account = person.email if person else staff_id
        answer = FactorAnswer(code, assertion)
        counted = f"{source} {old_key.lookup_id}"
        return self._open(person, account, passphrase, answer, source=counted, old_key=old_key, kind="session:unlocked")

    def check_passphrase(self, staff_id: str, passphrase: str, *, source: str, key: BoxKey) -> None:
        """Check the passphrase of somebody who is signed in with `key`; refusals count for this session alone.

        Raises:
            SignInRefusedError: it is another.
            SignInDelayedError: too many refusals before, in this session.
            SignInBusyError: as :meth:`sign_in`.
        """
        with read(self._engine) as connection:
            person = get_staff(connection, staff_id)
        counted = f"{source} {key.lookup_id}"
        wait = self._throttle.find_wait(staff_id, counted)
        if wait:
            raise SignInDelayedError(wait)
        with self._derivations.take(source):
            identity = self._unlock(person, passphrase)
        if identity is None:
            self._throttle.count_refusal(staff_id, counted)
            self._tell_refused(staff_id)
            raise SignInRefusedError
        self._throttle.forget(staff_id, counted)

    def _open(
        self,
        person: Row[Any] | None,
        account: str,
        passphrase: str,
        answer: FactorAnswer,
        *,
        source: str,
        old_key: BoxKey | None,
        kind: str,
    ) -> Desk:
        wait = self._throttle.find_wait(account, source)
        if wait:
            raise SignInDelayedError(wait)
        with self._derivations.take(source):
            identity = self._unlock(person, passphrase)
        try:
            session = self._check_factor(person, identity, answer, kind)
        except SignInRefusedError as refusal:
            self._throttle.count_refusal(account, source)
            if not isinstance(refusal, CopiedPasskeyError):  # that one stands in the ledger by itself
                self._tell_refused(person.id if person is not None else UNKNOWN)
            raise
        self._throttle.forget(account, source)
        return self._start(session, old_key)

    def _unlock(self, person: Row[Any] | None, passphrase: str) -> Identity | None:
        if person is None:
            spend_unlock(passphrase, cost=self._cost)
            return None
        try:
            return unlock_identity(person.keyslot, passphrase, staff_id=person.id)
        except CannotOpenError:
            return None

    def _check_factor(
        self, person: Row[Any] | None, identity: Identity | None, answer: FactorAnswer, kind: str
    ) -> StaffSession:
        # A passkey cannot be guessed, so it is never made to wait. Nobody is told that a code waits: that would say
        # that the passphrase was right.
        is_waiting = person is not None and not answer.assertion and self._codes.find_wait(person.id, "") > 0
        if person is None or identity is None or is_waiting:
            self._decoy.check(self._engine, self._config, answer)
            raise SignInRefusedError
        started = Event(kind, person.id, actor=person.id)
        try:
            check_second_factor(
                self._engine, self._config, staff_id=person.id, identity=identity, answer=answer, then=started
            )
        except SignInRefusedError:
            self._codes.count_refusal(person.id, "")
            raise
        self._codes.forget(person.id, "")
        return self._make_session(person, identity)

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

    def _start(self, session: StaffSession, old_key: BoxKey | None) -> Desk:
        with write(self._engine) as connection:
            person = get_staff(connection, session.staff_id)
            # Closed, or given another key, while they were signing in: the session would outlive that.
            if person is None or not person.is_active or person.recipient != session.identity.recipient.raw:
                raise SignInRefusedError
            if old_key is not None:
                delete_box(connection, sessions, old_key.lookup_id)
            return Desk(put_session(connection, session, self._config), session=session)
