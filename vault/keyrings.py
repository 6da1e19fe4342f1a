"""Keyrings: the identities that one holder had one after another, to open what was sealed to any of them.

A keyring must never seal, and never show what is in it.
"""

from collections.abc import Iterable

from vault.errors import CannotOpenError
from vault.header import Stanza
from vault.identities import Identity


class Keyring:
    """Identities, newest first. Wherever something is opened, it stands in an identity's place."""

    __slots__ = ("_identities",)

    def __init__(self, identities: Iterable[Identity]) -> None:
        self._identities = tuple(identities)
        if not self._identities:
            raise CannotOpenError

    @property
    def newest(self) -> Identity:
        """The identity whose public half new things are sealed to."""
        return self._identities[0]

    def list_identities(self) -> tuple[Identity, ...]:
        """The identities, newest first: for handing those that somebody outside needs out of the house."""
        return self._identities

    def unwrap_file_key(self, stanza: Stanza) -> bytes | None:
        """Unwrap a file key with whichever identity can, or give None.

        Raises:
            CannotOpenError: not a well-formed `mlkem768x25519` stanza.
        """
        for identity in self._identities:
            file_key = identity.unwrap_file_key(stanza)
            if file_key is not None:
                return file_key
        return None

    def __repr__(self) -> str:
        return f"<Keyring of {len(self._identities)}, hidden>"
