"""The demo office's content fits the form that it claims to have been typed into, and names nobody real."""

import re
import unicodedata
from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from casework.marks import Mark
from demo.agencies import AGENCIES
from demo.people import PEOPLE
from demo.reports.collection import REPORTS
from demo.reports.report import STORIES, DemoReport, find_filed_on, list_values, read_translation
from demo.timeline import TIME_ZONE, Timeline
from demo.work import WORK, Work
from models.questionnaire.pages import PAGES, QUESTIONS, Page, list_missing_questions
from models.questionnaire.question import Kind

FIRST_START_ON = date(2026, 3, 1)
every_report = pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.key)


def _list_codes(report: DemoReport) -> list[tuple[str, str]]:
    values = list_values(report, FIRST_START_ON)
    coded = ((key, values[key]) for key in values if QUESTIONS[key].vocabulary and values[key])
    return [(key, code) for key, value in coded for code in ([value] if isinstance(value, str) else value)]


def test_has_twenty_reports_in_eight_languages() -> None:
    """At least twenty reports in at least eight languages, each key once."""
    assert len(REPORTS) >= 20
    assert len({report.key for report in REPORTS}) == len(REPORTS)
    assert len({report.values["story_language"] for report in REPORTS}) >= 8


@every_report
def test_answers_only_questions_of_the_form(report: DemoReport) -> None:
    """Every answer belongs to a question on a page that these answers lead to."""
    values = list_values(report, FIRST_START_ON)
    asked = {question.id for page in PAGES if page.is_asked(values) for question in page.questions}
    assert set(values) <= asked


@every_report
def test_uses_only_codes_of_the_vocabularies(report: DemoReport) -> None:
    """Every code stands in its question's vocabulary, and exclusive codes stand alone."""
    values = list_values(report, FIRST_START_ON)
    for key, code in _list_codes(report):
        assert code in QUESTIONS[key].codes, (key, code)
        if code in QUESTIONS[key].exclusive:
            assert values[key] == [code], key


@every_report
def test_answers_have_the_shape_and_length_of_their_question(report: DemoReport) -> None:
    """Several choices are a list without repeats, all else is text within the question's limit."""
    for key, value in list_values(report, FIRST_START_ON).items():
        question = QUESTIONS[key]
        if question.kind is Kind.CHOICES:
            assert isinstance(value, list), key
            assert len(set(value)) == len(value), key
        else:
            assert isinstance(value, str), key
            assert question.vocabulary or len(value) <= question.limit, key
            assert question.kind is Kind.TEXT or "\n" not in value, key


@every_report
def test_leaves_no_required_question_open(report: DemoReport) -> None:
    """The form could have been sent."""
    missing: list[tuple[Page, str]] = [
        (page, question.id) for page, question in list_missing_questions(list_values(report, FIRST_START_ON))
    ]
    assert missing == []


@every_report
def test_texts_hold_no_control_characters_or_overrides(report: DemoReport) -> None:
    """The form would refuse control characters and direction overrides, so no text has them."""
    for value in list_values(report, FIRST_START_ON).values():
        for text in [value] if isinstance(value, str) else value:
            assert not [c for c in text if unicodedata.category(c) == "Cc" and c != "\n"]
            assert not re.search("[\u202a-\u202e]", text)
            assert unicodedata.is_normalized("NFC", text)


@every_report
def test_phone_numbers_are_fictional(report: DemoReport) -> None:
    """Whatever looks like a phone number is one of those kept for fiction."""
    for value in list_values(report, FIRST_START_ON).values():
        for text in [value] if isinstance(value, str) else value:
            assert re.findall(r"\d{3}[-. ]\d{4}", text) == re.findall(r"555-01\d\d", text)


def test_dates_count_back_from_the_first_start() -> None:
    """A day, a month and a season are worked out from the day of the first start, across a new year."""
    by_key = {report.key: list_values(report, FIRST_START_ON) for report in REPORTS}
    assert [by_key["bail_paid"][key] for key in ("when_day", "when_month", "when_year")] == ["26", "2", "2026"]
    assert [by_key["shop_window"][key] for key in ("when_day", "when_month", "when_year")] == ["31", "12", "2025"]
    asked = by_key["checkpoint_asked"]
    assert date(int(str(asked["when_year"])), int(str(asked["when_month"])), int(str(asked["when_day"]))).weekday() == 6
    assert "when_day" not in by_key["jail_interview"]
    assert by_key["jail_interview"]["when_month"] == "1"
    assert [by_key["summer_fair"][key] for key in ("when_season", "when_year")] == ["summer", "2024"]


@every_report
def test_nothing_happened_after_it_was_reported(report: DemoReport) -> None:
    """An incident with a date lies on or before the day on which it was reported."""
    assert report.when.code != "date" or report.when.days_ago >= report.days_ago


def test_every_story_file_belongs_to_a_report() -> None:
    """No story or translation lies about unused, and a translation is not the story again."""
    keys = {report.key for report in REPORTS}
    assert {path.name.split(".")[0] for path in STORIES.iterdir()} <= keys
    translated = {report.key: read_translation(report.key) for report in REPORTS if read_translation(report.key)}
    assert len(translated) >= 3
    assert all(report.values["what_happened"] != translated.get(report.key) for report in REPORTS)


def test_the_pasted_text_is_the_same_thrice_against_three_agencies() -> None:
    """The doubtful reports differ in agency alone, and hold direction marks and emoji."""
    marked = {work.report for work in WORK if work.mark is Mark.DOUBTFUL}
    doubtful = [report for report in REPORTS if report.key in marked]
    assert len({report.values["what_happened"] for report in doubtful}) == 1
    assert len({report.values["agency"] for report in doubtful}) == len(doubtful) == 3
    text = str(doubtful[0].values["what_happened"])
    assert "\u200f" in text
    assert max(text) > "\uffff"


def test_work_is_done_by_the_people_of_the_office_after_the_report_came_in() -> None:
    """Whatever staff did names a report that was there by then, a person who may, and a translation that exists."""
    filed = {report.key: report.days_ago for report in REPORTS}
    people = {person.key for person in PEOPLE}
    for work in WORK:
        assert work.days_ago < filed[work.report] or work.days_ago == 0 == filed[work.report], work.report
        assert work.by in people
        assert work.assign_to in {*people, ""}
        assert not work.types_translation or read_translation(work.report)


@pytest.mark.parametrize("minutes", [0, 1, 30, 700])
def test_todays_reports_come_in_today(minutes: int) -> None:
    """However early in the day the office is first started, today's reports came in today, before anybody read them."""
    start = datetime(2026, 3, 1, tzinfo=TIME_ZONE) + timedelta(minutes=minutes)
    filed: dict[str, date] = {}
    for moment, deed in Timeline(start).list_deeds(REPORTS, WORK):
        assert moment <= start
        if isinstance(deed, Work):
            assert deed.report in filed
        else:
            filed[deed.key] = moment.astimezone(TIME_ZONE).date()
    assert all(filed[report.key] == find_filed_on(report, start.date()) for report in REPORTS)


def test_agencies_are_invented() -> None:
    """Identifiers start with ZZ, county codes with 9, and nothing is there twice."""
    assert len(AGENCIES) == 5
    assert all(re.fullmatch(r"ZZ9\d{6}", agency.ori) for agency in AGENCIES)
    assert all(re.fullmatch(r"9\d\d", agency.county_code) for agency in AGENCIES)
    assert len({agency.ori for agency in AGENCIES}) == len(AGENCIES)
    assert {agency.state for agency in AGENCIES} == {"NE", "MN", "IA"}


def test_staff_are_invented() -> None:
    """Every role is there, and two people to supervise, without whom no emergency can be tried; nobody can exist."""
    roles = Counter(person.role for person in PEOPLE)
    assert roles == {"administrator": 1, "attorney": 3, "intake": 2, "analyst": 1}
    assert sum(person.is_supervising for person in PEOPLE) == 2
    assert all(person.email.endswith("@demo.example") for person in PEOPLE)
