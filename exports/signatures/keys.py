"""Document keys: a private key with its certificate, as one PKCS#12 file (RFC 7292).

The file that leaves this module has no passphrase: whoever calls seals it. Nothing of a key or a passphrase may stand
in an exception.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto

from asn1crypto import pkcs12 as structure
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PublicFormat, pkcs12
from cryptography.x509.oid import NameOID

_YEARS_IN_DAYS = 3_653  # ten years
_LONGEST_NAME = 64  # bytes: RFC 5280, appendix A.1, ub-common-name
_SMALLEST_RSA = 2_048  # bits: NIST SP 800-131A revision 2
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_FRIENDLY_NAME = b"document key"


class KeyFault(Enum):
    """Why a file cannot be a document key."""

    NOT_A_KEY_FILE = auto()
    DOES_NOT_OPEN = auto()
    INCOMPLETE = auto()
    WRONG_KIND = auto()
    NOT_FOR_SIGNING = auto()
    EXPIRED = auto()


class UnreadableKeyError(Exception):
    """A file is no document key; `fault` says why."""

    def __init__(self, fault: KeyFault) -> None:
        super().__init__()
        self.fault = fault


@dataclass(frozen=True)
class DocumentKey:
    """A private key with its certificate (DER), as PKCS#12 (DER) that needs no passphrase."""

    certificate: bytes
    pkcs12: bytes = field(repr=False)


def make_document_key(office_name: str, at: datetime) -> DocumentKey:
    """Make a P-256 key and a certificate of its own, in the office's name, for ten years from `at` (aware).

    Nobody vouches for the certificate but the office itself: whoever wants to rely on it asks the office for its
    fingerprint. It begins a day early, for clocks that are behind.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _shorten(office_name)),
            x509.NameAttribute(NameOID.COMMON_NAME, _shorten(office_name)),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=_YEARS_IN_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_SIGNING_USE, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return _write(key, certificate)


def read_document_key(content: bytes, passphrase: bytes | None, at: datetime) -> DocumentKey:
    """Read a PKCS#12 file that an office brings, to be used from `at` (aware) on. Further certificates are left out.

    Raises:
        UnreadableKeyError: it is none, or the passphrase does not open it, or its key cannot sign documents.
    """
    try:
        is_key_file = structure.Pfx.load(content, strict=True)["version"].native == "v3"
    except (ValueError, TypeError):
        is_key_file = False
    if not is_key_file:
        raise UnreadableKeyError(KeyFault.NOT_A_KEY_FILE)
    key, certificate = _open(content, passphrase)
    if not _is_good_kind(key):
        raise UnreadableKeyError(KeyFault.WRONG_KIND)
    if not _may_sign(certificate):
        raise UnreadableKeyError(KeyFault.NOT_FOR_SIGNING)
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise UnreadableKeyError(KeyFault.EXPIRED)
    return _write(key, certificate)


def check_document_key(content: bytes, certificate: bytes) -> None:
    """Check that a stored key (PKCS#12, no passphrase) is the private half of a certificate (DER).

    Raises:
        UnreadableKeyError: it is not.
    """
    _key, found = _open(content, None)
    if found.public_bytes(Encoding.DER) != certificate:
        raise UnreadableKeyError(KeyFault.INCOMPLETE)


_SIGNING_USE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def _open(content: bytes, passphrase: bytes | None) -> tuple[PrivateKeyTypes, x509.Certificate]:
    try:
        key, certificate, _others = pkcs12.load_key_and_certificates(content, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UnreadableKeyError(KeyFault.DOES_NOT_OPEN) from None
    if key is None or certificate is None:
        raise UnreadableKeyError(KeyFault.INCOMPLETE)
    if _write_public(key.public_key()) != _write_public(certificate.public_key()):
        raise UnreadableKeyError(KeyFault.INCOMPLETE)
    return key, certificate


def _write_public(key: object) -> bytes:
    try:
        written: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]  # every kind has it
    except (ValueError, UnsupportedAlgorithm):
        raise UnreadableKeyError(KeyFault.WRONG_KIND) from None
    return written


def _is_good_kind(key: PrivateKeyTypes) -> bool:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.key_size >= _SMALLEST_RSA
    return isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, _CURVES)


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        use = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    except ValueError:
        return False
    return use.digital_signature or use.content_commitment


def _write(key: PrivateKeyTypes, certificate: x509.Certificate) -> DocumentKey:
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    content = pkcs12.serialize_key_and_certificates(_FRIENDLY_NAME, key, certificate, None, NoEncryption())
    return DocumentKey(certificate.public_bytes(Encoding.DER), content)


def _shorten(name: str) -> str:
    """Cut a name to what a certificate can hold, at a character."""
    return name.strip().encode()[:_LONGEST_NAME].decode(errors="ignore").strip() or "Office"
