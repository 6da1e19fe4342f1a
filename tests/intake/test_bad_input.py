"""What goes wrong on the form: a clear message at the field, in the reader's language, and every word still there."""

from __future__ import annotations

import pytest

from models.questionnaire.pages import PAGES
from models.questionnaire.question import Kind, Question
from tests.intake.office import Office
from tests.intake.test_report_journey import ANSWERS, STORY, walk_to
from tests.page_client import Page, PageClient, read_fields

EVERYTHING: dict[str, dict[str, str | list[str]]] = {
    "urgent": {"urgent": ["held_now"]},
    "you": {"goal": "lawyer", "reporter_role": "family"},
    "why-and-how-it-ended": {"how_it_ended": ["arrest"]},
    "people": {"reach": "contact"},
    "contact": {"contact_ways": ["phone"], "contact_details": "555-0100"},
}
ASKING_PAGES = [page for page in PAGES if page.questions]
TEXTS = [
    (page.stem, question)
    for page in ASKING_PAGES
    for question in page.questions
    if question.kind in {Kind.LINE, Kind.TEXT}
]
CHOICES = [(page.stem, question) for page in ASKING_PAGES for question in page.questions if question.vocabulary]


def open_page(reader: PageClient, stem: str) -> Page:
    """Walk until every page is asked, then open one."""
    walk_to(reader, "check", "es", **EVERYTHING)
    page = reader.get(f"/es/report/{stem.replace('_', '-')}")
    assert page.path.endswith(stem.replace("_", "-"))
    return page


def send_with(reader: PageClient, page: Page, question: str, *values: str) -> Page:
    """Send a page as it stands, but for one question, past what its form would allow."""
    fields = [
        (name, value)
        for name, value in read_fields(page.find_form("/" + page.path.rsplit("/", 1)[-1]))
        if name != question
    ]
    return reader.post(page.path, [*fields, *((question, value) for value in values), ("go", "next")])


@pytest.mark.parametrize(("stem", "question"), TEXTS, ids=lambda value: value if isinstance(value, str) else value.id)
def test_too_long_text_is_kept_and_said(reader: PageClient, stem: str, question: Question) -> None:
    """A text over its limit comes back whole, with its length, status 400 and an error that leads to the field."""
    text = "á" * (question.limit + 1)
    page = send_with(reader, open_page(reader, stem), question.id, text)
    assert page.status == 400
    assert text in page.text
    assert any(f"#{question.id}" == link.get("href") for link in page.find_all("a"))


@pytest.mark.parametrize(("stem", "question"), TEXTS, ids=lambda value: value if isinstance(value, str) else value.id)
def test_signs_that_no_keyboard_types_are_taken_out_and_said(reader: PageClient, stem: str, question: Question) -> None:
    """NUL and control characters give status 400, the text without them, and a second press goes through."""
    page = send_with(reader, open_page(reader, stem), question.id, "1\x002\x1b")
    assert page.status == 400
    assert page.list_errors()
    fields = dict(read_fields(page.find_form("/" + page.path.rsplit("/", 1)[-1])))
    assert fields[question.id] == "12"


@pytest.mark.parametrize("text", ["\u202eesrever\u202c", "🙏🏽👨‍👩‍👧", "<b>&amp;\"'", "a\r\nb", "ကညီ", "٣"])
def test_any_writing_is_kept_as_it_is(reader: PageClient, office: Office, text: str) -> None:
    """Direction marks, emoji, markup, line ends and other scripts reach the office as they were typed."""
    page = walk_to(reader, "what-happened", "en")
    receipt = reader.submit(page, {"what_happened": text, "story_language": "other"}, go="send")
    assert receipt.path.endswith("/receipt")
    (report,) = office.open_reports()
    assert report.values["what_happened"] == text.replace("\r\n", "\n")


@pytest.mark.parametrize(("stem", "question"), CHOICES, ids=lambda value: value if isinstance(value, str) else value.id)
def test_choice_that_is_not_in_the_list_is_refused(reader: PageClient, stem: str, question: Question) -> None:
    """A code that the list does not have gives status 400 at the field and is not stored."""
    page = send_with(reader, open_page(reader, stem), question.id, "'; drop table cases")
    assert page.status == 400
    assert page.list_errors()


@pytest.mark.parametrize(
    "question", [question for _stem, question in CHOICES if question.exclusive], ids=lambda q: q.id
)
def test_none_of_these_stands_alone(reader: PageClient, question: Question) -> None:
    """A choice like "none of these" beside another one is asked again."""
    stem = next(stem for stem, other in CHOICES if other.id == question.id)
    other = next(code for code in sorted(question.codes) if code not in question.exclusive)
    page = send_with(reader, open_page(reader, stem), question.id, question.exclusive[0], other)
    assert page.status == 400


@pytest.mark.parametrize(
    ("stem", "question"),
    [(page.stem, question) for page in ASKING_PAGES for question in page.questions if question.required],
    ids=lambda value: value if isinstance(value, str) else value.id,
)
def test_required_answer_is_asked_for(reader: PageClient, stem: str, question: Question) -> None:
    """A page without its required answer comes back with status 400, "Error:" in the title and a link to the field."""
    page = send_with(reader, open_page(reader, stem), question.id)
    assert page.status == 400
    assert page.find_all("title")[0].text is not None
    assert (page.find_all("title")[0].text or "").startswith(("Error:", "Hay un error"))
    assert any(f"#{question.id}" == link.get("href") for link in page.find_all("a"))


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"when": "date", "when_day": "31", "when_month": "2", "when_year": "2025"}, "when_day"),
        ({"when": "date", "when_day": "x", "when_month": "2", "when_year": "2025"}, "when_day"),
        ({"when": "date", "when_day": "3", "when_month": "", "when_year": "2025"}, "when_month"),
        ({"when": "month", "when_month": "3", "when_year": "2999"}, "when_year"),
        ({"when": "season", "when_season": "", "when_year": "2025"}, "when_season"),
        ({"when": "season", "when_season": "fall", "when_year": "25"}, "when_year"),
    ],
)
def test_impossible_date_is_said_at_its_part(reader: PageClient, fields: dict[str, str], fault: str) -> None:
    """A date that no calendar has is said at the part at fault, and what was typed stays."""
    page = reader.submit(walk_to(reader, "when", "en"), fields)
    assert page.status == 400
    assert any(f"#{fault}" == link.get("href") for link in page.find_all("a"))
    assert dict(read_fields(page.find_form("/when")))["when"] == fields["when"]


def test_arabic_indic_digits_make_a_date(reader: PageClient) -> None:
    """Digits of another script are digits."""
    fields = {"when": "date", "when_day": "٣", "when_month": "2", "when_year": "٢٠٢٥"}
    assert reader.submit(walk_to(reader, "when", "en"), fields).path.endswith("/police")


def test_stale_token_keeps_every_word(reader: PageClient) -> None:
    """A missing or foreign token gives status 400, a message, the text, and a fresh token that works."""
    page = walk_to(reader, "what-happened", "es")
    for token in ("", "0" * 64):
        again = reader.post(page.path, [("csrf_token", token), ("what_happened", STORY), ("go", "next")])
        assert again.status == 400
        assert STORY in again.text
        assert again.list_errors()
    assert reader.submit(again, {}).path.endswith("/why-and-how-it-ended")


@pytest.mark.parametrize("cookie", ["garbage", "A" * 43, ""])
def test_foreign_cookie_keeps_every_word(reader: PageClient, cookie: str) -> None:
    """A cookie of another installation, or none, gives status 409 and the words, already saved in a new draft."""
    reader.client.set_cookie("form", cookie)
    page = reader.post("/es/report/what-happened", [("what_happened", STORY), ("go", "next")])
    assert page.status == 409
    assert STORY in page.text
    assert STORY in reader.get("/es/report/what-happened").text


def test_post_from_another_site_is_refused(reader: PageClient) -> None:
    """A post that another site sent, or that does not say where it comes from and has no box, gives 403."""
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}, {}):
        assert reader.client.post("/es/report/start", headers=headers).status_code == 403


def test_old_browser_that_tells_only_its_referrer_may_post(reader: PageClient) -> None:
    """A browser that sends no Origin but a Referer of this site can begin."""
    response = reader.client.post("/es/report/start", headers={"Referer": "http://localhost/es/"})
    assert response.status_code == 303


def test_prefetch_of_the_exit_destroys_nothing(reader: PageClient) -> None:
    """Opening /exit shows a page; only its button erases the draft, the cookie and what the browser stored."""
    page = walk_to(reader, "where", "es")
    assert reader.get("/exit").status == 200
    assert reader.get(page.path).path == page.path
    left = reader.client.post("/exit", headers={"Origin": "http://localhost"})
    assert left.status_code == 303
    assert left.headers["Clear-Site-Data"] == '"cookies", "storage"'
    assert reader.get(page.path).path == "/es/"


def test_body_of_ten_megabytes_is_refused_and_the_draft_kept(reader: PageClient) -> None:
    """Far too much at once gives a 413 page in the reader's language; what was saved before is still there."""
    page = walk_to(reader, "what-happened", "es")
    reader.submit(page, ANSWERS["what-happened"], go="back")
    refused = reader.post(page.path, [("what_happened", "x" * 10_000_000)])
    assert refused.status == 413
    assert refused.root.get("lang") == "es"
    assert STORY in reader.get(page.path).text


def test_unknown_pages_and_languages_are_not_found(reader: PageClient) -> None:
    """An address that does not exist gives a 404 page of our own."""
    for path in ("/xx/", "/es/report/nothing", "/es/report/what_happened", "/es/nothing", "/wp-login.php"):
        assert reader.get(path).status == 404
