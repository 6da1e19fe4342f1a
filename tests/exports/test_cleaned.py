"""Cleaned copies: what is hidden in a photo, video or recording is gone, and what is seen and heard is as it was."""

from __future__ import annotations

import io
import json
import os
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image

from exports.exhibits import cleaned
from exports.exhibits.cleaned import MOST_BYTES, CleaningError, can_clean, check_plain_png, open_cleaned_copy
from exports.exhibits.drawing import ExhibitFile
from tests.exports.made_files import DEVICE, HIDDEN, Bytes, make_photo, make_recording

VIDEO = ("-c:v", "mpeg4", "-c:a", "aac")
FORMS = [
    ("a.mp4", "video/mp4", (*VIDEO, "-movflags", "use_metadata_tags")),
    ("a.mov", "video/quicktime", (*VIDEO, "-movflags", "use_metadata_tags")),
    ("a.3gp", "video/3gpp", VIDEO),
    ("a.mkv", "video/x-matroska", VIDEO),
    ("a.avi", "video/x-msvideo", ("-c:v", "mpeg4", "-c:a", "pcm_s16le")),
    ("a.webm", "video/webm", ("-c:v", "libvpx", "-c:a", "libopus")),
    ("a.ogv", "video/ogg", ("-c:v", "libtheora", "-c:a", "libvorbis")),
    ("a.m4a", "audio/mp4", ("-c:a", "aac")),
    ("a.mp3", "audio/mpeg", ("-c:a", "libmp3lame")),
    ("a.ogg", "audio/ogg", ("-c:a", "libvorbis")),
    ("a.wav", "audio/wav", ()),
    ("a.flac", "audio/flac", ()),
    ("a.aac", "audio/aac", ("-c:a", "aac", "-write_id3v2", "1")),
    ("a.mka", "audio/x-matroska", ("-c:a", "aac")),
]


def clean(content: bytes, kind: str, media_type: str) -> bytes:
    """The cleaned copy of a file of this content."""
    file = ExhibitFile("exhibit", kind, media_type, len(content))
    with open_cleaned_copy(Bytes(content), file) as copy:
        made = copy.content.read()
        assert copy.length == len(made)
    assert copy.content.closed
    return made


def read_streams(path: Path) -> list[str]:
    """A digest of the packets of each stream of sound and pictures, as they are stored."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:V?", "-map", "0:a?", "-c", "copy"]
    done = subprocess.run([*command, "-f", "streamhash", "-"], check=True, capture_output=True, timeout=30)
    return sorted(line.partition(b",")[2].decode() for line in done.stdout.splitlines())


def read_tags(path: Path) -> str:
    """All that ffprobe knows of a file beside its streams."""
    command = ["ffprobe", "-v", "error", "-show_format", "-show_chapters", "-show_streams", "-of", "json", str(path)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=30).stdout)
    told["format"].pop("filename")
    return json.dumps(told)


@pytest.mark.parametrize(("name", "media_type", "options"), FORMS, ids=[form[0] for form in FORMS])
def test_recording_keeps_its_streams_and_loses_the_rest(
    tmp_path: Path, name: str, media_type: str, options: tuple[str, ...]
) -> None:
    """Sound and pictures of each kind are the same, packet by packet; place, device, title and chapters are gone."""
    kind = media_type.partition("/")[0]
    content = make_recording(tmp_path / name, *options, with_picture=kind == "video")
    copy = clean(content, kind, media_type)
    path = tmp_path / f"copy-{name}"
    path.write_bytes(copy)
    assert read_streams(path) == read_streams(tmp_path / name)
    for hidden in (HIDDEN, DEVICE.encode(), b"41.2584", b"2026-05-01"):
        assert hidden not in copy, hidden
    assert json.loads(read_tags(path))["chapters"] == []
    if name != "a.wav":
        assert HIDDEN in content or DEVICE.encode() in content
    assert clean(content, kind, media_type) == copy


def test_tracks_of_data_and_attached_pictures_go(tmp_path: Path) -> None:
    """A picture that is attached to a recording, and subtitles in it, are not in the copy."""
    picture, subtitles = tmp_path / "cover.jpg", tmp_path / "a.srt"
    picture.write_bytes(make_photo())
    subtitles.write_text("1\n00:00:00,000 --> 00:00:01,000\n41.2584 -96.0019\n", encoding="utf-8")
    sound = tmp_path / "sound.m4a"
    make_recording(sound, "-c:a", "aac")
    command = ["ffmpeg", "-v", "error", "-i", str(sound), "-i", str(picture), "-i", str(subtitles), "-map", "0:a"]
    command += ["-map", "1:v", "-map", "2:s", "-c:a", "copy", "-c:v", "copy", "-c:s", "mov_text"]
    target = tmp_path / "with.mp4"
    subprocess.run([*command, "-disposition:v:0", "attached_pic", str(target)], check=True, timeout=30)
    content = target.read_bytes()
    assert b"41.2584 -96" in content
    assert HIDDEN in content
    copy = clean(content, "audio", "audio/mp4")
    assert b"41.2584 -96" not in copy
    assert HIDDEN not in copy
    assert b"\xff\xd8\xff" not in copy


@pytest.mark.parametrize(("form", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_photo_is_made_anew_in_its_full_size(form: str, media_type: str) -> None:
    """A photo keeps its size and its pixels, upright, and loses place, device, comment and all else."""
    content = make_photo(form)
    assert DEVICE.encode() in content
    copy = clean(content, "photo", media_type)
    for hidden in (HIDDEN, DEVICE.encode(), b"Exif", b"Telefono"):
        assert hidden not in copy
    with Image.open(io.BytesIO(copy)) as image:
        assert image.format == ("PNG" if form == "PNG" else "JPEG")
        assert image.size == (400, 800)
        assert not image.getexif()
        red, _green, blue = image.convert("RGB").getpixel((200, 100))  # type: ignore[misc]  # Pillow types any mode
        assert blue > red


@pytest.mark.parametrize(
    ("content", "kind", "media_type"),
    [
        (b"\xff\xd8\xff no photo", "photo", "image/jpeg"),
        (b"no video", "video", "video/mp4"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "video", "video/mp4"),
        (b"ffconcat version 1.0\nfile '/etc/passwd'\n", "audio", "audio/mpeg"),
        (b"", "audio", "audio/ogg"),
        (b"%PDF-1.7", "pdf", "application/pdf"),
        (b"hola", "text", "text/plain"),
    ],
)
def test_what_cannot_be_cleaned_gives_no_copy(content: bytes, kind: str, media_type: str) -> None:
    """Broken files, lists of addresses and files of other kinds have no cleaned copy, and a sentence says so."""
    with pytest.raises(CleaningError) as caught:
        clean(content, kind, media_type)
    assert caught.value.words.endswith("so it is not in this copy.") or "so the file is not in" in caught.value.words


def test_file_that_is_too_large_is_not_even_read() -> None:
    """A recording that would not fit into memory twice is refused before a byte of it is opened."""
    file = ExhibitFile("exhibit", "video", "video/mp4", MOST_BYTES + 1)

    class Unread:
        def iterate(self, start: int, end: int) -> Iterator[bytes]:
            raise AssertionError(start, end)

    with pytest.raises(CleaningError, match="too_large"), open_cleaned_copy(Unread(), file):
        pass


def test_program_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program that never ends is dead when its time is over, and there is no copy."""
    program = tmp_path / "hanging.py"
    marker = tmp_path / "pid"
    program.write_text(f"import os, time\nopen({str(marker)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)\n")
    monkeypatch.setattr(cleaned, "_COPYING_CHILD", program)
    file = ExhibitFile("exhibit", "audio", "audio/wav", 4)
    with pytest.raises(CleaningError, match="late"), open_cleaned_copy(Bytes(b"RIFF"), file, seconds=6):
        pass
    with pytest.raises(ProcessLookupError):
        os.kill(int(marker.read_text(encoding="utf-8")), 0)


def test_nothing_is_left_on_the_disk_or_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Making a copy leaves no file in the folder for temporary ones, and no file open here."""
    content = make_recording(tmp_path / "a.mp4", *VIDEO, with_picture=True)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    before = len(list(Path("/proc/self/fd").iterdir()))
    assert sha256(clean(content, "video", "video/mp4")).digest()
    assert list(folder.iterdir()) == []
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize("chunk", [b"tEXt", b"eXIf", b"iTXt", b"prVt"])
def test_png_with_anything_more_is_refused(chunk: bytes) -> None:
    """A PNG from a child that was taken over passes only with header, pixels and end."""
    target = io.BytesIO()
    Image.new("RGB", (3, 3)).save(target, "PNG")
    plain = target.getvalue()
    check_plain_png(plain)
    for bad in (plain[:33] + b"\x00\x00\x00\x01" + chunk + b"xCRC!" + plain[33:], plain + b"more", plain[:-12], b"x"):
        with pytest.raises(ValueError):  # noqa: PT011  # it says nothing, whatever is wrong
            check_plain_png(bad)


def test_kinds_that_can_be_cleaned() -> None:
    """Photos and the recordings that phones make can be cleaned; papers cannot, their pages are drawn instead."""
    assert can_clean("photo", "image/heic")
    assert can_clean("video", "video/quicktime")
    assert not can_clean("pdf", "application/pdf")
    assert not can_clean("video", "video/unheard-of")
