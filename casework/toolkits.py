"""Makes the papers about counties' agreements, beside the staff site: the public site hands them out and draws none.

It must never take longer in one go than other work can wait: what is left is asked for again.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from time import monotonic
from typing import Any, Final

from sqlalchemy import Connection

from casework.workplace import Workplace
from exports.documents.toolkit import Part, Toolkit, render_toolkit
from models.agreements import Agreement, Standing, find_status
from models.counties import County, get_county, list_counties, list_state_codes, name_state
from models.county_agencies import find_county_fips, list_agreements, list_events, list_shown_agencies
from models.directory_versions import MAKE_TOOLKITS
from models.engine import read, write
from models.jobs import ALL, enqueue_job
from models.list_imports import find_lists_read
from models.toolkits import ANY_COUNTY, delete_toolkit, list_digests, name_state_paper, put_toolkit
from web import clock
from web.county_facts import StateFacts, gather_county_facts, gather_state_facts
from web.county_paper import CountyPaper, PaperPart, StateWords, compose_county_paper, compose_state_paper
from web.county_words import describe_county, write_date
from web.languages import LANGUAGES

_LONGEST_SECONDS: Final = 15.0
# Raised when the look of the papers changes, so that all are drawn anew.
_EDITION: Final = "1"

Paper = tuple[str, str]


@dataclass(frozen=True)
class _Subject:
    """What a paper is about: a county, the counties of a state that are on no list, or with neither any county."""

    code: str
    county: County | None = None
    state: str = ""
    told: tuple[str, ...] = ()


def make_toolkits(place: Workplace, _subject: str) -> None:
    """Draw each paper whose facts or words have changed, and take away those that are about nothing any more."""
    with read(place.engine) as connection:
        known = list_digests(connection)
        subjects = _list_subjects(connection, clock.today(place.config.time_zone))
    languages = [code for code in place.config.languages if code in LANGUAGES]
    wanted = [(subject, language) for subject in subjects for language in languages]
    _drop_others(place, known, {(subject.code, language) for subject, language in wanted})
    end = monotonic() + _LONGEST_SECONDS
    for subject, language in wanted:
        # Only after a paper that was drawn: looking at those that are there already brings nothing forward.
        if _make_toolkit(place, subject, language, known) and monotonic() > end:
            with write(place.engine) as connection:
                enqueue_job(connection, MAKE_TOOLKITS, ALL)
            return


def _list_subjects(connection: Connection, today: date) -> list[_Subject]:
    """List what papers are about, in the order in which they are wanted.

    Any county; the counties with an agreement today; the states of which a list was read; the other counties of which
    something is known.
    """
    rows = [(fips, row) for row in list_shown_agencies(connection) if (fips := find_county_fips(row))]
    ids = [row.id for _fips, row in rows]
    agreements, events = list_agreements(connection, ids), list_events(connection, ids)
    told = {fips: row for fips, row in rows if agreements[row.id] or events[row.id]}
    in_force = {fips for fips, row in rows if _is_in(agreements[row.id], today)}
    counties = [
        _Subject(fips, get_county(fips) or County(fips, row.county, row.state, ""))
        for fips, row in sorted(told.items())
    ]
    states = [_make_state(code, told) for code in list_state_codes() if find_lists_read(connection, code)]
    return [
        _Subject(ANY_COUNTY),
        *(subject for subject in counties if subject.code in in_force),
        *states,
        *(subject for subject in counties if subject.code not in in_force),
    ]


def _is_in(agreements: list[Agreement], today: date) -> bool:
    return find_status(agreements, today, today).standing is Standing.YES


def _make_state(state: str, told: Mapping[str, Any]) -> _Subject:
    counties = list_counties(state)
    return _Subject(name_state_paper(counties[0].fips), state=state, told=tuple(sorted(told)))


def _drop_others(place: Workplace, known: dict[Paper, str], wanted: set[Paper]) -> None:
    if others := known.keys() - wanted:
        with write(place.engine) as connection:
            for county_fips, language in others:
                delete_toolkit(connection, county_fips, language)


def _make_toolkit(place: Workplace, subject: _Subject, language: str, known: dict[Paper, str]) -> bool:
    """Draw one paper, unless it is there already as it would be; tell whether it was drawn."""
    today = clock.today(place.config.time_zone)
    paper = _compose(place, subject, language, today)
    toolkit = Toolkit(
        title=paper.title,
        language=language,
        direction=LANGUAGES[language].direction,
        foot=paper.foot,
        parts=_read_parts(paper.parts),
        letter=_read_parts(paper.letter),
    )
    digest = _digest(toolkit)
    if known.get((subject.code, language)) == digest:
        return False
    content = render_toolkit(toolkit)
    with write(place.engine) as connection:
        put_toolkit(connection, subject.code, language, digest=digest, made_on=today, content=content)
    return True


def _compose(place: Workplace, subject: _Subject, language: str, today: date) -> CountyPaper:
    texts, address = place.config.texts_dir, place.config.public_address
    if subject.state:
        with read(place.engine) as connection:
            facts = gather_state_facts(connection, subject.state, today)
        words = _describe_state(subject, facts, language)
        return compose_state_paper(words, language, texts=texts, address=address)
    if subject.county is None:
        return compose_county_paper(None, language, texts=texts, address=address)
    with read(place.engine) as connection:
        county = describe_county(gather_county_facts(connection, subject.county, today), language)
    return compose_county_paper(county, language, texts=texts, address=address)


def _describe_state(subject: _Subject, facts: StateFacts, language: str) -> StateWords:
    counties = list_counties(subject.state)
    return StateWords(
        state=name_state(subject.state),
        list_date=write_date(facts.lists_read.newest_on, "day", language) if facts.lists_read else "",
        not_listed=tuple(county.name for county in counties if county.fips not in subject.told),
        told=tuple(county.name for county in counties if county.fips in subject.told),
        agencies=facts.statewide,
        unplaced=facts.unplaced,
    )


def _read_parts(parts: tuple[PaperPart, ...]) -> tuple[Part, ...]:
    return tuple(Part(part.kind, part.lines, part.language) for part in parts)


def _digest(toolkit: Toolkit) -> str:
    """SHA-256 over everything that is drawn."""
    plain: dict[str, Any] = {"edition": _EDITION, **asdict(toolkit)}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
