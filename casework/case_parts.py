"""What of a case may be shown now, part by part: nothing of the story before the check of names allows it."""

from typing import Any

from casework.answers import find_story_language, list_names, list_sections, list_urgent, view_answer
from casework.conversations import Turn, find_changed_safe_word, list_contact_changes
from casework.files import find_last_check, list_files
from casework.media_types import find_played_type
from casework.opening import ConflictState, OpenedCase
from casework.previews import can_look, find_look
from casework.words import find_language

_CONTACT_QUESTIONS = (
    "reach",
    "whom_to_contact",
    "contact_ways",
    "contact_details",
    "contact_times",
    "held_phone",
    "voicemail",
    "say_who_calls",
)


def list_shown(case: OpenedCase, turns: tuple[Turn, ...]) -> dict[str, Any]:
    """List what of the report may be shown now; before the check allows it, no story is put into the page."""
    report = case.report
    shown: dict[str, Any] = {"urgent": [], "names": [], "contact": [], "safe_word": None, "sections": [], "story": None}
    shown["changed_safe_word"] = find_changed_safe_word(turns)
    shown |= {"turns": turns, "contact_changes": list_contact_changes(turns), "files": _list_files(case)}
    if report is None:
        return shown
    shown |= {"urgent": list_urgent(report), "names": list_names(report), "story_language": find_story_language(report)}
    if case.conflict is not ConflictState.UNCHECKED:
        shown["contact"] = [view_answer(report, question) for question in _CONTACT_QUESTIONS]
        shown["safe_word"] = view_answer(report, "safe_word")
    if case.may_read_story:
        shown["sections"] = list_sections(report)
        shown["story"] = view_answer(report, "what_happened")
    return shown


def _list_files(case: OpenedCase) -> list[dict[str, Any]]:
    """List the files of a case with what is known of each: what a look found, and the last comparison."""
    return [
        {
            "entry": entry,
            "file": entry.file,
            "can_look": can_look(entry),
            "look": find_look(case, entry.file.id),
            "check": find_last_check(case, entry.file.id),
            "is_played": find_played_type(entry.file) is not None,
            "language": find_language(entry.file.language),
        }
        for entry in list_files(case)
    ]


def list_parts(case: OpenedCase, turns: tuple[Turn, ...]) -> list[tuple[str, str]]:
    """List the parts of the page as it is now: id and name."""
    parts = [("urgent", "Urgent"), ("names", "Names"), ("conflict", "Conflict check")]
    if case.may_read_story:
        parts += [("story", "What happened"), ("agency", "287(g) agreement")]
    if case.conflict is not ConflictState.UNCHECKED:
        parts += [("contact", "Reaching the person")]
    if case.may_read_story:
        new = sum(turn.is_new for turn in turns)
        parts += [("conversation", f"Conversation ({new} new)" if new else "Conversation")]
        parts += [("evidence", "Evidence"), ("answers", "All answers"), ("dates", "Dates")]
    if case.conflict is not ConflictState.UNCHECKED:
        parts += [(part, part.capitalize()) for part in ("disposition", "notes", "assignment", "marks")]
        parts += [("hold", "Legal hold")]
    return [*parts, ("history", "History")]
