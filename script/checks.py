"""Every check, one after the other: form, types, contracts, translations, then the tests on both databases.

Called by `script/test` once the machine is prepared. It must never skip a check because a tool is missing: a check that
cannot run is a check that failed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
TIME_LIMIT_SECONDS = 25 * 60

OUR_SCRIPTS = ("prepare", "serve", "totp", "checks", "catalogues")

# Each is a name and a command; they change nothing, so two run at a time.
STATIC_CHECKS: dict[str, list[str]] = {
    "types": [f"{BIN}/mypy"],
    "types of the scripts": [f"{BIN}/mypy", *(f"script/{name}.py" for name in OUR_SCRIPTS)],
    "form": [f"{BIN}/ruff", "format", "--check", "--quiet", "."],
    "rules": [f"{BIN}/ruff", "check", "--quiet", "."],
    "who may import whom": [f"{BIN}/lint-imports"],
    "templates": [f"{BIN}/djlint", "templates", "--lint", "--quiet"],
    "translations": [f"{BIN}/python", "-m", "script.catalogues", "--check"],
}
NOTHING_COLLECTED = 5  # pytest's exit status
PYTEST = [f"{BIN}/python", "-m", "pytest"]
VAULT_COVERAGE = ("--cov=vault", "--cov-branch", "--cov-report=term-missing:skip-covered", "--cov-fail-under=100")


def make_environment(database: str | None = None) -> dict[str, str]:
    """Return this process's environment without what could change a result: an office's settings, and a language."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TESTIMONIO_", "PYTEST_", "LC_")) and name not in {"DATABASE_URL", "LANG", "LANGUAGE"}
    }
    environment["PATH"] = f"{BIN}:{environment.get('PATH', '')}"
    if database:
        environment["TESTIMONIO_TEST_DATABASE"] = database
    return environment


def run_static_check(item: tuple[str, list[str]]) -> tuple[str, subprocess.CompletedProcess[str], float]:
    """Run one check and return its name, what came of it, and the seconds it took."""
    name, command = item
    start = time.monotonic()
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=make_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIME_LIMIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        done = subprocess.CompletedProcess(command, 1, stdout=f"{type(error).__name__}: {command[0]}\n")
    return name, done, time.monotonic() - start


def run_static_checks() -> list[str]:
    """Run all of them, print each result, and return the names of those that failed."""
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for name, done, seconds in pool.map(run_static_check, STATIC_CHECKS.items()):
            print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name} ({seconds:.1f} s)", flush=True)
            if done.returncode:
                failed.append(name)
                print(done.stdout, flush=True)
    return failed


@dataclass(frozen=True)
class Run:
    """One pytest process: its name, the database, which tests, and what else it is told.

    ``whole`` are arguments for the whole run alone; ``is_measured`` says that it is there for coverage, which is asked
    for in the whole run and nowhere else.
    """

    name: str
    database: str
    marks: str
    whole: tuple[str, ...] = ()
    is_measured: bool = False


# Two lanes at a time, one core each. What needs no database runs once, and so do the pages in a browser: they look the
# same on either. The vault is measured by its own tests alone: measuring slows everything that runs meanwhile.
FIRST_LANE = (Run("The tests on SQLite", "sqlite", "not browser", whole=("--ignore=tests/vault",)),)
SECOND_LANE = (
    Run("The tests of the vault", "sqlite", "not browser", whole=("tests/vault", *VAULT_COVERAGE), is_measured=True),
    Run("The tests that use a database, on PostgreSQL", "postgresql", "database and not browser"),
    Run("The tests in a browser", "sqlite", "browser"),
)


class Lanes:
    """Two rows of pytest processes, side by side; when one is told to stop, nothing of either is left running."""

    def __init__(self, arguments: list[str]) -> None:
        """Take what goes to pytest in place of the whole run; empty for the whole."""
        self._arguments = arguments
        self._end = time.monotonic() + TIME_LIMIT_SECONDS
        self._running: list[subprocess.Popen[str]] = []
        self._is_over = False

    def stop(self) -> None:
        """Kill what runs, each with the group that it leads, and start nothing more."""
        self._is_over = True
        for process in self._running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def run(self, lane: tuple[Run, ...], output: IO[str] | None) -> int:
        """Run one process after the other, and return the worst exit status."""
        codes = [self._run_one(run, output) for run in lane if not self._is_over]
        return max(codes, default=1)

    def _run_one(self, run: Run, output: IO[str] | None) -> int:
        if self._arguments and run.is_measured:
            return 0  # what was asked for of it is in the first lane
        asked = self._arguments or list(run.whole)
        coverage = [] if run.is_measured else ["-p", "no:cov"]
        cache = f"cache_dir=.pytest_cache/{run.name.split()[-1].lower()}"
        print(f"\n{run.name}:", file=output, flush=True)
        process = subprocess.Popen(
            [*PYTEST, "-o", cache, "-m", run.marks, *coverage, *asked],
            cwd=ROOT,
            env=make_environment(run.database),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            text=True,
            start_new_session=True,
        )
        self._running.append(process)
        try:
            code = process.wait(timeout=max(1, self._end - time.monotonic()))
        except subprocess.TimeoutExpired:
            print(f"They did not end within {TIME_LIMIT_SECONDS // 60} minutes.", file=output, flush=True)
            code = 1
        finally:
            self._running.remove(process)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if self._arguments and code == NOTHING_COLLECTED:
            return 0  # what was asked for is in another run
        return abs(code)


def run_tests(arguments: list[str]) -> int:
    """Run both lanes at once; 0 when all passed. The second one's words come after the first's."""
    lanes = Lanes(arguments)
    with tempfile.TemporaryFile("w+") as kept, ThreadPoolExecutor(max_workers=1) as pool:
        second = pool.submit(lanes.run, SECOND_LANE, kept)
        try:
            codes = [lanes.run(FIRST_LANE, None), second.result()]
        finally:
            lanes.stop()
        kept.seek(0)
        print(kept.read(), end="", flush=True)
    return max(codes)


def leave_on_signal(number: int, _frame: object) -> None:
    """Turn a polite kill into an exit that runs the clean-up."""
    raise SystemExit(128 + number)


def main() -> None:
    """Run everything, or, with arguments, pytest alone with those arguments on both databases."""
    signal.signal(signal.SIGTERM, leave_on_signal)
    arguments = sys.argv[1:]
    failed = [] if arguments else run_static_checks()
    code = run_tests(arguments)
    if failed:
        print(f"Failed before the tests: {', '.join(failed)}", flush=True)
    raise SystemExit(1 if failed or code else 0)


if __name__ == "__main__":
    main()
