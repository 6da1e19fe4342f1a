"""A case's keys: opening what one person holds of them, and the public halves to seal to.

It must never give a public key that neither the public site nor the office signed for this very case.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from vault.contexts import Context
from vault.errors import CannotOpenError, UntrustedKeyError
from vault.identities import Identity
from vault.keyrings import Keyring
from vault.opening import open_identity
from vault.recipients import Recipient
from vault.signing import verify_recipient
from web.config import CaseworkConfig

REPORT, WORK = "report", "work"


def open_case_keyring(which: str, key_row: Row[Any], holder: Identity, former: Sequence[Row[Any]]) -> Keyring | None:
    """Open a case's report or work identity for a holder, with those that the case had before; None if it does not.

    `former` are the case's former keys, newest generation first; each is sealed to the one after it. One that does not
    open ends the chain there: what is older stays shut.
    """
    try:
        newest = open_identity(
            getattr(key_row, f"sealed_{which}_identity"),
            identity=holder,
            context=Context(f"{which}_identity", (key_row.case_id, key_row.holder_id)),
        )
    except CannotOpenError:
        return None
    return add_former_keys(which, newest, former)


def add_former_keys(which: str, newest: Identity, former: Sequence[Row[Any]]) -> Keyring:
    """Open the identities that a case had before its newest one, as far as the chain of them opens."""
    identities = [newest]
    for row in former:
        context = Context(f"former_{which}_identity", (row.case_id, str(row.generation)))
        try:
            sealed = getattr(row, f"sealed_{which}_identity")
            identities.append(open_identity(sealed, identity=identities[-1], context=context))
        except CannotOpenError:
            break
    return Keyring(identities)


def find_case_recipient(which: str, row: Row[Any], config: CaseworkConfig) -> Recipient:
    """Find the report or work recipient of a case: signed by the public site at filing, later by the office.

    Raises:
        UntrustedKeyError: neither signed it for this case.
    """
    verify_key = config.office_verify_key if row.key_generation else config.intake_verify_key
    return verify_recipient(
        getattr(row, f"{which}_recipient"),
        getattr(row, f"{which}_recipient_signature"),
        context=Context(f"case_{which}_recipient", (row.id,)),
        verify_key=verify_key,
    )


def find_own_recipient(which: str, row: Row[Any], keyring: Keyring | None, config: CaseworkConfig) -> Recipient:
    """Find a recipient of a case as `find_case_recipient`, which must be that of the key that the case was opened with.

    Whoever stole a site's signing key could sign one of their own, and whoever writes to the database could put an
    older one back.

    Raises:
        UntrustedKeyError: nobody signed it, or it is another's.
    """
    recipient = find_case_recipient(which, row, config)
    if keyring is None or keyring.newest.recipient != recipient:
        raise UntrustedKeyError
    return recipient
