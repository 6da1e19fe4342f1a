"""Which agency of the directory a report is about: chosen on the form, or before it on a county's page.

What somebody typed is never changed but by their own choice, and never has to be in the directory. Which agency was
chosen lies in the draft beside the answer, and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from intake.directory import AgencyEntry, Directory
from intake.drafts import Draft, change_draft
from intake.forms import clean_text
from intake.searching import find_agencies
from models.counties import list_state_codes
from models.questionnaire.question import NOT_SURE
from models.report import Value
from web import clock
from web.config import IntakeConfig

Posted = MultiDict[str, str] | ImmutableMultiDict[str, str]

CHOICE = "agency_choice"
FIND = "find"
_MOST_SUGGESTED = 8
# So many names beside the line, where the browser itself suggests them.
_MOST_NAMES = 60


@dataclass(frozen=True)
class Suggestions:
    """What the page "police" offers: agencies like what was typed, the chosen one, names for the browser to complete.

    `is_looked_for`: something was typed, so that finding nothing is worth saying.
    """

    agencies: tuple[AgencyEntry, ...]
    chosen_id: str
    names: tuple[str, ...]
    is_looked_for: bool


def apply_choice(posted: Posted, directory: Directory, draft: Draft) -> Posted:
    """Put the name of the agency that was chosen from the list in the place of what was typed.

    Who edits the line and leaves the old choice below it as it was, or asks for another search, means the line.
    """
    agency = directory.get_agency(posted.get(CHOICE, ""))
    if agency is None or posted.get("go") == FIND:
        return posted
    is_edited = clean_text(posted.get("agency", "")) != draft.values.get("agency")
    if agency.id == draft.agency_id and is_edited and "agency" not in draft.hidden:
        return posted
    changed = MultiDict(posted)
    changed["agency"] = agency.name
    return changed


def keep_choice(
    engine: Engine, config: IntakeConfig, draft: Draft, directory: Directory, posted: Mapping[str, str]
) -> Draft:
    """Note in the draft which agency its answer names: the one chosen, or the one in the state that is called so.

    Raises as `intake.drafts.change_draft`.
    """
    name = str(draft.values.get("agency") or "")
    chosen = directory.get_agency(posted.get(CHOICE, "") or draft.agency_id)
    if chosen is None or chosen.name != name:
        chosen = directory.find_named(name, str(draft.values.get("state") or "")) if name else None
    agency_id = chosen.id if chosen else ""
    if agency_id == draft.agency_id:
        return draft
    return change_draft(engine, config, draft, lambda draft: draft.put_agency(name, agency_id))


def suggest_agencies(directory: Directory, draft: Draft | None, typed: str) -> Suggestions:
    """Suggest agencies for what stands in the line: of the state that was given first, then of all.

    What is spelt almost so is suggested where nothing is called so.
    """
    values: Mapping[str, Value] = draft.values if draft else {}
    state, county = _read_state(values), str(values.get("county") or "")
    is_looked_for = bool(typed) and typed != NOT_SURE.code
    found: list[AgencyEntry] = []
    if is_looked_for:
        found = find_agencies(directory, typed, state=state, county=county)[:_MOST_SUGGESTED]
    chosen = directory.get_agency(draft.agency_id) if draft and is_looked_for else None
    if chosen and chosen.name == typed:
        found = [chosen, *(agency for agency in found if agency.id != chosen.id)][:_MOST_SUGGESTED]
    else:
        chosen = None
    return Suggestions(tuple(found), chosen.id if chosen else "", _list_names(directory, state), is_looked_for)


def _read_state(values: Mapping[str, Value]) -> str:
    state = str(values.get("state") or "")
    return state if state in list_state_codes() else ""


def _list_names(directory: Directory, state: str) -> tuple[str, ...]:
    """Names of a state's agencies for the browser to complete; none where they would make the page heavy."""
    names = tuple(agency.name for agency in directory.agencies if agency.state == state)
    return names if len(names) <= _MOST_NAMES else ()


def start_with_place(
    engine: Engine, config: IntakeConfig, draft: Draft, directory: Directory, posted: Mapping[str, str], language: str
) -> Draft:
    """Put the place and the agency that were chosen on a county's or an office's page into a report that names none.

    A place that is not in the directory is passed over; an agency that is bound to no county brings its state alone.
    Raises as `intake.drafts.change_draft`.
    """
    place = directory.find_place(posted.get("state", ""), posted.get("county", ""))
    agency = directory.get_agency(posted.get("agency", ""))
    if agency is not None and agency.state != posted.get("state", ""):
        agency = None
    is_office = agency is not None and agency.id in directory.office_slugs
    if (place is None and not is_office) or any(
        draft.answers.get(question) for question in ("state", "county", "agency")
    ):
        return draft
    answers = {"state": place.state, "county": place.name} if place else {"state": posted.get("state", "")}
    if agency is not None:
        answers["agency"] = agency.name
    on = clock.today(config.time_zone).isoformat()

    def fill_in(draft: Draft) -> None:
        for question, value in answers.items():
            draft.answers[question] = {"value": value, "language": language, "on": on}
        if agency is not None:
            draft.put_agency(agency.name, agency.id)

    return change_draft(engine, config, draft, fill_in)
