"""Recipients and identities: text forms, fingerprints, and that private keys stay hidden."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault import bech32
from vault.contexts import Context
from vault.errors import CannotOpenError, CannotSealError
from vault.identities import Identity
from vault.recipients import Recipient
from vault.sealing import seal

SEED = bytes(range(32))
FIXED = Identity.from_seed(SEED)


def test_recipient_survives_its_forms() -> None:
    """A recipient is the same after its bytes and after its text."""
    recipient = FIXED.recipient
    assert len(recipient.raw) == 1216
    assert recipient.to_text().startswith("age1pq1")
    assert len(recipient.to_text()) == 1959
    assert Recipient.from_bytes(recipient.raw) == Recipient.from_text(recipient.to_text()) == recipient
    assert hash(Recipient.from_bytes(recipient.raw)) == hash(recipient)
    assert recipient != Identity.generate().recipient
    assert recipient != recipient.raw


def test_fingerprint_is_eighty_bits_in_four_groups() -> None:
    """A fingerprint is fixed for a key, can be read aloud, and stands in the recipient's repr."""
    assert FIXED.recipient.fingerprint == "Y2PG-JAST-DM4S-E7Z6"
    assert repr(FIXED.recipient) == "<Recipient Y2PG-JAST-DM4S-E7Z6>"


def test_identity_survives_its_forms() -> None:
    """An identity is the same after its seed and after its text."""
    assert FIXED.to_text().startswith("AGE-SECRET-KEY-PQ-1")
    assert Identity.from_text(FIXED.to_text()).seed == SEED
    assert Identity.from_text(FIXED.to_text().lower()).recipient == FIXED.recipient


def test_identities_are_all_different() -> None:
    """Two identities made one after the other have nothing in common."""
    assert Identity.generate().seed != Identity.generate().seed


def test_identity_hides_itself() -> None:
    """What prints an identity shows no key."""
    assert repr(FIXED) == str(FIXED) == "<Identity, hidden>"


@pytest.mark.parametrize("raw", [b"", bytes(1215), bytes(1217), b"\xff" * 1216])
def test_bytes_that_are_no_recipient_are_refused(raw: bytes) -> None:
    """Another length, or coefficients out of range, is refused before anything is sealed to it."""
    with pytest.raises(CannotSealError):
        Recipient.from_bytes(raw)


def test_recipient_of_low_order_cannot_be_sealed_to() -> None:
    """A public key with which anybody could open half of the hybrid is refused."""
    weak = Recipient.from_bytes(FIXED.recipient.raw[:1184] + bytes(32))
    with pytest.raises(CannotSealError):
        seal(b"story", recipients=[weak], context=Context("card", ("case-1",)))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_seed_of_another_length_is_refused(length: int) -> None:
    """A seed has 32 bytes."""
    with pytest.raises(CannotOpenError):
        Identity.from_seed(bytes(length))


def _break_text(text: str) -> list[str]:
    swapped = text[:-1] + ("q" if text[-1].lower() != "q" else "p")
    return ["", text[:-1], swapped, text[:12] + text[12:].swapcase(), text.replace("1", "b", 1), f" {text}", "age1pq1"]


def test_wrong_texts_are_refused() -> None:
    """Text with a wrong letter, case, length or prefix is no key."""
    for text in [*_break_text(FIXED.recipient.to_text()), FIXED.to_text()]:
        with pytest.raises(CannotSealError):
            Recipient.from_text(text)
    kelvin = FIXED.to_text().replace("K", "\N{KELVIN SIGN}")
    for text in [
        *_break_text(FIXED.to_text()),
        FIXED.recipient.to_text(),
        kelvin,
        bech32.encode("age-secret-key-pq-", b""),
    ]:
        with pytest.raises(CannotOpenError):
            Identity.from_text(text)


@given(data=st.binary(max_size=80))
@settings(deadline=None)
def test_bech32_comes_back(data: bytes) -> None:
    """Any bytes are the same after their text."""
    assert bech32.decode("prefix-", bech32.encode("prefix-", data)) == data


def test_bech32_is_the_standard_one() -> None:
    """A valid string of BIP 173 reads and writes as it stands there."""
    text = "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"
    data = bech32.decode("abcdef", text)
    assert data.hex() == "00443214c74254b635cf84653a56d7c675be77df"
    assert bech32.encode("abcdef", data) == text


@pytest.mark.parametrize("values", [[0], [0, 1], [31, 31]])
def test_bech32_has_one_writing(values: list[int]) -> None:
    """Left-over bits, which would give one key several texts, are refused."""
    alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    head = [*bech32._expand("a"), *values]
    remainder = bech32._checksum([*head, *([0] * 6)]) ^ 1
    check = [(remainder >> 5 * (5 - place)) & 31 for place in range(6)]
    with pytest.raises(ValueError, match="left over"):
        bech32.decode("a", "a1" + "".join(alphabet[value] for value in (*values, *check)))
