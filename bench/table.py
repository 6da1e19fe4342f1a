"""The one table that every benchmark prints into."""

import math
from collections.abc import Iterable

#: name, unit, measured, limit; a limit that is not a number means that the figure is for information.
Row = tuple[str, str, float, float]


def print_table(rows: Iterable[Row]) -> bool:
    """Print each row as it is measured; tell whether none is above its limit."""
    print(f"{'':58} {'measured':>10} {'limit':>8} {'unit':12} verdict")
    is_good = True
    for name, unit, measured, limit in rows:
        is_over = measured > limit
        is_good = is_good and not is_over
        shown = "" if math.isnan(limit) else f"{limit:g}"
        verdict = "" if math.isnan(limit) else "OVER" if is_over else "ok"
        print(f"{name:58} {measured:10.2f} {shown:>8} {unit:12} {verdict}", flush=True)
    return is_good
