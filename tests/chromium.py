"""Debian's Chromium under playwright, with a hard end.

No test run may leave a browser behind, or wait for one for ever.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",  # containers have 64 MB there
)
CLOSE_LIMIT_SECONDS = 20.0


def list_children(parent: int) -> set[int]:
    """Ids of the processes that `parent` started and that still run, from Linux's own table."""
    children = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError, IndexError, ValueError):
                # The second field is a name in brackets and may hold anything, so fields count from its end.
                after_name = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(after_name[1]) == parent:
                    children.add(int(entry.name))
    return children


def end_family(pids: set[int]) -> None:
    """Kill these processes and whatever they started, youngest last known first."""
    for pid in pids:
        end_family(list_children(pid))
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def run_browser() -> Iterator[Browser]:
    """Start Chromium and yield it; afterwards close it, by force if it does not go within 20 seconds."""
    before = list_children(os.getpid())
    with contextlib.ExitStack() as stack:
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS), timeout=30_000)
        watchdog = threading.Timer(CLOSE_LIMIT_SECONDS, end_family, [list_children(os.getpid()) - before])
        try:
            yield browser
            watchdog.start()
            browser.close()
            stack.close()
        finally:
            watchdog.cancel()
