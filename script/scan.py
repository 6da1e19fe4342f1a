"""Scan both sites of a fresh demo office with a web scanner that is not ours, and hold what it finds to a document.

    script/scan

Called by script/scan with the scanner's path. It must only ever scan the demo office that it starts itself.
Exit status 0 when every finding stands in docs/security-scan.md, by its category and address, 1 when one does not.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.chromium import run_browser  # noqa: E402  # found once the root is on the path
from tests.serving import RunningServer, run_server  # noqa: E402  # the same

DOCUMENT = ROOT / "docs" / "security-scan.md"
MODULES = (
    "cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,ldap,log4shell,methods,permanentxss,"
    "redirect,sql,ssrf,timesql,upload,xss,xxe"
)
CRAWL_SECONDS, MODULE_SECONDS = 120, 60
FILES_OF_A_FOLDER = 20
# Ending the scanner's own session, or leaving the site, would end the scan.
ENDINGS = ("/sign-out", "/lock", "/exit")


@dataclass(frozen=True)
class Target:
    """What is scanned: a name, where, and the cookie that the scanner carries (empty: a stranger)."""

    name: str
    address: str
    cookie: str = ""


@dataclass(frozen=True)
class Finding:
    """One thing that the scanner reported."""

    target: str
    category: str
    method: str
    path: str
    info: str


def sign_in(server: RunningServer, role: str) -> str:
    """Sign a role in and return the cookie header that its browser then sends."""
    account = next(each for each in server.accounts if each["role"] == role)
    with run_browser() as browser:
        page = browser.new_page()
        page.goto(f"{server.casework}/sign-in")
        page.locator('input[name="email"]').fill(account["email"])
        page.locator('input[name="passphrase"]').fill(account["passphrase"])
        page.locator('input[name="code"]').fill(pyotp.TOTP(account["totp_secret"]).now())
        page.locator('input[name="code"]').press("Enter")
        page.wait_for_url(lambda address: "/sign-in" not in address)
        return "; ".join(f"{each['name']}={each['value']}" for each in page.context.cookies())


def scan(wapiti: str, target: Target, folder: Path) -> Iterator[Finding]:
    """Scan one target and give what was found."""
    report = folder / f"{target.name}.json"
    command = [wapiti, "-u", f"{target.address}/", "-m", MODULES, "--scope", "folder", "-f", "json", "-o", str(report)]
    command += ["--max-scan-time", str(CRAWL_SECONDS), "--max-attack-time", str(MODULE_SECONDS), "--no-bugreport"]
    # The pages of three thousand counties are one page: twenty of them say as much.
    command += ["--max-files-per-dir", str(FILES_OF_A_FOLDER)]
    command += ["--store-session", str(folder / "store"), "--store-config", str(folder / "config"), "--flush-session"]
    for ending in ENDINGS:
        command += ["-x", f"{target.address}{ending}"]
    if target.cookie:
        command += ["-C", target.cookie]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    pages = found["infos"].get("crawled_pages_nbr", "?")
    sys.stdout.write(f"{target.name}: {pages} pages and forms crawled\n")
    for group in ("vulnerabilities", "anomalies"):
        for category, entries in found[group].items():
            for entry in entries:
                yield Finding(target.name, category, entry["method"], entry["path"].split("?")[0], entry["info"])


def list_targets(server: RunningServer) -> Iterator[Target]:
    """Give the sites as a stranger sees them, then as who is signed in: only just, because idle sessions lock."""
    yield Target("intake", server.intake)
    yield Target("casework", server.casework)
    for role in ("supervising_attorney", "administrator"):
        yield Target(f"casework-{role}", server.casework, sign_in(server, role))


def main(wapiti: str) -> int:
    """Scan a stranger's and a lawyer's view of both sites; tell what the document does not explain."""
    explained = DOCUMENT.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="testimonio-scan-") as temporary:
        folder = Path(temporary)
        with run_server(folder / "office") as server:
            findings = [each for target in list_targets(server) for each in scan(wapiti, target, folder)]
            log = server.log.read_text(encoding="utf-8", errors="replace")
    unexplained = sorted({f"{each.target}: {each.category}" for each in findings} - _list_explained(explained))
    for each in findings:
        mark = "UNEXPLAINED" if f"{each.target}: {each.category}" in unexplained else "explained"
        sys.stdout.write(f"{mark} {each.target} {each.category} {each.method} {each.path} {each.info}\n")
    errors = log.count("Traceback") + log.count("Internal Server Error")
    sys.stdout.write(f"{len(findings)} findings, {len(unexplained)} kinds unexplained, {errors} server errors\n")
    return 1 if unexplained or errors else 0


def _list_explained(text: str) -> set[str]:
    """The kinds of finding that the document has a row for, as `target: category`."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return {f"{target.strip('`')}: {category}" for target, category, *_why in rows}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
