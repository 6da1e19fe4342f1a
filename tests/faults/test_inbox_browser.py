"""The inbox in a real browser, with script and without: the same message arrives, with its file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.faults.raw_reader import RawReader
from tests.faults.served_site import ServedSite
from tests.intake.conversing import open_messages, write_reply
from tests.intake.office import Office
from tests.intake.stored_files import list_stored

PHOTO = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40_000
WATCH = """() => {
  window.seen = [];
  const look = () => document.querySelectorAll("progress").forEach((bar) => window.seen.push(bar.value));
  new MutationObserver(look).observe(document, {childList: true, subtree: true, attributes: true});
}"""


@pytest.mark.timeout(90)
@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_message_with_a_file_arrives(
    browser: Any,  # noqa: ANN401  # playwright's
    served: ServedSite,
    office: Office,
    tmp_path: Path,
    *,
    script: bool,
) -> None:
    """A file that is refused leaves its words on the page; a good one arrives, with script beside a progress bar."""
    reader = RawReader(served.port)
    reader.walk_to_story()
    reader.send_story()
    code = reader.get("receipt").code
    reader.close()
    write_reply(office, code, "¿De qué color era?", is_question=True)
    for name, content in {"IMG_1.jpg": PHOTO, "no.jpg": b""}.items():
        (tmp_path / name).write_bytes(content)
    context = browser.new_context(java_script_enabled=script, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{reader.address}/es/inbox")
    page.fill("#code", code)
    page.click("main button")
    page.set_input_files("#files", [tmp_path / "no.jpg"])
    page.click("#message button")
    page.wait_for_selector(".error-summary")
    assert "no.jpg" in page.inner_text(".error-summary")
    if script:
        page.evaluate(WATCH)
    page.fill("#text", "Gris.")
    page.set_input_files("#files", [tmp_path / "IMG_1.jpg"])
    page.click("#message button")
    page.wait_for_selector(".error-summary", state="detached")
    assert "Una pregunta ya contestada" in page.inner_text("main")
    assert page.input_value("#text") == ""
    if script:
        seen = page.evaluate("window.seen")
        assert 100 in seen
        assert seen == sorted(seen)
    assert page.url.endswith("/es/inbox") or script
    context.close()
    (message,) = open_messages(office, code)
    assert message["text"] == "Gris."
    assert [file["name"] for file in message["files"]] == ["IMG_1.jpg"]
    assert len(list_stored(office)) == 1
