"""Documents that leave the office, signed as it signs them."""

from __future__ import annotations

from casework.caseworker import Caseworker
from casework.document_keys import open_document_key
from exports.signatures.signing import sign_pdf
from web import clock


def sign_document(caseworker: Caseworker, content: bytes) -> bytes:
    """The document with the signature that this person can put on it."""
    key = open_document_key(caseworker)
    assert key is not None
    return sign_pdf(content, key, None, reason="Case summary", at=clock.now())
