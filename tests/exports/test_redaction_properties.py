"""Random cases, random marks: nothing that was removed is in any output, and switching a rule off is noticed.

What is looked for is what the test itself put in, and the test looks in its own way: a mistake of the matcher that
removes and searches must not hide itself.
"""

from __future__ import annotations

import dataclasses
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports.bundles.case_json import write_case_json
from exports.case_file import (
    Answer,
    CaseFile,
    ChronologyEntry,
    Digests,
    Exhibit,
    Fact,
    FactSection,
    Incident,
    Language,
    Party,
    PartyKind,
    PrivilegeClass,
    Variant,
    WorkingTranslation,
)
from exports.documents.summary import build_summary_html, render_case_summary
from exports.redaction import policies, removing
from exports.redaction.marks import Ground, Mark
from exports.redaction.redacting import redact
from exports.redaction.rules import Rule
from exports.redaction.searching import find_removed, search_for_removed
from exports.redaction.walking import list_texts
from tests.exports.conftest import AT

SPANISH = Language("es", "Spanish")
REDACTING = (Variant.COURT, Variant.AGENCY, Variant.PRESS)
# Syllables that make up no word of a document, in the scripts of the demo.
SCRIPTS = {
    "latin": ["zuq", "vyxo", "kwem", "jífa", "bhöz", "ñulo"],
    "vietnamese": ["xuyệ", "qưởz", "nghừk"],
    "arabic": ["ضغط", "ظذق", "خصغ"],
    "cyrillic": ["жыцу", "щэфю", "чъюх"],
    "myanmar": ["ဃၐ", "ဠဈီ", "ၑဎ"],
}
FILLER = [
    "El oficial dijo",
    "then they left",
    "على الطريق",
    "y mi hijo lloraba",
    "around noon",
    "\n\n",
    "«papeles»",
    "🚓",
]


@dataclass(frozen=True)
class Secret:
    """Something that was put into a case, by kind."""

    kind: str
    text: str


@dataclass(frozen=True)
class World:
    """A random case with what was hidden in it."""

    case: CaseFile = field(repr=False)
    secrets: tuple[Secret, ...]
    marks: tuple[Mark, ...]


@st.composite
def make_name(draw: st.DrawFn) -> str:
    """A name of one or two words of five letters and more, in one script."""
    syllables = draw(st.sampled_from(sorted(SCRIPTS)))
    words = draw(
        st.lists(st.lists(st.sampled_from(SCRIPTS[syllables]), min_size=3, max_size=4), min_size=1, max_size=2)
    )
    return " ".join("".join(word).capitalize() for word in words)


@st.composite
def make_number(draw: st.DrawFn, lengths: tuple[int, ...]) -> str:
    """Groups of digits, in Western or in Arabic digits, parted in some way."""
    zero = draw(st.sampled_from(["0", "\u0660", "\u06f0"]))
    part = draw(st.sampled_from([" ", "-", ".", "\u2011"]))
    # No group begins with 19 or 20 or reads as a day: a date is a date.
    groups = ["".join(draw(st.sampled_from("456789")) for _digit in range(length)) for length in lengths]
    return part.join("".join(chr(ord(zero) + int(digit)) for digit in group) for group in groups)


@st.composite
def disguise(draw: st.DrawFn, text: str) -> str:
    """The same words as somebody else might type them."""
    change: Callable[[str], str] = draw(
        st.sampled_from(
            [
                lambda each: each,
                str.upper,
                str.lower,
                lambda each: unicodedata.normalize("NFD", each),
                lambda each: each.replace(" ", "\n"),
                lambda each: each.replace(" ", "  \t"),
                lambda each: each[:2] + "\u00ad" + each[2:],
                lambda each: each[:3] + "\u200b" + each[3:],
                lambda each: f"({each})",
            ]
        )
    )
    return change(text)


@st.composite
def make_world(draw: st.DrawFn) -> World:
    """A case whose texts hold names, numbers and places, and marks on random pieces of its story."""
    people = draw(st.lists(make_name(), min_size=1, max_size=3, unique=True))
    secrets = [Secret("name", name) for name in people]
    secrets += [
        Secret("phone", draw(make_number((3, 3, 4)))),
        Secret("identity", draw(make_number((3, 2, 4)))),
        Secret("account", draw(make_number((4, 4, 4, 4)))),
        Secret("email", f"{draw(st.sampled_from(['zuq.vyxo', 'kwem-99', 'bhoz+1']))}@correo.example"),
        Secret("address", f"{draw(st.integers(100, 9999))} N Kwemvyxo Street"),
        Secret("contact", "detrás del almacén " + draw(make_name())),
    ]
    told = [each for each in secrets if each.kind != "name" or draw(st.booleans())]
    pieces = [draw(disguise(each.text)) if each.kind in {"name", "contact"} else each.text for each in told]
    mixed = draw(st.permutations([*pieces, *draw(st.lists(st.sampled_from(FILLER), min_size=2, max_size=8))]))
    story = " , ".join(mixed)
    marked = Secret("mark", draw(make_name()))
    story += f" , {draw(disguise(marked.text))} ."
    mark = Mark(
        marked.text, draw(st.sampled_from(Ground)), frozenset(REDACTING), draw(st.sampled_from(["", "x", marked.text]))
    )
    return World(_make_case(story, people, secrets, draw(st.sampled_from(pieces))), (*secrets, marked), (mark,))


def _make_case(story: str, people: list[str], secrets: list[Secret], piece: str) -> CaseFile:
    contact = next(each.text for each in secrets if each.kind == "contact")
    return CaseFile(
        reference="7K2M-94PD",
        office_name="Meadowlark Legal Aid",
        received_on=date(2026, 11, 20),
        language=SPANISH,
        typed_by="a family member",
        reporter_role="Family member",
        privilege_class=PrivilegeClass.TIP,
        digests=Digests(sealed_report="ab12" * 16, opened_report="cd34" * 16),
        story=Answer(story, language=SPANISH),
        translation=WorkingTranslation(text=f"Said {story}", translated_by="R. Example", translated_at=AT),
        parties=(
            Party("Reporter, name to use", Answer(people[0], language=SPANISH)),
            Party("Others who were there", Answer(", ".join(people[1:]), language=SPANISH), PartyKind.BYSTANDER),
        ),
        incident=Incident(words=Answer(piece, language=SPANISH)),
        sections=(FactSection("Search", (Fact("What did they say?", Answer(story, language=SPANISH)),)),),
        exhibits=(Exhibit(name=f"{piece}.jpg", kind="Photo", length=3, sha256="0a" * 32, id="one"),),
        contact=(Fact("How to reach", Answer(contact, language=SPANISH)),),
        chronology=(ChronologyEntry(what=Answer(story), when="then", source=piece, said_by=people[0]),),
    )


def flatten(text: str) -> str:
    """Letters and digits alone, without accents, in one case: the test's own idea of the same words."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(
        str(unicodedata.digit(sign, sign)) if unicodedata.category(sign) == "Nd" else sign
        for sign in plain
        if unicodedata.category(sign)[0] in "LN"
    )


def list_expected(world: World, variant: Variant) -> list[str]:
    """What must be nowhere in such a copy, flattened."""
    expected = []
    for each in world.secrets:
        is_kept = each.kind == "name" and variant is Variant.COURT and each.text == world.case.parties[0].answer.text
        if not is_kept:
            expected.append(flatten(each.text))
    if variant is Variant.COURT:
        # What may stand in a court copy may stand there inside something that may not.
        kept = flatten(world.case.parties[0].answer.text)
        expected = [each for each in expected if each not in kept and kept not in each]
    return expected


def check_text(text: str, expected: list[str]) -> None:
    """Look for what must not be there, past every bracket."""
    flat = flatten(re.sub(r"\[[^\[\]]*\]", "\ufffc", text))
    # The last four digits that a court copy may keep stand in brackets: four digits alone are no number.
    assert not [each for each in expected if each in flat]


def check_world(world: World, variant: Variant) -> None:
    """Every text of a copy, its JSON and its HTML hold nothing that had to go."""
    production = redact(world.case, variant, world.marks)
    expected = list_expected(world, variant)
    for text in list_texts(production.case_file):
        check_text(text, expected)
    written = write_case_json(production)
    check_text(json.dumps(json.loads(written), ensure_ascii=False), expected)
    check_text(re.sub(r"<[^>]*>", " ", build_summary_html(production)), expected)
    assert find_removed(written, production.removed) == ()


@pytest.mark.parametrize("variant", REDACTING)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(world=make_world())
def test_nothing_removed_is_in_any_text(variant: Variant, world: World) -> None:
    """Names in any script and disguise, numbers, addresses, contact words and marks are in no text of a copy."""
    check_world(world, variant)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(world=make_world())
def test_nothing_removed_is_in_any_layer_of_the_paper(world: World) -> None:
    """Drawn, no layer of the PDF holds what had to go."""
    production = redact(world.case, Variant.PRESS, world.marks)
    assert search_for_removed(render_case_summary(production).content, production) == ()


SAMPLE = World(
    _make_case(
        "Zuqvyxo llamó, y Kwemjifa: 455-667-8899, 456-78-9988, kwem-99@correo.example, 4567 8899 4567 8899",
        ["Zuqvyxo", "Kwemjifa"],
        [Secret("contact", "detrás del almacén")],
        "detrás del almacén",
    ),
    (
        *(Secret("name", name) for name in ("Zuqvyxo", "Kwemjifa")),
        Secret("phone", "455-667-8899"),
        Secret("identity", "456-78-9988"),
        Secret("email", "kwem-99@correo.example"),
        Secret("contact", "detrás del almacén"),
        Secret("mark", "llamó"),
    ),
    (Mark("llamó", Ground.OTHER, frozenset(REDACTING)),),
)


def test_the_sample_is_clean() -> None:
    """With every rule on, the sample of the next test holds nothing: what fails there fails for want of a rule."""
    check_world(SAMPLE, Variant.AGENCY)


def _without_rules(*rules: Rule) -> Mapping[Variant, policies.Policy]:
    return MappingProxyType(
        {
            variant: dataclasses.replace(policy, rules=policy.rules - set(rules))
            for variant, policy in policies.POLICIES.items()
        }
    )


@pytest.mark.parametrize("what", ["phone", "identity", "email", "account", "names", "contact", "marks"])
def test_switching_a_rule_off_is_noticed(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Without any one of the rules the check fails: it is no check that passes whatever happens."""
    world = SAMPLE
    match what:
        case "names":
            monkeypatch.setattr(removing, "list_names", lambda _answer: [])
        case "contact":
            monkeypatch.setattr(removing, "_list_contact_words", lambda _case: [])
        case "marks":
            world = dataclasses.replace(SAMPLE, marks=())
        case _:
            off = {
                "phone": {Rule.PHONE},
                "identity": {Rule.SOCIAL_SECURITY, Rule.PHONE},
                "email": {Rule.EMAIL},
                "account": {Rule.ACCOUNT},
            }
            table = _without_rules(*off[what])
            monkeypatch.setattr("exports.redaction.redacting.POLICIES", table)
            monkeypatch.setattr(removing, "POLICIES", table)
            if what == "account":
                world = dataclasses.replace(SAMPLE, secrets=(Secret("account", "4567 8899 4567 8899"),))
    with pytest.raises(AssertionError):
        check_world(world, Variant.AGENCY)
