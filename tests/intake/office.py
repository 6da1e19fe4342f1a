"""An office with its keys, made straight in the database: what the public site's tests need of the ceremony."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

from models import cases, ledger, office_keys
from models.engine import create_engine, read, write
from models.report import Report, read_report
from models.tables import cases as cases_table
from tests.page_client import EXIT_URL
from vault.contexts import Context
from vault.identities import Identity
from vault.opening import open_identity, open_json
from vault.signing import SigningKey, sign_recipient
from web.config import IntakeConfig


@dataclass(frozen=True)
class Office:
    """An office's keys and the public site's configuration."""

    config: IntakeConfig
    key_id: str
    identity: Identity
    owner_url: str
    casework_key: SigningKey

    def open_reports(self) -> list[Report]:
        """Open every stored report, as staff would."""
        found = []
        engine = create_engine(self.owner_url)
        with read(engine) as connection:
            for row in connection.execute(cases_table.select()):
                key = cases.get_case_key(connection, row.id, [self.key_id])
                assert key is not None
                identity = open_identity(
                    key.sealed_report_identity,
                    identity=self.identity,
                    context=Context("report_identity", (row.id, self.key_id)),
                )
                reports = [item for item in cases.list_sealed_items(connection, row.id) if item.kind == "report"]
                for item in reports:
                    context = Context("report", (row.id, item.id))
                    found.append(read_report(open_json(item.sealed, identity=identity, context=context)))
        engine.dispose()
        return found


def make_office(owner_url: str, intake_url: str, folder: Path) -> Office:
    """Make an office in a migrated database."""
    key_id, identity, signing_key, site_key, casework_key = (
        str(uuid4()),
        Identity.generate(),
        SigningKey.generate(),
        SigningKey.generate(),
        SigningKey.generate(),
    )
    raw = identity.recipient.raw
    engine = create_engine(owner_url)
    with write(engine) as connection:
        office_keys.put_office_key(
            connection,
            id=key_id,
            recipient=raw,
            recipient_signature=sign_recipient(raw, context=Context("office_recipient", (key_id,)), key=signing_key),
            made_on=date(2026, 1, 1),
        )
        for site in ("intake", "casework"):
            ledger.start_chain(connection, site)
    engine.dispose()
    config = IntakeConfig(
        data_dir=folder,
        database_url=intake_url,
        office_name="Test Office",
        time_zone=ZoneInfo("America/Chicago"),
        origin="http://localhost",
        is_demo=True,
        office_verify_key=signing_key.verify_key,
        signing_key=site_key.to_bytes(),
        casework_verify_key=casework_key.verify_key,
        site_name="Notes",
        receipt_salt=bytes(32),
        exit_url=EXIT_URL,
        languages=("en", "es", "qps"),
        office_line="555-0100",
    )
    return Office(config, key_id, identity, owner_url, casework_key)
