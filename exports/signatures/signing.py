"""Signing a finished PDF with the office's document key: PAdES baseline B-B (ETSI EN 319 142-1), by pyHanko.

The signature is appended; not a byte of the document before it changes. The time in it is the office's own word: no
timestamp server is asked, and nothing is fetched. Keys live in memory for the length of a call.
"""

import asyncio
import io
import re
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession

from exports.signatures.container import DIGEST
from exports.signatures.keys import UnreadableKeyError, read_document_key
from exports.signatures.verifying import verify_pdf

_FIELD = "Signature1"
# Read out by a screen reader where it meets the field (ISO 14289-1, 7.18.1). The field itself is not seen: it has no
# size and lies outside the page, so that it needs neither a picture of itself (ISO 19005-3, 6.3.3) nor a tag.
_FIELD_NAME = "Signature of the office"
_REASON = re.compile(r"[A-Za-z0-9 .,:-]{1,200}")


class CannotSignError(Exception):
    """A document cannot be signed: it is no PDF, is encrypted or signed already, or the key does not open."""


def sign_pdf(content: bytes, key: bytes, passphrase: bytes | None, *, reason: str, at: datetime) -> bytes:
    """Append a signature to a PDF that has none; return the whole file.

    `key` is PKCS#12 (DER), opened with `passphrase` unless it needs none. `reason` is plain ASCII of ours, such as
    "Case summary", and stands readable in the file. `at` is aware.

    Raises:
        CannotSignError: see there. The file that would come out is checked before it is handed out.
    """
    if not _REASON.fullmatch(reason):
        raise CannotSignError("A reason is 1 to 200 plain letters, digits and stops.")
    try:
        # With its own certificate alone: a chain's others are signed by nothing in the file, bytes to play with.
        opened = read_document_key(key, passphrase, at)
    except UnreadableKeyError as fault:
        raise CannotSignError(fault.fault.name) from None
    metadata = PdfSignatureMetadata(
        field_name=_FIELD, subfilter=SigSeedSubFilter.PADES, md_algorithm=DIGEST, reason=reason
    )
    field = SigFieldSpec(
        _FIELD,
        on_page=0,
        invis_sig_settings=InvisSigSettings(box_out_of_bounds=True),
        readable_field_name=_FIELD_NAME,
    )
    target = io.BytesIO()
    try:
        writer = _AppendingWriter(io.BytesIO(content))
        if "/AcroForm" in writer.root or writer.prev.encrypted:
            raise CannotSignError("The document has a form or a signature, or is encrypted.")
        signer = SimpleSigner.load_pkcs12_data(opened.pkcs12, other_certs=[])
        pdf_signer = _DatedSigner(metadata, signer=signer, new_field_spec=field)
        pdf_signer.at = at.astimezone(UTC)
        _run_to_end(pdf_signer.async_sign_pdf(writer, output=target))
    except (PdfError, ValueError) as fault:
        # Its words could quote the document.
        raise CannotSignError(type(fault).__name__) from None
    signed = target.getvalue()
    if not signed.startswith(content) or not verify_pdf(signed, opened.certificate).is_ours:
        raise CannotSignError("What came out does not verify.")
    return signed


class _DatedSigner(PdfSigner):
    """A signer that writes the time that it is given: the program has one clock."""

    at: datetime

    def init_signing_session(self, *args: Any, **names: Any) -> PdfSigningSession:  # noqa: ANN401  # pyHanko's own
        session = super().init_signing_session(*args, **names)
        session.system_time = self.at
        return session


class _AppendingWriter(IncrementalPdfFileWriter):
    """A writer that leaves the document's metadata as they are: they were made to a standard, and name nobody."""

    def _update_meta(self) -> None:
        return


def _run_to_end(work: Coroutine[Any, Any, Any]) -> None:
    """Run pyHanko's coroutine in a thread of its own: an event loop cannot start where one runs already."""
    with ThreadPoolExecutor(1) as one:
        one.submit(asyncio.run, work).result()
