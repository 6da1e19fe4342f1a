"""Puts the invented agencies into the demo office's directory."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import us
from sqlalchemy import Connection

from demo.agencies import AGENCIES, DemoAgency, DemoAgreement
from models.agencies import put_agency, put_agreement, put_event
from models.directory_versions import note_directory_change

_SOURCE = "Invented for the demo office"


def put_agencies(connection: Connection, first_start_on: date) -> None:
    """Lay down all invented agencies with their agreements and events, dated back from the first start."""
    for agency in AGENCIES:
        agency_id = str(uuid4())
        put_agency(connection, id=agency_id, cited_on=first_start_on, **_list_columns(agency))
        for agreement in agency.agreements:
            put_agreement(connection, agency_id=agency_id, **_list_dates(agreement, first_start_on))
        for event in agency.events:
            put_event(
                connection,
                agency_id=agency_id,
                kind=event.kind.value,
                happened_on=first_start_on - timedelta(days=event.days_ago),
                precision="day",
                what=event.what,
                source=_SOURCE,
                source_url="",
                cited_on=first_start_on,
            )
    note_directory_change(connection)


def _list_columns(agency: DemoAgency) -> dict[str, str]:
    return {
        "name": agency.name,
        "aliases": "\n".join(agency.aliases),
        "ori": agency.ori,
        "type": agency.agency_type,
        "state": agency.state,
        "county": agency.county,
        "county_fips": f"{getattr(us.states, agency.state).fips}{agency.county_code}",
        "city": agency.city,
        "claims_office": agency.claims_office,
        "officials": agency.officials,
        "source": _SOURCE,
    }


def _list_dates(agreement: DemoAgreement, first_start_on: date) -> dict[str, Any]:
    ended = agreement.ended_days_ago
    return {
        "support_type": agreement.support_type.value,
        "signed_on": first_start_on - timedelta(days=agreement.signed_days_ago),
        "ended_on": None if ended is None else first_start_on - timedelta(days=ended),
        "source": _SOURCE,
        "cited_on": first_start_on,
    }
