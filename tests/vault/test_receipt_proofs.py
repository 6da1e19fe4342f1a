"""Proofs of a receipt's holder: theirs holds, and nobody else's, nor one of anything else."""

import pytest

from vault.errors import UntrustedKeyError
from vault.identities import Identity
from vault.receipt_proofs import CASE, MADE, check_proof, derive_proof_key, make_proof

IDENTITY = Identity.from_seed(bytes(range(32)))


def test_a_proof_is_fixed_for_good() -> None:
    """What one version proved holds in every version after it."""
    key = derive_proof_key(IDENTITY, CASE)
    proof = make_proof(key, b"case-1", b"key")
    assert proof.hex() == "61aa61eb01018447d24d1f26ebbb2159d5fd7588053d3c02de25fb5212a921db"
    check_proof(proof, key, b"case-1", b"key")


@pytest.mark.parametrize("parts", [(b"case-2", b"key"), (b"case-1", b"other"), (b"case-1ke", b"y"), (b"case-1",)])
def test_a_proof_is_of_one_thing(parts: tuple[bytes, ...]) -> None:
    """Another case, another key, other edges between parts, or fewer parts do not hold."""
    key = derive_proof_key(IDENTITY, CASE)
    with pytest.raises(UntrustedKeyError):
        check_proof(make_proof(key, b"case-1", b"key"), key, *parts)


def test_nobody_else_makes_it() -> None:
    """Another receipt's holder, or the same for another purpose, proves nothing; and no proof is none."""
    key = derive_proof_key(IDENTITY, CASE)
    for other in (derive_proof_key(Identity.generate(), CASE), derive_proof_key(IDENTITY, MADE)):
        with pytest.raises(UntrustedKeyError):
            check_proof(make_proof(other, b"case-1"), key, b"case-1")
    with pytest.raises(UntrustedKeyError):
        check_proof(None, key, b"case-1")
