"""The head of an age file: version, stanzas, MAC. Read strictly, written in the one way there is.

What may stand in it is said in docs/envelope-format.md and at https://age-encryption.org/v1. It knows bytes, not keys,
and it must never accept two writings of one header: what the MAC covers is what was read.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vault.errors import CannotOpenError
from vault.streams import ByteReader

VERSION_LINE: Final = b"age-encryption.org/v1"
MAX_STANZAS: Final = 129  # the context and 128 recipients
MAX_HEADER_BYTES: Final = 256 * 1024
MAX_LINE_BYTES: Final = 2048
MAC_BYTES: Final = 32

_COLUMNS: Final = 64
_ARGUMENTS = re.compile(rb"[!-~]+(?: [!-~]+)*")


@dataclass(frozen=True)
class Stanza:
    """One stanza: its type, its other arguments (printable ASCII without spaces), and its body."""

    kind: str
    arguments: tuple[str, ...]
    body: bytes


@dataclass(frozen=True)
class Header:
    """A header as it was read: the stanzas, the bytes that the MAC covers, and the MAC."""

    stanzas: tuple[Stanza, ...]
    covered: bytes
    mac: bytes


def encode_base64(data: bytes) -> bytes:
    """Write bytes as base64 without padding (RFC 4648, section 4, as age wants it)."""
    return base64.b64encode(data).rstrip(b"=")


def decode_base64(text: bytes) -> bytes:
    """Read base64 without padding in its one canonical writing.

    Raises:
        CannotOpenError: a foreign character, padding, or bits that do not belong.
    """
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise CannotOpenError from None
    if encode_base64(data) != text:
        raise CannotOpenError
    return data


def write_covered(stanzas: Sequence[Stanza]) -> bytes:
    """Write everything that the MAC covers: from the version line up to and with the three dashes."""
    lines = [VERSION_LINE]
    for stanza in stanzas:
        lines.append(" ".join(("->", stanza.kind, *stanza.arguments)).encode("ascii"))
        body = encode_base64(stanza.body)
        # The last line of a body is always short, if need be empty: that is how a reader knows the end.
        lines.extend(body[start : start + _COLUMNS] for start in range(0, len(body) + 1, _COLUMNS))
    return b"\n".join([*lines, b"---"])


def write_header(covered: bytes, mac: bytes) -> bytes:
    """Put the MAC behind what it covers."""
    return b"".join((covered, b" ", encode_base64(mac), b"\n"))


def read_header(reader: ByteReader) -> Header:
    """Read a header and leave the reader at the first byte of the payload.

    Raises:
        CannotOpenError: anything but a well-formed age v1 header within the limits on lines, stanzas and size.
    """
    if reader.read_line(MAX_LINE_BYTES) != VERSION_LINE:
        raise CannotOpenError
    lines = [VERSION_LINE]
    stanzas: list[Stanza] = []
    size = len(VERSION_LINE) + 1
    line = reader.read_line(MAX_LINE_BYTES)
    while line.startswith(b"-> "):
        body_lines = _read_body_lines(reader)
        stanzas.append(_parse_stanza(line, body_lines))
        lines += [line, *body_lines]
        size += len(line) + 1 + sum(len(each) + 1 for each in body_lines)
        if len(stanzas) > MAX_STANZAS or size > MAX_HEADER_BYTES:
            raise CannotOpenError
        line = reader.read_line(MAX_LINE_BYTES)
    dashes, _, mac_text = line.partition(b" ")
    mac = decode_base64(mac_text)
    if dashes != b"---" or len(mac) != MAC_BYTES:
        raise CannotOpenError
    return Header(tuple(stanzas), b"\n".join([*lines, b"---"]), mac)


def _read_body_lines(reader: ByteReader) -> list[bytes]:
    lines: list[bytes] = []
    while len(lines) <= MAX_LINE_BYTES:
        lines.append(reader.read_line(_COLUMNS))
        if len(lines[-1]) < _COLUMNS:
            return lines
    raise CannotOpenError


def _parse_stanza(line: bytes, body_lines: list[bytes]) -> Stanza:
    if not _ARGUMENTS.fullmatch(line, 3):
        raise CannotOpenError
    kind, *arguments = line[3:].decode("ascii").split(" ")
    return Stanza(kind, tuple(arguments), decode_base64(b"".join(body_lines)))
