"""Whether what is stored is what the ledger recorded last, for everything at once. It opens nothing.

A chain can hold while rows were changed, put back or taken away beside it. Each case's page says so of itself; this
looks at all of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row

from casework.account_vouching import list_unvouched_accounts
from casework.document_keys import FAULT as DOCUMENT_KEY_FAULT
from casework.document_keys import are_certificates_vouched
from casework.ledger_writing import SITE, find_verify_keys, make_signature_check
from casework.office_vouching import FAULT as OFFICE_KEY_FAULT
from casework.office_vouching import is_office_key_vouched
from casework.vouching import CaseLedger, find_keys_digest, read_case_ledger
from models.cases import iterate_case_cards, list_sealed_items
from models.engine import read
from models.office_keys import get_office_key
from models.staff import list_staff
from web.config import CaseworkConfig

_MOST_FAULTS = 50
_DESTROYED = "report:destroyed"


@dataclass(frozen=True)
class StoredReport:
    """How many cases were looked at, and what does not match; `more` counts the faults that are not listed."""

    cases: int
    faults: tuple[str, ...]
    more: int = 0


def compare_stored(engine: Engine, config: CaseworkConfig) -> StoredReport:
    """Compare every stored item, card, account and the office key with the newest verified entry about it."""
    faults: list[str] = []
    count = more = 0
    with read(engine) as connection:
        faults += _compare_office(connection, config)
        for row in iterate_case_cards(connection):
            count += 1
            for fault in _compare_case(connection, config, row):
                if len(faults) < _MOST_FAULTS:
                    faults.append(f"Case {row.reference}: {fault}")
                else:
                    more += 1
    return StoredReport(count, tuple(faults), more)


def _compare_office(connection: Connection, config: CaseworkConfig) -> Iterator[str]:
    check = make_signature_check(find_verify_keys(config)[SITE])
    key = get_office_key(connection)
    if key is None or not is_office_key_vouched(connection, key.id, check):
        yield OFFICE_KEY_FAULT.removesuffix(".")
    if not are_certificates_vouched(connection, config):
        yield DOCUMENT_KEY_FAULT.removesuffix(".")
    unvouched = list_unvouched_accounts(connection, check)
    for row in list_staff(connection):
        if row.id in unvouched:
            yield f"The account of {row.name} is not as the ledger recorded it last"


def _compare_case(connection: Connection, config: CaseworkConfig, case: Row[Any]) -> Iterator[str]:
    ledger = read_case_ledger(connection, case.id, config)
    items = list_sealed_items(connection, case.id)
    if ledger.forged:
        yield f"{ledger.forged} entries of the ledger about it are not signed by their site"
    if not ledger.entries:
        yield "the ledger knows nothing of it"
    if not ledger.vouches_for_keys(find_keys_digest(case.report_recipient, case.work_recipient)):
        yield "its public keys are not the ones that it got last"
    if not items and case.sealed_card is None and _is_destroyed(ledger):
        return
    if case.sealed_card is None or not ledger.vouches_for_card(case.id, case.sealed_card):
        yield "its row in the queue is not the newest one that the ledger recorded"
    for item in items:
        if not ledger.vouches_for(item):
            yield f"a stored {_name_kind(item.kind)} is not what the ledger recorded"
    for entry in ledger.list_missing({item.id for item in items}):
        yield f"what the ledger recorded as {entry.kind} is not stored any more"


def _is_destroyed(ledger: CaseLedger) -> bool:
    return any(entry.kind == _DESTROYED for entry in ledger.entries)


def _name_kind(kind: str) -> str:
    return kind.replace("_", " ")
