"""What a page of the form costs with its sealed draft, beside the same form and template with one plain insert.

Processor time inside this process, least of many rounds that take turns, mean over the pages of the minimum path.
Run from the project's folder: python -m bench.form_pages
"""

import math
from collections import defaultdict
from collections.abc import Iterable

from bench.office import DATABASES, run_office
from bench.reference import create_reference
from bench.site_requests import ANSWERS, begin_report, expect, request
from bench.table import Row, print_table
from intake.app import create_app
from web.config import IntakeConfig

ROUNDS = 60
LIMIT = 1.7


def measure_pages(config: IntakeConfig) -> dict[str, float]:
    """Processor milliseconds of one request, mean over the pages.

    "plain" is the yardstick (c): form, template and one insert in one request. "plain GET" has the form and the
    template only, "plain POST" the form and the insert only.
    """
    site, reference = create_app(config), create_reference(config)
    cookie = begin_report(site)
    least: dict[tuple[str, str], float] = defaultdict(lambda: math.inf)
    for _round in range(ROUNDS):
        for stem, answers in ANSWERS.items():
            on, stay = answers | {"go": "next"}, answers | {"go": "stay"}
            spent = {
                "GET": expect(request(site, "GET", stem, cookie=cookie), 200),
                "plain GET": expect(request(reference, "GET", stem), 200),
                "POST": expect(request(site, "POST", stem, on, cookie=cookie), 303),
                "plain POST": expect(request(reference, "POST", stem, on), 303),
                "plain": expect(request(reference, "POST", stem, stay), 200),
            }
            for deed, seconds in spent.items():
                least[deed, stem] = min(least[deed, stem], seconds)
    for app in (site, reference):
        app.extensions["engine"].dispose()
    deeds = {deed for deed, _stem in least}
    return {deed: 1_000 * sum(least[deed, stem] for stem in ANSWERS) / len(ANSWERS) for deed in deeds}


def run() -> Iterable[Row]:
    """The rows of the table: name, unit, measured, limit."""
    for database in DATABASES:
        with run_office(database) as config:
            spent = measure_pages(config)
        yield f"(c) form, template, one plain insert, {database}", "ms CPU", spent["plain"], math.nan
        for method in ("GET", "POST"):
            part = {"GET": "form and template alone", "POST": "form and insert alone"}[method]
            yield f"(a) page of the form, {method}, {database}", "ms CPU", spent[method], math.nan
            yield f"(a) {method} / (c), {database}", "times CPU", spent[method] / spent["plain"], LIMIT
            ratio = spent[method] / spent[f"plain {method}"]
            yield f"(a) {method} / {part}, {database}", "times CPU", ratio, math.nan


if __name__ == "__main__":
    print_table(run())
