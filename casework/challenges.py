"""Challenges: what a passkey signs to show that it is there now. Nothing about one is stored until it is used.

A challenge says itself until when it holds and carries this site's own mark, so any process can check one that any
other made. It must never be taken twice: whoever takes one puts its id down, see models/used_challenges.py.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

from casework.errors import InvalidPasskeyError
from vault.derivation import DOMAIN, derive_key
from web import clock
from web.config import CaseworkConfig

#: Long enough to find a security key in a bag, short enough that what is overheard is soon worth nothing.
LIFE_SECONDS: Final = 300

_NONCE_BYTES: Final = 16
_TIME_BYTES: Final = 8
_MARK_BYTES: Final = 32


@dataclass(frozen=True)
class Challenge:
    """One challenge that this site made: its id is random, `expires_at` is in seconds since 1970."""

    id: str
    expires_at: int


def make_challenge(config: CaseworkConfig, purpose: str) -> bytes:
    """Make a challenge of 56 bytes for one purpose, such as `use`; it holds for five minutes."""
    expires_at = int(clock.now().timestamp()) + LIFE_SECONDS
    body = secrets.token_bytes(_NONCE_BYTES) + expires_at.to_bytes(_TIME_BYTES, "big")
    return body + _mark(body, config, purpose)


def read_challenge(raw: bytes, config: CaseworkConfig, purpose: str) -> Challenge:
    """Check that a challenge is one of ours for this purpose and still holds.

    Raises:
        InvalidPasskeyError: it is not, or five minutes are over.
    """
    body, mark = raw[:-_MARK_BYTES], raw[-_MARK_BYTES:]
    if len(body) != _NONCE_BYTES + _TIME_BYTES or not hmac.compare_digest(mark, _mark(body, config, purpose)):
        raise InvalidPasskeyError
    expires_at = int.from_bytes(body[_NONCE_BYTES:], "big")
    if expires_at <= int(clock.now().timestamp()):
        raise InvalidPasskeyError
    return Challenge(body[:_NONCE_BYTES].hex(), expires_at)


def _mark(body: bytes, config: CaseworkConfig, purpose: str) -> bytes:
    key = derive_key(config.signing_key, f"{DOMAIN}/passkey-challenge/v1".encode("ascii"))
    return hmac.digest(key, body + purpose.encode(), hashlib.sha256)
