"""The facts that ship, laid down in a test office's directory as the staff site lays them down, without its ledger."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import Engine

from casework.shipped_facts import read_shipped_facts
from models.agencies import put_agency, put_agreement, put_event
from models.directory_versions import note_directory_change
from models.engine import create_engine, write
from models.list_imports import ImportStanding, put_import


def lay_down_directory(owner_url: str) -> None:
    """Put every shipped fact into an empty directory."""
    engine = create_engine(owner_url)
    _put_everything(engine)
    engine.dispose()


def _put_everything(engine: Engine) -> None:
    blank = dict.fromkeys(("type", "county", "county_fips", "city", "ori", "claims_office", "officials", "source"), "")
    with write(engine) as connection:
        for state in read_shipped_facts():
            for agency in state["agencies"]:
                agency_id = str(uuid4())
                columns = {**blank, **agency, "state": state["state"], "aliases": "\n".join(agency.get("aliases", ()))}
                rows = columns.pop("agreements", ()), columns.pop("events", ())
                put_agency(connection, id=agency_id, **columns)
                for agreement in rows[0]:
                    put_agreement(connection, agency_id=agency_id, **agreement)
                for event in rows[1]:
                    put_event(connection, agency_id=agency_id, **event)
            for entry in state["lists"]:
                texts = dict.fromkeys(("staff_id", "digest", "rows", "choices", "changes", "counts"), "")
                day = entry["published_on"]
                days = {"published_on": day, "uploaded_on": day, "applied_on": day}
                put_import(
                    connection,
                    id=str(uuid4()),
                    standing=ImportStanding.SHIPPED,
                    states=state["state"],
                    source=entry["source"],
                    **days,
                    **texts,
                )
        note_directory_change(connection)
