"""Deciding what becomes of a case. The reason is sealed; only the outcome is readable, because the queue counts it."""

from casework.caseworker import Caseworker
from casework.opening import OpenedCase
from casework.permissions import Permission
from casework.recording import NewItem, StoryShutError, record_item
from models.cases import Status, set_status

OUTCOMES: dict[Status, str] = {
    Status.ACCEPTED: "Accepted: the office takes the case",
    Status.ADVISED: "Advised: the person got brief advice",
    Status.REFERRED: "Referred to somebody else",
    Status.DECLINED: "Declined",
    Status.RECORDED: "Recorded only",
}
# What intake staff may decide: nobody is taken on or advised without an attorney.
OUTCOMES_WITHOUT_ATTORNEY = frozenset({Status.REFERRED, Status.DECLINED, Status.RECORDED})
# That a claim is too late is a legal opinion.
CODES_FOR_ATTORNEYS = frozenset({"time_barred"})
# An office that has a conflict may turn the case away, and nothing more.
OUTCOMES_WITH_CONFLICT = frozenset({Status.REFERRED, Status.DECLINED})

DECLINE_CODES: dict[str, str] = {
    "conflict": "Conflict of interest",
    "outside_state": "Outside our states",
    "no_government_actor": "No government actor",
    "outside_mission": "Outside our mission",
    "time_barred": "Time-barred (an attorney must sign)",
    "already_represented": "Already represented",
    "no_capacity": "No capacity",
    "cannot_reach": "Cannot reach the person",
    "withdrew": "The person withdrew",
    "duplicate": "Duplicate",
}


def list_outcomes(caseworker: Caseworker, case: OpenedCase) -> dict[Status, str]:
    """List the outcomes that this person may decide on this case now, with their words."""
    allowed = set(OUTCOMES)
    if not caseworker.session.may(Permission.DISPOSITION_DECIDE):
        allowed &= OUTCOMES_WITHOUT_ATTORNEY
    if not case.may_read_story:
        allowed &= OUTCOMES_WITH_CONFLICT
    return {status: words for status, words in OUTCOMES.items() if status in allowed}


def list_decline_codes(caseworker: Caseworker) -> dict[str, str]:
    """List the codes that this person may decline with, with their words."""
    withheld = frozenset() if caseworker.session.may(Permission.DISPOSITION_DECIDE) else CODES_FOR_ATTORNEYS
    return {code: words for code, words in DECLINE_CODES.items() if code not in withheld}


def decide_disposition(
    caseworker: Caseworker, case: OpenedCase, outcome: Status, reason: str, *, decline_code: str = ""
) -> str:
    """Record what becomes of a case and set its status; return the item's id.

    Raises:
        StoryShutError: this person may not decide this outcome, or for this reason, now.
        UntrustedKeyError: the case's public key is not signed by whom it should be.
    """
    if outcome not in list_outcomes(caseworker, case) or decline_code not in {"", *list_decline_codes(caseworker)}:
        raise StoryShutError
    values = {"outcome": outcome.value, "reason": reason, "decline_code": decline_code}
    return record_item(
        caseworker,
        case,
        NewItem("disposition", "disposition:decided", values),
        change_row=lambda connection: set_status(connection, case.id, outcome),
    )
