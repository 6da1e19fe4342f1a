"""A passkey in software: answers as a device would, and wrongly where a test asks for it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256

_PRESENT, _VERIFIED, _HAS_KEY = 0x01, 0x04, 0x40


def write_base64(raw: bytes) -> str:
    """Base64url without padding, as browsers write it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def read_base64(text: str) -> bytes:
    """The bytes of such a text."""
    return base64.urlsafe_b64decode(f"{text}===")


def make_key_of_one() -> EllipticCurvePrivateKey:
    """The private key that everybody knows: the number one."""
    return derive_private_key(1, SECP256R1())


@dataclass
class SoftPasskey:
    """One key of one device, with the counter that it shows; it may lie about everything."""

    origin: str = "http://localhost"
    counter: int = 0
    is_verified: bool = True
    user_handle: bytes = b""
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    credential_id: bytes = b"one credential's id"

    def create(self, options: Mapping[str, Any]) -> str:
        """Answer to the options of making a passkey."""
        self.user_handle = read_base64(options["user"]["id"])
        point = self.key.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        described = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cbor2.dumps(key)
        data = self._write_data(options["rp"]["id"], _HAS_KEY) + described
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._write_client("webauthn.create", options["challenge"])
        return self._write({"clientDataJSON": client, "attestationObject": attestation})

    def sign(self, options: Mapping[str, Any], **extra: object) -> str:
        """Answer to the options of using a passkey."""
        if self.counter:
            self.counter += 1
        data = self._write_data(options["rpId"], 0)
        client = self._write_client("webauthn.get", options["challenge"], **extra)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ECDSA(SHA256()))
        parts = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self._write(parts | ({"userHandle": self.user_handle} if self.user_handle else {}))

    def _write_data(self, rp_id: str, flags: int) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.is_verified else 0)
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _write_client(self, kind: str, challenge: str, **extra: object) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, **extra}).encode()

    def _write(self, response: Mapping[str, bytes]) -> str:
        written = {name: write_base64(raw) for name, raw in response.items()}
        identifier = write_base64(self.credential_id)
        return json.dumps({"id": identifier, "rawId": identifier, "type": "public-key", "response": written})
