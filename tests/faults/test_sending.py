"""Many at once, the same thing twice, and answers that never arrive: one case and one code for each report."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from tests.faults.raw_reader import STORY, Answer, RawReader
from tests.faults.served_site import ServedSite
from tests.faults.stored_reports import StoredReports, wait_until

MANY = 64
TWICE = 12


def send_at_once(readers: list[RawReader]) -> list[Answer]:
    """Let every reader press "Send" at the same moment, over connections that are open already."""
    together = threading.Barrier(len(readers))

    def send(reader: RawReader) -> Answer:
        reader.connect()
        together.wait()
        return reader.send_story()

    with ThreadPoolExecutor(len(readers)) as pool:
        return list(pool.map(send, readers))


def test_sixty_four_reports_at_once(served: ServedSite, stored: StoredReports) -> None:
    """64 reports sent at the same moment become 64 cases with as many codes and references, and an unbroken ledger."""
    readers = [RawReader(served.port) for _ in range(MANY)]
    for reader in readers:
        reader.walk_to_story()
    assert [answer.status for answer in send_at_once(readers)] == [303] * MANY
    receipts = [reader.get("receipt") for reader in readers]
    for reader in readers:
        reader.close()
    codes = {receipt.code for receipt in receipts}
    assert len(codes - {""}) == MANY
    assert {receipt.reference for receipt in receipts} == set(stored.list_references())
    assert len(stored.list_references()) == len(set(stored.list_references())) == MANY
    assert stored.count_entered() == MANY
    opened = [stored.open_report(receipt.code) for receipt in receipts]
    assert [report.reference for report in opened] == [receipt.reference for receipt in receipts]


def test_two_taps_make_one_case(served: ServedSite, stored: StoredReports) -> None:
    """Sending twice at the same moment with one cookie shows one code twice, makes one case, and never fails."""
    readers = [RawReader(served.port) for _ in range(TWICE)]
    for reader in readers:
        reader.walk_to_story()
    twins = [RawReader(served.port, cookie=reader.cookie) for reader in readers]
    statuses = [answer.status for answer in send_at_once(readers + twins)]
    assert statuses == [303] * (2 * TWICE)
    for reader, twin in zip(readers, twins, strict=True):
        code = reader.get("receipt").code
        assert code
        assert twin.get("receipt").code == code
        twin.close()
        reader.close()
    assert stored.count_cases() == stored.count_entered() == TWICE


def test_reply_lost_after_the_commit(served: ServedSite, stored: StoredReports) -> None:
    """A reporter whose connection broke while sending gets the code of the one stored case by sending again."""
    reader = RawReader(served.port)
    reader.walk_to_story()
    reader.close()
    with reader.send_and_drop("what-happened", {"what_happened": STORY}, go="send"):
        wait_until(lambda: stored.count_cases() == 1)
    again = reader.send_story()
    assert (again.status, again.location) == (303, "/es/report/receipt")
    code = reader.get("receipt").code
    assert reader.send_story().status == 303
    assert reader.get("receipt").code == code
    reader.close()
    story = stored.open_report(code).find_answer("what_happened")
    assert story is not None
    assert story.value == STORY
    assert stored.count_cases() == stored.count_entered() == 1
