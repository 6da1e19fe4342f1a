"""What a county's page costs: the one that a newspaper links to, so that many ask for it at once.

Processor time inside this process, least of many rounds that take turns, beside the yardstick of `form_pages`: a page
of the form with its template and one plain insert. Requests a second are what one core would do with nothing else.
Run from the project's folder: python -m bench.county_pages
"""

import math
from collections.abc import Iterable

from bench.office import DATABASES, run_office
from bench.reference import create_reference
from bench.site_requests import ANSWERS, expect, request
from bench.table import Row, print_table
from intake.app import create_app
from web.config import IntakeConfig

ROUNDS = 200
PAGE = "/es/agencies/ne/dakota"
# Two hundred a second on one core are 5 ms each.
LIMIT_MS = 5.0
LIMIT = 1.0


def measure_pages(config: IntakeConfig) -> dict[str, float]:
    """Processor milliseconds of a request: "made" for the first of a version, "kept" afterwards, "plain" beside it."""
    site, reference = create_app(config), create_reference(config)
    made = expect(request(site, "GET", "", path=PAGE), 200)
    least = {"kept": math.inf, "plain": math.inf}
    stem, answers = next(iter(ANSWERS.items()))
    for _round in range(ROUNDS):
        spent = {
            "kept": expect(request(site, "GET", "", path=PAGE), 200),
            "plain": expect(request(reference, "POST", stem, answers | {"go": "stay"}), 200),
        }
        for deed, seconds in spent.items():
            least[deed] = min(least[deed], seconds)
    for app in (site, reference):
        app.extensions["engine"].dispose()
    return {deed: 1_000 * seconds for deed, seconds in {**least, "made": made}.items()}


def run() -> Iterable[Row]:
    """The rows of the table: name, unit, measured, limit."""
    for database in DATABASES:
        with run_office(database) as config:
            spent = measure_pages(config)
        yield f"county page, made for the first time, {database}", "ms CPU", spent["made"], math.nan
        yield f"county page, kept, {database}", "ms CPU", spent["kept"], LIMIT_MS
        yield f"county page, kept / (c), {database}", "times CPU", spent["kept"] / spent["plain"], LIMIT
        yield f"county page, kept, {database}", "a second", 1_000 / spent["kept"], math.nan


if __name__ == "__main__":
    print_table(run())
