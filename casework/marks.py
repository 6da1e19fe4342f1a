"""Marking a report as doubtful or as a duplicate: it leaves the counts and is never deleted."""

from enum import StrEnum

from casework.caseworker import Caseworker
from casework.opening import OpenedCase
from casework.recording import CardChange, NewItem, record_item


class Mark(StrEnum):
    """What hides a case from the counts."""

    DOUBTFUL = "doubtful"
    DUPLICATE = "duplicate"


def change_mark(caseworker: Caseworker, case: OpenedCase, mark: Mark, reason: str, *, is_set: bool) -> str:
    """Set a mark or take it away, with the reason, and show it in the queue; return the item's id.

    Raises:
        CaseChangedError: somebody else changed the case at the same moment.
        UntrustedKeyError: a stored public key is not signed by whom it should be.
    """
    kept = {*case.marks} - {mark.value}
    marks = kept | {mark.value} if is_set else kept
    return record_item(
        caseworker,
        case,
        NewItem("mark", "mark:changed", {"mark": mark.value, "is_set": is_set, "reason": reason}),
        card=CardChange(conflict=case.conflict.value, marks=tuple(sorted(marks))),
    )
