"""What the form's pages with files have in common: receiving files, saying what went wrong, and listing what is there.

A file's name is shown only while its reporter is at work; its content never: this site cannot open what it sealed.
"""

from dataclasses import dataclass

from babel.numbers import format_decimal
from flask import request

from intake.drafts import Draft
from intake.evidence import SPOKEN, SPOKEN_KINDS, make_reception
from intake.incoming import Fault
from intake.reader import get_config
from intake.uploads import Arrival, Ending, get_arrival, let_files_pass, receive_files
from models.evidence import FileKind
from web.csrf import N_
from web.database import get_engine
from web.files import get_store
from web.languages import get_language, gettext

STEMS_WITH_FILES = frozenset({"evidence", "what_happened"})
_STATUS = {Ending.WHOLE: 400, Ending.CUT_OFF: 400, Ending.TOO_MUCH: 413, Ending.BUSY: 429}
_FAULTS = {
    Fault.EMPTY: N_("“{name}” is empty. Please choose it again, or leave it out."),
    Fault.TOO_LARGE: N_("“{name}” is too large. One file can have {limit}. Please choose a shorter part of it."),
    Fault.REPORT_FULL: N_(
        "There is no room left for “{name}”. You can send the report, and give us more with your code later."
    ),
    Fault.UNKNOWN_KIND: N_(
        "We cannot take “{name}”: it is not a photo, video, sound, PDF, office document or plain text."
    ),
    Fault.NO_SPACE: N_(
        "We could not keep “{name}”: too many files have come in. Send the report, and add it with your code later."
    ),
    Fault.NOT_STORED: N_(
        "We could not keep “{name}”. Please try again later. You can also send the report, and add it with your code."
    ),
}
_ENDINGS = {
    Ending.CUT_OFF: N_("Your files were cut off on the way, and none was kept. Your words are here. Please try again."),
    Ending.TOO_MUCH: N_("That was too much at once, and no file was kept. Your words are here. Please send less."),
    Ending.BUSY: N_(
        "Too many people are sending files at this moment. Your words are here. Please try again in a few minutes."
    ),
}
CHOOSE_AGAIN = N_("Your files were not kept. Please choose them again.")
_NAMELESS = N_("A file without a name")
_KINDS = {
    FileKind.PHOTO: N_("Photo"),
    FileKind.VIDEO: N_("Video"),
    FileKind.AUDIO: N_("Sound"),
    FileKind.PDF: N_("PDF"),
    FileKind.DOCUMENT: N_("Document"),
    FileKind.TEXT: N_("Text"),
}
_KIND_AND_SIZE = N_("{kind}, {size}")
_SIZES = (
    (N_("{number} GB"), 1_000_000_000),
    (N_("{number} MB"), 1_000_000),
    (N_("{number} kB"), 1_000),
    (N_("{number} bytes"), 1),
)


@dataclass(frozen=True)
class FileView:
    """One file as its reporter sees it: name, or kind once names are shown no more, and size."""

    id: str
    words: str
    size: str
    is_story: bool


def list_files(draft: Draft | None) -> list[FileView]:
    """List the files of a draft."""
    found = []
    for file in draft.files if draft else ():
        kind = gettext(_KINDS[FileKind(file.kind)])
        size = gettext(_KIND_AND_SIZE).format(kind=kind, size=format_size(file.length))
        words = kind if draft is None or file.id in draft.hidden_files or not file.name else file.name
        found.append(FileView(file.id, words, size, file.is_story))
    return found


def format_size(length: int) -> str:
    """Write a number of bytes for people: 640 kB, 1.5 MB, 2 GB."""
    words, size = next((words, size) for words, size in _SIZES if length >= size or size == 1)
    number = format_decimal(round(length / size, 1), locale=get_language().format_locale)
    return gettext(words).format(number=number)


def describe_limits() -> dict[str, str]:
    """Write out what one file and one report can hold."""
    config = get_config()
    return {"file_limit": format_size(config.file_limit), "report_limit": format_size(config.report_limit)}


def begin_receiving(stem: str, draft: Draft | None) -> None:
    """Make ready for the files of this post. Without a draft there is nobody to seal them to: they are let pass."""
    if stem not in STEMS_WITH_FILES:
        return
    if draft is None:
        let_files_pass(get_config().file_limit)
    else:
        receive_files(make_reception(get_engine(), get_store(), get_config(), draft))


def find_answered(draft: Draft | None, arrival: Arrival | None = None) -> frozenset[str]:
    """Find the questions that need no words, because a recording answers them."""
    removed = set(request.form.getlist("remove_file")) if arrival else set()
    is_told = draft is not None and any(file.is_story and file.id not in removed for file in draft.files)
    if arrival and arrival.ending is Ending.WHOLE:
        is_told = is_told or any(file.kind in SPOKEN_KINDS for file in arrival.list_stored(SPOKEN))
    return frozenset({"what_happened"}) if is_told else frozenset()


def list_file_errors() -> list[str]:
    """Say what went wrong with the files of this post, and what to do about it."""
    arrival = get_arrival()
    if arrival.ending is not Ending.WHOLE:
        return [gettext(_ENDINGS[arrival.ending])]
    limit = format_size(get_config().file_limit)
    return [
        gettext(_FAULTS[one.fault]).format(name=one.name or gettext(_NAMELESS), limit=limit)
        for one in arrival.files
        if one.fault
    ]


def list_lost_files() -> list[str]:
    """Say that files have to be chosen again, where a post that brought some could not be taken."""
    arrival = get_arrival()
    return [gettext(CHOOSE_AGAIN)] if arrival.has_files else []


def find_status() -> int:
    """Find the status of an answer that says what went wrong with files."""
    return _STATUS[get_arrival().ending]
