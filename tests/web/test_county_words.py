"""What is said of a county: each answer, dates as exactly as they are known, and each source once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from models.agreements import Agreement, ListsRead, Precision, SupportType, find_status
from models.counties import County
from web.county_facts import AgencyFacts, Answer, CountyFacts, Event, find_answer
from web.county_paper import StateWords, compose_state_paper
from web.county_words import describe_county, find_host, write_date

TODAY = date(2026, 11, 23)
LISTS = ListsRead(date(2021, 1, 13), date(2026, 5, 18))
PLACE = County("31901", "Meadowlark County", "NE", "meadowlark")
JEM = SupportType.JAIL_ENFORCEMENT_MODEL
IN_FORCE = Agreement(JEM, signed_on=date(2025, 3, 1), last_seen_on=date(2026, 5, 18), source="A list")
GONE = Agreement(JEM, first_seen_on=date(2025, 9, 26), last_seen_on=date(2025, 9, 26), missing_on=date(2026, 1, 14))
ENDED = Agreement(JEM, signed_on=date(2020, 1, 1), ended_on=date(2022, 6, 1), ended_precision=Precision.MONTH)
PERHAPS = Agreement(JEM, signed_on=date(2026, 1, 1), signed_precision=Precision.YEAR)


def make_agency(
    *agreements: Agreement, kind: str = "county", lists: ListsRead | None = LISTS, events: tuple[Event, ...] = ()
) -> AgencyFacts:
    """Make an agency with what sources say of it."""
    status = find_status(agreements, TODAY, TODAY, lists)
    name = {"county": "Meadowlark Sheriff", "state": "State Patrol"}.get(kind, "Larkspur Police")
    return AgencyFacts(kind, name, kind, "", "", "", status, agreements, events)


def make_county(*agencies: AgencyFacts, lists: ListsRead | None = LISTS) -> CountyFacts:
    """Make a county of agencies."""
    own = tuple(agency for agency in agencies if agency.type == "county")
    state = tuple(agency for agency in agencies if agency.type == "state")
    local = tuple(agency for agency in agencies if agency.type not in {"county", "state"})
    return CountyFacts(PLACE, find_answer(own, local, lists), lists, own, local, state)


@pytest.mark.parametrize(
    ("county", "answer", "words"),
    [
        (make_county(make_agency(IN_FORCE)), Answer.YES, "Sheriff has an agreement with ICE, since March 1, 2025."),
        (make_county(make_agency(), make_agency(IN_FORCE, kind="municipality")), Answer.IN_PART, "own sheriff is not"),
        (make_county(make_agency(GONE)), Answer.ENDED, "It was over by January 14, 2026."),
        (make_county(make_agency(ENDED)), Answer.ENDED, "It was over by June 2022."),
        (make_county(make_agency(PERHAPS)), Answer.UNCLEAR, "does not say clearly whether"),
        (make_county(make_agency()), Answer.NOT_LISTED, "No office of this county"),
        (make_county(), Answer.NOT_LISTED, "No office of this county"),
        (make_county(lists=None), Answer.NO_RECORD, "for Nebraska, and nobody told us"),
        (make_county(make_agency(lists=None), lists=None), Answer.NO_RECORD, "We have not read a list"),
        (make_county(make_agency(IN_FORCE, lists=None), lists=None), Answer.YES, "has an agreement with ICE"),
        (make_county(make_agency(IN_FORCE, kind="state")), Answer.NOT_LISTED, "state with an agreement: State Patrol."),
    ],
)  # fmt: skip
def test_each_answer(county: CountyFacts, answer: Answer, words: str) -> None:
    """What sources say becomes one of six answers, and never a "no" where nobody looked."""
    assert county.answer is answer
    described = describe_county(county, "en")
    assert words in " ".join(described.sentences)
    assert not described.headline.startswith("No.")
    assert "{" not in described.headline + "".join(described.sentences)


def test_models_are_those_in_force_and_name_their_holders() -> None:
    """A model that is over is not told as one that is used; one that is used says by whom."""
    county = make_county(make_agency(GONE), make_agency(IN_FORCE, kind="state"))
    assert describe_county(county, "en").models == (("Jail model", "model_jail", "State Patrol"),)
    assert describe_county(make_county(make_agency(GONE)), "en").models == ()


def test_sources_that_differ_are_said_to() -> None:
    """Two dates of signing are both shown, and the oldest is not passed off as sure."""
    older = Agreement(JEM, signed_on=date(2018, 1, 1), signed_precision=Precision.MONTH, source="A paper")
    words = describe_county(make_county(make_agency(older, IN_FORCE)), "en")
    assert "The earliest date that we know is January 2018; sources differ." in words.sentences[0]
    assert [row.lines[0] for row in words.agencies[0].agreements] == ["Signed: January 2018.", "Signed: March 1, 2025."]
    assert [source.name for source in words.sources] == ["A paper", "A list"]


def test_two_models_of_two_days_are_no_contradiction() -> None:
    """An agency that signed one model on one day and another on the next has it since the first."""
    street = Agreement(SupportType.TASK_FORCE_MODEL, signed_on=date(2025, 3, 2), source="A list")
    words = describe_county(make_county(make_agency(IN_FORCE, street)), "en")
    assert words.sentences[0] == "Meadowlark Sheriff has an agreement with ICE, since March 1, 2025."


def test_source_that_newer_lists_extended_is_told_in_the_readers_language() -> None:
    """What ships keeps its translation when a newer list confirmed it, and the list's day is written out."""
    shipped = "ICE, lists of participating agencies of 16 May 2025 to 18 May 2026"
    extended = replace(IN_FORCE, source=f"{shipped}; and up to the list of 15 July 2026")
    (english,) = describe_county(make_county(make_agency(extended)), "en").sources
    assert english.name == f"{shipped}; and up to the list of July 15, 2026"
    (spanish,) = describe_county(make_county(make_agency(extended)), "es").sources
    assert spanish.name.endswith("; y hasta la lista del 15 de julio de 2026")
    assert "ICE, listas de" in spanish.name


def test_each_source_is_named_once() -> None:
    """Facts of one source share its number; the same name at another address is another source."""
    events = tuple(
        Event(date(2025, month, 1), "month", f"Thing {month}", "A paper", f"https://paper.example/{month // 3}")
        for month in (1, 2, 3)
    )
    words = describe_county(make_county(make_agency(IN_FORCE, events=events)), "en")
    assert [event.source for event in words.agencies[0].events] == [2, 2, 3]
    assert [source.host for source in words.sources] == ["", "paper.example", "paper.example"]


def test_sentences_of_an_office_keep_their_language() -> None:
    """What ships is translated; what an office wrote itself is marked as English."""
    events = (Event(date(2025, 1, 1), "year", "The sheriff signs the agreement.", "s", ""),)
    own = (Event(date(2025, 1, 1), "year", "We met the sheriff.", "s", ""),)
    shipped = describe_county(make_county(make_agency(IN_FORCE, events=events)), "es").agencies[0].events[0]
    written = describe_county(make_county(make_agency(IN_FORCE, events=own)), "es").agencies[0].events[0]
    assert (shipped.what, shipped.what_language) == ("El alguacil firma el acuerdo.", "es")
    assert (written.what, written.what_language, written.when) == ("We met the sheriff.", "en", "2025")


def test_dates_are_as_exact_as_they_are_known() -> None:
    """A month stays a month and a year a year, in every language."""
    day, kinds = date(2018, 1, 1), ("day", "month", "year")
    assert [write_date(day, kind, "en") for kind in kinds] == ["January 1, 2018", "January 2018", "2018"]
    assert [write_date(day, kind, "es") for kind in kinds] == ["1 de enero de 2018", "enero de 2018", "2018"]


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "data:text/html,x", "//ice.gov/x", "ftp://ice.gov", "www.ice.gov"]
)
def test_only_web_addresses_become_links(url: str) -> None:
    """What somebody wrote into the directory as an address is a link only when it is one."""
    assert find_host(url) == ""
    assert find_host("https://www.ice.gov/x") == "www.ice.gov"


def test_broken_address_is_no_link() -> None:
    """An address that cannot be read is passed over, and breaks no page."""
    assert find_host("https://[") == ""


def test_paper_of_a_state_says_what_is_not_known() -> None:
    """It names the counties on no list, those with a paper of their own, and how many offices have no county."""
    words = StateWords("Nebraska", "May 18, 2026", ("Adams County",), ("Dakota County",), ("State Patrol",), 3)
    paper = compose_state_paper(words, "en", address="https://intake.example.org")
    lines = [line for part in paper.parts for line in part.lines]
    assert paper.title == "287(g): Any county of Nebraska"
    assert "As far as we know, no office of these counties is on ICE's list of May 18, 2026:" in lines
    assert {"Adams County", "Dakota County"} <= set(lines)
    assert any("do not know the county: 3. The page of Nebraska" in line for line in lines)
    assert any("Offices of the state with an agreement: State Patrol." in line for line in lines)
    letter = " ".join(line for part in paper.letter for line in part.lines)
    assert "My county, Nebraska: agreements with ICE" in letter
    assert "cost so far" not in letter
