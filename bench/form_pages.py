"""What a page of the form costs with its sealed draft, beside the same form and template with one plain insert.

Processor time inside this process, least of many rounds that take turns, added up over the pages of the minimum path.
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
    """Processor milliseconds of one request, mean over the pages: show and take, the site's and the reference's."""
    site, reference = create_app(config), create_reference(config)
    cookie = begin_report(site)
    least: dict[tuple[str, str], float] = defaultdict(lambda: math.inf)
    for _round in range(ROUNDS):
        for stem, answers in ANSWERS.items():
            fields = answers | {"go": "next"}
            spent = {
                "show": expect(request(site, "GET", stem, cookie=cookie), 200),
                "show, reference": expect(request(reference, "GET", stem), 200),
                "take": expect(request(site, "POST", stem, fields, cookie=cookie), 303),
                "take, reference": expect(request(reference, "POST", stem, fields), 303),
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
        for deed, method in (("show", "GET"), ("take", "POST")):
            ours, theirs = spent[deed], spent[f"{deed}, reference"]
            yield f"form page {method}, sealed draft, {database}", "ms CPU", ours, math.nan
            yield f"form page {method}, reference (c), {database}", "ms CPU", theirs, math.nan
            yield f"form page {method} / (c), {database}", "times CPU", ours / theirs, LIMIT


if __name__ == "__main__":
    print_table(run())
