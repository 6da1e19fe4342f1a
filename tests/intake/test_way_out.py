"""The way out, in a real browser under the page's own policy: it must leave the page, not only erase the draft."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from intake.app import create_app
from tests.intake.office import Office
from tests.page_client import EXIT_URL
from tests.serving import find_free_port

STORY = "Me pararon sin razón"


@pytest.fixture
def address(office: Office) -> Iterator[str]:
    """The public site over HTTP."""
    port = find_free_port()
    origin = f"http://127.0.0.1:{port}"
    app: Flask = create_app(replace(office.config, origin=origin))
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield origin
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()
    app.extensions["engine"].dispose()


@pytest.mark.parametrize("has_script", [False, True])
def test_red_button_leaves_the_page(browser: Browser, address: str, has_script: bool) -> None:  # noqa: FBT001  # pytest's parameter
    """With a story typed, the red button leads to the neutral page, and going back shows nothing of it."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=has_script)
    try:
        context.route(f"{EXIT_URL}**", lambda route: route.fulfill(body="<h1>Weather</h1>", content_type="text/html"))
        page = context.new_page()
        page.goto(f"{address}/es/")
        page.locator("form[action$='/report/start'] button").click()
        page.goto(f"{address}/es/report/what-happened")
        page.locator("#what_happened").fill(STORY)
        page.locator("button.exit").click()
        page.wait_for_url(EXIT_URL)
        assert page.locator("h1").inner_text() == "Weather"
        page.goto(f"{address}/es/report/what-happened")
        assert STORY not in page.content()
    finally:
        context.close()
