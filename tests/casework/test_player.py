"""The player in a real browser: a recording of several pieces is played and sought in, and the original downloaded."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from flask import Flask
from playwright.sync_api import expect
from werkzeug.serving import make_server

from casework.app import create_app
from casework.permissions import Role
from models.blobs import FolderStore
from tests.casework.corresponding import Correspondence, make_photo, make_recording
from tests.casework.filing import Filing
from tests.casework.staff_office import StaffOffice
from vault.keyslots import CHEAPEST

PLAY = """async () => {
  const player = document.querySelector("audio");
  player.muted = true;
  await player.play();
  const sought = new Promise((done) => player.addEventListener("seeked", done, {once: true}));
  player.currentTime = player.duration - 30;
  await sought;
  return [Math.round(player.duration), Math.round(player.currentTime), player.error];
}"""


@contextmanager
def serve(office: StaffOffice) -> Iterator[tuple[Flask, str]]:
    """Serve the office's staff site on a port of this machine."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    site = create_app(replace(office.ceremony.casework, origin=origin), cost=CHEAPEST)
    server = make_server("127.0.0.1", port, site, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield site, origin
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        site.extensions["engine"].dispose()


def sign_in(page: Any, office: StaffOffice, origin: str) -> None:  # noqa: ANN401  # playwright's page
    """Sign the attorney in, as they would."""
    account = office.accounts[Role.ATTORNEY]
    page.goto(f"{origin}/sign-in")
    for name, value in {
        "email": account.person.email,
        "passphrase": account.passphrase,
        "code": office.make_code(Role.ATTORNEY),
    }.items():
        page.fill(f"#{name}", value)
    page.click("main button")
    page.wait_for_url(f"{origin}/cases")


def test_plays_seeks_shows_and_downloads(staff_office: StaffOffice, browser: Any) -> None:  # noqa: ANN401  # playwright's browser
    """Under the policy a player seeks behind its first piece, a picture shows, and the original downloads whole."""
    recording, photo = make_recording(400), make_photo()
    assert len(recording) > 4 * 1024 * 1024
    with serve(staff_office) as (site, origin):
        filing = Filing(site.extensions["engine"], staff_office.ceremony.intake)
        case = filing.file()
        store = site.extensions["blob_store"]
        assert isinstance(store, FolderStore)
        reporter = Correspondence(filing, store, case)
        sound = reporter.put_file(recording, "voz.wav", "audio", "audio/wav")
        picture = reporter.put_file(photo, "foto.jpg", "photo", "image/jpeg")
        reporter.send(reporter.make_receipt(), files=[sound, picture])
        context = browser.new_context()
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        try:
            sign_in(page, staff_office, origin)
            page.goto(f"{origin}/cases/{case.reference}")
            page.click("label[for=conflict_decision-clear]")
            page.click("text=Record the conflict decision")
            page.click("text=Make previews")
            page.locator(f"#file-{picture.id} img").scroll_into_view_if_needed()
            expect(page.locator(f"#file-{picture.id} img")).to_have_js_property("naturalWidth", 400)
            assert page.evaluate(PLAY) == [400, 370, None]
            with page.expect_download() as waiting:
                page.click(f"#file-{sound.id} >> text=Download the original")
            with open(waiting.value.path(), "rb") as downloaded:  # noqa: PTH123  # playwright's own path
                assert hashlib.file_digest(downloaded, "sha256").hexdigest() == sound.sha256
            assert waiting.value.suggested_filename == f"{case.reference}-{sound.id[:8]}.wav"
        finally:
            context.close()
            filing.intake_engine.dispose()
    assert complaints == []
