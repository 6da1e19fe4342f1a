"""Keys of workers: each makes one in memory when it begins, and people seal to it what it needs for their work.

The private half must never be stored, logged or handed on: it dies with the worker. Nothing is sealed to a worker whose
public key this site did not sign.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from casework.ledger_writing import SITE, find_verify_keys
from models.engine import write
from models.workers import BEAT_SECONDS, delete_worker, list_live_workers, mark_worker_seen, put_worker
from vault.contexts import Context
from vault.identities import Identity
from vault.recipients import Recipient
from vault.signing import SigningKey, sign_recipient, verify_recipient
from web import clock
from web.config import CaseworkConfig
from web.errors import log_failure

_KIND: Final = "worker_recipient"


@dataclass(frozen=True)
class WorkerKey:
    """A worker's own id and identity."""

    id: str
    identity: Identity = field(repr=False)


@dataclass(frozen=True)
class LiveWorker:
    """A worker that is up, with its verified public key."""

    id: str
    recipient: Recipient


def make_worker_key() -> WorkerKey:
    """Make the key of a worker that begins."""
    return WorkerKey(str(uuid4()), Identity.generate())


def announce_worker(engine: Engine, config: CaseworkConfig, key: WorkerKey) -> None:
    """Say that a worker is up, with its public key, signed by this site."""
    now, raw = _now(), key.identity.recipient.raw
    signer = SigningKey.from_bytes(config.signing_key)
    signature = sign_recipient(raw, context=Context(_KIND, (key.id,)), key=signer)
    with write(engine) as connection:
        if not mark_worker_seen(connection, key.id, now):
            put_worker(connection, worker_id=key.id, recipient=raw, signature=signature, now=now)


def dismiss_worker(engine: Engine, key: WorkerKey) -> None:
    """Say that a worker has ended: what is sealed to it waits for who asked."""
    with write(engine) as connection:
        delete_worker(connection, key.id)


@contextmanager
def keep_announced(engine: Engine, config: CaseworkConfig, key: WorkerKey) -> Iterator[None]:
    """Say inside the block, every few seconds, that a worker is up. A database that does not answer is asked again."""
    has_ended = Event()

    def beat() -> None:
        while True:
            try:
                announce_worker(engine, config, key)
            except SQLAlchemyError as error:
                log_failure(error)
            if has_ended.wait(BEAT_SECONDS):
                return

    thread = Thread(target=copy_context().run, args=(beat,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        has_ended.set()
        thread.join()
        try:
            dismiss_worker(engine, key)
        except SQLAlchemyError as error:
            log_failure(error)


def find_live_worker(connection: Connection, config: CaseworkConfig) -> LiveWorker | None:
    """Find the worker with the least to do, or None where none is up.

    Raises:
        UntrustedKeyError: this site did not sign the key of one that claims to be up.
    """
    verify_key = find_verify_keys(config)[SITE]
    found = [
        LiveWorker(
            row.id,
            verify_recipient(
                row.recipient, row.recipient_signature, context=Context(_KIND, (row.id,)), verify_key=verify_key
            ),
        )
        for row in list_live_workers(connection, _now())
    ]
    return found[0] if found else None


def _now() -> int:
    return int(clock.now().timestamp())
