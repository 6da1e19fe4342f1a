"""Text blocks that counsel can edit without code: one plain file a block and language, in data/texts/.

An office's own folder (TESTIMONIO_TEXTS_DIR) comes first. The form of a file: paragraphs between blank lines, lines
that begin with "- " are a list, a line that begins with "## " is a heading.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

_SHIPPED = Path(__file__).resolve().parent.parent / "data" / "texts"


@dataclass(frozen=True)
class Passage:
    """One piece of a block: kind is "p", "h" or "ul"; lines are its text, or the items of its list."""

    kind: str
    lines: tuple[str, ...]


def _parse(text: str) -> tuple[Passage, ...]:
    passages = []
    for piece in filter(None, (piece.strip() for piece in text.replace("\r\n", "\n").split("\n\n"))):
        lines = piece.split("\n")
        if all(line.startswith("- ") for line in lines):
            passages.append(Passage("ul", tuple(line[2:] for line in lines)))
        elif piece.startswith("## "):
            passages.append(Passage("h", (piece[3:],)))
        else:
            passages.append(Passage("p", (" ".join(lines),)))
    return tuple(passages)


@cache
def read_text(block: str, language: str, own: Path | None = None) -> tuple[Passage, ...]:
    """Read a text block in a language.

    Raises:
        FileNotFoundError: neither the office nor the product has this block in this language.
    """
    for folder in filter(None, (own, _SHIPPED)):
        path = folder / language / f"{block}.txt"
        if path.exists():
            return _parse(path.read_text("utf-8"))
    if language == "qps":
        return tuple(
            Passage(passage.kind, tuple(f"⟦{line}⟧" for line in passage.lines))
            for passage in read_text(block, "en", own)
        )
    raise FileNotFoundError(f"text block {block} in {language}")
