"""Bodies that are too large, cut off on the way, or never arrive: a clear page, and nothing that was saved is lost."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest

from tests.faults.raw_reader import HOST, STORY, Answer, RawReader
from tests.faults.served_site import ServedSite
from web.errors import ERROR_PAGES
from web.languages import load_translations

TEN_MEGABYTES = 10_000_000
PIECE = 65_536
STALLED = 8
PATIENCE_SECONDS = 5.0


@pytest.fixture
def writer(served: ServedSite) -> Iterator[RawReader]:
    """A reporter in Spanish whose story is saved."""
    reader = RawReader(served.port)
    reader.walk_to_story()
    assert reader.post("what-happened", {"what_happened": STORY}).status == 303
    yield reader
    reader.close()


def read_saved_story(writer: RawReader) -> str:
    """The story as its page shows it."""
    text = writer.get("what-happened").text
    return text.split("<textarea", 1)[1].split(">", 1)[1].split("</textarea>")[0].strip()


def post_large(writer: RawReader, *, chunked: bool) -> Answer:
    """Send a form of ten megabytes whole, as a browser does before it reads the answer."""
    body = writer.write_body({"what_happened": "ñ" * TEN_MEGABYTES}, "next")[:TEN_MEGABYTES]
    pieces = (body[start : start + PIECE] for start in range(0, len(body), PIECE))
    return writer.ask("POST", "/es/report/what-happened", pieces if chunked else body, chunked=chunked)


def open_cut_off(writer: RawReader, *, chunked: bool) -> socket.socket:
    """Send most of a form, in which the story is not whole yet; the rest never comes."""
    body = writer.write_body({"what_happened": "Me pararon"}, "next")
    headers = {**writer.write_headers(), "Host": f"{HOST}:{writer.port}"}
    if chunked:
        headers["Transfer-Encoding"] = "chunked"
        body = f"{len(body):x}\r\n".encode() + body + b"\r\n"
    else:
        headers["Content-Length"] = str(len(body) + 100)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    opened = socket.create_connection((HOST, writer.port), timeout=PATIENCE_SECONDS)
    opened.sendall(f"POST /es/report/what-happened HTTP/1.1\r\n{head}\r\n".encode() + body)
    return opened


def test_refused_bodies(writer: RawReader) -> None:
    """Ten megabytes, and a form of unannounced length, get a page in the reader's language; the saved draft stays."""
    heading = ERROR_PAGES[413].heading
    translated = load_translations("es").gettext(heading)
    assert translated != heading
    for chunked in (False, True):
        answer = post_large(writer, chunked=chunked)
        assert answer.status == 413
        assert '<html lang="es"' in answer.text
        assert translated in answer.text
        assert read_saved_story(writer) == STORY
    # Of a form that does not say how long it is, nobody could tell whether all of it came.
    body = writer.write_body({"what_happened": "otra cosa"}, "next")
    answer = writer.ask("POST", "/es/report/what-happened", iter([body]), chunked=True)
    assert answer.status == 411
    assert '<html lang="es"' in answer.text
    assert read_saved_story(writer) == STORY


def test_half_a_story_is_not_saved(writer: RawReader) -> None:
    """A form whose rest was lost on the way is not taken for the whole: the saved story stays."""
    for chunked in (False, True):
        opened = open_cut_off(writer, chunked=chunked)
        time.sleep(0.2)
        opened.shutdown(socket.SHUT_WR)
        with contextlib.suppress(OSError):  # whether an answer still comes is the server's business
            opened.recv(PIECE)
        opened.close()
        time.sleep(0.3)
        assert read_saved_story(writer) == STORY


def test_stalled_uploads_leave_room(served: ServedSite, writer: RawReader) -> None:
    """While eight clients stall in the middle of a form, others read pages and send a whole report."""
    stalled = [open_cut_off(writer, chunked=False) for _ in range(STALLED)]
    try:
        start = time.monotonic()
        other = RawReader(served.port, timeout=PATIENCE_SECONDS)
        other.walk_to_story()
        assert other.send_story().status == 303
        assert other.get("receipt").code
        other.close()
        assert time.monotonic() - start < PATIENCE_SECONDS
    finally:
        for opened in stalled:
            opened.close()
    assert read_saved_story(writer) == STORY
