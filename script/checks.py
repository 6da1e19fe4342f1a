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
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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
VAULT_COVERAGE = ["--cov=vault", "--cov-branch", "--cov-report=term-missing:skip-covered", "--cov-fail-under=100"]


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


@contextlib.contextmanager
def start_tests(database: str, arguments: list[str], output: IO[str] | None) -> Iterator[subprocess.Popen[str]]:
    """Start one pytest process in a group of its own; on leaving, nothing of that group is left running."""
    command = [*PYTEST, "-o", f"cache_dir=.pytest_cache/{database}", *arguments]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=make_environment(database),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def run_tests(arguments: list[str]) -> int:
    """Run the tests on both databases at once; 0 when both passed.

    What needs no database runs only in the first process, and so do the pages in a browser: they look the same on
    either. The first is also the one that measures the vault.
    """
    first = arguments or VAULT_COVERAGE
    second = ["-m", "database and not browser", "-p", "no:cov", *arguments]
    end = time.monotonic() + TIME_LIMIT_SECONDS
    with (
        tempfile.TemporaryFile("w+") as kept,
        start_tests("postgresql", second, kept) as on_postgresql,
        start_tests("sqlite", first, None) as on_sqlite,
    ):
        codes = []
        for process in (on_sqlite, on_postgresql):
            try:
                codes.append(process.wait(timeout=max(1, end - time.monotonic())))
            except subprocess.TimeoutExpired:
                print(f"The tests did not end within {TIME_LIMIT_SECONDS // 60} minutes.", flush=True)
                codes.append(1)
                os.killpg(process.pid, signal.SIGKILL)
        print("\nThe tests that use a database, on PostgreSQL:", flush=True)
        kept.seek(0)
        print(kept.read(), end="", flush=True)
    if arguments and codes[1] == NOTHING_COLLECTED:
        codes[1] = 0  # what was asked for needs no database
    return max(abs(code) for code in codes)


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
