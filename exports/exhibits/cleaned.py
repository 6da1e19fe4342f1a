"""Cleaned copies of files for copies that others get: the same picture and sound, without what is hidden beside them.

Place, time, device, names, chapters and attached pictures go. It must never write to a disk, never ask a network, and
never give out a copy of which it is not sure that it was made anew: then there is none, and a sentence says why.
"""

import io
import os
import shutil
import struct
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import BoundedSemaphore
from time import monotonic
from types import MappingProxyType
from typing import IO, BinaryIO, Final

from exports.children.pipes import ByteSource, answer_reads, read_exactly
from exports.children.starting import end_child, kill_after, start_child
from exports.exhibits.claims import COPY, FAILED, read_failure, read_jpeg_size
from exports.exhibits.drawing import ExhibitFile
from exports.exhibits.failures import FailedError, Failure

SECONDS: Final = 300.0
_MEGABYTE: Final = 1024 * 1024
# A recording and its copy lie in memory, both whole: containers of phones have their table of contents at the end.
MOST_BYTES: Final = 512 * _MEGABYTE
_MOST_PHOTO_BYTES: Final = 256 * _MEGABYTE
_PHOTO_CHILD: Final = Path(__file__).with_name("child.py")
_COPYING_CHILD: Final = Path(__file__).with_name("copying_child.py")
_PROGRAMS: Final = "/usr/local/bin:/usr/bin:/bin"
_ONE_AT_A_TIME = BoundedSemaphore(1)
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_CHUNKS: Final = frozenset({b"IHDR", b"IDAT", b"IEND"})

# For each type: how ffmpeg reads it, how it writes it, and the ending of a name.
_FORMS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "audio/3gpp": ("mov", "3gp", "3gp"),
        "audio/aac": ("aac", "adts", "aac"),
        "audio/amr": ("amr", "amr", "amr"),
        "audio/amr-wb": ("amr", "amr", "awb"),
        "audio/flac": ("flac", "flac", "flac"),
        "audio/mp4": ("mov", "mp4", "m4a"),
        "audio/mpeg": ("mp3", "mp3", "mp3"),
        "audio/ogg": ("ogg", "ogg", "ogg"),
        "audio/wav": ("wav", "wav", "wav"),
        "audio/webm": ("matroska", "webm", "weba"),
        "audio/x-matroska": ("matroska", "matroska", "mka"),
        "video/3gpp": ("mov", "3gp", "3gp"),
        "video/mp4": ("mov", "mp4", "mp4"),
        "video/ogg": ("ogg", "ogg", "ogv"),
        "video/quicktime": ("mov", "mov", "mov"),
        "video/webm": ("matroska", "webm", "webm"),
        "video/x-matroska": ("matroska", "matroska", "mkv"),
        "video/x-msvideo": ("avi", "avi", "avi"),
    }
)
_WORDS: Mapping[Failure, str] = MappingProxyType(
    {
        Failure.NOT_DRAWN: "Hidden data cannot be taken out of files of this kind, so the file is not in this copy.",
        Failure.TOO_LARGE: "This file is too large to be cleaned of hidden data, so it is not in this copy.",
        Failure.TOO_MANY_PIXELS: "This photo is too large to be cleaned of hidden data, so it is not in this copy.",
        Failure.LATE: "Cleaning this file of hidden data took too long, so it is not in this copy.",
    }
)
_BROKEN_WORDS: Final = "This file could not be cleaned of hidden data, so it is not in this copy."


class CleaningError(Exception):
    """There is no cleaned copy; ``words`` say why, in one sentence for whoever gets the others."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.words = _WORDS.get(failure, _BROKEN_WORDS)


@dataclass(frozen=True)
class CleanedCopy:
    """A copy, to be read from its beginning: its length in bytes, its media type, and the ending of a name for it."""

    content: BinaryIO = field(repr=False)
    length: int
    media_type: str
    extension: str


def can_clean(kind: str, media_type: str) -> bool:
    """Whether hidden data can be taken out of files of this kind."""
    return kind == "photo" or (kind in {"audio", "video"} and media_type in _FORMS)


@contextmanager
def open_cleaned_copy(source: ByteSource, file: ExhibitFile, *, seconds: float = SECONDS) -> Iterator[CleanedCopy]:
    """Make a cleaned copy and keep it, in memory, as long as the block runs.

    Raises:
        CleaningError: there is none. What ``source`` raises is raised as it is.
    """
    if not can_clean(file.kind, file.media_type):
        raise CleaningError(Failure.NOT_DRAWN)
    if file.length > MOST_BYTES:
        raise CleaningError(Failure.TOO_LARGE)
    make = _copy_photo if file.kind == "photo" else _copy_recording
    with ExitStack() as held:
        # Only the making is done one at a time: several finished copies may be open at once.
        with _ONE_AT_A_TIME:
            cleaned = make(source, file, seconds)
            held.enter_context(cleaned.content)
        yield cleaned


def _copy_photo(source: ByteSource, file: ExhibitFile, seconds: float) -> CleanedCopy:
    began = monotonic()
    try:
        arguments = (str(number) for number in (file.length, int(seconds) + 1, 1, 1))
        child = start_child(_PHOTO_CHILD, "copy", "photo", file.media_type, *arguments)
        try:
            assert child.stdin is not None
            assert child.stdout is not None
            with kill_after(child, seconds):
                said, is_png, size = answer_reads(source, file.length, child.stdin, child.stdout)
                content = _believe(said, is_png, size, child.stdout)
        finally:
            end_child(child)
    except FailedError as error:
        raise CleaningError(error.failure) from None
    except (OSError, EOFError, ValueError):
        raise CleaningError(Failure.LATE if monotonic() - began >= seconds else Failure.BROKEN) from None
    form = ("image/png", "png") if is_png else ("image/jpeg", "jpg")
    return CleanedCopy(io.BytesIO(content), len(content), *form)


def _believe(said: bytes, is_png: int, size: int, from_child: IO[bytes]) -> bytes:
    """The photo that the child made: nothing but pixels and what is needed to read them."""
    if said == FAILED:
        raise FailedError(read_failure(from_child, size))
    if said != COPY or size > _MOST_PHOTO_BYTES:
        raise ValueError
    content = read_exactly(from_child, size)
    if is_png:
        check_plain_png(content)
    else:
        read_jpeg_size(content)
    return content


def check_plain_png(content: bytes) -> None:
    """Check that a PNG (ISO/IEC 15948) has no chunk but header, pixels and end.

    Raises:
        ValueError: it is none, or has more.
    """
    place = len(_PNG)
    if not content.startswith(_PNG):
        raise ValueError
    while place < len(content):
        length, kind = struct.unpack_from(">I4s", content.ljust(place + 8), place)
        if kind not in _PNG_CHUNKS:
            raise ValueError
        place += length + 12
    if place != len(content) or kind != b"IEND":
        raise ValueError


def _copy_recording(source: ByteSource, file: ExhibitFile, seconds: float) -> CleanedCopy:
    demuxer, muxer, extension = _FORMS[file.media_type]
    program = shutil.which("ffmpeg", path=_PROGRAMS)
    if program is None:
        raise CleaningError(Failure.BROKEN)
    copy = _open_memory()
    try:
        with _open_memory() as original:
            for portion in source.iterate(0, file.length):
                original.write(portion)
            original.flush()
            numbers = (str(original.fileno()), str(copy.fileno()))
            # A stream in another container is about as long; whatever is much longer is not a copy of it.
            limits = (str(int(seconds) + 1), str(file.length * 2 + _MEGABYTE))
            _run(program, (*numbers, demuxer, muxer, *limits), (original.fileno(), copy.fileno()), seconds)
            _refuse_empty(copy)
        length = copy.seek(0, os.SEEK_END)
        copy.seek(0)
    except BaseException:
        copy.close()
        raise
    return CleanedCopy(copy, length, file.media_type, extension)


def _refuse_empty(copy: BinaryIO) -> None:
    if not copy.seek(0, os.SEEK_END):
        raise CleaningError(Failure.BROKEN)


def _run(program: str, arguments: tuple[str, ...], handed: tuple[int, ...], seconds: float) -> None:
    began = monotonic()
    try:
        child = start_child(_COPYING_CHILD, program, *arguments, handed=handed)
    except OSError:
        raise CleaningError(Failure.BROKEN) from None
    try:
        with kill_after(child, seconds):
            status = child.wait()
    finally:
        end_child(child)
    if status:
        raise CleaningError(Failure.LATE if monotonic() - began >= seconds else Failure.BROKEN)


def _open_memory() -> BinaryIO:
    """A file that lies in memory alone, has no name, and is gone when it is closed."""
    return open(os.memfd_create("exhibit", os.MFD_CLOEXEC), "w+b")  # noqa: PTH123  # by number; callers close it
