"""Marking what must not leave the office: the page, what it records, and what copies hold afterwards."""

from __future__ import annotations

import pytest
from flask import Flask

from casework.case_files import CannotExportError
from casework.caseworker import Caseworker
from casework.conflicts import decide_conflict
from casework.opening import ConflictState, OpenedCase, open_case
from casework.orders import DocumentKind, Order
from casework.passage_marks import list_marks, mark_passage
from casework.permissions import Role
from casework.producing import make_production
from exports.case_file import Variant
from exports.redaction.marks import FitExhibit, Ground, Mark
from models.engine import write
from models.tables import sealed_items
from tests.casework.conftest import SignInAs
from tests.casework.corresponding import Correspondence
from tests.casework.filing import FiledCase, Filing
from tests.casework.test_case import decide
from tests.page_client import PageClient, read_fields

COPIES = ["court", "agency", "press"]
NEVER = Mark("Me pararon por una luz", Ground.PLACE, frozenset({Variant.PRESS}))


def open_cleared(caseworker: Caseworker, case: FiledCase) -> OpenedCase:
    """Open the case with its names checked."""
    decide_conflict(caseworker, open_case(caseworker, case.reference), ConflictState.CLEAR, "Not known to us")
    return open_case(caseworker, case.reference)


def mark(reader: PageClient, case: FiledCase, passage: str, **values: str | list[str]) -> str:
    """Mark a passage on the page; return the words of the page that comes then."""
    path = f"/cases/{case.reference}/redaction"
    asked = {"passage": passage, "passage_ground": "place", "passage_copies": COPIES, **values}
    page = reader.submit(reader.get(path), asked, action="/redaction")
    assert page.status == 200, page.list_errors()
    return page.words


def order(variant: Variant) -> Order:
    """An order of a summary for such a copy."""
    return Order(kind=DocumentKind.SUMMARY, variant=variant, reason="To see")


def test_is_refused_before_the_conflict_decision(sign_in_as: SignInAs, filing: Filing) -> None:
    """Before names were checked the story is not shown here either, and nothing can be marked."""
    case = filing.file()
    reader = sign_in_as(Role.ATTORNEY)
    page = reader.get(f"/cases/{case.reference}/redaction")
    assert page.status == 409
    assert "Record a conflict decision first" in page.words
    assert "luz" not in page.text
    sent = reader.post(f"/cases/{case.reference}/redaction", [("passage", "luz"), ("passage_ground", "place")])
    assert sent.status in {400, 409}
    assert "luz." not in sent.text


def test_a_marked_passage_goes_from_the_copies(sign_in_as: SignInAs, filing: Filing, caseworker: Caseworker) -> None:
    """A mark shows where it hits and in which copies; the copies hold a bracket then, until the mark is taken away."""
    case = filing.file()
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)
    words = mark(reader, case, "me  PARARON\npor una luz", passage_replacement="where")
    assert "[where]" in words
    assert "In the story: once." in words
    assert "Court copy, Agency’s copy, Press copy." in words
    production = make_production(caseworker, open_case(caseworker, case.reference), order(Variant.PRESS))
    assert production.case_file.story.text.startswith("[where]. El oficial")
    facts = make_production(caseworker, open_case(caseworker, case.reference), order(Variant.FACTS))
    assert "Me pararon por una luz" in facts.case_file.story.text
    page = reader.get(f"/cases/{case.reference}/redaction")
    assert "No passage is marked" in reader.submit(page, {}, action="/remove").words
    again = make_production(caseworker, open_case(caseworker, case.reference), order(Variant.PRESS))
    assert "Me pararon por una luz" in again.case_file.story.text


def test_says_what_is_wrong_and_keeps_what_was_typed(sign_in_as: SignInAs, filing: Filing) -> None:
    """No reason, no copy, nothing to find, a bracket that holds the passage: each is told at its field."""
    case = filing.file()
    reader = sign_in_as(Role.INTAKE)
    decide(reader, case)
    path = f"/cases/{case.reference}/redaction"
    page = reader.submit(
        reader.get(path),
        {"passage": "una luz", "passage_ground": "", "passage_copies": [], "passage_replacement": "a LUZ, una luz"},
        action="/redaction",
    )
    assert page.status == 400
    assert page.list_errors() == [
        "Choose why it goes",
        "Choose at least one copy",
        "This holds the words that are to go. Write something else",
    ]
    assert dict(read_fields(page.find_form("/redaction")))["passage"] == "una luz"
    page = reader.submit(page, {"passage": "…"}, action="/redaction")
    assert "There is no letter and no digit in this, so it cannot be found" in page.list_errors()


def test_a_passage_that_stands_nowhere_is_said_to(sign_in_as: SignInAs, filing: Filing) -> None:
    """A mark that hits nothing is a false promise: its line says so."""
    case = filing.file()
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)
    assert "Stands nowhere in the text of this case" in mark(reader, case, "Ogallala")


def test_a_suggestion_fills_the_box_and_records_nothing(
    sign_in_as: SignInAs, filing: Filing, caseworker: Caseworker
) -> None:
    """The button beside a suggestion puts the passage into the box; only sending the form marks it."""
    case = filing.file(what_happened="Íbamos con Eulalia por la 24.\n\nLlamen al 402-555-0166.")
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)
    page = reader.get(f"/cases/{case.reference}/redaction")
    assert "Eulalia – Looks like a name, once. Stays in every copy." in page.words
    assert "402-555-0166 – Telephone and other numbers" in page.words
    page = reader.post(
        page.path, [("passage", "Eulalia"), ("go", "fill"), *read_fields(page.find_form("/redaction"))[:1]]
    )
    assert dict(read_fields(page.find_form("/redaction")))["passage"] == "Eulalia"
    assert list_marks(open_case(caseworker, case.reference)) == ()


def test_a_file_is_in_a_copy_when_somebody_found_it_fit(
    sign_in_as: SignInAs, filing: Filing, caseworker: Caseworker, staff_site: Flask
) -> None:
    """Until it is found fit a file is withheld; the last word on it counts, and looking at it has to be ticked."""
    case = filing.file()
    reporter = Correspondence(filing, staff_site.extensions["blob_store"], case)
    photo = reporter.put_file(b"three", "foto.jpg", "photo", "image/jpeg")
    reporter.send(reporter.make_receipt(), files=[photo])
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)
    path = f"/cases/{case.reference}/redaction"

    def withheld() -> frozenset[str]:
        opened = open_case(caseworker, case.reference)
        return make_production(caseworker, opened, order(Variant.COURT)).withheld_exhibits

    assert withheld() == {photo.id}
    page = reader.submit(reader.get(path), {"fit_file": photo.id, "fit_copies": ["court"]}, action="/files")
    assert page.list_errors() == ["Tick the box when you have looked at all of it"]
    page = reader.submit(page, {"fit_looked": "y"}, action="/files")
    assert page.status == 200, page.list_errors()
    assert "foto.jpg , Photo: fit for Court copy" in page.words
    assert withheld() == frozenset()
    reader.submit(page, {"fit_file": photo.id, "fit_copies": []}, action="/files")
    assert withheld() == {photo.id}
    assert [each.mark for each in list_marks(open_case(caseworker, case.reference))] == [
        FitExhibit(photo.id, frozenset())
    ]


def test_nothing_is_made_while_a_mark_is_missing(filing: Filing, caseworker: Caseworker) -> None:
    """Whoever deletes a mark from the database stops every copy, rather than letting the passage out."""
    case = filing.file()
    mark_passage(caseworker, open_cleared(caseworker, case), NEVER)
    assert list_marks(open_case(caseworker, case.reference))[0].mark == NEVER
    with write(caseworker.engine) as connection:
        connection.execute(sealed_items.delete().where(sealed_items.c.kind == "redaction_mark"))
    with pytest.raises(CannotExportError):
        make_production(caseworker, open_case(caseworker, case.reference), order(Variant.PRESS))


def test_a_mark_taken_away_twice_is_said_to_be_gone(sign_in_as: SignInAs, filing: Filing) -> None:
    """Two people who take the same mark away do not both succeed: the second one is told."""
    case = filing.file()
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)
    mark(reader, case, "una luz")
    page = reader.get(f"/cases/{case.reference}/redaction")
    reader.submit(page, {}, action="/remove")
    again = reader.submit(page, {}, action="/remove")
    assert again.status == 409
    assert "This mark is not there any more. Look at the list again." in again.list_errors()


def test_shows_the_story_as_each_copy_has_it(sign_in_as: SignInAs, filing: Filing) -> None:
    """Each copy's story stands on the page, with what is left out of it and on which ground."""
    case = filing.file(what_happened="Soy Rosa Nombre-Inventado, llámenme al 402-555-0134.")
    reader = sign_in_as(Role.ATTORNEY)
    decide(reader, case)
    words = reader.get(f"/cases/{case.reference}/redaction").words
    assert "Soy [name removed], llámenme al [phone number removed]." in words
    assert "Fed. R. Civ. P. 5.2(a)" in words
