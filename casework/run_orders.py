"""What of a run is sealed, and to whom: the order to the worker and to who asked, a case's keys to the worker alone.

It must never seal keys to anybody but a worker whose public key was verified.
"""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from casework.case_keys import REPORT, WORK
from casework.orders import Order, read_order
from casework.worker_keys import LiveWorker, WorkerKey
from vault.contexts import Context
from vault.errors import CannotOpenError
from vault.identities import Identity
from vault.opening import open_identity, open_json, open_sealed
from vault.recipients import Recipient
from vault.sealing import seal, seal_identity, seal_json


@dataclass(frozen=True)
class RunOrder:
    """What was asked for of every case of a run. The salt keeps anybody from guessing it by its digest."""

    order: Order
    salt: str = field(repr=False)

    @property
    def digest(self) -> str:
        """What the ledger names the order by: SHA-256, in hexadecimal."""
        text = json.dumps(self._to_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def seal(self, run_id: str, recipients: Sequence[Recipient]) -> bytes:
        """Seal it to these, bound to its run."""
        return seal_json(self._to_json(), recipients=recipients, context=Context("run_order", (run_id,)))

    def _to_json(self) -> dict[str, Any]:
        return {"order": self.order.to_json(), "salt": self.salt}


def make_run_order(order: Order) -> RunOrder:
    """Make the order of a new run."""
    return RunOrder(order, secrets.token_hex(16))


def open_run_order(run: Row[Any], identity: Identity) -> RunOrder:
    """Open the order of a run.

    Raises:
        CannotOpenError: it is sealed to others, or is none.
    """
    values = open_json(run.sealed_order, identity=identity, context=Context("run_order", (run.id,)))
    try:
        return RunOrder(read_order(values["order"]), values["salt"])
    except (ValueError, TypeError, KeyError):
        raise CannotOpenError from None


@dataclass(frozen=True)
class CaseIdentities:
    """The private halves of the keys that a case has today."""

    case_id: str
    report: Identity = field(repr=False)
    work: Identity = field(repr=False)

    def seal(self, run_id: str, worker: LiveWorker) -> dict[str, bytes]:
        """Seal both to a worker, as the columns of a run's case."""
        return {
            f"sealed_{which}_identity": seal_identity(
                identity,
                recipients=[worker.recipient],
                context=Context(f"run_{which}_identity", (run_id, self.case_id, worker.id)),
            )
            for which, identity in ((REPORT, self.report), (WORK, self.work))
        }


def open_case_identities(row: Row[Any], key: WorkerKey) -> CaseIdentities:
    """Open the keys of a run's case that wait for this worker.

    Raises:
        CannotOpenError: they were made for another, or are not there.
    """
    place = (row.run_id, row.case_id, key.id)
    report, work = (
        open_identity(
            getattr(row, f"sealed_{which}_identity") or b"",
            identity=key.identity,
            context=Context(f"run_{which}_identity", place),
        )
        for which in (REPORT, WORK)
    )
    return CaseIdentities(row.case_id, report, work)


def seal_signing_key(run_id: str, signing_key: bytes | None, worker: LiveWorker) -> bytes | None:
    """Seal the key that signs documents (PKCS#12) to a worker; None where the office has none."""
    if signing_key is None:
        return None
    context = Context("run_document_key", (run_id, worker.id))
    return seal(signing_key, recipients=[worker.recipient], context=context)


def open_signing_key(run: Row[Any], key: WorkerKey) -> bytes | None:
    """Open the key that signs a run's documents; None where there is none.

    Raises:
        CannotOpenError: it is sealed to another.
    """
    if run.sealed_document_key is None:
        return None
    context = Context("run_document_key", (run.id, key.id))
    return open_sealed(run.sealed_document_key, identity=key.identity, context=context)


def seal_outcome(run_id: str, case_id: str, values: dict[str, Any], recipient: Recipient) -> bytes:
    """Seal what became of a case to who asked."""
    return seal_json(values, recipients=[recipient], context=Context("run_outcome", (run_id, case_id)))


def open_outcome(row: Row[Any], identity: Identity) -> dict[str, Any]:
    """Open what became of a case of a run.

    Raises:
        CannotOpenError: there is nothing, or it is sealed to a key that the person has no more.
    """
    context = Context("run_outcome", (row.run_id, row.case_id))
    values = open_json(row.sealed_outcome or b"", identity=identity, context=context)
    if not isinstance(values, dict):
        raise CannotOpenError
    return values
