"""Text brought to one form for matching, with the way back to each place in the text as it was typed.

It must never be printed or stored: it is less than what somebody wrote. Case, accents, width, digits of other scripts,
invisible characters, apostrophes, kinds of dash and runs of white space make no difference (Unicode UAX #15, NFKD).
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

# Letters that Unicode does not take apart, and Arabic letters that are typed one for the other.
_LOOKALIKES = dict(
    zip(
        "øłđð\u0131æœþŧħ\u0629\u0649\u06cc\u06a9\u06be\u06c1\u0671",
        (*("o", "l", "d", "d", "i", "ae", "oe", "th", "t", "h"), *"\u0647\u064a\u064a\u0643\u0647\u0647\u0627"),
        strict=True,
    )
)
_DROPPED = frozenset("'\u2019\u2018\u02bc\u02bb`\u00b4\u0640")
_SEPARATORS = frozenset("ZPSC")
_TOKEN = re.compile("[0-9]+|[^0-9]+")


@lru_cache(maxsize=20_000)
def _fold_character(character: str) -> str:
    folded = ""
    for part in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold()):
        category = unicodedata.category(part)
        if part.isspace() or category[0] == "Z":
            folded += " "
        elif part in _DROPPED or category[0] == "C" or (category == "Mn" and unicodedata.combining(part)):
            continue
        elif category == "Nd":
            folded += str(unicodedata.decimal(part))
        elif category == "Pd" or part == "\u2212":
            folded += "-"
        else:
            folded += _LOOKALIKES.get(part, part)
    return folded


@dataclass(frozen=True)
class Token:
    """A run of letters, or a run of digits, in folded text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Folded:
    """Folded text; character ``i`` of it came from ``starts[i]`` to ``ends[i]`` of what was typed."""

    text: str = field(repr=False)
    starts: tuple[int, ...] = field(repr=False)
    ends: tuple[int, ...] = field(repr=False)

    def find_place(self, start: int, end: int) -> tuple[int, int]:
        """The span in the typed text of a span (not empty) in the folded one."""
        return self.starts[start], self.ends[end - 1]

    def list_tokens(self) -> list[Token]:
        """The words and the numbers of the text, in order; punctuation and white space only part them."""
        return list(self._iterate_tokens())

    def _iterate_tokens(self) -> Iterator[Token]:
        for is_word, run in itertools.groupby(range(len(self.text)), lambda place: is_part_of_word(self.text[place])):
            if is_word:
                places = list(run)
                first = places[0]
                for match in _TOKEN.finditer(self.text[first : places[-1] + 1]):
                    yield Token(match[0], first + match.start(), first + match.end())


@lru_cache(maxsize=20_000)
def is_part_of_word(character: str) -> bool:
    """Whether a character is of a word: letters, digits and the vowel signs of Burmese or Hindi."""
    return unicodedata.category(character)[0] not in _SEPARATORS


def fold(text: str) -> Folded:
    """Fold a text. A dropped sign belongs to the character before it, so that replacing one takes the other along."""
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for place, character in enumerate(text):
        parts = _fold_character(character)
        if not parts or (parts == " " and folded and folded[-1] == " "):
            if ends:
                ends[-1] = place + 1
            continue
        for part in parts:
            folded.append(part)
            starts.append(place)
            ends.append(place + 1)
    return Folded("".join(folded), tuple(starts), tuple(ends))
