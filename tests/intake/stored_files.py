"""What lies in the office's store of sealed files, and what the office reads in it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from sqlalchemy import select

from models import cases, tables
from models.blobs import FolderStore
from models.engine import create_engine, read
from models.evidence import EvidenceFile
from tests.intake.office import Office
from vault.contexts import Context
from vault.files import FileOpener
from vault.opening import open_identity


def list_stored(office: Office) -> list[Path]:
    """List every file below the store's folder, finished or not."""
    return sorted(path for path in (office.config.data_dir / "blobs").rglob("*") if path.is_file())


def list_rows(office: Office) -> list[str]:
    """List the ids of the blobs that belong to something."""
    engine = create_engine(office.owner_url)
    with read(engine) as connection:
        found = list(connection.execute(select(tables.blobs.c.id)).scalars())
    engine.dispose()
    return found


def open_file(office: Office, file: EvidenceFile) -> bytes:
    """Open a stored file as the office would, without its padding."""
    engine = create_engine(office.owner_url)
    with read(engine) as connection:
        case_id = connection.execute(select(tables.blobs.c.case_id).where(tables.blobs.c.id == file.id)).scalar_one()
        key = cases.get_case_key(connection, case_id, [office.key_id])
    engine.dispose()
    assert key is not None
    context = Context("report_identity", (case_id, office.key_id))
    identity = open_identity(key.sealed_report_identity, identity=office.identity, context=context)
    with FolderStore(office.config.data_dir / "blobs").open(file.id) as source:
        opener = FileOpener(BytesIO(source.read()), identity=identity, context=Context("file", (case_id, file.id)))
    return b"".join(opener.iterate(0, file.length))
