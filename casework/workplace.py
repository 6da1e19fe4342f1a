"""Where the worker works: the database, the sealed files and the staff site's settings. No key that opens anything."""

from dataclasses import dataclass

from sqlalchemy import Engine

from models.blobs import BlobStore
from web.config import CaseworkConfig


@dataclass(frozen=True)
class Workplace:
    """What every job is given besides the id that it is about."""

    engine: Engine
    store: BlobStore
    config: CaseworkConfig
