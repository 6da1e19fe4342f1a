"""What the worker costs: destroying what was taken back, writing the database anew afterwards, and looking for work.

On SQLite; processor time but for the writing anew, during which nobody else writes. Run from the project's folder:
python -m bench.worker
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.table import Row, print_table
from casework.destruction import settle_withdrawal
from casework.worker import Worker
from models.emptying import empty_store
from tests.casework.filing import Filing
from tests.casework.staff_office import make_staff_office
from tests.casework.taken_back import Desk
from tests.conftest import DatabaseUrls
from web.database import open_engine

CASES = 500
DESTROYED = 50
LOOKS = 200


def make_desk(folder: Path) -> Desk:
    """Make an office with reports that have been answered, some of them taken back."""
    url = f"sqlite:///{folder}/office.db"
    office = make_staff_office(DatabaseUrls(url, url, url), folder / "office")
    filing = Filing(open_engine(office.ceremony.casework), office.ceremony.intake)
    return Desk(office, filing, url)


def measure(deed: Callable[[], object], clock: Callable[[], float]) -> float:
    """Return the seconds of a deed by a clock."""
    start = clock()
    deed()
    return clock() - start


def destroy(desk: Desk, case_ids: list[str]) -> None:
    """Destroy cases, one after the other."""
    for case_id in case_ids:
        settle_withdrawal(desk.place, case_id)


def run() -> Iterator[Row]:
    """Measure; yields name, unit, measured and limit."""
    with tempfile.TemporaryDirectory() as name:
        desk = make_desk(Path(name))
        worker = Worker(desk.place)
        desk.work(worker)
        looking = measure(lambda: [worker.do_next() for _look in range(LOOKS)], time.process_time) / LOOKS
        yield "worker looks for work, and there is none", "ms CPU", looking * 1_000, 2.0
        cases = [desk.file_full_case(files=3 if number < DESTROYED else 0).id for number in range(CASES)]
        due = cases[:DESTROYED]
        for case_id in due:
            desk.take_back(case_id, days=0)
        destroying = measure(lambda: destroy(desk, due), time.process_time)
        yield "destroying a report with three files", "ms CPU", destroying / DESTROYED * 1_000, 40.0
        size = Path(name, "office.db").stat().st_size / 1_000_000
        emptying = measure(lambda: empty_store(desk.place.engine), time.perf_counter)
        yield f"writing a database of {size:.0f} MB anew", "s", emptying, 5.0
        desk.close()
        desk.filing.engine.dispose()
        desk.filing.intake_engine.dispose()


if __name__ == "__main__":
    raise SystemExit(0 if print_table(run()) else 1)
