"""Prepared replies: sentences that staff send often, in each language, to be edited before they go out.

They must never carry a fact of a case: a text that names nobody and nothing can be checked once, by somebody who speaks
the language, and then be used by somebody who does not.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent.parent / "data" / "replies"
ENGLISH = "en"


@dataclass(frozen=True)
class PreparedReply:
    """One prepared reply in one language: what it is for, and its text."""

    title: str
    text: str


@cache
def read_prepared_replies() -> dict[str, dict[str, PreparedReply]]:
    """Read the prepared replies, by language code and by stem."""
    return {
        folder.name: {path.stem: _read_reply(path) for path in sorted(folder.glob("*.txt"))}
        for folder in sorted(_FOLDER.iterdir())
        if folder.is_dir()
    }


def list_prepared_replies() -> dict[str, str]:
    """List what there is, for staff: stem to title in English."""
    return {stem: reply.title for stem, reply in read_prepared_replies()[ENGLISH].items()}


def list_prepared_languages() -> tuple[str, ...]:
    """List the languages that prepared replies are written in."""
    return tuple(read_prepared_replies())


def find_prepared_reply(stem: str, language: str) -> PreparedReply | None:
    """Return a prepared reply in a language, or None where it was never written in it."""
    return read_prepared_replies().get(language, {}).get(stem)


def _read_reply(path: Path) -> PreparedReply:
    title, text = path.read_text(encoding="utf-8").split("\n\n", 1)
    return PreparedReply(title.strip(), text.strip())
