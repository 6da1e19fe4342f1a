"""A report's answers as they stand on paper: the words, how the question was met, the language."""

import unicodedata

from casework.answers import find_story_language
from exports import case_file as paper
from models.report import Report, get_question_words, get_value_words

_RIGHT_TO_LEFT = frozenset({"R", "AL"})  # Unicode's classes of letters that run right to left
_WHEN = ("when", "when_day", "when_month", "when_season", "when_year")


def make_answer(report: Report, question: str) -> paper.Answer:
    """What was said to a question, how it was met, and in which language where it was typed."""
    answer = report.find_answer(question)
    if answer is None:
        return paper.NOT_ASKED
    state = paper.AnswerState(answer.state)
    if state is not paper.AnswerState.ANSWERED:
        return paper.Answer(state=state)
    words = get_value_words(question, answer.value)
    return paper.Answer(words, state, find_text_language(report, words) if words == answer.value else None)


def find_text_language(report: Report, text: str) -> paper.Language | None:
    """The language of a typed text; None for Latin letters, such as a name, in a language that runs right to left."""
    language = find_story_language(report)
    runs_back = any(unicodedata.bidirectional(sign) in _RIGHT_TO_LEFT for sign in text)
    return language if runs_back or language.direction == "ltr" else None


def make_when(report: Report) -> paper.Answer:
    """The words about the day: what was chosen, and its parts."""
    answer = make_answer(report, "when")
    if answer.state is not paper.AnswerState.ANSWERED:
        return answer
    values = report.values
    words = [get_value_words(question, values[question]) for question in _WHEN if values.get(question)]
    return paper.Answer(": ".join([words[0], " ".join(words[1:])]) if words[1:] else words[0])


def make_fact(report: Report, question: str) -> paper.Fact:
    """A question in English, and its answer."""
    return paper.Fact(get_question_words(question), make_answer(report, question))
