"""What each copy of a case holds, and what is taken out of its text."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from exports.bundles.case_json import write_case_json
from exports.case_file import (
    AgreementOnDay,
    AgreementSource,
    Answer,
    CaseFile,
    ChronologyEntry,
    CustodyEntry,
    Exhibit,
    Incident,
    Language,
    Party,
    PartyKind,
    Variant,
)
from exports.coarse_dates import MonthOfMoment
from exports.documents.full_case_file import render_full_case_file
from exports.environment import format_day, format_moment
from exports.exhibits.drawn import DrawnExhibit, ExhibitPage
from exports.redaction.exhibit_pages import NOT_FIT, PAGE_WITHHELD, withhold_pages
from exports.redaction.marks import FitExhibit, Ground, Mark
from exports.redaction.matching import Haystack, make_needle
from exports.redaction.names import list_names
from exports.redaction.policies import PART_WORDS, POLICIES
from exports.redaction.redacting import redact
from exports.redaction.searching import search_for_removed
from exports.redaction.walking import change_texts, list_texts

TellStory = Callable[[Language, str], CaseFile]
SPANISH = Language("es", "Spanish")
ARABIC = Language("ar", "Arabic", "rtl")
LEAVES = tuple(variant for variant in Variant if variant is not Variant.OFFICE)


def told(case: CaseFile, text: str, variant: Variant, *marks: Mark | FitExhibit) -> str:
    """The story as a copy shows it."""
    case = dataclasses.replace(case, story=Answer(text, language=SPANISH), translation=None)
    return redact(case, variant, marks).case_file.story.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Call (402) 555-0134 or \u0664\u0660\u0662-\u0665\u0665\u0665-\u0660\u0661\u0669\u0669.",
            "Call [phone number removed] or [phone number removed].",
        ),
        ("Me escriben a xi.qu@correo.example.", "Me escriben a [e-mail address removed]."),
        ("SSN 123-45-6789, A 200-300-400", "SSN [identity number removed], [identity number removed]"),
        ("card 4111 1111 1111 1111.", "card [number removed]."),
        ("I was born on March 3, 1988.", "I was born on [birth date removed]."),
        ("at 1420 N Elm Street, Apt 4, Fremont, NE 68025.", "at [address removed]."),
        ("en la calle Benito Juárez #12", "en la [address removed]"),
        ("en calle 5 de Mayo 22", "en [address removed]"),
        ("41.2565, -95.9345", "[place removed]"),
        ("at 41.25, -95.93", "at [place removed]"),
        ("wa.me/14025550134 and https://facebook.com/xq?id=1", "[web address removed] and [web address removed]"),
        ("a las 5 y media de la tarde", "[time removed]"),
        ("Soy indocumentada", "Soy [words on immigration status removed]"),
        ("at 9:43 p.m. sharp", "at [time removed] sharp"),
        ("see @rosa_omaha on it", "see [account name removed] on it"),
    ],
)
def test_rules_take_out_what_has_a_form(case_file: CaseFile, text: str, expected: str) -> None:
    """Numbers in any script, addresses, places and times go from an agency's copy; a bracket says what stood there."""
    assert told(case_file, text, Variant.AGENCY) == expected


def test_a_court_copy_keeps_what_the_rule_lets_stand(case_file: CaseFile) -> None:
    """Fed. R. Civ. P. 5.2(a): the last four digits of numbers and the year of a birth stay in a court copy."""
    text = told(case_file, "SSN 123-45-6789, card 4111 1111 1111 1234, nacida el 3 de marzo de 1988", Variant.COURT)
    assert text == (
        "SSN [identity number removed, last four digits 6789], card [number removed, last four digits 1234], "
        "nacida el [birth date removed, year 1988]"
    )


def test_dates_of_a_press_copy_tell_the_month_only(case_file: CaseFile) -> None:
    """Neither a day in the text nor a day of a field is in a press copy; what is left of it is the month."""
    case = dataclasses.replace(case_file, incident=Incident(earliest_on=date(2024, 6, 3), latest_on=date(2024, 6, 3)))
    assert (
        told(case, "El 3 de junio de 2024, or 6/3/2024", Variant.PRESS)
        == "El [day removed] Junio 2024, or [day removed]"
    )
    shown = redact(case, Variant.PRESS).case_file
    assert format_day(shown.incident.earliest_on or date.min) == "June 2024"
    assert str(shown.incident.earliest_on) == shown.incident.latest_on.isoformat() == "2024-06"  # type: ignore[union-attr]  # not None
    assert format_moment(MonthOfMoment.of(datetime(2024, 6, 3, 21, 43, tzinfo=UTC))) == "June 2024"


def test_no_day_of_the_incident_is_anywhere_in_a_press_copy(case_file: CaseFile) -> None:
    """Also what the office found out for that day, and its chronology, tell the month of it only."""
    agreement = AgreementOnDay(
        agency="Sheriff, 2024-06-03",
        how_found="By name",
        days="2024-06-03",
        answer="Yes, on June 3, 2024",
        sentences=("2024-06-03: Task force model.",),
        sources=(AgreementSource(model="Task force", words="Signed: 2023-01-02.", source="ICE"),),
    )
    entry = ChronologyEntry(what=Answer("Stopped"), when="June 3, 2024", earliest_on=date(2024, 6, 3), source="Report")
    case = dataclasses.replace(case_file, agreement=agreement, chronology=(entry,), office=None)
    production = redact(case, Variant.PRESS)
    written = write_case_json(production).decode()
    assert "[day removed] 2024-06" in written
    assert "Signed: 2023-01-02." in written
    assert not [day for day in ("2024-06-03", "June 3", "06-03") if day in written]
    assert search_for_removed(render_full_case_file(production).content, production) == ()


@pytest.mark.parametrize(
    "typed",
    [
        "Ximena Quispe",
        "XIMENA\nQUISPE",
        "los Quispes",
        "Xiména",
        "xim\u00adena",
        "ximenaquispe99",
        "\uff31\uff35\uff29\uff33\uff30\uff25",
        "Quispe's",
    ],
)
@pytest.mark.parametrize("variant", [Variant.AGENCY, Variant.PRESS])
def test_names_go_however_they_are_written(case_file: CaseFile, variant: Variant, typed: str) -> None:
    """Who is named in the report is nowhere in the story, in any case, width, accent, form, or run together."""
    shown = told(case_file, f"Dijo {typed} y se fue", variant)
    assert "[name removed]" in shown
    assert not any(Haystack(shown).has(needle) for name in ("Ximena", "Quispe") if (needle := make_needle(name)))


def test_names_go_from_every_field(case_file: CaseFile) -> None:
    """A name is taken out of answers, file names and the chronology as well as out of the story."""
    exhibits = (Exhibit(name="teofilo_casa.jpg", kind="Photo", length=1, sha256="00"),)
    case = dataclasses.replace(case_file, exhibits=exhibits)
    texts = list(list_texts(redact(case, Variant.AGENCY).case_file))
    assert not [text for text in texts for name in ("ximena", "quispe", "teofilo", "teófilo") if name in text.lower()]


def test_arabic_names_go_with_what_is_written_onto_them(tell_story: TellStory) -> None:
    """In Arabic "and to Ahmad" is one word, and the name in it goes."""
    case = dataclasses.replace(
        tell_story(ARABIC, "ذهبت ولأحمد قال الشرطي"), parties=(Party("Others", Answer("احمد", language=ARABIC)),)
    )
    assert redact(case, Variant.AGENCY).case_file.story.text.count("[name removed]") == 1


def test_children_and_bystanders_keep_initials_in_a_court_copy(case_file: CaseFile) -> None:
    """Fed. R. Civ. P. 5.2(a)(3): of those who may be children initials stay, and parties keep their names."""
    party = Party("Others who were there", Answer("my cousin Juan Pérez", language=SPANISH), PartyKind.BYSTANDER)
    case = dataclasses.replace(case_file, parties=(*case_file.parties, party))
    assert told(case, "Juan Perez y Ximena lloraban. Pérez!", Variant.COURT) == "[J. P.] y Ximena lloraban. [P.]!"
    assert redact(case, Variant.COURT).case_file.parties[-1].answer.text == "[J. P.]"


def test_common_words_in_an_answer_to_who_stay_in_the_story() -> None:
    """Words that everybody uses are no names; of a sentence only words with a capital are."""
    assert list_names("my son and two cousins") == []
    assert list_names("mi primo juan pérez y Luz") == ["mi primo juan pérez", "juan pérez", "Luz"]
    assert list_names("a man who saw it all from the bus stop, Pedro Ruiz") == ["Pedro Ruiz", "Pedro", "Ruiz"]
    assert list_names("juan pérez y luz") == ["juan pérez", "pérez", "juan", "luz"]
    assert list_names("Fermín, compañero de trabajo, iba dormido") == ["iba dormido", "dormido", "Fermín"]
    assert list_names("Mi primo juan pérez") == ["Mi primo juan pérez", "juan pérez", "pérez", "juan"]
    assert list_names("The clerk at the shop saw it") == ["The clerk at the shop saw it"]
    assert list_names("Lê Văn Tám") == ["Lê Văn Tám", "Tám"]
    assert list_names("John, أحمد علي") == ["أحمد علي", "John", "أحمد", "علي"]
    assert list_names("Le") == ["Le"]
    assert list_names("No") == list_names("Nadie") == []


@pytest.mark.parametrize("variant", LEAVES)
def test_a_marked_passage_is_nowhere(case_file: CaseFile, variant: Variant) -> None:
    """What staff marked is replaced in every field of the copies that it is marked for, and counted with its reason."""
    mark = Mark("me siguió tres cuadras", Ground.PLACE, frozenset({variant}))
    production = redact(case_file, variant, [mark])
    assert production.case_file.story.text.startswith("La patrulla [place removed].")
    assert mark.text in production.removed
    assert [each.times for each in production.omissions if each.ground == "Marked by the office"] == [1]
    others = [other for other in LEAVES if other is not variant]
    assert all(mark.text in redact(case_file, other, [mark]).case_file.story.text for other in others)


def test_a_mark_says_what_stands_instead() -> None:
    """A replacement of the office's own stands in brackets; a child's name leaves its initials."""
    assert Mark("x", Ground.OTHER, frozenset(), "a [neighbor]").bracket == "[a [neighbor]"
    assert Mark("Ana López", Ground.CHILD, frozenset()).bracket == "[A. L.]"


@pytest.mark.parametrize("variant", Variant)
def test_every_part_is_in_a_copy_by_decision_alone(case_file: CaseFile, variant: Variant) -> None:
    """A part that the policy does not name is left out, and each that held something is listed with its ground."""
    shown = redact(case_file, variant)
    for part, words in PART_WORDS.items():
        is_in = part in POLICIES[variant].parts
        assert (getattr(shown.case_file, part) == getattr(case_file.__class__, part, None)) or is_in
        was_there = bool(getattr(case_file, part))
        assert (words in {each.what for each in shown.omissions}) == (was_there and not is_in)


def test_every_field_of_a_case_is_a_part_or_always_there() -> None:
    """A field that is added to a case is thought of: it is a part, or it is listed here as being in every copy."""
    always = {
        *("reference", "office_name", "received_on", "language", "typed_by", "reporter_role", "privilege_class"),
        *("digests", "story", "parties", "incident", "stop", "sections", "exhibits", "is_demo"),
    }
    assert {field.name for field in dataclasses.fields(CaseFile)} == always | set(PART_WORDS)


def test_files_are_withheld_until_somebody_found_them_fit(case_file: CaseFile) -> None:
    """Copies that redact hold no content of a file that is not marked as fit; a press copy does not list it either."""
    one = Exhibit(name="a.jpg", kind="Photo", length=1, sha256="00", id="one")
    two = dataclasses.replace(one, id="two", received_on=date(2026, 11, 25))
    case = dataclasses.replace(
        case_file, exhibits=(one, two), custody=(CustodyEntry(exhibit_id="one", what="came", happened_on=date.min),)
    )
    fit = FitExhibit("two", frozenset({Variant.COURT, Variant.PRESS}))
    assert redact(case, Variant.COURT, [fit]).withheld_exhibits == {"one"}
    assert [each.id for each in redact(case, Variant.COURT, [fit]).case_file.exhibits] == ["one", "two"]
    assert [each.id for each in redact(case, Variant.PRESS, [fit]).case_file.exhibits] == ["two"]
    assert redact(case, Variant.AGENCY, [fit]).withheld_exhibits == {"one", "two"}
    assert redact(case, Variant.FACTS).withheld_exhibits == frozenset()
    assert redact(case, Variant.REPORTER).withheld_exhibits == {"two"}


def test_pages_with_removed_words_are_left_out(case_file: CaseFile) -> None:
    """A page of a fit exhibit goes when removed words can be read on it; a file that is not fit has no page at all."""
    exhibits = tuple(Exhibit(name="a", kind="PDF", length=1, sha256="00", id=each) for each in ("one", "two"))
    case = dataclasses.replace(case_file, exhibits=exhibits)
    production = redact(case, Variant.AGENCY, [FitExhibit("one", frozenset({Variant.AGENCY}))])
    pages = (ExhibitPage(b"1", 1, 1, "a citation"), ExhibitPage(b"2", 1, 1, "issued to QUISPE, X."))
    facts = (("Author", "X. Quispe"), ("Pages", "2"))
    one, two = withhold_pages(
        production, (DrawnExhibit("one", pages, facts=facts, page_count=2), DrawnExhibit("two", pages, facts=facts))
    )
    assert [page.text for page in one.pages] == ["a citation", PAGE_WITHHELD]
    assert one.facts == (("Pages", "2"),)
    assert (two.pages, two.failure, two.facts) == ((), NOT_FIT, ())


def test_a_value_that_nobody_knows_is_refused() -> None:
    """A kind of value that redaction cannot go through stops it, so that a new field cannot pass unseen."""

    @dataclasses.dataclass(frozen=True)
    class New:
        words: dict[str, str]

    with pytest.raises(TypeError, match="dict"):
        change_texts(New({"a": "b"}), str.upper)
