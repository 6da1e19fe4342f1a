"""Files that were handed in: listed after the check of names, played from any place, downloaded and verified."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from casework.permissions import Role
from models.blobs import FolderStore
from models.engine import read
from models.evidence import EvidenceFile
from models.ledger import list_entries
from tests.casework.conftest import SignInAs
from tests.casework.corresponding import Correspondence, make_photo, make_recording
from tests.casework.filing import FiledCase, Filing
from tests.casework.test_case import decide, open_page
from tests.page_client import PageClient

RECORDING = make_recording(120)


@pytest.fixture
def case(filing: Filing) -> FiledCase:
    """A case as filed."""
    return filing.file()


@pytest.fixture
def store(staff_site: Flask) -> FolderStore:
    """Where the site's files lie."""
    store = staff_site.extensions["blob_store"]
    assert isinstance(store, FolderStore)
    return store


@pytest.fixture
def correspondence(store: FolderStore, filing: Filing, case: FiledCase) -> Correspondence:
    """The reporter's side of that case."""
    return Correspondence(filing, store, case)


@pytest.fixture
def sound(correspondence: Correspondence) -> EvidenceFile:
    """A recording that came with a message."""
    file = correspondence.put_file(RECORDING, "nota de voz.wav", "audio", "audio/wav")
    correspondence.send(correspondence.make_receipt(), "Aquí está", files=[file])
    return file


def ask(reader: PageClient, case: FiledCase, file: EvidenceFile, what: str, **headers: str) -> TestResponse:
    """Ask for a file, or a part of it."""
    return reader.client.get(f"/cases/{case.reference}/files/{file.id}/{what}", headers=headers, buffered=True)


def list_uses(filing: Filing, case: FiledCase) -> list[Mapping[str, Any]]:
    """The ledger's entries about files of a case."""
    with read(filing.engine) as connection:
        return [entry for entry in list_entries(connection, case.id) if entry["kind"].startswith("file:")]


def test_lists_files_only_after_the_check(sign_in_as: SignInAs, case: FiledCase, sound: EvidenceFile) -> None:
    """Before the check allows it no file is named or given; after it, all that is known stands there."""
    reader = sign_in_as(Role.INTAKE)
    assert sound.name not in open_page(reader, case).text
    for what in ("play", "original", "preview/1"):
        assert ask(reader, case, sound, what).status_code == 404
    page = decide(reader, case)
    assert sound.name in page.words
    for known in ("Not scanned for malware.", "Sound (audio/wav)", "1.9 MB (1,920,044 bytes)", sound.sha256):
        assert known in page.words
    assert f'<audio controls preload="none" src="/cases/{case.reference}/files/{sound.id}/play" ' in page.text
    assert decide(reader, case, "conflict").status == 200
    for what in ("play", "original", "preview/1"):
        assert ask(reader, case, sound, what).status_code == 404


def test_lists_files_of_the_report(sign_in_as: SignInAs, filing: Filing, store: FolderStore) -> None:
    """A spoken account in place of a story is played where the story stands, with language and interpreter."""
    case = filing.file()
    reporter = Correspondence(filing, store, case)
    reporter.name_in_report(reporter.put_file(RECORDING, "voz.wav", "audio", "audio/wav", is_story=True, language="so"))
    page = decide(sign_in_as(Role.INTAKE), case)
    assert "Spoken account, Somali" in page.words
    assert "Interpreter needed, no transcript." in page.words
    assert "with the report" in page.words


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-", 0, len(RECORDING)),
        ("bytes=0-0", 0, 1),
        ("bytes=65535-65537", 65535, 65538),
        ("bytes=1000000-1000999", 1_000_000, 1_001_000),
        ("bytes=-44", len(RECORDING) - 44, len(RECORDING)),
        (f"bytes={len(RECORDING) - 1}-{len(RECORDING) + 999}", len(RECORDING) - 1, len(RECORDING)),
    ],
)
def test_plays_from_any_place(
    sign_in_as: SignInAs, case: FiledCase, sound: EvidenceFile, asked: str, start: int, end: int
) -> None:
    """A part is answered with 206, exactly its bytes, and where it stands in the true length without the padding."""
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    answer = ask(reader, case, sound, "play", Range=asked)
    assert answer.status_code == 206
    assert answer.data == RECORDING[start:end]
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(RECORDING)}"
    assert answer.headers["Content-Length"] == str(end - start)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.mimetype == "audio/wav"


def test_refuses_a_part_that_there_is_not(sign_in_as: SignInAs, case: FiledCase, sound: EvidenceFile) -> None:
    """Behind the end there is nothing: 416 with the length. Several parts at once are answered with the whole."""
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    beyond = ask(reader, case, sound, "play", Range=f"bytes={len(RECORDING)}-")
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(RECORDING)}")
    several = ask(reader, case, sound, "play", Range="bytes=0-1,5-6")
    assert (several.status_code, several.data) == (200, RECORDING)


def test_gives_a_large_recording_in_pieces(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence
) -> None:
    """An open question is answered with 4 MiB at most, so that no player holds a thread of the site for long."""
    content = os.urandom(5 * 1024 * 1024)
    file = correspondence.put_file(content, "largo.mp4", "video", "video/mp4")
    correspondence.send(correspondence.make_receipt(), files=[file])
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    first = ask(reader, case, file, "play", Range="bytes=0-")
    assert len(first.data) == 4 * 1024 * 1024
    rest = ask(reader, case, file, "play", Range=f"bytes={len(first.data)}-")
    assert first.data + rest.data == content


def test_seeking_is_quick_at_any_place(sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence) -> None:
    """The first bytes from anywhere in a long recording cost less than 100 ms of CPU."""
    content = os.urandom(24 * 1024 * 1024)
    file = correspondence.put_file(content, "largo.mp4", "video", "video/mp4")
    correspondence.send(correspondence.make_receipt(), files=[file])
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    ask(reader, case, file, "play", Range="bytes=0-0")
    for place in (0, 12_345_678, len(content) - 10):
        started = time.process_time()
        answer = ask(reader, case, file, "play", Range=f"bytes={place}-{place + 9}")
        assert answer.data == content[place : place + 10]
        assert time.process_time() - started < 0.1


def test_only_recordings_are_played(sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence) -> None:
    """What says that it is a page or a picture is never played, whatever its kind claims."""
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    page = correspondence.put_file(b"<script>alert(1)</script>", "x.html", "audio", "text/html")
    photo = correspondence.put_file(make_photo(), "x.jpg", "photo", "image/jpeg")
    correspondence.send(correspondence.make_receipt(), files=[page, photo])
    for file in (page, photo):
        assert ask(reader, case, file, "play").status_code == 404
        original = ask(reader, case, file, "original")
        assert original.mimetype == "application/octet-stream"
        assert original.headers["Content-Disposition"].startswith("attachment")


def test_download_is_the_original_and_says_nothing(
    sign_in_as: SignInAs, case: FiledCase, sound: EvidenceFile, filing: Filing
) -> None:
    """The download is bit for bit what came in, under a name of ours, as something that no browser shows or runs."""
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    answer = ask(reader, case, sound, "original")
    assert hashlib.sha256(answer.data).hexdigest() == sound.sha256
    headers = answer.headers
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"] == f"attachment; filename={case.reference}-{sound.id[:8]}.wav"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert headers["Cache-Control"] == "no-store"
    (use,) = list_uses(filing, case)
    assert (use["kind"], use["item"], use["digest"]) == ("file:downloaded", sound.id, sound.sha256)


def test_playing_is_one_opening_for_each_person(
    sign_in_as: SignInAs, case: FiledCase, sound: EvidenceFile, filing: Filing
) -> None:
    """However many pieces a player asks for, the ledger has one opening a person, and the history says who."""
    first, second = sign_in_as(Role.INTAKE), sign_in_as(Role.ATTORNEY)
    decide(first, case)
    for reader in (first, second):
        for place in range(0, 500_000, 100_000):
            ask(reader, case, sound, "play", Range=f"bytes={place}-{place + 99}")
    assert [use["kind"] for use in list_uses(filing, case)] == ["file:opened", "file:opened"]
    words = open_page(first, case).words
    assert "File opened: intake person" in words
    assert "File opened: attorney person" in words


def press_verify(reader: PageClient, case: FiledCase, file: EvidenceFile) -> str:
    """Press "Verify" and return the words of the page."""
    page = reader.submit(open_page(reader, case), {}, action=f"/files/{file.id}/verify")
    assert page.status == 200
    return page.words


def test_verifies_against_the_day_it_came(
    sign_in_as: SignInAs, case: FiledCase, sound: EvidenceFile, filing: Filing
) -> None:
    """The button computes the SHA-256 of what is stored now, and page and ledger say that it is the same."""
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    assert "Verified: same SHA-256" not in open_page(reader, case).words
    assert "Verified: same SHA-256 as on the day it came" in press_verify(reader, case, sound)
    (use,) = list_uses(filing, case)
    assert (use["kind"], use["item"], use["digest"]) == ("file:verified", sound.id, sound.sha256)


def test_names_the_file_in_each_control(
    sign_in_as: SignInAs, case: FiledCase, sound: EvidenceFile, correspondence: Correspondence
) -> None:
    """Heard without the page around them, the controls of two files of the same name still differ."""
    twin = correspondence.put_file(b"other", sound.name, "audio", "audio/wav")
    correspondence.name_in_report(sound, twin)
    words = decide(sign_in_as(Role.INTAKE), case).words.replace(" )", ")")
    for control in ("Verify", "Download the original"):
        for place in (1, 2):
            assert words.count(f"{control} (file {place}: {sound.name})") == 1


def test_verifying_finds_another_file_in_its_place(
    sign_in_as: SignInAs, case: FiledCase, sound: EvidenceFile, correspondence: Correspondence, filing: Filing
) -> None:
    """A file that somebody sealed to the case's public key, under the same id, opens and is found out."""
    other = correspondence.put_file(RECORDING[:-1] + b"!", "x", "audio", "audio/wav", file_id=sound.id)
    assert other.id == sound.id
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    assert "NOT the file that came in" in press_verify(reader, case, sound)
    (use,) = list_uses(filing, case)
    assert (use["kind"], use["digest"]) == ("file:differs", other.sha256)


@pytest.mark.parametrize("harm", ["flip", "cut", "gone"])
def test_harmed_file_gives_nothing_and_is_found_out(
    sign_in_as: SignInAs, case: FiledCase, sound: EvidenceFile, store: FolderStore, harm: str
) -> None:
    """A changed, cut or missing blob is answered with a page that says it, and verifying finds it out."""
    path: Path = store._path(sound.id)
    sealed = bytearray(path.read_bytes())
    if harm == "flip":
        sealed[-1] ^= 1
    path.write_bytes(sealed if harm == "flip" else sealed[:-70_000])
    if harm == "gone":
        path.unlink()
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    answer = ask(reader, case, sound, "original")
    assert answer.status_code == (404 if harm == "gone" else 409)
    assert RECORDING[100:200] not in answer.data
    assert "NOT the file that came in" in press_verify(reader, case, sound)


def test_buttons_need_the_page_they_stand_on(
    sign_in_as: SignInAs, case: FiledCase, sound: EvidenceFile, filing: Filing
) -> None:
    """A post without the page's token verifies nothing and looks into nothing."""
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    for what in (f"files/{sound.id}/verify", "previews"):
        assert reader.post(f"/cases/{case.reference}/{what}", []).status == 400
    assert list_uses(filing, case) == []


def test_file_of_another_case_is_not_given(
    sign_in_as: SignInAs, case: FiledCase, sound: EvidenceFile, filing: Filing
) -> None:
    """A file is reached through its own case only."""
    other = filing.file()
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    decide(reader, other)
    for what in ("play", "original", "preview/1"):
        assert ask(reader, other, sound, what).status_code == 404


def test_file_that_no_vouched_message_names_is_marked(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence
) -> None:
    """A file that only a smuggled message names says so where it is listed."""
    file = correspondence.put_file(RECORDING, "ajeno.wav", "audio", "audio/wav")
    correspondence.send(correspondence.make_receipt(), files=[file], is_logged=False)
    page = decide(sign_in_as(Role.INTAKE), case)
    assert "Unvouched: the ledger does not know what names this file." in page.words
