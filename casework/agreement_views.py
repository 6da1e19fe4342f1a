"""The part of a case's page about the agency's agreement on the day: what it shows, and the form that picks one."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from casework.agency_searching import MOST_OFFERED
from casework.agreement_words import MODEL, POWERS, answer_status, describe_agreement, describe_status, write_day
from casework.case_agreements import (
    FOUND_WORDS,
    CaseAgreement,
    find_case_agreement,
    find_named,
    list_offered,
    name_agency,
)
from casework.case_forms import AgencyForm
from casework.opening import OpenedCase, WorkItem
from models.agreements import Agreement
from web.county_words import find_host

# The choice that no agency of the directory is meant.
NONE_OF_THEM = "none"


@dataclass(frozen=True)
class SourceView:
    """What one source says of one agreement. `documents` are addresses, with the site that each leads to."""

    model: str
    lines: tuple[str, ...]
    source: str
    documents: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class AgreementView:
    """Everything that is shown of a case's agreement, in words."""

    told: str
    agency_id: str
    agency_name: str
    found: str
    days: str
    answer: str
    sentences: tuple[str, ...]
    powers: tuple[tuple[str, str], ...]
    sources: tuple[SourceView, ...]
    checks: tuple[str, ...]
    choices: tuple[WorkItem, ...]


def view_agreement(engine: Engine, case: OpenedCase) -> AgreementView:
    """Put what is known of the agency on the days of a case into words."""
    return describe_case_agreement(find_case_agreement(engine, case))


def describe_case_agreement(agreement: CaseAgreement) -> AgreementView:
    """Put an agency's standing on the days of a case into words."""
    status = agreement.status
    models = (*status.models, *status.unclear_models)
    return AgreementView(
        told=agreement.told,
        agency_id=agreement.agency_id,
        agency_name=agreement.agency_name,
        found=FOUND_WORDS[agreement.found],
        days=_describe_days(agreement),
        answer=answer_status(status),
        sentences=tuple(describe_status(status)),
        powers=tuple((MODEL[model], POWERS[model]) for model in models),
        sources=tuple(_view_source(row) for row in agreement.agreements),
        checks=agreement.checks,
        choices=agreement.choices,
    )


def make_agency_form(given: Any, engine: Engine, case: OpenedCase) -> AgencyForm:  # noqa: ANN401  # WTForms takes any multidict
    """Make the form that picks the agency, with the agencies that are near."""
    agreement = find_case_agreement(engine, case)
    form = AgencyForm(given, data={"agency_picked": agreement.agency_id})
    offered = dict(list_offered(engine, case, agreement))
    form.picked_before = agreement.agency_id
    if form.agency_named.data:
        form.looked_up = find_named(engine, case, form.agency_named.data)
    # Found by what was typed: shown with the rest when the form comes back, so that they can be picked.
    found = {match.id: name_agency(match) for match in form.looked_up.matches[:MOST_OFFERED]}
    form.agency_picked.choices = [
        *{**found, **offered}.items(),
        (NONE_OF_THEM, "None of them: it is not in the directory"),
    ]
    return form


def _describe_days(agreement: CaseAgreement) -> str:
    earliest, latest = agreement.earliest_on, agreement.latest_on
    if earliest and earliest == latest:
        return write_day(earliest)
    until = write_day(latest) if latest else ""
    return f"{write_day(earliest)} to {until}" if earliest else f"Up to {until}"


def _view_source(row: Agreement) -> SourceView:
    addresses = (("Agreement", row.moa_url), ("Addendum", row.addendum_url), ("Source", row.source_url))
    return SourceView(
        model=MODEL[row.support_type],
        lines=tuple(describe_agreement(row)),
        source=row.source,
        documents=tuple((name, url, find_host(url)) for name, url in addresses if find_host(url)),
    )
