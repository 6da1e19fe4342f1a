"""Keyslots: a staff member's identity, locked under a passphrase.

The public site must never import this module, nor the image that it runs in hold it.
"""

import os
import struct
import threading
import unicodedata
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from vault import contexts
from vault.derivation import DOMAIN
from vault.errors import CannotOpenError, CannotSealError
from vault.identities import Identity

_VERSION: Final = 1
_SALT_BYTES: Final = 16
_HEAD = struct.Struct(f">BIIB{_SALT_BYTES}s")  # version, memory in KiB, passes, lanes, salt
# The salt is new in each keyslot, so its key is used once, and its nonce may be zero.
_NONCE: Final = bytes(12)

# A keyslot lies in the database. Whoever can write there must not be able to stop the server with an absurd cost.
_MOST_MEMORY_KIB: Final = 512 * 1024
_MOST_PASSES: Final = 16
_MOST_LANES: Final = 16

# OpenSSL computes lanes on a pool of threads that all derivations of a process share, and two derivations of several
# lanes at once wait for each other for ever (seen with OpenSSL 4.0.3 in cryptography 50.0.2). One at a time is no
# slower: one already uses every core. Receipts have one lane, use no pool, and need no turn.
_TURN: Final = threading.Lock()


@dataclass(frozen=True)
class Cost:
    """What one guess at a passphrase costs (Argon2id, RFC 9106)."""

    memory_kib: int
    passes: int
    lanes: int

    @property
    def is_bearable(self) -> bool:
        """Whether the figures are within what Argon2id allows and a server can be asked to spend."""
        return (
            0 < self.lanes <= _MOST_LANES
            and 0 < self.passes <= _MOST_PASSES
            and 8 * self.lanes <= self.memory_kib <= _MOST_MEMORY_KIB
        )


#: The second recommended choice of RFC 9106, section 4: 64 MiB, about 0.1 seconds.
RFC_9106_LOW_MEMORY: Final = Cost(memory_kib=64 * 1024, passes=3, lanes=4)
#: Only for tests.
CHEAPEST: Final = Cost(memory_kib=8, passes=1, lanes=1)


def lock_identity(identity: Identity, passphrase: str, *, staff_id: str, cost: Cost = RFC_9106_LOW_MEMORY) -> bytes:
    """Lock an identity under a passphrase, for one staff member.

    Case and the number of spaces do not count: the site makes the passphrases, from lower-case words, and phones
    like to change both.

    Raises:
        CannotSealError: a staff id that cannot stand in a context, an empty passphrase, or a cost out of bounds.
    """
    if not contexts.is_id(staff_id) or not _normalise(passphrase) or not cost.is_bearable:
        raise CannotSealError("A keyslot needs a staff id, a passphrase, and a bearable cost.")
    salt = os.urandom(_SALT_BYTES)
    head = _HEAD.pack(_VERSION, cost.memory_kib, cost.passes, cost.lanes, salt)
    cipher = ChaCha20Poly1305(_stretch(passphrase, salt, cost))
    return head + cipher.encrypt(_NONCE, identity.seed, _bind(head, staff_id))


def unlock_identity(keyslot: bytes, passphrase: str, *, staff_id: str) -> Identity:
    """Unlock what :func:`lock_identity` made. The cost is the one written in the keyslot.

    Raises:
        CannotOpenError: another passphrase, another staff member's, changed, or malformed.
    """
    head, sealed = keyslot[: _HEAD.size], keyslot[_HEAD.size :]
    if len(head) != _HEAD.size:
        raise CannotOpenError
    version, memory_kib, passes, lanes, salt = _HEAD.unpack(head)
    cost = Cost(memory_kib, passes, lanes)
    if version != _VERSION or not cost.is_bearable:
        raise CannotOpenError
    cipher = ChaCha20Poly1305(_stretch(passphrase, salt, cost))
    try:
        seed = cipher.decrypt(_NONCE, sealed, _bind(head, staff_id))
    except InvalidTag:
        raise CannotOpenError from None
    return Identity.from_seed(seed)


def spend_unlock(passphrase: str, *, cost: Cost = RFC_9106_LOW_MEMORY) -> None:
    """Do the work of an unlock for an account that does not exist, so that the time tells nothing."""
    _stretch(passphrase, os.urandom(_SALT_BYTES), cost)


def _normalise(passphrase: str) -> bytes:
    words = unicodedata.normalize("NFKC", passphrase).casefold().split()
    return " ".join(words).encode("utf-8", errors="replace")


def _stretch(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    kdf = Argon2id(salt=salt, length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib)
    with _TURN:
        return kdf.derive(_normalise(passphrase))


def _bind(head: bytes, staff_id: str) -> bytes:
    return f"{DOMAIN}/keyslot/v1\n{staff_id}\n".encode("utf-8", errors="replace") + head
