"""What people can say of a day becomes the earliest and the latest day it may have been."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.incident_dates import DateRange, ImpossibleDateError, find_date_range

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("values", "earliest", "latest"),
    [
        ({"when": "today"}, TODAY, TODAY),
        ({"when": "yesterday"}, date(2026, 11, 22), date(2026, 11, 22)),
        (
            {"when": "date", "when_day": "29", "when_month": "2", "when_year": "2024"},
            date(2024, 2, 29),
            date(2024, 2, 29),
        ),
        ({"when": "month", "when_month": "6", "when_year": "2025"}, date(2025, 6, 1), date(2025, 6, 30)),
        ({"when": "month", "when_month": "11", "when_year": "2026"}, date(2026, 11, 1), TODAY),
        ({"when": "season", "when_season": "summer", "when_year": "2024"}, date(2024, 6, 1), date(2024, 8, 31)),
        ({"when": "season", "when_season": "winter", "when_year": "2025"}, date(2024, 12, 1), date(2025, 12, 31)),
        ({"when": "season", "when_season": "fall", "when_year": "2026"}, date(2026, 9, 1), TODAY),
        ({"when": "ongoing"}, None, TODAY),
        ({"when": "not_sure"}, None, None),
        ({}, None, None),
    ],
)
def test_words_become_a_range(values: dict[str, str | list[str]], earliest: date | None, latest: date | None) -> None:
    """Each way to say when gives the first and the last day it allows, never one in the future."""
    assert find_date_range(values, TODAY) == DateRange(earliest, latest)


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"when": "date", "when_day": "30", "when_month": "2", "when_year": "2026"}, "when_day"),
        ({"when": "date", "when_day": "24", "when_month": "11", "when_year": "2026"}, "when_year"),
        ({"when": "month", "when_month": "12", "when_year": "2026"}, "when_year"),
        ({"when": "month", "when_month": "", "when_year": "2026"}, "when_month"),
        ({"when": "season", "when_season": "", "when_year": "2026"}, "when_season"),
        ({"when": "season", "when_season": "fall", "when_year": "26"}, "when_year"),
    ],
)
def test_impossible_words_name_the_part_at_fault(values: dict[str, str | list[str]], part: str) -> None:
    """Parts that make no day that has been say which part to mend."""
    with pytest.raises(ImpossibleDateError) as caught:
        find_date_range(values, TODAY)
    assert caught.value.part == part


@given(
    st.fixed_dictionaries(
        {
            "when": st.sampled_from(["today", "yesterday", "date", "month", "season", "ongoing", "not_sure", "x"]),
            "when_day": st.text(max_size=3),
            "when_month": st.sampled_from(["", "0", "1", "12", "13", "x"]),
            "when_season": st.sampled_from(["", "winter", "fall", "x"]),
            "when_year": st.one_of(st.integers(0, 3000).map(str), st.text(max_size=5)),
        }
    )
)
def test_any_words_give_a_range_or_say_what_is_wrong(values: dict[str, str | list[str]]) -> None:
    """Whatever was typed, the answer is an ordered range that ends by today, or our own error and no other."""
    with contextlib.suppress(ImpossibleDateError):
        found = find_date_range(values, TODAY)
        assert found.latest is None or found.latest <= TODAY
        assert found.earliest is None or found.latest is None or found.earliest <= found.latest
