"""What somebody should look at before a copy leaves: what rules found, and words that look like names.

It must never be taken for all that is dangerous in a text: who knows the people in it finds more.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from exports.case_file import CaseFile, Variant
from exports.redaction.marks import Mark
from exports.redaction.matching import Haystack, make_needle
from exports.redaction.names import SHORTEST_PART, is_common
from exports.redaction.policies import POLICIES, RULE_WORDS
from exports.redaction.removing import list_removals
from exports.redaction.rules import Rule, find_by_rules
from exports.redaction.walking import list_texts

_MOST = 40
_WORD = re.compile(r"(?:[^\W\d_]+['\u2019-]?)+")
_SENTENCE_END = re.compile(r"(?:^|[.!?:¿¡\n\"“«]\s*)$")


@dataclass(frozen=True)
class Suggestion:
    """A passage, what it looks like, how often it stands in the case, and the copies that it goes from already."""

    text: str = field(repr=False)
    what: str
    times: int
    variants: tuple[Variant, ...] = ()


def list_suggestions(case_file: CaseFile, marks: Iterable[Mark]) -> tuple[Suggestion, ...]:
    """What rules find in the story and its translation, then words with a capital that nothing takes out yet."""
    texts = [case_file.story.text, case_file.translation.text if case_file.translation else ""]
    known = Haystack("\n".join([*(mark.text for mark in marks), case_file.stop.agency.text, *_list_gone(case_file)]))
    found: Counter[tuple[str, str]] = Counter()
    copies: dict[tuple[str, str], tuple[Variant, ...]] = {}
    for text in texts:
        for hit in find_by_rules(Haystack(text).folded, text, frozenset(Rule), keeps_last_four=False):
            key = (hit.text, RULE_WORDS[hit.rule])
            found[key] += 1
            copies[key] = tuple(variant for variant in Variant if hit.rule in POLICIES[variant].rules)
    everything = "\n".join(list_texts(case_file))
    for text in texts:
        for word in _list_capitalised(text):
            if not _knows(known, word):
                found[word, "Looks like a name"] = len(re.findall(rf"\b{re.escape(word)}\b", everything))
    listed = [Suggestion(text, what, times, copies.get((text, what), ())) for (text, what), times in found.items()]
    return tuple(listed[:_MOST])


def _list_gone(case_file: CaseFile) -> list[str]:
    return [removal.text for removal in list_removals(case_file, Variant.PRESS, ())]


def _knows(known: Haystack, word: str) -> bool:
    needle = make_needle(word)
    return needle is None or known.has(needle)


def _list_capitalised(text: str) -> list[str]:
    """Runs of words that begin with a capital inside a sentence, where only names have one."""
    runs: dict[str, None] = {}
    for match in _WORD.finditer(text):
        word = match[0]
        if not word[0].isupper() or len(word) < SHORTEST_PART or is_common(word):
            continue
        if not _SENTENCE_END.search(text[: match.start()][-4:]):
            runs[word] = None
    return list(runs)
