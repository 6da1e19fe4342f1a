"""Shares: a secret of 32 bytes as several lists of words for paper, of which some number together give it back.

SLIP-39 (https://github.com/satoshilabs/slips/blob/master/slip-0039.md): one group, no passphrase, 33 English words a
share, so that any other program for SLIP-39 can put them together without ours. Fewer shares than needed tell nothing
of the secret. A share must never be stored, logged, or repeated in an error. The public site must never load this.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import shamir_mnemonic
from shamir_mnemonic.wordlist import WORDLIST

from vault.errors import CannotOpenError, CannotSealError, InvalidShareError

SECRET_BYTES: Final = 32
SHARE_WORDS: Final = 33
FEWEST: Final = 2
MOST: Final = 16

# No passphrase stretches anything here: the secret has its full strength, so the smallest number of rounds will do.
_ITERATION_EXPONENT: Final = 0
_LETTERS = re.compile(r"[a-z]+")
# The standard's words differ in their first four letters, so that a word which breaks off, or ends wrongly, is known.
_TELLING_LETTERS: Final = 4
_WORDS: Final = {word[:_TELLING_LETTERS]: word for word in WORDLIST}


@dataclass(frozen=True)
class ShareFacts:
    """What a share says about itself: which of its set, how many make the secret whole, and which set.

    Shares of one set have the same `set_number`; it tells nothing of the secret.
    """

    number: int
    threshold: int
    set_number: int


def split(secret: bytes, *, threshold: int, count: int) -> list[str]:
    """Split a secret of 32 bytes into `count` shares of 33 words, of which any `threshold` give it back.

    Raises:
        CannotSealError: another length, fewer than 2 needed, fewer made than needed, or more than 16.
    """
    if len(secret) != SECRET_BYTES:
        raise CannotSealError("What is split into shares is 32 bytes.")
    if not FEWEST <= threshold <= count <= MOST:
        raise CannotSealError("Shares are 2 to 16, and 2 of them at least make the secret whole.")
    groups = shamir_mnemonic.generate_mnemonics(1, [(threshold, count)], secret, iteration_exponent=_ITERATION_EXPONENT)
    return list(groups[0])


def join(shares: Sequence[str]) -> bytes:
    """Join shares into the secret that was split, 32 bytes. More than are needed may be given; all must agree.

    Words may be numbered, in capitals, or cut off after four letters.

    Raises:
        InvalidShareError: one of them is misspelt or is no share; it tells which.
        CannotOpenError: too few, of different sets, or forged.
    """
    read = [_read_share(share, place) for place, share in enumerate(shares, start=1)]
    if len({facts.set_number for _, facts in read}) != 1:
        raise CannotOpenError
    by_number = {facts.number: mnemonic for mnemonic, facts in read}
    threshold = read[0][1].threshold
    if len(by_number) < threshold:
        raise CannotOpenError
    chosen = list(by_number.values())
    # Neighbours overlap: where shares of two secrets were mixed, some neighbours hold both, and their digest is wrong.
    joined = [_combine(chosen[start : start + threshold]) for start in range(len(chosen) - threshold + 1)]
    return joined[0]


def check(share: str) -> ShareFacts:
    """Check that the words of one share are spelt as they were written, and tell what it says about itself.

    The standard's checksum finds up to three wrong words for certain, and more with one chance in a thousand million.

    Raises:
        InvalidShareError: it is misspelt or is no share; its `share` is 1.
    """
    return _read_share(share, 1)[1]


def _read_share(text: str, place: int) -> tuple[str, ShareFacts]:
    """Read one share as people type it, and give it back as the standard writes it."""
    typed = _LETTERS.findall(text.lower())
    words = [_WORDS.get(word[:_TELLING_LETTERS], "") for word in typed]
    if "" in words:
        raise InvalidShareError(place, word=words.index("") + 1)
    if len(words) != SHARE_WORDS:
        raise InvalidShareError(place, words=len(words))
    mnemonic = " ".join(words)
    try:
        share = shamir_mnemonic.Share.from_mnemonic(mnemonic)
    except shamir_mnemonic.MnemonicError:
        # The library's message holds words of the share.
        raise InvalidShareError(place) from None
    if share.group_count != 1 or share.member_threshold < FEWEST:
        raise InvalidShareError(place)
    return mnemonic, ShareFacts(share.index + 1, share.member_threshold, share.identifier)


def _combine(mnemonics: Sequence[str]) -> bytes:
    try:
        return bytes(shamir_mnemonic.combine_mnemonics(mnemonics))
    except shamir_mnemonic.MnemonicError:
        raise CannotOpenError from None
