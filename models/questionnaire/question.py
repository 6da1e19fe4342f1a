"""The shape of a question, a vocabulary and an answer. Holds no words and no framework."""

from dataclasses import dataclass
from enum import StrEnum


def N_(message: str) -> str:  # noqa: N802  # the name that gettext tools look for
    """Mark a message for the catalogues; it is translated where it is shown."""
    return message


class AnswerState(StrEnum):
    """Why an answer is as it is, so that a blank never reads as "no"."""

    ANSWERED = "answered"
    NOT_SURE = "not_sure"
    PREFER_NOT_TO_SAY = "prefer_not_to_say"
    SKIPPED = "skipped"
    NOT_ASKED = "not_asked"


class Kind(StrEnum):
    """What an answer holds: one code, several codes, a line, or a text of lines."""

    CHOICE = "choice"
    CHOICES = "choices"
    LINE = "line"
    TEXT = "text"


@dataclass(frozen=True)
class Term:
    """One entry of a vocabulary: a stable code, its plain words, and California RIPA's number where there is one."""

    code: str
    text: str
    ripa: str = ""


Vocabulary = tuple[Term, ...]

NOT_SURE = Term("not_sure", N_("I am not sure"))
PREFER_NOT_TO_SAY = Term("prefer_not_to_say", N_("I would rather not say"))
OPEN_ENDS: Vocabulary = (NOT_SURE, PREFER_NOT_TO_SAY)


@dataclass(frozen=True)
class Question:
    """One question as the form asks it.

    `limit` is in characters and counts for lines and texts. `exclusive` names the codes of a CHOICES
    vocabulary that cannot stand beside others ("none of these"). `required` has the message for a
    missing answer, because "this field is required" tells a frightened person nothing. A line that `may_be_unsure`
    has "I am not sure" beside it, stored as that code.
    """

    id: str
    kind: Kind
    text: str
    hint: str = ""
    vocabulary: Vocabulary = ()
    required: str = ""
    limit: int = 200
    exclusive: tuple[str, ...] = ()
    may_be_unsure: bool = False

    @property
    def codes(self) -> frozenset[str]:
        """All codes that an answer may hold."""
        return frozenset(term.code for term in self.vocabulary)


def find_state(question: Question, value: str | list[str]) -> AnswerState:
    """Tell the state of a value that was given to a question on a page that was shown."""
    if not value:
        return AnswerState.SKIPPED
    codes = [value] if isinstance(value, str) else value
    if (question.vocabulary or question.may_be_unsure) and codes == [NOT_SURE.code]:
        return AnswerState.NOT_SURE
    if question.vocabulary and codes == [PREFER_NOT_TO_SAY.code]:
        return AnswerState.PREFER_NOT_TO_SAY
    return AnswerState.ANSWERED
