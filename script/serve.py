"""Serve an office on this machine: the public site, the staff site and the worker, each in processes of its own.

Called by `script/server` once the machine is prepared. It hands each site its own settings and nothing of the other's,
and it must never write an access log: who asked for which page is nobody's business.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NoReturn

ROOT = Path(__file__).resolve().parent.parent
DEMO_FOLDER = ROOT / "var" / "demo"
HOST = "127.0.0.1"
WORKERS_PER_SITE = 2
THREADS_PER_WORKER = 16  # fewer, and a handful of stalled uploads closes the site
START_LIMIT_SECONDS = 60.0
STOP_LIMIT_SECONDS = 10.0
PORT_PATIENCE_SECONDS = 3.0
WORKER_REST_SECONDS = 5.0  # before a worker that ended is started again
PR_SET_PDEATHSIG = 1  # <sys/prctl.h>


@dataclass(frozen=True)
class Site:
    """One of the two sites: the room its code lives in, and where it listens."""

    room: str
    port: int

    @property
    def address(self) -> str:
        """Where a browser on this machine finds it."""
        return f"http://{HOST}:{self.port}/"


def stop(message: str) -> NoReturn:
    """Print why nothing can be served, and leave with a failure."""
    print(f"script/server: {message}", file=sys.stderr)
    raise SystemExit(1)


def read_arguments() -> argparse.Namespace:
    """What was asked for on the command line, with folders made absolute before anything changes folder."""
    parser = argparse.ArgumentParser(prog="script/server", description="Serve an office on this machine.")
    parser.add_argument("--demo", action="store_true", help="make a fictional office first, if there is none")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="the office's folder (without it: var/demo)")
    parser.add_argument("--intake-port", type=int, default=8000, metavar="P", help="public site (8000)")
    parser.add_argument("--casework-port", type=int, default=8001, metavar="Q", help="staff site (8001)")
    arguments = parser.parse_args()
    arguments.demo = arguments.demo or arguments.data_dir is None
    arguments.data_dir = (arguments.data_dir or DEMO_FOLDER).resolve()
    return arguments


def strip_settings() -> dict[str, str]:
    """Return this process's environment without any setting of an office: those come from the office's own folder."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TESTIMONIO_")}


def read_settings(path: Path) -> dict[str, str]:
    """Read the KEY=VALUE lines that the key ceremony wrote for one site; empty lines and # comments are passed over."""
    if not path.is_file():
        stop(
            f"{path} is missing. Make the office first: .venv/bin/python -m casework init --data-dir {path.parents[1]}"
        )
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#") and "=" in line)


def make_demo(folder: Path) -> None:
    """Make the fictional office once; one that an interruption left half made is made anew.

    The list of accounts is written last, so its presence says that the office is complete. Only a folder that carries
    our own mark is ever cleared.
    """
    if (folder / "demo-accounts.json").exists():
        return
    mark = folder.with_name(f".{folder.name}-unfinished")
    if mark.exists():
        shutil.rmtree(folder, ignore_errors=True)
    elif folder.exists() and any(folder.iterdir()):
        stop(f"{folder} holds something that is not a demo office; choose another folder.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    print("Making a demo office with fictional reports. This happens once.", flush=True)
    command = [sys.executable, "-m", "demo", "--data-dir", f"{folder}"]
    if subprocess.run(command, cwd=ROOT, env=strip_settings(), check=False).returncode:
        stop("the demo office could not be made.")
    mark.unlink(missing_ok=True)


def migrate_office(folder: Path, settings: dict[str, str]) -> None:
    """Bring an office's own SQLite file to the newest schema, once after each change of the code.

    A PostgreSQL office is migrated by its owner's role, which no site has.
    """
    url = settings.get("DATABASE_URL") or os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/testimonio.sqlite3"
    if not url.startswith("sqlite"):
        return
    newest = "\n".join(sorted(path.name for path in (ROOT / "models" / "migrations" / "versions").glob("*.py")))
    stamp = folder / "schema"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == newest:
        return
    command = [sys.executable, "-c", "import sys; from models.engine import migrate; migrate(sys.argv[1])", url]
    if subprocess.run(command, cwd=ROOT, env=strip_settings(), check=False).returncode:
        stop("the office's database could not be brought to the newest schema.")
    stamp.write_text(newest, encoding="utf-8")


def check_port(site: Site) -> None:
    """Leave with a clear message when somebody else listens there; wait a moment for a server that is just ending."""
    end = time.monotonic() + PORT_PATIENCE_SECONDS
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, site.port))
            except OSError:
                if time.monotonic() > end:
                    stop(f"port {site.port} is taken. Choose another with --{site.room}-port.")
            else:
                return
        time.sleep(0.1)


def end_with_parent() -> None:
    """Ask the kernel to end this child when the process that started it is gone, however it went."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def start_site(site: Site, settings: dict[str, str], output: BinaryIO | None = None) -> subprocess.Popen[bytes]:
    """Start one site's workers in a process group of their own, with that site's settings only.

    What they print goes to `output`, or where this process prints.
    """
    options = {
        "--interface": "wsgi",
        "--host": HOST,
        "--port": f"{site.port}",
        "--workers": f"{WORKERS_PER_SITE}",
        "--blocking-threads": f"{THREADS_PER_WORKER}",
        "--workers-kill-timeout": "4s",  # a worker told to stop while it still starts does not hear it
        "--log-level": "error",
    }
    command = [sys.executable, "-m", "granian", "--factory", "--no-access-log", "--respawn-failed-workers"]
    for name, value in options.items():
        command += [name, value]
    return start_process([*command, f"{site.room}.app:create_app"], settings, output)


def start_worker(settings: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start the worker, with the staff site's settings: it destroys what was taken back and sweeps what has expired."""
    return start_process([sys.executable, "-m", "casework", "worker"], settings)


def start_process(
    command: list[str], settings: dict[str, str], output: BinaryIO | None = None
) -> subprocess.Popen[bytes]:
    """Start a program of ours that ends when this one does, with these settings of an office and no others."""
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**strip_settings(), **settings},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        preexec_fn=end_with_parent,  # noqa: PLW1509  # no thread is running here that could hold a lock
    )


def is_ready(site: Site) -> bool:
    """Whether the site answers on its health address."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never through a proxy
    try:
        with opener.open(f"{site.address}healthz", timeout=2):
            return True  # urllib raises for every status that is no success
    except OSError:
        return False


def wait_until_ready(sites: dict[Site, subprocess.Popen[bytes]]) -> None:
    """Return when both sites answer; leave with a failure when one of them ends or takes too long."""
    end = time.monotonic() + START_LIMIT_SECONDS
    waiting = set(sites)
    while waiting:
        for site in sorted(waiting, key=lambda site: site.room):
            if sites[site].poll() is not None:
                stop(f"the {site.room} site did not start.")
            if is_ready(site):
                waiting.remove(site)
        if waiting and time.monotonic() > end:
            stop(f"not answering: {', '.join(sorted(site.room for site in waiting))}.")
        if waiting:
            time.sleep(0.05)


def stop_processes(processes: list[subprocess.Popen[bytes]]) -> None:
    """End every process with its children: first politely, so that requests under way finish, then for certain."""
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
    end = time.monotonic() + STOP_LIMIT_SECONDS
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=max(0.1, end - time.monotonic()))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def print_welcome(sites: list[Site], folder: Path) -> None:
    """Say where the sites are and, for a demo office, how to sign in."""
    intake, casework = sites
    print(f"\nPublic site   {intake.address}\nStaff site    {casework.address}sign-in")
    accounts = folder / "demo-accounts.json"
    if accounts.exists():
        print(
            "\nThis is a demo: nothing in it is real and its passphrases are no secret. Never file a real report here."
        )
        for account in json.loads(accounts.read_text(encoding="utf-8")):
            print(f"\n  {account['role'].replace('_', ' ')}")
            for label, name in {"e-mail": "email", "passphrase": "passphrase", "TOTP secret": "totp_secret"}.items():
                print(f"    {label:<12} {account[name]}")
        suffix = "" if folder == DEMO_FOLDER else f" --data-dir {folder}"
        print(f"\nThe six-digit code that goes with a passphrase:  script/totp E-MAIL{suffix}")
    print("\nCtrl-C stops both sites.", flush=True)


def leave_on_signal(_number: int, _frame: object) -> None:
    """Turn a polite kill into the same clean exit as Ctrl-C."""
    raise KeyboardInterrupt


def put_addresses(all_settings: Mapping[Site, dict[str, str]]) -> None:
    """Put the sites' addresses of today into a demo's settings: it is served from whatever port is free.

    The papers that the staff site and its worker make carry the public site's address.
    """
    for site, settings in all_settings.items():
        settings["TESTIMONIO_ORIGIN"] = site.address.rstrip("/")
        if site.room == "casework":
            public = next(each for each in all_settings if each.room == "intake")
            settings["TESTIMONIO_PUBLIC_ADDRESS"] = public.address.rstrip("/")


def serve(sites: list[Site], folder: Path) -> int:
    """Serve until told to stop (0) or until a site ends by itself (1)."""
    processes: dict[Site, subprocess.Popen[bytes]] = {}
    worker: subprocess.Popen[bytes] | None = None
    try:
        all_settings = {site: read_settings(folder / "config" / f"{site.room}.env") for site in sites}
        migrate_office(folder, all_settings[sites[-1]])
        if (folder / "demo-accounts.json").exists():
            put_addresses(all_settings)
        for site, settings in all_settings.items():
            processes[site] = start_site(site, settings)
        wait_until_ready(processes)
        worker = start_worker(all_settings[sites[-1]])
        print_welcome(sites, folder)
        ended_at = 0.0
        while True:
            for site, process in processes.items():
                if process.poll() is not None:
                    print(f"script/server: the {site.room} site ended unexpectedly.", file=sys.stderr)
                    return 1
            if worker.poll() is not None:
                # Unlike a site: nobody waits for it, and it forgets nothing.
                ended_at = ended_at or time.monotonic()
                if time.monotonic() - ended_at >= WORKER_REST_SECONDS:
                    worker, ended_at = start_worker(all_settings[sites[-1]]), 0.0
            time.sleep(0.2)
    except KeyboardInterrupt:
        return 0
    finally:
        # A second Ctrl-C must not cut this short and leave workers behind.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        stop_processes([*processes.values(), *([worker] if worker else [])])


def main() -> None:
    """Make the demo office if asked for and not there, then serve both sites in the foreground."""
    arguments = read_arguments()
    sites = [Site("intake", arguments.intake_port), Site("casework", arguments.casework_port)]
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave_on_signal)
    try:
        for site in sites:
            check_port(site)
        if arguments.demo:
            make_demo(arguments.data_dir)
        code = serve(sites, arguments.data_dir)
    except KeyboardInterrupt:
        code = 0
    raise SystemExit(code)


if __name__ == "__main__":
    main()
