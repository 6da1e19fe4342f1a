"""Says in a reader's language what is known of a county: the same sentences on the public page and on the paper.

It must never round a date up: a source that gives the month is shown with the month.
"""

from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlsplit

from babel.dates import format_date, format_skeleton

from models.agreements import Agreement, Precision, SupportType
from models.counties import name_state
from models.list_citations import split_citation
from web.county_facts import AgencyFacts, Answer, CountyFacts, find_beginning, find_end
from web.csrf import N_
from web.languages import DEFAULT_LANGUAGE, LANGUAGES, gettext

MODEL_NAMES: dict[SupportType, str] = {
    SupportType.JAIL_ENFORCEMENT_MODEL: N_("Jail model"),
    SupportType.WARRANT_SERVICE_OFFICER: N_("Warrant model"),
    SupportType.TASK_FORCE_MODEL: N_("Task force model"),
}
# The block of text that says what officers may do under a model, and what not.
MODEL_BLOCKS: dict[SupportType, str] = {
    SupportType.JAIL_ENFORCEMENT_MODEL: "model_jail",
    SupportType.WARRANT_SERVICE_OFFICER: "model_warrant",
    SupportType.TASK_FORCE_MODEL: "model_task_force",
}
HEADLINES: dict[Answer, str] = {
    Answer.YES: N_("Yes."),
    Answer.IN_PART: N_("In part."),
    Answer.ENDED: N_("Not any more."),
    Answer.UNCLEAR: N_("We cannot say for sure."),
    Answer.NOT_LISTED: N_("Not on ICE's list of {date}."),
    Answer.NO_RECORD: N_("We have no record."),
}
HAS_ONE = N_("{agency} has an agreement with ICE.")
HAS_ONE_SINCE = N_("{agency} has an agreement with ICE, since {date}.")
HAS_ONE_SINCE_EARLIEST = N_(
    "{agency} has an agreement with ICE. The earliest date that we know is {date}; sources differ."
)
COUNTY_ITSELF_NOT = N_("The county's own sheriff is not on the list.")
HAD_ONE = N_("{agency} had an agreement with ICE. It was over by {date}.")
SOURCES_DIFFER = N_("{agency}: what we found does not say clearly whether there is an agreement today.")
NONE_LISTED = N_("No office of this county is on that list.")
NO_LIST = N_("We have not read a list of ICE for {state}, and nobody told us of an agreement here.")
OF_THE_STATE = N_("Offices of the state with an agreement: {agencies}. They may act here too.")
UNPLACED = N_("Offices with an agreement of which we do not know the county: {number}. The page of {state} names them.")

SIGNED = N_("Signed: {date}.")
ENDED = N_("Ended: {date}.")
SEEN_ONCE = N_("On ICE's list of {date}.")
SEEN = N_("On ICE's lists from {first} to {last}.")
UP_TO = N_("{source}; and up to the list of {date}")
MISSING = N_("No longer on ICE's list of {date}.")


@dataclass(frozen=True)
class SourceWords:
    """Who published something, and where; `host` names the site that the address leads to, blank for no address."""

    name: str
    url: str
    host: str


@dataclass(frozen=True)
class AgreementWords:
    """What one source says of one model, and where the papers are; `source` is its number in the county's list."""

    model: str
    lines: tuple[str, ...]
    source: int
    documents: tuple[str, ...]


@dataclass(frozen=True)
class EventWords:
    """One line of the timeline; `source` is its number in the county's list."""

    when: str
    what: str
    what_language: str
    source: int


@dataclass(frozen=True)
class AgencyWords:
    """An agency of the county. `officials` are in `officials_language`: what an office wrote is as it wrote it."""

    id: str
    name: str
    agreements: tuple[AgreementWords, ...]
    events: tuple[EventWords, ...]
    officials: str
    officials_language: str
    claims_office: str


@dataclass(frozen=True)
class CountyWords:
    """A county's facts as sentences. `models` are those in force: name, block of text, and whose they are.

    `is_in`: an office of the county or of one of its cities surely has an agreement today.
    """

    county: str
    state: str
    is_in: bool
    headline: str
    sentences: tuple[str, ...]
    models: tuple[tuple[str, str, str], ...]
    agencies: tuple[AgencyWords, ...]
    sources: tuple[SourceWords, ...]
    list_date: str


def write_date(day: date, precision: str, language: str) -> str:
    """Write a date out as exactly as it is known: day, month or year."""
    locale = LANGUAGES[language].format_locale
    if precision == Precision.YEAR:
        return format_skeleton("y", day, locale=locale)
    if precision == Precision.MONTH:
        return format_skeleton("yMMMM", day, locale=locale)
    return format_date(day, format="long", locale=locale)


def find_host(url: str) -> str:
    """Name the site that an address leads to; empty for what is no web address, which is then never linked."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.hostname or "" if parts.scheme in {"http", "https"} else ""


def describe_county(facts: CountyFacts, language: str) -> CountyWords:
    """Put a county's facts into a language's words."""
    read = facts.lists_read
    list_date = write_date(read.newest_on, "day", language) if read else ""
    cited: list[SourceWords] = []
    agencies = tuple(_describe_agency(agency, language, cited) for agency in facts.agencies)
    return CountyWords(
        county=facts.place.name,
        state=name_state(facts.place.state),
        is_in=facts.answer in {Answer.YES, Answer.IN_PART},
        headline=gettext(HEADLINES[facts.answer], language).format(date=list_date),
        sentences=tuple(_compose_answer(facts, language)),
        models=tuple(
            (gettext(MODEL_NAMES[model], language), MODEL_BLOCKS[model], ", ".join(_name_holders(facts, model)))
            for model in facts.models
        ),
        agencies=agencies,
        sources=tuple(cited),
        list_date=list_date,
    )


def describe_office(facts: CountyFacts, language: str) -> CountyWords:
    """Put what is known of one agency that is bound to no county into a language's words."""
    words = describe_county(facts, language)
    # The sentence about the offices of "this county" is about none.
    return replace(words, sentences=()) if facts.answer is Answer.NOT_LISTED else words


def _name_holders(facts: CountyFacts, model: SupportType) -> list[str]:
    return [agency.name for agency in facts.agencies if agency.is_in and model in agency.status.models]


def _compose_answer(facts: CountyFacts, language: str) -> list[str]:
    """The sentences after the headline: which agency, since when or until when."""
    near = (*facts.own, *facts.local)
    sentences = [_say_that_it_is_in(agency, language) for agency in near if agency.is_in]
    if facts.answer is Answer.IN_PART and facts.lists_read:
        sentences.append(gettext(COUNTY_ITSELF_NOT, language))
    if facts.answer in {Answer.ENDED, Answer.UNCLEAR}:
        sentences += [_say_how_it_stands(agency, language) for agency in near if agency.has_history]
    if facts.answer is Answer.NOT_LISTED:
        sentences.append(gettext(NONE_LISTED, language))
    if facts.answer is Answer.NO_RECORD:
        sentences.append(gettext(NO_LIST, language).format(state=name_state(facts.place.state)))
    if facts.unplaced:
        state = name_state(facts.place.state)
        sentences.append(gettext(UNPLACED, language).format(number=facts.unplaced, state=state))
    if names := "; ".join(agency.name for agency in facts.statewide if agency.is_in):
        sentences.append(gettext(OF_THE_STATE, language).format(agencies=names))
    return sentences


def _say_that_it_is_in(agency: AgencyFacts, language: str) -> str:
    beginning = find_beginning(agency)
    if beginning is None:
        return gettext(HAS_ONE, language).format(agency=agency.name)
    first_on, precision, differ = beginning
    message = HAS_ONE_SINCE_EARLIEST if differ else HAS_ONE_SINCE
    return gettext(message, language).format(agency=agency.name, date=write_date(first_on, precision, language))


def _say_how_it_stands(agency: AgencyFacts, language: str) -> str:
    end = find_end(agency)
    if not agency.has_ended or end is None:
        return gettext(SOURCES_DIFFER, language).format(agency=agency.name)
    return gettext(HAD_ONE, language).format(agency=agency.name, date=write_date(*end, language))


def _cite(name: str, url: str, language: str, cited: list[SourceWords]) -> int:
    """Return the number of a source in the list, where it is put when it is new."""
    head, until = split_citation(name)
    words = gettext(head, language)
    if until:
        words = gettext(UP_TO, language).format(source=words, date=write_date(until, "day", language))
    source = SourceWords(words, url, find_host(url))
    if source not in cited:
        cited.append(source)
    return cited.index(source) + 1


def _describe_agency(agency: AgencyFacts, language: str, cited: list[SourceWords]) -> AgencyWords:
    return AgencyWords(
        id=agency.id,
        name=agency.name,
        agreements=tuple(_describe_agreement(row, language, cited) for row in agency.agreements),
        events=tuple(
            EventWords(
                when=write_date(event.happened_on, event.precision, language),
                what=gettext(event.what, language),
                what_language=_find_language(event.what, language),
                source=_cite(event.source, event.source_url, language, cited),
            )
            for event in agency.events
        ),
        officials=gettext(agency.officials, language),
        officials_language=_find_language(agency.officials, language),
        claims_office=gettext(agency.claims_office, language),
    )


def _find_language(message: str, language: str) -> str:
    """Return the language that a stored sentence is shown in: only those that ship are translated."""
    return language if gettext(message, language) != message else DEFAULT_LANGUAGE


def _describe_agreement(row: Agreement, language: str, cited: list[SourceWords]) -> AgreementWords:
    def say(message: str, **days: date | None) -> str:
        words = {name: write_date(day, "day", language) for name, day in days.items() if day}
        return gettext(message, language).format(**words)

    lines = []
    if row.signed_on:
        signed = write_date(row.signed_on, row.signed_precision.value, language)
        lines.append(gettext(SIGNED, language).format(date=signed))
    if row.first_seen_on and row.last_seen_on:
        is_once = row.first_seen_on == row.last_seen_on
        lines.append(
            say(SEEN_ONCE, date=row.last_seen_on)
            if is_once
            else say(SEEN, first=row.first_seen_on, last=row.last_seen_on)
        )
    if row.missing_on:
        lines.append(say(MISSING, date=row.missing_on))
    if row.ended_on:
        lines.append(
            gettext(ENDED, language).format(date=write_date(row.ended_on, row.ended_precision.value, language))
        )
    return AgreementWords(
        model=gettext(MODEL_NAMES[row.support_type], language),
        lines=tuple(lines),
        source=_cite(row.source, row.source_url, language, cited),
        documents=tuple(url for url in (row.moa_url, row.addendum_url) if find_host(url)),
    )
