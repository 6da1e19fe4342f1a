"""A report's answers as staff read them: by page of the form, each with its state, as asked and in English.

A question that was skipped or never asked says so, so that a blank never reads as "no".
"""

from dataclasses import dataclass

from casework.words import STATE, find_language
from exports.case_file import Language
from models.questionnaire.pages import PAGES
from models.questionnaire.question import AnswerState, Question
from models.report import Report, get_question_words, get_value_words

_NAME_QUESTIONS = ("name_to_use", "affected_names", "held_name", "other_people", "officer_names", "has_lawyer")
_AGENCY_QUESTIONS = ("agency", "county", "state")


@dataclass(frozen=True)
class AnswerView:
    """One question and answer. `asked` is the question as it was shown, empty where that was in English.

    `shown` are the words given or chosen, in `language`; `english` the office's own words for chosen codes, empty where
    they are the same. `state_words` is empty for a question that was answered.
    """

    question: str
    english_question: str
    asked: str
    asked_language: Language
    state_words: str
    shown: str
    language: Language
    english: str

    @property
    def is_answered(self) -> bool:
        """Whether there is an answer rather than a state."""
        return not self.state_words


@dataclass(frozen=True)
class AnswerSection:
    """The answers of one page of the form."""

    stem: str
    heading: str
    answers: tuple[AnswerView, ...]

    @property
    def was_asked(self) -> bool:
        """Whether any question of the page was asked."""
        return any(answer.state_words != STATE[AnswerState.NOT_ASKED.value] for answer in self.answers)


def find_story_language(report: Report) -> Language:
    """Find the language that the person writes in."""
    code = report.values.get("story_language")
    return find_language(code if isinstance(code, str) and code else report.language)


def view_answer(report: Report, question: str) -> AnswerView:
    """Make the view of one question's answer; one that the report does not know was not asked."""
    answer = report.find_answer(question)
    english_question = get_question_words(question)
    if answer is None:
        nothing = find_language("en")
        words = STATE[AnswerState.NOT_ASKED.value]
        return AnswerView(question, english_question, "", nothing, words, "", nothing, "")
    language = find_language(answer.language)
    words = get_value_words(question, answer.value) if answer.value else ""
    is_typed = words == _as_text(answer.value)
    state_words = "" if answer.state == AnswerState.ANSWERED.value else STATE.get(answer.state, answer.state)
    return AnswerView(
        question=question,
        english_question=english_question,
        asked="" if answer.asked == english_question else answer.asked,
        asked_language=language,
        state_words=state_words,
        shown="" if state_words else answer.shown or words,
        language=find_story_language(report) if is_typed else language,
        english="" if is_typed or state_words or words == answer.shown else words,
    )


def list_sections(report: Report) -> list[AnswerSection]:
    """List the answers by page of the form, but for the story, which stands by itself."""
    return [
        AnswerSection(page.stem, page.heading, _view_page(report, page.questions))
        for page in PAGES
        if page.questions and page.stem != "check"
    ]


def list_urgent(report: Report) -> list[AnswerView]:
    """List what is urgent, with all that was told about somebody who is held now."""
    held = next(page for page in PAGES if page.stem == "held")
    views = [view_answer(report, question.id) for question in held.questions]
    return [view_answer(report, "urgent"), *(view for view in views if view.is_answered)]


def list_names(report: Report) -> list[AnswerView]:
    """List the names that the check for conflicts of interest needs, and nothing of the story."""
    return [view_answer(report, question) for question in (*_NAME_QUESTIONS, *_AGENCY_QUESTIONS)]


def _view_page(report: Report, questions: tuple[Question, ...]) -> tuple[AnswerView, ...]:
    return tuple(view_answer(report, question.id) for question in questions if question.id != "what_happened")


def _as_text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "\n".join(value)
