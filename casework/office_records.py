"""What the office thought and did about a case, as plain values for the office copy alone.

Nothing of it may be in any other copy. Only what the ledger vouches for is in it.
"""

from collections.abc import Mapping
from datetime import datetime

from casework.assignments import list_names
from casework.caseworker import Caseworker
from casework.chronologies import make_office_chronology
from casework.dispositions import DECLINE_CODES, OUTCOMES
from casework.history import list_history
from casework.opening import OpenedCase, WorkItem
from casework.words import CONFLICT, MARK
from exports import case_file as paper


def make_office_record(caseworker: Caseworker, case: OpenedCase, checks: tuple[str, ...]) -> paper.OfficeRecord:
    """Put what the office recorded into plain values; `checks` are what a lawyer should check about an agreement."""

    def list_items(kind: str) -> list[WorkItem]:
        return [item for item in reversed(case.list_items(kind)) if item.is_vouched and item.has_opened]

    def decide(item: WorkItem, what: str) -> paper.Decision:
        return paper.Decision(
            what=what,
            decided_by=item.by_name,
            decided_at=item.at.astimezone(caseworker.config.time_zone),
            reason=item.text("reason"),
        )

    return paper.OfficeRecord(
        conflict_checks=tuple(
            decide(item, CONFLICT.get(item.text("decision"), "")) for item in list_items("conflict_check")
        ),
        dispositions=tuple(decide(item, _describe_disposition(item)) for item in list_items("disposition")),
        marks=tuple(
            decide(item, f"{MARK.get(item.text('mark'), '')}, {'set' if item.values.get('is_set') else 'taken away'}")
            for item in list_items("mark")
        ),
        assignments=tuple(
            decide(item, f"Given to {item.text('to_name') or 'nobody'}") for item in list_items("assignment")
        ),
        notes=tuple(
            paper.Note(
                text=item.text("text"),
                written_by=item.by_name,
                written_at=item.at.astimezone(caseworker.config.time_zone),
            )
            for item in list_items("note")
        ),
        history=_make_history(caseworker, case, list_names(caseworker)),
        chronology=make_office_chronology(caseworker, case),
        agreement_checks=checks,
    )


def _describe_disposition(item: WorkItem) -> str:
    words = {outcome.value: text for outcome, text in OUTCOMES.items()}.get(item.text("outcome"), "")
    code = DECLINE_CODES.get(item.text("decline_code"), "")
    return f"{words}: {code}" if code else words


def _make_history(caseworker: Caseworker, case: OpenedCase, names: Mapping[str, str]) -> tuple[paper.HistoryEntry, ...]:
    entries = []
    for line in list_history(case.ledger.entries, names, caseworker.config.time_zone):
        moment = line.when.astimezone(caseworker.config.time_zone) if isinstance(line.when, datetime) else None
        day = moment.date() if moment else line.when
        what = f"{line.what} ({line.times} times)" if line.times > 1 else line.what
        entries.append(paper.HistoryEntry(what=what, happened_on=day, happened_at=moment, who=line.who))
    return tuple(entries)
