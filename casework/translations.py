"""Working translations of a story, typed by the office beside the original. They are never certified."""

from casework.caseworker import Caseworker
from casework.opening import OpenedCase
from casework.recording import NewItem, StoryShutError, record_item


def add_translation(caseworker: Caseworker, case: OpenedCase, text: str) -> str:
    """Add a working translation into English and return its id; earlier ones are kept.

    Raises:
        StoryShutError: the conflict check keeps the story shut.
        UntrustedKeyError: the case's public key is not signed by whom it should be.
    """
    if not case.may_read_story:
        raise StoryShutError
    return record_item(caseworker, case, NewItem("translation", "translation:added", {"text": text, "language": "en"}))
