"""Receipt codes: random, forgiving to read, fixed in what they give."""

import contextlib
import statistics
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.errors import CannotSealError, InvalidCodeError
from vault.receipts import derive_code, derive_receipt, format_code, new_code, parse_code

CODE = "0123456789012345678901234"
SALT = bytes(range(16))


def test_codes_are_25_random_digits() -> None:
    """Codes keep their leading zeros, are all different, and use every digit about equally."""
    codes = [new_code() for _ in range(400)]
    assert all(len(code) == 25 and code.isascii() and code.isdigit() for code in codes)
    assert len(set(codes)) == 400
    counts = [sum(code.count(digit) for code in codes) for digit in "0123456789"]
    # 10,000 digits: 30 is one standard deviation of each count, so 6 of them leave chance about one in 10**8.
    assert statistics.mean(counts) == 1000
    assert all(abs(count - 1000) < 180 for count in counts)
    assert any(code.startswith("0") for code in codes)


def test_code_is_shown_in_five_groups() -> None:
    """A code is written in five groups of five, and reads back."""
    assert format_code(CODE) == "01234 56789 01234 56789 01234"
    assert parse_code(format_code(CODE)) == CODE


@pytest.mark.parametrize(
    "zero",
    [0x30, 0x660, 0x6F0, 0x966, 0x1040, 0x1090, 0x17E0, 0xED0, 0xFF10, 0x1D7CE],
    ids=["ascii", "arabic", "persian", "nepali", "burmese", "shan", "khmer", "lao", "wide", "bold"],
)
def test_code_may_be_typed_in_any_digits(zero: int) -> None:
    """Digits of every script count as what they are."""
    assert parse_code("".join(chr(zero + int(digit)) for digit in CODE)) == CODE


@pytest.mark.parametrize(
    "between", [" ", "-", "\u2013", "\u2011", "\u2212", "\u00a0", "\u202f", "\n", "\t", "\u200f", "\u200b", " - "]
)
def test_code_may_be_typed_with_anything_between(between: str) -> None:
    """Spaces, dashes of every kind and invisible marks between digits do not matter."""
    assert parse_code(between.join(CODE[start : start + 5] for start in range(0, 25, 5)) + between) == CODE


@pytest.mark.parametrize(
    "text", ["", CODE[:-1], CODE + "5", CODE[:-1] + "O", CODE[:-1] + "²", "一" * 25, " " * 300 + CODE, CODE[:-1] + "\0"]
)
def test_what_is_no_code_is_refused(text: str) -> None:
    """Other characters, and more or fewer digits, are refused without being repeated."""
    with pytest.raises(InvalidCodeError) as refusal:
        parse_code(text)
    assert str(refusal.value) == "This is not a receipt code."


@given(st.text(max_size=60))
def test_reading_a_code_raises_nothing_else(text: str) -> None:
    """Any text is a code or is refused with the one error."""
    with contextlib.suppress(InvalidCodeError):
        assert len(parse_code(text)) == 25


def test_receipt_is_fixed_for_good() -> None:
    """A code on paper gives the same lookup id and identity in every version of the program."""
    receipt = derive_receipt(CODE, salt=SALT)
    assert receipt.lookup_id.hex() == "1073b48a2ff789ee6aa9a74594e07a6e3fe88ac767a5158b5b502bcf23c1322e"
    assert receipt.identity.seed.hex() == "f0879725a657606cf61309b5afdaedf1b8cd9c1affa6e18070a1b2d261508476"


def test_draft_key_is_fixed_for_good() -> None:
    """The same code gives one box key for a waiting draft, beside the receipt and telling nothing of it."""
    keys = derive_code(CODE, salt=SALT)
    assert keys.receipt.lookup_id == derive_receipt(CODE, salt=SALT).lookup_id
    assert keys.draft_key.lookup_id == "bc9e5177cd09faaed472a3331550c734eb931a08a16b067be7231bc0327bd96d"
    assert repr(keys) == "CodeKeys()"


def test_receipts_differ_by_code_and_by_installation() -> None:
    """Another code, or another installation, gives another lookup id and another identity."""
    first = derive_receipt(CODE, salt=SALT)
    for other in (derive_receipt(CODE[::-1], salt=SALT), derive_receipt(CODE, salt=bytes(16))):
        assert other.lookup_id != first.lookup_id
        assert other.identity.seed != first.identity.seed
    assert first.lookup_id != first.identity.seed


def test_receipt_hides_itself() -> None:
    """What prints a receipt shows neither lookup id nor identity."""
    assert repr(derive_receipt(CODE, salt=SALT)) == "Receipt()"


@pytest.mark.parametrize("code", ["", CODE[:-1], format_code(CODE), "\u0660" * 25, "²" * 25])
def test_only_parsed_codes_give_receipts(code: str) -> None:
    """Text as typed must go through parse_code first."""
    with pytest.raises(InvalidCodeError):
        derive_receipt(code, salt=SALT)


def test_many_may_derive_at_once() -> None:
    """Sixteen threads derive receipts side by side, and all get the right one (apart, to set a limit)."""
    program = f"""
from concurrent.futures import ThreadPoolExecutor
from vault.receipts import derive_receipt
with ThreadPoolExecutor(16) as pool:
    found = pool.map(lambda _: derive_receipt("{CODE}", salt=bytes(range(16))).lookup_id, range(64))
    assert len(set(found)) == 1
"""
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-c", program], cwd=root, timeout=30, check=True)


def test_short_salts_are_refused() -> None:
    """An installation without a real salt cannot make receipts."""
    with pytest.raises(CannotSealError):
        derive_receipt(CODE, salt=bytes(15))
