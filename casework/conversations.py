"""The conversation with a reporter as staff read it: what came in, what the office wrote, in order.

Times are what the sealed things say. What the ledger does not vouch for is marked as that and decides nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from casework.caseworker import Caseworker
from casework.files import read_message_files
from casework.opening import OpenedCase, WorkItem
from casework.words import find_language
from exports.case_file import Language
from models.engine import read
from models.evidence import EvidenceFile
from models.replies import list_case_replies
from models.report import get_question_words, get_value_words

# What a message of each kind is, when it is more than words.
_KINDS = {
    "contact": "Changed how to be reached (changed by whoever held the code)",
    "confirmation": "Confirmed the report with their own code",
    "withdrawal": "Asks to take the report back",
    "called_back": "Called the report back: it goes on",
    "code_made": "Made a code for the person themselves",
    "take_over": "Took the report over: no other code opens anything any more",
}
_HOLDERS = {"person": "The person's own code", "helper": "The helper's code"}


@dataclass(frozen=True)
class Turn:
    """One thing said. `has_gone` says of ours that its reader deleted it."""

    item: WorkItem = field(repr=False)
    is_ours: bool
    who: str
    headline: str
    text: str = field(repr=False)
    language: Language
    files: tuple[EvidenceFile, ...] = field(repr=False)
    contact: tuple[tuple[str, str], ...] = field(repr=False)
    is_new: bool
    is_question: bool
    has_gone: bool
    answered: bool


def view_conversation(caseworker: Caseworker, case: OpenedCase) -> tuple[Turn, ...]:
    """List what was said, oldest first; nothing while the story is shut."""
    if not case.may_read_story:
        return ()
    with read(caseworker.engine) as connection:
        kept = {row.id: row.answered_on for row in list_case_replies(connection, case.id)}
    # The two chains know nothing of each other. Within a chain and a minute, the ledger's order stands.
    turns = [_view_message(case, item) for item in reversed(case.list_items("message"))]
    turns += [_view_reply(item, kept) for item in reversed(case.list_items("reply"))]
    return tuple(sorted(turns, key=_find_place))


def _find_place(turn: Turn) -> tuple[datetime, bool, datetime]:
    """By the minute, which is all that a message tells: what was answered stands before a message of its minute."""
    minute = turn.item.at.replace(second=0, microsecond=0)
    is_first = turn.is_question and turn.answered
    return (minute, not is_first, turn.item.at)


def list_contact_changes(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """List the changes of how to be reached, newest first. The wishes of the report stay beside them."""
    return tuple(turn for turn in reversed(turns) if turn.contact)


def find_changed_safe_word(turns: tuple[Turn, ...]) -> str:
    """Return the safe word that whoever held the code gave last, after the report; empty where nobody did."""
    changes = (turn.item.values.get("contact") for turn in list_contact_changes(turns) if turn.item.is_vouched)
    words = (change.get("safe_word") for change in changes if isinstance(change, dict))
    return next((word for word in words if isinstance(word, str) and word), "")


def _view_message(case: OpenedCase, item: WorkItem) -> Turn:
    return Turn(
        item=item,
        is_ours=False,
        who=_HOLDERS.get(item.text("holder"), "A code"),
        headline=_KINDS.get(item.text("kind"), ""),
        text=item.text("text"),
        language=find_language(item.text("language")),
        files=tuple(read_message_files(item)),
        contact=_read_contact(item.values.get("contact")),
        is_new=case.is_new(item),
        is_question=False,
        has_gone=False,
        answered=False,
    )


def _view_reply(item: WorkItem, kept: dict[str, Any]) -> Turn:
    reply_id = item.text("reply_id")
    return Turn(
        item=item,
        is_ours=True,
        who=item.by_name,
        headline="",
        text=item.text("text"),
        language=find_language(item.text("language")),
        files=(),
        contact=(),
        is_new=False,
        is_question=item.values.get("is_question") is True,
        has_gone=reply_id not in kept,
        answered=kept.get(reply_id) is not None,
    )


def _read_contact(values: object) -> tuple[tuple[str, str], ...]:
    """Read changed wishes: question and answer in English words, and text as it was typed."""
    if not isinstance(values, dict):
        return ()
    return tuple(
        (get_question_words(question), get_value_words(question, value))
        for question, value in values.items()
        if isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value))
    )
