"""Signatures: bound to a purpose or to a place, and a stranger's key is never sealed to."""

import re

import pytest

from vault.contexts import Context
from vault.errors import CannotOpenError, CannotSealError, UntrustedKeyError
from vault.identities import Identity
from vault.signing import SigningKey, fingerprint_key, sign_recipient, verify_recipient, verify_signature

KEY = SigningKey.from_bytes(bytes(range(32)))
OFFICE = Identity.from_seed(bytes(32)).recipient
PLACE = Context("office_recipient", ("key-1",))


def test_message_verifies() -> None:
    """A signed message verifies with the public half, also after the key was stored."""
    signature = SigningKey.from_bytes(KEY.to_bytes()).sign(b"entry", purpose="ledger")
    verify_signature(b"entry", signature, purpose="ledger", verify_key=KEY.verify_key)
    assert len(signature) == 64


def test_nothing_else_verifies() -> None:
    """Another message, purpose, key or signature, or a malformed one, is refused."""
    signature = KEY.sign(b"entry", purpose="ledger")
    for message, signed, purpose, verify_key in (
        (b"entry2", signature, "ledger", KEY.verify_key),
        (b"entry", signature, "other", KEY.verify_key),
        (b"entry", signature, "led ger", KEY.verify_key),
        (b"entry", signature[:-1], "ledger", KEY.verify_key),
        (b"entry", bytes(64), "ledger", KEY.verify_key),
        (b"entry", signature, "ledger", SigningKey.generate().verify_key),
        (b"entry", signature, "ledger", b"short"),
    ):
        with pytest.raises(UntrustedKeyError):
            verify_signature(message, signed, purpose=purpose, verify_key=verify_key)


@pytest.mark.parametrize("purpose", ["", "Ledger", "led\nger", "a" * 65])
def test_purposes_are_narrow(purpose: str) -> None:
    """A purpose that could run into the message is refused."""
    with pytest.raises(CannotSealError):
        KEY.sign(b"entry", purpose=purpose)


def test_signed_recipient_is_given_ready_to_seal() -> None:
    """A recipient that was signed for this place comes back as a recipient."""
    signature = sign_recipient(OFFICE.raw, context=PLACE, key=KEY)
    assert verify_recipient(OFFICE.raw, signature, context=PLACE, verify_key=KEY.verify_key) == OFFICE


def test_recipient_is_bound_to_its_place() -> None:
    """A recipient in another's place, a stranger's recipient, or one signed by a stranger, is refused."""
    signature = sign_recipient(OFFICE.raw, context=PLACE, key=KEY)
    stranger = Identity.generate().recipient.raw
    for raw, context, verify_key in (
        (OFFICE.raw, Context("office_recipient", ("key-2",)), KEY.verify_key),
        (OFFICE.raw, Context("staff_recipient", ("key-1",)), KEY.verify_key),
        (OFFICE.raw, Context("card", ("key-1",)), KEY.verify_key),
        (stranger, PLACE, KEY.verify_key),
        (OFFICE.raw, PLACE, SigningKey.generate().verify_key),
    ):
        with pytest.raises(UntrustedKeyError):
            verify_recipient(raw, signature, context=context, verify_key=verify_key)


def test_message_signature_never_vouches_for_a_recipient() -> None:
    """Whoever gets a message signed cannot use it as a signed recipient, nor the other way round."""
    forged = b"office_recipient/v1 key-1\n" + OFFICE.raw
    with pytest.raises(UntrustedKeyError):
        verify_recipient(OFFICE.raw, KEY.sign(forged, purpose="ledger"), context=PLACE, verify_key=KEY.verify_key)
    signature = sign_recipient(OFFICE.raw, context=PLACE, key=KEY)
    with pytest.raises(UntrustedKeyError):
        verify_signature(forged, signature, purpose="ledger", verify_key=KEY.verify_key)


def test_signed_bytes_that_are_no_recipient_are_refused() -> None:
    """Even a right signature makes no recipient of bytes that are none."""
    message = b"testimonio.invalid/signed-recipient/v1\noffice_recipient/v1 key-1\nnot a key"
    signature = KEY._key.sign(message)
    with pytest.raises(UntrustedKeyError):
        verify_recipient(b"not a key", signature, context=PLACE, verify_key=KEY.verify_key)


def test_only_recipients_are_signed_and_only_for_their_places() -> None:
    """What is no recipient, or a place of sealed things, is not signed."""
    with pytest.raises(CannotSealError):
        sign_recipient(b"not a key", context=PLACE, key=KEY)
    with pytest.raises(CannotSealError):
        sign_recipient(OFFICE.raw, context=Context("card", ("case-1",)), key=KEY)


def test_what_is_signed_is_fixed_for_good() -> None:
    """The signature over a fixed recipient, key and place is the one that docs/envelope-format.md gives (RFC 8032)."""
    message = b"testimonio.invalid/signed-recipient/v1\noffice_recipient/v1 key-1\n" + OFFICE.raw
    assert sign_recipient(OFFICE.raw, context=PLACE, key=KEY) == KEY._key.sign(message)
    message = b"testimonio.invalid/signed-message/v1\nledger\nentry"
    assert KEY.sign(b"entry", purpose="ledger") == KEY._key.sign(message)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_key_of_another_length_is_refused(length: int) -> None:
    """A signing key has 32 bytes."""
    with pytest.raises(CannotOpenError):
        SigningKey.from_bytes(bytes(length))


def test_key_hides_itself() -> None:
    """What prints a signing key shows nothing of it."""
    assert repr(KEY) == str(KEY) == "<SigningKey, hidden>"


def test_fingerprint_of_a_key_can_be_read_aloud_and_is_its_own() -> None:
    """Four groups of four, the same each time, and another for another key."""
    first, second = (SigningKey.generate().verify_key for _ in range(2))
    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", fingerprint_key(first))
    assert fingerprint_key(first) == fingerprint_key(first) != fingerprint_key(second)
