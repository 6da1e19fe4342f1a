"""Padding: sizes tell a class and not a length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.padding import padded_length, padme_length, write_padded_json


@pytest.mark.parametrize(
    ("length", "padded"), [(0, 8192), (8192, 8192), (8193, 16384), (16384, 16384), (16385, 32768), (100_000, 131_072)]
)
def test_json_sizes_double(length: int, padded: int) -> None:
    """JSON is 8 KiB or a doubling of it."""
    assert padded_length(length, smallest=8192) == padded


def test_json_is_padded_with_spaces() -> None:
    """A short and a longer answer have the same length, and only spaces behind them."""
    short, longer = write_padded_json("a"), write_padded_json("a" * 8000)
    assert len(short) == len(longer) == 8192
    assert short.rstrip(b" ") == b'"a"'


@pytest.mark.parametrize(
    ("length", "padded"),
    [(0, 8192), (1, 8192), (8192, 8192), (8193, 8704), (65_537, 67_584), (1_000_000, 1_015_808), (1 << 30, 1 << 30)],
)
def test_padme_lengths(length: int, padded: int) -> None:
    """Files have a Padme length, computed here by hand, and at least 8 KiB."""
    assert padme_length(length) == padded


@given(length=st.integers(8192, 1 << 40))
def test_padme_costs_little_and_is_stable(length: int) -> None:
    """A Padme length is never shorter, at most 12 % longer, and its own Padme length."""
    padded = padme_length(length)
    assert length <= padded <= length * 1.12
    assert padme_length(padded) == padded
