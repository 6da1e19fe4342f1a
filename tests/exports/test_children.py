"""Documents drawn by children: warm, apart, limited, and replaced when they die."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from exports.case_file import CaseFile, Variant
from exports.children import pool as pool_module
from exports.children.drawing_child import DOCUMENTS, find_document
from exports.children.pool import DrawingError, DrawingPool, WhyNotDrawn
from exports.documents.summary import render_case_summary
from exports.productions import Drawing, Production
from exports.redaction.redacting import redact

PROGRAM = """
import os, sys, time, types
from exports.children import drawing_child
from exports.productions import Drawing
def endless(production):
    while True:
        time.sleep(0.05)
def hungry(production):
    return [bytearray(64 << 20) for _ in range(1000)]
def failing(production):
    raise ValueError(production.case_file.reference)
def forbidden(production):
    from exports.rendering import render_pdf
    return render_pdf('<img src="http://example.org/a.png">', styles=())
def lying(production):
    return Drawing(b'<html>', 1)
def gone(production):
    os._exit(3)
def telling(production, word):
    told = ' '.join([word, *os.environ, *os.listdir('/proc/self/fd')])
    print('a library prints')
    return Drawing(b'%PDF-' + told.encode(), 1)
def writing(production):
    try:
        with open('/dev/shm/testimonio-written', 'wb', buffering=0) as file:
            file.write(b'x')
    except OSError:
        return Drawing(b'%PDF-refused', 1)
    finally:
        try: os.unlink('/dev/shm/testimonio-written')
        except OSError: pass
made = types.ModuleType('made')
for each in (endless, hungry, failing, forbidden, lying, gone, telling, writing):
    setattr(made, each.__name__, each)
    drawing_child.DOCUMENTS[each.__name__] = f'made:{each.__name__}'
sys.modules['made'] = made
drawing_child.main()
"""


@pytest.fixture
def production(case_file: CaseFile) -> Production:
    """The facts copy of the whole case."""
    return redact(case_file, Variant.FACTS)


@pytest.fixture
def make_pool(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., DrawingPool]]:
    """Make pools whose children know some more, ill-behaved, documents; all are closed in the end."""
    program = tmp_path / "child.py"
    program.write_text(PROGRAM, encoding="utf-8")
    monkeypatch.setattr(pool_module, "_PROGRAM", program)
    pools: list[DrawingPool] = []

    def make(size: int = 1, **limits: float) -> DrawingPool:
        pools.append(DrawingPool(size, **limits))  # type: ignore[arg-type]  # seconds and memory, by name
        return pools[-1]

    yield make
    for pool in pools:
        pool.close()


def refuse(pool: DrawingPool, name: str, production: Production) -> WhyNotDrawn:
    """Draw what cannot be drawn, and return why."""
    with pytest.raises(DrawingError) as caught:
        pool.draw(name, production)
    assert production.case_file.reference not in f"{caught.value!r}"
    return caught.value.why


def test_child_draws_the_same_bytes(production: Production) -> None:
    """A document drawn by a child is the one that is drawn here, byte by byte; nothing starts before it is needed."""
    with DrawingPool(2) as pool:
        assert pool.list_process_ids() == ()
        drawings = [pool.draw("summary", production) for _ in range(2)]
        assert len(pool.list_process_ids()) == 1
    assert drawings == [render_case_summary(production)] * 2


def test_every_document_of_the_pool_exists() -> None:
    """Each name that a child knows leads to a function."""
    assert all(callable(find_document(name)) for name in DOCUMENTS)


def test_endless_document_is_killed_and_the_next_is_drawn(
    make_pool: Callable[..., DrawingPool], production: Production
) -> None:
    """A document without an end costs its time limit and its child; the next one gets a new child."""
    pool = make_pool(seconds=6)
    pool.draw("summary", production)
    started = time.monotonic()
    assert refuse(pool, "endless", production) is WhyNotDrawn.LATE
    assert 5 < time.monotonic() - started < 20
    assert pool.list_process_ids() == ()
    assert pool.draw("summary", production).pages


def test_child_killed_while_it_draws_is_replaced(make_pool: Callable[..., DrawingPool], production: Production) -> None:
    """Killing a child in the middle of a document fails that document, and no other."""
    pool = make_pool()
    pool.draw("summary", production)
    (first,) = pool.list_process_ids()
    threading.Timer(0.5, os.kill, (first, signal.SIGKILL)).start()
    assert refuse(pool, "endless", production) is WhyNotDrawn.FAILED
    assert pool.draw("summary", production).pages
    assert pool.list_process_ids() != (first,)
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


def test_child_killed_while_it_waits_is_replaced(make_pool: Callable[..., DrawingPool], production: Production) -> None:
    """A child that died between two documents is noticed before the next one."""
    pool = make_pool()
    pool.draw("summary", production)
    (first,) = pool.list_process_ids()
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    assert pool.draw("summary", production).pages


def test_memory_has_a_limit(make_pool: Callable[..., DrawingPool], production: Production) -> None:
    """A document that takes memory without end is stopped by the limit, told as that, and hurts no other."""
    pool = make_pool(memory=1 << 30)
    assert refuse(pool, "hungry", production) is WhyNotDrawn.OUT_OF_MEMORY
    assert pool.draw("summary", production).pages


@pytest.mark.parametrize("name", ["failing", "forbidden", "lying", "gone", "unheard-of"])
def test_failure_says_nothing_of_the_case(
    make_pool: Callable[..., DrawingPool], production: Production, name: str
) -> None:
    """Errors, refused addresses, deaths and lies in a child end as one reason without a word of the case."""
    pool = make_pool()
    assert refuse(pool, name, production) is WhyNotDrawn.FAILED
    assert pool.draw("summary", production).pages


def test_child_inherits_nothing(
    make_pool: Callable[..., DrawingPool], production: Production, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No setting and no open file of this process is in a child, whatever may be inherited otherwise."""
    monkeypatch.setenv("TESTIMONIO_SITE_SIGNING_KEY", "ab" * 32)
    with (tmp_path / "secret").open("wb") as secret:
        os.set_inheritable(secret.fileno(), True)
        told = make_pool().draw("telling", production, word="word").content.removeprefix(b"%PDF-").decode().split()
    assert told[0] == "word"
    assert not [each for each in told if each.startswith("TESTIMONIO")]
    # In, out, errors, the pipe for answers, and the folder that is being listed.
    assert len([each for each in told if each.isdecimal()]) <= 5


def test_child_writes_no_file(make_pool: Callable[..., DrawingPool], production: Production) -> None:
    """A child can write no byte to any file, not even where everybody may."""
    assert make_pool().draw("writing", production) == Drawing(b"%PDF-refused", 1)


def test_threads_share_a_pool(make_pool: Callable[..., DrawingPool], production: Production) -> None:
    """More threads than children wait for each other, and each gets its document."""
    pool = make_pool(2)
    with ThreadPoolExecutor(6) as threads:
        drawn = list(threads.map(lambda _number: pool.draw("summary", production), range(6)))
    assert drawn == [drawn[0]] * 6
    assert len(pool.list_process_ids()) == 2


def test_closed_pool_draws_nothing_more(make_pool: Callable[..., DrawingPool], production: Production) -> None:
    """Closing ends the children, also one that draws, and whoever asks afterwards is told."""
    pool = make_pool()
    threading.Timer(2, pool.close).start()
    assert refuse(pool, "endless", production) is WhyNotDrawn.CLOSED
    assert pool.list_process_ids() == ()
    assert refuse(pool, "summary", production) is WhyNotDrawn.CLOSED


def test_log_says_where_and_never_what(
    make_pool: Callable[..., DrawingPool], production: Production, caplog: pytest.LogCaptureFixture
) -> None:
    """A document that fails leaves the type and place of its error in the log, and no word of the case."""
    assert refuse(make_pool(), "failing", production) is WhyNotDrawn.FAILED
    (line,) = caplog.messages
    assert re.fullmatch(r"A document was not drawn: ValueError at child\.py:\d+ < drawing_child\.py:\d+", line)
    assert production.case_file.reference not in line
