"""Certificates as files: read from PEM (one or several) or DER, written as PEM, and their fingerprints."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

_GROUP = 4


class UnreadableCertificateError(Exception):
    """A file holds no certificate."""


def read_certificates(content: bytes) -> tuple[bytes, ...]:
    """Read every certificate of a PEM file, or the one of a DER file: as DER, in their order.

    Raises:
        UnreadableCertificateError: there is none, or one is damaged.
    """
    try:
        found = (
            x509.load_pem_x509_certificates(content)
            if b"-----BEGIN" in content
            else [x509.load_der_x509_certificate(content)]
        )
    except ValueError:
        raise UnreadableCertificateError from None
    return tuple(each.public_bytes(Encoding.DER) for each in found)


def write_pem(certificates: Iterable[bytes]) -> bytes:
    """Write certificates (DER) as one PEM file, in their order."""
    return b"".join(x509.load_der_x509_certificate(each).public_bytes(Encoding.PEM) for each in certificates)


def fingerprint_certificate(certificate: bytes) -> str:
    """The SHA-256 of a certificate (DER) as other programs print it, in groups: "3F2A 09C1 ...", 64 digits."""
    digits = hashlib.sha256(certificate).hexdigest().upper()
    return " ".join(digits[start : start + _GROUP] for start in range(0, len(digits), _GROUP))


def find_end(certificate: bytes) -> datetime:
    """When a certificate (DER) expires, aware."""
    return x509.load_der_x509_certificate(certificate).not_valid_after_utc


def find_name(certificate: bytes) -> str:
    """The name that a certificate (DER) gives itself, empty without one. Anybody can write any name there."""
    try:
        subject = x509.load_der_x509_certificate(certificate).subject
    except ValueError:
        return ""
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for attribute in subject.get_attributes_for_oid(kind):
            text = attribute.value
            if isinstance(text, str) and text.isprintable():
                return text
    return ""
