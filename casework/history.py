"""A case's history in readable words, from the verified entries of the ledger."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from casework.vouching import INTAKE, Entry

CASE_WORDS: dict[str, str] = {
    "report:received": "Report received",
    "case:opened": "Case opened",
    "case:exported": "Exported",
    "case:previewed": "Looked at before export",
    "export:requested": "Asked for, with other cases, and its keys given to a worker",
    "export:recorded": "Register of exports",
    "conflict:decided": "Conflict decision recorded",
    "note:added": "Note added",
    "translation:added": "Working translation added",
    "deadlines:signed": "Dates signed",
    "disposition:decided": "Disposition recorded",
    "mark:changed": "Mark changed",
    "redaction:marked": "Passage or file marked for copies",
    "case:assigned": "Case assigned",
    "card:changed": "Row in the queue renewed",
    "message:received": "Message received",
    "withdrawal:asked": "Taken back by whoever holds the code",
    "withdrawal:called_back": "Called back by whoever holds the code",
    "receipt:made": "Code made for the person",
    "receipt:ended": "Code ended",
    "report:destroyed": "Report destroyed",
    "withdrawal:stopped": "Taking back stopped: the case is held or accepted",
    "reply:sent": "Reply sent",
    "reply:recorded": "Reply kept",
    "file:opened": "File opened",
    "file:downloaded": "Original of a file downloaded",
    "file:verified": "File verified: same SHA-256 as on the day it came",
    "file:differs": "File compared: NOT the SHA-256 of the day it came",
    "file:examined": "Previews and facts of a file made",
    "hold:changed": "Legal hold changed",
    "agency:chosen": "Agency picked in the directory",
    "access:changed": "Who may open this case was changed",
    "case:rekeyed": "New keys made for the case",
    "emergency:asked": "Emergency opening asked for",
    "emergency:refused": "Emergency opening refused",
    "emergency:opened": "Opened in an emergency, by two supervising attorneys",
}
# Always beside the deed that they belong to.
_SECONDARY = frozenset({"card:changed", "reply:recorded", "file:examined", "export:recorded"})
_COUNTED = frozenset({"case:opened", "file:opened"})
_COPIES = {
    "facts": "facts copy",
    "office": "office copy",
    "court": "court copy",
    "co_counsel": "co-counsel’s copy",
    "agency": "agency’s copy",
    "press": "press copy",
    "reporter": "reporter’s copy",
}
_DOCUMENTS = {
    "summary": "case summary",
    "full": "full case file",
    "chronology": "chronology",
    "exhibits": "exhibit set",
    "letter": "letter",
    "bundle": "bundle",
    "table": "table",
}


@dataclass(frozen=True)
class HistoryLine:
    """One line: what, who, and when; `times` counts openings by one person that follow each other."""

    what: str
    who: str
    when: date | datetime
    digest: str = ""
    times: int = 1


def describe_entry(kind: str, item: str = "") -> str:
    """Say in words what an entry of a kind records."""
    words = CASE_WORDS.get(kind, kind)
    if kind not in {"case:exported", "case:previewed"}:
        return words
    document, _dash, copy = item.rpartition("-")
    # Entries of the time when there were summaries only name the copy alone.
    return f"{words}: {_DOCUMENTS.get(document, 'case summary')}, {_COPIES.get(copy, copy)}"


def _name_nobody(entry: Entry) -> str:
    """Say who did what no person of the staff did."""
    if entry.site == "intake":
        return "Public site"
    return "Somebody without an account" if entry.actor else "Worker"


def merge_chains(entries: Sequence[Entry], time_zone: ZoneInfo) -> list[Entry]:
    """Put the entries of both chains in one order, by day where the office is, each chain in its own order.

    The public site's chain has no time of day. Within a day nobody can say what came before what: its entries stand
    first, because most of what staff do answers what came in.
    """
    came = [entry for entry in entries if entry.site == INTAKE]
    done = [entry for entry in entries if entry.site != INTAKE]
    merged: list[Entry] = []
    for entry in done:
        day = entry.when.astimezone(time_zone).date() if isinstance(entry.when, datetime) else entry.when
        while came and came[0].when <= day:
            merged.append(came.pop(0))
        merged.append(entry)
    return [*merged, *came]


def list_history(entries: Iterable[Entry], names: Mapping[str, str], time_zone: ZoneInfo) -> list[HistoryLine]:
    """List what happened to a case, oldest first; openings of the same kind in a row by one person are one line."""
    lines: list[HistoryLine] = []
    for entry in merge_chains(tuple(entries), time_zone):
        if entry.kind in _SECONDARY:
            continue
        line = HistoryLine(
            describe_entry(entry.kind, entry.item),
            names.get(entry.actor, _name_nobody(entry)),
            entry.when,
            entry.digest,
        )
        last = lines[-1] if lines else None
        if entry.kind in _COUNTED and last and (last.what, last.who) == (line.what, line.who):
            lines[-1] = replace(last, when=line.when, times=last.times + 1)
        else:
            lines.append(line)
    return lines
