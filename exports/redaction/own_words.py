"""The words that are in our documents whatever the case: of templates, legends, questions and our own lists.

A surname "March" or "Page" stands on every document without having come from the case. A search that took it for a leak
would stop every export, so such a word is not searched for in a finished document; that it is gone from the case's own
text is certain all the same, because there every word is looked at. Nothing that a person typed may ever count as ours.
"""

import ast
import dataclasses
import enum
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from exports import case_file as vocabulary
from exports.productions import Production
from exports.redaction.matching import Haystack, Needle, make_needle
from exports.redaction.walking import LEFT_ALONE

_ROOM = Path(__file__).resolve().parent.parent
_TEMPLATES = _ROOM.parent / "templates" / "exports"
_MARKUP = re.compile(r"\{[{%#].*?[}%#]\}|<[^>]*>", re.DOTALL)
_BREAK = " \N{OBJECT REPLACEMENT CHARACTER}\N{OBJECT REPLACEMENT CHARACTER} ---- \n"


class OwnWords:
    """What one production's documents hold of our own words."""

    def __init__(self, production: Production) -> None:
        texts = [*_iterate_left_alone(production.case_file), *(each.what for each in production.omissions)]
        texts += [each.ground for each in production.omissions]
        self._haystacks = (_read_standing_words(), Haystack(_BREAK.join(texts)))

    def hold(self, needle: Needle) -> bool:
        """Whether words are ours as well, and so prove nothing when they are found in a document."""
        return any(haystack.has(needle) for haystack in self._haystacks)


def hold_standing_words(needle: Needle) -> bool:
    """Whether words are on documents of ours whatever the case."""
    return _read_standing_words().has(needle)


def list_unsearchable(production: Production) -> tuple[str, ...]:
    """The removed words for which a finished document cannot be searched; somebody should look for them by eye."""
    ours = OwnWords(production)
    return tuple(text for text in production.removed if (needle := make_needle(text)) is not None and ours.hold(needle))


@cache
def _read_standing_words() -> Haystack:
    texts = [_MARKUP.sub(" ", path.read_text(encoding="utf-8")) for path in sorted(_TEMPLATES.glob("*.html"))]
    for path in sorted(_ROOM.rglob("*.py")):
        if path.parent.name != "redaction" or path.name in {"removing.py", "rules.py", "marks.py", "policies.py"}:
            texts += _list_literals(path)
    for kind in vars(vocabulary).values():
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            texts += [str(each.value) for each in kind]
    return Haystack(_BREAK.join(texts))


def _list_literals(path: Path) -> Iterator[str]:
    """The texts in a module that can be printed: all but its docstrings, which give names as examples."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in statements:
            yield node.value


def _iterate_left_alone(value: Any) -> Iterator[str]:  # noqa: ANN401  # any dataclass
    if isinstance(value, tuple):
        for each in value:
            yield from _iterate_left_alone(each)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            held = getattr(value, field.name)
            if (type(value), field.name) in LEFT_ALONE:
                yield from [held] if isinstance(held, str) else (held or ())
            else:
                yield from _iterate_left_alone(held)
