"""The signature's container (CMS SignedData, RFC 5652), as `signing.py` leaves it in a file: one form and no other.

Much of a container is covered by no signature: versions, names of algorithms, the outer lengths. So whoever checks a
file makes the container anew from certificate, signed attributes and signature, and compares every byte.
"""

from asn1crypto import algos, cms
from asn1crypto import x509 as structure
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

DIGEST = "sha256"


def write_container(certificate: bytes, signed_attributes: bytes, signature: bytes) -> bytes:
    """Write the one container (DER) of these three: certificate (DER), signed attributes (DER, as a SET), signature.

    Raises:
        ValueError: one of the first two is none, or the key is of another kind than RSA and elliptic curves.
    """
    own = structure.Certificate.load(certificate, strict=True)
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {
                    "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                        {"issuer": own.issuer, "serial_number": own.serial_number}
                    )
                }
            ),
            "digest_algorithm": algos.DigestAlgorithm({"algorithm": DIGEST}),
            "signed_attrs": cms.CMSAttributes.load(signed_attributes, strict=True),
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": _find_algorithm(certificate)}),
            "signature": signature,
        }
    )
    signed = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [algos.DigestAlgorithm({"algorithm": DIGEST})],
            "encap_content_info": {"content_type": "data"},
            "certificates": [cms.CertificateChoices("certificate", own)],
            "signer_infos": [signer],
        }
    )
    written: bytes = cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()
    return written


def _find_algorithm(certificate: bytes) -> str:
    key = x509.load_der_x509_certificate(certificate).public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "sha256_ecdsa"
    if isinstance(key, rsa.RSAPublicKey):
        return "sha256_rsa"
    raise ValueError("Neither RSA nor an elliptic curve.")
