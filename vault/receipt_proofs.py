"""Proofs that only whoever holds a receipt code can make: which key is their case's, and which codes came from theirs.

Whoever has a site's signing key can sign keys of their own. They do not have the code, so they cannot make these.
"""

import hmac
from typing import Final

from vault.derivation import DOMAIN, derive_key
from vault.errors import UntrustedKeyError
from vault.identities import Identity

CASE: Final = "case"
MADE: Final = "made"


def derive_proof_key(identity: Identity, purpose: str) -> bytes:
    """Derive the key of one kind of proof from a receipt's identity: 32 bytes, which tell nothing of it."""
    return derive_key(identity.seed, f"{DOMAIN}/receipt-proof/{purpose}/v1".encode())


def make_proof(key: bytes, *parts: bytes) -> bytes:
    """Make the proof of some parts, in their order: HMAC-SHA256, 32 bytes."""
    return hmac.digest(key, b"".join(len(part).to_bytes(4, "big") + part for part in parts), "sha256")


def check_proof(proof: bytes | None, key: bytes, *parts: bytes) -> None:
    """Check a proof.

    Raises:
        UntrustedKeyError: there is none, or it is of something else or made by somebody else.
    """
    if proof is None or not hmac.compare_digest(make_proof(key, *parts), proof):
        raise UntrustedKeyError
