"""The short words that staff read."""

from __future__ import annotations

from datetime import date

import pytest

from casework.words import CONSENT, describe_days_since, describe_place, find_language, join_words, read_date

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("earliest", "latest", "words"),
    [
        (date(2026, 11, 22), date(2026, 11, 22), "1 day"),
        (TODAY, TODAY, "0 days"),
        (date(2024, 6, 1), date(2024, 8, 31), "814 to 905 days"),
        (None, date(2026, 11, 20), "Ongoing when told, 3 days ago"),
        (None, TODAY, "Ongoing when told, today"),
        (None, None, "Not known"),
        (date(2026, 11, 24), date(2026, 11, 24), "0 days"),
    ],
)
def test_describes_days_since(earliest: date | None, latest: date | None, words: str) -> None:
    """One day is a number, a vague one a span; what goes on and what is not known say so, and nothing is negative."""
    assert describe_days_since(earliest, latest, TODAY) == words


def test_joins_known_and_unknown_codes() -> None:
    """Codes are written out; one of a later form stands as it is; none at all says so."""
    assert join_words(CONSENT, ("asked_me", "not_sure", "new_code")) == "asked for it, consent not known, new_code"
    assert join_words(CONSENT, "") == "Not told"


def test_knows_how_languages_run() -> None:
    """Arabic runs right to left, Somali does not, and an unnamed language is undetermined."""
    assert [find_language(code).direction for code in ("ar", "so")] == ["rtl", "ltr"]
    assert find_language("other").code == "und"


def test_a_language_that_was_not_told_is_not_another_language() -> None:
    """No answer about the language says that it was not told; only who chose another language is said to have."""
    assert find_language("").name == "language not told"
    assert find_language("").code == "und"
    assert find_language("other").name == "Another language"


def test_reads_only_dates() -> None:
    """A sealed record without a date gives none."""
    assert read_date("") is None
    assert read_date("2026-11-23") == TODAY


def test_describes_a_place() -> None:
    """County and state stand together; "not sure" is no state."""
    assert describe_place("Meadowlark County", "NE") == "Meadowlark County, NE"
    assert describe_place("", "not_sure") == "Not told"
