"""kill -9 of the whole public site at random moments: a receipt that was shown opens a stored case, no text is lost.

The moments come from a fixed seed, which is printed, so that a failure can be looked for again.
"""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException

import pytest

from intake.drafts import begin_draft, save_answers
from models.engine import create_engine
from models.report import Value
from tests.faults.raw_reader import STORY, RawReader
from tests.faults.served_site import ServedSite
from tests.faults.stored_reports import StoredReports, wait_until

SEED = 20_261_123
KILLS = 20
SENDERS = 4
MOST_RECEIPTS = 8
LONGEST_SECONDS = 0.03
PATIENCE_SECONDS = 30.0
ANSWERS: dict[str, Value] = {
    "urgent": ["none"],
    "goal": "lawyer",
    "reporter_role": "affected",
    "state": "NE",
    "when": "not_sure",
}


@dataclass
class Attempt:
    """One report of the stream: the case it would become, its story, and the code if its receipt was shown."""

    case_id: str
    story: str
    reader: RawReader
    code: str = ""


def prepare_attempts(served: ServedSite, number: int) -> list[Attempt]:
    """Begin reports that have everything but their story, straight in the database."""
    engine = create_engine(served.config.engine_url)
    attempts = []
    for index in range(number):
        draft = begin_draft(engine, served.config)
        draft = save_answers(engine, served.config, draft, "when", ANSWERS, language="es")
        reader = RawReader(served.port, cookie=draft.key.to_cookie(), timeout=5)
        attempts.append(Attempt(draft.keys.case_id, f"{STORY} {index}", reader))
    engine.dispose()
    return attempts


def send_until_killed(attempts: list[Attempt]) -> None:
    """Send one report after the other until the site is gone, and note each code that was shown."""
    for attempt in attempts:
        try:
            answer = attempt.reader.send_story(attempt.story)
            assert answer.status == 303
            attempt.code = attempt.reader.get("receipt").code
        except (OSError, HTTPException):
            return
        finally:
            attempt.reader.close()


def wait_for_receipts(attempts: list[Attempt], number: int) -> None:
    """Wait until that many receipts of a stream were shown: counting them suits slow machines and fast ones."""
    wait_until(lambda: sum(bool(attempt.code) for attempt in attempts) >= number, seconds=PATIENCE_SECONDS)


@pytest.mark.timeout(400)  # forty processes start one after the other: a busy machine takes long
def test_receipts_and_texts_survive_kills(served: ServedSite, stored: StoredReports) -> None:
    """After 20 kills every shown code opens its report, each report is a draft or a case, and typed text is there."""
    moments = random.Random(SEED)  # noqa: S311  # to be played again, not to be secret
    print(f"seed {SEED}")  # noqa: T201  # pytest shows it when the test fails
    writer = RawReader(served.port)
    writer.walk_to_story()
    assert writer.post("what-happened", {"what_happened": STORY}).status == 303
    writer.close()
    all_attempts: list[Attempt] = []
    with ThreadPoolExecutor(SENDERS) as pool:
        for _kill in range(KILLS):
            attempts = prepare_attempts(served, SENDERS * 10)
            streams = [pool.submit(send_until_killed, attempts[first::SENDERS]) for first in range(SENDERS)]
            wait_for_receipts(attempts, moments.randint(0, MOST_RECEIPTS))
            time.sleep(moments.uniform(0.0, LONGEST_SECONDS))
            served.kill()
            all_attempts += attempts
            for stream in streams:
                stream.result()
            served.start()
    shown = [attempt for attempt in all_attempts if attempt.code]
    assert KILLS < len(shown) < len(all_attempts), "the kills did not come while reports were being sent"
    for attempt in shown:
        story = stored.open_report(attempt.code).find_answer("what_happened")
        assert story is not None
        assert story.value == attempt.story
        assert stored.has_case(attempt.case_id)
    assert all(stored.has_case(one.case_id) != stored.has_draft(one.case_id) for one in all_attempts)
    assert stored.count_entered() == stored.count_cases() >= len(shown)
    assert STORY in writer.get("what-happened").text
    writer.close()
