"""Reads every page about agreements that the public site can show in one language, with a county of each answer."""

from __future__ import annotations

from collections.abc import Iterator

from intake.views.agencies import READINGS
from tests.intake.test_report_journey import walk_to
from tests.page_client import Page, PageClient

# In one, in one by its city only, in none, not any more, and without any list that was read.
COUNTIES = ("ne/dakota", "ne/gage", "ne/douglas", "mn/jackson", "tx/travis")


def read_agency_pages(reader: PageClient, lang: str) -> Iterator[Page]:
    """Yield search, states, counties, and what can be read and printed; then the form's own search."""
    yield reader.get(f"/{lang}/agencies")
    for query in ("dakota", "omaha 7", "dakotta", "sioux city", "nebraska patrol"):
        yield reader.get(f"/{lang}/agencies?q={query}")
    for name in READINGS:
        yield reader.get(f"/{lang}/agencies/{name}")
    for state in ("ne", "gu"):
        yield reader.get(f"/{lang}/agencies/{state}")
    for address in COUNTIES:
        yield reader.get(f"/{lang}/agencies/{address}")
        yield reader.get(f"/{lang}/agencies/{address}/action")
    yield reader.get(f"/{lang}/agencies/ne/dakota/letter")
    yield reader.get(f"/{lang}/agencies/ne/douglas/letter")
    yield reader.get(f"/{lang}/agencies/ne/offices/nebraska-state-patrol")
    waiting = reader.get(f"/{lang}/agencies/ne/dakota/toolkit")
    assert waiting.status == 404
    yield waiting
    police = walk_to(reader, "police", lang)
    for typed in ("alguacil de dakota", "7777"):
        police = reader.submit(police, {"agency": typed}, go="find")
        yield police
