"""What a report is once it is opened: answers with their question as shown, language, form version and state.

These are plain values and their JSON; who seals and opens them is not known here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from models.evidence import EvidenceFile, read_evidence_file
from models.questionnaire.pages import FORM_VERSION, PAGES, QUESTIONS
from models.questionnaire.question import AnswerState

REPORT_FORMAT = "testimonio-report/1"

Value = str | list[str]


class PrivilegeClass(StrEnum):
    """How far a report may be protected, after what its reporter asked for (Model Rule 1.18)."""

    LEGAL_ADVICE_SOUGHT = "legal_advice_sought"
    RECORD_ONLY = "record_only"
    TIP = "tip"


@dataclass(frozen=True)
class Answer:
    """One answer: the question as it was shown, in which language, the value's codes or text, and the words shown."""

    question: str
    asked: str
    language: str
    state: str
    value: Value
    shown: str


@dataclass(frozen=True)
class Report:
    """A report as sealed. `received_at` is ISO 8601 UTC; `answered_on` is the day "when" was answered.

    `receipt` names the code that the report was sent with, so that nobody can put another reader in its place: id of
    the receipt, SHA-256 of its public key, and the key of what is proved with that code, both in hex.
    `agency_id`: the agency of the directory that the reporter chose; blank when the answer is in their own words only.
    """

    reference: str
    language: str
    received_at: str
    answered_on: str
    answers: tuple[Answer, ...]
    consent_statistics: bool
    files: tuple[EvidenceFile, ...] = ()
    form_version: str = FORM_VERSION
    format: str = REPORT_FORMAT
    agency_id: str = ""
    receipt: Mapping[str, str] = field(default_factory=dict, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return plain values for sealing."""
        # Not asdict: its deep copy takes a fifth of the time of sending.
        answers, files = ([dict(vars(each)) for each in many] for many in (self.answers, self.files))
        return {**vars(self), "answers": answers, "files": files, "receipt": dict(self.receipt)}

    @property
    def values(self) -> dict[str, Value]:
        """The values of what was answered, by question id; open ends ("not sure") are not values."""
        return {answer.question: answer.value for answer in self.answers if answer.state == AnswerState.ANSWERED.value}

    def find_answer(self, question: str) -> Answer | None:
        """Return the answer to a question, or None where this form version had no such question."""
        return next((answer for answer in self.answers if answer.question == question), None)


def read_report(plain: Mapping[str, Any]) -> Report:
    """Make a report of opened plain values. Raises ValueError for a format that is not known."""
    if plain.get("format") != REPORT_FORMAT:
        raise ValueError("unknown report format")
    answers = tuple(Answer(**answer) for answer in plain["answers"])
    files = tuple(read_evidence_file(each) for each in plain.get("files", ()))
    return Report(**{**plain, "answers": answers, "files": files})


def find_privilege_class(values: Mapping[str, Value]) -> PrivilegeClass:
    """Tell the privilege class from what the reporter wants."""
    return {
        "lawyer": PrivilegeClass.LEGAL_ADVICE_SOUGHT,
        "tip": PrivilegeClass.TIP,
    }.get(str(values.get("goal")), PrivilegeClass.RECORD_ONLY)


def list_question_ids() -> list[str]:
    """List the ids of all questions in the order of the form."""
    return [question.id for page in PAGES for question in page.questions]


def get_question_words(question: str) -> str:
    """Return a question in English, for staff, whatever language it was asked in."""
    return QUESTIONS[question].text if question in QUESTIONS else question


def get_value_words(question: str, value: Value) -> str:
    """Return an answer's codes in English words, one a line; text as it is."""
    known = QUESTIONS.get(question)
    if known is None or not known.vocabulary:
        return value if isinstance(value, str) else "\n".join(value)
    words = {term.code: term.text for term in known.vocabulary}
    codes = [value] if isinstance(value, str) else value
    return "\n".join(words.get(code, code) for code in codes)
