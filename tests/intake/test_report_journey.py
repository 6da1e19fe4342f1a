"""From the first page to a receipt, with nothing but forms."""

from __future__ import annotations

import pytest

from models.questionnaire.question import AnswerState
from tests.intake.office import Office
from tests.page_client import Page, PageClient

STORY = "Me pararon por una luz. El oficial preguntó por mis papeles. ¿Por qué? 🙏"

ANSWERS: dict[str, dict[str, str | list[str]]] = {
    "urgent": {"urgent": ["none"]},
    "you": {"goal": "lawyer", "reporter_role": "affected"},
    "where": {"state": "NE", "county": "Meadowlark", "place_kind": "road"},
    "when": {"when": "season", "when_season": "summer", "when_year": "2024", "time_of_day": "night"},
    "police": {"agency": "Platte Fork PD", "encounter_type": "vehicle"},
    "what-happened": {"what_happened": STORY, "story_language": "es"},
    "why-and-how-it-ended": {"reason_believed": ["language", "ethnicity"], "how_it_ended": ["citation"]},
    "people": {"name_to_use": "Rosa", "has_lawyer": ["no"], "reach": "code"},
}


def walk_to(reader: PageClient, stop: str, lang: str = "es", **changes: dict[str, str | list[str]]) -> Page:
    """Walk from the first page to the page called `stop`, answering on the way."""
    page = reader.get(f"/{lang}/")
    page = reader.submit(page, {}, action="/report/start")
    while (stem := page.path.rsplit("/", 1)[-1]) != stop:
        assert page.status == 200, page.list_errors()
        page = reader.submit(page, changes.get(stem, ANSWERS.get(stem, {})))
    return page


def read_code(receipt: Page) -> str:
    """Read the code off a receipt page."""
    return "".join(text for span in receipt.find_all("span") if (text := span.text or "").isdigit())


@pytest.mark.parametrize("lang", ["en", "es", "qps"])
def test_report_reaches_the_office(reader: PageClient, office: Office, lang: str) -> None:
    """Ten pages lead to a code; the office opens the story, and each answer has its question as shown."""
    page = reader.submit(walk_to(reader, "check", lang), {"consent_statistics": ["yes"]}, go="send")
    assert page.path.endswith("/report/receipt")
    (report,) = office.open_reports()
    assert report.reference in page.words
    story = report.find_answer("what_happened")
    assert story is not None
    assert (story.value, story.language, story.state) == (STORY, lang, AnswerState.ANSWERED.value)
    assert report.consent_statistics
    states = {answer.question: answer.state for answer in report.answers}
    assert states["officer_names"] == AnswerState.SKIPPED.value
    assert states["force_used"] == AnswerState.NOT_ASKED.value
    assert states["held_name"] == AnswerState.NOT_ASKED.value


def test_receipt_goes_away_once_written_down(reader: PageClient) -> None:
    """The code is shown again on reload, and never after "I have written it down"."""
    receipt = reader.submit(walk_to(reader, "check"), {}, go="send")
    code = read_code(receipt)
    assert len(code) == 25
    assert code == read_code(reader.get("/es/report/receipt"))
    done = reader.submit(receipt, {}, go="done")
    assert code not in done.text.replace(" ", "")
    assert reader.get("/es/report/receipt").path == "/es/"
