"""What the office finds in the database after something went wrong."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import func, select

from models import cases, ledger, receipts, tables
from models.engine import create_engine, read
from models.report import Report, read_report
from tests.intake.office import Office
from vault.contexts import Context
from vault.opening import open_identity, open_json
from vault.receipts import derive_receipt
from vault.signing import SigningKey, verify_signature


class StoredReports:
    """Looks at the database as its owner, and opens reports as the office."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.engine = create_engine(office.owner_url)
        self.verify_key = SigningKey.from_bytes(office.config.signing_key).verify_key

    def close(self) -> None:
        """Let the database go."""
        self.engine.dispose()

    def count_cases(self) -> int:
        """Count the stored cases."""
        with read(self.engine) as connection:
            return connection.execute(select(func.count()).select_from(tables.cases)).scalar_one()

    def has_case(self, case_id: str) -> bool:
        """Whether this case is stored."""
        with read(self.engine) as connection:
            return connection.execute(select(tables.cases.c.id).where(tables.cases.c.id == case_id)).first() is not None

    def has_draft(self, case_id: str) -> bool:
        """Whether the draft that would become this case is stored."""
        with read(self.engine) as connection:
            return (
                connection.execute(select(tables.drafts.c.id).where(tables.drafts.c.case_id == case_id)).first()
                is not None
            )

    def list_references(self) -> list[str]:
        """List the references of all cases."""
        with read(self.engine) as connection:
            return list(connection.execute(select(tables.cases.c.reference)).scalars())

    def open_report(self, code: str) -> Report:
        """Open the report that a receipt code leads to; fails when the code leads nowhere."""
        receipt = derive_receipt(code, salt=self.office.config.receipt_salt)
        key_id = self.office.key_id
        with read(self.engine) as connection:
            row = receipts.get_receipt(connection, receipt.lookup_id)
            assert row is not None, "a code that was shown leads to no case"
            key = cases.get_case_key(connection, row.case_id, [key_id])
            assert key is not None
            (item,) = cases.list_sealed_items(connection, row.case_id)
        context = Context("report_identity", (row.case_id, key_id))
        identity = open_identity(key.sealed_report_identity, identity=self.office.identity, context=context)
        return read_report(open_json(item.sealed, identity=identity, context=Context("report", (row.case_id, item.id))))

    def count_entered(self) -> int:
        """Verify the public site's whole chain and count the reports that it says were received."""

        def check(entry: bytes, signature: bytes) -> None:
            verify_signature(entry, signature, purpose="ledger-entry", verify_key=self.verify_key)

        with read(self.engine) as connection:
            ledger.verify(connection, "intake", check)
            return sum(entry["kind"] == "report:received" for entry in ledger.iterate_entries(connection, "intake"))


def wait_until(is_so: Callable[[], bool], *, seconds: float = 15.0) -> None:
    """Return when something has become so; fail when it does not within `seconds`."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.005)
