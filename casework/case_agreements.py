"""Which agency of the directory a case is about, and whether it had a 287(g) agreement on the days of the incident.

Facts with their sources, and what a lawyer should look at. It must never draw a legal conclusion, nor call "no" what
nobody looked up, nor let a choice decide that the ledger does not vouch for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Row

from casework.agency_searching import FoundAgencies, find_agencies, suggest_agencies
from casework.agreement_checks import ReportedFacts, list_checks, read_reported_facts
from casework.opening import OpenedCase, WorkItem
from models.agencies import AgencyMatch, find_matches, find_remaining, list_agencies
from models.agency_names import make_loose_key
from models.agreements import Agreement, AgreementStatus, UnknownReason, find_status
from models.county_agencies import STATE, list_agreements
from models.engine import read
from models.list_imports import find_lists_read
from models.report import Report

ITEM_KIND = "agency_choice"


class Found(StrEnum):
    """How the agency was found."""

    NOT_TOLD = "not_told"
    CHOSEN = "chosen"
    MATCHED = "matched"
    PICKED = "picked"
    SET_ASIDE = "set_aside"
    AMBIGUOUS = "ambiguous"
    NEAR = "near"
    UNKNOWN = "unknown"


FOUND_WORDS: dict[str, str] = {
    Found.NOT_TOLD: "The report names no agency",
    Found.CHOSEN: "Chosen from the directory by the reporter",
    Found.MATCHED: "Found by the name in the report; look whether it is the right one",
    Found.PICKED: "Picked by staff",
    Found.SET_ASIDE: "Not in the directory, say staff",
    Found.AMBIGUOUS: "The name in the report fits several agencies; pick one",
    Found.NEAR: "No agency is called just so; some come near, pick one if it is meant",
    Found.UNKNOWN: "No agency could be told from these words",
}


@dataclass(frozen=True)
class CaseAgreement:
    """What is known of the agency's agreements on the days of a case.

    `agency` is the directory's row, or None; `candidates` are what the name may mean, where that is more than one.
    `earliest_on` and `latest_on` are the days that were asked about.
    """

    told: str
    found: Found
    agency: Row[Any] | None = field(repr=False)
    candidates: tuple[AgencyMatch, ...]
    status: AgreementStatus
    agreements: tuple[Agreement, ...]
    checks: tuple[str, ...]
    choices: tuple[WorkItem, ...]
    earliest_on: date | None
    latest_on: date | None

    @property
    def agency_id(self) -> str:
        """The id of the agency; blank where none is known."""
        return str(self.agency.id) if self.agency else ""

    @property
    def agency_name(self) -> str:
        """Its name in the directory; blank where none is known."""
        return str(self.agency.name) if self.agency else ""


def find_case_agreement(engine: Engine, case: OpenedCase) -> CaseAgreement:
    """Find the agency of an opened case and how it stood on the days of the incident."""
    values = case.report.values if case.report else {}
    told, state, county = (str(values.get(name) or "") for name in ("agency", "state", "county"))
    earliest, latest = case.dates.earliest, case.dates.latest or case.row.received_on
    with read(engine) as connection:
        found, agency, candidates = _find_agency(connection, case, told, state, county)
        rows = list_agreements(connection, [agency.id])[agency.id] if agency else None
        lists_read = find_lists_read(connection, agency.state if agency else state)
    status = find_status(rows, earliest, latest, lists_read)
    if agency is None and found is not Found.SET_ASIDE:
        # That a name tells no agency does not mean that the directory lacks it: only staff can say so.
        status = replace(status, reason=UnknownReason.NO_AGENCY)
    facts = read_reported_facts(case.report) if case.report else ReportedFacts()
    return CaseAgreement(
        told=told,
        found=found,
        agency=agency,
        candidates=candidates,
        status=status,
        agreements=tuple(rows or ()),
        checks=tuple(list_checks(status, facts, agency.state)) if agency else (),
        choices=tuple(case.list_items(ITEM_KIND)),
        earliest_on=earliest,
        latest_on=latest,
    )


def _find_agency(
    connection: Connection, case: OpenedCase, told: str, state: str, county: str
) -> tuple[Found, Row[Any] | None, tuple[AgencyMatch, ...]]:
    """What staff picked comes first, then what the reporter chose, then what the name may mean."""
    picked = case.find_newest(ITEM_KIND)
    if picked is not None:
        row = find_remaining(connection, picked.text("agency")) if picked.text("agency") else None
        return (Found.PICKED, row, ()) if row is not None else (Found.SET_ASIDE, None, ())
    report: Report | None = case.report
    chosen = find_remaining(connection, report.agency_id) if report and report.agency_id else None
    if chosen is not None:
        return Found.CHOSEN, chosen, ()
    if not told:
        return Found.NOT_TOLD, None, ()
    matches = tuple(find_matches(connection, told, state, county))
    if len(matches) == 1:
        return Found.MATCHED, find_remaining(connection, matches[0].id), matches
    if matches:
        return Found.AMBIGUOUS, None, matches
    near = tuple(suggest_agencies(connection, told, state, county))
    return Found.NEAR if near else Found.UNKNOWN, None, near


def list_offered(engine: Engine, case: OpenedCase, agreement: CaseAgreement) -> list[tuple[str, str]]:
    """List the agencies that staff may pick: what the name may mean, then those of the county and of the state."""
    values = case.report.values if case.report else {}
    state, county = str(values.get("state") or ""), make_loose_key(str(values.get("county") or ""))
    offered = {match.id: name_agency(match) for match in agreement.candidates}
    if agreement.agency is not None:
        offered[agreement.agency_id] = name_agency(agreement.agency)
    if state:
        with read(engine) as connection:
            rows = list_agencies(connection, state)
        offered |= {row.id: name_agency(row) for row in _pick_near(rows, county)}
    return list(offered.items())


def find_named(engine: Engine, case: OpenedCase, name: str) -> FoundAgencies:
    """Find the agencies that typed words may mean, those of the report's county and state before the others."""
    values = case.report.values if case.report else {}
    with read(engine) as connection:
        return find_agencies(connection, name, str(values.get("state") or ""), str(values.get("county") or ""))


def _pick_near(rows: list[Row[Any]], county: str) -> Iterator[Row[Any]]:
    for row in rows:
        if row.type == STATE or (county and make_loose_key(row.county) == county):
            yield row


def name_agency(agency: Any) -> str:  # noqa: ANN401  # a row of the directory, or a match
    """Name an agency with its county and state."""
    return ", ".join(filter(None, (agency.name, agency.county, agency.state)))
