"""What a lawyer should look at where an agreement and a report do not go together: remarks, never conclusions.

Each remark names the fact that was reported, and where the rule stands that it is held against.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from casework.agreement_words import MODEL, join_models
from models.agreements import AgreementStatus, Standing, SupportType
from models.report import Report, Value

_IN_JAIL_ONLY = frozenset({SupportType.JAIL_ENFORCEMENT_MODEL, SupportType.WARRANT_SERVICE_OFFICER})
# Of the questions about immigration, those that are about status or stand for it.
_ABOUT_STATUS = frozenset({"status", "birthplace", "papers"})
_OFFICER_OF_THE_JAIL = "jailer"
_SOMEBODY_IN_JAIL = frozenset({_OFFICER_OF_THE_JAIL, "ice_officer", "by_phone"})

# 8 U.S.C. 1357(g)(7)-(8); agreement of Itasca County, Minnesota, 2025, section XIV.
FEDERAL_CLAIMS = (
    "Officers who do ICE's work under an agreement may count as federal employees for the Federal Tort Claims Act, and "
    "act under color of federal authority (8 U.S.C. 1357(g)(7)-(8)). Whether these acts were such work is open. Check "
    "which claims there are, and run the federal dates beside those of the state."
)
# Agreements of Dakota County, Nebraska (2020), Appendix B, and of Freeborn and Itasca Counties, Minnesota (2025).
COMPLAINTS_TRAVEL = (
    "Do not send a complaint to this agency without the person's word: agreements of this kind have it pass complaints "
    "on to ICE, some within 48 hours."
)
MINNESOTA = (
    "Minnesota's Attorney General says that only a county board can enter such an agreement, and that it lets nobody "
    "be held on a civil detainer alone (opinion of December 12, 2025). Check whether the board agreed."
)


@dataclass(frozen=True)
class ReportedFacts:
    """What of a report bears on agreements. `is_street`: it began elsewhere than in a jail; None when unclear.

    `went_to_jail`: it began anywhere and went on in a jail, so that nobody can tell where the rest was done.
    """

    is_street: bool | None = None
    asked_status: bool = False
    asked_in_jail_by_jailer: bool = False
    was_held_for_ice: bool = False
    was_handed_over: bool = False
    was_arrested: bool = False
    without_judge: bool = False
    interpreter_refused: bool = False
    went_to_jail: bool = False


def read_reported_facts(report: Report) -> ReportedFacts:
    """Read the facts that bear on agreements off a report's answers."""
    values = report.values
    ended = _codes(values, "how_it_ended")
    is_street = _find_place(values)
    return ReportedFacts(
        is_street=is_street,
        asked_status=bool(_codes(values, "asked_immigration") & _ABOUT_STATUS),
        asked_in_jail_by_jailer=values.get("jail_interviewer") == _OFFICER_OF_THE_JAIL,
        was_held_for_ice="held_for_immigration" in ended or values.get("detainer") == "yes",
        was_handed_over="handed_to_ice" in ended,
        was_arrested=bool(ended & {"arrest", "held"}),
        without_judge=values.get("warrant_shown") in {"none", "ice_form"},
        went_to_jail=is_street is True and _tells_of_jail(values, ended),
        interpreter_refused=values.get("jail_interpreter") in {"refused", "not_offered", "bystander"},
    )


def list_checks(status: AgreementStatus, facts: ReportedFacts, state: str) -> list[str]:
    """List what a lawyer should check, the most particular first; what nothing reported bears on is left out."""
    models = frozenset((*status.models, *status.unclear_models))
    checks = [*_check_authority(status, facts, models), *_check_street(facts, models), *_check_jail(facts, models)]
    if status.standing is Standing.CHANGED_WITHIN:
        checks.append("The agreement changed within the days that the report allows. Ask the person for the day.")
    if status.standing is Standing.PARTLY_UNCLEAR:
        checks.append(
            "For some of the days that the report allows, the sources leave it open whether there was an agreement. "
            "Ask the person for the day."
        )
    if models:
        checks += [FEDERAL_CLAIMS, COMPLAINTS_TRAVEL]
        if state == "MN":
            checks.append(MINNESOTA)
    return checks


def _check_street(facts: ReportedFacts, models: frozenset[SupportType]) -> Iterator[str]:
    if not facts.is_street:
        return
    deeds = _name_deeds(facts)
    if deeds and models and models <= _IN_JAIL_ONLY:
        names = join_models(tuple(model for model in MODEL if model in models))  # type: ignore[misc]  # keys are models
        if facts.went_to_jail:
            yield (
                f"Reported: {deeds}. It began outside of a jail and went on in one. {names}: gives power in the jail "
                "only. Check where each thing was done, and by whom."
            )
        else:
            yield (
                f"Reported: {deeds}, outside of a jail. {names}: gives power in the jail only. "
                "Check on what authority the officers acted."
            )
    if SupportType.TASK_FORCE_MODEL in models and (facts.was_arrested or facts.was_handed_over) and facts.without_judge:
        yield (
            "Reported: an arrest or a handing over without a judge's warrant. The task force model asks for reason to "
            "believe that somebody is here unlawfully and is likely to escape before a warrant can be had. Check both."
        )


def _check_authority(status: AgreementStatus, facts: ReportedFacts, models: frozenset[SupportType]) -> Iterator[str]:
    """Where no agreement is known, what was done on the street has no known ground, and a hold in a jail neither."""
    hold = "a hold for ICE" if facts.was_held_for_ice else ""
    deeds = ", ".join(filter(None, (_name_deeds(facts) if facts.is_street else "", hold)))
    if deeds and not models and status.standing is Standing.NO:
        yield f"Reported: {deeds}. No agreement is known for that day. Check on what authority the officers acted."


def _check_jail(facts: ReportedFacts, models: frozenset[SupportType]) -> Iterator[str]:
    if models == {SupportType.WARRANT_SERVICE_OFFICER} and (
        facts.asked_in_jail_by_jailer or (facts.asked_status and facts.is_street is False)
    ):
        yield (
            "Reported: questions about immigration in the jail. A warrant service officer may serve ICE's warrants and "
            "may not question about status. Check who asked."
        )
    if facts.was_held_for_ice and models & _IN_JAIL_ONLY:
        yield (
            "Reported: a hold for ICE. These agreements allow 48 hours at most, unless there is a paid agreement to "
            "detain. Check from when to when."
        )
    if facts.interpreter_refused and models & _IN_JAIL_ONLY:
        yield (
            "Reported: no interpreter in the jail. These agreements promise one on request. "
            "Check whether it was asked for."
        )


def _name_deeds(facts: ReportedFacts) -> str:
    """What may be done in a jail or outside of one. A hold is not among them: it is always done in a jail."""
    deeds = [
        words
        for is_told, words in (
            (facts.asked_status, "questions about immigration"),
            (facts.was_handed_over, "a handing over to ICE or the Border Patrol"),
        )
        if is_told
    ]
    return ", ".join(deeds)


def _find_place(values: Mapping[str, Value]) -> bool | None:
    places = {str(values.get("place_kind") or ""), str(values.get("encounter_type") or "")} - {"", "other"}
    if not places:
        return None
    return "jail" not in places


def _tells_of_jail(values: Mapping[str, Value], ended: frozenset[str]) -> bool:
    """Whether any answer says that somebody came into a jail, however it began."""
    return (
        "held_for_immigration" in ended
        or bool(values.get("jail_dates"))
        or values.get("jail_interviewer") in _SOMEBODY_IN_JAIL
        or values.get("detainer") == "yes"
    )


def _codes(values: Mapping[str, Value], question: str) -> frozenset[str]:
    value = values.get(question, [])
    return frozenset([value] if isinstance(value, str) else value)
