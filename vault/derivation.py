"""HKDF-SHA256 with labels: how one secret becomes several that tell nothing of each other.

Every label in Testimonio's own formats begins with the same domain, so that no key has two uses.
"""

from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

#: ``.invalid`` is reserved (RFC 2606): nobody can ever own the name, and it claims no one's domain.
DOMAIN: Final = "testimonio.invalid"

_KEY_BYTES: Final = 32


def derive_key(secret: bytes, label: bytes, *, salt: bytes = b"") -> bytes:
    """Derive 32 bytes from a secret that is already of full strength (RFC 5869, extract and expand)."""
    return HKDF(SHA256(), _KEY_BYTES, salt, label).derive(secret)
