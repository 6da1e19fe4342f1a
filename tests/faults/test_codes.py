"""A crowd of wrong codes: nobody else waits long for it, and no right code is refused."""

from __future__ import annotations

import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from tests.faults.raw_reader import RawReader
from tests.faults.served_site import ServedSite
from vault.receipts import new_code

WRONG = 1_000
AT_ONCE = 32
RIGHT = 10
# An ordinary page while 32 codes are always on their way: they stand in one queue for the same two cores, and a
# wrong code is worth about three pages.
PATIENCE_SECONDS = 2.0


def enter_code(reader: RawReader, code: str) -> int:
    """Type a code and return the status of the answer: 303 opens the inbox, 404 found nothing."""
    return reader.ask("POST", "/es/inbox", reader.write_body({"code": code}, "open")).status


def get_right_code(served: ServedSite) -> str:
    """File a report, write its code down, and return it."""
    reader = RawReader(served.port)
    reader.walk_to_story()
    reader.send_story()
    code = reader.get("receipt").code
    reader.post("receipt", {}, go="done")
    reader.close()
    return code


def test_thousand_wrong_codes_slow_nobody_down(served: ServedSite) -> None:
    """While 1,000 wrong codes come in, pages still open within two seconds and every right code opens its inbox."""
    code = get_right_code(served)
    waits: list[float] = []
    is_over = threading.Event()

    def flood(_number: int) -> list[int]:
        reader = RawReader(served.port)
        statuses = [enter_code(reader, new_code()) for _ in range(WRONG // AT_ONCE)]
        reader.close()
        return statuses

    def read_pages() -> None:
        reader = RawReader(served.port)
        while not is_over.is_set():
            start = time.monotonic()
            assert reader.ask("GET", "/es/privacy").status == 200
            waits.append(time.monotonic() - start)
        reader.close()

    def come_back(_number: int) -> int:
        reader = RawReader(served.port)
        status = enter_code(reader, code)
        reader.close()
        return status

    with ThreadPoolExecutor(AT_ONCE + 2) as pool:
        page_reader = pool.submit(read_pages)
        crowd = [pool.submit(flood, number) for number in range(AT_ONCE)]
        right = [pool.submit(come_back, 0).result() for _ in range(RIGHT)]
        assert not all(part.done() for part in crowd), "the crowd was gone before the right codes came"
        wrong = [status for part in crowd for status in part.result()]
        is_over.set()
        page_reader.result()
    assert right == [303] * RIGHT
    assert set(wrong) == {404}
    assert statistics.quantiles(waits, n=20)[-1] < PATIENCE_SECONDS
