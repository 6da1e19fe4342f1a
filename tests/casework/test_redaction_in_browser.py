"""The page where a case is made ready for copies in a real browser: nothing for axe to find, nothing too wide."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Browser

from casework.caseworker import Caseworker
from casework.conflicts import decide_conflict
from casework.opening import ConflictState, open_case
from casework.passage_marks import mark_passage
from casework.translations import add_translation
from exports.case_file import Variant
from exports.redaction.marks import Ground, Mark
from tests.axe import check_with_axe
from tests.casework.corresponding import Correspondence
from tests.casework.filing import Filing
from tests.casework.test_pages_in_browser import SIZES, ServedSite, served_site

__all__ = ["served_site"]

STORY = (
    "Íbamos con Eulalia por la 24. Llamen al 402-555-0166 o a mi prima. Me pararon por una luz.\n\n"
    "Averylongwordwithoutanyspacethatgoesonandonandonandonandonandonandon dijo el oficial Smith."
)


@pytest.mark.parametrize("size", SIZES, ids=["phone", "desk"])
def test_the_page_is_accessible_and_fits(
    browser: Browser,
    served_site: ServedSite,
    caseworker: Caseworker,
    filing: Filing,
    staff_site: Flask,
    size: tuple[int, int],
) -> None:
    """With marks, files, suggestions, errors and every copy opened, the page passes axe and does not overflow."""
    case = filing.file(what_happened=STORY, other_people="a man who saw everything from the bus stop")
    reporter = Correspondence(filing, staff_site.extensions["blob_store"], case)
    photo = reporter.put_file(b"three", "foto_de_la_casa_de_eulalia.jpg", "photo", "image/jpeg")
    reporter.send(reporter.make_receipt(), files=[photo])
    decide_conflict(caseworker, open_case(caseworker, case.reference), ConflictState.CLEAR, "Not known to us")
    add_translation(caseworker, open_case(caseworker, case.reference), "We were with Eulalia.\n\nThen they left.")
    for text in ("Eulalia", "Nowhere"):
        mark = Mark(text, Ground.NAME, frozenset({Variant.COURT, Variant.PRESS}))
        mark_passage(caseworker, open_case(caseworker, case.reference), mark)
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, bypass_csp=True)
    context.add_cookies([{"name": "desk", "value": served_site.cookie, "url": served_site.address}])
    try:
        page = context.new_page()
        page.goto(f"{served_site.address}/cases/{case.reference}/redaction")
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        check_with_axe(page, size[0])
        page.click("#look button >> nth=0")
        assert page.input_value("#passage") == "402-555-0166"
        page.fill("#passage", "")
        page.click("#mark form button")
        assert page.title().startswith("Error: ")
        check_with_axe(page, size[0])
    finally:
        context.close()
