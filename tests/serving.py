"""Starts `script/server` for tests that need both sites as a person gets them, and ends it for certain.

It must never leave a process behind, whatever happens in the test.
"""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

from tests.chromium import end_family, list_children

ROOT = Path(__file__).resolve().parent.parent
READY_LIMIT_SECONDS = 110.0
STOP_LIMIT_SECONDS = 20.0


@dataclass(frozen=True)
class RunningServer:
    """Both sites, up: their addresses, the office's folder, what is printed, the process, how long the start took."""

    intake: str
    casework: str
    data_dir: Path
    log: Path
    process: subprocess.Popen[bytes]
    seconds_to_ready: float

    @property
    def accounts(self) -> list[dict[str, str]]:
        """The demo's accounts: role, email, passphrase, totp_secret."""
        accounts: list[dict[str, str]] = json.loads((self.data_dir / "demo-accounts.json").read_text(encoding="utf-8"))
        return accounts

    def stop(self) -> int:
        """End it politely and return its exit status; by force, and -9, if it does not go."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=STOP_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            end_family({self.process.pid})
            return self.process.wait()


def find_free_port() -> int:
    """Return a port of this machine that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_healthy(address: str) -> bool:
    """Whether a site answers on its health address."""
    try:
        with build_opener(ProxyHandler({})).open(f"{address}/healthz", timeout=2):
            return True
    except OSError:
        return False


def make_command(data_dir: Path, intake_port: int, casework_port: int, *arguments: str) -> list[str]:
    """Return the command line that serves `data_dir` on these ports."""
    ports = ["--intake-port", f"{intake_port}", "--casework-port", f"{casework_port}"]
    return [f"{ROOT}/script/server", "--data-dir", f"{data_dir}", *ports, *arguments]


@contextlib.contextmanager
def run_server(
    data_dir: Path, *, is_demo: bool = True, ports: tuple[int, int] | None = None
) -> Iterator[RunningServer]:
    """Start both sites on free ports, or on these, and yield when they answer.

    Raises:
        RuntimeError: they do not; with the output.
    """
    ports = ports or (find_free_port(), find_free_port())
    addresses = tuple(f"http://127.0.0.1:{port}" for port in ports)
    log = data_dir.with_name(f"{data_dir.name}-server.log")
    start = time.monotonic()
    with log.open("ab") as output:
        process = subprocess.Popen(
            make_command(data_dir, *ports, *(["--demo"] if is_demo else [])), stdout=output, stderr=output
        )
    try:
        while not all(is_healthy(address) for address in addresses):
            if process.poll() is not None or time.monotonic() - start > READY_LIMIT_SECONDS:
                raise RuntimeError(f"script/server did not come up:\n{log.read_text(encoding='utf-8')}")
            time.sleep(0.05)
        seconds = time.monotonic() - start
        yield RunningServer(addresses[0], addresses[1], data_dir, log, process, seconds)
    finally:
        if process.poll() is None:
            family = list_children(process.pid)
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=STOP_LIMIT_SECONDS)
            end_family({*family, process.pid})
            process.wait()
