"""Stories that read alike, and reports that came in a burst: shown to staff, never a reason to refuse anything.

A sketch is the sixteen smallest of the CRC-32 values of a text's pieces: two texts share about as much of their
sketches as of their pieces (Broder, "On the resemblance and containment of documents", 1997). It tells something of a
text to whoever guesses the text, so it lies sealed in the card, like everything else there.
"""

import heapq
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

_SKETCH_SIZE = 16
_PIECE_LENGTH = 8
_SHARED_TO_BE_ALIKE = 10
# A sentence that everybody writes is not a copy.
_SHORTEST_TEXT = 80
_COMPARED_WITH = 20
_BURST_SIZE = 10
_BURST_SPAN = timedelta(minutes=10)

Sketch = tuple[int, ...]


def make_sketch(text: str) -> Sketch:
    """Make the sketch of a text in any script; empty for a short one, which says too little to compare."""
    letters = "".join(sign for sign in text.casefold() if sign.isalnum())
    if len(letters) < _SHORTEST_TEXT:
        return ()
    coded = letters.encode("utf-32-le")
    width = 4 * _PIECE_LENGTH
    pieces = {zlib.crc32(coded[start : start + width]) for start in range(0, len(coded) - width + 1, 4)}
    return tuple(heapq.nsmallest(_SKETCH_SIZE, pieces))


def find_alike(sketches: Mapping[str, Sketch]) -> dict[str, list[str]]:
    """Find which of these texts read nearly the same: from each name to the names of those like it, sorted."""
    holders: dict[int, list[str]] = defaultdict(list)
    for name, sketch in sketches.items():
        for value in sketch:
            holders[value].append(name)
    shared: Counter[tuple[str, str]] = Counter()
    for names in holders.values():
        # Of a flood of copies each is compared with the first few: that is enough to show what it is.
        shared.update((one, other) for i, one in enumerate(names[:_COMPARED_WITH]) for other in names[i + 1 :])
    alike: dict[str, list[str]] = defaultdict(list)
    for (one, other), count in shared.items():
        if count >= _SHARED_TO_BE_ALIKE:
            alike[one].append(other)
            alike[other].append(one)
    return {name: sorted(others) for name, others in alike.items()}


def find_bursts(arrivals: Sequence[tuple[datetime, str]]) -> frozenset[str]:
    """Find the names of those that came in a burst: ten or more within ten minutes."""
    ordered = sorted(arrivals)
    found: set[str] = set()
    first = 0
    for last, (moment, _name) in enumerate(ordered):
        while moment - ordered[first][0] > _BURST_SPAN:
            first += 1
        if last - first + 1 >= _BURST_SIZE:
            found.update(name for _moment, name in ordered[first : last + 1])
    return frozenset(found)
