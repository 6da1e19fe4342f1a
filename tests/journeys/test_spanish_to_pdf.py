"""The main job, in a real browser without script on a small phone: a report in Spanish becomes a lawyer's PDF.

Afterwards the canaries: nothing that was typed can be read in the office's folder, the logs, or the cookies.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest

from models.questionnaire.pages import QUESTIONS
from models.questionnaire.question import Kind
from tests.serving import RunningServer, run_server

PHONE = {"width": 360, "height": 740}
CHOSEN = {
    "urgent": ["held_now"],
    "goal": ["lawyer"],
    "reporter_role": ["family"],
    "for_someone": ["asked_me"],
    "place_kind": ["jail"],
    "when": ["month"],
    "encounter_type": ["jail"],
    "how_it_ended": ["held_for_immigration"],
    "reach": ["contact"],
    "contact_ways": ["phone"],
}
PICKED = {"state": "NE", "when_month": "3", "story_language": "es"}
TYPED = {"when_year": "2026", "when_day": "4"}


def make_canary(question: str) -> str:
    """A phrase that stands nowhere else, for one free-text question."""
    return f"canario-{question.replace('_', '-')}-ñandú"


CANARIES = {
    question.id: make_canary(question.id)
    for question in QUESTIONS.values()
    if question.kind in {Kind.LINE, Kind.TEXT} and question.id not in TYPED
}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningServer]:
    """A demo office of its own, served as a newcomer would get it."""
    with run_server(tmp_path / "demo") as server:
        yield server


def fill_page(page: Any) -> None:  # noqa: ANN401  # a playwright page
    """Answer every question of a page: a choice where the way depends on it, a canary in every free text."""
    for field in page.query_selector_all("main form#report [name]"):
        name, tag, kind = field.get_attribute("name"), field.evaluate("e => e.tagName"), field.get_attribute("type")
        if tag == "SELECT" and name in PICKED:
            field.select_option(PICKED[name])
        elif tag == "TEXTAREA" or kind == "text":
            field.fill(TYPED.get(name, CANARIES.get(name, "")))
        elif kind in {"radio", "checkbox"} and field.get_attribute("value") in CHOSEN.get(name, []):
            field.check()


def file_report(page: Any, address: str) -> tuple[str, str]:  # noqa: ANN401  # a playwright page
    """File a report in Spanish through every page there is; return the code's digits and the reference."""
    page.goto(f"{address}/es/")
    page.get_by_role("button", name="Empezar").click()
    went_through_details = False
    for _step in range(40):
        page.wait_for_load_state()
        stem = page.url.rsplit("/", 1)[-1]
        if stem == "receipt":
            break
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        if stem == "check" and not went_through_details:
            went_through_details = True
            page.locator("button[value=details]").click()
            continue
        fill_page(page)
        page.locator(f"button[value={'send' if stem == 'check' else 'next'}]").click()
    return page.locator("#code").inner_text().replace("\n", " ").replace(" ", ""), page.locator(
        "#reference"
    ).inner_text()


def sign_in(page: Any, office: RunningServer) -> None:  # noqa: ANN401  # a playwright page
    """Sign in as the attorney."""
    account = next(account for account in office.accounts if account["role"] == "attorney")
    page.goto(f"{office.casework}/sign-in")
    page.get_by_label("E-mail").fill(account["email"])
    page.get_by_label("Passphrase").fill(account["passphrase"])
    page.get_by_label("Code").fill(pyotp.TOTP(account["totp_secret"]).now())
    page.get_by_role("button", name="Sign in").click()


def read_everything(folder: Path) -> bytes:
    """All bytes of all files in a folder."""
    return b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_spanish_report_becomes_a_pdf_and_leaves_no_trace(browser: Any, office: RunningServer, tmp_path: Path) -> None:  # noqa: ANN401  # a playwright browser
    """A report filed on a phone without script and worked by an attorney ends as a PDF, and is not on the disk."""
    phone = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = phone.new_page()
    code, reference = file_report(page, office.intake)
    assert len(code) == 25
    cookies = str(phone.cookies())

    desk = browser.new_context(
        viewport={"width": 1280, "height": 800}, java_script_enabled=False, accept_downloads=True
    )
    staff = desk.new_page()
    sign_in(staff, office)
    staff.get_by_role("link", name=reference).click()
    assert CANARIES["affected_names"] in staff.content()
    assert CANARIES["what_happened"] not in staff.content()
    staff.get_by_label("Clear", exact=True).check()
    staff.get_by_role("button", name="Record the conflict decision").click()
    assert CANARIES["what_happened"] in staff.content()
    staff.get_by_label("New note").fill("canary-note-of-the-office")
    staff.get_by_role("button", name="Add the note").click()
    staff.goto(f"{office.casework}/cases/{reference}/export")
    with staff.expect_download() as download:
        staff.get_by_role("button", name="Make the file").click()
    pdf = tmp_path / "summary.pdf"
    download.value.save_as(pdf)
    assert CANARIES["affected_names"] not in download.value.suggested_filename
    text = subprocess.run(["pdftotext", str(pdf), "-"], check=True, capture_output=True, text=True).stdout
    assert CANARIES["what_happened"] in text
    assert "canary-note-of-the-office" not in text

    cookies += str(desk.cookies())
    phone.close()
    desk.close()
    kept = read_everything(office.data_dir) + office.log.read_bytes() + cookies.encode()
    for phrase in [*CANARIES.values(), "canary-note-of-the-office"]:
        assert phrase.encode() not in kept
    assert code.encode() not in kept
    assert len(read_everything(office.data_dir)) > 100_000
