"""The three dates of a case that an attorney types and signs. The product computes none of them."""

from collections.abc import Mapping
from datetime import date

from casework.caseworker import Caseworker
from casework.opening import OpenedCase
from casework.recording import NewItem, StoryShutError, record_item

DEADLINES: dict[str, str] = {
    "notice_of_claim": "Notice of claim",
    "limitation": "Limitation",
    "video": "Video may be erased",
}


def sign_deadlines(caseworker: Caseworker, case: OpenedCase, dates: Mapping[str, date], basis: str) -> str:
    """Record the dates that an attorney signs for (by the names in `DEADLINES`); return the item's id.

    What is signed replaces all that was signed before, so that one attorney stands for all dates shown.

    Raises:
        StoryShutError: the conflict check keeps the story shut.
        UntrustedKeyError: the case's public key is not signed by whom it should be.
    """
    if not case.may_read_story:
        raise StoryShutError
    values = {name: dates[name].isoformat() if name in dates else "" for name in DEADLINES}
    return record_item(caseworker, case, NewItem("deadlines", "deadlines:signed", {**values, "basis": basis}))
