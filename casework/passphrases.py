"""Passphrases: made by the site, because one protects the whole office against whoever holds a copy of the disk.

A passphrase must never be chosen by a person, stored, or logged.
"""

import hmac
import secrets
from functools import cache
from pathlib import Path

WORDS_FILE = Path(__file__).resolve().parent.parent / "data" / "words" / "eff-large.txt"
WORDS = 6  # of 7,776: 77 bits


@cache
def load_words() -> tuple[str, ...]:
    """Load the word list; its source and licence stand in data/README.md."""
    return tuple(WORDS_FILE.read_text(encoding="ascii").split())


def make_passphrase() -> str:
    """Make a passphrase of six words, each equally likely."""
    return " ".join(secrets.choice(load_words()) for _ in range(WORDS))


def is_same_passphrase(typed: str, passphrase: str) -> bool:
    """Whether somebody typed a passphrase back; case and the number of spaces do not count, as at signing in."""
    return hmac.compare_digest(" ".join(typed.casefold().split()).encode(), passphrase.encode())
