"""`script/server` as a person meets it: it starts fast, says how to sign in, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from script.serve import Site, put_addresses
from tests.chromium import list_children
from tests.serving import ROOT, RunningServer, find_free_port, is_healthy, make_command, run_server


def list_family(pid: int) -> set[int]:
    """Ids of a process's children, their children, and so on."""
    children = list_children(pid)
    return children.union(*(list_family(child) for child in children))


def read_cpu_seconds(pid: int) -> float:
    """Processor seconds that a process and its collected children have used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def is_running(pid: int) -> bool:
    """Whether a process is there and not just an entry that its parent has yet to collect."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(pids: set[int], seconds: float) -> set[int]:
    """Wait for these processes to end and return those that have not."""
    end = time.monotonic() + seconds
    while (left := {pid for pid in pids if is_running(pid)}) and time.monotonic() < end:
        time.sleep(0.05)
    return left


def test_papers_of_a_demo_carry_the_address_that_it_is_served_from() -> None:
    """The staff site, whose worker prints the papers, is told where the public site is today."""
    sites = Site("intake", 8301), Site("casework", 8302)
    settings = {site: {"TESTIMONIO_PUBLIC_ADDRESS": "http://127.0.0.1:8000"} for site in sites[1:]} | {sites[0]: {}}
    put_addresses(settings)
    assert settings[sites[0]] == {"TESTIMONIO_ORIGIN": "http://127.0.0.1:8301"}
    assert settings[sites[1]] == {
        "TESTIMONIO_ORIGIN": "http://127.0.0.1:8302",
        "TESTIMONIO_PUBLIC_ADDRESS": "http://127.0.0.1:8301",
    }


@pytest.fixture(scope="module")
def office(demo_server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo office that tests may start and kill as they like."""
    folder = tmp_path_factory.mktemp("copied") / "demo"
    shutil.copytree(demo_server.data_dir, folder)
    for path in (folder / "config").iterdir():
        path.write_text(
            path.read_text(encoding="utf-8").replace(f"{demo_server.data_dir}", f"{folder}"), encoding="utf-8"
        )
    return folder


def test_it_says_where_the_sites_are_and_how_to_sign_in(demo_server: RunningServer) -> None:
    """Once both sites answer, the addresses, every demo account and the way to a six-digit code are printed."""
    end = time.monotonic() + 5
    while "Ctrl-C" not in (text := demo_server.log.read_text(encoding="utf-8")) and time.monotonic() < end:
        time.sleep(0.05)
    assert demo_server.intake in text
    assert f"{demo_server.casework}/sign-in" in text
    assert demo_server.accounts
    for account in demo_server.accounts:
        assert set(account) >= {"role", "email", "passphrase", "totp_secret"}
        assert account["email"] in text
        assert account["passphrase"] in text
    assert "script/totp" in text


def test_the_demo_code_program_prints_six_digits(demo_server: RunningServer) -> None:
    """script/totp prints a current code for an account, and names the accounts when asked for another."""
    email = demo_server.accounts[0]["email"]
    command = [f"{ROOT}/script/totp", "--data-dir", f"{demo_server.data_dir}"]
    done = subprocess.run([*command, email], capture_output=True, text=True, check=True, timeout=30)
    assert re.fullmatch(r"\d{6}\n", done.stdout)
    wrong = subprocess.run([*command, "nobody@x"], capture_output=True, text=True, check=False, timeout=30)
    assert wrong.returncode != 0
    assert email in wrong.stderr


def test_each_site_knows_its_own_settings_only(demo_server: RunningServer) -> None:
    """No process of one site has a setting of the other in its environment."""
    seen = set()
    for pid in list_family(demo_server.process.pid):
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        for site, other in ((b"intake", "casework"), (b"casework", "intake")):
            if site + b".app:create_app" in command:
                seen.add(site)
                settings = (demo_server.data_dir / "config" / f"{other}.env").read_text(encoding="utf-8")
                secret = next(line for line in settings.splitlines() if line.startswith("TESTIMONIO_SITE_SIGNING_KEY="))
                assert secret.encode() not in environment
    assert seen == {b"intake", b"casework"}


def test_second_start_is_quick_and_the_end_is_clean(office: Path) -> None:
    """An office that is there is up within 3 seconds; SIGTERM ends every process, with status 0."""
    with run_server(office) as server:
        family = list_family(server.process.pid)
        assert family
        # Other tests keep the cores busy at the same moment; on an idle machine the work alone counts.
        work = sum(read_cpu_seconds(pid) for pid in {*family, server.process.pid}) / (os.cpu_count() or 1)
        assert min(server.seconds_to_ready, work) < 3
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=20) == 0
        assert wait_until_gone(family, 10) == set()


def test_ctrl_c_is_a_clean_end(office: Path) -> None:
    """What Ctrl-C sends ends both sites with status 0 and no traceback."""
    with run_server(office) as server:
        family = list_family(server.process.pid)
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(timeout=20) == 0
        assert wait_until_gone(family, 10) == set()
        assert "Traceback" not in server.log.read_text(encoding="utf-8")


def test_kill_leaves_no_site_behind(office: Path) -> None:
    """When the starter is killed with -9, the kernel ends the sites, and the ports are free again."""
    with run_server(office) as server:
        family = list_family(server.process.pid)
        server.process.kill()
        server.process.wait()
        assert wait_until_gone(family, 10) == set()
        assert not is_healthy(server.intake)


def test_a_site_that_dies_takes_the_other_down(office: Path) -> None:
    """When one site is killed, the server says which and ends with a failure, leaving nothing running."""
    with run_server(office) as server:
        family = list_family(server.process.pid)
        (main, *_others) = sorted(
            pid
            for pid in list_children(server.process.pid)
            if b"intake.app" in Path(f"/proc/{pid}/cmdline").read_bytes()
        )
        os.kill(main, signal.SIGKILL)
        assert server.process.wait(timeout=20) == 1
        assert wait_until_gone(family, 10) == set()
        assert "intake site ended" in server.log.read_text(encoding="utf-8")


def find_worker(server: RunningServer) -> int:
    """Wait for the worker and return its process id."""
    end = time.monotonic() + 15
    while time.monotonic() < end:
        for pid in list_children(server.process.pid):
            with contextlib.suppress(OSError):
                if b"casework\0worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return pid
        time.sleep(0.05)
    raise AssertionError("no worker was started")


def test_the_worker_is_started_beside_the_sites_and_again(office: Path) -> None:
    """A worker runs beside the sites; killed, it comes back while both go on; it ends with them."""
    with run_server(office) as server:
        first = find_worker(server)
        os.kill(first, signal.SIGKILL)
        assert wait_until_gone({first}, 5) == set()
        second = find_worker(server)
        assert second != first
        assert is_healthy(server.intake)
        assert is_healthy(server.casework)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=20) == 0
        assert wait_until_gone({second}, 10) == set()


def test_an_office_of_ones_own_is_served(tmp_path: Path) -> None:
    """What the key ceremony made is served without a word about a demo."""
    folder = tmp_path / "office"
    answers = {
        "office-name": "Office",
        "site-name": "Notes",
        "intake-origin": "http://127.0.0.1:8000",
        "casework-origin": "http://127.0.0.1:8001",
        "time-zone": "America/Chicago",
        "exit-url": "https://exit.example/",
        "languages": "en es",
        "office-line": "555-0100",
        "office-hours": "mon-fri 09:00-17:00",
        "duty-address": "duty@office.example",
        "administrator-name": "A",
        "administrator-email": "a@office.example",
        "supervisor-name": "B",
        "supervisor-email": "b@office.example",
    }
    command = [sys.executable, "-m", "casework", "init", "--data-dir", f"{folder}"]
    command += [f"--{name}={value}" for name, value in answers.items()]
    subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60)
    with run_server(folder, is_demo=False) as server:
        assert is_healthy(server.intake)
        assert is_healthy(server.casework)
        assert "demo" not in server.log.read_text(encoding="utf-8").lower()


def run_and_fail(command: list[str]) -> str:
    """Run a command that must fail soon, and return what it said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_taken_port_is_named(tmp_path: Path) -> None:
    """When somebody else listens on a port, the server says which port and which option, and makes nothing."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = run_and_fail(make_command(tmp_path / "demo", find_free_port(), port, "--demo"))
    assert f"port {port} is taken" in said
    assert "--casework-port" in said
    assert not (tmp_path / "demo").exists()


def test_office_that_is_not_made_yet(tmp_path: Path) -> None:
    """Without --demo, a folder without an office is not filled; the message names the command that makes one."""
    said = run_and_fail(make_command(tmp_path, find_free_port(), find_free_port()))
    assert "casework init" in said
    assert list(tmp_path.iterdir()) == []


def test_demo_is_not_made_over_something_else(tmp_path: Path) -> None:
    """A folder with other things in it is left alone."""
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    said = run_and_fail(make_command(tmp_path, find_free_port(), find_free_port(), "--demo"))
    assert "choose another folder" in said
    assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "mine"
