"""How many summaries two cores draw beside one, in the pool of children that the product draws with.

Time on the clock, because cores are the point: on a machine that does other things the ratio says little.
Run from the project's folder: python -m bench.drawing [--all]
"""

import math
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from bench.pdf_summary import make_case
from bench.table import Row, print_table
from exports.case_file import Variant
from exports.children.pool import DrawingPool
from exports.productions import Production
from exports.redaction.redacting import redact

FEW, ALL = 48, 500
ROUNDS = 3
LIMIT_TIMES = 0.55


def draw_with(children: int, productions: list[Production]) -> float:
    """Seconds on the clock in which so many warm children draw the summaries of these productions."""
    with DrawingPool(children) as pool, ThreadPoolExecutor(children) as threads:
        # Each child is warm when it has drawn one: with as many threads as children, all of them do.
        list(threads.map(lambda production: pool.draw("summary", production), productions[:1] * children * 2))
        began = time.monotonic()
        list(threads.map(lambda production: pool.draw("summary", production), productions))
        return time.monotonic() - began


def compare_cores(count: int) -> tuple[float, float]:
    """Time of two children over that of one, and documents a second of two; of so many summaries, the best of rounds.

    All at once when there are many: then one round is long enough.
    """
    rounds = ROUNDS if count < ALL else 1
    productions = [redact(make_case(number), Variant.FACTS) for number in range(count)]
    one, two = [], []
    for _ in range(rounds):
        one.append(draw_with(1, productions))
        two.append(draw_with(2, productions))
    return min(two) / min(one), count / min(two)


def run(count: int = FEW) -> Iterable[Row]:
    """The rows of the table, for so many summaries."""
    ratio, speed = compare_cores(count)
    yield f"{count} summaries on two cores / on one", "times clock", ratio, LIMIT_TIMES
    yield "summaries a second on two cores", "a second", speed, math.nan


if __name__ == "__main__":
    raise SystemExit(0 if print_table(run(ALL if "--all" in sys.argv else FEW)) else 1)
