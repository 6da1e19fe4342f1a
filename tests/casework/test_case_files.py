"""What of a case goes on paper, as the plain values that a summary is made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from casework.case_files import CannotExportError, build_case_file
from casework.caseworker import Caseworker
from casework.conflicts import decide_conflict
from casework.deadlines import sign_deadlines
from casework.dispositions import decide_disposition
from casework.files import list_files, verify_file
from casework.notes import add_note
from casework.opening import ConflictState, OpenedCase, open_case
from casework.previews import look_into
from casework.translations import add_translation
from exports.case_file import AnswerState, CaseFile, PrivilegeClass
from models.cases import Status
from tests.casework.corresponding import Correspondence, make_photo
from tests.casework.filing import STORY, FiledCase, Filing
from web import clock


def reopen(caseworker: Caseworker, case: FiledCase) -> OpenedCase:
    """Open the case as it is now."""
    return open_case(caseworker, case.reference)


def work(caseworker: Caseworker, case: FiledCase) -> CaseFile:
    """Work a case as far as a summary shows it."""
    decide_conflict(caseworker, reopen(caseworker, case), ConflictState.CLEAR, "Not known to us")
    add_note(caseworker, reopen(caseworker, case), "Our own thought")
    add_translation(caseworker, reopen(caseworker, case), "First try")
    add_translation(caseworker, reopen(caseworker, case), "They stopped me.\n\nMy son cried.")
    day = datetime(2028, 11, 20, tzinfo=UTC).date()
    sign_deadlines(caseworker, reopen(caseworker, case), {"limitation": day}, "Two years")
    decide_disposition(caseworker, reopen(caseworker, case), Status.DECLINED, "Full", decline_code="no_capacity")
    return build_case_file(caseworker, reopen(caseworker, case))


def test_holds_the_report_as_it_was_told(caseworker: Caseworker, filing: Filing) -> None:
    """Story, parties, dates, place, agency and answers stand in the case file, each with its state and language."""
    case = filing.file(days_ago=3)
    paper = work(caseworker, case)
    assert paper.story.text == STORY
    assert paper.story.language is not None
    assert paper.story.language.name == "Spanish"
    assert paper.privilege_class is PrivilegeClass.LEGAL_ADVICE_SOUGHT
    assert paper.typed_by == "the person it happened to"
    parties = {party.label: party.answer for party in paper.parties}
    assert parties["Reporter, name to use"].text == "Rosa Nombre-Inventado"
    assert parties["Others who were there"].state is AnswerState.SKIPPED
    yesterday = datetime.fromisoformat(case.report.answered_on).date() - timedelta(days=1)
    assert (paper.incident.earliest_on, paper.incident.latest_on) == (yesterday, yesterday)
    assert paper.incident.words.text == "Yesterday"
    assert paper.stop.how_it_ended.text == "A ticket or citation"
    questions = {fact.question: fact.answer for section in paper.sections for fact in section.facts}
    assert questions["How long did it last?"].state is AnswerState.NOT_ASKED
    assert "What happened?" not in questions
    contact = {fact.question: fact.answer for fact in paper.contact}
    assert contact["May we say who is calling?"].state is AnswerState.PREFER_NOT_TO_SAY
    assert len(paper.digests.sealed_report) == len(paper.digests.opened_report) == 64


def test_holds_what_the_office_did(caseworker: Caseworker, filing: Filing) -> None:
    """The newest translation, signed dates, decisions, notes and history stand there in the office's time."""
    paper = work(caseworker, filing.file())
    assert paper.translation is not None
    assert paper.translation.text == "They stopped me.\n\nMy son cried."
    assert str(paper.translation.translated_at.tzinfo) == "America/Chicago"
    assert [(each.kind, each.signed_by) for each in paper.deadlines] == [("Limitation", "Ana Abogada")]
    assert paper.office is not None
    assert [each.what for each in paper.office.conflict_checks] == ["Clear"]
    assert [(each.what, each.reason) for each in paper.office.dispositions] == [("Declined: No capacity", "Full")]
    assert [note.text for note in paper.office.notes] == ["Our own thought"]
    assert paper.office.history[0].happened_at is None
    assert paper.office.history[-1].who == "attorney person"


def test_writes_a_vague_day_in_words(caseworker: Caseworker, filing: Filing) -> None:
    """A season of a year stands as it was chosen, beside the days that it allows."""
    case = filing.file(when="season", when_season="summer", when_year="2024")
    paper = work(caseworker, case)
    assert paper.incident.words.text == "In a season that I know: Summer 2024"
    assert str(paper.incident.earliest_on) == "2024-06-01"


def test_a_name_in_latin_letters_runs_left_to_right(caseworker: Caseworker, filing: Filing) -> None:
    """In a report in Arabic the story runs right to left; an agency's name in Latin letters does not."""
    paper = work(caseworker, filing.file(story_language="ar", what_happened="أوقفوني", agency="Platte Fork PD"))
    assert paper.story.language is not None
    assert paper.story.language.direction == "rtl"
    assert paper.stop.agency.language is None


def test_nothing_goes_on_paper_with_a_conflict(caseworker: Caseworker, filing: Filing) -> None:
    """Before the check, and after it found a conflict, there is no case file."""
    case = filing.file()
    with pytest.raises(CannotExportError):
        build_case_file(caseworker, reopen(caseworker, case))
    decide_conflict(caseworker, reopen(caseworker, case), ConflictState.CONFLICT, "We act for the deputy")
    with pytest.raises(CannotExportError):
        build_case_file(caseworker, reopen(caseworker, case))


def test_lists_files_that_the_ledger_vouches_for(caseworker: Caseworker, filing: Filing, staff_site: Flask) -> None:
    """Files of the report and of messages are listed with length and digest; what somebody smuggled in is not."""
    case = filing.file()
    reporter = Correspondence(filing, staff_site.extensions["blob_store"], case)
    spoken = reporter.put_file(b"one", "voz.wav", "audio", "audio/wav", is_story=True, language="so")
    photo = reporter.put_file(b"three", "foto.jpg", "photo", "image/jpeg")
    alien = reporter.put_file(b"x", "ajeno.jpg", "photo", "image/jpeg")
    reporter.name_in_report(spoken)
    receipt = reporter.make_receipt()
    reporter.send(receipt, files=[photo])
    reporter.send(receipt, files=[alien], is_logged=False)
    exhibits = work(caseworker, case).exhibits
    assert [(each.name, each.kind, each.length, each.sha256) for each in exhibits] == [
        ("voz.wav", "Sound, spoken account in Somali", 3, spoken.sha256),
        ("foto.jpg", "Photo", 5, photo.sha256),
    ]


def test_says_that_the_language_of_a_recording_was_not_told(
    caseworker: Caseworker, filing: Filing, staff_site: Flask
) -> None:
    """A spoken account without a language is not said to be in another language."""
    case = filing.file()
    reporter = Correspondence(filing, staff_site.extensions["blob_store"], case)
    reporter.name_in_report(reporter.put_file(b"one", "voz.wav", "audio", "audio/wav", is_story=True))
    (exhibit,) = work(caseworker, case).exhibits
    assert exhibit.kind == "Sound, spoken account, language not told"


def test_later_contact_wishes_go_on_paper_when_vouched_for(
    caseworker: Caseworker, filing: Filing, staff_site: Flask
) -> None:
    """Wishes that came later stand newest first beside the report's, with the day; smuggled ones do not."""
    case = filing.file()
    reporter = Correspondence(filing, staff_site.extensions["blob_store"], case)
    receipt = reporter.make_receipt()
    reporter.send(receipt, kind="contact", contact={"contact_details": "402-555-0188"})
    reporter.send(receipt, kind="contact", contact={"contact_ways": ["signal"], "contact_details": "después, en casa"})
    reporter.send(receipt, kind="contact", contact={"contact_details": "402-555-0666"}, is_logged=False)
    paper = work(caseworker, case)
    newest, older = paper.contact_changes
    assert newest.whose_code == "The person's own code"
    assert newest.changed_on == clock.now().astimezone(caseworker.config.time_zone).date()
    answers = [fact.answer for fact in newest.facts]
    assert [(answer.text, answer.language is None) for answer in answers] == [
        ("Signal", True),
        ("después, en casa", False),
    ]
    assert [fact.answer.text for fact in older.facts] == ["402-555-0188"]
    assert "402-555-0134" in [fact.answer.text for fact in paper.contact]


def test_the_safe_phone_of_a_held_person_stands_with_the_contact_rules(caseworker: Caseworker, filing: Filing) -> None:
    """The number to reach somebody about a held person is counsel's, not one of the facts that are handed on."""
    paper = work(caseworker, filing.file(urgent=["held_now"], held_phone="402-555-0177"))
    facts = [fact.answer.text for section in paper.sections for fact in section.facts]
    assert "402-555-0177" not in facts
    assert "402-555-0177" in [fact.answer.text for fact in paper.contact]


def test_chronology_says_who_said_it_and_when(caseworker: Caseworker, filing: Filing, staff_site: Flask) -> None:
    """Incident, receipt and messages stand in the order of their days; smuggled messages and contact wishes do not."""
    case = filing.file(days_ago=3)
    reporter = Correspondence(filing, staff_site.extensions["blob_store"], case)
    receipt = reporter.make_receipt()
    reporter.send(receipt, "Recordé el nombre")
    reporter.send(receipt, "402-555-0188", kind="contact", contact={"contact_details": "402-555-0188"})
    reporter.send(receipt, "inventado", is_logged=False)
    paper = work(caseworker, case)
    assert [entry.what.text for entry in paper.chronology] == [
        "What the report tells of: see the account",
        "The office received the report",
        "Recordé el nombre",
        "Changed how to be reached (changed by whoever held the code)",
    ]
    assert paper.chronology[2].said_by == "The person's own code"
    assert paper.chronology[2].what.language is not None
    assert paper.office is not None
    assert not paper.office.chronology


def test_a_file_with_a_date_outside_the_report_says_so(
    caseworker: Caseworker, filing: Filing, staff_site: Flask
) -> None:
    """A photo whose own date lies outside the days of the report is listed on that day, and marked."""
    case = filing.file()
    store = staff_site.extensions["blob_store"]
    reporter = Correspondence(filing, store, case)
    reporter.name_in_report(reporter.put_file(make_photo(), "foto.jpg", "photo", "image/jpeg"))
    work(caseworker, case)
    opened = reopen(caseworker, case)
    look_into(caseworker, store, opened, list_files(opened)[0])
    first = build_case_file(caseworker, reopen(caseworker, case)).chronology[0]
    assert first.what.text == "Exhibit 1 was made, by the date that is in the file"
    assert (str(first.earliest_on), first.when) == ("2026-05-01", "2026-05-01 21:03:12 -05:00")
    assert first.conflicts_with == "The days that the report allows"


def test_custody_lists_what_was_done_with_each_file(caseworker: Caseworker, filing: Filing, staff_site: Flask) -> None:
    """Each file's log begins with its coming and its SHA-256, and goes on with what the ledger has about it."""
    case = filing.file()
    store = staff_site.extensions["blob_store"]
    reporter = Correspondence(filing, store, case)
    spoken = reporter.put_file(b"one", "voz.wav", "audio", "audio/wav", is_story=True, language="so")
    photo = reporter.put_file(b"three", "foto.jpg", "photo", "image/jpeg")
    reporter.name_in_report(spoken, photo)
    work(caseworker, case)
    opened = reopen(caseworker, case)
    verify_file(caseworker, store, opened, list_files(opened)[1])
    paper = build_case_file(caseworker, reopen(caseworker, case))
    assert [(entry.exhibit_id, entry.what, entry.digest) for entry in paper.custody] == [
        (spoken.id, "Came in with the report; SHA-256 taken", spoken.sha256),
        (photo.id, "Came in with the report; SHA-256 taken", photo.sha256),
        (photo.id, "File verified: same SHA-256 as on the day it came", photo.sha256),
    ]
    assert (paper.custody[2].who, paper.custody[2].happened_at is not None) == ("attorney person", True)
    exhibit = paper.exhibits[0]
    assert (exhibit.id, exhibit.media_type, exhibit.is_story) == (spoken.id, "audio/wav", True)
    assert exhibit.language is not None
    assert exhibit.language.name == "Somali"


def test_consents_and_witnesses_are_as_they_were_answered(caseworker: Caseworker, filing: Filing) -> None:
    """Whether the person knows of it, and who saw it, stand apart; what was not asked is left out."""
    asked = work(caseworker, filing.file(reporter_role="family", for_someone="asked_me", other_people="Mi hermana"))
    facts = {fact.question: fact.answer.text for fact in asked.consents}
    assert facts["May be counted in statistics"] == "No"
    assert "asked" in facts["Does the person know that you are telling us?"]
    assert [(party.label, party.answer.text) for party in asked.witnesses] == [("Others who were there", "Mi hermana")]
    plain = work(caseworker, filing.file())
    assert [fact.question for fact in plain.consents] == ["May be counted in statistics"]
    assert not plain.witnesses
