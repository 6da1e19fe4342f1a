"""The pages of the form, their order, and which of them a report so far calls for.

A page's stem is its name in five places: view address, form, template, step of the journey, and here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from models import places
from models.questionnaire import details, minimum
from models.questionnaire.question import N_, NOT_SURE, Kind, Question

FORM_VERSION = "2026-11"

Values = Mapping[str, str | list[str]]


def _always(_values: Values) -> bool:
    return True


@dataclass(frozen=True)
class Page:
    """One page of the form: stem, heading, questions, and when it is asked."""

    stem: str
    heading: str
    questions: tuple[Question, ...] = ()
    is_asked: Callable[[Values], bool] = _always
    is_detail: bool = False


def _is_someone_held(values: Values) -> bool:
    return "held_now" in values.get("urgent", ())


def _is_for_someone(values: Values) -> bool:
    return values.get("reporter_role") in {"family", "witness", "organisation"}


def _is_contact_wanted(values: Values) -> bool:
    return values.get("reach") == "contact"


def _was_in_jail(values: Values) -> bool:
    ended = set(values.get("how_it_ended", ()))
    return (
        bool(ended & {"arrest", "held", "held_for_immigration", "handed_to_ice"})
        or values.get("encounter_type") == "jail"
        or values.get("place_kind") == "jail"
        or _is_someone_held(values)
    )


_WHERE = tuple(
    replace(question, vocabulary=(*places.STATES, NOT_SURE)) if question.id == "state" else question
    for question in minimum.WHERE
)

PAGES: tuple[Page, ...] = (
    Page("start", N_("Tell us what happened")),
    Page("urgent", N_("First, is anything urgent?"), minimum.URGENT),
    Page("held", N_("Someone is held now"), minimum.HELD, _is_someone_held),
    Page("you", N_("You and this report"), minimum.YOU),
    Page("for_someone", N_("You are telling us for someone else"), minimum.FOR_SOMEONE, _is_for_someone),
    Page("where", N_("Where it happened"), _WHERE),
    Page("when", N_("When it happened"), minimum.WHEN),
    Page("police", N_("The police"), minimum.POLICE),
    Page("what_happened", N_("What happened"), minimum.WHAT_HAPPENED),
    Page("why_and_how_it_ended", N_("Why, and how it ended"), minimum.WHY_AND_HOW_IT_ENDED),
    Page("people", N_("People, and how to reach you"), minimum.PEOPLE),
    Page("contact", N_("How to reach you safely"), minimum.CONTACT, _is_contact_wanted),
    Page("check", N_("Check and send"), minimum.CHECK),
    Page("evidence", N_("Photos, video, sound or papers"), is_detail=True),
    Page("reason_and_words", N_("Reasons and words"), details.REASON_AND_WORDS, is_detail=True),
    Page("papers", N_("Papers and immigration"), details.PAPERS, is_detail=True),
    Page("search", N_("Search"), details.SEARCH, is_detail=True),
    Page("force", N_("What the officers did"), details.FORCE, is_detail=True),
    Page("injury_and_things_taken", N_("Injury, and things taken"), details.INJURY_AND_THINGS_TAKEN, is_detail=True),
    Page("officers", N_("The officers"), details.OFFICERS, is_detail=True),
    Page("jail", N_("In jail"), details.JAIL, _was_in_jail, is_detail=True),
    Page("witnesses", N_("Witnesses and proof"), details.WITNESSES, is_detail=True),
    Page("person", N_("The person it happened to"), details.PERSON, is_detail=True),
)

PAGE_BY_STEM: dict[str, Page] = {page.stem: page for page in PAGES}
QUESTIONS: dict[str, Question] = {question.id: question for page in PAGES for question in page.questions}
# Where a page stands; asking the tuple itself compares whole pages and takes as long as reading a draft.
POSITIONS: dict[str, int] = {page.stem: position for position, page in enumerate(PAGES)}
DETAIL_STEMS: tuple[str, ...] = tuple(page.stem for page in PAGES if page.is_detail)


def list_asked_pages(values: Values, *, details: bool = False) -> list[Page]:
    """List the pages that these answers call for, in order: the minimum path, or the details."""
    return [page for page in PAGES if page.is_detail is details and page.is_asked(values)]


def find_next_page(stem: str, values: Values) -> Page:
    """Find the page after `stem`; after the last page of either path comes `check`."""
    asked = list_asked_pages(values, details=PAGE_BY_STEM[stem].is_detail)
    stems = [page.stem for page in asked]
    later = [page for page in asked if POSITIONS[page.stem] > POSITIONS[stem]]
    return later[0] if stem in stems and later else PAGE_BY_STEM["check"]


def find_previous_page(stem: str, values: Values) -> Page | None:
    """Find the page before `stem`, or None before the first; before the details comes `check`."""
    page = PAGE_BY_STEM[stem]
    earlier = [
        other for other in list_asked_pages(values, details=page.is_detail) if POSITIONS[other.stem] < POSITIONS[stem]
    ]
    if earlier:
        return earlier[-1]
    return PAGE_BY_STEM["check"] if page.is_detail else None


def list_missing_questions(values: Values) -> Iterator[tuple[Page, Question]]:
    """Yield each required question, with its page, that these answers leave open."""
    for page in list_asked_pages(values):
        for question in page.questions:
            if question.required and not values.get(question.id):
                yield page, question


def is_text(question: Question) -> bool:
    """Tell whether an answer to this question is free text."""
    return question.kind in {Kind.LINE, Kind.TEXT}
