"""Every page of the public site in a real browser: nothing for axe to find, nothing too wide, and all of it small."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route

from tests.axe import check_with_axe
from tests.intake.every_page import read_every_page
from tests.intake.office import Office
from tests.page_client import Page, PageClient

STATIC = Path(__file__).resolve().parents[2] / "static"
ADDRESS = "http://notes.test"
BUDGET_BYTES, BUDGET_REQUESTS = 14_000, 3
KINDS = {".css": "text/css", ".svg": "image/svg+xml", ".js": "text/javascript"}


def find_addresses(page: Page) -> list[str]:
    """The addresses that a browser fetches by itself for a page."""
    return re.findall(r'<(?:link|img|script|source|video|audio)\b[^>]*?(?:href|src)="([^"]+)"', page.text)


def answer_from(pages: list[Page]) -> object:
    """Make a handler that answers with pages that were read before, and with our static files."""

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(ADDRESS).split("?")[0]
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            route.fulfill(body=file.read_bytes(), content_type=KINDS[file.suffix])
        else:
            # The made-up language has no code that a browser knows; it runs as Arabic does.
            text = pages[int(path.strip("/"))].text.replace('lang="qps"', 'lang="ar"')
            route.fulfill(body=text, content_type="text/html; charset=utf-8")

    return answer


@pytest.mark.parametrize(("lang", "width"), [("es", 360), ("qps", 360), ("en", 1280)])
def test_every_page_is_accessible_and_fits(browser: Browser, office: Office, lang: str, width: int) -> None:
    """Axe (WCAG 2.2 AA) finds nothing on any page, plain or with errors, also from right to left."""
    # One page of each address, plain and with errors: the words differ on the rest, the markup does not.
    read = {(page.path, page.status): page for page in read_every_page(office, lang) if "<main" in page.text}
    pages = list(read.values())
    assert len(pages) > 40
    context = browser.new_context(viewport={"width": width, "height": 740}, bypass_csp=True)
    try:
        context.route("**/*", answer_from(pages))  # type: ignore[arg-type]  # a handler of one argument
        tab = context.new_page()
        for number in range(len(pages)):
            tab.goto(f"{ADDRESS}/{number}")
            check_with_axe(tab, width)
    finally:
        context.close()


@pytest.mark.parametrize("lang", ["en", "es"])
def test_first_page_is_small(reader: PageClient, lang: str) -> None:
    """The first page and all it fetches are at most 14,000 bytes gzipped, in at most 3 requests, all to this site."""
    page = reader.get(f"/{lang}/")
    addresses = find_addresses(page)
    assert len(addresses) + 1 <= BUDGET_REQUESTS
    assert all(address.startswith("/static/") for address in addresses)
    files = [STATIC / address.removeprefix("/static/").split("?")[0] for address in addresses]
    bodies = [page.text.encode(), *(file.read_bytes() for file in files)]
    assert sum(len(gzip.compress(body, 6)) for body in bodies) <= BUDGET_BYTES
