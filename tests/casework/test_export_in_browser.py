"""Documents of several cases in a real browser: ticked in the queue, followed, stopped, read on a phone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from casework.caseworker import Caseworker
from tests.axe import check_with_axe
from tests.casework import test_pages_in_browser
from tests.casework.filing import Filing
from tests.casework.running import Runs
from tests.casework.staff_office import StaffOffice
from tests.casework.taken_back import Desk

SIZES = test_pages_in_browser.SIZES
served_site = test_pages_in_browser.served_site


@pytest.fixture
def runs(staff_office: StaffOffice, filing: Filing, owner_url: str) -> Iterator[Runs]:
    """An office with a worker's place."""
    desk = Desk(staff_office, filing, owner_url)
    yield Runs(desk, staff_office)
    desk.close()


@pytest.fixture
def caseworker(runs: Runs) -> Caseworker:
    """The attorney, with their own key, because what is made is sealed to it."""
    return runs.sit_down()


def look(page: Page, name: str, width: int) -> None:
    """Check a page, and keep its picture where the environment names a folder for pictures."""
    check_with_axe(page, width)
    folder = os.environ.get("TESTIMONIO_TEST_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


@pytest.mark.parametrize("size", SIZES, ids=["phone", "desk"])
def test_from_ticking_to_taking(
    browser: Browser, served_site: test_pages_in_browser.ServedSite, runs: Runs, size: tuple[int, int]
) -> None:
    """Every page on the way passes axe and fits; it comes again by itself until it is over."""
    cases, worker = runs.file_cases(2), runs.hire()
    unchecked = runs.desk.filing.file()
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, bypass_csp=True)
    context.add_cookies([{"name": "desk", "value": served_site.cookie, "url": served_site.address}])
    try:
        page = context.new_page()
        page.goto(f"{served_site.address}/exports")
        look(page, "exports-empty", size[0])
        page.goto(f"{served_site.address}/cases")
        for case in (*cases, unchecked):
            page.get_by_role("checkbox", name=f"Choose {case.reference}").check()
        look(page, "cases", size[0])
        page.get_by_role("button", name="Of the ticked cases", exact=True).click()
        page.get_by_label("Another reason").check()
        page.get_by_role("button", name="Make the documents").click()
        assert page.title().startswith("Error: ")
        look(page, "export-new", size[0])
        page.get_by_label("More about why").fill("For the meeting on Friday")
        page.get_by_role("button", name="Make the documents").click()
        look(page, "export-run-begun", size[0])
        runs.desk.work(worker)
        page.get_by_text("It is over.").wait_for(timeout=20_000)
        look(page, "export-run-over", size[0])
        with page.expect_download() as download:
            page.get_by_role("link", name="All of it as one ZIP").click()
        assert download.value.suggested_filename.endswith(".zip")
        page.goto(f"{served_site.address}/exports")
        look(page, "exports", size[0])
    finally:
        context.close()
