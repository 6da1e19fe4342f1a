"""Signing: valid to other programs, nothing of the document changed, and still to the standards."""

from __future__ import annotations

import asyncio
import re
import subprocess
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from exports.case_file import CaseFile, Variant
from exports.productions import Numbering
from exports.redaction.redacting import redact
from exports.signatures.certificates import find_name
from exports.signatures.keys import (
    DocumentKey,
    KeyFault,
    UnreadableKeyError,
    check_document_key,
    make_document_key,
    read_document_key,
)
from exports.signatures.signing import CannotSignError, sign_pdf
from exports.signatures.verifying import verify_pdf
from tests.exports.all_documents import DOCUMENTS
from tests.exports.signed import SIGNED_AT, make_key, make_small_pdf, sign
from web.clock import now

OwnKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


@pytest.fixture(scope="module")
def key() -> DocumentKey:
    """The document key of an office."""
    return make_key()


@pytest.fixture(scope="module")
def signed(facts_pdf: bytes, key: DocumentKey) -> bytes:
    """The facts copy of a case, signed."""
    return sign(facts_pdf, key)


def make_own_key(private: OwnKey, *, has_ended: bool = False, is_for_signing: bool = True) -> bytes:
    """A PKCS#12 file as an office could bring, under the passphrase "six"."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Own Authority")])
    use = x509.KeyUsage(is_for_signing, False, not is_for_signing, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(7)
        .not_valid_before(SIGNED_AT - timedelta(days=800))
        .not_valid_after(SIGNED_AT + timedelta(days=-1 if has_ended else 30))
        .add_extension(use, critical=True)
        .sign(private, None if isinstance(private, ed25519.Ed25519PrivateKey) else hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(
        b"own", private, certificate, [certificate], BestAvailableEncryption(b"six")
    )


def test_document_stands_unchanged_before_its_signature(facts_pdf: bytes, signed: bytes) -> None:
    """Signing appends: the file begins with the very bytes that were drawn."""
    assert signed.startswith(facts_pdf)
    assert len(signed) - len(facts_pdf) < 20_000


@pytest.mark.parametrize("name", DOCUMENTS)
def test_other_programs_agree(name: str, case_file: CaseFile, key: DocumentKey, tmp_path: Path) -> None:
    """Of every document Poppler says that its one PAdES signature covers all and is valid, and qpdf finds no fault."""
    signed = sign(DOCUMENTS[name](redact(case_file, Variant.COURT), numbering=Numbering("TST", 1)).content, key)
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed)
    told = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=True).stdout
    assert "Signature is Valid" in told
    assert "Total document signed" in told
    assert "ETSI.CAdES.detached" in told
    assert "Prairie Legal Aid" in told
    assert "Signature #2" not in told
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=True).stdout
    assert "No syntax or stream encoding errors found" in checked
    assert verify_pdf(signed, key.certificate).is_ours


def test_words_in_a_document_cannot_pass_for_a_signature(key: DocumentKey) -> None:
    """Text that reads like what stands around a signature, uncompressed in the document, disturbs nothing."""
    trap = "/ByteRange [0 5 6 7] /M (D:20200101000000Z) /Contents <3082>"
    target = BytesIO()
    with pikepdf.open(BytesIO(make_small_pdf())) as pdf:
        pdf.docinfo["/Title"] = trap
        pdf.save(target)
    assert b"/ByteRange [0 5 6 7]" in target.getvalue()
    verdict = verify_pdf(sign(target.getvalue(), key), key.certificate)
    assert verdict.is_ours
    assert verdict.signed_at == SIGNED_AT


def test_signed_document_keeps_its_standards(facts_pdf: bytes, signed: bytes) -> None:
    """Metadata (PDF/A-3a, PDF/UA-1) are the same bytes, and the field is named, unseen, in the page's order."""
    with pikepdf.open(BytesIO(facts_pdf)) as before, pikepdf.open(BytesIO(signed)) as after:
        assert after.Root.Metadata.read_bytes() == before.Root.Metadata.read_bytes()
        assert b"pdfuaid" in after.Root.Metadata.read_bytes()
        assert dict(after.docinfo) == dict(before.docinfo)
        assert after.Root.MarkInfo.Marked
        (widget,) = after.pages[0].Annots
        assert "/AP" not in widget
        assert [float(edge) for edge in widget.Rect] == [-9999] * 4
        assert int(widget.F) & 0b100
        assert not int(widget.F) & 0b10
        assert str(widget.TU) == "Signature of the office"
        assert after.pages[0].Tabs == "/S"
        assert all("/Annots" not in page for page in list(after.pages)[1:])
        assert "/OpenAction" not in after.Root
        assert str(widget.V.SubFilter) == "/ETSI.CAdES.detached"


def test_signature_tells_who_and_when(signed: bytes, key: DocumentKey) -> None:
    """A whole file gives the certificate, the office's name and the time of signing."""
    verdict = verify_pdf(signed, key.certificate)
    assert verdict.is_whole
    assert verdict.is_ours
    assert verdict.signed_at == SIGNED_AT
    assert verdict.signer == "Prairie Legal Aid"
    assert re.fullmatch(r"(?:[0-9A-F]{4} ?){16}", verdict.fingerprint)


def test_signing_works_beside_a_running_loop(key: DocumentKey) -> None:
    """A thread in which an event loop runs can sign as well."""

    async def sign_inside() -> bytes:
        return sign(make_small_pdf(), key)

    assert verify_pdf(asyncio.run(sign_inside())).is_whole


def test_second_signature_is_refused(signed: bytes, key: DocumentKey) -> None:
    """What is signed already is not signed again."""
    with pytest.raises(CannotSignError):
        sign(signed, key)


@pytest.mark.parametrize("reason", ["", "for (Ximena)", "a\nb", "x" * 201])
def test_reason_is_plain_words_of_ours(key: DocumentKey, reason: str) -> None:
    """A reason that could break out of its place in the file is refused."""
    with pytest.raises(CannotSignError):
        sign_pdf(make_small_pdf(), key.pkcs12, None, reason=reason, at=SIGNED_AT)


def test_what_is_no_pdf_is_refused_without_its_words(key: DocumentKey) -> None:
    """Something else than a PDF is refused, and the refusal does not quote it."""
    with pytest.raises(CannotSignError) as refusal:
        sign(b"the story of Ximena", key)
    assert "Ximena" not in str(refusal.value)


@pytest.mark.parametrize("kind", ["P-256", "P-384", "RSA"])
def test_key_of_its_own_signs(kind: str) -> None:
    """A key that an office brings signs and verifies, with its chain left out."""
    private: OwnKey
    if kind == "RSA":
        private = rsa.generate_private_key(65537, 2048)
    else:
        private = ec.generate_private_key(ec.SECP256R1() if kind == "P-256" else ec.SECP384R1())
    own = read_document_key(make_own_key(private), b"six", SIGNED_AT)
    signed = sign(make_small_pdf(), own)
    assert verify_pdf(signed, own.certificate).is_ours
    assert verify_pdf(signed, own.certificate).signer == "Own Authority"


def test_key_file_says_what_is_wrong_with_it() -> None:
    """Each fault of a key file that an office brings has its own name."""
    good = make_own_key(ec.generate_private_key(ec.SECP256R1()))
    faults = {
        KeyFault.NOT_A_KEY_FILE: (b"-----BEGIN CERTIFICATE-----", b"six"),
        KeyFault.DOES_NOT_OPEN: (good, b"seven"),
        KeyFault.WRONG_KIND: (make_own_key(ed25519.Ed25519PrivateKey.generate()), b"six"),
        KeyFault.NOT_FOR_SIGNING: (make_own_key(ec.generate_private_key(ec.SECP256R1()), is_for_signing=False), b"six"),
        KeyFault.EXPIRED: (make_own_key(ec.generate_private_key(ec.SECP256R1()), has_ended=True), b"six"),
    }
    for fault, (content, passphrase) in faults.items():
        with pytest.raises(UnreadableKeyError) as refusal:
            read_document_key(content, passphrase, SIGNED_AT)
        assert refusal.value.fault is fault
    for content in (good[:40], b"", good + b"x", b"\x30\x80" * 50):
        with pytest.raises(UnreadableKeyError):
            read_document_key(content, b"six", SIGNED_AT)


def test_key_without_its_certificate_is_incomplete() -> None:
    """A file with a certificate and no private key is told apart from one that does not open."""
    certificate = x509.load_der_x509_certificate(make_key().certificate)
    content = pkcs12.serialize_key_and_certificates(b"c", None, certificate, None, BestAvailableEncryption(b"six"))
    with pytest.raises(UnreadableKeyError) as refusal:
        read_document_key(content, b"six", SIGNED_AT)
    assert refusal.value.fault is KeyFault.INCOMPLETE


def test_key_of_another_certificate_is_told_apart(key: DocumentKey) -> None:
    """A stored key that is not the private half of the certificate beside it is refused."""
    check_document_key(key.pkcs12, key.certificate)
    with pytest.raises(UnreadableKeyError):
        check_document_key(make_key().pkcs12, key.certificate)


@pytest.mark.parametrize(
    "name", ["Ayuda Legal “Pradera” – Oficina Central de Derechos Civiles del Estado", "\u0445" * 60, " "]
)
def test_any_office_name_makes_a_certificate(name: str) -> None:
    """A long name, or one of other letters, is cut to what a certificate holds, and never fails."""
    certificate = make_document_key(name, now()).certificate
    assert name.strip().startswith(find_name(certificate)) or find_name(certificate) == "Office"


def test_nothing_of_a_key_shows_itself(key: DocumentKey) -> None:
    """Printed, a document key shows its certificate at most."""
    assert repr(key.pkcs12)[2:40] not in repr(key)
