"""Words that are spelt almost like another: for "did you mean", and never to decide that two names are one."""

from bisect import bisect_left
from collections.abc import Iterable

# So many slips of the hand are forgiven in a word of at least so many letters, most first.
_FORGIVEN = ((7, 2), (4, 1))


class WordList:
    """Words to compare with. Made once; looking up one word among 5,000 takes about a millisecond."""

    def __init__(self, words: Iterable[str]) -> None:
        """Take the words in: small letters without accents, as `models.agency_names.make_name_key` writes them."""
        self._words = sorted(set(words))
        self._letters = [_mark_letters(word) for word in self._words]

    def has_beginning(self, piece: str) -> bool:
        """Tell whether a word is this, or begins so."""
        place = bisect_left(self._words, piece)
        return place < len(self._words) and self._words[place].startswith(piece)

    def find_near(self, word: str, most: int = 3) -> list[str]:
        """List the words nearest to this one, at most two slips away and all equally far; none for a short word."""
        forgiven = next((slips for length, slips in _FORGIVEN if len(word) >= length), 0)
        if not forgiven:
            return []
        letters = _mark_letters(word)
        near = [
            (count_slips(word, other, forgiven), other)
            for other, marks in zip(self._words, self._letters, strict=True)
            # A slip changes at most two letters of the set: most words are passed over without a closer look.
            if abs(len(other) - len(word)) <= forgiven and (marks ^ letters).bit_count() <= 2 * forgiven
        ]
        least = min((slips for slips, _other in near), default=forgiven + 1)
        return sorted(other for slips, other in near if slips == least)[:most] if least <= forgiven else []


def count_slips(one: str, other: str, most: int) -> int:
    """Count the slips between two words: a letter too many, missing or another, or two changed about.

    No more than `most` + 1 are counted. The restricted Damerau-Levenshtein distance (Damerau 1964).
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for down, letter in enumerate(one, 1):
        before, last, row = row, before, [down]
        for across, wanted in enumerate(other, 1):
            slips = min(before[across] + 1, row[across - 1] + 1, before[across - 1] + (letter != wanted))
            if down > 1 < across and letter == other[across - 2] and one[down - 2] == wanted:
                slips = min(slips, last[across - 2] + 1)
            row.append(slips)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def _mark_letters(word: str) -> int:
    marks = 0
    for letter in word:
        marks |= 1 << (ord(letter) % 64)
    return marks
