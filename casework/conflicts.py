"""Recording what the check of names for conflicts of interest came to. Everything else waits for it."""

from casework.caseworker import Caseworker
from casework.opening import ConflictState, OpenedCase
from casework.recording import CardChange, NewItem, record_item


def decide_conflict(caseworker: Caseworker, case: OpenedCase, decision: ConflictState, reason: str) -> str:
    """Record a conflict decision and show it in the queue; return the item's id. A later decision replaces it.

    Raises:
        CaseChangedError: somebody else changed the case at the same moment.
        UntrustedKeyError: a stored public key is not signed by whom it should be.
    """
    return record_item(
        caseworker,
        case,
        NewItem("conflict_check", "conflict:decided", {"decision": decision.value, "reason": reason}),
        card=CardChange(conflict=decision.value, marks=case.marks),
    )
