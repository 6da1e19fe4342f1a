"""Files on their way in: sealed portion by portion while the form is read, so that plaintext never touches the disk.

Every post of this site is read here. Where a view has not said whom files may be sealed to, they are read and dropped.
Words that came before a post was cut off are kept; its files are not: what no deed has kept is deleted when the request
ends. The framework's own reader would put files into temporary ones, and turn a cut-off post into an empty one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from threading import BoundedSemaphore
from typing import IO, Any, Final

from flask import Flask, Request, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from intake.incoming import ArrivedFile, IncomingFile, Reception, discard_blob
from models.evidence import EvidenceFile
from web.body_limit import BODY_LIMIT, discard
from web.errors import log_failure

COMPLETE: Final = "complete"
# Small enough to stay in the processor's cache between reading, sealing and writing: larger ones take twice the time.
_PORTION_BYTES: Final = 64 * 1024
_NO_LIMIT: Final = 1 << 62
_PARTS: Final = 300
# Of sixteen threads: whoever only writes always finds a free one, however slowly others send files.
_AT_ONCE: Final = 12
_PLACES = BoundedSemaphore(_AT_ONCE)


class Ending(StrEnum):
    """How a post ended: whole; cut off on the way; with too much in it; or with too many others sending files."""

    WHOLE = "whole"
    CUT_OFF = "cut_off"
    TOO_MUCH = "too_much"
    BUSY = "busy"


@dataclass
class Arrival:
    """What a post brought besides words."""

    ending: Ending = Ending.WHOLE
    files: list[ArrivedFile] = field(default_factory=list)
    reception: Reception | None = None
    # How many bytes of files are listened to, whether they are taken or not.
    limit: int = BODY_LIMIT
    is_kept: bool = False
    has_files: bool = False

    def list_stored(self, *fields: str) -> list[EvidenceFile]:
        """List the files that were sealed and stored, of all fields or of those named."""
        return [one.file for one in self.files if one.file and (not fields or one.field in fields)]

    def list_faults(self) -> list[ArrivedFile]:
        """List the files that were not taken."""
        return [one for one in self.files if one.fault]

    def discard(self) -> None:
        """Delete what was stored and not kept. What cannot be deleted now is left to the sweep."""
        if self.reception is None or self.is_kept:
            return
        for file in self.list_stored():
            discard_blob(self.reception.engine, self.reception.store, file.id)
        self.files = [one for one in self.files if one.fault]


class _BusyError(Exception):
    """Too many posts with files are on their way."""


class _FormReader:
    """Takes the parts of one multipart post, in their order."""

    def __init__(self, arrival: Arrival) -> None:
        self._arrival = arrival
        self._room = arrival.reception.room if arrival.reception else 0
        self._passed = 0
        self._has_place = False
        self._part: Field | File | None = None
        self._incoming: IncomingFile | None = None
        self._text = bytearray()
        self._text_left = BODY_LIMIT
        self.fields: list[tuple[str, str]] = []

    def take(self, event: Event) -> None:
        """Take one event of the decoder."""
        if isinstance(event, (Field, File)):
            self._part = event
            self._incoming = self._receive(event) if isinstance(event, File) else None
        elif isinstance(event, Data):
            if isinstance(self._part, File):
                self._count(event.data)
            if self._incoming is not None:
                self._incoming.write(event.data)
            elif isinstance(self._part, Field):
                self._take_text(event.data)
            if not event.more_data:
                self._end_part()

    def _receive(self, event: File) -> IncomingFile | None:
        reception = self._arrival.reception
        self._arrival.has_files = self._arrival.has_files or bool(event.filename)
        if reception is None:
            return None
        if not self._has_place and not _PLACES.acquire(blocking=False):
            raise _BusyError
        self._has_place = True
        return IncomingFile(
            reception, event.name or "", event.filename, event.headers.get("content-type", ""), self._room
        )

    def _count(self, data: bytes) -> None:
        """Let what is not taken pass too, but not without end. Raises RequestEntityTooLarge."""
        self._passed += len(data)
        if self._passed > self._arrival.limit:
            raise RequestEntityTooLarge

    def _take_text(self, data: bytes) -> None:
        self._text_left -= len(data)
        if self._text_left < 0:
            raise RequestEntityTooLarge
        self._text += data

    def _end_part(self) -> None:
        if self._incoming is not None:
            arrived = self._incoming.finish()
            self._incoming = None
            if arrived is not None:
                self._arrival.files.append(arrived)
                self._room -= arrived.file.length if arrived.file else 0
        elif isinstance(self._part, Field):
            self._keep_text()
        self._part = None

    def _keep_text(self) -> None:
        assert self._part is not None
        self.fields.append((self._part.name or "", self._text.decode("utf-8", "replace")))
        self._text.clear()

    def stop(self) -> None:
        """End in the middle of a part: keep the words as far as they came, and nothing of a file."""
        if self._incoming is not None:
            self._incoming.abort()
            self._incoming = None
        elif isinstance(self._part, Field):
            self._keep_text()

    def leave(self) -> None:
        """Let the next one send files."""
        if self._has_place:
            self._has_place = False
            _PLACES.release()


class SealingFormParser(FormDataParser):
    """Reads posts for this site; see the module's words."""

    arrival: Arrival

    def _parse_multipart(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        """Read the parts; files are not handed on but sealed, see `Arrival`."""
        del mimetype, content_length
        self.arrival.ending = Ending.CUT_OFF
        reader = _FormReader(self.arrival)
        try:
            decoder = MultipartDecoder(
                options.get("boundary", "").encode("ascii") or b"-",
                max_form_memory_size=BODY_LIMIT + 2 * _PORTION_BYTES,
                max_parts=_PARTS,
            )
            for portion in _iterate(stream):
                decoder.receive_data(portion)
                while not isinstance(event := decoder.next_event(), (Epilogue, NeedData)):
                    reader.take(event)
            is_whole = any(name == COMPLETE for name, _value in reader.fields)
            self.arrival.ending = Ending.WHOLE if is_whole else Ending.CUT_OFF
        except RequestEntityTooLarge:
            self.arrival.ending = Ending.TOO_MUCH
            discard(stream)
        except _BusyError:
            self.arrival.ending = Ending.BUSY
            discard(stream)
        except (ValueError, OSError, ClientDisconnected):
            # The framework's way to say "it ended in the middle" and "this is no form". `ending` says so already.
            pass
        finally:
            reader.stop()
            reader.leave()
        return stream, self.cls(reader.fields), self.cls()


def _iterate(stream: IO[bytes]) -> Iterator[bytes | None]:
    while portion := stream.read(_PORTION_BYTES):
        yield portion
    yield None


class SealingRequest(Request):
    """A request whose files are sealed on the way. A view calls `receive_files` before it looks at the form."""

    arrival: Arrival

    def __init__(self, environ: Mapping[str, Any], *args: Any, **options: Any) -> None:  # noqa: ANN401  # the framework's
        super().__init__(environ, *args, **options)  # type: ignore[arg-type]  # a WSGI environment is a plain dict
        self.arrival = Arrival()

    def receive_files(self, reception: Reception) -> None:
        """Say whom the files of this post are sealed to. Must come before the form is looked at."""
        self.arrival.reception = reception
        self.let_pass(reception.config.report_limit + reception.config.file_limit)

    def let_pass(self, limit: int) -> None:
        """Listen to so many bytes of files, also to those that are not taken, for the words around them."""
        self.arrival.limit = limit
        if self.mimetype == "multipart/form-data":
            # The parser counts itself: a limit on the whole post would cost its words as well.
            self.max_content_length = _NO_LIMIT

    def make_form_data_parser(self) -> FormDataParser:
        """Make the parser that the framework asks for."""
        parser = SealingFormParser(
            max_form_memory_size=self.max_form_memory_size,
            max_content_length=self.max_content_length,
            max_form_parts=self.max_form_parts,
            cls=self.parameter_storage_class,
        )
        parser.arrival = self.arrival
        return parser


def get_arrival() -> Arrival:
    """Return what this post brought besides words. Look at the form first: that reads the post."""
    found: SealingRequest = request  # type: ignore[assignment]  # see `install_uploads`
    return found.arrival


def receive_files(reception: Reception) -> None:
    """Say whom the files of this post are sealed to. Must come before the form is looked at."""
    found: SealingRequest = request  # type: ignore[assignment]  # see `install_uploads`
    found.receive_files(reception)


def let_files_pass(limit: int) -> None:
    """Read and drop so many bytes of files, for the words around them. Must come before the form is looked at."""
    found: SealingRequest = request  # type: ignore[assignment]  # see `install_uploads`
    found.let_pass(limit)


def install_uploads(app: Flask) -> None:
    """Read every post of the site this way, and delete at its end what nobody kept."""
    app.request_class = SealingRequest

    @app.teardown_request
    def discard_unkept(error: BaseException | None) -> None:
        del error
        try:
            get_arrival().discard()
        except SQLAlchemyError as failure:
            log_failure(failure)  # the rows die with the draft
