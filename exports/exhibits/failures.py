"""Why an exhibit has no pages, in the words of its slip sheet.

It must never print a word that a file or its reader said: a child names one of these reasons, and no more.
"""

import enum
from collections.abc import Mapping
from types import MappingProxyType


class Failure(enum.StrEnum):
    """A reason for which a file, or the rest of it, is not drawn."""

    LOCKED = "locked"
    BROKEN = "broken"
    TOO_LARGE = "too_large"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MANY_PIXELS = "too_many_pixels"
    LATE = "late"
    NOT_DRAWN = "not_drawn"
    NOT_HEARD = "not_heard"


WORDS: Mapping[Failure, str] = MappingProxyType(
    {
        Failure.LOCKED: "This file is locked with a password, so its pages cannot be shown here.",
        Failure.BROKEN: "This file is damaged, or is not what it says it is, so it cannot be shown as pages.",
        Failure.TOO_LARGE: "This file is too large to be shown as pages.",
        Failure.TOO_MANY_PAGES: "This file has more pages than are shown here.",
        Failure.TOO_MANY_PIXELS: "This photo has too many pixels to be shown as a page.",
        Failure.LATE: "Showing this file as pages took too long and was stopped.",
        Failure.NOT_DRAWN: "Files of this kind cannot be shown as pages.",
        Failure.NOT_HEARD: "The length of this recording could not be read.",
    }
)


class FailedError(Exception):
    """In the child: the file cannot be drawn, for this reason."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure
