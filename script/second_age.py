"""A second, deliberately plain writer of sealed files, which can also write wrong ones: for the test vectors.

It shares no code with ``vault/`` and uses no HPKE from a library, so that a mistake there does not repeat itself here.
It must never seal anything real: its keys, nonces and file keys are fixed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

CONTEXT = "testimonio.invalid/context"
CHUNK = 64 * 1024
HPKE_SUITE = b"HPKE" + bytes.fromhex("647a00010003")
AGE_INFO = b"age-encryption.org/mlkem768x25519"
XWING_LABEL = rb"\.//^" + b"\\"


def b64(data: bytes) -> bytes:
    """Base64 without padding."""
    return base64.b64encode(data).rstrip(b"=")


def extract(salt: bytes, secret: bytes) -> bytes:
    """HKDF-Extract with SHA-256 (RFC 5869, section 2.2)."""
    return hmac.digest(salt or bytes(32), secret, "sha256")


def expand(key: bytes, info: bytes, length: int = 32) -> bytes:
    """HKDF-Expand with SHA-256, one block (RFC 5869, section 2.3)."""
    return hmac.digest(key, info + b"\x01", "sha256")[:length]


def open_hpke_key(shared: bytes) -> tuple[bytes, bytes]:
    """The AEAD key and nonce of HPKE's base mode for one shared secret (RFC 9180, section 5.1)."""

    def labeled_extract(salt: bytes, label: bytes, secret: bytes) -> bytes:
        return extract(salt, b"HPKE-v1" + HPKE_SUITE + label + secret)

    def labeled_expand(key: bytes, label: bytes, info: bytes, length: int) -> bytes:
        return expand(key, length.to_bytes(2, "big") + b"HPKE-v1" + HPKE_SUITE + label + info, length)

    schedule = b"\0" + labeled_extract(b"", b"psk_id_hash", b"") + labeled_extract(b"", b"info_hash", AGE_INFO)
    secret = labeled_extract(shared, b"secret", b"")
    return labeled_expand(secret, b"key", schedule, 32), labeled_expand(secret, b"base_nonce", schedule, 12)


@dataclass(frozen=True)
class Stanza:
    """A stanza as bytes: the whole first line without its arrow, and the body."""

    line: bytes
    body: bytes = b""

    def write(self) -> bytes:
        """The stanza's lines, the body cut at 64 columns, the last line short."""
        text = b64(self.body)
        lines = [text[start : start + 64] for start in range(0, len(text) + 1, 64)]
        return b"\n".join([b"-> " + self.line, *lines]) + b"\n"


class Person:
    """A fixed identity and one recorded ML-KEM encapsulation to it (which no library makes twice the same)."""

    def __init__(self, name: str, encapsulation: bytes) -> None:
        self.seed = hashlib.sha256(f"testimonio test vector: {name}".encode()).digest()
        expanded = hashlib.shake_256(self.seed).digest(96)
        self.mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        self.x25519 = X25519PrivateKey.from_private_bytes(expanded[64:])
        self.encapsulation = encapsulation

    def wrap(self, file_key: bytes, *, low_order: bool = False) -> Stanza:
        """Wrap a file key for this person; with a share of low order if wanted, as a forger would."""
        ephemeral = X25519PrivateKey.from_private_bytes(hashlib.sha256(b"ephemeral" + self.seed + file_key).digest())
        own = self.x25519.public_key().public_bytes_raw()
        share = bytes(32) if low_order else ephemeral.public_key().public_bytes_raw()
        agreed = bytes(32) if low_order else ephemeral.exchange(X25519PublicKey.from_public_bytes(own))
        secret = self.mlkem.decapsulate(self.encapsulation)
        key, nonce = open_hpke_key(hashlib.sha3_256(secret + agreed + share + own + XWING_LABEL).digest())
        wrapped = ChaCha20Poly1305(key).encrypt(nonce, file_key, None)
        return Stanza(b"mlkem768x25519 " + b64(self.encapsulation + share), wrapped)


def write_chunk(file_key: bytes, nonce: bytes, number: int, plain: bytes, *, is_last: bool) -> bytes:
    """One chunk of a body."""
    key = expand(extract(nonce, file_key), b"payload")
    return ChaCha20Poly1305(key).encrypt(number.to_bytes(11, "big") + bytes([is_last]), plain, None)


@dataclass(frozen=True)
class File:
    """A sealed file in its parts, each of which a scenario may replace."""

    stanzas: tuple[Stanza, ...]
    file_key: bytes
    chunks: tuple[bytes, ...]
    first_line: bytes = b"age-encryption.org/v1"
    nonce: bytes = field(default=hashlib.sha256(b"nonce").digest()[:16])
    mac: bytes | None = None

    @property
    def covered(self) -> bytes:
        """What the MAC covers."""
        return self.first_line + b"\n" + b"".join(stanza.write() for stanza in self.stanzas) + b"---"

    @property
    def header(self) -> bytes:
        """The header with its MAC, a right one unless another is set."""
        mac = self.mac or hmac.digest(expand(extract(b"", self.file_key), b"header"), self.covered, "sha256")
        return self.covered + b" " + b64(mac) + b"\n"

    def write(self) -> bytes:
        """The whole file."""
        return self.header + self.nonce + b"".join(self.chunks)

    def with_stanzas(self, *stanzas: Stanza) -> File:
        """The same with other stanzas, and the MAC that belongs to them."""
        return replace(self, stanzas=stanzas)


def make_context(*fields: str) -> Stanza:
    """A context stanza with these fields, checked by nobody."""
    return Stanza(" ".join((CONTEXT, *fields)).encode())


def make_file(plain: bytes, *stanzas: Stanza, file_key: bytes) -> File:
    """A right file with these stanzas."""
    nonce = File.nonce
    pieces = [plain[start : start + CHUNK] for start in range(0, len(plain), CHUNK)] or [b""]
    last = len(pieces) - 1
    chunks = (write_chunk(file_key, nonce, place, piece, is_last=place == last) for place, piece in enumerate(pieces))
    return File(stanzas, file_key, tuple(chunks))
