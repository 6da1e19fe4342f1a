"""Every benchmark, one after the other, into one table; ends with status 1 when a limit is passed.

Run from the project's folder, on a machine that does nothing else: .venv/bin/python -m bench
"""

from collections.abc import Iterator

from bench import (
    county_pages,
    drawing,
    form_pages,
    ledger,
    long_paper,
    pdf_summary,
    queue,
    seeking,
    sending,
    served,
    uploads,
    worker,
)
from bench.table import Row, print_table


def run_all() -> Iterator[Row]:
    """Run the benchmarks; each row comes as soon as it is measured."""
    for benchmark in (
        form_pages,
        county_pages,
        sending,
        queue,
        seeking,
        ledger,
        pdf_summary,
        drawing,
        long_paper,
        worker,
        served,
        uploads,
    ):
        yield from benchmark.run()


if __name__ == "__main__":
    raise SystemExit(0 if print_table(run_all()) else 1)
