"""What the office can tell about a PDF that somebody brings: whole, ours, signed when, and whether the ledger has it.

The file is kept nowhere. Of which case it was an export is told only to who may open that case.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection

from casework.caseworker import Caseworker
from casework.document_keys import OfficeCertificate, list_certificates
from casework.ledger_writing import SITE, find_verify_keys, make_signature_check
from exports.signatures.verifying import Verdict, verify_pdf
from models.cases import get_case_key, list_references
from models.engine import read
from models.ledger_search import list_digest_rows, read_signed
from models.staff import list_staff
from models.withdrawals import get_withdrawal

LARGEST_PDF: Final = 40_000_000
EXPORTED: Final = "case:exported"
_MOST_SHOWN = 20


@dataclass(frozen=True)
class RecordedExport:
    """One export that the ledger recorded with this digest. `reference` and `who` are empty where they are not told."""

    exported_at: datetime
    reference: str = ""
    who: str = ""


@dataclass(frozen=True)
class DocumentCheck:
    """What was found. `certificate` is the office's own that signed it, None where none did."""

    verdict: Verdict
    certificate: OfficeCertificate | None
    sha256: str
    exports: tuple[RecordedExport, ...]

    @property
    def is_signed_later(self) -> bool:
        """Whether it says that it was signed after the key was replaced, which nobody here does."""
        retired = self.certificate.retired_on if self.certificate else None
        signed_at = self.verdict.signed_at
        # The day is the office's and the time UTC: a day more is no sign of anything.
        return bool(retired and signed_at and (signed_at.date() - retired).days > 1)


def check_document(caseworker: Caseworker, content: bytes) -> DocumentCheck:
    """Check a file that somebody brings against itself, the office's certificates and the ledger.

    Raises:
        UntrustedKeyError: the stored certificates are not the office's.
    """
    verdict = verify_pdf(content)
    known = list_certificates(caseworker.engine, caseworker.config)
    certificate = next((each for each in known if verdict.is_whole and each.certificate == verdict.certificate), None)
    digest = hashlib.sha256(content).hexdigest()
    return DocumentCheck(verdict, certificate, digest, _list_exports(caseworker, digest))


def _list_exports(caseworker: Caseworker, digest: str) -> tuple[RecordedExport, ...]:
    check = make_signature_check(find_verify_keys(caseworker.config)[SITE])
    with read(caseworker.engine) as connection:
        rows = list_digest_rows(connection, EXPORTED, digest, limit=_MOST_SHOWN)
        entries = [entry for row in rows if (entry := read_signed(row, check)) is not None]
        names = {person.id: person.name for person in list_staff(connection)} if entries else {}
        return tuple(_describe(connection, caseworker, entry, names) for entry in entries)


def _describe(
    connection: Connection, caseworker: Caseworker, entry: Mapping[str, Any], names: Mapping[str, str]
) -> RecordedExport:
    exported_at = datetime.fromisoformat(str(entry["when"])).astimezone(UTC)
    case_id = str(entry["subject"])
    is_held = get_case_key(connection, case_id, caseworker.session.holder_ids) is not None
    if not is_held or get_withdrawal(connection, case_id) is not None:
        return RecordedExport(exported_at)
    reference = list_references(connection, [case_id]).get(case_id, "")
    return RecordedExport(exported_at, reference, names.get(str(entry["actor"]), ""))
