"""Previews: pictures drawn anew by a child that holds no key, is under limits, and is killed when it takes too long."""

from __future__ import annotations

import io
import json
import os
import re
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from casework import preview_process, previews
from casework.permissions import Role
from casework.previews import Look, PreviewBusyError, PreviewError, run_child
from models.blobs import FolderStore
from models.engine import read
from models.ledger import list_entries
from models.tables import blobs, cases
from tests.casework.conftest import SignInAs
from tests.casework.corresponding import Correspondence, make_pdf, make_photo, make_recording
from tests.casework.filing import FiledCase, Filing
from tests.casework.test_case import decide, open_page
from tests.page_client import Page, PageClient
from vault.contexts import Context
from vault.files import FileOpener, FileSealer
from vault.identities import Identity
from vault.recipients import Recipient

PLACE = "41.258472, -96.001944"
HIDDEN = b"palabra-escondida"


def look(content: bytes, kind: str, seconds: float = 30) -> Look:
    """Let a child look into a sealed file of this content."""
    identity, sealed, context = Identity.generate(), io.BytesIO(), Context("file", ("case", "file"))
    sealer = FileSealer(sealed, recipients=[identity.recipient], context=context)
    sealer.write(content)
    sealer.finish()
    sealed.seek(0)
    return run_child(FileOpener(sealed, identity=identity, context=context), kind, len(content), seconds=seconds)


def make_box(name: bytes, *parts: bytes) -> bytes:
    """One box of an MP4 file (ISO/IEC 14496-12)."""
    content = b"".join(parts)
    return struct.pack(">I", len(content) + 8) + name + content


def make_video() -> bytes:
    """The head of a video as a phone makes it, with place and device; nothing to show."""

    def said(name: bytes, text: str) -> bytes:
        return make_box(name, struct.pack(">HH", len(text), 0x15C7) + text.encode())

    times = struct.pack(">IIIII", 0, 3_860_000_000, 3_860_000_000, 1000, 42_000)
    rest = struct.pack(">IH10x9I24xI", 0x10000, 0x100, 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000, 2)
    known = (said(b"\xa9xyz", "+41.2584-096.0019/"), said(b"\xa9mak", "Inventado"), said(b"\xa9mod", "Telefono 7"))
    head = make_box(b"moov", make_box(b"mvhd", times + rest), make_box(b"udta", *known))
    return make_box(b"ftyp", b"isom", bytes(4), b"isommp42") + head


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "GIF"])
def test_draws_photos_of_every_kind(form: str) -> None:
    """Each kind of photo that is taken becomes a JPEG of at most 1,600 pixels a side."""
    if form == "HEIF":
        import pillow_heif  # noqa: PLC0415  # as in the child: it changes what Pillow knows

        pillow_heif.register_heif_opener(thumbnails=False)
    target = io.BytesIO()
    Image.new("RGB", (2400, 1200), "red").save(target, form)
    (picture,) = look(target.getvalue(), "photo").images
    with Image.open(io.BytesIO(picture)) as image:
        assert (image.format, image.size) == ("JPEG", (1600, 800))


def test_reads_place_time_and_device_and_leaves_them_out_of_the_picture() -> None:
    """What a photo reveals is told as facts; the picture drawn anew stands upright and holds none of it."""
    photo = make_photo()
    assert HIDDEN in photo
    found = look(photo, "photo")
    assert found.facts == {
        "size": "800 x 400",
        "device": "Inventado Telefono 7",
        "taken_at": "2026-05-01 21:03:12 -05:00",
        "place": PLACE,
    }
    (picture,) = found.images
    assert HIDDEN not in picture
    assert b"Inventado" not in picture
    with Image.open(io.BytesIO(picture)) as image:
        assert image.size == (400, 800)
        assert not image.getexif()


def test_draws_the_first_pages_of_a_pdf() -> None:
    """Ten pages at most are drawn, and the number of all of them is told."""
    found = look(make_pdf(12), "pdf")
    assert len(found.images) == 10
    assert (found.facts["pages"], found.facts["title"]) == ("12", "Citatorio inventado")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d Z", found.facts["taken_at"])


def test_reads_what_recordings_say() -> None:
    """Length, place and device of a recording are told without playing it."""
    assert look(make_recording(65), "audio").facts == {"format": "Wave", "duration": "1:05"}
    facts = look(make_video(), "video").facts
    assert facts["place"] == "+41.2584-096.0019/"
    assert facts["device"] == "Inventado Telefono 7"
    assert facts["taken_at"].startswith("2026-04-25 22:13:20")


def make_bomb() -> bytes:
    """A small PNG that would unfold to 900 million pixels."""
    target = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(target, "PNG")
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xff not a photo", "photo"),
        (make_photo()[:300], "photo"),
        (make_bomb(), "photo"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "photo"),
        (b"%PDF-1.7 not a pdf", "pdf"),
        (os.urandom(100_000), "pdf"),
        (b"", "photo"),
    ],
    ids=["junk", "cut", "bomb", "svg", "no-pdf", "noise", "empty"],
)
def test_what_no_parser_can_read_is_an_error_and_nothing_else(content: bytes, kind: str) -> None:
    """Junk, bombs and pictures with script end as one error, soon, with nothing drawn."""
    started = time.monotonic()
    with pytest.raises(PreviewError):
        look(content, kind)
    assert time.monotonic() - started < 20


def put_child(monkeypatch: pytest.MonkeyPatch, folder: Path, body: str) -> None:
    """Put another program in the child's place, as if a parser had been taken over."""
    program = folder / "taken_over.py"
    head = "import json, os, struct, sys, time\nout = sys.stdout.buffer\nframe = struct.Struct('>cQI')\n"
    program.write_text(head + body, encoding="utf-8")
    monkeypatch.setattr(previews, "_PROGRAM", program)


def test_child_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A child that never answers is dead when its time is over, and whoever waits is told to try again."""
    marker = tmp_path / "pid"
    put_child(monkeypatch, tmp_path, f"open({str(marker)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)\n")
    started = time.monotonic()
    with pytest.raises(PreviewBusyError):
        look(make_photo(), "photo", seconds=2)
    assert time.monotonic() - started < 15
    with pytest.raises(ProcessLookupError):
        os.kill(int(marker.read_text()), 0)


@pytest.mark.parametrize(
    "body",
    [
        "out.write(frame.pack(b'D', 0, 1 << 30)); out.flush()",
        "out.write(frame.pack(b'R', 0, 1 << 31)); out.flush(); time.sleep(9)",
        "out.write(frame.pack(b'X', 0, 0)); out.flush()",
        "said = b'[1]'; out.write(frame.pack(b'D', 0, 3) + said); out.flush()",
        "said = b'{\"facts\": {}, \"images\": [9999999999]}'; out.write(frame.pack(b'D', 0, len(said)) + said)",
        "said = b'{\"facts\": {}, \"images\": [6]}'; out.write(frame.pack(b'D', 0, len(said)) + said + b'<html>')",
        "os._exit(0)",
    ],
    ids=["endless", "greedy", "unknown", "no-object", "huge", "page", "gone"],
)
def test_what_a_taken_over_child_says_is_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: str) -> None:
    """Nothing but short facts and bounded JPEGs is taken from a child, whatever it sends."""
    put_child(monkeypatch, tmp_path, body)
    with pytest.raises(PreviewError):
        look(make_photo(), "photo")


def test_facts_of_a_taken_over_child_are_short_and_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Facts are one short line each, without signs that cannot be shown, and only of the names that there are."""
    facts = {"device": "a\u202eb\x00\n" + "c" * 500, "evil": "x"}
    said = json.dumps({"facts": facts, "images": []})
    put_child(monkeypatch, tmp_path, f"said = {said.encode()!r}\nout.write(frame.pack(b'D', 0, len(said)) + said)\n")
    found = look(make_photo(), "photo")
    assert list(found.facts) == ["device"]
    assert found.facts["device"].startswith("a b ccc")
    assert len(found.facts["device"]) == 200


def test_child_gets_no_secret_and_no_open_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the environment of the site nor its open files are there for a parser that is taken over."""
    monkeypatch.setenv("TESTIMONIO_SITE_SIGNING_KEY", "ab" * 32)
    with (tmp_path / "secret").open("wb") as secret:
        os.set_inheritable(secret.fileno(), True)
        body = (
            "told = ' '.join([*os.environ, *os.listdir('/proc/self/fd')])\n"
            "said = json.dumps({'facts': {'device': told}, 'images': []}).encode()\n"
            "out.write(frame.pack(b'D', 0, len(said)) + said)\n"
        )
        put_child(monkeypatch, tmp_path, body)
        told = look(make_photo(), "photo").facts["device"].split()
    assert not [each for each in told if each.startswith("TESTIMONIO")]
    # In, out, errors, and the folder that is being listed.
    assert len([each for each in told if each.isdecimal()]) == 4


def test_child_limits_itself(tmp_path: Path) -> None:
    """After the limits are set, the child can write no file, take no endless memory and make no core dump."""
    code = (
        "import resource, sys\n"
        f"sys.path.insert(0, {str(Path(preview_process.__file__).parents[1])!r})\n"
        "from exports.children.limits import limit_itself\n"
        "limit_itself(memory=1 << 30, cpu_seconds=15)\n"
        "assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)\n"
        "assert resource.getrlimit(resource.RLIMIT_CPU)[1] <= 20\n"
        "try:\n    bytearray(4 << 30)\nexcept MemoryError:\n    print('no memory')\n"
        "import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"file = open({str(tmp_path / 'file')!r}, 'wb', buffering=0)\n"
        "try:\n    file.write(b'x')\nexcept OSError:\n    print('no file')\n"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False, timeout=30)
    assert done.stdout.split("\n")[:2] == ["no memory", "no file"], done.stderr


@pytest.fixture
def case(filing: Filing) -> FiledCase:
    """A case as filed."""
    return filing.file()


@pytest.fixture
def correspondence(staff_site: Flask, filing: Filing, case: FiledCase) -> Correspondence:
    """The reporter's side of that case."""
    return Correspondence(filing, staff_site.extensions["blob_store"], case)


def press(reader: PageClient, case: FiledCase) -> Page:
    """Press the button that looks into the files."""
    page = reader.submit(open_page(reader, case), {}, action="/previews")
    assert page.status == 200
    return page


def test_page_shows_pictures_and_facts_after_the_button(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence, filing: Filing
) -> None:
    """Nothing is parsed before somebody asks; then every file is that can be, and the page shows what was found."""
    photo = correspondence.put_file(make_photo(), "foto.jpg", "photo", "image/jpeg")
    paper = correspondence.put_file(make_pdf(), "citatorio.pdf", "pdf", "application/pdf")
    letter = correspondence.put_file(b"Hola", "carta.txt", "text", "text/plain")
    broken = correspondence.put_file(b"\xff\xd8\xff?", "rota.jpg", "photo", "image/jpeg")
    correspondence.send(correspondence.make_receipt(), files=[photo, paper, letter, broken])
    reader = sign_in_as(Role.INTAKE)
    page = decide(reader, case)
    assert PLACE not in page.words
    assert not page.find_all("img")
    page = press(reader, case)
    for shown in (PLACE, "Inventado Telefono 7", "2026-05-01 21:03:12 -05:00", "Citatorio inventado"):
        assert shown in page.words
    assert "No preview: no reader could open this safely." in page.words
    assert "Make previews" not in page.words
    pictures = [image.get("src") or "" for image in page.find_all("img")]
    assert pictures == [
        f"/cases/{case.reference}/files/{photo.id}/preview/1",
        f"/cases/{case.reference}/files/{paper.id}/preview/1",
        f"/cases/{case.reference}/files/{paper.id}/preview/2",
    ]
    for address in pictures:
        answer = reader.client.get(address)
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    assert reader.client.get(f"{pictures[0][:-1]}2").status_code == 404
    with read(filing.engine) as connection:
        kinds = [entry["kind"] for entry in list_entries(connection, case.id)]
        kept = connection.execute(blobs.select()).all()
    assert kinds.count("file:examined") == 3
    assert kinds.count("file:opened") == 2
    assert len(kept) == 4 + 2
    assert {row.case_id for row in kept} == {case.id}


def test_pictures_are_kept_sealed(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence, tmp_path: Path
) -> None:
    """No byte of a picture, and no fact of a file, stands readable anywhere in the office's folder."""
    photo = correspondence.put_file(make_photo(), "foto.jpg", "photo", "image/jpeg")
    correspondence.send(correspondence.make_receipt(), files=[photo])
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    press(reader, case)
    picture = reader.client.get(f"/cases/{case.reference}/files/{photo.id}/preview/1").data
    stored = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert stored
    for secret in (picture[200:264], HIDDEN, b"Telefono 7", PLACE.encode()):
        assert not any(secret in content for content in stored)


def test_picture_that_somebody_put_there_is_not_shown(
    sign_in_as: SignInAs, case: FiledCase, correspondence: Correspondence, staff_site: Flask
) -> None:
    """A preview that is not the one that was kept is refused, also when it is sealed to the right key."""
    photo = correspondence.put_file(make_photo(), "foto.jpg", "photo", "image/jpeg")
    correspondence.send(correspondence.make_receipt(), files=[photo])
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    press(reader, case)
    store = staff_site.extensions["blob_store"]
    assert isinstance(store, FolderStore)
    with read(correspondence.filing.engine) as connection:
        (preview_id,) = (row.id for row in connection.execute(blobs.select()) if row.id != photo.id)
        raw = connection.execute(select(cases.c.work_recipient).where(cases.c.id == case.id)).scalar_one()
    path = store._path(preview_id)
    address = f"/cases/{case.reference}/files/{photo.id}/preview/1"
    assert reader.client.get(address).status_code == 200
    sealed = io.BytesIO()
    sealer = FileSealer(sealed, recipients=[Recipient.from_bytes(raw)], context=Context("file", (case.id, preview_id)))
    sealer.write(make_photo())
    sealer.finish()
    path.write_bytes(sealed.getvalue())
    assert reader.client.get(address).status_code == 409
    path.unlink()
    assert reader.client.get(address).status_code == 404
