"""How far the lists reach that an agreement's dates stand on, written behind its source. Pure text.

A source that names the lists up to one day must never stand beside a date that a later list gave.
"""

import re
from datetime import date

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_UP_TO = re.compile(rf"; and up to the list of (\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}})$")


def extend_citation(source: str, listed_on: date) -> str:
    """Say behind a source that the lists up to the one of `listed_on` were read too, in place of what was said so."""
    head, _until = split_citation(source)
    return f"{head}; and up to the list of {listed_on.day} {_MONTHS[listed_on.month - 1]} {listed_on.year}"


def split_citation(source: str) -> tuple[str, date | None]:
    """Split a source from the day of the list up to which it was extended; None where it was not."""
    match = _UP_TO.search(source)
    if match is None:
        return source, None
    day, month, year = match.groups()
    try:
        until = date(int(year), _MONTHS.index(month) + 1, int(day))
    except ValueError:
        return source, None
    return source[: match.start()], until
