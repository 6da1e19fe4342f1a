"""Boxes: the cookie's key opens the record, and neither gives the other away."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.boxes import BoxKey, close_box, open_box
from vault.errors import CannotOpenError, CannotSealError

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
KEY = BoxKey.from_cookie("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")


@given(value=st.binary(max_size=5000))
def test_value_comes_back(value: bytes) -> None:
    """Any value opens again, and the record's length is a class."""
    record = close_box(value, key=KEY, context="draft")
    assert open_box(record, key=KEY, context="draft") == value
    assert len(record) - 1 - 32 - 16 in {1024, 2048, 4096, 8192}


def test_records_are_never_the_same() -> None:
    """Closing the same value twice gives records without anything in common."""
    first, second = (close_box(b"same", key=KEY, context="draft") for _ in range(2))
    assert first[1:33] != second[1:33]
    assert first[33:] != second[33:]


def test_other_key_or_context_is_refused() -> None:
    """Another cookie, or another kind of box, opens nothing."""
    record = close_box(b"draft", key=KEY, context="draft")
    with pytest.raises(CannotOpenError):
        open_box(record, key=BoxKey.generate(), context="draft")
    for context in ("receipt", "", "draft ", "d\nraft"):
        with pytest.raises(CannotOpenError):
            open_box(record, key=KEY, context=context)


def test_every_change_is_refused() -> None:
    """A record in which any byte differs, or that ends early or late, is refused."""
    record = close_box(b"draft", key=KEY, context="draft")
    for place in range(len(record)):
        changed = bytearray(record)
        changed[place] ^= 1
        for wrong in (bytes(changed), record[:place], record + b"\0"):
            with pytest.raises(CannotOpenError):
                open_box(wrong, key=KEY, context="draft")


def test_old_records_stay_readable() -> None:
    """A record that was written by the first version opens."""
    record = bytes.fromhex((VECTORS / "box_v1.hex").read_text(encoding="ascii"))
    assert open_box(record, key=KEY, context="draft") == b"draft"


def test_key_survives_the_cookie() -> None:
    """A key is the same after its cookie."""
    key = BoxKey.generate()
    again = BoxKey.from_cookie(key.to_cookie())
    assert (again.lookup_id, again.csrf_token()) == (key.lookup_id, key.csrf_token())
    assert len(key.to_cookie()) == 43


def test_what_is_derived_is_fixed_and_different() -> None:
    """Lookup id and token are fixed for a key, and neither is the other or the key."""
    assert KEY.lookup_id == "aa48b35e9d211554da4d4c752e01e0cbd60c9b23e208211ab7fc73d6310bb493"
    assert KEY.csrf_token() == "71fd368c7dc6c54d2eb81490491407ba01a55101534ddfc721d38a325938f073"
    assert bytes(range(32)).hex() not in {KEY.lookup_id, KEY.csrf_token()}


@pytest.mark.parametrize(
    "cookie",
    ["", "A" * 42, "A" * 44, "A" * 42 + "B", "A" * 42 + "=", "+" + "A" * 42, "\u00e9" * 43, "A" * 20 + "\n" + "A" * 22],
)
def test_wrong_cookies_are_refused(cookie: str) -> None:
    """A cookie's value has one writing; nothing else is a key."""
    with pytest.raises(CannotOpenError):
        BoxKey.from_cookie(cookie)


def test_key_of_another_length_is_refused() -> None:
    """A key has 32 bytes."""
    with pytest.raises(CannotOpenError):
        BoxKey(bytes(31))


def test_key_hides_itself() -> None:
    """What prints a key shows nothing of it."""
    assert repr(KEY) == str(KEY) == "<BoxKey, hidden>"


@pytest.mark.parametrize("context", ["", "a b", "a\n", "é", "a" * 201])
def test_wrong_contexts_are_refused(context: str) -> None:
    """A box without a plain context is not closed."""
    with pytest.raises(CannotSealError):
        close_box(b"draft", key=KEY, context=context)
