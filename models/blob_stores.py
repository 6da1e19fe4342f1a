"""Blobs in S3-compatible storage, and the choice between that and a folder.

What goes to the storage is ciphertext under random names. The storage's keys come from the site's configuration and
are never logged.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Thread
from typing import BinaryIO, Final, cast
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, GenericError
from obstore.store import S3Store

from models.blobs import BlobMissingError, BlobStore, BlobStoreError, FolderStore

_PART_BYTES: Final = 8 * 1024 * 1024
_READ_BYTES: Final = 256 * 1024
_WAITING_PORTIONS: Final = 4


@dataclass(frozen=True)
class S3Access:
    """How the storage is reached. An empty endpoint is Amazon's own for the region."""

    endpoint: str
    region: str
    key_id: str = field(repr=False)
    secret: str = field(repr=False)


def make_store(place: str, *, data_dir: Path, access: S3Access) -> BlobStore:
    """Make the store: the folder `blobs` of the office's folder for an empty place, or `s3://bucket/prefix`."""
    if not place:
        return FolderStore(data_dir / "blobs")
    parts = urlsplit(place)
    return BucketStore(parts.netloc, parts.path.strip("/"), access)


class BucketStore:
    """Blobs as objects of a bucket; an object appears when its last part has arrived, or never."""

    def __init__(self, bucket: str, prefix: str, access: S3Access) -> None:
        """Take a bucket, which must exist. Nothing is sent yet."""
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            region=access.region,
            access_key_id=access.key_id,
            secret_access_key=access.secret,
            virtual_hosted_style_request=not access.endpoint,
            client_options={"allow_http": access.endpoint.startswith("http://")},
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=20)},
            config={"endpoint": access.endpoint} if access.endpoint else None,
        )

    def begin(self, blob_id: str) -> "_ObjectWriter":
        """See `BlobStore.begin`."""
        return _ObjectWriter(self._store, blob_id)

    def open(self, blob_id: str) -> BinaryIO:
        """See `BlobStore.open`."""
        try:
            return cast("BinaryIO", io.BufferedReader(_ObjectReader(self._store, blob_id), _READ_BYTES))
        except FileNotFoundError:
            raise BlobMissingError from None
        except (BaseError, OSError):
            raise BlobStoreError from None

    def delete(self, blob_id: str) -> None:
        """See `BlobStore.delete`."""
        try:
            obstore.delete(self._store, blob_id)
        except FileNotFoundError:
            return
        except (BaseError, OSError):
            raise BlobStoreError from None

    def list_old(self, seconds: float) -> Iterator[str]:
        """See `BlobStore.list_old`. Parts of unfinished objects are not listed: the bucket's own rule removes them."""
        before = datetime.now(UTC) - timedelta(seconds=seconds)
        try:
            for portion in obstore.list(self._store):
                yield from (one["path"].rsplit("/", 1)[-1] for one in portion if one["last_modified"] <= before)
        except (BaseError, OSError):
            raise BlobStoreError from None

    def count_free_bytes(self) -> int | None:
        """See `BlobStore.count_free_bytes`."""
        return None


class _AbortedError(Exception):
    """The blob is not wanted any more."""


class _ObjectWriter:
    """Hands portions to a thread that puts them: the storage's client asks for bytes, an upload brings them."""

    def __init__(self, store: S3Store, blob_id: str) -> None:
        self._portions: Queue[bytes | None] = Queue(_WAITING_PORTIONS)
        self._failed = False
        self._aborted = False
        self._committed = False
        self._thread = Thread(target=self._put, args=(store, blob_id), daemon=True)
        self._thread.start()

    def _put(self, store: S3Store, blob_id: str) -> None:
        try:
            obstore.put(store, blob_id, self._iterate(), chunk_size=_PART_BYTES, max_concurrency=2)
        except Exception:  # noqa: BLE001  # whatever the client raises: the blob is not there, and that is all we tell
            self._failed = True
            self._drain()

    def _iterate(self) -> Iterator[bytes]:
        while (portion := self._portions.get()) is not None:
            yield portion
        if self._aborted:
            # Raised inside the client, so that it takes its parts back.
            raise _AbortedError

    def _drain(self) -> None:
        """Let a writer that is waiting for room in the queue go on; it sees the failure at its next step."""
        try:
            while True:
                self._portions.get_nowait()
        except Empty:
            return

    def _hand_over(self, portion: bytes | None) -> None:
        while self._thread.is_alive() and not self._failed:
            try:
                self._portions.put(portion, timeout=0.5)
            except Full:
                continue  # look again whether anybody still takes portions
            return

    def write(self, data: bytes, /) -> None:
        """See `BlobWriter.write`."""
        self._hand_over(data)
        if self._failed:
            raise BlobStoreError

    def commit(self) -> None:
        """See `BlobWriter.commit`."""
        self._hand_over(None)
        self._thread.join()
        if self._failed:
            raise BlobStoreError
        self._committed = True

    def abort(self) -> None:
        """See `BlobWriter.abort`."""
        if self._committed:
            return
        self._aborted = True
        self._hand_over(None)
        self._thread.join()


class _ObjectReader(io.RawIOBase):
    """An object read by ranges, so that any place of it can be reached at once.

    A server may leave a range out of account (RFC 9110, section 14.2): then the object is passed through in order.
    """

    def __init__(self, store: S3Store, blob_id: str) -> None:
        self._store, self._blob_id = store, blob_id
        self._length = obstore.head(store, blob_id)["size"]
        self._place = 0
        self._in_order: _PassedObject | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._place = offset + (0, self._place, self._length)[whence]
        return self._place

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # typeshed's Buffer is wider
        length = min(len(buffer), self._length - self._place)
        if length <= 0:
            return 0
        try:
            found = self._read(length)
        except (BaseError, OSError):
            raise BlobStoreError from None
        buffer[: len(found)] = found
        self._place += len(found)
        return len(found)

    def _read(self, length: int) -> bytes:
        if self._in_order is None:
            try:
                return bytes(obstore.get_range(self._store, self._blob_id, start=self._place, length=length))
            except GenericError:
                self._in_order = _PassedObject(self._store, self._blob_id)
        if self._place < self._in_order.place:
            self._in_order = _PassedObject(self._store, self._blob_id)
        return self._in_order.read(self._place, length)


class _PassedObject:
    """An object read from its beginning; `place` is how far."""

    def __init__(self, store: S3Store, blob_id: str) -> None:
        self._portions = iter(obstore.get(store, blob_id).stream(min_chunk_size=_READ_BYTES))
        self._portion = b""
        self.place = 0

    def read(self, place: int, length: int) -> bytes:
        """Give at most `length` bytes from `place` on, which must not lie behind."""
        while self.place + len(self._portion) <= place:
            self.place += len(self._portion)
            self._portion = bytes(next(self._portions, b""))
            if not self._portion:
                return b""
        self._portion = self._portion[place - self.place :]
        found, self._portion = self._portion[:length], self._portion[length:]
        self.place = place + len(found)
        return found
