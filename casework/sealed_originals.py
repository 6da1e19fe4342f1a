"""What the reporter gave, as it lies sealed in the store, with the key that opens it: for a court's expert.

Only the case's report identity may leave, and only those of its generations that something here needs. The work
identity, which opens what the office wrote, must never leave; nor anything that is sealed to it.
"""

import hashlib
import io
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, Final

from sqlalchemy import Row

from casework.bundled_evidence import FileChangedError
from casework.caseworker import Caseworker
from casework.files import FileEntry, list_files
from casework.media_types import find_extension
from casework.opening import OpenedCase
from exports.bundles.bag import Payload
from exports.bundles.tables import write_csv
from exports.bundles.wording import (
    IDENTITY_FILE,
    ORIGINALS_FOLDER,
    ORIGINALS_PAGE,
    ORIGINALS_PAGE_ON_FILES,
    ORIGINALS_WARNING,
)
from models.blobs import BlobMissingError, BlobStore
from models.cases import list_sealed_items
from models.engine import read
from vault.contexts import Context
from vault.errors import CannotOpenError
from vault.identities import Identity
from vault.opening import find_opener

_PORTION: Final = 64 * 1024


@dataclass(frozen=True)
class SealedOriginal:
    """One sealed file: its name here and when opened, which identity opens it, and what is true of it.

    It is in ``sealed``, or in the store under ``blob_id``. ``length`` and ``sha256`` are of a file before padding.
    """

    name: str
    opened_name: str
    opener: Identity = field(repr=False)
    sealed_sha256: str
    sealed_length: int
    sealed: bytes = field(repr=False, default=b"")
    blob_id: str = ""
    length: int = 0
    sha256: str = ""


def list_originals(caseworker: Caseworker, store: BlobStore, case: OpenedCase) -> tuple[SealedOriginal, ...]:
    """List what the ledger vouches for and the report identity opens: report, messages, files, in that order.

    A file that is gone or does not open is left out; that it is missing stands with the evidence.

    Raises:
        BlobStoreError: the store does not answer.
    """
    with read(caseworker.engine) as connection:
        rows = [row for row in list_sealed_items(connection, case.id) if case.ledger.vouches_for(row)]
    reports = [row for row in rows if row.kind == "report"]
    order = {item.id: number for number, item in enumerate(case.items)}
    messages = sorted((row for row in rows if row.kind == "message"), key=lambda row: order[row.id])
    found = [_take_item(case, row, "report") for row in reports]
    found += [_take_item(case, row, f"message-{number:03}") for number, row in enumerate(messages, 1)]
    entries = [entry for entry in list_files(case) if entry.is_vouched]
    found += [_take_file(store, case, entry, number) for number, entry in enumerate(entries, 1)]
    return tuple(each for each in found if each is not None)


def _take_item(case: OpenedCase, row: Row[Any], name: str) -> SealedOriginal | None:
    context = Context(row.kind, (case.id, row.id))
    try:
        opener = find_opener(io.BytesIO(row.sealed), _list_identities(case), context=context)
    except CannotOpenError:
        return None
    digest = hashlib.sha256(row.sealed).hexdigest()
    return SealedOriginal(f"{name}.age", f"{name}.json", opener, digest, len(row.sealed), sealed=bytes(row.sealed))


def _take_file(store: BlobStore, case: OpenedCase, entry: FileEntry, number: int) -> SealedOriginal | None:
    context = Context("file", (case.id, entry.file.id))
    digest, length = hashlib.sha256(), 0
    try:
        with store.open(entry.file.id) as source:
            opener = find_opener(source, _list_identities(case), context=context)
            source.seek(0)
            for portion in _iterate(source):
                digest.update(portion)
                length += len(portion)
    except (BlobMissingError, CannotOpenError):
        return None
    name = f"exhibit-{number:03}"
    return SealedOriginal(
        f"{name}.age",
        f"{name}.{find_extension(entry.file.media_type)}",
        opener,
        digest.hexdigest(),
        length,
        blob_id=entry.file.id,
        length=entry.file.length,
        sha256=entry.file.sha256,
    )


def _list_identities(case: OpenedCase) -> tuple[Identity, ...]:
    return case.report_keyring.list_identities() if case.report_keyring else ()


def _iterate(source: IO[bytes]) -> Iterator[bytes]:
    while portion := source.read(_PORTION):
        yield portion


def make_payloads(store: BlobStore, case: OpenedCase, originals: tuple[SealedOriginal, ...]) -> Iterator[Payload]:
    """Make the payloads: what is sealed, the identities that it needs, and how to open it.

    Reading a file raises FileChangedError where it is another one than when it was listed.
    """
    for each in originals:
        portions = _stream(store, each) if each.blob_id else [each.sealed]
        yield Payload(f"{ORIGINALS_FOLDER}/{each.name}", portions, each.sealed_length)
    # Those that something here needs, newest first: a key that opens nothing of this stays in the house.
    needed = [identity for identity in _list_identities(case) if any(each.opener is identity for each in originals)]
    lines = "".join(f"{identity.to_text()}\n" for identity in needed)
    for name, content in (
        (IDENTITY_FILE, lines.encode("ascii")),
        ("contents.csv", _write_contents(originals)),
        ("README.txt", _write_readme(originals).encode()),
    ):
        yield Payload(f"{ORIGINALS_FOLDER}/{name}", [content], len(content))


def _stream(store: BlobStore, original: SealedOriginal) -> Iterator[bytes]:
    digest = hashlib.sha256()
    try:
        with store.open(original.blob_id) as source:
            for portion in _iterate(source):
                digest.update(portion)
                yield portion
    except BlobMissingError:
        raise FileChangedError from None
    if digest.hexdigest() != original.sealed_sha256:
        raise FileChangedError


def _write_contents(originals: tuple[SealedOriginal, ...]) -> bytes:
    header = ["sealed_file", "sealed_sha256", "opens_to", "true_length", "sha256"]
    rows = ([each.name, each.sealed_sha256, each.opened_name, each.length, each.sha256] for each in originals)
    return write_csv(header, rows)


def _write_readme(originals: tuple[SealedOriginal, ...]) -> str:
    lines = [ORIGINALS_PAGE.format(warning=_fold(ORIGINALS_WARNING))]
    items = [each for each in originals if not each.blob_id]
    files = [each for each in originals if each.blob_id]
    lines += [f"    age -d -i {IDENTITY_FILE} -o {each.opened_name} {each.name}\n" for each in items]
    lines += [ORIGINALS_PAGE_ON_FILES] if files else []
    for each in files:
        padded = each.name.replace(".age", ".padded")
        lines.append(f"    age -d -i {IDENTITY_FILE} -o {padded} {each.name}\n")
        lines.append(f"    head -c {each.length} {padded} > {each.opened_name}\n")
    return "".join(lines)


def _fold(words: str) -> str:
    return "\n".join(textwrap.wrap(words, 80))
