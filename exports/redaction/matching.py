"""Finding words in text: whole words, in any case, with or without accents, over line ends, run together or apart.

The same matcher removes words and searches for them afterwards; it must never be made laxer for one than for the other.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from exports.redaction.folding import Folded, Token, fold, is_part_of_word

_LONGEST_GAP = 6  # signs between two words of one name
_SHORTEST_RUN_TOGETHER = 8  # letters of a name that is looked for inside other words too, as in "rosanombre@..."
_SHORTEST_NUMBER = 7  # digits of a number that is looked for however it is grouped
_SHORTEST_WITH_ENDING = 3
# Arabic writes "and", "to", "by", "like" and "the" onto the word.
_ARABIC_PREFIX = re.compile("[وفبلكا]{1,4}")
_ARABIC_ENDING = "\u0627"
_UNSPACED = ("THAI", "LAO", "KHMER", "MYANMAR", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "TIBETAN")

Span = tuple[int, int]


@dataclass(frozen=True)
class Needle:
    """Words to be found, brought to the form that is matched."""

    words: tuple[str, ...] = field(repr=False)

    @cached_property
    def joined(self) -> str:
        """All of it without anything in between."""
        return "".join(self.words)

    @cached_property
    def is_number(self) -> bool:
        """Whether it is digits alone, enough of them to be told from any other number."""
        return self.joined.isdigit() and len(self.joined) >= _SHORTEST_NUMBER

    @cached_property
    def is_found_inside(self) -> bool:
        """Whether it is looked for inside other words: long ones, and scripts that put no space between words."""
        is_long = len(self.joined) >= _SHORTEST_RUN_TOGETHER and not self.joined.isdigit()
        return is_long or (len(self.joined) > 1 and _is_unspaced(self.joined))


def _is_unspaced(text: str) -> bool:
    return any(unicodedata.name(letter, "").startswith(_UNSPACED) for letter in text)


def make_needle(text: str) -> Needle | None:
    """Make a text into words to be found; None where it has no letter and no digit."""
    words = tuple(token.text for token in fold(text).list_tokens())
    return Needle(words) if any(any(sign.isalnum() for sign in word) for word in words) else None


class Haystack:
    """A text that is searched, folded once for however many needles."""

    def __init__(self, text: str) -> None:
        self.folded: Folded = fold(text)
        self._tokens = self.folded.list_tokens()
        self._places: dict[str, list[int]] = {}
        for index, token in enumerate(self._tokens):
            for form in _list_forms(token.text):
                self._places.setdefault(form, []).append(index)
        kept = [place for place, sign in enumerate(self.folded.text) if is_part_of_word(sign)]
        self._squeezed = "".join(self.folded.text[place] for place in kept)
        self._squeezed_places = kept

    def find(self, needle: Needle) -> list[Span]:
        """Every place of the typed text where a needle stands."""
        return [self.folded.find_place(*span) for span in {*self._find_words(needle), *self._find_inside(needle)}]

    def has(self, needle: Needle) -> bool:
        """Whether a needle stands anywhere in the text."""
        return any(True for _span in self._find_words(needle)) or any(True for _span in self._find_inside(needle))

    def _find_words(self, needle: Needle) -> Iterator[Span]:
        for first in self._places.get(needle.words[0], ()):
            span = self._follow(needle, first)
            if span is not None:
                yield span

    def _follow(self, needle: Needle, first: int) -> Span | None:
        tokens = self._tokens[first : first + len(needle.words)]
        if len(tokens) < len(needle.words):
            return None
        for before, token, word in zip(tokens, tokens[1:], needle.words[1:], strict=False):
            if token.start - before.end > _LONGEST_GAP or word not in _list_forms(token.text):
                return None
        return _find_start(tokens[0], needle.words[0]), tokens[-1].end

    def _find_inside(self, needle: Needle) -> Iterator[Span]:
        if not (needle.is_found_inside or needle.is_number):
            return
        start = self._squeezed.find(needle.joined)
        while start >= 0:
            end = start + len(needle.joined)
            places = self._squeezed_places[start:end]
            span = places[0], places[-1] + 1
            is_apart = any(behind - before > _LONGEST_GAP for before, behind in itertools.pairwise(places))
            is_other = self._continues(*span) if needle.is_number else self._is_patched(needle, *span)
            if not (is_apart or is_other):
                yield span
            start = self._squeezed.find(needle.joined, start + 1)

    def _continues(self, start: int, end: int) -> bool:
        """Whether a number goes on without a gap before or behind, and so is another number."""
        text = self.folded.text
        return text[max(start - 1, 0) : start].isdigit() or text[end : end + 1].isdigit()

    def _is_patched(self, needle: Needle, start: int, end: int) -> bool:
        """Whether it is put together from the end of one word and the beginning of another, and so is no word."""
        text = self.folded.text
        if end - start == len(needle.joined) or _is_unspaced(needle.joined):
            return False
        before, behind = text[max(start - 1, 0) : start], text[end : end + 1]
        return any(sign and is_part_of_word(sign) for sign in (before, behind))


def _list_forms(word: str) -> set[str]:
    """The words of which this may be a form: without the s of "Rosa's" and "the Quispes", without Arabic prefixes."""
    forms = {word}
    for ending in ("s", "es", _ARABIC_ENDING):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_WITH_ENDING:
            forms.add(word.removesuffix(ending))
    prefix = _ARABIC_PREFIX.match(word)
    if prefix:
        forms |= {
            form[length:]
            for form in tuple(forms)
            for length in range(1, prefix.end() + 1)
            if len(form) - length >= _SHORTEST_WITH_ENDING
        }
    return forms


def _find_start(token: Token, word: str) -> int:
    return token.start + max(token.text.find(word), 0)


def merge_spans(spans: Iterable[Span]) -> list[Span]:
    """The same places in order, overlapping ones made one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
