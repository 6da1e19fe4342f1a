"""Evidence in an unfinished report: keep files that arrived, and remove them again.

A file belongs to the report once its description stands in the draft; until then the request that brought it deletes
it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, Engine

from intake.drafts import Draft, change_draft, delete_bytes
from intake.incoming import ArrivedFile, Fault, Reception
from intake.uploads import Arrival, Ending
from models.blobs import BlobStore, delete_blob_row
from models.evidence import EvidenceFile, FileKind
from models.report import Value
from vault.recipients import Recipient
from web.config import IntakeConfig

FILES: Final = "files"
SPOKEN: Final = "spoken"
_MOST_FILES: Final = 200
SPOKEN_KINDS = frozenset({FileKind.AUDIO.value, FileKind.VIDEO.value})


def make_reception(engine: Engine, store: BlobStore, config: IntakeConfig, draft: Draft) -> Reception:
    """Say whom the files of a draft are sealed to: the report key of the case it would become."""
    return Reception(
        engine=engine,
        store=store,
        config=config,
        case_id=draft.keys.case_id,
        recipient=Recipient.from_bytes(draft.keys.report_recipient),
        room=max(0, config.report_limit - draft.count_bytes()),
    )


def save_page(
    engine: Engine,
    config: IntakeConfig,
    arrival: Arrival,
    draft: Draft,
    stem: str,
    values: Mapping[str, Value],
    *,
    language: str,
    remove_answers: list[str],
    remove_files: Iterable[str],
) -> Draft:
    """Save what a page sent: its words however the post ended, its files only when it came whole.

    Raises as `intake.drafts.change_draft`; then nothing is kept, and the files go with the request.
    """
    is_whole = arrival.ending is Ending.WHOLE
    added = _describe(arrival, values) if is_whole else []
    removed = frozenset(remove_files) & {file.id for file in draft.files} if is_whole else frozenset()
    refused: list[EvidenceFile] = []

    def change(draft: Draft) -> None:
        draft.put_answers(stem, values, language=language, time_zone=config.time_zone)
        draft.remove_answers(remove_answers)
        draft.files = [file for file in draft.files if file.id not in removed]
        refused[:] = _put_files(draft, added, config.report_limit)

    def forget(connection: Connection) -> None:
        for blob_id in (*removed, *(file.id for file in refused)):
            delete_blob_row(connection, blob_id)

    draft = change_draft(engine, config, draft, change, write_beside=forget)
    if is_whole and arrival.reception:
        arrival.is_kept = True
        delete_bytes(arrival.reception.store, (*removed, *(file.id for file in refused)))
        full = {file.id for file in refused}
        arrival.files = [
            ArrivedFile(one.field, one.name, None, Fault.REPORT_FULL) if one.file and one.file.id in full else one
            for one in arrival.files
        ]
    return draft


def _describe(arrival: Arrival, values: Mapping[str, Value]) -> list[EvidenceFile]:
    """Mark what was recorded in place of writing; a photo in that field is evidence like any other."""
    spoken = {file.id for file in arrival.list_stored(SPOKEN) if file.kind in SPOKEN_KINDS}
    language = str(values.get("story_language") or "")
    return [
        replace(file, is_story=True, language=language) if file.id in spoken else file for file in arrival.list_stored()
    ]


def _put_files(draft: Draft, added: list[EvidenceFile], limit: int) -> list[EvidenceFile]:
    """Put files into a draft and return those for which there is no room: others may have come at the same time."""
    refused = []
    for file in added:
        if draft.count_bytes() + file.length > limit or len(draft.files) >= _MOST_FILES:
            refused.append(file)
        else:
            draft.files.append(file)
    return refused
