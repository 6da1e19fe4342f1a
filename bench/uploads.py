"""Takes in a large file over loopback, sealed as the public site does it and unsealed, and compares.

Both go through the same server, the same reading of the form, the same folder and the same sync; the unsealed one only
hashes and writes. It must never run against an office's own folder: it makes one of its own and removes it.

    .venv/bin/python -m bench.uploads
"""

from __future__ import annotations

import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path

from flask import Flask

import intake.incoming
from bench.table import Row, print_table
from intake.app import create_app
from models.engine import migrate
from script.serve import Site, is_ready, strip_settings
from tests.chromium import list_children
from tests.faults.raw_reader import RawReader
from tests.faults.served_site import ServedSite
from tests.intake.office import make_office
from tests.serving import find_free_port
from vault.boxes import BoxKey
from vault.contexts import Context
from vault.files import FileFacts
from vault.recipients import Recipient
from vault.streams import Writable

BLOCK = os.urandom(1 << 20)
BOUNDARY = "bench"
ROUNDS = 3
# At three quarters of the speed of the unsealed upload, it takes four thirds of its time.
LIMIT_TIMES = 1 / 0.75
LIMIT_GROWTH_MB = 64.0


class Hasher:
    """In the sealer's place: hashes and writes what comes, as it is."""

    def __init__(self, target: Writable, *, recipients: Sequence[Recipient], context: Context) -> None:
        """Take the sealer's arguments."""
        del recipients, context
        self._target, self._digest, self.length = target, sha256(), 0

    def write(self, data: bytes, /) -> int:
        """Take the next bytes."""
        self.length += len(data)
        self._digest.update(data)
        self._target.write(data)
        return len(data)

    def finish(self) -> FileFacts:
        """Tell what the file was."""
        return FileFacts(self.length, self._digest.hexdigest())


def create_unsealed_app() -> Flask:
    """Make the public site with the hasher in the sealer's place; for this comparison only."""
    setattr(intake.incoming, "FileSealer", Hasher)  # noqa: B010  # an assignment would not pass the type checker
    return create_app()


@dataclass(frozen=True)
class Figures:
    """What one upload took: wall and processor seconds of the server, and how much its largest process grew, in MB."""

    seconds: float
    processor: float
    growth: float


def _read_status(pid: int, name: str) -> int:
    text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith(name)), 0)


def _count_ticks(pids: list[int]) -> int:
    ticks = 0
    for pid in pids:
        values = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(") ", 1)[1].split()
        ticks += int(values[11]) + int(values[12])
    return ticks


def write_edges(token: str, megabytes: int) -> tuple[bytes, bytes, int]:
    """Write what comes before and after the file in its form, and tell the length of the whole."""
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n'
    ).encode() + b"\xff\xd8\xff"
    tail = "".join(
        f'\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}'
        for name, value in (("go", "add"), ("complete", "yes"))
    )
    last = f"{tail}\r\n--{BOUNDARY}--\r\n".encode()
    return head, last, len(head) + len(last) + megabytes * len(BLOCK)


def upload(reader: RawReader, megabytes: int) -> float:
    """Send one file of so many MiB and return the seconds until the answer."""
    head, tail, length = write_edges(BoxKey.from_cookie(reader.cookie).csrf_token(), megabytes)
    connection = HTTPConnection("127.0.0.1", reader.port, timeout=600)
    start = time.monotonic()
    connection.putrequest("POST", "/es/report/evidence")
    for name, value in {
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "Content-Length": f"{length}",
        "Cookie": f"form={reader.cookie}",
        "Origin": reader.address,
    }.items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(head)
    for _number in range(megabytes):
        connection.send(BLOCK)
    connection.send(tail)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 303, answer.status
    return time.monotonic() - start


def measure(folder: Path, app: str, megabytes: int) -> Figures:
    """Serve the site by `app`, take one file in, and remove everything again."""
    folder.mkdir()
    url = f"sqlite:///{folder}/office.sqlite3"
    migrate(url)
    office = make_office(url, url, folder)
    config = replace(office.config, file_limit=4 << 30, report_limit=8 << 30, free_space_floor=0)
    served = ServedSite(config, folder / "log")
    site = Site("intake", find_free_port())
    served.config = replace(served.config, origin=site.address.rstrip("/"))
    command = [sys.executable, "-m", "granian", "--factory", "--no-access-log", "--interface", "wsgi", "--log-level"]
    command += ["error", "--port", f"{site.port}", "--workers", "1", "--blocking-threads", "16", app]
    process = subprocess.Popen(command, env={**strip_settings(), **served.make_settings()}, start_new_session=True)
    try:
        while not is_ready(site):
            time.sleep(0.05)
        reader = RawReader(site.port)
        reader.walk_to_story()
        pids = [process.pid, *list_children(process.pid)]
        sizes, ticks = {pid: _read_status(pid, "VmRSS") for pid in pids}, _count_ticks(pids)
        seconds = upload(reader, megabytes)
        processor = (_count_ticks(pids) - ticks) / os.sysconf("SC_CLK_TCK")
        growth = max(_read_status(pid, "VmHWM") - size for pid, size in sizes.items()) / 1024
        return Figures(seconds, processor, growth)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(folder)


def run(megabytes: int = 1_000) -> Iterable[Row]:
    """Measure both ways in turn; yields name, unit, measured and limit."""
    apps = {"sealed": "intake.app:create_app", "unsealed": "bench.uploads:create_unsealed_app"}
    found: dict[str, list[Figures]] = {name: [] for name in apps}
    # Not in a temporary folder of the machine, which may lie in memory.
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:
        for number in range(ROUNDS):
            for name, app in apps.items():
                found[name].append(measure(Path(place) / f"{name}-{number}", app, megabytes))
    best = {name: min(one.seconds for one in figures) for name, figures in found.items()}
    least = {name: min(one.processor for one in figures) for name, figures in found.items()}
    size = megabytes * len(BLOCK) / 1e6
    for name in apps:
        yield f"upload of {size / 1000:.1f} GB, {name}", "MB/s", size / best[name], math.nan
    yield "sealed upload / hashed, written and synced unsealed", "times", best["sealed"] / best["unsealed"], LIMIT_TIMES
    yield "the same by processor time", "times", least["sealed"] / least["unsealed"], math.nan
    yield "growth of the largest process", "MB", max(one.growth for one in found["sealed"]), LIMIT_GROWTH_MB


if __name__ == "__main__":
    raise SystemExit(0 if print_table(run()) else 1)
