"""Telling whether a PDF is as it was when it was signed, by whom, and when. Every byte of the file counts.

The file is looked at as bytes and never opened as a PDF: nothing in it is unpacked, so a hostile file does nothing
here. It must never say "whole" of a file of which one byte was changed, and never say more than the signature does.
"""

import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum

from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from exports.signatures.certificates import find_name, fingerprint_certificate, read_certificates
from exports.signatures.container import write_container

_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]")
_SIGNED_AT = re.compile(rb"/M\s*\(D(?::|\\072)(\d{14})(?:Z|([+-])(\d\d)'(\d\d)'?)\)")
_LARGEST_CONTAINER = 200_000  # bytes, as hexadecimal digits; ours are 5,000 to 20,000
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"  # RFC 5652, section 11
_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.47"  # RFC 5035, section 3


class Fault(Enum):
    """Why a file is not whole, in words."""

    NOT_A_PDF = "This is not a PDF file."
    NOT_SIGNED = "The file carries no signature. It was never signed, or somebody took the signature off."
    SIGNED_TWICE = "The file carries more than one signature. Ours carry exactly one."
    CHANGED = "The file was changed after it was signed."
    OTHER_FORM = (
        "The signature is not in the form that this program writes: "
        "somebody changed it, or another program signed the file."
    )


@dataclass(frozen=True)
class Verdict:
    """What a file's signature tells.

    `fingerprint` is that of the signer's certificate (SHA-256), `signer` the name that the certificate gives itself.
    Both and `signed_at` are empty unless the file is whole. `is_ours` is None where no certificate was given.
    """

    fault: Fault | None
    certificate: bytes = b""
    signed_at: datetime | None = None
    is_ours: bool | None = None

    @property
    def is_whole(self) -> bool:
        """Whether every byte is as it was when it was signed."""
        return self.fault is None

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the signer's certificate, in groups."""
        return fingerprint_certificate(self.certificate) if self.certificate else ""

    @property
    def signer(self) -> str:
        """The name in the signer's certificate, which anybody can write into one of their own."""
        return find_name(self.certificate) if self.certificate else ""

    @property
    def sentences(self) -> tuple[str, ...]:
        """The verdict in plain sentences."""
        if self.fault is not None:
            return (f"NOT WHOLE. {self.fault.value}", "Do not rely on it. Ask for the file again.")
        told = ["WHOLE. Not one byte was changed since it was signed."]
        if self.is_ours:
            told.append("OURS. It was signed with the key of this certificate.")
        elif self.is_ours is False:
            told.append("NOT OURS. It was signed with the key of another certificate.")
        else:
            told.append("Whose it is: compare the fingerprint with the one that the office tells you.")
        return tuple(told)


def verify_pdf(content: bytes, certificate: bytes | None = None) -> Verdict:
    """Check a file against its own signature, and against a certificate (PEM, with one or several, or DER).

    Raises:
        UnreadableCertificateError: the certificate given is none. Whatever the file is never raises.
    """
    known = read_certificates(certificate) if certificate is not None else None
    place = _find_signature(content)
    if isinstance(place, Fault):
        return _judge(place, known)
    start, end = place
    try:
        signer, attributes, signature = _read_container(content[start:end])
    except Exception:  # noqa: BLE001  # what parsers raise over bytes that anybody chose is not to be foreseen
        return _judge(Fault.OTHER_FORM, known)
    digest = hashlib.sha256(memoryview(content)[:start])
    digest.update(memoryview(content)[end:])
    fault = _check_signature(signer, attributes, signature, digest.digest())
    if fault is not None:
        return _judge(fault, known)
    is_ours = None if known is None else signer in known
    return Verdict(None, signer, _find_signed_at(content, start, end), is_ours)


def _judge(fault: Fault, known: Sequence[bytes] | None) -> Verdict:
    return Verdict(fault, is_ours=None if known is None else False)


def _find_signature(content: bytes) -> tuple[int, int] | Fault:
    """Find where the signature's hexadecimal string begins and ends, its brackets included."""
    if not content.startswith(b"%PDF-"):
        return Fault.NOT_A_PDF
    ranges = [tuple(int(number) for number in match.groups()) for match in _RANGE.finditer(content)]
    if not ranges:
        return Fault.NOT_SIGNED
    placed = [each for each in ranges if _is_around_string(content, *each)]
    if len(placed) > 1:
        return Fault.SIGNED_TWICE
    if not placed:
        return Fault.CHANGED
    _zero, start, end, length = placed[0]
    # What stands behind the end was added afterwards.
    return (start, end) if end + length == len(content) else Fault.CHANGED


def _is_around_string(content: bytes, first: int, start: int, end: int, _length: int) -> bool:
    is_inside = first == 0 < start < end <= len(content) and end - start <= _LARGEST_CONTAINER
    return is_inside and content[start : start + 1] == b"<" and content[end - 1 : end] == b">"


def _read_container(string: bytes) -> tuple[bytes, bytes, bytes]:
    """Read the signer's certificate (DER), the signed attributes (DER, as a SET) and the signature out of the string.

    Raises:
        Exception: whatever parsers raise; ValueError where it is not what this program writes, to the digit.
    """
    content = cms.ContentInfo.load(binascii.unhexlify(string[1:-1]))["content"]
    signer_info = content["signer_infos"][0]
    certificate = content["certificates"][0].chosen.dump()
    attributes = signer_info["signed_attrs"].untag().dump()
    signature = signer_info["signature"].native
    expected = write_container(certificate, attributes, signature).hex().upper().encode()
    if string != b"<" + expected.ljust(len(string) - 2, b"0") + b">":
        raise ValueError("Another form.")
    return certificate, attributes, signature


def _check_signature(certificate: bytes, attributes: bytes, signature: bytes, digest: bytes) -> Fault | None:
    try:
        values = {each["type"].dotted: each["values"] for each in cms.CMSAttributes.load(attributes, strict=True)}
        named = tsp.SigningCertificateV2.load(values[_SIGNING_CERTIFICATE][0].dump(), strict=True)["certs"][0]
        # RFC 5035: without a name for it, the hash is SHA-256.
        is_named = named["hash_algorithm"]["algorithm"].native == "sha256"
        is_named = is_named and named["cert_hash"].native == hashlib.sha256(certificate).digest()
        is_data = values[_CONTENT_TYPE][0].native == "data"
        signed_digest = values[_MESSAGE_DIGEST][0].native
        _verify(certificate, attributes, signature)
    except InvalidSignature:
        return Fault.CHANGED
    except Exception:  # noqa: BLE001  # the same
        return Fault.OTHER_FORM
    if not (is_named and is_data):
        return Fault.OTHER_FORM
    return None if signed_digest == digest else Fault.CHANGED


def _verify(certificate: bytes, attributes: bytes, signature: bytes) -> None:
    key = x509.load_der_x509_certificate(certificate).public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, attributes, ec.ECDSA(hashes.SHA256()))
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, attributes, padding.PKCS1v15(), hashes.SHA256())
    else:
        raise TypeError("Another kind of key.")


def _find_signed_at(content: bytes, start: int, end: int) -> datetime | None:
    """Find the time that the signer wrote beside the signature; None where none, or more than one, can be read."""
    opened = content.rfind(b" obj", 0, start)
    closed = content.find(b"endobj", end)
    around = content[max(opened, 0) : start] + content[end : closed if closed >= 0 else len(content)]
    found = _SIGNED_AT.findall(around)
    if len(found) != 1:
        return None
    digits, sign, hours, minutes = (part.decode() for part in found[0])
    ahead = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    try:
        moment = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=timezone(ahead))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
