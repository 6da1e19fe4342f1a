"""A small document that is signed, and the key that signs it, for tests that turn over its every byte."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pikepdf

from exports.signatures.keys import DocumentKey, make_document_key
from exports.signatures.signing import sign_pdf

SIGNED_AT = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)


def make_key(name: str = "Prairie Legal Aid") -> DocumentKey:
    """A document key of an office."""
    return make_document_key(name, SIGNED_AT)


def make_small_pdf() -> bytes:
    """One empty page."""
    pdf, target = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page(page_size=(612, 792))
    pdf.save(target)
    return target.getvalue()


def sign(content: bytes, key: DocumentKey) -> bytes:
    """The document, signed as a case summary is."""
    return sign_pdf(content, key.pkcs12, None, reason="Case summary", at=SIGNED_AT)


def find_signature(signed: bytes) -> tuple[int, int]:
    """Where the hexadecimal string of the signature begins and ends, with its brackets."""
    start = signed.index(b"/Contents <") + len("/Contents ")
    return start, signed.index(b">", start) + 1
