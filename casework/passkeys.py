"""Passkeys (WebAuthn level 2): what browsers are asked for, and the check of what they send.

Discoverable, with the person verified by the device itself, without attestation. A passkey here is a second factor and
opens nothing: the passphrase does. Whatever a stranger sends must end in `InvalidPasskeyError`, never in a failure.
"""

import base64
import ipaddress
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    options_to_json_dict,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from casework.challenges import LIFE_SECONDS, Challenge, make_challenge, read_challenge
from casework.errors import InvalidPasskeyError
from web import clock
from web.config import CaseworkConfig

_USE: Final = "use"
_MILLISECONDS: Final = 1000


@dataclass(frozen=True)
class Passkey:
    """One passkey of one person, by the name that they gave it. The public key is in COSE form (RFC 9052)."""

    id: str
    credential_id: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    sign_count: int
    name: str
    added_on: date


@dataclass(frozen=True)
class RelyingParty:
    """For whom passkeys are made: the site's host name, and the one origin where they work."""

    id: str
    origin: str


@dataclass(frozen=True)
class UsedPasskey:
    """Which passkey signed which challenge, and the counter that it showed."""

    passkey: Passkey
    challenge: Challenge
    sign_count: int

    @property
    def is_copied(self) -> bool:
        """Whether the counter did not grow although the device keeps one (WebAuthn, section 6.1.1)."""
        known = self.passkey.sign_count
        return (known > 0 or self.sign_count > 0) and self.sign_count <= known


def find_relying_party(config: CaseworkConfig) -> RelyingParty | None:
    """Return for whom passkeys are made here, or None where browsers allow none.

    They need a name, not a number, and TLS or loopback. The loopback number has a name of its own, and the site answers
    to both.
    """
    parts = urlsplit(config.origin)
    host, port = parts.hostname or "", f":{parts.port}" if parts.port else ""
    if _is_loopback(host):
        return RelyingParty("localhost", f"{parts.scheme}://localhost{port}")
    is_named = _read_address(host) is None
    return RelyingParty(host, config.origin) if is_named and config.is_secure else None


def make_request_options(config: CaseworkConfig) -> dict[str, Any]:
    """Make what a browser asks any passkey of this site for; it names nobody, so it tells nobody who has one.

    Raises:
        InvalidPasskeyError: passkeys do not work at this site's address.
    """
    options = generate_authentication_options(
        rp_id=_require_relying_party(config).id,
        challenge=make_challenge(config, _USE),
        timeout=LIFE_SECONDS * _MILLISECONDS,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def make_creation_options(
    config: CaseworkConfig, *, staff_id: str, email: str, name: str, passkeys: Sequence[Passkey] = ()
) -> dict[str, Any]:
    """Make what a browser asks a device for to make a passkey for one person; `passkeys` are those they have.

    Raises:
        InvalidPasskeyError: passkeys do not work at this site's address.
    """
    options = generate_registration_options(
        rp_id=_require_relying_party(config).id,
        rp_name=config.office_name,
        user_id=staff_id.encode(),
        user_name=email,
        user_display_name=name,
        challenge=make_challenge(config, _write_adding_purpose(staff_id)),
        timeout=LIFE_SECONDS * _MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in passkeys],
    )
    return options_to_json_dict(options)


def read_new_passkey(config: CaseworkConfig, text: str, *, staff_id: str, name: str) -> tuple[Passkey, Challenge]:
    """Read what a device answered to `make_creation_options`: the new passkey, and the challenge that it used.

    Raises:
        InvalidPasskeyError: another site's, another person's, too late, without verifying the person, or malformed.
    """
    party = _require_relying_party(config)
    with _anything_is_invalid():
        credential = parse_registration_credential_json(text)
        raw_challenge = _find_challenge(credential.response.client_data_json)
        challenge = read_challenge(raw_challenge, config, _write_adding_purpose(staff_id))
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=raw_challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    passkey = Passkey(
        str(uuid.uuid4()),
        verified.credential_id,
        verified.credential_public_key,
        verified.sign_count,
        name,
        clock.today(config.time_zone),
    )
    return passkey, challenge


def read_used_passkey(
    config: CaseworkConfig, text: str, *, staff_id: str, passkeys: Sequence[Passkey], decoy: Passkey
) -> UsedPasskey:
    """Read what a device answered to `make_request_options`, and check that one of these passkeys signed it.

    When none of them has the answer's id, the decoy's key is tried in its place, so that the time tells nothing; a
    decoy's signature is refused like a wrong one. The counter is not judged here: see `UsedPasskey.is_copied`.

    Raises:
        InvalidPasskeyError: not one of these, another site's, another person's, too late, without verifying the
            person, or malformed.
    """
    party = _require_relying_party(config)
    with _anything_is_invalid():
        credential = parse_authentication_credential_json(text)
        raw_challenge = _find_challenge(credential.response.client_data_json)
        challenge = read_challenge(raw_challenge, config, _USE)
        known = next((each for each in passkeys if each.credential_id == credential.raw_id), None)
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=raw_challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=(known or decoy).public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    if known is None or credential.response.user_handle != staff_id.encode():
        raise InvalidPasskeyError
    return UsedPasskey(known, challenge, verified.new_sign_count)


def write_passkey(passkey: Passkey) -> dict[str, Any]:
    """Write a passkey as JSON takes it."""
    return {
        "id": passkey.id,
        "credential_id": base64.b64encode(passkey.credential_id).decode("ascii"),
        "public_key": base64.b64encode(passkey.public_key).decode("ascii"),
        "sign_count": passkey.sign_count,
        "name": passkey.name,
        "added_on": passkey.added_on.isoformat(),
    }


def read_passkey(value: dict[str, Any]) -> Passkey:
    """Read a passkey as `write_passkey` wrote it. Raises KeyError or ValueError."""
    return Passkey(
        value["id"],
        base64.b64decode(value["credential_id"]),
        base64.b64decode(value["public_key"]),
        int(value["sign_count"]),
        value["name"],
        date.fromisoformat(value["added_on"]),
    )


def _read_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    address = _read_address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _require_relying_party(config: CaseworkConfig) -> RelyingParty:
    party = find_relying_party(config)
    if party is None:
        raise InvalidPasskeyError
    return party


def _write_adding_purpose(staff_id: str) -> str:
    return f"add {staff_id}"


def _find_challenge(client_data: bytes) -> bytes:
    read = parse_client_data_json(client_data)
    # A page of another site around ours could make somebody sign here without knowing it.
    if read.cross_origin:
        raise InvalidPasskeyError
    return read.challenge


@contextmanager
def _anything_is_invalid() -> Iterator[None]:
    """A stranger's bytes go through parsers of JSON, CBOR and keys: whatever those raise means "refused"."""
    try:
        yield
    except Exception:  # noqa: BLE001  # see above; an error page would tell the stranger what they found
        raise InvalidPasskeyError from None
