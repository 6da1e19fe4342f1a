"""A bag (BagIt 1.0, RFC 8493) with SHA-256 manifests, written as one ZIP while its content streams by.

It must never write to disk, nor hold more of a payload than one portion, nor give a file a name that somebody typed:
names here are ours, so no case's name and no odd character ever stands in one. The same content gives the same bytes.
"""

import hashlib
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import IO, Final, Protocol, Self, cast

# Letters, digits and three signs, in segments that no system reads as something else (a device, a parent, a hidden
# file). RFC 8493, section 2.1.3, asks to write CR, LF and "%" in another way: here they cannot stand at all.
_SEGMENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}(?<!\.)")
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_LONGEST_PATH: Final = 200
# The oldest moment that a ZIP can hold: when a bag was made stands in bag-info.txt, as a day.
_STAMP: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_READ_ONLY: Final = 0o100444 << 16
# From here on a member needs the larger fields of ZIP64, which must be decided before its first byte.
_ZIP64_FROM: Final = (1 << 31) - 1
_DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


class Sink(Protocol):
    """Where a bag goes: anything that takes all bytes it is given."""

    def write(self, data: bytes, /) -> object:
        """Take these bytes."""


class BadPathError(ValueError):
    """A path that may not stand in a bag, or stands there twice. The message does not repeat it."""


@dataclass(frozen=True)
class Payload:
    """One file of a bag: where it lies under `data/`, and its bytes.

    ``length`` in bytes, at least roughly, must be given for what may be over 2 GiB.
    """

    path: str
    portions: Iterable[bytes] = field(repr=False)
    length: int = 0


@dataclass(frozen=True, kw_only=True)
class BagInfo:
    """What bag-info.txt says (RFC 8493, section 2.2.2). ``more`` are further labels of our own."""

    source_organization: str
    external_identifier: str
    description: str
    bagged_on: date
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class BagFacts:
    """What a finished bag holds: how many payload files, their bytes in all, and SHA-256 in hexadecimal by path."""

    files: int
    length: int
    digests: Mapping[str, str] = field(repr=False)


class BagWriter:
    """Writes a bag into a sink: ``add`` each payload, then ``finish``; as a context, for what goes wrong between.

    A bag that was not finished lacks its manifests and the end of its ZIP, so nothing takes it for a whole one.
    """

    def __init__(self, sink: Sink, *, name: str) -> None:
        """Begin a bag whose folder in the ZIP has this name.

        Raises:
            BadPathError: the name has a character that is not ours.
        """
        _check_path(name)
        self._root = name
        # Handed on without a way to seek: the same bytes come out whether the sink is a file, a pipe or a socket.
        self._onward = _Onward(sink)
        self._archive = zipfile.ZipFile(cast("IO[bytes]", self._onward), "w", zipfile.ZIP_STORED)
        self._digests: dict[str, str] = {}
        self._tags: dict[str, str] = {}
        self._seen: set[str] = set()
        self._length = 0
        self._put_tag("bagit.txt", _DECLARATION)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_reason: object) -> None:
        # After `finish` there is nothing to stop. Before it, the ZIP would write its end all the same when it is freed.
        self._onward.stop()
        self._archive.close()

    def add(self, payload: Payload) -> str:
        """Write one payload and return its SHA-256 in hexadecimal.

        Raises:
            BadPathError: the path is not ours, or there is one already that differs at most in capitals.
        """
        _check_path(payload.path)
        if payload.path.lower() in self._seen:
            raise BadPathError("Two files of a bag have the same path.")
        self._seen.add(payload.path.lower())
        path = f"data/{payload.path}"
        length, self._digests[path] = self._put(path, payload.portions, payload.length)
        self._length += length
        return self._digests[path]

    def finish(self, info: BagInfo) -> BagFacts:
        """Write what describes the payloads, and end the ZIP."""
        self._put_tag("manifest-sha256.txt", _write_manifest(self._digests))
        self._put_tag("bag-info.txt", self._write_info(info))
        self._put("tagmanifest-sha256.txt", [_write_manifest(self._tags)], 0)
        self._archive.close()
        return BagFacts(len(self._digests), self._length, dict(self._digests))

    def _put_tag(self, path: str, content: bytes) -> None:
        self._tags[path] = self._put(path, [content], len(content))[1]

    def _put(self, path: str, portions: Iterable[bytes], expected: int) -> tuple[int, str]:
        member = zipfile.ZipInfo(f"{self._root}/{path}", _STAMP)
        member.create_system = _UNIX
        member.external_attr = _READ_ONLY
        length, digest = 0, hashlib.sha256()
        with self._archive.open(member, "w", force_zip64=expected > _ZIP64_FROM) as target:
            for portion in portions:
                target.write(portion)
                digest.update(portion)
                length += len(portion)
        return length, digest.hexdigest()

    def _write_info(self, info: BagInfo) -> bytes:
        labels = {
            "Source-Organization": info.source_organization,
            "Bagging-Date": info.bagged_on.isoformat(),
            "External-Identifier": info.external_identifier,
            "External-Description": info.description,
            "Bag-Software-Agent": "Testimonio",
            "Payload-Oxum": f"{self._length}.{len(self._digests)}",
            **info.more,
        }
        lines = (f"{label}: {_write_on_one_line(value)}\n" for label, value in labels.items())
        return "".join(lines).encode("utf-8")


def _check_path(path: str) -> None:
    segments = path.split("/")
    if len(path) > _LONGEST_PATH or not all(_SEGMENT.fullmatch(each) for each in segments):
        raise BadPathError("A path in a bag has letters, digits, dots, dashes and low lines only.")
    if any(_DEVICES.fullmatch(each) for each in segments):
        raise BadPathError("A path in a bag must not name a device.")


def _write_manifest(digests: Mapping[str, str]) -> bytes:
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests)).encode("ascii")


def _write_on_one_line(value: str) -> str:
    """A value as bag-info.txt can hold it: a line's end in it would begin a label of its own."""
    shown = (
        character if unicodedata.category(character)[0] != "C" and character not in "\u2028\u2029" else " "
        for character in value
    )
    return " ".join("".join(shown).split())


class _Onward:
    """Hands bytes on and can do nothing else, so that the ZIP is written straight through."""

    def __init__(self, sink: Sink) -> None:
        self._sink: Sink | None = sink

    def write(self, data: bytes, /) -> int:
        if self._sink is not None:
            self._sink.write(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def stop(self) -> None:
        """Hand nothing on any more."""
        self._sink = None
