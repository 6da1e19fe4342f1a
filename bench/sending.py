"""What sending a report costs, beside one plain insert of a page and one derivation of a receipt.

Processor time inside this process, least of many rounds that take turns.
Run from the project's folder: python -m bench.sending
"""

import math
import time
from collections.abc import Iterable

from bench.form_pages import measure_pages
from bench.office import DATABASES, run_office
from bench.site_requests import begin_report, expect, request
from bench.table import Row, print_table
from intake.app import create_app
from vault.receipts import derive_receipt, new_code
from web.config import IntakeConfig

ROUNDS = 40
LIMIT = 2.3


def measure_sends(config: IntakeConfig) -> tuple[float, float]:
    """Processor milliseconds of one send from the last page, and of one receipt derivation."""
    site = create_app(config)
    sends, derivations = [], []
    for _round in range(ROUNDS):
        cookie = begin_report(site)
        sends.append(expect(request(site, "POST", "check", {"go": "send"}, cookie=cookie), 303))
        before = time.process_time()
        derive_receipt(new_code(), salt=config.receipt_salt)
        derivations.append(time.process_time() - before)
    site.extensions["engine"].dispose()
    return 1_000 * min(sends), 1_000 * min(derivations)


def run() -> Iterable[Row]:
    """The rows of the table: name, unit, measured, limit."""
    for database in DATABASES:
        with run_office(database) as config:
            send, derivation = measure_sends(config)
            reference = measure_pages(config)["plain"]
        yield f"(b) send, {database}", "ms CPU", send, math.nan
        yield f"receipt derivation, {database}", "ms CPU", derivation, math.nan
        yield f"(b) send / ((c) + derivation), {database}", "times CPU", send / (reference + derivation), LIMIT


if __name__ == "__main__":
    print_table(run())
