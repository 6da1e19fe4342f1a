"""The files of a case as a bundle takes them: proved to be what came in before the first byte leaves.

A file that is gone, does not open, or is another one than on the day it came is left out and named, with the reason:
one lost file must not keep the others from a lawyer. It must never be left out in silence, nor go in unproved.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from casework.errors import CaseworkError
from casework.files import FileEntry, list_files, open_stored
from casework.media_types import find_extension
from casework.opening import OpenedCase
from exports.bundles.bag import BagWriter, Payload
from exports.bundles.case_json import BundledFile
from exports.bundles.wording import ANOTHER, GONE, SHUT, UNKNOWN, WITHHELD
from exports.case_file import Variant
from exports.exhibits.cleaned import CleaningError, open_cleaned_copy
from exports.exhibits.drawing import ExhibitFile
from exports.productions import Production
from models.blobs import BlobMissingError, BlobStore
from vault.errors import CannotOpenError

#: The copies that get files as they were handed in, with all that cameras and phones wrote into them.
WHOLE_COPIES: Final = frozenset({Variant.FACTS, Variant.OFFICE})

_PORTION: Final = 64 * 1024


class FileChangedError(CaseworkError):
    """A file changed in the store while the bundle was written: the bundle is not whole and must not leave."""


@dataclass(frozen=True)
class EvidenceFile:
    """One exhibit of a copy: the entry of its file where it is in, and why where it is not."""

    number: int
    entry: FileEntry | None = field(repr=False, default=None)
    missing: str = ""


def list_evidence(store: BlobStore, case: OpenedCase, production: Production) -> tuple[EvidenceFile, ...]:
    """List the exhibits of a copy in its own order, each proved by reading it once.

    Raises:
        BlobStoreError: the store does not answer; a later try may go well.
    """
    entries = {entry.file.id: entry for entry in list_files(case) if entry.is_vouched}
    found = []
    for number, exhibit in enumerate(production.case_file.exhibits, 1):
        entry = entries.get(exhibit.id)
        missing = _find_fault(store, case, production, entry)
        found.append(EvidenceFile(number, None if missing else entry, missing))
    return tuple(found)


def _find_fault(store: BlobStore, case: OpenedCase, production: Production, entry: FileEntry | None) -> str:
    if entry is None:
        return UNKNOWN
    if entry.file.id in production.withheld_exhibits:
        return WITHHELD
    digest = hashlib.sha256()
    try:
        with open_stored(store, case, entry) as opener:
            for portion in opener.iterate(0, entry.file.length):
                digest.update(portion)
    except BlobMissingError:
        return GONE
    except CannotOpenError:
        return SHUT
    return "" if digest.hexdigest() == entry.file.sha256 else ANOTHER


def add_evidence(
    bag: BagWriter, store: BlobStore, case: OpenedCase, evidence: Sequence[EvidenceFile], *, is_cleaned: bool
) -> Iterator[BundledFile]:
    """Add the files of a copy to a bag, and tell what became of each: as they came in, or cleaned of hidden data.

    Raises:
        FileChangedError: a file is another one than when it was listed.
        BlobStoreError: the store does not answer.
    """
    for each in evidence:
        if each.entry is None:
            yield BundledFile(role="evidence", exhibit=each.number, missing=each.missing)
        elif is_cleaned:
            yield _add_cleaned(bag, store, case, each.number, each.entry)
        else:
            yield _add_whole(bag, store, case, each.number, each.entry)


def _add_whole(bag: BagWriter, store: BlobStore, case: OpenedCase, number: int, entry: FileEntry) -> BundledFile:
    path = _name_file(number, find_extension(entry.file.media_type))
    digest = bag.add(Payload(path, _stream(store, case, entry), entry.file.length))
    return BundledFile(role="evidence", path=path, sha256=digest, length=entry.file.length, exhibit=number)


def _add_cleaned(bag: BagWriter, store: BlobStore, case: OpenedCase, number: int, entry: FileEntry) -> BundledFile:
    file = ExhibitFile(entry.file.id, entry.file.kind, entry.file.media_type, entry.file.length)
    try:
        with open_stored(store, case, entry) as opener, open_cleaned_copy(opener, file) as copy:
            path = _name_file(number, copy.extension)
            digest = bag.add(Payload(path, iter(lambda: copy.content.read(_PORTION), b""), copy.length))
            return BundledFile(role="cleaned_copy", path=path, sha256=digest, length=copy.length, exhibit=number)
    except CleaningError as error:
        return BundledFile(role="cleaned_copy", exhibit=number, missing=error.words)
    except (BlobMissingError, CannotOpenError):
        raise FileChangedError from None


def _name_file(number: int, extension: str) -> str:
    """Its place in the bag: by the number of the exhibit, never by the name that it came with."""
    return f"evidence/exhibit-{number:03}.{extension}"


def _stream(store: BlobStore, case: OpenedCase, entry: FileEntry) -> Iterator[bytes]:
    digest = hashlib.sha256()
    try:
        with open_stored(store, case, entry) as opener:
            for portion in opener.iterate(0, entry.file.length):
                digest.update(portion)
                yield portion
    except (BlobMissingError, CannotOpenError):
        raise FileChangedError from None
    if digest.hexdigest() != entry.file.sha256:
        raise FileChangedError
