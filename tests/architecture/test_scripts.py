"""The programs people type: what they say on a machine that lacks something, and that they agree with the README."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from script import catalogues, checks, prepare
from tests.architecture.house import ROOT

NOBODY = 65534


def prepare_as_nobody(folder: Path, purpose: str, installed: str) -> subprocess.CompletedProcess[str]:
    """Run script/prepare.py as an ordinary user of a machine whose package list is `installed`."""
    tree = folder / "clone"
    (tree / "script").mkdir(parents=True)
    shutil.copy(ROOT / "script" / "prepare.py", tree / "script")
    programs = folder / "bin"
    programs.mkdir()
    for name, body in {"dpkg-query": f"printf '{installed}'", "apt-get": "exit 9"}.items():
        (programs / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    for path in (folder, *folder.parents):
        if Path(tempfile.gettempdir()) in path.parents:  # pytest closes its folders to others
            path.chmod(0o755)
    return subprocess.run(
        [shutil.which("python3", path="/usr/bin:/usr/local/bin") or "python3", tree / "script" / "prepare.py", purpose],
        env={"PATH": f"{programs}:/usr/bin:/bin"},
        user=NOBODY if os.geteuid() == 0 else None,
        extra_groups=[] if os.geteuid() == 0 else None,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_ordinary_user_is_told_the_one_line_that_is_missing(tmp_path: Path) -> None:
    """Without root and without the packages, prepare prints one apt-get line with just what is missing, and stops."""
    done = prepare_as_nobody(tmp_path, "test", "libpango-1.0-0 installed\\nqpdf installed\\nchromium config-files\\n")
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("apt-get")]
    named = set(line.split("--no-install-recommends ")[1].split())
    assert {"chromium", "postgresql", "fonts-sil-padauk", "libharfbuzz-subset0", "poppler-utils"} <= named
    assert not named & {"libpango-1.0-0", "qpdf"}


def test_server_asks_for_no_test_tools(tmp_path: Path) -> None:
    """To serve, neither a browser nor PostgreSQL is asked for."""
    done = prepare_as_nobody(tmp_path, "server", "")
    assert done.returncode == 1
    assert "libpango-1.0-0" in done.stderr
    assert not re.search(r"chromium|postgresql|qpdf", done.stderr)


def test_certificates_placed_by_hand_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When installing packages writes the certificate bundle anew, what was there is put back; a new one stays."""
    bundle = tmp_path / "bundle.crt"
    monkeypatch.setattr(prepare, "CERTIFICATES", bundle)
    with prepare.keep_certificates():
        bundle.write_text("made", encoding="utf-8")
    assert bundle.read_text(encoding="utf-8") == "made"
    with prepare.keep_certificates():
        bundle.write_text("written anew", encoding="utf-8")
    assert bundle.read_text(encoding="utf-8") == "made"


def test_scripts_can_be_started() -> None:
    """Every program without an ending in script/ is executable and names its interpreter, as is what the build runs."""
    for path in [
        *(path for path in (ROOT / "script").iterdir() if path.is_file() and not path.suffix),
        ROOT / ".ci" / "run",
    ]:
        assert path.stat().st_mode & stat.S_IXUSR, path
        assert path.read_text(encoding="utf-8").startswith("#!/usr/bin/env "), path


def test_readme_names_programs_and_files_that_exist() -> None:
    """Every script/... command and every link in README.md leads somewhere, and the two commands come first."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = set(re.findall(r"\b(script/[a-z]+)\b", text))
    assert {"script/server", "script/test"} <= commands
    links = {
        link
        for link in re.findall(r"\]\(([^)#]+)", text)
        if "://" not in link and not link.startswith("docs/pictures/")
    }
    assert [name for name in commands | links if not (ROOT / name).exists()] == []
    assert text.index("script/server") < text.index("script/test") < 1200


def test_every_gate_is_in_the_run() -> None:
    """script/test checks form, rules, types, imports, templates and translations, and the vault's coverage at 100 %."""
    programs = {Path(command[0]).name for command in checks.STATIC_CHECKS.values()}
    assert {"ruff", "mypy", "lint-imports", "djlint"} <= programs
    assert any("script.catalogues" in command for command in checks.STATIC_CHECKS.values())
    assert {"--cov=vault", "--cov-branch", "--cov-fail-under=100"} <= set(checks.VAULT_COVERAGE)


def test_settings_of_an_office_do_not_reach_the_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """An office's settings and the caller's language change no check; proxies and certificates stay as they are."""
    monkeypatch.setenv("LANG", "es_US.UTF-8")
    monkeypatch.setenv("TESTIMONIO_DATA_DIR", "/nowhere")
    monkeypatch.setenv("DATABASE_URL", "postgresql://nowhere")
    monkeypatch.setenv("SSL_CERT_FILE", "/its/own.pem")
    environment = checks.make_environment("postgresql")
    assert "TESTIMONIO_DATA_DIR" not in environment
    assert "DATABASE_URL" not in environment
    assert "LANG" not in environment
    assert environment["TESTIMONIO_TEST_DATABASE"] == "postgresql"
    assert environment["SSL_CERT_FILE"] == "/its/own.pem"


@pytest.mark.parametrize(
    ("source", "text", "fault"),
    [
        ("Stay {number} days", "Quédese {number} días", None),
        ("Stay {number} days", "Quédese días", "placeholders or tags differ from the original"),
        ("Read <b>this</b>", "Lea esto", "placeholders or tags differ from the original"),
        ("Send", "", "not translated"),
        (("{number} day", "{number} days"), ("{number} día", "{number} días"), None),
        (("{number} day", "{number} days"), ("{number} día", ""), "not translated"),
    ],
)
def test_translation_gate_sees_each_fault(
    source: str | tuple[str, ...], text: str | tuple[str, ...], fault: str | None
) -> None:
    """A missing text and a lost placeholder are each named; a good translation passes."""
    catalogue = catalogues.make_catalogue("es")
    message = catalogue.add(source, text)
    assert list(catalogues.check_message(message)) == ([fault] if fault else [])


def test_translation_gate_sees_what_nobody_has_looked_at() -> None:
    """A translation marked fuzzy is a fault."""
    message = catalogues.make_catalogue("es").add("Send", "Enviar", flags=["fuzzy"])
    assert list(catalogues.check_message(message)) == ["marked fuzzy: somebody has to look at it"]


def test_translations_follow_the_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Updating writes every message of the code into each catalogue, twice with the same bytes, and invents nothing."""
    monkeypatch.setattr(catalogues, "TRANSLATIONS", tmp_path)
    monkeypatch.setattr(catalogues, "TEMPLATE", tmp_path / "messages.pot")
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    monkeypatch.setattr(catalogues, "SOURCES", {"web": "**.py"})
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "page.py").write_text('title = N_("Your story")\n', encoding="utf-8")
    catalogues.update_catalogues()
    written = catalogues.find_catalogue("es").read_bytes()
    assert b'msgid "Your story"\nmsgstr ""\n' in written
    catalogues.update_catalogues()
    assert catalogues.find_catalogue("es").read_bytes() == written
    assert any("not translated" in fault for fault in catalogues.check_catalogues())
    (tmp_path / "web" / "page.py").write_text('title = N_("Your account")\n', encoding="utf-8")
    faults = catalogues.check_catalogues()
    assert any("behind the code" in fault for fault in faults)
    assert any("missing: 'Your account'" in fault for fault in faults)
    assert any("no longer in the code: 'Your story'" in fault for fault in faults)


def test_python_of_the_environment_is_the_one_that_tests() -> None:
    """The tests run in the environment that script/test made."""
    assert Path(sys.executable).parent == checks.BIN
