"""How far the lists reach that a date stands on: said once behind the source, and read back."""

from datetime import date

import pytest

from models.list_citations import extend_citation, split_citation

SHIPPED = "ICE, lists of participating agencies of 16 May 2025 to 18 May 2026"


def test_source_names_the_newest_list_once() -> None:
    """However many lists confirm an agreement, its source ends with the newest of them."""
    once = extend_citation(SHIPPED, date(2026, 6, 15))
    assert once == f"{SHIPPED}; and up to the list of 15 June 2026"
    assert extend_citation(once, date(2026, 7, 1)) == f"{SHIPPED}; and up to the list of 1 July 2026"


@pytest.mark.parametrize("until", [date(2026, 1, 1), date(2028, 2, 29), date(2026, 12, 31)])
def test_what_was_put_behind_a_source_is_read_back(until: date) -> None:
    """Source and day come back as they went in."""
    assert split_citation(extend_citation(SHIPPED, until)) == (SHIPPED, until)


@pytest.mark.parametrize("source", ["", SHIPPED, f"{SHIPPED}; and up to the list of 31 June 2026", "A newspaper; x"])
def test_other_sources_stay_whole(source: str) -> None:
    """A source with no such ending, or with a day that is none, is left as it is."""
    assert split_citation(source) == (source, None)
