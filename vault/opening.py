"""Opening: needs an identity and the place that the thing was sealed for.

It must never say why something did not open, and never open a thing in another place than its own.
"""

import io
import json
from collections.abc import Iterable
from typing import Any

from vault.body import read_body
from vault.contexts import Context
from vault.envelope import check_mac, recipient_stanzas
from vault.errors import CannotOpenError
from vault.header import Header, read_header
from vault.identities import Identity, Unwrapper
from vault.streams import ByteReader, Readable, Writable


def open_sealed(sealed: bytes, *, identity: Unwrapper, context: Context) -> bytes:
    """Open what :func:`vault.sealing.seal` made, whole or not at all.

    Raises:
        CannotOpenError: wrong identity, another place, changed, or malformed.
    """
    target = io.BytesIO()
    open_stream(io.BytesIO(sealed), target, identity=identity, context=context)
    return target.getvalue()


# The value is whatever was sealed; the caller knows its shape.
def open_json(sealed: bytes, *, identity: Unwrapper, context: Context) -> Any:  # noqa: ANN401 - JSON has no static type
    """Open what :func:`vault.sealing.seal_json` made, without its padding.

    Raises:
        CannotOpenError: as :func:`open_sealed`, or the content is not JSON.
    """
    plaintext = open_sealed(sealed, identity=identity, context=context)
    try:
        return json.loads(plaintext.decode("utf-8"))
    except (ValueError, RecursionError):
        raise CannotOpenError from None


def open_stream(source: Readable, target: Writable, *, identity: Unwrapper, context: Context) -> None:
    """Open a source in chunks of 64 KiB, each written to ``target`` when it has authenticated.

    Raises:
        CannotOpenError: as :func:`open_sealed`. The target may then hold an authentic beginning: drop it.
    """
    reader = ByteReader(source)
    read_body(open_header(reader, identity=identity, context=context), reader, target)


def open_header(reader: ByteReader, *, identity: Unwrapper, context: Context) -> bytes:
    """Read a header and give the file key: for this module and for vault/files.py, which reads the same files.

    Raises:
        CannotOpenError: as :func:`open_sealed`.
    """
    header = read_header(reader)
    file_key = _unwrap_file_key(header, identity, context)
    check_mac(header, file_key)
    return file_key


def find_opener(source: Readable, identities: Iterable[Identity], *, context: Context) -> Identity:
    """Find the identity that opens a source, by its header alone.

    Raises:
        CannotOpenError: none of them does.
    """
    header = read_header(ByteReader(source))
    for identity in identities:
        try:
            check_mac(header, _unwrap_file_key(header, identity, context))
        except CannotOpenError:
            continue
        return identity
    raise CannotOpenError


def open_identity(sealed: bytes, *, identity: Unwrapper, context: Context) -> Identity:
    """Open what :func:`vault.sealing.seal_identity` made.

    Raises:
        CannotOpenError: as :func:`open_sealed`, or the content is not an identity.
    """
    line = open_sealed(sealed, identity=identity, context=context)
    try:
        return Identity.from_text(line.decode("ascii").removesuffix("\n"))
    except UnicodeDecodeError:
        raise CannotOpenError from None


def _unwrap_file_key(header: Header, identity: Unwrapper, context: Context) -> bytes:
    for stanza in recipient_stanzas(header, context):
        file_key = identity.unwrap_file_key(stanza)
        if file_key is not None:
            return file_key
    raise CannotOpenError
