"""Evidence on the form: sealed on its way, refused with clear words, kept or gone, never at the cost of typed text."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from intake.app import create_app
from intake.drafts import begin_draft
from intake.incoming import clean_name
from models.blobs import FolderStore
from models.engine import create_engine
from models.questionnaire.question import AnswerState
from models.report import Report
from tests.intake.moved_clock import MovedClock
from tests.intake.office import Office
from tests.intake.stored_files import list_rows, list_stored, open_file
from tests.intake.test_report_journey import STORY, walk_to
from tests.page_client import BOUNDARY, ChosenFile, Page, PageClient, read_fields, write_multipart
from tests.s3 import BUCKET, KEY_ID, SECRET, serve_s3
from vault.boxes import BoxKey
from web import clock

PHOTO = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 1_200
NOTE = "Matrícula ABC 123 ¿la vio alguien?".encode()
VOICE = b"#!AMR\n" + b"\x3c" + bytes(range(200)) * 30


def open_evidence(reader: PageClient, lang: str = "es") -> Page:
    """Walk to the check page and from there to the page that takes files."""
    return reader.submit(walk_to(reader, "check", lang), {}, go="evidence")


def send(reader: PageClient, office: Office) -> Report:
    """Send from the check page and open the one report."""
    receipt = reader.submit(reader.get("/es/report/check"), {}, go="send")
    assert receipt.path.endswith("/receipt"), receipt.list_errors()
    (report,) = office.open_reports()
    return report


def make_body(reader: PageClient, fields: list[tuple[str, str]], files: list[ChosenFile]) -> bytes:
    """Write a multipart body as a browser does: the token of the page first."""
    cookie = reader.client.get_cookie("form")
    assert cookie is not None
    return write_multipart([("csrf_token", BoxKey.from_cookie(cookie.value).csrf_token()), *fields], files)


def post_body(reader: PageClient, path: str, body: bytes) -> Page:
    """Send a body as it is."""
    response = reader.client.post(
        path,
        data=body,
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
        headers={"Origin": reader.origin},
        follow_redirects=True,
    )
    return reader._read(response, check=True)


@pytest.fixture
def remake(office: Office) -> Iterator[Callable[..., tuple[PageClient, Office]]]:
    """Make a site whose configuration differs, with a reader in front of it."""
    made: list[Flask] = []

    def make(**changes: Any) -> tuple[PageClient, Office]:  # noqa: ANN401  # any setting
        other = replace(office, config=replace(office.config, **changes))
        made.append(create_app(other.config))
        return PageClient(made[-1].test_client()), other

    yield make
    for app in made:
        app.extensions["engine"].dispose()


def test_files_reach_the_office_bit_for_bit(reader: PageClient, office: Office) -> None:
    """Two files sent at once are listed, sealed in the store, and opened by the office with length and digest."""
    chosen = [("files", "IMG_0001.jpg", PHOTO), ("files", "nota.txt", NOTE)]
    page = reader.submit(open_evidence(reader), {}, go="add", files=chosen)
    assert page.path.endswith("/evidence")
    assert "IMG_0001.jpg" in page.words
    assert "nota.txt" in reader.get("/es/report/check").words
    for path in list_stored(office):
        assert PHOTO[20:84] not in path.read_bytes()
        assert NOTE not in path.read_bytes()
    report = send(reader, office)
    assert [(file.name, file.kind, file.media_type) for file in report.files] == [
        ("IMG_0001.jpg", "photo", "image/jpeg"),
        ("nota.txt", "text", "text/plain"),
    ]
    for file, content in zip(report.files, (PHOTO, NOTE), strict=True):
        assert (file.length, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        assert open_file(office, file) == content
    assert sorted(list_rows(office)) == sorted(file.id for file in report.files)


def test_no_plaintext_in_temporary_files(reader: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """No temporary file is made while a file of several megabytes is taken in, on a page with files or on another."""

    def refuse(*_args: object, **_options: object) -> None:
        raise AssertionError("a temporary file was made")

    page = open_evidence(reader)
    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
        if hasattr(__import__("werkzeug.formparser").formparser, name):
            monkeypatch.setattr(f"werkzeug.formparser.{name}", refuse)
    content = b"\xff\xd8\xff" + os.urandom(3_000_000)
    assert "grande.jpg" in reader.submit(page, {}, go="add", files=[("files", "grande.jpg", content)]).words
    where = reader.post("/es/report/where", [("state", "NE")], files=[("x", "y.jpg", content[:400_000])], check=False)
    assert where.status < 500


def test_voice_is_a_full_answer(reader: PageClient, office: Office) -> None:
    """A recording in place of the text lets the report go out, with the language chosen, as an answer and not a gap."""
    page = walk_to(reader, "what-happened")
    page = reader.submit(page, {"story_language": "so"}, files=[("spoken", "voz.amr", VOICE)])
    assert page.path.endswith("/why-and-how-it-ended")
    report = send(reader, office)
    (file,) = report.files
    assert (file.kind, file.is_story, file.language) == ("audio", True, "so")
    story = report.find_answer("what_happened")
    assert story is not None
    assert (story.value, story.state) == ("", AnswerState.ANSWERED.value)
    assert story.shown
    assert open_file(office, file) == VOICE


def test_language_of_a_recording_can_be_changed(reader: PageClient, office: Office) -> None:
    """The language that was chosen last is the recording's, wherever in the form it was changed."""
    page = reader.submit(
        walk_to(reader, "what-happened"), {"story_language": "so"}, files=[("spoken", "voz.amr", VOICE)]
    )
    reader.submit(reader.get("/es/report/what-happened"), {"story_language": "om"})
    assert send(reader, office).files[0].language == "om"
    assert page.status == 200


def test_removed_recording_answers_nothing(reader: PageClient, office: Office) -> None:
    """Once the recording is removed again, the story is missing, and its bytes and row are gone."""
    reader.submit(walk_to(reader, "what-happened"), {}, files=[("spoken", "voz.amr", VOICE)])
    page = reader.get("/es/report/what-happened")
    (button,) = [one for one in page.find_all("button") if one.get("name") == "remove_file"]
    fields = [("csrf_token", page.find_all("input")[0].get("value", "")), ("remove_file", button.get("value", ""))]
    page = reader.post(page.path, [*fields, ("complete", "yes")], files=[])
    assert "voz.amr" not in page.words
    assert list_stored(office) == []
    assert list_rows(office) == []
    assert reader.submit(page, {}, go="send").status == 400


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("nada.jpg", b""),
        ("dibujo.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("pagina.jpg", b"<!doctype html><script>alert(1)</script>"),
        ("todo.zip", b"PK\x03\x04" + bytes(500)),
        ("programa.pdf", b"MZ" + bytes(500)),
    ],
)
def test_what_is_not_taken_costs_nothing_else(reader: PageClient, office: Office, name: str, content: bytes) -> None:
    """A file that is empty or of no known kind is named in the refusal; the other file and the text are kept."""
    page = walk_to(reader, "what-happened")
    refused = reader.submit(
        page, {"what_happened": STORY}, files=[("spoken", name, content), ("spoken", "voz.amr", VOICE)]
    )
    assert refused.status == 400
    assert any(name in error for error in refused.list_errors())
    assert "voz.amr" in refused.words
    assert STORY in reader.get("/es/report/what-happened").text
    assert len(list_stored(office)) == len(list_rows(office)) == 1


def test_limits_are_shown_and_kept(remake: Callable[..., tuple[PageClient, Office]]) -> None:
    """A file over its limit, and one over what the report has left, are let pass and refused; the words are kept."""
    reader, office = remake(file_limit=300_000, report_limit=500_000)
    page = walk_to(reader, "what-happened")
    assert "300 kB" in page.words
    large = reader.submit(page, {"what_happened": STORY}, files=[("spoken", "voz.amr", VOICE * 60)])
    assert large.status == 400
    assert STORY in reader.get("/es/report/what-happened").text
    assert list_stored(office) == []
    page = reader.get("/es/report/evidence")
    photo = PHOTO[:280_000]
    page = reader.submit(page, {}, go="add", files=[("files", "1.jpg", photo), ("files", "2.jpg", photo)])
    assert page.status == 400
    assert "2.jpg" in page.list_errors()[0]
    assert len(list_stored(office)) == 1
    page = reader.submit(page, {}, go="add", files=[("files", "3.jpg", photo)])
    assert "3.jpg" in page.list_errors()[0]
    assert [file.name for file in send(reader, office).files] == ["1.jpg"]


def test_far_too_much_at_once_keeps_the_words(remake: Callable[..., tuple[PageClient, Office]]) -> None:
    """A post that goes on long after every limit is not listened to any more, but its words are kept."""
    reader, office = remake(file_limit=100_000, report_limit=200_000)
    page = walk_to(reader, "what-happened")
    answer = reader.submit(page, {"what_happened": STORY}, files=[("spoken", "voz.amr", bytes(900_000))])
    assert answer.status == 413
    assert STORY in reader.get("/es/report/what-happened").text
    assert (list_stored(office), list_rows(office)) == ([], [])


def test_full_disk_asks_files_to_wait(remake: Callable[..., tuple[PageClient, Office]]) -> None:
    """Below the floor of free space new files are refused with the way back, and text still enters."""
    reader, office = remake(free_space_floor=1 << 62)
    page = walk_to(reader, "what-happened")
    answer = reader.submit(page, {"what_happened": STORY}, files=[("spoken", "voz.amr", VOICE)])
    assert answer.status == 400
    assert list_stored(office) == []
    assert send(reader, office).values["what_happened"] == STORY


def test_store_that_fails(reader: PageClient, office: Office) -> None:
    """When the store does not take a file, it is not shown as stored, and the text of the post is."""
    page = walk_to(reader, "what-happened")
    (office.config.data_dir / "blobs").write_text("not a folder", encoding="utf-8")
    answer = reader.submit(page, {"what_happened": STORY}, files=[("spoken", "voz.amr", VOICE)])
    assert answer.status == 400
    assert "voz.amr" in answer.list_errors()[0]
    assert STORY in reader.get("/es/report/what-happened").text
    assert list_rows(office) == []


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.98])
def test_cut_off_post_keeps_words_and_no_file(reader: PageClient, office: Office, share: float) -> None:
    """A post that ends in its middle says so, keeps the words that came, and leaves no file and no blank behind."""
    reader.submit(walk_to(reader, "what-happened"), {"what_happened": "Antes", "story_language": "es"}, go="back")
    body = make_body(
        reader,
        [("what_happened", STORY), ("story_language", "es"), ("go", "next"), ("complete", "yes")],
        [("spoken", "voz.amr", VOICE), ("spoken", "otra.amr", VOICE)],
    )
    answer = post_body(reader, "/es/report/what-happened", body[: int(len(body) * share)])
    assert answer.status == 400
    page = reader.get("/es/report/what-happened")
    assert STORY in page.text
    assert [option.get("value") for option in page.find_all("option") if option.get("selected") is not None] == ["es"]
    assert (list_stored(office), list_rows(office)) == ([], [])


def test_post_without_its_last_field_is_cut_off(reader: PageClient, office: Office) -> None:
    """A body that ends tidily but lacks the last field counts as cut off as well."""
    walk_to(reader, "what-happened")
    body = make_body(reader, [("what_happened", STORY)], [("spoken", "voz.amr", VOICE)])
    assert post_body(reader, "/es/report/what-happened", body).status == 400
    assert list_stored(office) == []


def test_words_cut_in_their_middle_do_not_replace_more(reader: PageClient) -> None:
    """The beginning of a text that was saved before does not take its place."""
    reader.submit(walk_to(reader, "what-happened"), {"what_happened": STORY}, go="back")
    body = make_body(reader, [("what_happened", STORY)], [])
    cut = body[: body.index(STORY.encode()) + 12]
    assert post_body(reader, "/es/report/what-happened", cut).status == 400
    assert STORY in reader.get("/es/report/what-happened").text


def test_stale_page_keeps_no_file(reader: PageClient, office: Office) -> None:
    """With a wrong token the words come back with a request to choose the files again, and nothing is stored."""
    page = walk_to(reader, "what-happened")
    fields = [("csrf_token", "0"), ("what_happened", STORY), ("go", "next"), ("complete", "yes")]
    answer = reader.post(page.path, fields, files=[("spoken", "voz.amr", VOICE)])
    assert answer.status == 400
    assert STORY in answer.text
    assert len(answer.list_errors()) == 2
    assert (list_stored(office), list_rows(office)) == ([], [])


def test_file_field_left_empty(reader: PageClient, office: Office) -> None:
    """A browser sends an empty file without a name for a field that nobody touched; that is no mistake."""
    walk_to(reader, "what-happened")
    fields = [("what_happened", STORY), ("go", "next"), ("complete", "yes")]
    body = make_body(reader, fields, [("spoken", "", b"")])
    assert post_body(reader, "/es/report/what-happened", body).path.endswith("/why-and-how-it-ended")
    assert list_stored(office) == []


def test_leaving_erases_files(reader: PageClient, office: Office) -> None:
    """The way out deletes the files of the unfinished report, rows and bytes."""
    reader.submit(open_evidence(reader), {}, go="add", files=[("files", "1.jpg", PHOTO)])
    assert len(list_stored(office)) == 1
    reader.client.post("/exit", headers={"Origin": reader.origin})
    assert (list_stored(office), list_rows(office)) == ([], [])


def test_forgetting_the_receipt_leaves_the_files_of_the_case(reader: PageClient, office: Office) -> None:
    """Once sent, the files belong to the case: neither "written down" nor the way out touches them."""
    reader.submit(open_evidence(reader), {}, go="add", files=[("files", "1.jpg", PHOTO)])
    (file,) = send(reader, office).files
    reader.submit(reader.get("/es/report/receipt"), {}, go="done")
    reader.client.post("/exit", headers={"Origin": reader.origin})
    assert open_file(office, file) == PHOTO


def test_expired_draft_gives_its_files_up(reader: PageClient, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a draft has expired, its files belong to nothing any more, so that the sweep takes them."""
    reader.submit(open_evidence(reader), {}, go="add", files=[("files", "1.jpg", PHOTO)])
    moved = MovedClock()
    moved.ahead += timedelta(days=3)
    monkeypatch.setattr(clock, "now", moved.now)
    engine = create_engine(office.config.database_url)
    begin_draft(engine, office.config)
    engine.dispose()
    assert list_rows(office) == []
    (left,) = list_stored(office)
    assert left.name in set(FolderStore(office.config.data_dir / "blobs").list_old(-1))


def test_names_are_not_shown_after_a_pause(remake: Callable[..., tuple[PageClient, Office]]) -> None:
    """Whoever picks the phone up later sees that there is a photo, but not what it was called."""
    reader, _office = remake(hide_after_minutes=-1)
    page = reader.submit(open_evidence(reader), {}, go="add", files=[("files", "oficial.jpg", PHOTO)])
    assert "oficial" not in page.text
    assert page.find_all("ul")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\rosa\\foto.jpg", "foto.jpg"),
        ("foto\u202egpj.exe", "fotogpj.exe"),
        ("a\x00b\nc.jpg", "abc.jpg"),
        ("\u200b", ""),
        ("á" * 300 + ".jpeg", "á" * 114 + "….jpeg"),
        ("x" * 300, "x" * 120),
    ],
)
def test_clean_name(name: str, shown: str) -> None:
    """A name keeps its words and its ending, and loses folders and signs that hide or turn text."""
    assert clean_name(name) == shown


def test_no_more_than_twelve_send_files_at_once(reader: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """When every place for files is taken, the words are kept and the reporter is asked to try again."""

    class NoPlace:
        def acquire(self, *, blocking: bool) -> bool:
            return blocking

    monkeypatch.setattr("intake.uploads._PLACES", NoPlace())
    page = walk_to(reader, "what-happened")
    answer = reader.submit(page, {"what_happened": STORY}, files=[("spoken", "voz.amr", VOICE)])
    assert answer.status == 429
    assert STORY in reader.get("/es/report/what-happened").text


def test_files_of_a_draft_that_is_gone(reader: PageClient, office: Office) -> None:
    """Who had lost their draft gets their words back, saved anew, and is asked for the files again."""
    fields = [("what_happened", STORY), ("go", "next"), ("complete", "yes")]
    answer = reader.post("/es/report/what-happened", fields, files=[("spoken", "voz.amr", VOICE * 200)])
    assert answer.status == 409
    assert len(answer.list_errors()) == 2
    assert STORY in reader.get("/es/report/what-happened").text
    assert (list_stored(office), list_rows(office)) == ([], [])


def test_bucket_in_place_of_the_folder(
    remake: Callable[..., tuple[PageClient, Office]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """With a bucket, files go to it sealed and come back from it; when it does not answer, words are still kept."""
    folder = tmp_path_factory.mktemp("s3")
    with serve_s3(folder) as address:
        reader, office = remake(blobs=f"s3://{BUCKET}/office", s3_endpoint=address, s3_key_id=KEY_ID, s3_secret=SECRET)
        reader.submit(open_evidence(reader), {}, go="add", files=[("files", "1.jpg", PHOTO), ("files", "2.jpg", PHOTO)])
        page = reader.get("/es/report/evidence")
        button = next(one for one in page.find_all("button") if one.get("name") == "remove_file")
        fields = [*read_fields(page.find_form("/evidence")), ("remove_file", button.get("value", ""))]
        reader.post(page.path, fields, files=[])
        (stored,) = [path for path in (folder / BUCKET).rglob("*") if path.is_file()]
        assert PHOTO[20:84] not in stored.read_bytes()
        assert list_rows(office) == [stored.name]
        body = make_body(reader, [("go", "add")], [("files", "3.jpg", PHOTO * 40)])
        assert post_body(reader, "/es/report/evidence", body[:-5_000]).status == 400
        assert [path for path in (folder / BUCKET).rglob("*") if path.is_file()] == [stored]
    page = reader.get("/es/report/what-happened")
    answer = reader.submit(page, {"what_happened": STORY}, files=[("spoken", "voz.amr", VOICE)])
    assert answer.status == 400
    assert "voz.amr" in answer.list_errors()[0]
    assert STORY in reader.get("/es/report/what-happened").text
    (file,) = send(reader, office).files
    assert file.id == stored.name
