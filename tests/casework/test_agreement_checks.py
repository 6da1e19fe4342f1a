"""Remarks for a lawyer where a report and an agreement do not go together: worked examples, and never a conclusion."""

from __future__ import annotations

from datetime import date

import pytest

from casework.agreement_checks import (
    COMPLAINTS_TRAVEL,
    FEDERAL_CLAIMS,
    MINNESOTA,
    ReportedFacts,
    list_checks,
    read_reported_facts,
)
from casework.agreement_words import answer_status
from models.agreements import Agreement, ListsRead, SupportType, find_status
from models.report import Answer, Report, Value

DAY = date(2026, 3, 3)
LISTS = ListsRead(date(2021, 1, 13), date(2026, 5, 18))
JEM, WSO, TFM = SupportType
ALWAYS = [FEDERAL_CLAIMS, COMPLAINTS_TRAVEL]


def make_report(**values: Value) -> Report:
    """Make a report of these answers."""
    answers = tuple(Answer(question, "", "en", "answered", value, "") for question, value in values.items())
    return Report("R-1", "en", "2026-03-04T10:00+00:00", "2026-03-04", answers, consent_statistics=False)


def check(facts: ReportedFacts, *models: SupportType, state: str = "NE", on: date = DAY) -> list[str]:
    """List the remarks on these facts about an agency that has these models since 2025, for a day."""
    rows = [Agreement(model, signed_on=date(2025, 1, 1), last_seen_on=date(2026, 5, 18)) for model in models]
    return list_checks(find_status(rows, on, on, LISTS), facts, state)


STREET_QUESTIONS = ReportedFacts(is_street=True, asked_status=True)


@pytest.mark.parametrize(
    ("facts", "models", "words"),
    [
        (STREET_QUESTIONS, [JEM], "outside of a jail. Jail enforcement model: gives power in the jail only"),
        (STREET_QUESTIONS, [JEM, WSO], "Jail enforcement model, Warrant service officer: gives power"),
        (ReportedFacts(is_street=True, was_handed_over=True), [WSO], "a handing over to ICE"),
        (STREET_QUESTIONS, [], "No agreement is known for that day. Check on what authority"),
        (ReportedFacts(is_street=True, was_arrested=True, without_judge=True), [TFM], "likely to escape"),
        (ReportedFacts(is_street=False, asked_in_jail_by_jailer=True), [WSO], "may not question about status"),
        (ReportedFacts(is_street=False, asked_status=True), [WSO], "may not question about status"),
        (ReportedFacts(is_street=False, was_held_for_ice=True), [JEM], "48 hours at most"),
        (ReportedFacts(is_street=False, interpreter_refused=True), [JEM], "promise one on request"),
        (ReportedFacts(is_street=True, was_held_for_ice=True, went_to_jail=True), [JEM], "48 hours at most"),
        (ReportedFacts(is_street=False, was_held_for_ice=True), [], "Reported: a hold for ICE. No agreement is known"),
        (
            ReportedFacts(is_street=True, asked_status=True, went_to_jail=True),
            [JEM],
            "Reported: questions about immigration. It began outside of a jail and went on in one. Jail enforcement",
        ),
    ],
)
def test_what_was_reported_is_held_against_the_model(
    facts: ReportedFacts, models: list[SupportType], words: str
) -> None:
    """Where the report tells of something that the model does not give, a lawyer is asked to look, in plain words."""
    checks = check(facts, *models)
    assert words in checks[0]
    assert "Check" in checks[0]
    assert checks[1:] == (ALWAYS if models else [])


@pytest.mark.parametrize(
    ("facts", "models"),
    [
        (STREET_QUESTIONS, [TFM]),
        (STREET_QUESTIONS, [JEM, TFM]),
        (ReportedFacts(is_street=False, asked_status=True), [JEM]),
        (ReportedFacts(is_street=None, asked_status=True), [JEM]),
        (ReportedFacts(is_street=True), [JEM]),
        (ReportedFacts(is_street=False, was_held_for_ice=True), [TFM]),
    ],
)
def test_what_the_model_gives_needs_no_remark(facts: ReportedFacts, models: list[SupportType]) -> None:
    """Nothing is remarked where the model allows it, where nothing was reported, or where the place is not clear."""
    assert check(facts, *models) == ALWAYS


def test_nothing_is_remarked_where_nothing_is_known() -> None:
    """Of an agency without an agreement and a report without such facts there is nothing to say."""
    assert check(ReportedFacts(is_street=True)) == []
    assert check(ReportedFacts(is_street=True), JEM, on=date(2024, 1, 1)) == []


def test_hold_is_never_said_to_have_been_outside_of_a_jail() -> None:
    """Somebody stopped in a car and then kept in jail for ICE was held in that jail, whatever began on the street."""
    ended = make_report(encounter_type="vehicle_stop", how_it_ended=["held_for_immigration", "handed_to_ice"])
    for models in ([JEM], [WSO], [JEM, WSO]):
        remarks = " ".join(check(read_reported_facts(ended), *models, state="MN"))
        assert "outside of a jail." not in remarks
        assert "48 hours at most" in remarks
        assert "a handing over to ICE or the Border Patrol. It began outside of a jail and went on in one." in remarks


def test_minnesota_has_a_word_of_its_own() -> None:
    """The opinion of the state's Attorney General is named for agencies of that state, and of no other."""
    assert check(ReportedFacts(), JEM, state="MN") == [*ALWAYS, MINNESOTA]
    assert MINNESOTA not in check(ReportedFacts(), JEM, state="IA")


def test_change_within_the_days_asks_for_the_day() -> None:
    """A vague date across the signing leads to asking for the day."""
    rows = [Agreement(JEM, signed_on=date(2026, 3, 10))]
    status = find_status(rows, date(2026, 3, 1), date(2026, 3, 31), LISTS)
    assert "Ask the person for the day." in list_checks(status, ReportedFacts(), "NE")[0]


def test_days_that_are_not_clear_are_not_said_to_have_changed() -> None:
    """Where the agreement may have ended on a later day, nothing is said to have changed on these."""
    rows = [Agreement(JEM, signed_on=date(2025, 1, 1), last_seen_on=date(2025, 9, 26), missing_on=date(2026, 1, 14))]
    status = find_status(rows, date(2025, 9, 1), date(2025, 11, 30), LISTS)
    assert "changed" not in " ".join(list_checks(status, ReportedFacts(), "NE"))
    assert "leave it open" in list_checks(status, ReportedFacts(), "NE")[0]
    assert answer_status(status) == "Yes on some of these days, not clear on others"


@pytest.mark.parametrize(
    ("values", "facts"),
    [
        ({"place_kind": "road", "asked_immigration": ["status"]}, STREET_QUESTIONS),
        ({"place_kind": "jail"}, ReportedFacts(is_street=False)),
        ({"place_kind": "other", "encounter_type": "jail"}, ReportedFacts(is_street=False)),
        ({"asked_immigration": ["language_remark", "nothing"]}, ReportedFacts()),
        ({"how_it_ended": ["handed_to_ice", "arrest"]}, ReportedFacts(was_handed_over=True, was_arrested=True)),
        ({"detainer": "yes"}, ReportedFacts(was_held_for_ice=True)),
        ({"detainer": "no", "warrant_shown": "ice_form"}, ReportedFacts(without_judge=True)),
        ({"warrant_shown": "judge", "jail_interviewer": "jailer"}, ReportedFacts(asked_in_jail_by_jailer=True)),
        ({"place_kind": "road", "detainer": "yes"}, ReportedFacts(True, was_held_for_ice=True, went_to_jail=True)),
        ({"place_kind": "road", "jail_dates": "May 1 to 3"}, ReportedFacts(is_street=True, went_to_jail=True)),
        ({"place_kind": "road", "jail_interviewer": "nobody"}, ReportedFacts(is_street=True)),
        ({"jail_interpreter": "bystander"}, ReportedFacts(interpreter_refused=True)),
        ({}, ReportedFacts()),
    ],
)
def test_facts_are_read_off_the_answers(values: dict[str, Value], facts: ReportedFacts) -> None:
    """Each fact comes from the answers that tell it; what was not answered is no fact."""
    assert read_reported_facts(make_report(**values)) == facts


def test_remarks_conclude_nothing() -> None:
    """No remark says that something was lawful or unlawful."""
    everything = ReportedFacts(True, True, True, True, True, True, True, True)  # all but that it went on in a jail
    for models in ([], [JEM], [WSO], [TFM], [JEM, WSO, TFM]):
        for remark in check(everything, *models, state="MN"):
            assert "illegal" not in remark
            assert "violat" not in remark
            assert "Check" in remark or "Do not send" in remark
