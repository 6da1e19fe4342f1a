"""Writing to casework's chain of the ledger, and checking whose signature an entry carries."""

from dataclasses import replace

from sqlalchemy import Connection, Engine

from casework.account_vouching import find_account_digest, is_about_account
from models.engine import write
from models.ledger import Event, append
from models.ledger_walk import SignatureCheck
from vault.signing import SigningKey, VerifyKey
from web import clock
from web.config import CaseworkConfig
from web.key_alarm import EVENT

SITE = "casework"
PURPOSE = "ledger-entry"


def append_event(connection: Connection, event: Event, config: CaseworkConfig) -> int:
    """Append what staff did to the ledger, signed by this site; the last step of a deed's transaction.

    An entry about an account also says, as a digest, how the account stands after the deed.
    """
    if is_about_account(event.kind):
        state = find_account_digest(connection, event.subject)
        event = replace(event, digest=state) if event.item else replace(event, item=state)
    key = SigningKey.from_bytes(config.signing_key)
    return append(connection, SITE, event, clock.now(), lambda entry: key.sign(entry, purpose=PURPOSE))


def record_untrusted_key(engine: Engine, config: CaseworkConfig) -> None:
    """Record that a stored public key was not its owner's, and that nothing was sealed to it."""
    with write(engine) as connection:
        append_event(connection, Event(EVENT, ""), config)


def find_verify_keys(config: CaseworkConfig) -> dict[str, bytes]:
    """Return the public key that each site's entries are signed with."""
    return {"intake": config.intake_verify_key, SITE: SigningKey.from_bytes(config.signing_key).verify_key}


def make_signature_check(verify_key: bytes) -> SignatureCheck:
    """Make the check that an entry's signature is a site's; it raises UntrustedKeyError."""
    key = VerifyKey(verify_key)

    def check(entry: bytes, signature: bytes) -> None:
        key.verify(entry, signature, purpose=PURPOSE)

    return check
