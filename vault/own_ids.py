"""Ids that only their maker knows again: random to everybody else, and recognised with the identity that made them.

A message of a reporter lies in the database under such an id. So the inbox can tell one receipt what was written with
it, and neither another receipt nor the database tells who wrote.
"""

import hmac
import secrets
import uuid
from typing import Final

from vault.derivation import DOMAIN, derive_key
from vault.identities import Identity

_HALF_BYTES: Final = 8


class OwnIds:
    """Makes and recognises the ids of one identity."""

    __slots__ = ("_key",)

    def __init__(self, identity: Identity) -> None:
        self._key: Final = derive_key(identity.seed, f"{DOMAIN}/own-id/v1".encode())

    def make(self, purpose: str) -> str:
        """Make an id for a purpose, in the form of a UUIDv4."""
        # The fixed bits of the first half go in before the mark is made over it.
        first = uuid.UUID(bytes=secrets.token_bytes(2 * _HALF_BYTES), version=4).bytes[:_HALF_BYTES]
        return self._complete(first, purpose)

    def recognise(self, item_id: str, purposes: tuple[str, ...]) -> str:
        """Return the purpose for which this identity made an id; empty when it did not, or the text is no id."""
        try:
            first = uuid.UUID(item_id).bytes[:_HALF_BYTES]
        except ValueError:
            return ""
        written = item_id.encode()
        return next(
            (each for each in purposes if hmac.compare_digest(self._complete(first, each).encode(), written)), ""
        )

    def _complete(self, first: bytes, purpose: str) -> str:
        mark = hmac.digest(self._key, purpose.encode() + b"\0" + first, "sha256")[:_HALF_BYTES]
        return str(uuid.UUID(bytes=first + mark, version=4))

    def __repr__(self) -> str:
        return "<OwnIds, hidden>"
