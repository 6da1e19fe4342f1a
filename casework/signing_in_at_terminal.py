"""Signing in at a terminal for the length of one command. The session ends with it, however it ends."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from casework import terminal
from casework.sessions import StaffSession, end_session
from casework.signing_in import SignInDesk
from web.config import CaseworkConfig


@contextmanager
def sign_in_at_terminal(engine: Engine, config: CaseworkConfig) -> Iterator[StaffSession]:
    """Ask who it is, and give their open session. Raises as `SignInDesk.sign_in`."""
    desk = SignInDesk(engine, config).sign_in(
        terminal.ask("Your e-mail"),
        terminal.ask_secret("Your passphrase"),
        terminal.ask("Code from your app, or a recovery code"),
        source="terminal",
    )
    assert desk.session is not None
    assert desk.key is not None
    try:
        yield desk.session
    finally:
        end_session(engine, desk.key, desk.session.staff_id, config)
