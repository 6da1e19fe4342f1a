"""Taking words out of text for one copy, and counting what was taken out for which reason.

What is taken out must be gone from the text: a bracket stands there instead, as text of its own.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from exports.case_file import CaseFile, Party, PartyKind, Variant
from exports.redaction.marks import BRACKETS_OF_GROUNDS, GROUND_WORDS, Ground, Mark
from exports.redaction.matching import Haystack, Needle, Span, make_needle
from exports.redaction.names import list_names, make_initials, reads_as_sentence
from exports.redaction.policies import POLICIES, RULE_WORDS, Policy
from exports.redaction.rules import BRACKETS, Rule, find_by_rules

NAME_REMOVED = "[name removed]"
CONTACT_REMOVED = "[contact removed]"
WORDS_REMOVED = BRACKETS_OF_GROUNDS[Ground.OTHER]
OUR_BRACKETS = frozenset({*BRACKETS.values(), *BRACKETS_OF_GROUNDS.values(), NAME_REMOVED, CONTACT_REMOVED})
MARKED_BY_OFFICE = "Marked by the office"
_MOST_PASSES = 4
_SHORTEST_CONTACT = 4  # letters and digits of a piece of the contact details
_CERTAIN_RULES = frozenset(Rule) - {Rule.TIME, Rule.STATUS, Rule.STREET}


@dataclass(frozen=True)
class Removal:
    """Words that go, what stands there instead, and what it is called in the list of what was left out."""

    text: str = field(repr=False)
    needle: Needle = field(repr=False)
    bracket: str
    what: str
    ground: str


def list_removals(case_file: CaseFile, variant: Variant, marks: Iterable[Mark]) -> tuple[Removal, ...]:
    """The words that go from a copy by name: what staff marked, who is named in the report, how to reach them."""
    policy = POLICIES[variant]
    removals: dict[Needle, Removal] = {}

    def add(text: str, bracket: str, what: str, ground: str) -> None:
        needle = make_needle(text)
        if needle is not None:
            removals.setdefault(needle, Removal(text, needle, bracket, what, ground))

    for mark in marks:
        if variant in mark.variants:
            add(mark.text, mark.bracket, GROUND_WORDS[mark.ground], MARKED_BY_OFFICE)
    for party in (*case_file.parties, *case_file.witnesses):
        for name, bracket, what in _list_party_words(party, policy):
            add(name, bracket, what, policy.ground)
    if policy.removes_contact:
        for text in _list_contact_words(case_file):
            add(text, CONTACT_REMOVED, "Ways to reach a person", policy.ground)
    return tuple(_mend_bracket(removal, removals) for removal in removals.values())


def _mend_bracket(removal: Removal, needles: Iterable[Needle]) -> Removal:
    """The same with a bracket of ours where the office's own words for it hold what must go."""
    if removal.ground != MARKED_BY_OFFICE or removal.bracket in OUR_BRACKETS:
        return removal
    haystack = Haystack(removal.bracket)
    return replace(removal, bracket=WORDS_REMOVED) if any(map(haystack.has, needles)) else removal


def _list_party_words(party: Party, policy: Policy) -> list[tuple[str, str, str]]:
    """What goes of the names in one answer: words, bracket, and what it is called."""
    words = party.answer.text
    if party.kind in policy.removed_kinds:
        # A sentence stands in the list of answers too, and no name of it must be left over there.
        whole = [words] if reads_as_sentence(words) else []
        return [(name, NAME_REMOVED, "Names of people") for name in (*whole, *list_names(words))]
    if party.kind in policy.initialled_kinds:
        what = "Names that may be of children: initials stay"
        return [(name, f"[{make_initials(name)}]", what) for name in list_names(words)]
    return []


def _list_contact_words(case_file: CaseFile) -> list[str]:
    """What was typed about reaching somebody: whole, and by line.

    Words of our own lists have neither a language nor digits.
    """
    facts = (*case_file.contact, *(fact for change in case_file.contact_changes for fact in change.facts))
    typed = [
        fact.answer.text
        for fact in facts
        if fact.answer.language is not None or any(sign.isdigit() or sign == "@" for sign in fact.answer.text)
    ]
    pieces = [
        piece.strip() for text in typed for piece in (text, *text.replace(";", "\n").replace(",", "\n").split("\n"))
    ]
    return [piece for piece in pieces if sum(sign.isalnum() for sign in piece) >= _SHORTEST_CONTACT]


class Remover:
    """Takes words out of one text after the other, for one copy."""

    def __init__(self, removals: Sequence[Removal], policy: Policy) -> None:
        self._removals = list(removals)
        self._policy = policy
        self.counts: Counter[tuple[str, str]] = Counter()
        self.found_by_rule: dict[str, None] = {}

    def remove(self, text: str) -> str:
        """The text without the words. Gone through again until nothing is found any more.

        Raises:
            RuntimeError: Words kept standing in it, which must not happen.
        """
        pieces = [(text, False)]
        for _pass in range(_MOST_PASSES):
            gone = [part for piece, is_ours in pieces for part in ([(piece, True)] if is_ours else self._split(piece))]
            if gone == pieces:
                return "".join(piece for piece, _is_ours in pieces)
            pieces = gone
        raise RuntimeError("Words that were taken out of a text still stand in it.")

    def _split(self, text: str) -> list[tuple[str, bool]]:
        """A text in pieces: what stays as typed, and our brackets where something stood."""
        hits = self._find(text)
        pieces: list[tuple[str, bool]] = []
        done = 0
        for (start, end), bracket in hits:
            pieces += [(text[done:start], False), (bracket, True)]
            done = end
        return [(piece, is_ours) for piece, is_ours in (*pieces, (text[done:], False)) if piece] or [(text, False)]

    def _find(self, text: str) -> list[tuple[Span, str]]:
        """Places and brackets, in order; where places overlap, all is taken out under the bracket that comes first."""
        haystack = Haystack(text)
        found: list[tuple[Span, str, str, str]] = []
        marked = [each for each in self._removals if each.ground == MARKED_BY_OFFICE]
        named = [each for each in self._removals if each.ground != MARKED_BY_OFFICE]
        found += self._find_removals(haystack, marked)
        keeps = self._policy.keeps_last_four
        for hit in find_by_rules(haystack.folded, text, self._policy.rules, keeps_last_four=keeps):
            found.append(((hit.start, hit.end), hit.replacement, RULE_WORDS[hit.rule], self._policy.ground))
            if hit.rule in _CERTAIN_RULES:
                self.found_by_rule[hit.text] = None
        found += self._find_removals(haystack, named)
        return self._choose(found)

    @staticmethod
    def _find_removals(haystack: Haystack, removals: Iterable[Removal]) -> list[tuple[Span, str, str, str]]:
        return [
            (span, each.bracket, each.what, each.ground) for each in removals for span in haystack.find(each.needle)
        ]

    def _choose(self, found: list[tuple[Span, str, str, str]]) -> list[tuple[Span, str]]:
        clusters: list[tuple[Span, list[int]]] = []
        for index in sorted(range(len(found)), key=lambda each: found[each][0]):
            (start, end), *_rest = found[index]
            if clusters and start < clusters[-1][0][1]:
                (first, last), members = clusters[-1]
                clusters[-1] = ((first, max(last, end)), [*members, index])
            else:
                clusters.append(((start, end), [index]))
        chosen = []
        for span, members in clusters:
            _span, bracket, what, ground = found[min(members)]
            self.counts[what, ground] += 1
            chosen.append((span, bracket))
        return chosen


def blank_brackets(text: str, brackets: Iterable[str]) -> str:
    """The text without our own brackets, for a search that shall not find a surname "Name" in "[name removed]"."""
    for bracket in sorted({*OUR_BRACKETS, *brackets}, key=len, reverse=True):
        text = text.replace(bracket, " \ufffc ")
    return text


def names_anybody(kind: PartyKind, policy: Policy) -> bool:
    """Whether an answer that names such people is taken out whole."""
    return kind in policy.removed_kinds
