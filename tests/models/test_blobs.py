"""Sealed files in a folder and on a real S3 server: whole or not there, read at any place, deleted, found when old."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import obstore
import pytest
from obstore.store import S3Store

from models.blob_stores import BucketStore, S3Access, make_store
from models.blobs import BlobMissingError, BlobStore, BlobStoreError, FolderStore
from tests.s3 import BUCKET, KEY_ID, SECRET, serve_s3
from tests.serving import find_free_port

BLOB = "3f2b6f5e-0d0a-4a8e-9f57-7a8f6f1f2b11"


@pytest.fixture(scope="session")
def s3_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the S3 server keeps what it is given."""
    return tmp_path_factory.mktemp("s3")


@pytest.fixture(scope="session")
def s3_address(s3_folder: Path) -> Iterator[str]:
    """The address of the run's S3 server."""
    with serve_s3(s3_folder) as address:
        yield address


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    """An empty store of each kind."""
    if request.param == "folder":
        return make_store("", data_dir=tmp_path, access=S3Access("", "", "", ""))
    address = request.getfixturevalue("s3_address")
    access = S3Access(address, "us-east-1", KEY_ID, SECRET)
    return make_store(f"s3://{BUCKET}/{tmp_path.name}", data_dir=tmp_path, access=access)


def put(store: BlobStore, content: bytes, portion: int = 100_000) -> None:
    """Store a blob in portions."""
    writer = store.begin(BLOB)
    for start in range(0, len(content), portion):
        writer.write(content[start : start + portion])
    writer.commit()
    writer.abort()  # does nothing any more


@pytest.mark.parametrize("length", [1, 100_000, 20_000_000])
def test_blob_comes_back_at_any_place(store: BlobStore, length: int) -> None:
    """What was written in portions is read whole, and from places in its middle and at its end."""
    content = os.urandom(length)
    put(store, content)
    with store.open(BLOB) as source:
        assert source.read() == content
        assert source.seek(0, io.SEEK_END) == length
        assert source.read(10) == b""
        source.seek(length // 2)
        assert source.read(70_000) == content[length // 2 :][:70_000]


def test_blob_appears_only_when_committed(store: BlobStore) -> None:
    """A blob that is being written, or was given up, cannot be opened."""
    writer = store.begin(BLOB)
    writer.write(bytes(12_000_000))
    with pytest.raises(BlobMissingError):
        store.open(BLOB)
    writer.abort()
    writer.abort()
    with pytest.raises(BlobMissingError):
        store.open(BLOB)
    assert list(store.list_old(-1)) == []


def test_deleted_blob_is_gone(store: BlobStore) -> None:
    """Deleting takes a blob away, and deleting it again is no failure."""
    put(store, b"sealed")
    store.delete(BLOB)
    store.delete(BLOB)
    with pytest.raises(BlobMissingError):
        store.open(BLOB)


def test_old_blobs_are_found(store: BlobStore) -> None:
    """A blob is listed once it is older than asked for, by its id."""
    put(store, b"sealed")
    assert list(store.list_old(-5)) == [BLOB]
    assert list(store.list_old(3_600)) == []


def test_abandoned_s3_upload_leaves_no_object(s3_folder: Path, s3_address: str) -> None:
    """A large blob that is given up half way leaves no object on the server."""
    store = BucketStore(BUCKET, "abandoned", S3Access(s3_address, "us-east-1", KEY_ID, SECRET))
    writer = store.begin(BLOB)
    for _portion in range(30):
        writer.write(bytes(1_000_000))
    writer.abort()
    assert [path for path in (s3_folder / BUCKET / "abandoned").rglob("*") if path.is_file()] == []
    bare = S3Store(
        BUCKET,
        config={"endpoint": s3_address},
        region="us-east-1",
        access_key_id=KEY_ID,
        secret_access_key=SECRET,
        virtual_hosted_style_request=False,
        client_options={"allow_http": True},
    )
    assert [one["path"] for portion in obstore.list(bare) for one in portion if "abandoned" in one["path"]] == []


@pytest.mark.parametrize("fault", ["wrong secret", "nobody there"])
def test_s3_that_does_not_take_it(s3_address: str, fault: str) -> None:
    """A storage that refuses or does not answer raises our own error, without a word about keys or addresses."""
    address = s3_address if fault == "wrong secret" else f"http://127.0.0.1:{find_free_port()}"
    store = BucketStore(BUCKET, "", S3Access(address, "us-east-1", KEY_ID, "wrong"))
    with pytest.raises(BlobStoreError) as failure:
        put(store, bytes(200_000))
    assert str(failure.value) == ""
    assert failure.value.__suppress_context__ or failure.value.__context__ is None
    with pytest.raises((BlobStoreError, BlobMissingError)):
        store.open(BLOB)


def test_secret_is_not_shown() -> None:
    """How the storage is reached can be printed without its keys."""
    assert "secret-of" not in repr(S3Access("http://localhost", "x", "key-id-of", "secret-of"))
    assert "key-id-of" not in repr(S3Access("http://localhost", "x", "key-id-of", "secret-of"))


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A folder store whose place is taken by something else says so with our own error."""
    (tmp_path / "blobs").write_text("not a folder", encoding="utf-8")
    with pytest.raises(BlobStoreError):
        FolderStore(tmp_path / "blobs").begin(BLOB)
