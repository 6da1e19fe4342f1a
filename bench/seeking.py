"""What it costs to start playing a recording from anywhere, whole request, on SQLite with sealed files in a folder.

Processor time, best of several rounds at each place, because a busy machine only ever makes it longer. The case has a
long history, because every line of it is checked before a file is given out.
Run from the project's folder: python -m bench.seeking
"""

import os
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from bench.table import Row, print_table
from casework.app import create_app
from casework.permissions import Role
from tests.casework.corresponding import Correspondence
from tests.casework.filing import Filing
from tests.casework.staff_office import make_staff_office
from tests.casework.test_case import decide, open_page
from tests.conftest import DatabaseUrls
from tests.page_client import PageClient
from vault.keyslots import CHEAPEST

LIMIT_MS = 100.0
LENGTH = 200_000_000
MESSAGES, OPENINGS = 20, 200
ROUNDS = 5
PLACES = (0, 65_536, LENGTH // 3, LENGTH - 10)


def run() -> Iterable[Row]:
    """File a case with a large recording, work on it for a while, and start playing at several places."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/testimonio.sqlite3"
        office = make_staff_office(DatabaseUrls(url, url, url), Path(folder) / "office")
        site = create_app(office.ceremony.casework, cost=CHEAPEST)
        filing = Filing(site.extensions["engine"], office.ceremony.intake)
        case = filing.file()
        reporter = Correspondence(filing, site.extensions["blob_store"], case)
        file = reporter.put_file(os.urandom(LENGTH), "video.mp4", "video", "video/mp4")
        receipt = reporter.make_receipt()
        for number in range(MESSAGES):
            reporter.send(receipt, f"Mensaje {number}", files=[file])
        reader = PageClient(site.test_client())
        office.sign_in(reader, Role.INTAKE)
        decide(reader, case)
        for _opening in range(OPENINGS):
            open_page(reader, case)
        address = f"/cases/{case.reference}/files/{file.id}/play"
        for place in PLACES:
            best = min(_measure(reader, address, place) for _round in range(ROUNDS))
            yield f"playing from byte {place:,} of {LENGTH:,}", "ms CPU", best * 1000, LIMIT_MS
        filing.engine.dispose()
        filing.intake_engine.dispose()


def _measure(reader: PageClient, address: str, place: int) -> float:
    started = time.process_time()
    answer = reader.client.get(address, headers={"Range": f"bytes={place}-{place + 9}"}, buffered=True)
    if answer.status_code != 206:
        raise RuntimeError(f"the player got {answer.status}")
    return time.process_time() - started


if __name__ == "__main__":
    print_table(run())
