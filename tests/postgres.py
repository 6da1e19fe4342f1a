"""A private PostgreSQL for one test run, from Debian's package, that leaves nothing behind.

It must never listen on the network or touch a database that was there before.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

SUPERUSER = "postgres"
OWNER = "testimonio_owner"
SITE_ROLES = ("testimonio_intake", "testimonio_casework")
DATABASE = "testimonio"
START_LIMIT_SECONDS = 30.0
_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>


def read_engine_name() -> str:
    """Which database engine this run uses; raises ValueError for one that we do not know."""
    name = os.environ.get("TESTIMONIO_TEST_DATABASE", "sqlite")
    if name not in {"sqlite", "postgresql"}:
        raise ValueError(f"TESTIMONIO_TEST_DATABASE: sqlite or postgresql, not {name}")
    return name


def find_programs() -> Path:
    """Folder of the newest installed PostgreSQL's programs; raises FileNotFoundError when there is none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    if not folders:
        raise FileNotFoundError("PostgreSQL is not installed: script/test installs it")
    return folders[-1]


def _end_with_parent() -> None:
    # SIGINT is PostgreSQL's fast shutdown: even a test run killed with -9 leaves no server behind.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def make_url(sockets: Path, role: str) -> str:
    """Database URL of one role over the private socket."""
    return f"postgresql+psycopg://{role}@/{DATABASE}?host={sockets}"


def _make_roles(sockets: Path) -> None:
    end = time.monotonic() + START_LIMIT_SECONDS
    while True:
        try:
            connection = psycopg.connect(host=f"{sockets}", user=SUPERUSER, dbname="postgres", autocommit=True)
            break
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
    with contextlib.closing(connection):
        for role in (OWNER, *SITE_ROLES):
            connection.execute(f"CREATE ROLE {role} LOGIN".encode())
        connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}".encode())


def _make_process_options(folder: Path) -> dict[str, Any]:
    """Return options that start a program as a user that PostgreSQL accepts: it refuses to run as root."""
    options: dict[str, Any] = {"cwd": "/", "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}}
    if os.geteuid() == 0:
        entry = pwd.getpwnam(SUPERUSER)  # the user that Debian's package made
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        options |= {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return options


def _start_server(programs: Path, folder: Path) -> subprocess.Popen[bytes]:
    options = _make_process_options(folder)
    data = f"{folder}/data"
    locale = ("-E", "UTF8", "--locale=C.UTF-8")
    making = [f"{programs}/initdb", "-D", data, "-U", SUPERUSER, "-A", "trust", *locale]
    subprocess.run(making, stdout=subprocess.DEVNULL, check=True, timeout=60, **options)
    running = [f"{programs}/postgres", "-D", data]
    for setting in ("listen_addresses=", f"unix_socket_directories={folder}", "max_connections=150"):
        running += ["-c", setting]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            running,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509  # started before any test makes a thread
            **options,
        )


@contextlib.contextmanager
def run_postgresql() -> Iterator[Path]:
    """Start a server with an empty database and our three roles; yield the folder of its socket."""
    folder = Path(tempfile.mkdtemp(prefix="testimonio-pg-"))
    process: subprocess.Popen[bytes] | None = None
    try:
        process = _start_server(find_programs(), folder)
        _make_roles(folder)
        yield folder
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        shutil.rmtree(folder, ignore_errors=True)
