"""The office's document key: made or brought, replaced, opened to sign with; and the certificates it ever had.

A certificate counts only when the office signing key has signed it and the ledger names it: whoever writes to the
database can put no other in its place, nor an older one back. Nothing of a private key leaves but to whoever signs.
"""

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row

from casework.accounts import Granter
from casework.caseworker import Caseworker
from casework.errors import CaseworkError
from casework.ledger_writing import SITE, append_event, find_verify_keys, make_signature_check
from exports.signatures.certificates import find_end, find_name, fingerprint_certificate
from exports.signatures.keys import DocumentKey, UnreadableKeyError, check_document_key, make_document_key
from models.document_keys import get_document_key, list_document_keys, put_document_key, retire_document_key
from models.engine import read, write
from models.held_keys import lock_office_key
from models.ledger import Event
from models.ledger_search import EntryFilter, list_entry_rows, read_signed
from vault.contexts import Context
from vault.errors import CannotOpenError, UntrustedKeyError
from vault.opening import open_sealed
from vault.recipients import Recipient
from vault.sealing import seal
from vault.signing import SigningKey, VerifyKey
from web import clock
from web.config import CaseworkConfig

MADE, IMPORTED, RETIRED = "document_key:made", "document_key:imported", "document_key:retired"
FAULT = "The key for signing documents is not the one that the office signed and the ledger recorded last."
_PURPOSE = "document-certificate"
# Rows of these kinds that nobody signed are passed over; more of them than this are nobody's mistake.
_ENTRIES_READ = 50


class DocumentKeyChangedError(CaseworkError):
    """Somebody else replaced the document key, or the office key, at the same moment; nothing was changed."""


@dataclass(frozen=True)
class OfficeCertificate:
    """One certificate (DER) of the office: what it is called, from when to when, and whether it signs today.

    `office_key_id` names the office key that its private half is sealed to.
    """

    id: str
    certificate: bytes = field(repr=False)
    office_key_id: str
    made_on: date
    retired_on: date | None

    @property
    def fingerprint(self) -> str:
        """Its SHA-256, in groups."""
        return fingerprint_certificate(self.certificate)

    @property
    def name(self) -> str:
        """The name in it."""
        return find_name(self.certificate)

    @property
    def ends_at(self) -> datetime:
        """When it expires."""
        return find_end(self.certificate)

    @property
    def signs(self) -> bool:
        """Whether documents are signed with it today."""
        return self.retired_on is None and clock.now() < self.ends_at


def make_key_row(
    key: DocumentKey, *, office_key_id: str, recipient: Recipient, signing_key: SigningKey, made_on: date
) -> dict[str, Any]:
    """Seal a document key to the office key and sign its certificate: the columns of a new row."""
    document_key_id = str(uuid.uuid4())
    return {
        "id": document_key_id,
        "certificate": key.certificate,
        "certificate_signature": signing_key.sign(_bind(document_key_id, key.certificate), purpose=_PURPOSE),
        "office_key_id": office_key_id,
        "sealed_key": seal(
            key.pkcs12, recipients=[recipient], context=Context("document_key", (document_key_id, office_key_id))
        ),
        "made_on": made_on,
        "retired_on": None,
    }


def name_new_key(row: dict[str, Any], kind: str = MADE, actor: str = "") -> Event:
    """Return the entry of a new key: it names the certificate by its SHA-256."""
    return Event(kind, row["id"], hashlib.sha256(row["certificate"]).hexdigest(), actor)


def replace_document_key(
    caseworker: Caseworker, granter: Granter, brought: DocumentKey | None, *, replaces: str | None
) -> str:
    """Sign documents with a key that the office brought, or with a new one, from now on; return its id.

    `replaces` is the id of the key that whoever asks has seen, None for none: the same page sent twice makes one.

    Raises:
        DocumentKeyChangedError: another key, or another office key, is in use than they have seen.
        UntrustedKeyError: what is stored is not the office's.
    """
    engine, config = caseworker.engine, caseworker.config
    key = brought or make_document_key(config.office_name, clock.now())
    office_key_id, identity = next(iter(granter.office_identities.items()))
    row = make_key_row(
        key,
        office_key_id=office_key_id,
        recipient=identity.recipient,
        signing_key=granter.signing_key,
        made_on=caseworker.today,
    )
    with write(engine) as connection:
        office_key = lock_office_key(connection)
        todays = get_document_key(connection)
        if office_key is None or office_key.id != office_key_id or (todays.id if todays else None) != replaces:
            raise DocumentKeyChangedError
        if todays is not None:
            retire_document_key(connection, todays.id, caseworker.today)
            append_event(connection, Event(RETIRED, todays.id, actor=caseworker.staff_id), config)
        put_document_key(connection, **row)
        append_event(connection, name_new_key(row, IMPORTED if brought else MADE, caseworker.staff_id), config)
    return str(row["id"])


def list_certificates(engine: Engine, config: CaseworkConfig) -> tuple[OfficeCertificate, ...]:
    """List every certificate that the office ever had, today's first; none before its first.

    Raises:
        UntrustedKeyError: one of them is not signed by the office, or today's is not the one of the ledger.
    """
    with read(engine) as connection:
        return _list(connection, config)


def are_certificates_vouched(connection: Connection, config: CaseworkConfig) -> bool:
    """Whether every stored certificate is the office's, and today's the one that the ledger recorded last."""
    try:
        _list(connection, config)
    except UntrustedKeyError:
        return False
    return True


def open_document_key(caseworker: Caseworker) -> bytes | None:
    """Open the key that documents are signed with (PKCS#12, no passphrase); None where there is none, or it expired.

    Raises:
        UntrustedKeyError: what is stored is not what the office signed and the ledger recorded.
        CannotOpenError: this person holds no office key that it was sealed to.
    """
    with read(caseworker.engine) as connection:
        row = get_document_key(connection)
        _check_newest(connection, caseworker.config, row)
    if row is None or not _read(row, caseworker.config).signs:
        return None
    identity = caseworker.session.office_identities.get(row.office_key_id)
    if identity is None:
        raise CannotOpenError
    content = open_sealed(
        row.sealed_key, identity=identity, context=Context("document_key", (row.id, row.office_key_id))
    )
    try:
        check_document_key(content, row.certificate)
    except UnreadableKeyError:
        raise UntrustedKeyError from None
    return content


def _list(connection: Connection, config: CaseworkConfig) -> tuple[OfficeCertificate, ...]:
    rows = list_document_keys(connection)
    _check_newest(connection, config, next((row for row in rows if row.retired_on is None), None))
    return tuple(_read(row, config) for row in rows)


def _read(row: Row[Any], config: CaseworkConfig) -> OfficeCertificate:
    VerifyKey(config.office_verify_key).verify(
        _bind(row.id, row.certificate), row.certificate_signature, purpose=_PURPOSE
    )
    return OfficeCertificate(row.id, row.certificate, row.office_key_id, row.made_on, row.retired_on)


def _check_newest(connection: Connection, config: CaseworkConfig, todays: Row[Any] | None) -> None:
    """Check that today's key is the one that the ledger recorded last. Raises UntrustedKeyError."""
    check = make_signature_check(find_verify_keys(config)[SITE])
    wanted = EntryFilter(SITE, kinds=(MADE, IMPORTED))
    rows = list_entry_rows(connection, wanted, limit=_ENTRIES_READ)
    newest = next((entry for row in rows if (entry := read_signed(row, check)) is not None), None)
    if newest is None and todays is None:
        return
    if newest is None or todays is None:
        raise UntrustedKeyError
    if (newest["subject"], newest["digest"]) != (todays.id, hashlib.sha256(todays.certificate).hexdigest()):
        raise UntrustedKeyError


def _bind(document_key_id: str, certificate: bytes) -> bytes:
    return f"{document_key_id}\n".encode() + certificate
