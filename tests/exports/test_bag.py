"""Bags: the reference program for BagIt accepts them, the same content gives the same bytes, and names are ours."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import bagit
import pytest

from exports.bundles.bag import BadPathError, BagInfo, BagWriter, Payload

INFO = BagInfo(
    source_organization="Meadowlark Legal Aid",
    external_identifier="7K2M-94PD",
    description="Facts copy",
    bagged_on=date(2026, 11, 23),
)


class OnlyWrites:
    """A sink that can do nothing but take bytes, as a socket."""

    def __init__(self) -> None:
        self.content = bytearray()

    def write(self, data: bytes, /) -> None:
        """Take bytes."""
        self.content += data


def make_bag(*payloads: Payload, info: BagInfo = INFO) -> bytes:
    """Write a whole bag and return its bytes."""
    sink = OnlyWrites()
    with BagWriter(sink, name="case-7K2M-94PD-facts") as writer:
        for payload in payloads:
            writer.add(payload)
        writer.finish(info)
    return bytes(sink.content)


def unpack(content: bytes, folder: Path) -> Path:
    """Unpack a bag with another program, and return its folder."""
    path = folder / "bag.zip"
    path.write_bytes(content)
    subprocess.run(["unzip", "-q", f"{path}", "-d", f"{folder}"], check=True, capture_output=True)
    return folder / "case-7K2M-94PD-facts"


def validate(folder: Path) -> subprocess.CompletedProcess[str]:
    """Have bagit.py judge a folder."""
    command = [sys.executable, f"{bagit.__file__}", "--validate", f"{folder}"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def give(portions: int, size: int) -> Iterator[bytes]:
    """Give so many portions, each of its own bytes."""
    for number in range(portions):
        yield bytes([number % 256]) * size


PAYLOADS = (
    Payload("README.txt", [b"Read me"]),
    Payload("evidence/exhibit-001.jpg", [b"half", b"", b"other half"]),
    Payload("empty.txt", []),
)


def test_the_reference_program_accepts_it(tmp_path: Path) -> None:
    """bagit.py finds manifests, tag manifest and Oxum whole and valid."""
    folder = unpack(make_bag(*PAYLOADS), tmp_path)
    done = validate(folder)
    assert done.returncode == 0, done.stderr
    bag = bagit.Bag(f"{folder}")
    assert bag.info["Payload-Oxum"] == "21.3"
    assert bag.info["Bagging-Date"] == "2026-11-23"
    assert (folder / "data/evidence/exhibit-001.jpg").read_bytes() == b"halfother half"
    assert (folder / "tagmanifest-sha256.txt").exists()


@pytest.mark.parametrize("name", ["data/README.txt", "bag-info.txt", "manifest-sha256.txt"])
def test_the_reference_program_finds_a_change(name: str, tmp_path: Path) -> None:
    """A changed payload, a changed tag file and a changed manifest are each found: the check can fail."""
    folder = unpack(make_bag(*PAYLOADS), tmp_path)
    target = folder / name
    target.chmod(0o600)
    target.write_bytes(target.read_bytes().replace(b"e", b"f", 1))
    assert validate(folder).returncode != 0


def test_the_same_content_gives_the_same_bytes() -> None:
    """However the bytes arrive, and whenever, a bag of the same files is the same to the byte."""
    once = make_bag(Payload("a.txt", [b"one two"]), Payload("b.txt", [b"x"]))
    again = make_bag(Payload("a.txt", [b"one", b" ", b"two"]), Payload("b.txt", iter([b"x"])))
    assert once == again


def test_tells_what_it_wrote() -> None:
    """The facts of a finished bag hold files, length and each SHA-256; adding gives the SHA-256 at once."""
    writer = BagWriter(OnlyWrites(), name="bag")
    digest = writer.add(Payload("a.txt", [b"one", b"two"]))
    facts = writer.finish(INFO)
    assert digest == hashlib.sha256(b"onetwo").hexdigest()
    assert (facts.files, facts.length, facts.digests) == (1, 6, {"data/a.txt": digest})


def test_streams_without_holding_a_payload() -> None:
    """A payload of 64 MiB passes through in less than 4 MiB of memory."""

    class Nowhere:
        def write(self, data: bytes, /) -> None:
            """Forget it."""

    with BagWriter(Nowhere(), name="bag") as writer:
        tracemalloc.start()
        try:
            writer.add(Payload("evidence/exhibit-001.mp4", give(1024, 64 * 1024), 64 << 20))
            assert tracemalloc.get_traced_memory()[1] < 4 << 20
        finally:
            tracemalloc.stop()
        assert writer.finish(INFO).length == 64 << 20


def test_a_payload_beyond_two_gigabytes_gets_the_larger_fields() -> None:
    """What may be too long for plain ZIP fields is written with those of ZIP64, decided by the length that is told."""
    small, large = make_bag(Payload("a.bin", [b"x"], 1 << 20)), make_bag(Payload("a.bin", [b"x"], 5 << 30))
    assert len(large) > len(small)
    with zipfile.ZipFile(io.BytesIO(large)) as archive:
        assert archive.read("case-7K2M-94PD-facts/data/a.bin") == b"x"
        assert archive.testzip() is None


@pytest.mark.parametrize(
    "path",
    [
        *("", "/etc/passwd", "../up.txt", "a/../b", ".hidden", "a//b", "a/", "a\\b", "a b", "50%.txt", "line\nend"),
        *("dir/return\r", "\u202egpj.exe", "grabación.mp4", "x" * 65, "/".join(["x" * 60] * 4), "aux", "con.txt"),
        *("a.", "-rf", "C:x", "nul/x.txt", "COM1.jpg"),
    ],
)
def test_refuses_names_that_are_not_ours(path: str) -> None:
    """No path out of the bag, no odd sign, no line end, no device, nothing hidden or endless; no error repeats it."""
    with BagWriter(OnlyWrites(), name="bag") as writer, pytest.raises(BadPathError) as refusal:
        writer.add(Payload(path, [b"x"]))
    assert len(path) < 4 or path not in str(refusal.value)
    if path:
        with pytest.raises(BadPathError):
            BagWriter(OnlyWrites(), name=path)


def test_refuses_two_files_of_one_name() -> None:
    """Two paths that differ in capitals only would be one file on some systems."""
    with BagWriter(OnlyWrites(), name="bag") as writer:
        writer.add(Payload("a.txt", [b"x"]))
        with pytest.raises(BadPathError):
            writer.add(Payload("A.TXT", [b"y"]))


def test_a_bag_that_broke_off_is_none() -> None:
    """When a payload fails in the middle, what was written is no ZIP, and it gets no directory."""

    def break_off() -> Iterator[bytes]:
        yield b"half"
        raise LookupError

    sink = OnlyWrites()
    with pytest.raises(LookupError), BagWriter(sink, name="bag") as writer:
        writer.add(Payload("a.txt", break_off()))
    assert not zipfile.is_zipfile(io.BytesIO(bytes(sink.content)))
    assert b"PK\x01\x02" not in sink.content
    assert b"PK\x05\x06" not in sink.content


def test_a_label_cannot_begin_another(tmp_path: Path) -> None:
    """Line ends and hidden signs in an office's name do not reach bag-info.txt."""
    name = "Ayuda\r\nBagging-Date: 1999-01-01\u2028x\u202e legal ñ"
    info = BagInfo(source_organization=name, external_identifier="x", description="", bagged_on=date(2026, 11, 23))
    folder = unpack(make_bag(Payload("a.txt", [b"x"]), info=info), tmp_path)
    assert validate(folder).returncode == 0
    bag = bagit.Bag(f"{folder}")
    assert bag.info["Bagging-Date"] == "2026-11-23"
    assert bag.info["Source-Organization"] == "Ayuda Bagging-Date: 1999-01-01 x legal ñ"


def test_two_hundred_files(tmp_path: Path) -> None:
    """A bag of 200 files is as valid as one of three."""
    payloads = (Payload(f"evidence/exhibit-{number:03}.jpg", [bytes([number])]) for number in range(200))
    folder = unpack(make_bag(*payloads), tmp_path)
    assert validate(folder).returncode == 0
    assert len(list((folder / "data/evidence").iterdir())) == 200
