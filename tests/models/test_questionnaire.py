"""What holds of every question: order, plain words, open ends, and what is never asked."""

from __future__ import annotations

import re

import pytest

from models.questionnaire.pages import PAGES, QUESTIONS, find_next_page, find_previous_page, list_asked_pages
from models.questionnaire.question import Kind, Question

PATH = [
    *("start", "urgent", "held", "you", "for_someone", "where", "when", "police", "what_happened"),
    *("why_and_how_it_ended", "people", "contact", "check"),
]
# A choice that decides the way through the form, or a list where "not sure" is a blank.
WITHOUT_OPEN_ENDS = {"urgent", "goal", "reporter_role", "reach", "contact_ways", "consent_statistics", "story_language"}
WITHOUT_OPEN_ENDS |= {"when_month", "when_season", "state", "when", "whom_to_contact"}
NEVER_ASKED = re.compile(
    r"what is your (?:status|immigration)|country of birth|date of birth|a-number\?|are you a citizen", re.IGNORECASE
)


def test_minimum_path_has_its_pages_in_order() -> None:
    """The pages are those of the plan, in its order; ten of them for somebody to whom it happened."""
    assert [page.stem for page in PAGES if not page.is_detail] == PATH
    assert len(list_asked_pages({"reporter_role": "affected"})) == 10


def test_story_comes_before_lists_of_reasons_and_acts() -> None:
    """No list of reasons or acts stands before the story, so that lists do not suggest answers."""
    stems = [page.stem for page in PAGES]
    lists = {"reason_believed", "how_it_ended", "reason_given", "actions_taken", "force_used", "asked_immigration"}
    for page in PAGES:
        if lists & {question.id for question in page.questions}:
            assert stems.index(page.stem) > stems.index("what_happened")


def test_no_question_is_asked_twice() -> None:
    """Every id and every wording stands on one page only."""
    questions = [question for page in PAGES for question in page.questions]
    assert len({question.id for question in questions}) == len(questions)
    assert len({question.text for question in questions}) == len(questions)


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=lambda question: question.id)
def test_question_is_well_made(question: Question) -> None:
    """Choices have lists with distinct codes and words, texts have limits, and nothing forbidden is asked."""
    assert bool(question.vocabulary) is (question.kind in {Kind.CHOICE, Kind.CHOICES})
    assert len(question.codes) == len(question.vocabulary)
    assert len({term.text for term in question.vocabulary}) == len(question.vocabulary)
    assert set(question.exclusive) <= question.codes
    assert not NEVER_ASKED.search(question.text)
    if question.vocabulary and question.id not in WITHOUT_OPEN_ENDS:
        assert {"not_sure", "prefer_not_to_say"} <= question.codes


def test_every_page_leads_on_and_back() -> None:
    """From every page the next one leads to "check" in the end, and the one before leads to the first."""
    values: dict[str, str | list[str]] = {"urgent": ["held_now"], "reporter_role": "family", "reach": "contact"}
    for page in PAGES:
        stem, steps = page.stem, 0
        while stem != "check" and steps < len(PAGES):
            stem, steps = find_next_page(stem, values).stem, steps + 1
        assert stem == "check"
        before = page
        while (earlier := find_previous_page(before.stem, values)) is not None:
            before = earlier
        assert before.stem == "start"
