"""What a page of the queue costs, whole request, with 50 and with 500 undecided cases on SQLite.

Processor time, best of several rounds, because a busy machine only ever makes it longer.
Run from the project's folder: python -m bench.queue
"""

import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from flask.testing import FlaskClient

from casework.app import create_app
from casework.permissions import Role
from casework.sessions import StaffSession, put_session
from models.engine import write
from tests.casework.filing import PLAIN_VALUES, Filing
from tests.casework.staff_office import StaffOffice, make_staff_office
from tests.conftest import DatabaseUrls
from vault.identities import Identity
from vault.keyslots import CHEAPEST
from web.clock import now

ROUNDS = 7
LIMITS_MS = {50: 30.0, 500: 250.0}
URGENT = (["none"], ["held_now"], ["court_date"], ["none"], ["hurt"])


def sign_in(client: FlaskClient, office: StaffOffice, filing: Filing) -> None:
    """Give a browser the session of the supervising attorney, without the work of signing in."""
    account = office.accounts[Role.SUPERVISING_ATTORNEY]
    session = StaffSession(
        staff_id=account.staff_id,
        name=account.person.name,
        email=account.person.email,
        role=Role.SUPERVISING_ATTORNEY,
        identity=Identity.generate(),
        office_identities=office.ceremony.granter.office_identities,
        signed_in_at=int(now().timestamp()),
    )
    with write(filing.engine) as connection:
        key = put_session(connection, session, office.ceremony.casework)
    client.set_cookie("desk", key.to_cookie())


def measure_page(client: FlaskClient) -> float:
    """CPU milliseconds of one page of the queue, the best of several."""
    times = []
    for _round in range(ROUNDS):
        start = time.process_time()
        response = client.get("/cases")
        times.append(time.process_time() - start)
        if response.status_code != 200:
            raise RuntimeError(f"the queue answered {response.status_code}")
    return min(times) * 1000


def run() -> Iterable[tuple[str, str, float, float]]:
    """Measure; yields name, unit, measured and limit."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/office.db"
        office = make_staff_office(DatabaseUrls(url, url, url), Path(folder) / "office")
        app = create_app(office.ceremony.casework, cost=CHEAPEST)
        filing = Filing(app.extensions["engine"], office.ceremony.intake)
        client = app.test_client()
        sign_in(client, office, filing)
        filed = 0
        for number, limit in LIMITS_MS.items():
            while filed < number:
                filing.file(PLAIN_VALUES, urgent=URGENT[filed % len(URGENT)], days_ago=filed % 90)
                filed += 1
            yield f"page of the queue, {number} undecided cases", "ms CPU", measure_page(client), limit
        filing.engine.dispose()
        filing.intake_engine.dispose()


if __name__ == "__main__":
    for name, unit, measured, limit in run():
        print(f"{name}: {measured:.1f} {unit} (limit {limit:.0f})")
