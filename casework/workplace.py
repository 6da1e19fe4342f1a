"""Where the worker works: the database, the sealed files, the staff site's settings, and a key of the worker's own.

That key opens nothing but what people seal to it while it lives, and is nowhere but in the worker's memory.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Engine

from casework.worker_keys import WorkerKey
from models.blobs import BlobStore
from web.config import CaseworkConfig


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Workplace:
    """What every job is given besides the id that it is about. Without a key, nobody can give the worker cases."""

    engine: Engine
    store: BlobStore
    config: CaseworkConfig
    key: WorkerKey | None = field(default=None, repr=False)
    is_told_to_stop: Callable[[], bool] = field(default=_never, repr=False)
