"""Files over real connections: plaintext nowhere, growth bounded, cut-off and stalled uploads, kills, and noise.

The site is served as an office serves it; the fuzz runs in this process, where thousands of bodies take seconds.
"""

from __future__ import annotations

import ctypes
import os
import re
import select
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.app import create_app
from intake.incoming import Reception
from intake.uploads import Ending, get_arrival, install_uploads, receive_files
from models.blobs import FolderStore
from models.engine import create_engine
from tests.chromium import list_children
from tests.faults.raw_reader import HOST, STORY, RawReader
from tests.faults.served_site import ServedSite, serve_intake
from tests.faults.stored_reports import wait_until
from tests.intake.office import Office
from tests.intake.stored_files import list_rows, list_stored
from tests.page_client import BOUNDARY, ChosenFile, PageClient, write_multipart
from vault.boxes import BoxKey
from vault.identities import Identity

CANARY = b"canary-7f1c9b-the-plate-was-KLM"
PHOTO = b"\xff\xd8\xff\xe0" + CANARY * 40
PATH = "/es/report/evidence"
MEGABYTE = 1_048_576
GROWTH_LIMIT_MB = 64
STALLED = 8
FUZZED = 5_000
FUZZED_WHOLE = 500


def write_head(reader: RawReader, length: int) -> bytes:
    """Write the lines of a post with files."""
    return (
        f"POST {PATH} HTTP/1.1\r\nHost: {HOST}:{reader.port}\r\nOrigin: {reader.address}\r\n"
        f"Cookie: form={reader.cookie}\r\nContent-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
        f"Content-Length: {length}\r\n\r\n"
    ).encode()


def write_body(reader: RawReader, *files: ChosenFile) -> bytes:
    """Write the form with files, whole."""
    token = BoxKey.from_cookie(reader.cookie).csrf_token()
    return write_multipart([("csrf_token", token), ("go", "add"), ("complete", "yes")], files)


def post_files(reader: RawReader, *files: ChosenFile) -> int:
    """Send files and return the status."""
    connection = HTTPConnection(HOST, reader.port, timeout=60)
    headers = {
        "Origin": reader.address,
        "Cookie": f"form={reader.cookie}",
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
    }
    connection.request("POST", PATH, write_body(reader, *files), headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def begin(served: ServedSite) -> RawReader:
    """Begin a report and write its story."""
    reader = RawReader(served.port)
    reader.walk_to_story()
    assert reader.post("what-happened", {"what_happened": STORY, "complete": "yes"}).status == 303
    return reader


@contextmanager
def watch_folder(folder: Path) -> Iterator[list[str]]:
    """Collect the names of everything that is made in a folder meanwhile, even for a moment (inotify)."""
    libc = ctypes.CDLL(None, use_errno=True)
    handle = libc.inotify_init1(os.O_NONBLOCK)
    assert handle >= 0
    made_or_moved_in = 0x100 | 0x80
    assert libc.inotify_add_watch(handle, os.fsencode(folder), made_or_moved_in) >= 0
    seen: list[str] = []
    try:
        yield seen
        while select.select([handle], [], [], 0.2)[0]:
            events = os.read(handle, 65_536)
            while events:
                length = struct.unpack_from("iIII", events)[3]
                seen.append(events[16 : 16 + length].rstrip(b"\0").decode())
                events = events[16 + length :]
    finally:
        os.close(handle)


def test_plaintext_is_nowhere(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No temporary file is made while files come in, and neither the office's folder nor the log holds their bytes."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", f"{place}")
    with serve_intake(office.config, tmp_path / "log") as served:
        reader = begin(served)
        with watch_folder(place) as made:
            body = PHOTO + os.urandom(3 * MEGABYTE) + CANARY
            assert post_files(reader, ("files", "a.jpg", body), ("files", "b.jpg", PHOTO)) == 303
        assert len(list_stored(office)) == 2
        assert made == []
        assert served.read_log() == ""
        reader.close()
        written = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert len(written) >= 3
        assert [path for path in written if CANARY in path.read_bytes()] == []


def test_growth_of_the_process(served: ServedSite, office: Office) -> None:
    """A file of 200 MB makes no process of the site grow by 64 MB."""
    assert served._process is not None
    pids = [served._process.pid, *list_children(served._process.pid)]

    def read_megabytes(pid: int, name: str) -> float:
        text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        return next((int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith(name)), 0.0)

    reader = begin(served)
    before = {pid: read_megabytes(pid, "VmRSS") for pid in pids}
    edges = write_body(reader, ("files", "a.jpg", b"\xff\xd8\xff|"))
    head, tail = edges.split(b"|")
    block = os.urandom(MEGABYTE)
    with socket.create_connection((HOST, served.port), timeout=60) as connection:
        connection.sendall(write_head(reader, len(head) + len(tail) + 200 * len(block)) + head)
        for _number in range(200):
            connection.sendall(block)
        connection.sendall(tail)
        assert connection.recv(100).startswith(b"HTTP/1.1 303")
    assert len(list_stored(office)) == 1
    assert list_stored(office)[0].stat().st_size > 200 * MEGABYTE
    growth = max(read_megabytes(pid, "VmHWM") - size for pid, size in before.items())
    assert growth < GROWTH_LIMIT_MB
    reader.close()


def test_interrupted_uploads_leave_nothing(served: ServedSite, office: Office) -> None:
    """Uploads that break off at any place leave neither file nor row, and the report as it was."""
    reader = begin(served)
    body = write_body(reader, ("files", "a.jpg", PHOTO * 400), ("files", "b.jpg", PHOTO * 100))
    for share in (0.01, 0.3, 0.7, 0.79, 0.95, 0.9999):
        with socket.create_connection((HOST, served.port), timeout=30) as cut:
            cut.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            cut.sendall(write_head(reader, len(body)) + body[: int(len(body) * share)])
            time.sleep(0.1)
    wait_until(lambda: list_stored(office) == [])
    assert list_rows(office) == []
    assert STORY in reader.get("what-happened").text
    assert post_files(reader, ("files", "c.jpg", PHOTO)) == 303
    reader.close()


@pytest.mark.timeout(90)
def test_killed_in_the_middle_of_an_upload(served: ServedSite, office: Office) -> None:
    """Kill -9 while 200 MB come in leaves the draft whole and no blob; what is half there, the sweep finds."""
    reader = begin(served)
    with socket.create_connection((HOST, served.port), timeout=30) as connection:
        edges = write_body(reader, ("files", "a.jpg", b"\xff\xd8\xff|"))
        connection.sendall(write_head(reader, len(edges) + 200 * MEGABYTE) + edges.split(b"|")[0])
        block = os.urandom(MEGABYTE)
        for _number in range(120):
            connection.sendall(block)
        wait_until(lambda: any(path.stat().st_size > 50 * MEGABYTE for path in list_stored(office)))
        served.kill()
    reader.close()
    served.start()
    store = FolderStore(office.config.data_dir / "blobs")
    (left,) = list(store.list_old(-1))
    assert left not in list_rows(office)
    store.delete(left)
    assert list_stored(office) == []
    assert STORY in reader.get("what-happened").text
    assert post_files(reader, ("files", "b.jpg", PHOTO)) == 303
    reader.close()


def test_stalled_uploads_leave_the_site_answering(served: ServedSite) -> None:
    """While 8 uploads stand still in every worker's reach, pages are shown, saved and sent, and files taken."""
    readers = [begin(served) for _number in range(STALLED)]
    stalled = []
    for reader in readers:
        connection = socket.create_connection((HOST, served.port), timeout=30)
        body = write_body(reader, ("files", "a.jpg", PHOTO * 100))
        connection.sendall(write_head(reader, len(body)) + body[: len(body) // 2])
        stalled.append(connection)
    time.sleep(0.3)
    other = begin(served)
    start = time.monotonic()
    assert post_files(other, ("files", "b.jpg", PHOTO)) == 303
    assert other.get("check").status == 200
    assert other.send_story().status == 303
    assert time.monotonic() - start < 5
    for connection in stalled:
        connection.close()
    for reader in (*readers, other):
        reader.close()


def test_many_files_at_once_all_count(served: ServedSite, office: Office) -> None:
    """Eight files sent at the same moment over as many connections are all in the report."""
    reader = begin(served)
    statuses: list[int] = []

    def send(number: int) -> None:
        statuses.append(post_files(reader, ("files", f"{number}.jpg", PHOTO)))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [303] * 8
    page = reader.get("evidence").text
    assert {f"{number}.jpg" for number in range(8)} <= set(re.findall(r"\d\.jpg", page))
    assert len(list_stored(office)) == len(list_rows(office)) == 8
    reader.close()


_TOKENS = st.sampled_from(
    [
        b"\r\n",
        b"\n",
        b"\r",
        f"--{BOUNDARY}".encode(),
        f"--{BOUNDARY}--".encode(),
        b"--",
        b"Content-Disposition: form-data",
        b'; name="files"',
        b'; name="what_happened"',
        b'; name="complete"',
        b'; name="remove_file"',
        b'; name="go"',
        b'; filename="../../a.jpg"',
        b'; filename=""',
        b"; filename*=utf-8''%e2%80%aea.jpg",
        b"Content-Type: text/plain; charset=utf-7",
        b"Content-Length: -1",
        b"Content-Transfer-Encoding: base64",
        b"\xff\xd8\xff",
        b"%PDF-1.4",
        b"\x00" * 5_000,
        b"\xed\xa0\x80",
        b"yes",
    ]
)
# Now and then more than any part may have.
_LARGE = st.sampled_from([b""] * 60 + [b"x" * 600_000, b"\r\n" * 40_000])
_NOISE = st.tuples(st.lists(st.one_of(_TOKENS, st.binary(max_size=40)), max_size=24).map(b"".join), _LARGE).map(
    b"".join
)
_CHANGES = st.lists(st.tuples(st.integers(0, 1 << 30), st.integers(0, 60), st.binary(max_size=12)), max_size=4)


_SPOILED = st.fixed_dictionaries(
    {"noise": _NOISE, "changes": _CHANGES, "cut": st.integers(0, 1 << 30), "way": st.integers(0, 4)}
)


def make_whole(token: str) -> bytes:
    """Write a well-formed form with files."""
    fields = [("csrf_token", token), ("what_happened", STORY), ("go", "add"), ("complete", "yes")]
    return write_multipart(
        fields, [("files", "a.jpg", b"\xff\xd8\xff" + bytes(300)), ("files", "b.txt", b"hola"), ("spoken", "", b"")]
    )


def spoil(whole: bytes, how: Mapping[str, Any]) -> tuple[bytes, str]:
    """Make a body and its content type: noise, a spoiled form, or a form that breaks off, maybe into noise."""
    content_type = f"multipart/form-data; boundary={BOUNDARY}"
    if how["way"] == 0:
        return how["noise"], content_type
    if how["way"] < 3:
        cut = how["cut"] % len(whole)
        return whole[:cut] + (how["noise"] if how["way"] == 1 else b""), content_type
    spoiled = whole
    for place, length, new in how["changes"]:
        start = place % len(spoiled) if spoiled else 0
        spoiled = spoiled[:start] + new + spoiled[start + length :]
    types = [content_type, content_type[:-3], "multipart/form-data", "multipart/form-data; boundary=\xe9"]
    return spoiled, types[how["cut"] % 4] if how["way"] == 4 else content_type


def fuzz(number: int, test: Callable[[dict[str, Any]], None]) -> None:
    """Call a test with so many ways to spoil a form."""
    quiet = settings(max_examples=number, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    quiet(given(how=_SPOILED)(test))()


@pytest.mark.timeout(100)
def test_noise_leaves_nothing(office: Office) -> None:
    """Of 4,500 bodies, noise and forms spoiled, none fails where posts are read or leaves a blob that nobody kept."""
    app = Flask("reading")
    install_uploads(app)
    engine = create_engine(office.config.database_url)
    store = FolderStore(office.config.data_dir / "blobs")
    recipient = Identity.generate().recipient
    seen: Counter[str] = Counter()

    @app.post("/")
    def take() -> str:
        receive_files(Reception(engine, store, office.config, "case", recipient, 10_000_000))
        assert "".join(request.form.values()) is not None
        assert not request.files
        arrival = get_arrival()
        seen[arrival.ending] += 1
        seen["stored"] += len(arrival.list_stored())
        return ""

    client = app.test_client()
    whole = make_whole("0")

    def try_body(how: dict[str, Any]) -> None:
        body, content_type = spoil(whole, how)
        assert client.post("/", data=body, content_type=content_type).status_code == 200

    fuzz(FUZZED - FUZZED_WHOLE, try_body)
    engine.dispose()
    assert (list_stored(office), list_rows(office)) == ([], [])
    assert min(seen[Ending.WHOLE], seen[Ending.CUT_OFF], seen["stored"]) > 100, seen


@pytest.mark.timeout(100)
def test_noise_makes_no_failure_of_the_site(office: Office) -> None:
    """Of 500 such bodies to the site's pages none makes it fail, and what is stored is what the report names."""
    app = create_app(office.config)
    reader = PageClient(app.test_client())
    reader.submit(reader.get("/es/"), {}, action="/report/start")
    cookie = reader.client.get_cookie("form")
    assert cookie is not None
    whole = make_whole(BoxKey.from_cookie(cookie.value).csrf_token())
    paths = [PATH, "/es/report/what-happened", PATH, "/es/report/where", "/es/inbox"]

    def try_body(how: dict[str, Any]) -> None:
        body, content_type = spoil(whole, how)
        reader.client.set_cookie("form", cookie.value)
        path = paths[len(body) % len(paths)]
        answer = reader.client.post(path, data=body, content_type=content_type, headers={"Origin": reader.origin})
        assert answer.status_code < 500, path
        answer.close()

    fuzz(FUZZED_WHOLE, try_body)
    kept = {
        button.get("value") for button in reader.get(PATH).find_all("button") if button.get("name") == "remove_file"
    }
    assert kept
    assert {path.name for path in list_stored(office)} == set(list_rows(office)) == kept
    reader.client.post("/exit", headers={"Origin": reader.origin})
    assert (list_stored(office), list_rows(office)) == ([], [])
    app.extensions["engine"].dispose()
