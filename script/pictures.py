"""Take the pictures of the README from a fresh demo office: the form, the queue, and pages of documents.

    .venv/bin/python script/pictures.py

It must only ever picture the demo office, in which nobody is real.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pyotp
from PIL import Image
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from demo.reports.collection import REPORTS  # noqa: E402  # found once the root is on the path
from demo.reports.report import read_story  # noqa: E402  # the same
from tests.chromium import run_browser  # noqa: E402  # the same
from tests.serving import RunningServer, run_server  # noqa: E402  # the same

PICTURES = ROOT / "docs" / "pictures"
MOST_BYTES = 150_000
COLOURS = 96
PAGE_TIMEOUT_MS = 60_000
SUMMARY_OF = "bail_paid"
CASE_FILE_OF = "unsigned_form"  # told in Karen
# The shortest way through the form to the story, as somebody on a phone taps it: page by page, field to choice.
TAPS = (
    {"urgent": "none"},
    {"goal": "lawyer", "reporter_role": "affected"},
    {"state": "NE", "place_kind": "road"},
    {"when": "yesterday", "time_of_day": "evening"},
    {"encounter_type": "vehicle"},
)


def open_page(browser: Browser, width: int, height: int, scale: float = 1) -> Page:
    """Open a page without script in a window of this size."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        java_script_enabled=False,
        locale="es-US",
    )
    page = context.new_page()
    page.set_default_timeout(PAGE_TIMEOUT_MS)
    return page


def choose(page: Page, name: str, code: str) -> None:
    """Choose one answer, whichever kind of field it is."""
    field = page.locator(f'select[name="{name}"]')
    if field.count():
        field.select_option(code)
    else:
        page.locator(f'input[name="{name}"][value="{code}"]').check()


def picture_form(browser: Browser, address: str) -> None:
    """Walk to the story page in Spanish on a phone of 360 px, and type."""
    page = open_page(browser, 360, 900, scale=1.5)
    page.goto(f"{address}/es/")
    page.locator('form[action$="/report/start"] button').first.click()
    for taps in TAPS:
        for name, code in taps.items():
            choose(page, name, code)
        page.locator('button[name="go"][value="next"]').click()
    field = page.locator('textarea[name="what_happened"]')
    field.fill(read_story("brake_light"))
    field.press("Control+Home")
    page.mouse.move(180, 20)
    page.mouse.wheel(0, -4_000)
    page.wait_for_timeout(300)
    page.screenshot(path=PICTURES / "form.png")
    page.context.close()


def sign_in(page: Page, server: RunningServer) -> None:
    """Sign in as the supervising attorney."""
    account = next(each for each in server.accounts if each["role"] == "supervising_attorney")
    page.goto(f"{server.casework}/sign-in")
    page.locator('input[name="email"]').fill(account["email"])
    page.locator('input[name="passphrase"]').fill(account["passphrase"])
    page.locator('input[name="code"]').fill(pyotp.TOTP(account["totp_secret"]).now())
    page.locator('form[action$="/sign-in"] button').click()


def find_reference(page: Page, address: str, key: str) -> str:
    """Find the case of one of the demo's reports, by the name that its reporter goes by."""
    name = next(report.values["name_to_use"] for report in REPORTS if report.key == key)
    page.goto(f"{address}/cases")
    references = page.locator('a[href^="/cases/R-"]').all_inner_texts()
    for reference in references:
        page.goto(f"{address}/cases/{reference}")
        if str(name) in page.locator("main").inner_text():
            return reference
    raise RuntimeError(f"{key} is not in the queue")


def export(page: Page, address: str, key: str, document: str, target: Path) -> None:
    """Make a document of the case of one of the demo's reports, with numbered pages, and save it."""
    page.goto(f"{address}/cases/{find_reference(page, address, key)}/export")
    choose(page, "document", document)
    page.locator('input[name="numbered"]').check()
    with page.expect_download() as download:
        page.locator('form[action$="/export"] button:not([name])').click()
    download.value.save_as(target)


def find_page(pdf: Path, words: str) -> int:
    """Find the first page with these words, after the contents, which name everything."""
    pages = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, check=True).stdout.decode().split("\f")
    return next(number for number, text in enumerate(pages, start=1) if words in text and number > 1)


def picture_page(pdf: Path, number: int, name: str) -> None:
    """Picture one page of a PDF."""
    first_and_last = ["-f", str(number), "-l", str(number)]
    command = ["pdftoppm", "-png", "-singlefile", *first_and_last, "-r", "80", str(pdf), str(PICTURES / name)]
    subprocess.run(command, check=True)


def picture_queue_and_documents(browser: Browser, server: RunningServer, folder: Path) -> None:
    """Sign in, picture the queue, the first page of a summary, and the contents and the account of a case file."""
    page = open_page(browser, 1280, 900)
    sign_in(page, server)
    page.screenshot(path=PICTURES / "queue.png")
    summary, case_file = folder / "summary.pdf", folder / "case-file.pdf"
    export(page, server.casework, SUMMARY_OF, "summary", summary)
    export(page, server.casework, CASE_FILE_OF, "full", case_file)
    picture_page(summary, 1, "summary")
    picture_page(case_file, 1, "case-file")
    picture_page(case_file, find_page(case_file, ". The account"), "account")
    page.context.close()


def shrink(path: Path) -> None:
    """Keep a picture's few colours and drop the rest, so that a clone stays small."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


def main() -> None:
    """Take all pictures; a picture that is too large is a failure."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, run_server(Path(folder) / "demo") as server, run_browser() as browser:
        picture_form(browser, server.intake)
        picture_queue_and_documents(browser, server, Path(folder))
    for path in sorted(PICTURES.glob("*.png")):
        shrink(path)
        size = path.stat().st_size
        print(f"{path.relative_to(ROOT)}  {size:,} bytes")
        if size > MOST_BYTES:
            raise SystemExit(f"{path.name} is larger than {MOST_BYTES:,} bytes")


if __name__ == "__main__":
    main()
