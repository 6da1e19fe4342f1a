"""Files in a real browser: with script each shows how far it is, without script the same form does the same work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.faults.raw_reader import STORY, RawReader
from tests.faults.served_site import ServedSite
from tests.intake.office import Office
from tests.intake.stored_files import list_stored

PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4
VOICE = b"#!AMR\n\x3c" + bytes(2_000)
# Watches the page for what a sighted reader sees of the way of a file; read out at the end.
WATCH = """() => {
  window.seen = [];
  const look = () => document.querySelectorAll("progress").forEach((bar) => {
    window.seen.push([bar.parentElement.textContent, bar.value, bar.getAttribute("aria-labelledby") !== null]);
  });
  new MutationObserver(look).observe(document.querySelector(".upload"), {
    childList: true, subtree: true, attributes: true, characterData: true,
  });
}"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a photo, a larger photo, a page that is no photo, and a recording."""
    folder = tmp_path / "phone"
    folder.mkdir()
    for name, content in {
        "IMG_1.jpg": PHOTO,
        "IMG_2.jpg": PHOTO * 20_000,
        "no.jpg": b"<!doctype html>",
        "voz.amr": VOICE,
    }.items():
        (folder / name).write_bytes(content)
    return folder


def open_page(browser: Any, served: ServedSite, path: str, *, script: bool, width: int = 360) -> Any:  # noqa: ANN401  # playwright's
    """Begin a report outside of the browser and open a page of it in one."""
    reader = RawReader(served.port)
    reader.walk_to_story()
    reader.close()
    context = browser.new_context(java_script_enabled=script, viewport={"width": width, "height": 800})
    context.add_cookies([{"name": "form", "value": reader.cookie, "url": reader.address}])
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{reader.address}/es/report/{path}")
    return page


def list_shown(page: Any) -> list[str]:  # noqa: ANN401  # playwright's
    """The names of the files that the page lists."""
    return [item.inner_text() for item in page.locator(".files .value").all()]


@pytest.mark.timeout(90)
def test_script_shows_the_way_of_each_file(
    browser: Any,  # noqa: ANN401  # playwright's
    served: ServedSite,
    office: Office,
    folder: Path,
) -> None:
    """Two files go at a time, each with a labelled bar; what is refused stays in view with the reason."""
    page = open_page(browser, served, "evidence", script=True)
    page.evaluate(WATCH)
    page.set_input_files("#files", [folder / "IMG_1.jpg", folder / "IMG_2.jpg", folder / "no.jpg"])
    page.click('button[value="add"]')
    page.wait_for_selector(".upload .error")
    expect(page.locator("progress")).to_have_count(0)
    assert "no.jpg" in page.inner_text(".upload .error")
    seen = page.evaluate("window.seen")
    assert {name for name in ("IMG_1.jpg", "IMG_2.jpg", "no.jpg") if any(name in row[0] for row in seen)} == {
        "IMG_1.jpg",
        "IMG_2.jpg",
        "no.jpg",
    }
    assert all(row[2] for row in seen)
    page.goto(page.url)
    assert sorted(list_shown(page)) == ["IMG_1.jpg", "IMG_2.jpg"]
    page.evaluate(WATCH)
    page.set_input_files("#files", [folder / "voz.amr"])
    page.click('button[value="check"]')
    page.wait_for_url("**/check")
    assert "voz.amr" in page.inner_text("main")
    assert len(list_stored(office)) == 3
    page.context.close()


@pytest.mark.timeout(90)
@pytest.mark.parametrize("script", [True, False])
def test_story_by_voice(
    browser: Any,  # noqa: ANN401  # playwright's
    served: ServedSite,
    office: Office,
    folder: Path,
    *,
    script: bool,
) -> None:
    """Text and recording of one page arrive together, with script and without."""
    page = open_page(browser, served, "what-happened", script=script)
    page.fill("#what_happened", STORY)
    page.set_input_files("#spoken", folder / "voz.amr")
    page.select_option("#story_language", "so")
    page.click('button[value="next"]')
    page.wait_for_url("**/why-and-how-it-ended")
    page.goto(page.url.replace("why-and-how-it-ended", "what-happened"))
    assert page.input_value("#what_happened") == STORY
    assert page.input_value("#story_language") == "so"
    assert list_shown(page) == ["voz.amr"]
    assert len(list_stored(office)) == 1
    page.context.close()


@pytest.mark.timeout(90)
@pytest.mark.parametrize("width", [360, 1280])
def test_without_script(
    browser: Any,  # noqa: ANN401  # playwright's
    served: ServedSite,
    office: Office,
    folder: Path,
    width: int,
) -> None:
    """Several files at once, a refusal with its reason, and removing, all by plain forms that fit a phone."""
    page = open_page(browser, served, "evidence", script=False, width=width)
    page.set_input_files("#files", [folder / "IMG_1.jpg", folder / "no.jpg", folder / "IMG_2.jpg"])
    page.click('button[value="add"]')
    assert "no.jpg" in page.inner_text(".error-summary")
    assert list_shown(page) == ["IMG_1.jpg", "IMG_2.jpg"]
    main = page.locator("main").bounding_box()
    assert main["width"] <= width
    controls = page.locator("main input:not([type=hidden]), main button").all()
    assert all(one.bounding_box()["width"] <= width for one in controls)
    page.click(".files li:first-child button")
    assert list_shown(page) == ["IMG_2.jpg"]
    assert len(list_stored(office)) == 1
    page.context.close()
