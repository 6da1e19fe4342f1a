"""Makes the papers about counties' agreements, beside the staff site: the public site hands them out and draws none.

It must never take longer in one go than other work can wait: what is left is asked for again.
"""

import hashlib
import json
from dataclasses import asdict
from time import monotonic
from typing import Any, Final

from sqlalchemy import Connection

from casework.workplace import Workplace
from exports.documents.toolkit import Part, Toolkit, render_toolkit
from models.counties import County, get_county
from models.county_agencies import list_agreements, list_events, list_shown_agencies
from models.directory_versions import MAKE_TOOLKITS
from models.engine import read, write
from models.jobs import ALL, enqueue_job
from models.toolkits import ANY_COUNTY, delete_toolkit, list_digests, put_toolkit
from web import clock
from web.county_facts import gather_county_facts
from web.county_paper import PaperPart, compose_county_paper
from web.county_words import describe_county
from web.languages import LANGUAGES

_LONGEST_SECONDS: Final = 15.0
# Raised when the look of the papers changes, so that all are drawn anew.
_EDITION: Final = "1"

Paper = tuple[str, str]


def make_toolkits(place: Workplace, _subject: str) -> None:
    """Draw each paper whose facts or words have changed, and take away those that no county has any more."""
    with read(place.engine) as connection:
        known = list_digests(connection)
        counties = _list_counties(connection)
    languages = [code for code in place.config.languages if code in LANGUAGES]
    wanted = [(county, language) for county in counties for language in languages]
    _drop_others(place, known, {(county.fips if county else ANY_COUNTY, language) for county, language in wanted})
    end = monotonic() + _LONGEST_SECONDS
    for county, language in wanted:
        # Only after a paper that was drawn: looking at those that are there already brings nothing forward.
        if _make_toolkit(place, county, language, known) and monotonic() > end:
            with write(place.engine) as connection:
                enqueue_job(connection, MAKE_TOOLKITS, ALL)
            return


def _list_counties(connection: Connection) -> list[County | None]:
    """The counties of which something is known, after None, which stands for any county."""
    rows = [row for row in list_shown_agencies(connection) if row.county_fips]
    ids = [row.id for row in rows]
    agreements, events = list_agreements(connection, ids), list_events(connection, ids)
    told = {row.county_fips: row for row in rows if agreements[row.id] or events[row.id]}
    found = [get_county(fips) or County(fips, row.county, row.state, "") for fips, row in told.items()]
    return [None, *sorted(found, key=lambda county: county.fips)]


def _drop_others(place: Workplace, known: dict[Paper, str], wanted: set[Paper]) -> None:
    if others := known.keys() - wanted:
        with write(place.engine) as connection:
            for county_fips, language in others:
                delete_toolkit(connection, county_fips, language)


def _make_toolkit(place: Workplace, county: County | None, language: str, known: dict[Paper, str]) -> bool:
    """Draw one paper, unless it is there already as it would be; tell whether it was drawn."""
    today = clock.today(place.config.time_zone)
    words = None
    if county is not None:
        with read(place.engine) as connection:
            words = describe_county(gather_county_facts(connection, county, today), language)
    paper = compose_county_paper(words, language, texts=place.config.texts_dir, address=place.config.public_address)
    toolkit = Toolkit(
        title=paper.title,
        language=language,
        direction=LANGUAGES[language].direction,
        foot=paper.foot,
        parts=_read_parts(paper.parts),
        letter=_read_parts(paper.letter),
    )
    county_fips = county.fips if county else ANY_COUNTY
    digest = _digest(toolkit)
    if known.get((county_fips, language)) == digest:
        return False
    content = render_toolkit(toolkit)
    with write(place.engine) as connection:
        put_toolkit(connection, county_fips, language, digest=digest, made_on=today, content=content)
    return True


def _read_parts(parts: tuple[PaperPart, ...]) -> tuple[Part, ...]:
    return tuple(Part(part.kind, part.lines, part.language) for part in parts)


def _digest(toolkit: Toolkit) -> str:
    """SHA-256 over everything that is drawn."""
    plain: dict[str, Any] = {"edition": _EDITION, **asdict(toolkit)}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
