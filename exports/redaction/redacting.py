"""Making the production that one copy of a case is drawn from.

It must never let a copy hold more than its readers may see; what it cannot decide it leaves out.
"""

import dataclasses
from collections.abc import Iterable

from exports.case_file import (
    Answer,
    AnswerState,
    CaseFile,
    Exhibit,
    Party,
    Variant,
)
from exports.productions import Omission, Production
from exports.redaction.marks import FitExhibit, Mark
from exports.redaction.policies import PART_WORDS, POLICIES, Exhibits, Policy
from exports.redaction.removing import NAME_REMOVED, Remover, list_removals, names_anybody
from exports.redaction.walking import change_texts, keep_months

FILE_NAME_REMOVED = "[file name removed]"
_BY_OFFICE = "the office"


def redact(case_file: CaseFile, variant: Variant, marks: Iterable[Mark | FitExhibit] = ()) -> Production:
    """Return the case as a copy of this variant shows it, with what was left out and the words that must be nowhere.

    The office copy holds everything, whatever is marked.

    Raises:
        ValueError: The office copy was asked for and the case file holds no office record.
        TypeError: The case holds a value of a kind that cannot be gone through.
        RuntimeError: Words could not be taken out. Nothing may be made then.
    """
    if variant is Variant.OFFICE:
        if case_file.office is None:
            raise ValueError("An office copy needs the office record.")
        return Production(variant, case_file)
    marks = tuple(marks)
    policy = POLICIES[variant]
    fit = {mark.exhibit_id for mark in marks if isinstance(mark, FitExhibit) and variant in mark.variants}
    removals = list_removals(case_file, variant, (mark for mark in marks if isinstance(mark, Mark)))
    shown, omissions = _leave_parts_out(case_file, policy)
    shown, withheld, left_out = _leave_exhibits_out(shown, case_file, policy, fit)
    omissions += left_out
    shown, hidden = _hide_people(shown, policy)
    omissions += hidden
    remover = Remover(removals, policy)
    if removals or policy.rules:
        shown = change_texts(shown, remover.remove)
    if policy.tells_month_only:
        shown = keep_months(shown)
        omissions += (Omission("Days of dates: only the month is told", policy.ground),)
    counted = tuple(Omission(what, ground, times) for (what, ground), times in sorted(remover.counts.items()))
    removed = dict.fromkeys((*(removal.text for removal in removals), *remover.found_by_rule))
    return Production(variant, shown, omissions + counted, tuple(removed), withheld)


def _leave_parts_out(case_file: CaseFile, policy: Policy) -> tuple[CaseFile, tuple[Omission, ...]]:
    """The case without the parts that the copy does not hold, and without any part that no policy names."""
    changes: dict[str, object] = {}
    omissions = []
    for field in dataclasses.fields(CaseFile):
        if field.name in policy.parts or field.name not in PART_WORDS:
            continue
        empty = field.default if field.default is not dataclasses.MISSING else None
        if getattr(case_file, field.name) != empty:
            changes[field.name] = empty
            omissions.append(Omission(PART_WORDS[field.name], policy.ground))
    return dataclasses.replace(case_file, **changes), tuple(omissions)  # type: ignore[arg-type]  # each field's own default


def _leave_exhibits_out(
    shown: CaseFile, case_file: CaseFile, policy: Policy, fit: set[str]
) -> tuple[CaseFile, frozenset[str], tuple[Omission, ...]]:
    """The case with the exhibits that the copy may list, and the ids of those whose content it may not hold."""

    def is_shown(exhibit: Exhibit) -> bool:
        came_with_report = exhibit.received_on in {None, case_file.received_on}
        return (
            policy.exhibits is Exhibits.WHOLE
            or (bool(exhibit.id) and exhibit.id in fit)
            or (policy.exhibits is Exhibits.FIRST_DAY and came_with_report)
        )

    withheld = [exhibit for exhibit in case_file.exhibits if not is_shown(exhibit)]
    if not withheld:
        return shown, frozenset(), ()
    what = "Content of files that nobody found fit for this copy"
    if policy.exhibits is not Exhibits.LISTED:
        what = "Files: also not listed"
        kept = tuple(exhibit for exhibit in shown.exhibits if is_shown(exhibit))
        ids = {exhibit.id for exhibit in withheld}
        custody = tuple(entry for entry in shown.custody if entry.exhibit_id not in ids)
        shown = dataclasses.replace(shown, exhibits=kept, custody=custody)
    omission = Omission(what, policy.ground, len(withheld))
    return shown, frozenset(exhibit.id for exhibit in withheld), (omission,)


def _hide_people(shown: CaseFile, policy: Policy) -> tuple[CaseFile, tuple[Omission, ...]]:
    """The case without answers that name people, without file names and without names of staff, as the copy has it."""
    hidden = 0

    def hide(party: Party) -> Party:
        nonlocal hidden
        if not names_anybody(party.kind, policy) or not party.answer.text.strip():
            return party
        hidden += 1
        return dataclasses.replace(party, answer=Answer(NAME_REMOVED, AnswerState.ANSWERED))

    changes = {"parties": tuple(map(hide, shown.parties)), "witnesses": tuple(map(hide, shown.witnesses))}
    shown = dataclasses.replace(shown, **changes)  # type: ignore[arg-type]  # tuples of parties
    omissions = [Omission("Answers that name people", policy.ground, hidden)] if hidden else []
    if policy.hides_file_names and shown.exhibits:
        exhibits = tuple(dataclasses.replace(exhibit, name=FILE_NAME_REMOVED) for exhibit in shown.exhibits)
        omissions.append(Omission("Names of files", policy.ground, len(exhibits)))
        shown = dataclasses.replace(shown, exhibits=exhibits)
    if not policy.names_staff and shown.translation is not None:
        shown = dataclasses.replace(shown, translation=dataclasses.replace(shown.translation, translated_by=_BY_OFFICE))
    return shown, tuple(omissions)
