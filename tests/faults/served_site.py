"""The public site as it is served: granian, two worker processes, sixteen threads each, and a way to kill all of it.

It must never leave a process behind, whatever happens in the test.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from script.serve import Site, is_ready, start_site
from tests.serving import find_free_port
from web.config import IntakeConfig

READY_LIMIT_SECONDS = 30.0


def _write_setting(value: Any) -> str:  # noqa: ANN401  # every kind of setting
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        return " ".join(value)
    return value.key if isinstance(value, ZoneInfo) else str(value)


class ServedSite:
    """One site on one port, that can be started, killed with -9, and started again."""

    def __init__(self, config: IntakeConfig, log: Path) -> None:
        self.site = Site("intake", find_free_port())
        self.log = log
        self.config = replace(config, origin=self.site.address.rstrip("/"))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process_group(self) -> int:
        """The id that all its processes share."""
        assert self._process is not None
        return self._process.pid

    @property
    def port(self) -> int:
        """Where it listens on loopback."""
        return self.site.port

    def make_settings(self) -> dict[str, str]:
        """Write the configuration as the environment variables that the site reads."""
        values = {setting.metadata["name"]: getattr(self.config, setting.name) for setting in fields(self.config)}
        # Counted in megabytes outside and in bytes inside.
        values |= {name: value // 1_000_000 for name, value in values.items() if name.endswith("_MB")}
        return {name: _write_setting(value) for name, value in values.items() if value not in {None, "", ()}}

    def start(self) -> None:
        """Start it and return when it answers; RuntimeError with what it printed when it does not."""
        with self.log.open("ab") as output:
            self._process = start_site(self.site, self.make_settings(), output)
        end = time.monotonic() + READY_LIMIT_SECONDS
        while not is_ready(self.site):
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the site did not come up:\n{self.read_log()}")
            time.sleep(0.02)

    def kill(self) -> None:
        """Kill -9 every process of it at once."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def read_log(self) -> str:
        """Everything that it printed so far."""
        return self.log.read_text(encoding="utf-8")


@contextlib.contextmanager
def serve_intake(config: IntakeConfig, log: Path) -> Iterator[ServedSite]:
    """Serve the public site of an office, and kill it afterwards."""
    served = ServedSite(config, log)
    try:
        served.start()
        yield served
    finally:
        served.kill()
