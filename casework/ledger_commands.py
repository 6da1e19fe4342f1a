"""Checking the ledger and the installation from the command line and from the ledger's page.

Nothing here opens anything that people wrote: it reads ids, digests and public keys.
"""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import Connection, Engine

from casework.account_vouching import list_unvouched_accounts
from casework.document_keys import FAULT as DOCUMENT_KEY_FAULT
from casework.document_keys import are_certificates_vouched
from casework.head_mail import find_mail_fault
from casework.last_check import find_check_fault
from casework.ledger_writing import SITE, find_verify_keys, make_signature_check
from casework.office_vouching import FAULT as OFFICE_KEY_FAULT
from casework.office_vouching import is_office_key_vouched
from models.destroying import list_to_settle
from models.emptying import EMPTY_STORE
from models.engine import has_newest_schema, read
from models.jobs import list_jobs
from models.ledger_walk import ChainReport, KeptHead, walk_chain
from models.office_keys import count_holders, get_office_key
from models.staff import list_staff
from vault.contexts import Context
from vault.errors import UntrustedKeyError
from vault.signing import verify_recipient
from web import clock
from web.config import CaseworkConfig

_GRACE = timedelta(days=1)


def verify_chains(
    engine: Engine, config: CaseworkConfig, kept: Mapping[str, tuple[KeptHead, ...]]
) -> list[ChainReport]:
    """Walk both chains; `kept` are heads by site that were kept outside the house."""
    with read(engine) as connection:
        if engine.name == "postgresql":
            # One view of the database for entries and heads, however many are being added meanwhile.
            connection.execution_options(isolation_level="REPEATABLE READ")
        return [
            walk_chain(connection, site, make_signature_check(verify_key), kept.get(site, ()))
            for site, verify_key in sorted(find_verify_keys(config).items())
        ]


def find_faults(engine: Engine, config: CaseworkConfig) -> list[str]:
    """Return what stands in the way of serving, as plain sentences; none when all is well."""
    if not has_newest_schema(engine):
        return ["The database is not at the newest schema: run the migrations first."]
    faults = []
    with read(engine) as connection:
        office_key = get_office_key(connection)
        if office_key is None:
            return ["There is no office key: hold the key ceremony first."]
        if not count_holders(connection, office_key.id):
            faults.append("Nobody holds the office identity: nobody could open a report.")
        faults += _find_unvouched(connection, config, office_key.id)
        faults += _find_undone(connection, config)
        faults += filter(None, [find_check_fault(connection, config), find_mail_fault(connection, config)])
    try:
        verify_recipient(
            office_key.recipient,
            office_key.recipient_signature,
            context=Context("office_recipient", (office_key.id,)),
            verify_key=config.office_verify_key,
        )
    except UntrustedKeyError:
        faults.append("The stored office recipient is not signed by this office: reports must not be sealed to it.")
    return faults


def _find_unvouched(connection: Connection, config: CaseworkConfig, office_key_id: str) -> list[str]:
    """Return which accounts and keys are not as the ledger recorded them last."""
    check = make_signature_check(find_verify_keys(config)[SITE])
    faults = [] if is_office_key_vouched(connection, office_key_id, check) else [OFFICE_KEY_FAULT]
    if not are_certificates_vouched(connection, config):
        faults.append(DOCUMENT_KEY_FAULT)
    unvouched = list_unvouched_accounts(connection, check)
    names = [row.name for row in list_staff(connection) if row.id in unvouched]
    return [*faults, *(f"The account of {name} is not as the ledger recorded it last." for name in names)]


def _find_undone(connection: Connection, config: CaseworkConfig) -> list[str]:
    """Return what the worker, or the owner's program for emptying, should have done since yesterday."""
    faults = []
    if list_to_settle(connection, clock.today(config.time_zone) - _GRACE):
        faults.append("Reports that were taken back are not destroyed in time: no worker is running, or it fails.")
    yesterday = int((clock.now() - _GRACE).timestamp())
    if any(job.kind == EMPTY_STORE and job.run_after < yesterday for job in list_jobs(connection)):
        faults.append("Destroyed rows are still in the database's files: run python -m models.emptying as its owner.")
    return faults
