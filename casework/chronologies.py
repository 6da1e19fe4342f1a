"""The chronology of a case for paper: what happened when, on whose word.

It must never draw a conclusion: each line says who said it and where it stands, and a line that does not fit the days
of the report says so. Only what the ledger vouches for is in it; what the office decided is kept apart from the rest.
"""

from collections.abc import Sequence
from datetime import date

from casework.caseworker import Caseworker
from casework.conversations import Turn, view_conversation
from casework.files import FileEntry
from casework.opening import OpenedCase
from casework.paper_answers import find_text_language, make_answer, make_when
from casework.previews import find_look
from casework.words import read_date
from exports import case_file as paper
from models.report import Report, get_question_words

# Typed answers about time that are no calendar day: they stand at the end, in the words used.
_UNDATED = ("held_since", "jail_dates")
_ISO_DAY = len("2026-11-23")


def make_chronology(
    caseworker: Caseworker, case: OpenedCase, report: Report, files: Sequence[FileEntry]
) -> tuple[paper.ChronologyEntry, ...]:
    """List what happened, earliest possible day first; what has no day stands at the end."""
    entries = [
        _make_incident(case, report),
        *(_make_undated(report, question) for question in _UNDATED if report.values.get(question)),
        *_make_own_dates(case, files),
        paper.ChronologyEntry(
            what=paper.Answer("The office received the report"),
            when="",
            earliest_on=case.row.received_on,
            latest_on=case.row.received_on,
            source="Ledger",
            page_reference="Custody log" if files else "",
        ),
        *(
            _make_message(caseworker, report, turn)
            for turn in view_conversation(caseworker, case)
            if not turn.is_ours and turn.item.is_vouched and turn.item.has_opened
        ),
    ]
    return tuple(sorted(entries, key=lambda entry: entry.earliest_on or entry.latest_on or date.max))


def make_office_chronology(caseworker: Caseworker, case: OpenedCase) -> tuple[paper.ChronologyEntry, ...]:
    """List on which days the office wrote to the reporter, oldest first, without the words."""
    words = {True: "The office asked the reporter", False: "The office wrote to the reporter"}
    return tuple(
        paper.ChronologyEntry(
            what=paper.Answer(words[turn.is_question]),
            when="",
            earliest_on=day,
            latest_on=day,
            source="The office’s copy of the message",
            said_by=turn.who,
        )
        for turn in view_conversation(caseworker, case)
        if turn.is_ours and turn.item.is_vouched and turn.item.has_opened
        for day in (turn.item.at.astimezone(caseworker.config.time_zone).date(),)
    )


def _make_incident(case: OpenedCase, report: Report) -> paper.ChronologyEntry:
    words = make_when(report)
    return paper.ChronologyEntry(
        what=paper.Answer("What the report tells of: see the account"),
        when=words.text,
        earliest_on=case.dates.earliest,
        latest_on=case.dates.latest,
        source="Report",
        said_by="Reporter",
        page_reference="The account",
    )


def _make_undated(report: Report, question: str) -> paper.ChronologyEntry:
    return paper.ChronologyEntry(
        what=make_answer(report, question),
        when="No calendar day told",
        source=f"Report: “{get_question_words(question)}”",
        said_by="Reporter",
        page_reference="Facts as reported",
    )


def _make_own_dates(case: OpenedCase, files: Sequence[FileEntry]) -> list[paper.ChronologyEntry]:
    """One line for each file that says when it was made; a clock can be wrong, so the line only repeats it."""
    entries = []
    for number, entry in enumerate(files, start=1):
        look = find_look(case, entry.file.id)
        facts = look.values.get("facts") if look else None
        taken_at = facts.get("taken_at", "") if isinstance(facts, dict) else ""
        if not taken_at:
            continue
        day = read_date(taken_at[:_ISO_DAY].replace(":", "-"))
        entries.append(
            paper.ChronologyEntry(
                what=paper.Answer(f"Exhibit {number} was made, by the date that is in the file"),
                when=taken_at.strip(),
                earliest_on=day,
                latest_on=day,
                source=f"Exhibit {number}, own date",
                said_by="The device’s clock",
                page_reference=f"Exhibit {number}",
                conflicts_with=_find_conflict(case, day),
            )
        )
    return entries


def _find_conflict(case: OpenedCase, day: date | None) -> str:
    """Say that a day lies before the first or after the last day that the report allows; empty where it does not."""
    earliest, latest = case.dates.earliest, case.dates.latest
    if day is None or not ((earliest and day < earliest) or (latest and day > latest)):
        return ""
    return "The days that the report allows"


def _make_message(caseworker: Caseworker, report: Report, turn: Turn) -> paper.ChronologyEntry:
    day = turn.item.at.astimezone(caseworker.config.time_zone).date()
    files = f"{len(turn.files)} file{'' if len(turn.files) == 1 else 's'} came with it" if turn.files else ""
    # Wishes about contact stand with the contact rules, which do not leave the office with a chronology.
    text = "" if turn.contact or turn.item.text("kind") == "contact" else turn.text
    headline = turn.headline or ("" if text else "A message came")
    plain = ". ".join(part for part in (headline, files) if part)
    return paper.ChronologyEntry(
        what=paper.Answer(text, language=find_text_language(report, text)) if text else paper.Answer(plain),
        when="",
        earliest_on=day,
        latest_on=day,
        source="Message" if not (text and plain) else f"Message. {plain}",
        said_by=turn.who,
    )
