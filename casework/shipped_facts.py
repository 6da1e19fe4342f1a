"""The published facts that ship with the program (data/agreements/), and the deed that puts them into the directory.

Loading adds what is missing and changes nothing that is there: what an office corrected stays corrected.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine

from casework.ledger_writing import append_event
from models.agencies import AgencyType, has_event, list_agencies, put_agency, put_agreement, put_event
from models.agency_names import make_name_key
from models.agreements import EventKind, Precision, SupportType
from models.county_agencies import list_agreements
from models.directory_versions import note_directory_change
from models.engine import write
from models.ledger import Event
from models.list_imports import ImportStanding, dump_plain, list_all_imports, put_import
from web import clock
from web.config import CaseworkConfig

_FOLDER = Path(__file__).resolve().parent.parent / "data" / "agreements"
_AGENCY = {"type": "", "county": "", "county_fips": "", "city": "", "ori": "", "claims_office": "", "officials": ""}


@dataclass(frozen=True)
class LoadedFacts:
    """How much of the shipped facts was new to the directory."""

    agencies: int
    agreements: int
    events: int

    @property
    def total(self) -> int:
        """How many facts were added in all."""
        return self.agencies + self.agreements + self.events


@cache
def read_shipped_facts() -> tuple[Mapping[str, Any], ...]:
    """Read the files of facts, one a state.

    Raises:
        ValueError: a file has a word that is no model, kind, precision or type.
    """
    facts = tuple(tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(_FOLDER.glob("*.toml")))
    for agency in (agency for state in facts for agency in state["agencies"]):
        AgencyType(agency["type"])
        for row in agency.get("agreements", ()):
            SupportType(row["support_type"])
            Precision(row.get("signed_precision", "day"))
        for row in agency.get("events", ()):
            EventKind(row["kind"])
            Precision(row["precision"])
    return facts


def load_shipped_facts(engine: Engine, config: CaseworkConfig, *, actor: str = "") -> LoadedFacts:
    """Put the shipped facts into the directory where it does not have them, and say how many were new."""
    facts = read_shipped_facts()
    digest = hashlib.sha256(dump_plain(facts).encode()).hexdigest()
    with write(engine) as connection:
        counts = [0, 0, 0]
        for state in facts:
            for agency in state["agencies"]:
                agency_id, is_new = _find_or_put_agency(connection, state["state"], agency)
                counts[0] += is_new
                counts[1] += _put_missing_agreements(connection, agency_id, agency.get("agreements", ()))
                counts[2] += _put_missing_events(connection, agency_id, agency.get("events", ()))
        import_id = _put_missing_lists(connection, facts, digest, clock.today(config.time_zone))
        loaded = LoadedFacts(*counts)
        if loaded.total or import_id:
            note_directory_change(connection)
            append_event(connection, Event("agencies:loaded", import_id or str(uuid4()), digest, actor), config)
    return loaded


def _find_or_put_agency(connection: Connection, state: str, agency: Mapping[str, Any]) -> tuple[str, bool]:
    key = make_name_key(agency["name"])
    for row in list_agencies(connection, state):
        is_same_number = row.ori and row.ori == agency.get("ori")
        if is_same_number or key in {make_name_key(name) for name in (row.name, *row.aliases.splitlines())}:
            return row.id, False
    agency_id = str(uuid4())
    put_agency(
        connection,
        id=agency_id,
        name=agency["name"],
        state=state,
        aliases="\n".join(agency.get("aliases", ())),
        source=agency["source"],
        cited_on=agency["cited_on"],
        **{name: agency.get(name, blank) for name, blank in _AGENCY.items()},
    )
    return agency_id, True


def _put_missing_agreements(connection: Connection, agency_id: str, rows: Any) -> int:  # noqa: ANN401  # plain TOML
    known = list_agreements(connection, [agency_id])[agency_id]
    added = 0
    for row in rows:
        if any(_is_same(row, old) for old in known):
            continue
        put_agreement(connection, agency_id=agency_id, **row)
        added += 1
    return added


def _is_same(row: Mapping[str, Any], old: Any) -> bool:  # noqa: ANN401  # an Agreement
    """Whether the directory has this already: from the same publisher, or as a presence on ICE's list."""
    if row["support_type"] != old.support_type:
        return False
    if "first_seen_on" not in row:
        return bool(row["source"] == old.source)
    first: date = row["first_seen_on"]
    last: date = row["last_seen_on"]
    return bool(old.first_seen_on and old.last_seen_on and old.first_seen_on <= last and first <= old.last_seen_on)


def _put_missing_events(connection: Connection, agency_id: str, rows: Any) -> int:  # noqa: ANN401  # plain TOML
    added = 0
    for row in rows:
        if not has_event(connection, agency_id, row["kind"], row["happened_on"], row["what"]):
            put_event(connection, agency_id=agency_id, **row)
            added += 1
    return added


def _put_missing_lists(connection: Connection, facts: tuple[Mapping[str, Any], ...], digest: str, today: date) -> str:
    """Say for each state which lists were gone through; return the id of one new row, or nothing."""
    known = {
        (row.published_on, row.states) for row in list_all_imports(connection) if row.standing == ImportStanding.SHIPPED
    }
    new_id = ""
    for state in facts:
        for entry in state["lists"]:
            if (entry["published_on"], state["state"]) in known:
                continue
            new_id = str(uuid4())
            put_import(
                connection,
                id=new_id,
                standing=ImportStanding.SHIPPED,
                published_on=entry["published_on"],
                states=state["state"],
                uploaded_on=today,
                applied_on=today,
                staff_id="",
                digest=digest,
                source=entry["source"],
                rows="",
                choices="",
                changes="",
                counts="",
            )
    return new_id
