"""The images and the one-server set-up, read as files: no container engine is needed to see what they promise."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it comes with djlint, which needs no stubs

from tests.architecture.house import ROOMS, ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
CADDYFILE = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
INSTRUCTIONS = {"FROM", "ENV", "RUN", "WORKDIR", "COPY", "USER", "CMD", "EXPOSE", "HEALTHCHECK"}
OUR_IMAGES = ("migrate", "intake", "casework")


def split_stages() -> dict[str, list[str]]:
    """Instructions of each stage of the Dockerfile, comments dropped and continued lines joined."""
    lines = [line for line in DOCKERFILE.splitlines() if line.strip() and not line.startswith("#")]
    stages: dict[str, list[str]] = {}
    name = ""
    for line in re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines():
        if match := re.fullmatch(r"FROM (\S+) AS (\S+)", line):
            name = match[2]
            stages[name] = []
        stages[name].append(line)
    return stages


def copy_room(image: str, target: Path) -> Path:
    """Do on this machine what the build stage does for one image, and return the folder."""
    (build,) = (line for line in split_stages()["build"] if "/rooms/" in line)
    commands = build.removeprefix("RUN ").replace("/rooms/", f"{target}/")
    subprocess.run(["sh", "-euc", commands], cwd=ROOT, check=True, timeout=60)
    return target / image


def test_dockerfile_is_made_of_known_instructions() -> None:
    """Every line of every stage starts with an instruction, and each stage builds on one that is defined before it."""
    known: set[str] = set()
    for name, lines in split_stages().items():
        source = lines[0].split()[1]
        assert source in known or re.fullmatch(r"[a-z]+:[0-9][\w.-]+", source), (
            "an image without a version changes by itself"
        )
        assert {line.split()[0] for line in lines} <= INSTRUCTIONS
        known.add(name)


@pytest.mark.parametrize("image", OUR_IMAGES)
def test_images_run_as_nobody_special(image: str) -> None:
    """What runs in an image of ours is not root."""
    lines = split_stages()[image]
    assert "USER testimonio" in lines
    assert lines.index("USER testimonio") < next(i for i, line in enumerate(lines) if line.startswith("CMD"))


@pytest.mark.parametrize("image", ["intake", "casework"])
def test_sites_have_enough_threads_and_no_access_log(image: str) -> None:
    """Each worker has 16 threads or more, so that stalled uploads do not close the site, and writes down no visit."""
    command = split_stages()[image][-1]
    threads = re.search(r'"--blocking-threads",\s+"(\d+)"', command)
    assert threads
    assert int(threads[1]) >= 16
    assert '"--no-access-log"' in command
    assert f'"{image}.app:create_app"' in command


def test_public_image_holds_nothing_that_unlocks(tmp_path: Path) -> None:
    """The public site's image has no keyslots, no shares, no staff site, no paper, no demo, and starts without them."""
    room = copy_room("intake", tmp_path)
    for absent in ("vault/keyslots.py", "vault/shares.py", "casework", "exports", "demo", "templates/casework"):
        assert not (room / absent).exists()
    done = subprocess.run(
        [sys.executable, "-c", "import intake.app"], cwd=room, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_staff_image_starts_without_the_public_site(tmp_path: Path) -> None:
    """The staff site's image has neither the public site nor the demo, and starts without them."""
    room = copy_room("casework", tmp_path)
    assert {name for name in ROOMS if (room / name).exists()} == {"casework", "web", "models", "vault", "exports"}
    done = subprocess.run(
        [sys.executable, "-c", "import casework.app"], cwd=room, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_migrate_image_needs_the_tables_only(tmp_path: Path) -> None:
    """The image that migrates brings an empty database to the newest schema with nothing but models in it."""
    room = copy_room("migrate", tmp_path)
    assert {name for name in ROOMS if (room / name).exists()} == {"models"}
    command = "import os; from models.engine import migrate; migrate(os.environ['DATABASE_URL'])"
    assert command in split_stages()["migrate"][-1]
    database = tmp_path / "new.db"
    environment = {"DATABASE_URL": f"sqlite:///{database}", "PATH": "/usr/bin:/bin"}
    subprocess.run([sys.executable, "-c", command], cwd=room, env=environment, check=True, timeout=60)
    assert database.stat().st_size > 0


def test_compose_names_targets_and_files_that_exist() -> None:
    """Every build target, mounted file and service that docker-compose.yml names is there."""
    stages = split_stages()
    services = COMPOSE["services"]
    for service in services.values():
        if "build" in service:
            assert service["build"]["target"] in stages
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert (ROOT / source).is_file()
            elif not source.startswith("$"):
                assert source in COMPOSE["volumes"]
        assert set(service.get("depends_on", [])) <= set(services)
        assert set(service["networks"]) <= set(COMPOSE["networks"])


def test_each_site_gets_its_own_settings_and_role_only() -> None:
    """No site is handed the other's settings file or database role."""
    for site, other in (("intake", "casework"), ("casework", "intake")):
        service = COMPOSE["services"][site]
        assert [file["path"] for file in service["env_file"]] == [f"${{OFFICE_DIR:-./var/office}}/config/{site}.env"]
        assert f"testimonio_{site}:" in service["environment"]["DATABASE_URL"]
        assert other not in str(service).replace(f"testimonio_{site}", "")


def test_worker_is_the_staff_site_without_its_pages() -> None:
    """The worker runs from the staff site's image, with its settings, role and files, and can be reached by nobody."""
    worker, site = COMPOSE["services"]["worker"], COMPOSE["services"]["casework"]
    for shared in ("build", "env_file", "volumes", "networks"):
        assert worker[shared] == site[shared]
    assert worker["environment"].items() <= site["environment"].items()
    assert worker["command"] == ["python", "-m", "casework", "worker"]


def test_emptying_needs_the_tables_only(tmp_path: Path) -> None:
    """The owner's emptying starts from the image that has nothing but models in it."""
    service = COMPOSE["services"]["emptying"]
    assert service["build"]["target"] == "migrate"
    room = copy_room("migrate", tmp_path)
    command = [sys.executable, *service["command"][1:], "--help"]
    done = subprocess.run(command, cwd=room, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_ceremony_is_asked_for_in_words_it_knows() -> None:
    """The ceremony's service gives `casework init` only options that it has."""
    _python, _m, module, *arguments = COMPOSE["services"]["ceremony"]["command"]
    command = [sys.executable, "-m", module, arguments[0], "--help"]
    help_text = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
    options = {argument.split("=")[0] for argument in arguments[1:]}
    assert options <= set(re.findall(r"--[a-z-]+", help_text))


def test_services_are_hardened() -> None:
    """Our own services and the proxy have a read-only root, no capabilities to speak of, and gain no privilege."""
    for name in (*OUR_IMAGES, "worker", "emptying", "ceremony", "proxy"):
        service = COMPOSE["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert set(service.get("cap_add", [])) <= {"NET_BIND_SERVICE"}


def test_only_the_proxy_can_be_reached() -> None:
    """The database and the sites publish no port and have no way out; only the proxy has both."""
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    published = {name for name, service in COMPOSE["services"].items() if "ports" in service}
    outside = {name for name, service in COMPOSE["services"].items() if "outside" in service["networks"]}
    assert published == outside == {"proxy"}


def test_proxy_writes_down_nobody() -> None:
    """The proxy keeps no access log, and its error log loses the fields that say who asked for what."""
    sites = CADDYFILE.split("\n}\n", 1)[1]
    assert not re.search(r"^\s*log\b", sites, re.MULTILINE)
    deleted = set(re.findall(r"^\s*(\w+) delete$", CADDYFILE, re.MULTILINE))
    assert {"request", "remote_ip", "client_ip", "uri"} <= deleted
    assert CADDYFILE.count("{") == CADDYFILE.count("}")


def test_public_site_never_learns_an_address() -> None:
    """The proxy takes the reporter's address out of what it passes to the public site."""
    block = CADDYFILE.split("{$INTAKE_HOST}", 1)[1].split("\n}\n", 1)[0]
    for header in ("X-Forwarded-For", "X-Real-Ip", "Forwarded"):
        assert f"header_up -{header}\n" in block


def test_make_roles_is_a_valid_program() -> None:
    """The shell accepts the program that makes the database roles, and they are the three that migrations know."""
    script = ROOT / "deploy" / "make-roles.sh"
    subprocess.run(["sh", "-n", script], check=True, timeout=10)
    made = re.findall(r"CREATE ROLE (\w+)", script.read_text(encoding="utf-8"))
    assert made == ["testimonio_owner", "testimonio_intake", "testimonio_casework"]
