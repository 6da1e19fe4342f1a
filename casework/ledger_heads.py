"""The heads of both chains, as they leave the house: on paper, as a file, by mail. And reading them back.

A head is a number and a hash. It must never be sent with anything that says whose office it is.
"""

import re
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from models.ledger import get_head
from models.ledger_walk import KeptHead

SITES = ("casework", "intake")

# As mail programs quote it, too.
_LINE = re.compile(rf"[\s>|*]*({'|'.join(SITES)})\s+(\d{{1,9}})\s+([0-9a-f]{{64}})\s*")
_BEGINNING = re.compile(rf"[\s>|*]*(?:{'|'.join(SITES)})\s+\d")


class NoHeadsError(ValueError):
    """The text holds no head, or a line that begins as one and is not."""


@dataclass(frozen=True)
class Heads:
    """The ends of both chains on a day where the office is: a line each, `site number hash`."""

    lines: tuple[str, ...]
    on: date

    @property
    def text(self) -> str:
        """The lines as a file holds them, and as `ledger verify --head` takes them."""
        return "".join(f"{line}\n" for line in self.lines)

    def find_hash(self, site: str) -> str:
        """Return the hash of a chain's newest entry, in hex."""
        return next(line.split()[2] for line in self.lines if line.startswith(f"{site} "))


def read_current_heads(connection: Connection, today: date) -> Heads:
    """Read the heads of both chains as they are now."""
    ends = ((site, *get_head(connection, site)) for site in SITES)
    return Heads(tuple(f"{site} {sequence} {digest}" for site, sequence, digest in ends), today)


def read_kept_heads(text: str) -> dict[str, tuple[KeptHead, ...]]:
    """Read heads that were kept outside, of one day or of many, with whatever other lines stand around them.

    Raises:
        NoHeadsError: there is none, or a line of a head is cut or was mistyped.
    """
    heads: dict[str, tuple[KeptHead, ...]] = {}
    for line in text.lower().splitlines():
        match = _LINE.fullmatch(line)
        if match is None and _BEGINNING.match(line):
            raise NoHeadsError
        if match is not None:
            site, sequence, digest = match.groups()
            heads[site] = (*heads.get(site, ()), KeptHead(int(sequence), digest))
    if not heads:
        raise NoHeadsError
    return heads
