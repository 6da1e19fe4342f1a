"""What was done with each file since it came, from the verified entries of the ledger, for paper."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from casework.caseworker import Caseworker
from casework.files import FileEntry
from casework.history import list_history
from casework.opening import OpenedCase
from casework.words import read_date
from exports import case_file as paper


def make_custody(
    caseworker: Caseworker, case: OpenedCase, files: Sequence[FileEntry], names: Mapping[str, str]
) -> tuple[paper.CustodyEntry, ...]:
    """List for each file, in the order of the exhibits, that it came and what was done with it, oldest first."""
    entries: list[paper.CustodyEntry] = []
    for entry in files:
        file = entry.file
        came_on = read_date(file.added_on)
        if came_on is not None:
            way = "a message" if entry.message else "the report"
            came = paper.CustodyEntry(
                exhibit_id=file.id,
                what=f"Came in with {way}; SHA-256 taken",
                happened_on=came_on,
                who="Public site",
                digest=file.sha256,
            )
            entries.append(came)
        about = [each for each in case.ledger.entries if each.item == file.id]
        for line in list_history(about, names, caseworker.config.time_zone):
            moment = line.when.astimezone(caseworker.config.time_zone) if isinstance(line.when, datetime) else None
            entries.append(
                paper.CustodyEntry(
                    exhibit_id=file.id,
                    what=f"{line.what} ({line.times} times)" if line.times > 1 else line.what,
                    happened_on=moment.date() if moment else line.when,
                    happened_at=moment,
                    who=line.who,
                    digest=line.digest,
                )
            )
    return tuple(entries)
