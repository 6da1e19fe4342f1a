"""What sealing and opening share: the context stanza, and the header's MAC.

The rule for reading lives here too, so that it is written once: context first, exactly one, and after it only
recipients. It must never hold a way to unwrap a file key.
"""

import hmac
from typing import Final

from vault import hybrid
from vault.contexts import Context
from vault.derivation import DOMAIN, derive_key
from vault.errors import CannotOpenError
from vault.header import Header, Stanza

CONTEXT_STANZA_KIND: Final = f"{DOMAIN}/context"


def make_context_stanza(context: Context) -> Stanza:
    """Write a place as the stanza that stands first in a file."""
    return Stanza(CONTEXT_STANZA_KIND, context.fields, b"")


def compute_mac(file_key: bytes, covered: bytes) -> bytes:
    """The MAC over a header (HMAC-SHA256, 32 bytes), under a key derived from the file key."""
    return hmac.digest(derive_key(file_key, b"header"), covered, "sha256")


def check_mac(header: Header, file_key: bytes) -> None:
    """Check that a header is as it was written by who sealed it.

    Raises:
        CannotOpenError: it is not.
    """
    if not hmac.compare_digest(compute_mac(file_key, header.covered), header.mac):
        raise CannotOpenError


def recipient_stanzas(header: Header, context: Context) -> tuple[Stanza, ...]:
    """The stanzas of the recipients, after the check that the file belongs to this place and holds nothing else.

    Raises:
        CannotOpenError: no stanza, no context or not first, more than one, another place, a foreign stanza, or nobody.
    """
    first, rest = header.stanzas[:1], header.stanzas[1:]
    if first != (make_context_stanza(context),):
        raise CannotOpenError
    # A second context is a foreign stanza too: behind the first, only recipients may stand.
    if not rest or any(stanza.kind != hybrid.STANZA_KIND for stanza in rest):
        raise CannotOpenError
    return rest
