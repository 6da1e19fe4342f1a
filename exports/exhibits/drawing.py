"""Exhibits become pages: runs the child that reads a file, and takes what it says as the claims of a hostile file.

It must never read a file itself, never raise because of what is in a file, and never hold more than a volume of pages.
"""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import BoundedSemaphore
from time import monotonic
from typing import IO, Final

from exports.children.pipes import ByteSource, answer_reads
from exports.children.starting import end_child, kill_after, start_child
from exports.exhibits.claims import FAILED, HEAD, PAGE, read_failure, read_head, read_page
from exports.exhibits.drawn import DrawnExhibit, ExhibitPage
from exports.exhibits.failures import WORDS, FailedError, Failure

_PROGRAM: Final = Path(__file__).with_name("child.py")
_DOCUMENTS: Final = frozenset(
    {
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.oasis.opendocument.text",
    }
)
_MEGABYTE: Final = 1024 * 1024
# Two cores' worth: drawing exhibits must not stop staff working.
_AT_ONCE = BoundedSemaphore(2)


@dataclass(frozen=True)
class ExhibitFile:
    """The file of an exhibit: its id, its kind as the public site found it ("photo", "pdf"), type and true length."""

    id: str
    kind: str
    media_type: str
    length: int


@dataclass(frozen=True)
class Limits:
    """How long and how much: seconds on the clock, pages and bytes of pictures held at once.

    ``blank_pages`` may stand in the place of pages that killed their reader; after that the rest is left out.
    """

    seconds_to_open: float = 60
    seconds_a_page: float = 20
    seconds: float = 900
    pages_a_volume: int = 200
    bytes_a_volume: int = 16 * _MEGABYTE
    most_pages: int = 5000
    blank_pages: int = 3


LIMITS: Final = Limits()


def can_draw(kind: str, media_type: str) -> bool:
    """Whether files of this kind are shown as pages, or told about on a slip sheet."""
    return kind in {"photo", "pdf", "audio", "video", "text"} or media_type in _DOCUMENTS


def iterate_volumes(source: ByteSource, file: ExhibitFile, *, limits: Limits = LIMITS) -> Iterator[DrawnExhibit]:
    """Draw an exhibit, one volume of its pages after the other; there is always at least one.

    What cannot be drawn is said in ``failure`` and counted in ``left_out``; only what ``source`` itself raises is
    raised here.
    """
    if not can_draw(file.kind, file.media_type):
        yield DrawnExhibit(file.id, failure=WORDS[Failure.NOT_DRAWN])
        return
    run = _Run(source, file, limits)
    while not run.is_over:
        volume = run.draw_volume()
        if volume.pages or run.is_over:
            yield volume


def pack_volumes(drawn: Iterable[DrawnExhibit], *, limits: Limits = LIMITS) -> Iterator[tuple[DrawnExhibit, ...]]:
    """Put exhibits, or their volumes, together into volumes of a set, in order, each within the same limits."""
    held: list[DrawnExhibit] = []
    pages = size = 0
    for one in drawn:
        own = sum(len(page.image) for page in one.pages)
        if held and (pages + len(one.pages) > limits.pages_a_volume or size + own > limits.bytes_a_volume):
            yield tuple(held)
            held, pages, size = [], 0, 0
        held.append(one)
        pages, size = pages + len(one.pages), size + own
    if held:
        yield tuple(held)


@dataclass
class _Run:
    """One exhibit on its way: what is known of it, and where the next volume begins."""

    source: ByteSource
    file: ExhibitFile
    limits: Limits
    page_count: int = 0
    facts: tuple[tuple[str, str], ...] = ()
    next_page: int = 1
    blank: set[int] = field(default_factory=set)
    is_over: bool = False
    deadline: float = field(init=False)

    def __post_init__(self) -> None:
        self.deadline = monotonic() + self.limits.seconds

    def draw_volume(self) -> DrawnExhibit:
        """Draw what fits; a page that kills its reader is left blank when the reader is started anew."""
        first, pages, failure = self.next_page, [], None
        size = 0
        try:
            with _AT_ONCE, closing(self._iterate_pages()) as drawn:
                for page in drawn:
                    pages.append(page)
                    self.next_page += 1
                    size += len(page.image)
                    if size >= self.limits.bytes_a_volume:
                        break
        except FailedError as error:
            failure = self._go_on_after(error.failure)
        except (OSError, ValueError):
            failure = self._go_on_after(Failure.BROKEN)
        last = min(self.page_count, self.limits.most_pages)
        if failure is None and self.next_page > last:
            self.is_over = True
            failure = Failure.TOO_MANY_PAGES if self.page_count > last else None
        return DrawnExhibit(
            self.file.id,
            tuple(pages),
            WORDS[failure] if failure else "",
            self.facts,
            first_page=first,
            page_count=self.page_count,
            left_out=self.page_count - self.next_page + 1 if self.is_over else 0,
        )

    def _go_on_after(self, failure: Failure) -> Failure | None:
        """Whether drawing ends here: the reason, or None when the page is left blank and the next volume goes on."""
        is_worth_it = self.page_count and len(self.blank) < self.limits.blank_pages and monotonic() < self.deadline
        if is_worth_it and self.next_page not in self.blank:
            self.blank.add(self.next_page)
            return None
        self.is_over = True
        return failure

    def _iterate_pages(self) -> Generator[ExhibitPage, None, None]:
        first, most = self.next_page, min(self.limits.pages_a_volume, self.limits.most_pages - self.next_page + 1)
        left = max(self.deadline - monotonic(), 0.1)
        arguments = [
            "draw",
            self.file.kind,
            self.file.media_type,
            *(str(number) for number in (self.file.length, int(left) + 1, self.next_page, most, *sorted(self.blank))),
        ]
        child = start_child(_PROGRAM, *arguments)
        try:
            assert child.stdin is not None
            assert child.stdout is not None
            seconds, has_head = self.limits.seconds_to_open, False
            while True:
                seconds = max(min(seconds, self.deadline - monotonic()), 0.1)
                began = monotonic()
                try:
                    with kill_after(child, seconds):
                        heard = self._hear(child.stdin, child.stdout)
                except (OSError, EOFError):
                    raise FailedError(Failure.LATE if monotonic() - began >= seconds else Failure.BROKEN) from None
                if isinstance(heard, ExhibitPage):
                    yield heard
                elif heard == HEAD:
                    has_head = True
                elif not has_head or self.next_page < min(first + most, self.page_count + 1):
                    raise ValueError
                else:
                    return
                seconds = self.limits.seconds_a_page
        finally:
            end_child(child)

    def _hear(self, to_child: IO[bytes], from_child: IO[bytes]) -> ExhibitPage | bytes:
        """The next page, or the kind of what else the child said."""
        said, number, size = answer_reads(self.source, self.file.length, to_child, from_child)
        if said == FAILED:
            raise FailedError(read_failure(from_child, size))
        if said == HEAD:
            facts = read_head(from_child, number, size)
            if self.page_count not in {0, number} or not (number or self.file.kind in {"audio", "video"}):
                raise ValueError
            self.page_count, self.facts = number, facts
        elif said == PAGE:
            if number != self.next_page or number > self.page_count:
                raise ValueError
            return read_page(from_child, size)
        elif said != b"D":
            raise ValueError
        return said
