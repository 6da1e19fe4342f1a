"""The child that reads a file, taken over: it hangs, dies, lies, and costs no more than its own exhibit."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from exports.exhibits import drawing
from exports.exhibits.drawing import ExhibitFile, Limits, iterate_volumes
from exports.exhibits.failures import WORDS, Failure
from tests.exports.made_files import draw_one, draw_volumes

HEAD = """
import json, os, struct, sys, time
out = sys.stdout.buffer
frame, measures = struct.Struct('>cQI'), struct.Struct('>III')
task, kind, media_type, length, cpu_seconds, first, most, *blank = sys.argv[1:]
first, most = int(first), int(most)
def say(kind, number, data=b''):
    out.write(frame.pack(kind, number, len(data)) + data)
    out.flush()
def page(number, image=PICTURE):
    say(b'P', number, measures.pack(10, 10, 1) + b'x' + image)
"""


@pytest.fixture
def put_child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Put another program in the child's place, as if a reader had been taken over."""
    target = io.BytesIO()
    Image.new("RGB", (10, 10)).save(target, "JPEG")

    def put(body: str) -> None:
        program = tmp_path / "taken_over.py"
        program.write_text(f"PICTURE = {target.getvalue()!r}\n{HEAD}{body}", encoding="utf-8")
        monkeypatch.setattr(drawing, "_PROGRAM", program)

    return put


QUICK = Limits(seconds_to_open=8, seconds_a_page=4, seconds=60)


def test_page_that_kills_its_reader_is_left_blank(put_child: Callable[[str], None]) -> None:
    """One page that crashes the reader costs that page: the others are drawn, and the reader is told to leave it."""
    put_child(
        "say(b'H', 4, b'{}')\n"
        "for number in range(first, 5):\n"
        "    if number == 3 and '3' not in blank: os._exit(9)\n"
        "    page(number)\n"
        "say(b'D', 0)\n"
    )
    drawn = draw_volumes(b"%PDF", "pdf", limits=QUICK)
    assert [(each.first_page, len(each.pages), each.failure) for each in drawn] == [(1, 2, ""), (3, 2, "")]


def test_reader_that_dies_again_and_again_is_given_up(put_child: Callable[[str], None]) -> None:
    """After a few pages that kill the reader, the rest is left out, and counted."""
    put_child("say(b'H', 90, b'{}')\nif str(first) in blank:\n    page(first)\nos._exit(9)\n")
    drawn = draw_volumes(b"%PDF", "pdf", limits=QUICK)
    assert sum(len(each.pages) for each in drawn) == 3
    assert (drawn[-1].left_out, drawn[-1].failure) == (87, WORDS[Failure.BROKEN])


def test_reader_that_hangs_is_killed(put_child: Callable[[str], None], tmp_path: Path) -> None:
    """A reader that never answers is dead when its time is over, and the slip sheet says that it took too long."""
    marker = tmp_path / "pid"
    put_child(f"open({str(marker)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)\n")
    started = time.monotonic()
    assert draw_one(b"x", "photo", limits=QUICK).failure == WORDS[Failure.LATE]
    assert time.monotonic() - started < 30
    with pytest.raises(ProcessLookupError):
        os.kill(int(marker.read_text()), 0)


@pytest.mark.parametrize(
    "body",
    [
        "say(b'H', 1 << 40, b'{}')",
        "say(b'H', 1, b'[1]')",
        "say(b'H', 1, b'not json')",
        "out.write(frame.pack(b'H', 1, 1 << 30)); out.flush(); time.sleep(9)",
        "out.write(frame.pack(b'R', 0, 1 << 30)); out.flush(); time.sleep(9)",
        "say(b'X', 0)",
        "say(b'D', 0)",
        "say(b'H', 0, b'{}'); say(b'D', 0)",
        "say(b'H', 1, b'{}'); say(b'D', 0)",
        "say(b'H', 1, b'{}'); page(2)",
        "say(b'H', 1, b'{}'); page(1, b'<html>')",
        "say(b'H', 1, b'{}'); page(1, PICTURE[:2] + b'\\xff\\xe1\\x00\\x08secret' + PICTURE[2:])",
        "say(b'H', 1, b'{}'); say(b'P', 1, measures.pack(10, 10, 1 << 31))",
        "say(b'F', 0, b'<b>why</b>')",
        "os._exit(0)",
    ],
)
def test_what_a_taken_over_reader_says_is_checked(put_child: Callable[[str], None], body: str) -> None:
    """Nothing but bounded pictures of the right size, in order, and our own sentences is taken from a reader."""
    put_child(body)
    drawn = draw_volumes(b"%PDF", "pdf", limits=Limits(seconds_to_open=3, seconds_a_page=3, seconds=9, blank_pages=0))
    assert not any(each.pages for each in drawn)
    assert drawn[-1].failure in WORDS.values()


def test_facts_of_a_taken_over_reader_are_short_and_known(put_child: Callable[[str], None]) -> None:
    """Facts are short printable lines under names of ours."""
    put_child("say(b'H', 0, json.dumps({'length': 'a\\u202eb\\0' + 'c' * 500, 'place': 'x'}).encode())\nsay(b'D', 0)\n")
    ((name, line),) = draw_one(b"x", "audio").facts
    assert name == "Length"
    assert line.startswith("a b ccc")
    assert len(line) == 100


def test_reader_gets_no_secret_and_no_open_file(
    put_child: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither the environment of the site nor its open files are there for a reader that is taken over."""
    monkeypatch.setenv("TESTIMONIO_SITE_SIGNING_KEY", "ab" * 32)
    with (tmp_path / "secret").open("wb") as secret:
        os.set_inheritable(secret.fileno(), True)
        put_child(
            "told = ' '.join([*os.environ, *os.listdir('/proc/self/fd')])\n"
            "say(b'H', 0, json.dumps({'format': told}).encode())\nsay(b'D', 0)\n"
        )
        told = dict(draw_one(b"x", "audio").facts)["Format"].split()
    assert not [each for each in told if each.startswith("TESTIMONIO")]
    # In, out, errors, and the folder that is being listed.
    assert len([each for each in told if each.isdecimal()]) == 4


def test_store_that_fails_is_not_taken_for_a_broken_file() -> None:
    """What the store itself raises reaches whoever asked: a file that cannot be opened is not called damaged."""

    class ShutError(Exception):
        pass

    class Shut:
        def iterate(self, start: int, end: int) -> Iterator[bytes]:
            raise ShutError(start, end)

    with pytest.raises(ShutError):
        list(iterate_volumes(Shut(), ExhibitFile("exhibit", "pdf", "application/pdf", 100)))
