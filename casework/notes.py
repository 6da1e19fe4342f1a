"""Notes of the office's own about a case."""

from casework.caseworker import Caseworker
from casework.opening import OpenedCase
from casework.recording import NewItem, record_item


def add_note(caseworker: Caseworker, case: OpenedCase, text: str) -> str:
    """Add a note and return its id.

    Raises:
        UntrustedKeyError: the case's public key is not signed by whom it should be.
    """
    return record_item(caseworker, case, NewItem("note", "note:added", {"text": text}))
