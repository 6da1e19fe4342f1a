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
from exports.bundles.bag import Payload
from exports.bundles.case_json import BundledFile
from exports.case_file import Variant
from exports.productions import Production
from models.blobs import BlobMissingError, BlobStore
from vault.errors import CannotOpenError

#: The copies that get files as they were handed in, with all that cameras and phones wrote into them.
WHOLE_COPIES: Final = frozenset({Variant.FACTS, Variant.OFFICE})

GONE: Final = "This file is not in the store any more."
SHUT: Final = "What is stored does not open: it was changed or cut, or is sealed to another key."
ANOTHER: Final = "What is stored is not the file that came in: its SHA-256 is another one. It is left out."
UNKNOWN: Final = "The case does not name this file any more."
WITHHELD: Final = "The content of this file is left out of this copy."
NOT_CLEANED: Final = "This copy takes no files as they came in, because of what cameras and phones write into them."


class FileChangedError(CaseworkError):
    """A file changed in the store while the bundle was written: the bundle is not whole and must not leave."""


@dataclass(frozen=True)
class EvidenceFile:
    """One exhibit of a copy: the entry of its file where it is in, and why where it is not."""

    number: int
    entry: FileEntry | None = field(repr=False, default=None)
    missing: str = ""

    @property
    def path(self) -> str:
        """Its place in the bag: by its number, never by the name that it came with."""
        media_type = self.entry.file.media_type if self.entry else ""
        return f"evidence/exhibit-{self.number:03}.{find_extension(media_type)}"


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
    if production.variant not in WHOLE_COPIES:
        return NOT_CLEANED
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


def make_payload(store: BlobStore, case: OpenedCase, evidence: EvidenceFile) -> Payload:
    """Make the payload of an exhibit that is in; reading it raises FileChangedError where it is another one by now."""
    assert evidence.entry is not None
    portions = _stream(store, case, evidence.entry)
    return Payload(evidence.path, portions, evidence.entry.file.length)


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


def describe_missing(evidence: Sequence[EvidenceFile]) -> tuple[BundledFile, ...]:
    """What case.json says of exhibits that are not in."""
    return tuple(
        BundledFile(role="evidence", exhibit=each.number, missing=each.missing) for each in evidence if each.missing
    )
