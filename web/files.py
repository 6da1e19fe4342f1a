"""The site's store of sealed files, made once at the start."""

from flask import Flask, current_app

from models.blob_stores import S3Access, make_store
from models.blobs import BlobStore
from web.config import SiteConfig


def install_store(app: Flask, config: SiteConfig) -> None:
    """Give the site its store."""
    app.extensions["blob_store"] = make_configured_store(config)


def make_configured_store(config: SiteConfig) -> BlobStore:
    """Make the store that a site's settings name."""
    access = S3Access(config.s3_endpoint, config.s3_region, config.s3_key_id, config.s3_secret)
    return make_store(config.blobs, data_dir=config.data_dir, access=access)


def get_store() -> BlobStore:
    """Return the store of the site that is answering."""
    store: BlobStore = current_app.extensions["blob_store"]
    return store
