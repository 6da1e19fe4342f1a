"""Blobs: sealed files by id, through one small interface; a folder by default, S3-compatible storage by configuration.

What is written here is ciphertext already. A blob is whole or it does not exist: it appears under its id only when
`commit` has made it durable.
"""

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from sqlalchemy import Connection, Row, delete, insert, select

from models.tables import blobs


class BlobMissingError(Exception):
    """There is no blob under this id."""


class BlobStoreError(Exception):
    """The store cannot take or give blobs now: full, read-only or not answering. Carries no content."""


class BlobWriter(Protocol):
    """A blob being written."""

    def write(self, data: bytes, /) -> object:
        """Take the next bytes. Raises BlobStoreError."""

    def commit(self) -> None:
        """Make the blob durable under its id. Raises BlobStoreError; then there is no blob."""

    def abort(self) -> None:
        """Leave nothing behind; after `commit` it does nothing."""


class BlobStore(Protocol):
    """Where blobs lie."""

    def begin(self, blob_id: str) -> BlobWriter:
        """Begin a blob. Raises BlobStoreError."""

    def open(self, blob_id: str) -> BinaryIO:
        """Open a blob for reading at any place. Raises BlobMissingError, BlobStoreError."""

    def delete(self, blob_id: str) -> None:
        """Delete a blob; one that does not exist is deleted already. Raises BlobStoreError."""

    def list_old(self, seconds: float) -> Iterator[str]:
        """Yield the ids of blobs, and of unfinished ones, that are older than so many seconds."""

    def count_free_bytes(self) -> int | None:
        """Tell how many bytes are free, or None where nobody knows."""


class FolderStore:
    """Blobs as files of a folder on this machine."""

    def __init__(self, folder: Path) -> None:
        """Take a folder, which is made when the first blob comes."""
        self._folder = folder
        self._incoming = folder / "incoming"

    def _path(self, blob_id: str) -> Path:
        return self._folder / blob_id[:2] / blob_id

    def begin(self, blob_id: str) -> "_FileWriter":
        """See `BlobStore.begin`."""
        try:
            self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
            return _FileWriter(self._incoming / blob_id, self._path(blob_id))
        except OSError:
            raise BlobStoreError from None

    def open(self, blob_id: str) -> BinaryIO:
        """See `BlobStore.open`."""
        try:
            return self._path(blob_id).open("rb")
        except FileNotFoundError:
            raise BlobMissingError from None
        except OSError:
            raise BlobStoreError from None

    def delete(self, blob_id: str) -> None:
        """See `BlobStore.delete`."""
        try:
            for path in (self._path(blob_id), self._incoming / blob_id):
                path.unlink(missing_ok=True)
        except OSError:
            raise BlobStoreError from None

    def list_old(self, seconds: float) -> Iterator[str]:
        """See `BlobStore.list_old`."""
        before = time.time() - seconds
        for path in self._folder.glob("*/*"):
            try:
                if path.stat().st_mtime <= before:
                    yield path.name
            except FileNotFoundError:
                continue  # deleted, or committed, just now

    def count_free_bytes(self) -> int | None:
        """See `BlobStore.count_free_bytes`."""
        folder = self._folder if self._folder.exists() else self._folder.parent
        return shutil.disk_usage(folder).free


class _FileWriter:
    """Writes beside its place, syncs, and renames: the blob is there whole or not at all."""

    def __init__(self, incoming: Path, final: Path) -> None:
        self._incoming, self._final = incoming, final
        self._file = cast("BinaryIO", incoming.open("xb", buffering=0))

    def write(self, data: bytes, /) -> None:
        """See `BlobWriter.write`."""
        view = memoryview(data)
        try:
            while view:
                view = view[self._file.write(view) :]
        except OSError:
            raise BlobStoreError from None

    def commit(self) -> None:
        """See `BlobWriter.commit`."""
        try:
            os.fsync(self._file.fileno())
            self._file.close()
            self._final.parent.mkdir(mode=0o700, exist_ok=True)
            self._incoming.rename(self._final)
            for folder in (self._final.parent, self._final.parent.parent):
                _sync_folder(folder)
        except OSError:
            self.abort()
            raise BlobStoreError from None

    def abort(self) -> None:
        """See `BlobWriter.abort`."""
        self._file.close()
        self._incoming.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put_blob(connection: Connection, **columns: object) -> None:
    """Write down that a blob belongs to a case: id, case_id, added_on."""
    connection.execute(insert(blobs).values(**columns))


def list_blobs(connection: Connection, case_id: str) -> list[Row[str]]:
    """List the blobs of a case or of a draft."""
    return list(connection.execute(select(blobs.c.id).where(blobs.c.case_id == case_id)))


def is_known(connection: Connection, blob_id: str) -> bool:
    """Tell whether a blob belongs to anything."""
    return connection.execute(select(blobs.c.id).where(blobs.c.id == blob_id)).one_or_none() is not None


def delete_other_blob_rows(connection: Connection, case_id: str, *, keep: Sequence[str]) -> None:
    """Forget the blobs of a case that are not among those to keep."""
    connection.execute(delete(blobs).where(blobs.c.case_id == case_id, blobs.c.id.not_in(keep)))


def delete_blob_row(connection: Connection, blob_id: str) -> None:
    """Forget that a blob belongs to anything; its bytes are deleted by the caller or by the next sweep."""
    connection.execute(delete(blobs).where(blobs.c.id == blob_id))
